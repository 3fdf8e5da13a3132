use std::collections::HashSet;

use super::*;
use crate::{Backends, Chain, FileName, Revision, Settings};

/// A directory with these revisions, each with what it follows; `""` is none.
fn draft(links: &[(&str, &str)], lock: &str) -> (tempfile::TempDir, Draft) {
    let root = tempfile::tempdir().unwrap();
    for (name, parent) in links {
        let path = root.path().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("up.sql"), "SELECT 1;").unwrap();
        std::fs::write(path.join("down.sql"), "SELECT 1;").unwrap();
        if !parent.is_empty() {
            std::fs::write(path.join("metadata.toml"), with_link("", parent)).unwrap();
        }
    }
    if !lock.is_empty() {
        std::fs::write(root.path().join("migrate.lock"), lock).unwrap();
    }
    let draft = Draft::read(root.path(), Settings::default(), Backends::ALL).unwrap();
    (root, draft)
}

fn wishes(applied: &[&str], front: &[&str], back: &[&str]) -> Wishes {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Wishes {
        applied: applied
            .iter()
            .map(|&id| id.to_owned())
            .collect::<HashSet<_>>(),
        front: set(front),
        onto: None,
        moved: back.first().map(|&name| name.to_owned()),
    }
}

/// The new line: each revision's name, and what it was called where that differs.
fn line(links: &[(&str, &str)], wishes: &Wishes) -> Result<Vec<String>, RelinkError> {
    let (_root, draft) = draft(links, "");
    assert!(draft.others().is_empty(), "{:?}", draft.others());
    let placed = draft.straighten(wishes)?;
    let revisions = placed
        .iter()
        .map(|placed| Revision::new(placed.directory.as_str()).following(&placed.down_revision));
    Chain::link(revisions.collect()).expect("one line");
    let text = |placed: &Placed| match &placed.was {
        Some(was) if placed.renamed() => format!("{was} -> {}", placed.directory),
        _ => placed.directory.clone(),
    };
    Ok(placed.iter().map(text).collect())
}

const FORK: [(&str, &str); 4] = [
    ("2026-01-01_a", "base"),
    ("2026-01-02_b", "20260101"),
    ("2026-01-04_d", "20260102"),
    ("2026-01-03_c", "20260101"),
];

#[test]
fn of_two_branches_the_later_one_moves_unless_somebody_says_otherwise() {
    let later = [
        "2026-01-01_a",
        "2026-01-02_b",
        "2026-01-04_d",
        "2026-01-03_c -> 2026-01-04-02_c",
    ];
    let earlier = [
        "2026-01-01_a",
        "2026-01-03_c",
        "2026-01-02_b -> 2026-01-03-02_b",
        "2026-01-04_d",
    ];
    for (wishes, expected) in [
        (Wishes::default(), later),
        (wishes(&[], &["2026-01-02_b"], &[]), later),
        (wishes(&[], &["2026-01-03_c"], &[]), earlier),
        (wishes(&[], &[], &["2026-01-04_d"]), earlier),
        (wishes(&["20260103"], &[], &[]), earlier),
        // What is applied comes before what the other branch has.
        (wishes(&["20260103"], &["2026-01-02_b"], &[]), earlier),
    ] {
        assert_eq!(line(&FORK, &wishes).unwrap(), expected, "{wishes:?}");
    }
}

#[test]
fn what_the_user_asks_for_is_done_or_refused() {
    let error = line(&FORK, &wishes(&["20260103"], &[], &["2026-01-03_c"])).unwrap_err();
    assert!(matches!(error, RelinkError::Stays { .. }), "{error}");
    let onto = |applied: &[&str], name: &str| Wishes {
        onto: Some(name.to_owned()),
        ..wishes(applied, &["2026-01-02_b"], &[])
    };
    let straight = line(&FORK, &onto(&[], "2026-01-03_c")).unwrap();
    assert_eq!(straight[1], "2026-01-03_c");
    let error = line(&FORK, &onto(&["20260102"], "2026-01-03_c")).unwrap_err();
    assert!(matches!(error, RelinkError::Moves { .. }), "{error}");
}

#[test]
fn three_branches_and_forks_on_a_branch_become_one_line() {
    let three = [
        ("2026-01-01_a", "base"),
        ("2026-01-02_b", "20260101"),
        ("2026-01-03_c", "20260101"),
        ("2026-01-05_e", "20260103"),
        ("2026-01-06_f", "20260103"),
        ("2026-01-04_d", "20260101"),
    ];
    assert_eq!(
        line(&three, &Wishes::default()).unwrap(),
        [
            "2026-01-01_a",
            "2026-01-02_b",
            "2026-01-03_c",
            "2026-01-05_e",
            "2026-01-06_f",
            "2026-01-04_d -> 2026-01-06-02_d"
        ]
    );
}

