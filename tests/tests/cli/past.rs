//! `show` and `log`: what a revision says, and what became of it.

use migrate_core::Backend;
use migrate_tests::{Database, Project};
use snapbox::str;

use crate::{finish, said, said_on_app, says, tool, two_tables};

#[test]
fn show_needs_no_database_and_then_has_all_scripts() {
    let mut project = Project::new(Backend::Sqlite);
    project.write("migrate.toml", "backends = [\"sqlite\", \"mysql\"]\n");
    project.revision(
        "2026-11-21_members",
        "CREATE TABLE members (id INTEGER);\n",
        "DROP TABLE members;\n",
    );
    project.with_metadata(
        "2026-11-22_phones",
        ("-- for everybody\nCREATE TABLE phones (id INTEGER);\n", ""),
        "run_in_transaction = false\nirreversible = \"numbers are lost\"\nlock_timeout = \"2s\"\n",
    );
    project.write(
        "migrations/2026-11-22_phones/up.mysql.sql",
        "CREATE TABLE phones (id BIGINT);\n",
    );
    says(
        said(&project.path(), &["show", "phones"]),
        str![[r#"
20261122  phones  (head)
directory     migrations/2026-11-22_phones
follows       20261121
scripts       up.mysql.sql, up.sql
transaction   none
lock timeout  2s
irreversible  numbers are lost

-- up.mysql.sql
CREATE TABLE phones (id BIGINT);

-- up.sql
-- for everybody
CREATE TABLE phones (id INTEGER);
--- stderr
no database is named: what is applied is not shown
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["show", "20261121"]),
        str![[r#"
20261121  members
directory    migrations/2026-11-21_members
follows      base
followed by  20261122
scripts      up.sql, down.sql

-- up.sql
CREATE TABLE members (id INTEGER);

-- down.sql
DROP TABLE members;
--- stderr
no database is named: what is applied is not shown
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["show", "members", "--format", "json"]),
        str![[r#"
{"revision":"20261121","directory":"2026-11-21_members","down_revision":null,"linked":true,"head":false,"current":null,"state":null,"applied":null,"applied_at":null,"scripts":["up.sql","down.sql"],"run_in_transaction":true,"revert_in_transaction":true,"lock_timeout_ms":null,"irreversible":null,"database":null,"followed_by":"20261122","attempt":null,"up":[{"file":"2026-11-21_members/up.sql","backends":["sqlite","mysql"],"checksum":"91b59f2f77b2526e9da189f48409338385b898a34e3c4fd7426f0b16a1304b9b","statements":1,"code":null,"text":"CREATE TABLE members (id INTEGER);\n"}],"down":[{"file":"2026-11-21_members/down.sql","backends":["sqlite","mysql"],"checksum":"dd4ea2c5913f1699da26ee3365b7e90705964c4f5f66fe19f14105d4ab0cbd99","statements":1,"code":null,"text":"DROP TABLE members;\n"}]}
--- stderr
no database is named: what is applied is not shown
--- exit code 0

"#]],
    );
}

#[test]
fn show_says_when_and_by_whom_it_was_applied_here() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade", "+1"]);
    says(
        said_on_app(&project.path(), &["show", "current"]),
        str![[r#"
01  t01  (current)
directory    migrations/01_t01
follows      base
followed by  02
scripts      up.sql, down.sql
here         applied [DATE], took [TIME]
by           [WHO]

-- up.sql
CREATE TABLE t01 (id INTEGER PRIMARY KEY);

-- down.sql
DROP TABLE t01;
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["show", "+1"]),
        str![[r#"
02  t02  (head)
directory  migrations/02_t02
follows    01
scripts    up.sql, down.sql
here       pending

-- up.sql
CREATE TABLE t02 (id INTEGER PRIMARY KEY);

-- down.sql
DROP TABLE t02;
--- exit code 0

"#]],
    );
}

#[test]
fn show_has_the_scripts_of_the_database_that_is_asked() {
    let mut project = Project::tables(Backend::Postgres, 1);
    project.write("migrate.toml", "backends = [\"sqlite\", \"postgres\"]\n");
    project.revision(
        "02_more",
        "CREATE TABLE more (id INTEGER);",
        "DROP TABLE more;",
    );
    project.write(
        "migrations/02_more/up.postgres.sql",
        "DO $$ BEGIN NULL; END $$;",
    );
    migrate_tests::on(Backend::Postgres, |database| {
        let shown = said(
            &project.path(),
            &["show", "more", "--database-url", database.url()],
        );
        assert!(
            shown.contains("-- up.postgres.sql\nDO $$ BEGIN NULL; END $$;\n"),
            "{shown}"
        );
        assert!(!shown.contains("-- up.sql"), "{shown}");
    });
}

#[test]
fn show_refuses_what_is_no_revision() {
    let project = two_tables();
    for (target, expected) in [
        (
            "base",
            str!["error: `base` is before the first revision[..]"],
        ),
        (
            "01-1",
            str!["error: `01-1` is base, before the first revision[..]"],
        ),
        ("t03", str!["error: no revision is called `t03`[..]"]),
        (
            "+1",
            str!["error: `+1` is seen from the database, which was not asked[..]"],
        ),
        (
            "current-1",
            str!["error: `current-1` is seen from the database, which was not asked[..]"],
        ),
        ("", str!["error: the target is empty[..]"]),
    ] {
        let outcome = finish(tool(&project.path(), &["show", target])).expect(2);
        let error = outcome
            .stderr
            .lines()
            .find(|line| line.starts_with("error"))
            .unwrap_or_default();
        says(error.to_owned(), expected);
    }
}

/// Three attempts: one done, one that failed with a long message, one taken back.
fn with_a_past(backend: Backend, database: &Database) -> Project {
    let mut project = Project::tables(backend, 1);
    project.revision(
        "02_bad",
        "CREATE TABLE good (id INTEGER);\nINSERT INTO a_table_that_is_not_there VALUES (1);",
        "DROP TABLE good;",
    );
    for (words, code) in [
        (&["upgrade", "01"][..], 0),
        (&["upgrade"], 1),
        (&["downgrade", "base", "--yes"], 0),
    ] {
        // What is recorded statement by statement is half done then, and is taken back first.
        let outcome = finish(migrate_tests::migrate(&project, database.url(), words));
        if backend != Backend::Mysql || words[0] == "upgrade" {
            let _ = outcome.expect(code);
        }
    }
    project
}

fn the_log_has_every_attempt_newest_first(database: &Database) {
    let project = with_a_past(database.backend(), database);
    let run =
        |words: &[&str]| finish(migrate_tests::migrate(&project, database.url(), words)).expect(0);
    let log = run(&["log"]).stdout;
    let lines: Vec<_> = log.lines().collect();
    let failed = lines
        .iter()
        .position(|line| line.contains("failed"))
        .expect("the failure is there");
    assert!(
        lines[failed].contains("upgrade") && lines[failed].contains("02"),
        "{log}"
    );
    assert!(
        lines.last().is_some_and(|line| line.contains("upgrade")
            && line.contains("  01  ")
            && line.contains("done")),
        "{log}"
    );
    assert!(failed < lines.len() - 1, "newest first: {log}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{log}");
    assert!(
        lines
            .iter()
            .all(|line| line.starts_with("20") && line.as_bytes()[10] == b' '),
        "{log}"
    );

    assert_eq!(run(&["log", "-n", "1"]).stdout.lines().count(), 1);
    let at = run(&["log", "bad", "-v"]).stdout;
    assert!(
        at.contains("a_table_that_is_not_there"),
        "the error in full: {at}"
    );
    assert!(!at.contains("  01  "), "{at}");
    let json = run(&["log", "--format", "json", "-n", "100"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("one object");
    let attempts = json["attempts"].as_array().expect("a list");
    assert_eq!(attempts.len(), lines.len());
    assert_eq!(
        attempts.last().map(|last| &last["revision"]),
        Some(&"01".into())
    );

    project.remove("02_bad");
    let gone = run(&["log", "02"]).stdout;
    assert!(
        gone.contains("failed"),
        "the log remembers what the chain forgot: {gone}"
    );
    let nothing = finish(migrate_tests::migrate(
        &project,
        database.url(),
        &["log", "03"],
    ))
    .expect(2);
    assert!(
        nothing.stderr.contains("no revision is called `03`"),
        "{nothing}"
    );
}
migrate_tests::on_each_backend!(the_log_has_every_attempt_newest_first);

#[test]
fn the_log_of_a_database_that_is_new_is_empty() {
    let project = two_tables();
    says(
        said_on_app(&project.path(), &["log"]),
        str![[r#"
--- stderr
app.db is not there yet
the log has no attempt
--- exit code 0

"#]],
    );
    assert!(!project.path().join("app.db").exists());
}

#[test]
fn the_log_in_text_is_a_line_an_attempt() {
    let mut project = two_tables();
    project.revision(
        "03_bad",
        "CREATE TABLE t01 (id INTEGER);",
        "DROP TABLE t01;",
    );
    said_on_app(&project.path(), &["upgrade"]);
    said_on_app(&project.path(), &["downgrade", "-1", "--yes"]);
    says(
        said_on_app(&project.path(), &["log"]),
        str![[r#"
[DATE]  downgrade  02  done in [TIME]
[DATE]  upgrade    03  failed: table t01 already exists
[DATE]  upgrade    02  done in [TIME]
[DATE]  upgrade    01  done in [TIME]
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["log", "bad", "-v"]),
        str![[r#"
[DATE]  upgrade  03  failed: table t01 already exists
    statements  0 of 1
    by  [WHO]
    error  table t01 already exists
--- stderr
database: sqlite:app.db (--database-url)
chain: migrations, 3 revisions
--- exit code 0

"#]],
    );
}
