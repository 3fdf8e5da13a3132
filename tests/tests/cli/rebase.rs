//! `rebase`: a fork becomes one line, what is applied or sealed stays, and nothing is written that was not shown.

use std::collections::BTreeMap;
use std::fs;

use migrate_core::Backend;
use migrate_tests::{Database, Project};
use snapbox::str;

use crate::{said, said_on_app, says};

/// Two branches of different length behind one revision.
fn forked(backend: Backend) -> Project {
    let project = Project::new(backend);
    for (name, parent) in [
        ("2026-01-01_members", "base"),
        ("2026-01-02_phones", "20260101"),
        ("2026-01-04_index", "20260102"),
        ("2026-01-03_tags", "20260101"),
    ] {
        revision(&project, name, parent);
    }
    project
}

fn revision(project: &Project, name: &str, parent: &str) {
    let (_, table) = name.split_once('_').expect("a name");
    let write = |file: &str, text: String| {
        project.write(&format!("migrations/{name}/{file}"), text);
    };
    write("up.sql", format!("CREATE TABLE {table}_t (id INTEGER);\n"));
    write("down.sql", format!("DROP TABLE {table}_t;\n"));
    write(
        "metadata.toml",
        format!("# why\ndown_revision = \"{parent}\"\nrun_in_transaction = true\n"),
    );
}

/// Every file of the project with its text.
fn files(project: &Project) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![project.path()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.insert(path.display().to_string(), text);
            }
        }
    }
    files
}