#[test]
fn what_is_applied_on_both_sides_stays() {
    let error = line(&FORK, &wishes(&["20260104", "20260103"], &[], &[])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2026-01-04_d is applied in the database and 2026-01-03_c is applied in the database: neither can go behind the other"
    );
    assert!(error.help().contains("migrate downgrade"));
}

#[test]
fn several_bases_and_a_directory_of_diesel_behind_a_linked_one() {
    assert_eq!(
        line(
            &[
                ("2026-01-01_a", "base"),
                ("2026-01-02_b", "base"),
                ("2026-01-03_c", "20260101")
            ],
            &Wishes::default()
        )
        .unwrap(),
        [
            "2026-01-01_a",
            "2026-01-03_c",
            "2026-01-02_b -> 2026-01-03-02_b"
        ]
    );
    let (_root, draft) = draft(&[("a", ""), ("b", ""), ("c", "base")], "");
    let placed = draft.straighten(&wishes(&[], &["c"], &[])).unwrap();
    let links: Vec<_> = placed
        .iter()
        .map(|placed| {
            (
                placed.directory.as_str(),
                placed.down_revision.as_str(),
                placed.relinked,
            )
        })
        .collect();
    assert_eq!(
        links,
        [("c", "base", false), ("c1", "c", true), ("c2", "c1", true)]
    );
}

#[test]
fn what_diesel_generated_on_a_linked_chain_goes_to_the_end_or_behind_what_is_applied() {
    let links = [
        ("2026-01-01_a", "base"),
        ("2026-01-05_b", "20260101"),
        ("2026-01-03_late", ""),
        ("2026-01-09_end", ""),
    ];
    assert_eq!(
        line(&links, &Wishes::default()).unwrap(),
        [
            "2026-01-01_a",
            "2026-01-05_b",
            "2026-01-03_late -> 2026-01-05-02_late",
            "2026-01-09_end"
        ]
    );
    assert_eq!(
        line(&links, &wishes(&["20260101", "20260103"], &[], &[])).unwrap(),
        [
            "2026-01-01_a",
            "2026-01-03_late",
            "2026-01-05_b",
            "2026-01-09_end"
        ]
    );
    let error = line(
        &links,
        &wishes(&["20260101", "20260105", "20260103"], &[], &[]),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "2026-01-03_late is applied in the database, and would need a later id than 20260105"
    );
}

#[test]
fn one_id_on_two_branches_is_told_apart_by_who_comes_first() {
    let links = [
        ("2026-01-01_a", "base"),
        ("2026-01-02_ours", "20260101"),
        ("2026-01-03_ours_too", "20260102"),
        ("2026-01-02_theirs", "20260101"),
        ("2026-01-04_theirs_too", "20260102"),
    ];
    let front = wishes(
        &[],
        &["2026-01-01_a", "2026-01-02_theirs", "2026-01-04_theirs_too"],
        &[],
    );
    let error = line(&links, &Wishes::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2026-01-03_ours_too follows `20260102`, and two revisions have that id"
    );
    assert_eq!(
        line(&links, &front).unwrap(),
        [
            "2026-01-01_a",
            "2026-01-02_theirs",
            "2026-01-04_theirs_too",
            "2026-01-02_ours -> 2026-01-04-02_ours",
            "2026-01-03_ours_too -> 2026-01-04-03_ours_too",
        ]
    );
}

#[test]
fn a_conflict_in_the_lock_counts_as_both_sides_and_keeps_what_is_sealed() {
    let entry =
        |id: &str, more: &str| format!("\n[[revision]]\nid = \"{id}\"\nparent = \"a\"\n{more}");
    let lock = format!(
        "version = 1\n{}<<<<<<< HEAD\n{}||||||| base\n=======\n{}>>>>>>> other\n",
        entry("a", "tag = \"v1\"\n"),
        entry("b", ""),
        entry("c", "tag = \"v2\"\n"),
    );
    let (_root, draft) = draft(&[("a", "base"), ("b", "a"), ("c", "a")], &lock);
    assert_eq!(draft.lock().revisions().len(), 3);
    let names: Vec<_> = draft
        .straighten(&Wishes::default())
        .unwrap()
        .into_iter()
        .map(|placed| placed.directory)
        .collect();
    assert_eq!(names, ["a", "c", "c1"]);
}

