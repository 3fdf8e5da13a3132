//! `--sql`: a run that is written down, on standard output and nothing but it.

use migrate_core::Backend;
use migrate_tests::{Client, Project};
use snapbox::str;

use crate::{finish, said, says, tool, two_tables};

#[test]
fn the_output_is_the_script_and_needs_no_database() {
    let project = two_tables();
    project.write("migrate.toml", "");
    let url = "postgres://nobody:s3cret@127.0.0.1:1/nowhere";
    for (arguments, runs) in [
        (&["upgrade", "--sql", "--backend", "sqlite"][..], true),
        (
            &["downgrade", "head:-1", "--sql", "--backend", "sqlite"],
            true,
        ),
        (&["stamp", "base", "--sql", "--backend", "sqlite"], true),
        (&["--database-url", url, "upgrade", "t02", "--sql"], false),
        (
            &["upgrade", "01:", "--sql", "--backend", "mysql", "--quiet"],
            false,
        ),
    ] {
        let outcome = finish(tool(&project.path(), arguments)).expect(0);
        assert_eq!(outcome.stderr, "", "{arguments:?}");
        assert!(outcome.stdout.starts_with("-- "), "{arguments:?}");
        assert!(!outcome.stdout.contains("s3cret"));
        if runs {
            let app = project.path().join("app.db");
            let client = Client::new(Backend::Sqlite, &app.to_string_lossy());
            client
                .run(&outcome.stdout)
                .unwrap_or_else(|error| panic!("{error}"));
        }
    }
    let app = project.path().join("app.db");
    let client = Client::new(Backend::Sqlite, &app.to_string_lossy());
    let log = "SELECT action || ' ' || revision FROM __migrate_log WHERE id > 1 ORDER BY id;";
    assert_eq!(
        client.run(log).unwrap().lines().collect::<Vec<_>>(),
        ["upgrade 01", "upgrade 02", "downgrade 02", "unstamp 01"]
    );
}

#[test]
fn what_a_script_holds_is_printed_as_it_is() {
    let mut project = Project::new(Backend::Sqlite);
    let text = "INSERT INTO t VALUES ('postgres://u:secret@h/d \u{1b}[31m')";
    project.revision(
        "01_t",
        &format!("CREATE TABLE t (x);\n{text};"),
        "DROP TABLE t",
    );
    let outcome = finish(tool(
        &project.path(),
        &["upgrade", "--sql", "--backend", "sqlite"],
    ));
    assert!(outcome.expect(0).stdout.contains(&format!("{text};\n")));
}

#[test]
fn the_backend_is_said_once_or_found() {
    let project = two_tables();
    let sql = |arguments: &[&str]| {
        let words = [&["upgrade", "--sql"], arguments].concat();
        said(&project.path(), &words)
    };
    project.write("migrate.toml", "");
    says(
        sql(&[]),
        str![[r#"
--- stderr
error: for which database the SQL is to be is not said
  help: add --backend sqlite, --backend postgres or --backend mysql
--- exit code 2

"#]],
    );
    says(
        sql(&["--backend", "mysql", "--database-url", "sqlite:app.db"]),
        str![[r#"
--- stderr
error: --backend mysql, and the URL is one of sqlite (--database-url)
  help: leave one of them out
--- exit code 2

"#]],
    );
    project.write("migrate.toml", "backends = [\"sqlite\"]\n");
    assert!(sql(&[]).contains("for SQLite\n"));
    assert!(
        sql(&["--backend", "sqlite", "--database-url", "sqlite:app.db"]).contains("for SQLite")
    );
}

#[test]
fn what_depends_on_a_database_is_refused_with_what_to_write_instead() {
    let project = two_tables();
    let sql = |arguments: &[&str]| {
        let words = [arguments, &["--sql", "--backend", "sqlite"]].concat();
        said(&project.path(), &words)
    };
    says(
        sql(&["upgrade", "+1"]),
        str![[r#"
--- stderr
error: `+1` is seen from where a database is, and none is asked
  help: write where it begins too: `base:+1` or `ID:+1`
--- exit code 2

"#]],
    );
    says(
        sql(&["downgrade", "-1"]),
        str![[r#"
--- stderr
error: `-1` is where the downgrade ends, and without a database it must be said where it begins
  help: write `head:-1`, or `ID:-1`
--- exit code 2

"#]],
    );
    says(
        sql(&["downgrade", "current:base"]),
        str![[r#"
--- stderr
error: `current` is seen from where a database is, and none is asked
  help: write the range by its ends, such as `head:base` or `head:-1`
--- exit code 2

"#]],
    );
    says(
        sql(&["stamp", "+1"]),
        str![[r#"
--- stderr
error: `+1` is seen from where a database is, and none is asked
  help: write an id, a name, `head` or `base`
--- exit code 2

"#]],
    );
    says(
        sql(&["upgrade", "head:01"]),
        str![[r#"
--- stderr
error: `01` is behind current: the database is already at 02
  help: to go back, use `migrate downgrade 01`
--- exit code 2

"#]],
    );
    says(
        sql(&["upgrade", "head:head"]),
        str![[r#"
-- upgrade from 02_t02 to 02_t02, for SQLite
-- written by migrate 0.1.0; to be run by sqlite3 DATABASE < FILE

-- nothing to do
--- stderr
nothing to do: the SQL is a comment
--- exit code 0

"#]],
    );
    says(
        sql(&["upgrade", "--dry-run"]),
        str![[r#"
--- stderr
error: the argument '--dry-run' cannot be used with '--sql'

Usage: migrate upgrade --dry-run --backend <BACKEND> [TARGET]

For more information, try '--help'.
--- exit code 2

"#]],
    );
}

#[test]
fn in_json_it_is_one_object() {
    let project = two_tables();
    for arguments in [
        &["upgrade"][..],
        &["downgrade", "head:base"],
        &["stamp", "01"],
    ] {
        let words = [
            arguments,
            &["--sql", "--backend", "sqlite", "--format", "json"],
        ]
        .concat();
        let stdout = finish(tool(&project.path(), &words)).expect(0).stdout;
        let value: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(value["steps"].as_array().map(Vec::len), Some(2), "{stdout}");
        assert!(value["sql"].as_str().unwrap().contains("__migrate_log"));
    }
}