#[test]
fn the_later_side_goes_behind_the_other_with_a_fresh_id() {
    let project = forked(Backend::Sqlite);
    says(
        said(&project.path(), &["rebase", "--yes"]),
        str![[r#"
2026-01-04_index
2026-01-04-02_tags  (was 2026-01-03_tags, follows 20260104)
the chain is one line again
--- stderr
no database is named: what is applied somewhere was not looked at
next: look at it with `git diff`, then `git add -A migrations`
--- exit code 0

"#]],
    );
    let metadata = "migrations/2026-01-04-02_tags/metadata.toml";
    assert_eq!(
        fs::read_to_string(project.path().join(metadata)).expect("written"),
        "# why\ndown_revision = \"20260104\"\nrun_in_transaction = true\n"
    );
    assert!(said(&project.path(), &["lock", "--check"]).ends_with("exit code 0\n"));
    says(
        said(&project.path(), &["rebase"]),
        str![[r#"
nothing to rebase: the chain is one line
--- exit code 0

"#]],
    );
}

#[test]
fn a_side_can_be_named_and_the_order_is_a_result_for_programs() {
    let project = forked(Backend::Sqlite);
    let before = files(&project);
    says(
        said(
            &project.path(),
            &["rebase", "--move", "index", "--dry-run", "--format", "json"],
        ),
        str![[r#"
{"order":[{"revision":"2026010302","directory":"2026-01-03-02_phones","was":"2026-01-02_phones","down_revision":"20260103"},{"revision":"20260104","directory":"2026-01-04_index","was":"2026-01-04_index","down_revision":"2026010302"}],"written":false}
--- stderr
no database is named: what is applied somewhere was not looked at
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["rebase", "--onto", "tags"]),
        str![[r#"
2026-01-03_tags
2026-01-03-02_phones  (was 2026-01-02_phones, follows 20260103)
2026-01-04_index  (follows 2026010302)
--- stderr
no database is named: what is applied somewhere was not looked at
error: nobody can be asked: nothing was changed
  help: --yes writes it, --dry-run only shows it
--- exit code 2

"#]],
    );
    says(
        said(&project.path(), &["rebase", "--onto", "tag-s"]),
        str![[r#"
--- stderr
no database is named: what is applied somewhere was not looked at
error: no revision is called `tag-s`
  help: did you mean `tags`?
--- exit code 2

"#]],
    );
    assert_eq!(files(&project), before, "nothing was written");
}

#[test]
fn what_is_applied_stays_on_every_backend() {
    for backend in Backend::ALL {
        let Some(database) = Database::create(backend) else {
            continue;
        };
        let project = forked(backend);
        project.remove("2026-01-02_phones");
        project.remove("2026-01-04_index");
        let url = ["--database-url", database.url()];
        let run = |words: &[&str]| said(&project.path(), &[&url[..], words].concat());
        assert!(run(&["upgrade", "-q"]).ends_with("exit code 0\n"));
        revision(&project, "2026-01-02_phones", "20260101");
        revision(&project, "2026-01-04_index", "20260102");
        let rebased = run(&["rebase", "--yes"]);
        assert!(
            rebased.starts_with(
                "2026-01-03_tags\n2026-01-03-02_phones  (was 2026-01-02_phones, follows 20260103)\n2026-01-04_index  (follows 2026010302)\n"
            ),
            "{rebased}"
        );
        let upgraded = run(&["upgrade"]);
        assert!(upgraded.contains("applied 2 revisions"), "{upgraded}");
    }
}

#[test]
fn where_both_sides_are_applied_nothing_moves() {
    let project = forked(Backend::Sqlite);
    let database = Database::create(Backend::Sqlite).expect("SQLite is always there");
    project.remove("2026-01-02_phones");
    project.remove("2026-01-04_index");
    let run = |words: &[&str]| {
        said(
            &project.path(),
            &[&["--database-url", database.url()], words].concat(),
        )
    };
    assert!(run(&["upgrade", "-q"]).ends_with("exit code 0\n"));
    // As Diesel's own tool does, which knows no line.
    database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('20260102')");
    revision(&project, "2026-01-02_phones", "20260101");
    let before = files(&project);
    says(
        run(&["rebase", "--yes"]),
        str![[r#"
--- stderr
error: 2026-01-02_phones is applied in the database and 2026-01-03_tags is applied in the database: neither can go behind the other
  help: take one side back first, from a checkout of its branch: `migrate downgrade`; then rebase again
--- exit code 1

"#]],
    );
    assert_eq!(files(&project), before, "nothing was written");
}

#[test]
fn a_side_that_is_sealed_stays_and_keeps_its_tag() {
    let project = forked(Backend::Sqlite);
    project.remove("2026-01-02_phones");
    project.remove("2026-01-04_index");
    said(&project.path(), &["lock"]);
    let lock = project.migrations_dir().join("migrate.lock");
    let text = fs::read_to_string(&lock).expect("written") + "tag = \"v1\"\n";
    fs::write(&lock, text).expect("sealed");
    revision(&project, "2026-01-02_phones", "20260101");
    says(
        said(&project.path(), &["rebase", "--move", "tags", "--yes"]),
        str![[r#"
--- stderr
no database is named: what is applied somewhere was not looked at
error: 2026-01-03_tags does not move: its side is applied or sealed, or nothing stands beside it
  help: without --onto and --move, what is applied or sealed stays and the rest moves
--- exit code 1

"#]],
    );
    let rebased = said(&project.path(), &["rebase", "--yes"]);
    assert!(
        rebased.starts_with("2026-01-03_tags\n2026-01-03-02_phones  (was"),
        "{rebased}"
    );
    let lock = fs::read_to_string(&lock).expect("written");
    assert!(lock.contains("tag = \"v1\""), "{lock}");
}

#[test]
fn what_no_order_mends_is_reported_and_nothing_is_written() {
    let project = forked(Backend::Sqlite);
    project.write("migrations/2026-01-03_tags/up.sql", "SELECT 'open;\n");
    let before = files(&project);
    let refused = said(&project.path(), &["rebase", "--yes"]);
    assert!(refused.contains("2026-01-03_tags/up.sql:1:8"), "{refused}");
    assert!(!refused.contains("a fork"), "{refused}");
    assert!(refused.ends_with("exit code 1\n"), "{refused}");
    assert_eq!(files(&project), before, "nothing was written");
}

#[test]
fn a_rebase_that_cannot_be_written_is_undone_whole() {
    let project = forked(Backend::Sqlite);
    // A file stands where the renamed directory is to be.
    project.write("migrations/2026-01-04-02_tags", "in the way");
    let before = files(&project);
    let refused = said(&project.path(), &["rebase", "--yes"]);
    assert!(refused.contains("2026-01-04-02_tags"), "{refused}");
    assert!(refused.ends_with("exit code 1\n"), "{refused}");
    assert_eq!(files(&project), before, "nothing was written");
}

#[test]
fn a_lock_is_checked_written_and_held_to() {
    let project = Project::tables(Backend::Sqlite, 2);
    says(
        said(&project.path(), &["lock", "--check"]),
        str![[r#"
01 is not in the lock
02 is not in the lock
--- stderr
error: there is no migrations/migrate.lock
  help: `migrate lock` brings it up to date; commit it
--- exit code 3

"#]],
    );
    says(
        said(&project.path(), &["lock", "-q"]),
        str![[r#"
01 is not in the lock
02 is not in the lock
--- exit code 0

"#]],
    );
    project.write(
        "migrations/01_t01/up.sql",
        "CREATE TABLE t01 (x INTEGER);\n",
    );
    says(
        said(&project.path(), &["heads", "--locked"]),
        str![[r#"
--- stderr
error: migrations/migrate.lock is not up to date: 01 up changed
  help: `migrate lock` brings it up to date; commit it
--- exit code 3

"#]],
    );
    says(
        said(&project.path(), &["lock", "--check", "--format", "json"]),
        str![[r#"
{"file":"migrations/migrate.lock","current":false,"differences":[{"revision":"01","what":"up changed"}]}
{"event":"error","kind":"not_current","exit_code":3,"message":"migrations/migrate.lock is not up to date: 01 up changed","help":"`migrate lock` brings it up to date; commit it"}
--- stderr
error: migrations/migrate.lock is not up to date: 01 up changed
  help: `migrate lock` brings it up to date; commit it
--- exit code 3

"#]],
    );
    // What reads the scripts brings it up to date; what reads the links alone does not.
    let behind = fs::read(project.path().join("migrations/migrate.lock")).unwrap();
    assert!(said(&project.path(), &["heads"]).ends_with("exit code 0\n"));
    assert_eq!(
        fs::read(project.path().join("migrations/migrate.lock")).unwrap(),
        behind
    );
    let current = ["current", "--database-url", "sqlite::memory:"];
    assert!(said(&project.path(), &current).ends_with("exit code 0\n"));
    assert!(said(&project.path(), &["heads", "--locked"]).ends_with("exit code 0\n"));
    project.remove("02_t02");
    says(
        said(&project.path(), &["heads"]),
        str![[r#"
--- stderr
migrations/migrate.lock:10: it lists 02, which is not there
  help: bring 02 back; or, if it was deleted or renamed on purpose, `migrate lock` writes the lock anew

error: migrations is not a valid chain
--- exit code 1

"#]],
    );
    says(
        said(&project.path(), &["lock"]),
        str![[r#"
02 is in the lock, and not there
wrote migrations/migrate.lock
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["revision", "-m", "x", "--locked"]),
        str![[r#"
--- stderr
error: --locked: this command changes the chain, and so migrate.lock
  help: leave --locked out
--- exit code 2

"#]],
    );
}

#[test]
fn a_directory_of_diesels_is_adopted_as_it_is() {
    let mut project = Project::new(Backend::Sqlite);
    project.adopted(
        "2019-01-01-000000_first",
        "CREATE TABLE a (id INTEGER);",
        "DROP TABLE a;",
    );
    project.adopted(
        "2019-01-02-000000_second",
        "CREATE TABLE b (id INTEGER);",
        "-- nothing\n",
    );
    says(
        said(&project.path(), &["adopt"]),
        str![[r#"
2 revisions without a link: they are in version order
these cannot be taken back, and are named in migrate.toml:
  [STAMP]_second: down.sql has no statement
wrote migrate.toml
wrote migrations/migrate.lock
--- exit code 0

"#]],
    );
    says(
        fs::read_to_string(project.path().join("migrate.toml")).expect("written"),
        str![[r#"
backends = ["sqlite"]

irreversible = [
    "[ID]",
]

"#]],
    );
    assert!(said_on_app(&project.path(), &["upgrade"]).ends_with("exit code 0\n"));
    says(
        said(&project.path(), &["adopt", "--format", "json"]),
        str![[r#"
{"adopted":2,"irreversible":[],"linked":[],"written":true}
--- exit code 0

"#]],
    );
}

#[test]
fn what_diesel_generated_on_a_linked_chain_gets_its_link() {
    let mut project = Project::new(Backend::Sqlite);
    project.revision(
        "2026-01-01_a",
        "CREATE TABLE a (id INTEGER);",
        "DROP TABLE a;",
    );
    project.revision(
        "2026-01-05_b",
        "CREATE TABLE b (id INTEGER);",
        "DROP TABLE b;",
    );
    project.adopted(
        "2026-01-03_late",
        "CREATE TABLE l (id INTEGER);",
        "DROP TABLE l;",
    );
    project.adopted(
        "2026-01-09_end",
        "CREATE TABLE e (id INTEGER);",
        "DROP TABLE e;",
    );
    says(
        said(&project.path(), &["adopt"]),
        str![[r#"
every revision has its link
these get their link:
  2026-01-05-02_late  (was 2026-01-03_late, follows 20260105)
  2026-01-09_end  (follows 2026010502)
--- stderr
no database is named: what is applied somewhere was not looked at
error: nobody can be asked: nothing was changed
  help: --yes writes it, --dry-run only shows it
--- exit code 2

"#]],
    );
    assert!(said(&project.path(), &["adopt", "--yes", "-q"]).ends_with("exit code 0\n"));
    assert!(said_on_app(&project.path(), &["upgrade"]).contains("applied 4 revisions"));
    revision(&project, "2026-02-01_fork", "20260109");
    revision(&project, "2026-02-02_fork", "20260109");
    let refused = said(&project.path(), &["adopt"]);
    assert!(
        refused.contains("`migrate rebase` makes it one line again"),
        "{refused}"
    );
}
