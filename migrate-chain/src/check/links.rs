//! The links: one base, one head, one line, ids that ascend along it.

use std::collections::HashSet;

use super::graph::{Graph, Parent};
use super::names;
use crate::naming::renamed_after;
use crate::nearest::nearest;
use crate::revision::id_of;
use crate::{Chain, Problem, Relink, Revision};

/// For how many missing parents a similar id is looked for. Each is compared with all ids, which for thousands takes an
/// unoptimised build minutes; and where so many are missing, none is a slip of the pen.
const GUESSES: usize = 20;

/// What other tools call base.
const NOTHING: [&str; 4] = ["none", "null", "root", "init"];

/// Puts revisions in the order of their links, and reports what is wrong with ids and links. Where there are problems, the
/// order is of no use.
pub(crate) fn order(mut revisions: Vec<Revision>, problems: &mut Vec<Problem>) -> Chain {
    revisions
        .sort_by(|one, other| (one.id(), one.directory()).cmp(&(other.id(), other.directory())));
    let mut revisions = names::check(revisions, problems);
    let graph = Graph::of(&revisions);
    let cycles = graph.cycles();
    each(&graph, &cycles, problems);
    forks(&graph, &cycles, problems);
    unlinked(&graph, problems);
    // Of one line along which ids ascend, version order is the order. What has no link of its own gets its parent here.
    for (index, parent) in graph.parents.into_iter().enumerate() {
        if let (Parent::Of(parent), false) = (parent, revisions[index].linked()) {
            let id = revisions[parent].id().to_owned();
            revisions[index].set_parent(&id);
        }
    }
    Chain::in_order(revisions)
}

/// What is wrong with the link of one revision, seen alone, and circles.
fn each(graph: &Graph<'_>, cycles: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let mut lost = 0;
    for (index, revision) in graph.revisions.iter().enumerate() {
        let directory = || revision.directory().to_owned();
        match graph.parents[index] {
            Parent::Itself => {
                problems.push(Problem::FollowsItself {
                    file: metadata(revision),
                    revision: directory(),
                });
            }
            Parent::Missing => {
                lost += 1;
                problems.push(missing_parent(graph, revision, lost <= GUESSES));
            }
            // A circle goes backwards somewhere, and is reported as a circle.
            Parent::Of(parent)
                if parent > index && !cycles.iter().any(|cycle| cycle.contains(&index)) =>
            {
                let after = &graph.revisions[parent];
                problems.push(Problem::Backwards {
                    file: directory(),
                    revision: directory(),
                    parent: after.directory().to_owned(),
                    rename: renamed_after(after.id(), revision.slug()),
                });
            }
            _ => {}
        }
    }
    for cycle in cycles {
        let members = cycle
            .iter()
            .map(|&index| graph.revisions[index].directory().to_owned())
            .collect();
        problems.push(Problem::Cycle {
            file: metadata(&graph.revisions[cycle[0]]),
            members,
        });
    }
}

fn missing_parent(graph: &Graph<'_>, revision: &Revision, guess: bool) -> Problem {
    let parent = revision.parent().unwrap_or_default();
    // Somebody may have written the whole name of the directory.
    let id = id_of(parent);
    let whole = graph
        .revisions
        .binary_search_by(|other| other.id().cmp(&id))
        .map(|index| graph.revisions[index].id());
    let others = graph
        .revisions
        .iter()
        .map(Revision::id)
        .filter(|&other| other != revision.id());
    // Somebody may have written the beginning of one, as a target may be, or Alembic's word for base.
    let mut beginning = graph
        .revisions
        .iter()
        .map(Revision::id)
        .filter(|other| other.starts_with(parent) && *other != revision.id());
    let begun = match (beginning.next(), beginning.next()) {
        (Some(only), None) => Some(only),
        _ => NOTHING
            .contains(&parent.to_lowercase().as_str())
            .then_some("base"),
    };
    let close = || nearest(parent, others.chain(["base"]));
    Problem::MissingParent {
        file: metadata(revision),
        revision: revision.directory().to_owned(),
        parent: parent.to_owned(),
        nearest: whole
            .ok()
            .or(begun)
            .or_else(|| guess.then(close).flatten())
            .map(str::to_owned),
    }
}

fn forks(graph: &Graph<'_>, cycles: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let names = |indexes: &[usize]| -> Vec<String> {
        indexes
            .iter()
            .map(|&index| graph.revisions[index].directory().to_owned())
            .collect()
    };
    if let [.., keep, moved] = graph.bases[..] {
        problems.push(Problem::SeveralBases {
            file: metadata(&graph.revisions[moved]),
            bases: names(&graph.bases),
            mend: after(
                &graph.revisions[moved],
                graph.revisions[graph.tip(keep)].id(),
            ),
        });
    }
    // One that is part of a circle has yet to be told what it follows.
    let circling: HashSet<usize> = cycles.iter().flatten().copied().collect();
    for (parent, children) in graph.children.iter().enumerate() {
        let straight = children.iter().filter(|child| !circling.contains(child));
        let children: Vec<usize> = straight.copied().collect();
        if let [.., keep, moved] = children[..] {
            problems.push(Problem::Fork {
                file: metadata(&graph.revisions[moved]),
                parent: graph.revisions[parent].directory().to_owned(),
                children: names(&children),
                mend: after(
                    &graph.revisions[moved],
                    graph.revisions[graph.tip(keep)].id(),
                ),
            });
        }
    }
}

