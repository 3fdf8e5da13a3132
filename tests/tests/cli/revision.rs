//! `revision`: the new directory, its id and its files.

use std::collections::BTreeSet;
use std::fs;

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use crate::{said, said_on_app, says, two_tables};

fn directories(project: &Project) -> BTreeSet<String> {
    let entries = fs::read_dir(project.migrations_dir()).expect("migrations/ is there");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    names.filter(|name| name != "migrate.lock").collect()
}

#[test]
fn a_new_revision_follows_the_head_and_is_in_the_lock() {
    let project = two_tables();
    says(
        said(&project.path(), &["revision", "-m", "Add phone to members"]),
        str![[r#"
migrations/[STAMP]_add_phone_to_members/up.sql
migrations/[STAMP]_add_phone_to_members/down.sql
migrations/[STAMP]_add_phone_to_members/metadata.toml
--- stderr
next: write both scripts, then `migrate upgrade`
--- exit code 0

"#]],
    );
    let directories = directories(&project);
    let new = directories.last().expect("it is the last");
    let read =
        |file: &str| fs::read_to_string(project.migrations_dir().join(file)).expect("it is there");
    says(
        read(&format!("{new}/up.sql")),
        str![[r#"
-- Add phone to members

"#]],
    );
    says(
        read(&format!("{new}/down.sql")),
        str![[r#"
-- Takes back what up.sql does. The build refuses a down script without a statement: write it, or delete
-- this file and say in metadata.toml why there is none: irreversible = "drops the audit table"

"#]],
    );
    says(
        read(&format!("{new}/metadata.toml")),
        str![[r#"
down_revision = "02"
run_in_transaction = true

"#]],
    );
    says(
        read("migrate.lock"),
        str![[r##"
# Written by migrate; commit it. Two branches that each add a revision are meant to conflict here.
version = 1

[[revision]]
id = "01"
parent = "base"
up = "85915ddfc7abe09cab19e2bfbf42298fb94b2001cd505fad7dcfb1dd09ba9eef"
down = "5416c4b75a89efaef2e66da72b2e7ead7aeaa77b957e98b7421e4e240ec6a7de"

[[revision]]
id = "02"
parent = "01"
up = "d3e8e59f80d1e0325233d17495122c664a7891f1acb055edfdc810d4d8c9b018"
down = "2bf6b36df7bab9847129e696c4564558be8d70a5b98e0e2b1862b1acd7c1fc56"

[[revision]]
id = "[ID]"
parent = "02"
up = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
down = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

"##]],
    );
}

#[test]
fn its_down_must_be_written_before_it_runs() {
    let project = two_tables();
    said(&project.path(), &["revision", "-m", "add phone"]);
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
--- stderr
migrations/[STAMP]_add_phone/down.sql: the down script has no statement
  help: write it, or say in metadata.toml why there is none: `irreversible = "drops the audit table"`

error: migrations is not a valid chain
--- exit code 1

"#]],
    );
    says(
        said_on_app(&project.path(), &["heads"]),
        str![[r#"
[ID]  add_phone (head)
--- exit code 0

"#]],
    );
}

#[test]
fn two_in_one_second_have_two_ids_that_ascend() {
    let project = Project::new(Backend::Sqlite);
    for _ in 0..4 {
        let said = said(&project.path(), &["revision", "-m", "same"]);
        assert!(said.contains("--- exit code 0"), "{said}");
    }
    assert_eq!(
        directories(&project).len(),
        4,
        "{:?}",
        directories(&project)
    );
    let history = said(&project.path(), &["history", "--quiet"]);
    assert_eq!(
        history
            .lines()
            .filter(|line| line.ends_with("  same") || line.ends_with("  same (head)"))
            .count(),
        4
    );
}

#[test]
fn with_dates_a_days_second_one_has_a_suffix() {
    let project = Project::new(Backend::Sqlite);
    project.settings("file_name = \"date\"\n");
    for suffix in ["", "02", "03"] {
        let (dash, made) = (
            if suffix.is_empty() { "" } else { "-" },
            said(&project.path(), &["revision", "-m", "same"]),
        );
        assert!(
            made.contains(&format!("{dash}{suffix}_same/up.sql")),
            "{made}"
        );
        let head = said(&project.path(), &["heads"]);
        assert!(head.contains(&format!("{suffix}  same (head)")), "{head}");
    }
}

#[test]
fn a_head_from_the_future_is_followed_all_the_same() {
    let mut project = Project::new(Backend::Sqlite);
    project.revision(
        "9998-12-31-235959_from_a_fast_clock",
        "SELECT 1;",
        "SELECT 1;",
    );
    said(&project.path(), &["revision", "-m", "next"]);
    assert_eq!(
        directories(&project).last().map(String::as_str),
        Some("9999-01-01-000000_next")
    );
}

#[test]
fn an_id_can_be_given_and_must_come_after_the_heads() {
    let project = two_tables();
    says(
        said(
            &project.path(),
            &["revision", "-m", "third", "--rev-id", "03"],
        ),
        str![[r#"
migrations/03_third/up.sql
migrations/03_third/down.sql
migrations/03_third/metadata.toml
--- stderr
next: write both scripts, then `migrate upgrade`
--- exit code 0

"#]],
    );
    says(
        said(
            &project.path(),
            &["revision", "-m", "again", "--rev-id", "03"],
        ),
        str![[r#"
--- stderr
error: --rev-id 03: it must come after the head's, 03
  help: ids ascend along the chain, as text: so every tool sees one order
--- exit code 2

"#]],
    );
    says(
        said(
            &project.path(),
            &["revision", "-m", "first", "--rev-id", "001"],
        ),
        str![[r#"
--- stderr
error: --rev-id 001: it must come after the head's, 03
  help: ids ascend along the chain, as text: so every tool sees one order
--- exit code 2

"#]],
    );
    says(
        said(
            &project.path(),
            &["revision", "-m", "odd", "--rev-id", "../x"],
        ),
        str![[r#"
--- stderr
error: --rev-id ../x: an id has letters, digits, `-` and `.` alone
  help: for example [STAMP]
--- exit code 2

"#]],
    );
}

#[test]
fn a_message_is_needed() {
    let project = two_tables();
    says(
        said(&project.path(), &["revision"]),
        str![[r#"
--- stderr
error: the following required arguments were not provided:
  --message <TEXT>

  tip: say what it does: -m "add phone to members"

Usage: migrate revision --message <TEXT>

For more information, try '--help'.
--- exit code 2

"#]],
    );
    says(
        said(&project.path(), &["revision", "-m", " "]),
        str![[r#"
--- stderr
error: the message is empty
  help: say in a few words what the revision does
--- exit code 2

"#]],
    );
}

#[test]
fn in_json_it_names_the_files() {
    let project = two_tables();
    says(
        said(
            &project.path(),
            &["revision", "-m", "x", "--rev-id", "03", "--format", "json"],
        ),
        str![[r#"
{"revision":"03","directory":"03_x","down_revision":"02","files":["migrations/03_x/up.sql","migrations/03_x/down.sql","migrations/03_x/metadata.toml"],"relinked":[]}
--- stderr
next: write both scripts, then `migrate upgrade`
--- exit code 0

"#]],
    );
}

#[test]
fn an_upgrade_refreshes_a_lock_that_is_there_and_makes_none() {
    let mut project = two_tables();
    let lock = project.migrations_dir().join("migrate.lock");
    said_on_app(&project.path(), &["upgrade"]);
    assert!(!lock.exists());
    fs::write(&lock, "version = 1\n").expect("written");
    project.revision(
        "03_t03",
        "CREATE TABLE t03 (id INTEGER);",
        "DROP TABLE t03;",
    );
    said_on_app(&project.path(), &["upgrade"]);
    assert!(
        fs::read_to_string(&lock)
            .expect("read")
            .contains("id = \"03\"")
    );
}