#[test]
fn an_insertion_finds_an_id_between_and_renames_only_where_there_is_none() {
    for (links, after, expected) in [
        (
            &["2026-01-01-101112_a", "2026-01-02-000000_b"][..],
            Some(0),
            &["2026-01-01-101113_x", "2026-01-02-000000_b"][..],
        ),
        (
            &["2026-01-01-101112_a", "2026-01-01-101113_b"],
            Some(0),
            &["2026-01-01-101112-01_x", "2026-01-01-101113_b"],
        ),
        (
            &["2026-01-01_a", "2026-01-01-02_b"],
            Some(0),
            &["2026-01-01-01_x", "2026-01-01-02_b"],
        ),
        (
            &["2026-01-01_a", "2026-01-01-01_b", "2026-01-02_c"],
            Some(0),
            &["2026-01-01-02_x", "2026-01-01-03_b", "2026-01-02_c"],
        ),
        (&["01_a", "02_b"], Some(0), &["01-01_x", "02_b"]),
        (&["01_a"], None, &["00_x", "01_a"]),
        (&["2026-03-01_a"], None, &["2026-02-28_x", "2026-03-01_a"]),
    ] {
        let mut parent = "base".to_owned();
        let revisions = links.iter().map(|name| {
            let revision = Revision::new(*name).following(&parent);
            parent = revision.id().to_owned();
            revision
        });
        let chain = Chain::link(revisions.collect()).unwrap();
        let insertion = Insertion {
            after,
            message: "x",
            parts: &[""],
            id: None,
            format: FileName::Date,
        };
        let insertion = Insertion {
            format: if links[0].len() > 14 {
                FileName::Timestamp
            } else {
                FileName::Date
            },
            ..insertion
        };
        let placed = insert(&chain, &insertion, |_| None).unwrap();
        let names: Vec<_> = placed.iter().map(|placed| &placed.directory).collect();
        assert_eq!(names[..2.min(names.len())], expected[..2], "{links:?}");
        let pinned = insert(&chain, &insertion, |revision| {
            (revision.directory() == *links.last().unwrap()).then_some(Pin::Applied)
        });
        assert!(pinned.is_err(), "{links:?}");
    }
}

#[test]
fn several_new_revisions_stand_one_behind_the_other() {
    let chain =
        |names: &[&str]| Chain::in_order(names.iter().map(|name| Revision::new(*name)).collect());
    let parts = ["", "build index ix_members_nick", "prove it"];
    for (links, id, format, expected) in [
        (
            &[][..],
            Some("2026-11-21-235959"),
            FileName::Timestamp,
            [
                "2026-11-21-235959",
                "2026-11-22-000000",
                "2026-11-22-000001",
            ],
        ),
        (
            &["2026-11-21_a"],
            Some("2026-11-21-02"),
            FileName::Date,
            ["2026-11-21-02", "2026-11-21-03", "2026-11-21-04"],
        ),
        (&["08_a"], None, FileName::Date, ["09", "10", "11"]),
        (&["v9_a"], None, FileName::Timestamp, ["v91", "v92", "v93"]),
    ] {
        let chain = chain(links);
        let insertion = Insertion {
            after: chain.len().checked_sub(1),
            message: "Add nick",
            parts: &parts,
            id,
            format,
        };
        let placed = insert(&chain, &insertion, |_| None).unwrap();
        let names: Vec<_> = placed
            .iter()
            .map(|placed| placed.directory.clone())
            .collect();
        let [first, second, third] = expected;
        assert_eq!(
            names,
            [
                format!("{first}_add_nick"),
                format!("{second}_add_nick_build_index_ix_members_nick"),
                format!("{third}_add_nick_prove_it"),
            ]
        );
        let links: Vec<_> = placed
            .iter()
            .map(|placed| placed.down_revision.clone())
            .collect();
        let ids: Vec<_> = placed.iter().map(Placed::id).collect();
        assert_eq!(links[1..], ids[..2]);
    }
}

#[test]
fn a_long_message_leaves_each_part_its_name() {
    let message = "make the address of a member unique and never empty any more at all";
    let insertion = Insertion {
        after: None,
        message,
        parts: &["one thing", "another thing"],
        id: Some("01"),
        format: FileName::Date,
    };
    let placed = insert(&Chain::EMPTY, &insertion, |_| None).unwrap();
    let names: Vec<_> = placed
        .iter()
        .map(|placed| placed.directory.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "01_make_the_address_of_a_member_one_thing",
            "02_make_the_address_of_a_member_another_thing"
        ]
    );
}