/// The revisions that need a link and have none: each is to follow the head, or the one of them before it.
fn unlinked(graph: &Graph<'_>, problems: &mut Vec<Problem>) {
    let first = graph.revisions.iter().find(|revision| revision.linked());
    let first = first.map_or("", |revision| revision.directory());
    let head = graph
        .bases
        .last()
        .map(|&base| graph.revisions[graph.tip(base)].id());
    let mut head = head.unwrap_or("base").to_owned();
    for (index, revision) in graph.revisions.iter().enumerate() {
        if graph.parents[index] == Parent::Unlinked {
            let mend = after(revision, &head);
            head = id_of(mend.rename.as_ref().unwrap_or(&mend.revision));
            problems.push(Problem::Unlinked {
                file: revision.directory().to_owned(),
                revision: revision.directory().to_owned(),
                first: first.to_owned(),
                mend,
            });
        }
    }
}

fn after(revision: &Revision, id: &str) -> Box<Relink> {
    let later = id == "base" || revision.id() > id;
    Box::new(Relink {
        revision: revision.directory().to_owned(),
        down_revision: id.to_owned(),
        rename: (!later).then(|| renamed_after(id, revision.slug())),
    })
}

fn metadata(revision: &Revision) -> String {
    format!("{}/metadata.toml", revision.directory())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(links: &[(&str, &str)]) -> Vec<String> {
        let revision = |&(name, parent): &(&str, &str)| match parent {
            "" => Revision::new(name),
            parent => Revision::new(name).following(parent),
        };
        match Chain::link(links.iter().map(revision).collect()) {
            Ok(chain) => {
                let mut before = None;
                for revision in chain.revisions() {
                    assert_eq!(revision.parent(), before, "{}", revision.id());
                    before = Some(revision.id());
                }
                Vec::new()
            }
            Err(problems) => problems.render(""),
        }
    }

    #[test]
    fn one_line_is_a_chain_linked_or_not_or_both() {
        for links in [
            &[
                ("2026-01-03_c", "2026-01-02"),
                ("2026-01-01_a", "base"),
                ("2026-01-02_b", "20260101"),
            ][..],
            &[("b", ""), ("a", ""), ("c", "")],
            &[("b", ""), ("a", ""), ("c", "b"), ("d", "c")],
            &[],
        ] {
            assert_eq!(problems(links), Vec::<String>::new());
        }
    }

    #[test]
    fn a_fork_names_both_revisions_and_their_parent() {
        let links = [
            ("2026-11-21-101112_create_members", "base"),
            ("2026-11-22-090000_add_phone", "20261121101112"),
            ("2026-11-22-090001_add_email", "20261121101112"),
            ("2026-11-23-090000_index_phone", "20261122090000"),
        ];
        assert_eq!(
            problems(&links),
            ["2026-11-22-090001_add_email/metadata.toml: a fork: 2026-11-22-090000_add_phone and 2026-11-22-090001_add_email both follow 2026-11-21-101112_create_members
    2026-11-21-101112_create_members
    |-- 2026-11-22-090000_add_phone
    `-- 2026-11-22-090001_add_email
  help: `migrate rebase` makes it one line again; or by hand:
        rename 2026-11-22-090001_add_email to 2026-11-23-090001_add_email, so that its id is later,
        and write `down_revision = \"20261123090000\"` in 2026-11-23-090001_add_email/metadata.toml"]
        );
    }

    #[test]
    fn several_bases_are_named_with_the_link_that_mends_them() {
        assert_eq!(
            problems(&[("a", "base"), ("b", "base"), ("c", "a")]),
            ["b/metadata.toml: several bases: a and b are both first
    base
    |-- a
    `-- b
  help: `migrate rebase` makes it one line again; or by hand:
        rename b to c1, so that its id is later,
        and write `down_revision = \"c\"` in c1/metadata.toml"]
        );
        // A linked first one beside a Diesel directory.
        assert_eq!(
            problems(&[("a", ""), ("b", ""), ("c", "base")]),
            ["c/metadata.toml: several bases: a and c are both first
    base
    |-- a
    `-- c
  help: `migrate rebase` makes it one line again; or by hand:
        write `down_revision = \"b\"` in c/metadata.toml"]
        );
    }

    #[test]
    fn a_cycle_names_all_its_members_once() {
        assert_eq!(
            problems(&[
                ("base0", "base"),
                ("x", "base0"),
                ("y1", "y3"),
                ("y2", "y1"),
                ("y3", "y2")
            ]),
            ["y1/metadata.toml: a cycle: y1, y3, y2 follow each other
    y1
      follows y3
      follows y2
      follows y1
  help: one of them must follow a revision outside the circle, or \"base\""]
        );
    }

    #[test]
    fn thousands_of_missing_parents_are_reported_at_once() {
        let revision = |index| {
            Revision::new(format!("2026{index:010}")).following(&format!("2027{index:010}"))
        };
        let started = std::time::Instant::now();
        let problems = Chain::link((0..3_000).map(revision).collect()).unwrap_err();
        assert_eq!(problems.len(), 3_000);
        // Comparing all with all takes minutes here.
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }

    #[test]
    fn what_follows_a_circle_makes_no_fork_with_its_members() {
        let found = problems(&[("a", "b"), ("b", "a"), ("c", "b")]);
        assert_eq!(found.len(), 1, "{found:?}");
        let found = problems(&[("a", "b"), ("b", "a"), ("c", "b"), ("d", "b")]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[1].ends_with("write `down_revision = \"c\"` in d/metadata.toml"),
            "{}",
            found[1]
        );
    }

    #[test]
    fn links_to_nothing_to_itself_and_backwards() {
        for (links, expected) in [
            (&[("a", "a")][..], "a/metadata.toml: a follows itself"),
            (
                &[("a1b2c3", "base"), ("b1b2c3", "a1b2c4")],
                "b1b2c3/metadata.toml: b1b2c3 follows `a1b2c4`, which is not there\n  help: did you mean `down_revision = \"a1b2c3\"`?",
            ),
            (
                &[("a", "base"), ("c", "gone")],
                "c/metadata.toml: c follows `gone`, which is not there\n  help: write the id",
            ),
            (
                &[("2026-01-01_a", "base"), ("2026-01-02_b", "202601")],
                "2026-01-02_b/metadata.toml: 2026-01-02_b follows `202601`, which is not there\n  help: did you mean `down_revision = \"20260101\"`?",
            ),
            (
                &[("a", "None")],
                "a/metadata.toml: a follows `None`, which is not there\n  help: did you mean `down_revision = \"base\"`?",
            ),
            (
                &[("2026-01-01_a", "base"), ("2026-01-02_b", "2026-01-01_a")],
                "2026-01-02_b/metadata.toml: 2026-01-02_b follows `20260101_a`, which is not there\n  help: did you mean `down_revision = \"20260101\"`?",
            ),
            (
                &[("a", "base"), ("c", "a"), ("b_x", "c")],
                "b_x: b_x goes backwards in version order: it follows c, whose id is later\n  help: `migrate rebase` gives it a later id; or by hand:\n        rename the directory, for example to c1_x",
            ),
        ] {
            let found = problems(links);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(expected), "{}", found[0]);
        }
    }

    #[test]
    fn what_diesel_generated_later_is_told_how_to_link_itself() {
        assert_eq!(
            problems(&[("2026-01-01_a", "base"), ("2026-01-05_b", "20260101"), ("2026-01-03_late", ""), ("2026-01-09_end", "")]),
            [
                "2026-01-03_late: 2026-01-03_late has no down_revision, and the chain is linked already from 2026-01-01_a on
  help: `migrate adopt` links it; or by hand:
        rename 2026-01-03_late to 2026-01-05-02_late, so that its id is later,
        and write `down_revision = \"20260105\"` in 2026-01-05-02_late/metadata.toml",
                "2026-01-09_end: 2026-01-09_end has no down_revision, and the chain is linked already from 2026-01-01_a on
  help: `migrate adopt` links it; or by hand:
        write `down_revision = \"2026010502\"` in 2026-01-09_end/metadata.toml",
            ]
        );
    }

    #[test]
    fn a_late_one_before_the_first_link_is_told_so_too() {
        let found = problems(&[("a", ""), ("b", ""), ("c", "a")]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("b: b has no down_revision"),
            "{}",
            found[0]
        );
    }

    #[test]
    fn ids_that_cannot_be() {
        for (links, expected) in [
            (
                &[("2026-01-01-000000_x", ""), ("20260101000000_y", "")][..],
                "20260101000000_y: duplicate id: 20260101000000_y and 2026-01-01-000000_x are both `20260101000000`",
            ),
            (&[("Ab_x", ""), ("aB_y", "")], "aB_y: duplicate id"),
            (&[("-_x", "")], "-_x: the name of the directory gives no id"),
            (&[("base_tables", "")], "base_tables: the id `base`"),
            (
                &[("a23456789012345678901234567890123456789012345678901", "")],
                "a23456789012345678901234567890123456789012345678901: the id `a23456789012345678901234567890123456789012345678901` has 51 characters; 50 are the most",
            ),
        ] {
            let found = problems(links);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(expected), "{}", found[0]);
        }
    }
}
