//! `import`: other tools' directories become chains that run on a real database.

use std::fs;

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use crate::{said, said_on_app, says};

/// An empty project beside another tool's files.
fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::new(Backend::Sqlite);
    for (name, text) in files {
        project.write(&format!("old/{name}"), text);
    }
    project
}

const UP: &str = "CREATE TABLE a (id INTEGER);\n";
const DOWN: &str = "DROP TABLE a;\n";

#[test]
fn every_tools_directory_goes_up_and_down() {
    let both = |up: &str, down: &str| format!("{up}\n{UP}\n{down}\n{DOWN}");
    let dbmate = both("-- migrate:up", "-- migrate:down");
    let goose = both("-- +goose Up", "-- +goose Down");
    for (tool, files) in [
        (
            "sqlx",
            &[("20230101_a.up.sql", UP), ("20230101_a.down.sql", DOWN)][..],
        ),
        (
            "golang-migrate",
            &[("000001_a.up.sql", UP), ("000001_a.down.sql", DOWN)],
        ),
        ("flyway", &[("V1__a.sql", UP), ("U1__a.sql", DOWN)]),
        ("dbmate", &[("20230101_a.sql", dbmate.as_str())]),
        ("goose", &[("00001_a.sql", goose.as_str())]),
    ] {
        let project = project(files);
        let imported = said(&project.path(), &["import", "--from", tool, "old"]);
        assert!(imported.ends_with("exit code 0\n"), "{tool}: {imported}");
        assert!(said(&project.path(), &["lock", "--check"]).ends_with("exit code 0\n"));
        let up = said_on_app(&project.path(), &["upgrade"]);
        assert!(up.contains("applied 1 revision"), "{tool}: {up}");
        let down = said_on_app(&project.path(), &["downgrade", "base", "--yes"]);
        assert!(down.contains("reverted 1 revision"), "{tool}: {down}");
    }
}

#[test]
fn what_was_made_and_what_was_left_out_is_said() {
    let project = project(&[
        (
            "V1__create members.sql",
            "CREATE TABLE members (id INTEGER);",
        ),
        ("V10__rows.sql", "BEGIN;\nDELETE FROM members;\nCOMMIT;\n"),
        ("V2__code.rs", "fn"),
    ]);
    says(
        said(
            &project.path(),
            &["import", "--from", "refinery", "old", "--dry-run"],
        ),
        str![[r#"
migrations/01_create_members  (V1__create members.sql)
migrations/10_rows  (V10__rows.sql)
--- stderr
old/V2__code.rs: it is code: write what it does as SQL
--- exit code 0

"#]],
    );
    assert_eq!(
        fs::read_dir(project.migrations_dir())
            .expect("listed")
            .count(),
        0
    );
    says(
        said(
            &project.path(),
            &["import", "--from", "refinery", "old", "--format", "json"],
        ),
        str![[r#"
{"tool":"refinery","revisions":[{"revision":"01","directory":"01_create_members","from":["V1__create members.sql"]},{"revision":"10","directory":"10_rows","from":["V10__rows.sql"]}],"remarks":[{"file":"V2__code.rs","what":"it is code: write what it does as SQL"}],"written":true}
--- stderr
old/V2__code.rs: it is code: write what it does as SQL
next: for a database that refinery brought up: `migrate stamp 10`
--- exit code 0

"#]],
    );
    says(
        fs::read_to_string(project.path().join("migrations/10_rows/metadata.toml"))
            .expect("written"),
        str![[r#"
down_revision = "01"
run_in_transaction = false
irreversible = "refinery had no down script"

"#]],
    );
    assert!(said_on_app(&project.path(), &["upgrade"]).contains("applied 2 revisions"));
    says(
        said(&project.path(), &["import", "--from", "refinery", "old"]),
        str![[r#"
--- stderr
error: old: V1__create members.sql would become 01, and that is not after 10, the head of the chain
  help: import into an empty migrations directory, then put your own revisions behind it
--- exit code 1

"#]],
    );
}

#[test]
fn an_import_that_makes_no_valid_chain_leaves_nothing() {
    let project = project(&[("1_a.sql", UP), ("2_b.sql", "SELECT 'open;\n")]);
    let refused = said(&project.path(), &["import", "--from", "sqlx", "old"]);
    assert!(refused.contains("2_b/up.sql:1:8"), "{refused}");
    assert!(refused.ends_with("exit code 1\n"), "{refused}");
    assert_eq!(
        fs::read_dir(project.migrations_dir())
            .expect("listed")
            .count(),
        0
    );
    says(
        said(&project.path(), &["import", "--from", "dbmate", "gone"]),
        str![[r#"
--- stderr
error: cannot read gone: No such file or directory (os error 2)
--- exit code 1

"#]],
    );
}
