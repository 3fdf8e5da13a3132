//! Where a new revision goes and what it begins with, and the editor.
#![cfg(unix)]

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use crate::{finish, read, said, said_on_app, says, text, tool, two_tables};

/// `migrate` with an editor that adds a line to each of its files.
fn edited(project: &Project, line: &str, arguments: &[&str]) -> String {
    let editor = "sh -c 'for file; do echo \"$LINE\" >> \"$file\"; done' editor";
    let mut command = tool(&project.path(), arguments);
    command.env("EDITOR", editor).env("LINE", line);
    text(&finish(command))
}

#[test]
fn a_revision_goes_behind_the_one_that_is_named() {
    let project = Project::tables(Backend::Sqlite, 3);
    says(
        said_on_app(
            &project.path(),
            &["revision", "-m", "between", "--after", "t01"],
        ),
        str![[r#"
migrations/01-01_between/up.sql
migrations/01-01_between/down.sql
migrations/01-01_between/metadata.toml
--- stderr
app.db is not there yet
the chain is now:
  01-01_between  (new, follows 01)
  02_t02  (follows 0101)
next: write both scripts, then `migrate upgrade`
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["history", "-q"]),
        str![[r#"
03    t03 (head)
02    t02
0101  between
01    t01
--- exit code 0

"#]],
    );
    assert!(said(&project.path(), &["lock", "--check"]).ends_with("exit code 0\n"));
    says(
        said(
            &project.path(),
            &[
                "revision", "-m", "x", "--after", "t01", "--rev-id", "015", "--format", "json",
            ],
        ),
        str![[r#"
{"event":"error","kind":"usage","exit_code":2,"message":"--rev-id 015: it must come between 01 and 0101","help":"ids ascend along the chain, as text: so every tool sees one order"}
--- stderr
error: --rev-id 015: it must come between 01 and 0101
  help: ids ascend along the chain, as text: so every tool sees one order
--- exit code 2

"#]],
    );
    says(
        said(
            &project.path(),
            &["revision", "-m", "x", "--after", "base", "--format", "json"],
        ),
        str![[r#"
{"revision":"00","directory":"00_x","down_revision":"base","files":["migrations/00_x/up.sql","migrations/00_x/down.sql","migrations/00_x/metadata.toml"],"relinked":[{"revision":"01","directory":"01_t01","was":"01_t01","down_revision":"00"}]}
--- stderr
no database is named: what is applied somewhere was not looked at
the chain is now:
  00_x  (new, follows base)
  01_t01  (follows 00)
next: write both scripts, then `migrate upgrade`
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["revision", "-m", "x", "--after", "-1"]),
        str![[r#"
--- stderr
error: unexpected argument '-1' found

Usage: migrate revision [OPTIONS] --message <TEXT>

For more information, try '--help'.
--- exit code 2

"#]],
    );
}

#[test]
fn what_is_applied_is_not_relinked() {
    let project = Project::tables(Backend::Sqlite, 3);
    said_on_app(&project.path(), &["upgrade", "t02"]);
    says(
        said_on_app(&project.path(), &["revision", "-m", "x", "--after", "t01"]),
        str![[r#"
--- stderr
error: 02_t02 is applied in the database: it cannot go behind 0101
  help: take it back first: `migrate downgrade`, from a checkout whose chain is valid
--- exit code 1

"#]],
    );
    assert!(!project.migrations_dir().join("01-01_x").exists());
    // What follows is not applied.
    let made = said_on_app(&project.path(), &["revision", "-m", "x", "--after", "t02"]);
    assert!(made.contains("03_t03  (follows 0201)"), "{made}");
}

#[test]
fn a_revision_that_cannot_be_taken_back_says_why_and_has_no_down() {
    let project = two_tables();
    let why = "the \"audit\" rows are gone";
    let made = said(
        &project.path(),
        &[
            "revision",
            "-m",
            "drop",
            "--rev-id",
            "03",
            "--irreversible",
            why,
        ],
    );
    assert!(!made.contains("down.sql"), "{made}");
    says(
        read(&project, "migrations/03_drop/metadata.toml"),
        str![[r#"
down_revision = "02"
run_in_transaction = true
irreversible = "the \"audit\" rows are gone"

"#]],
    );
    project.write("migrations/03_drop/up.sql", "DROP TABLE t01;");
    assert!(said_on_app(&project.path(), &["upgrade"]).ends_with("exit code 0\n"));
}

#[test]
fn a_database_can_have_scripts_of_its_own() {
    let project = Project::new(Backend::Sqlite);
    project.write("migrate.toml", "backends = [\"sqlite\", \"mysql\"]\n");
    let ends = |made: &str| {
        let names = made.lines().filter_map(|line| line.rsplit_once('/'));
        let names: Vec<_> = names.map(|(_, name)| name.to_owned()).collect();
        names.join(" ")
    };
    let made = said(&project.path(), &["revision", "-m", "x", "--for", "mysql"]);
    assert_eq!(
        ends(&made),
        "up.sql down.sql up.mysql.sql down.mysql.sql metadata.toml"
    );
    let made = said(
        &project.path(),
        &["revision", "-m", "y", "--for", "mysql,sqlite"],
    );
    assert_eq!(
        ends(&made),
        "up.mysql.sql down.mysql.sql up.sqlite.sql down.sqlite.sql metadata.toml"
    );
}

#[test]
fn a_revision_in_rust_has_a_function_for_each_connection() {
    let project = two_tables();
    says(
        said(
            &project.path(),
            &["revision", "-m", "hash emails", "--rev-id", "03", "--rust"],
        ),
        str![[r#"
migrations/03_hash_emails/migration.rs
migrations/03_hash_emails/metadata.toml
--- stderr
next: write what it does; the app that embeds it runs it
--- exit code 0

"#]],
    );
    says(
        read(&project, "migrations/03_hash_emails/migration.rs"),
        str![[r#"
//! hash emails

use diesel::prelude::*;

pub fn up(connection: &mut SqliteConnection) -> QueryResult<()> {
    todo!("what this revision does")
}

pub fn down(connection: &mut SqliteConnection) -> QueryResult<()> {
    todo!("take it back")
}

"#]],
    );
    project.write("migrate.toml", "backends = [\"sqlite\", \"mysql\"]\n");
    let several = said(
        &project.path(),
        &["revision", "-m", "x", "--rust", "--irreversible", "why"],
    );
    assert!(several.contains("_x/migration.sqlite.rs\n"), "{several}");
    assert!(several.contains("_x/migration.mysql.rs\n"), "{several}");
    project.write("migrate.toml", "");
    says(
        said(&project.path(), &["revision", "-m", "y", "--rust"]),
        str![[r#"
--- stderr
error: --rust: for which database is not known
  help: name it: --for postgres, or `backends` in migrate.toml
--- exit code 2

"#]],
    );
}

#[test]
fn the_editor_gets_the_scripts_and_the_lock_what_it_left() {
    let project = two_tables();
    let made = edited(
        &project,
        "SELECT 1;",
        &["revision", "-m", "x", "--rev-id", "03", "--edit"],
    );
    assert!(
        made.ends_with("next: `migrate upgrade`\n--- exit code 0\n"),
        "{made}"
    );
    assert_eq!(
        read(&project, "migrations/03_x/up.sql"),
        "-- x\nSELECT 1;\n"
    );
    assert!(said(&project.path(), &["lock", "--check"]).ends_with("exit code 0\n"));

    says(
        edited(&project, "SELECT 2;", &["edit"]),
        str![[r#"
migrations/03_x/up.sql
migrations/03_x/down.sql
--- stderr
no database is named: what is applied somewhere was not looked at
brought migrate.lock up to date
--- exit code 0

"#]],
    );
    said_on_app(&project.path(), &["upgrade", "-q"]);
    says(
        edited(
            &project,
            "SELECT 3;",
            &["edit", "t01", "--database-url", "sqlite:app.db"],
        ),
        str![[r#"
--- stderr
error: 01_t01 is applied in the database
  help: put the change into a new revision, or take this one back first;
        `migrate edit 01 --down` opens its down script, and --force all of it
--- exit code 1

"#]],
    );
    says(
        edited(
            &project,
            "SELECT 3;",
            &[
                "edit",
                "t01",
                "--down",
                "--database-url",
                "sqlite:app.db",
                "--format",
                "json",
            ],
        ),
        str![[r#"
{"revision":"01","directory":"01_t01","files":["migrations/01_t01/down.sql"],"lock_written":true}
--- stderr
brought migrate.lock up to date
--- exit code 0

"#]],
    );
    let broken = edited(&project, "SELECT 'open;", &["edit", "t02"]);
    assert!(
        broken.contains("a quoted string that starts here never ends"),
        "{broken}"
    );
    assert!(broken.ends_with("exit code 1\n"), "{broken}");
    assert!(
        read(&project, "migrations/02_t02/up.sql").ends_with("SELECT 'open;\n"),
        "what the user wrote is theirs"
    );
    // A chain that is broken can be edited.
    let again = edited(&project, "'", &["edit", "t02"]);
    assert!(again.ends_with("exit code 0\n"), "{again}");
}

#[test]
fn what_is_sealed_is_not_opened_and_without_an_editor_nothing_is() {
    let project = two_tables();
    said(&project.path(), &["lock"]);
    let lock = read(&project, "migrations/migrate.lock") + "tag = \"v1\"\n";
    project.write("migrations/migrate.lock", lock);
    says(
        edited(&project, "SELECT 1;", &["edit", "--force"]),
        str![[r#"
--- stderr
error: 02_t02 is sealed by v1, and never changes
  help: put the change into a new revision: `migrate revision`
--- exit code 1

"#]],
    );
    says(
        said(&project.path(), &["edit", "t01"]),
        str![[r#"
--- stderr
no database is named: what is applied somewhere was not looked at
error: no editor is named
  help: set VISUAL or EDITOR: EDITOR="code --wait"
--- exit code 2

"#]],
    );
}
