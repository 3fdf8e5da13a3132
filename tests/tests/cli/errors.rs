//! How an error reads: where it is, what the server said, what is left, what to do, and the exit code.

use migrate_core::{Backend, Migrations};
use migrate_tests::{Database, Project, on};
use snapbox::str;

use crate::{run_on, said, said_on_app, says, two_tables};

fn broken(backend: Backend) -> Project {
    let mut project = Project::tables(backend, 1);
    project.revision(
        "02_broken",
        "CREATE TABLE fine (id INTEGER);\n\n-- The second statement is wrong.\nSELECT id,\n       nmae\nFROM fine;\n",
        "DROP TABLE fine;",
    );
    project
}

#[test]
fn a_failing_statement_is_shown_in_its_file_sqlite() {
    let project = broken(Backend::Sqlite);
    says(
        said_on_app(&project.path(), &["upgrade", "--transaction", "each"]),
        str![[r#"
--- stderr
applied 01_t01 ([TIME])
error: no such column: nmae
 --> migrations/02_broken/up.sql:4:1
  |
4 | SELECT id,
  | ^ the upgrade failed here (statement 2 of 2)
  |
  = note: nothing of this revision was kept; the database is at 01
  = help: mend the script and run `migrate upgrade` again
--- exit code 1

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "--format", "json"]),
        str![[r#"
{"event":"plan","direction":"up","from":"01","to":"02","steps":[{"revision":"02","directory":"02_broken","destroys":[]}]}
{"event":"started","revision":"02","direction":"up","number":1,"of":1}
{"event":"failed","failure":{"revision":"02","direction":"up","file":"migrations/02_broken/up.sql","line":4,"column":1,"statement":"SELECT id,\n       nmae\nFROM fine","number":2,"of":2,"message":"no such column: nmae","code":null,"detail":null,"hint":null,"state":"nothing of this revision was kept; the database is at 01","current":"01"}}
{"event":"error","kind":"failed","exit_code":1,"message":"no such column: nmae","help":"mend the script and run `migrate upgrade` again","failure":{"revision":"02","direction":"up","file":"migrations/02_broken/up.sql","line":4,"column":1,"statement":"SELECT id,\n       nmae\nFROM fine","number":2,"of":2,"message":"no such column: nmae","code":null,"detail":null,"hint":null,"state":"nothing of this revision was kept; the database is at 01","current":"01"}}
--- stderr
error: no such column: nmae
 --> migrations/02_broken/up.sql:4:1
  |
4 | SELECT id,
  | ^ the upgrade failed here (statement 2 of 2)
  |
  = note: nothing of this revision was kept; the database is at 01
  = help: mend the script and run `migrate upgrade` again
--- exit code 1

"#]],
    );
}

#[test]
fn a_failing_statement_is_shown_in_its_file_postgres() {
    migrate_tests::on(Backend::Postgres, |database: &Database| {
        let project = broken(Backend::Postgres);
        let url = database.url();
        says(
            said(
                &project.path(),
                &["--database-url", url, "upgrade", "--transaction", "each"],
            ),
            str![[r#"
--- stderr
applied 01_t01 ([TIME])
error: column "nmae" does not exist [42703]
 --> migrations/02_broken/up.sql:5:8
  |
5 |        nmae
  |        ^ the upgrade failed here (statement 2 of 2)
  |
  = note: nothing of this revision was kept; the database is at 01
  = help: mend the script and run `migrate upgrade` again
--- exit code 1

"#]],
        );
    });
}

#[test]
fn a_failing_statement_is_shown_in_its_file_mysql() {
    migrate_tests::on(Backend::Mysql, |database: &Database| {
        let project = broken(Backend::Mysql);
        let url = database.url();
        says(
            said(
                &project.path(),
                &["--database-url", url, "upgrade", "--transaction", "each"],
            ),
            str![[r#"
--- stderr
applied 01_t01 ([TIME])
error: Unknown column 'nmae' in 'SELECT' [1054 (42S22)]
 --> migrations/02_broken/up.sql:4:1
  |
4 | SELECT id,
  | ^ the upgrade failed here (statement 2 of 2)
  |
  = note: the database is at 01, and 1 of the 2 statements of this revision are done and kept
  = help: mend the script from this statement on and run `migrate upgrade` again: it goes on there
--- exit code 1

"#]],
        );
    });
}

#[test]
fn colours_are_for_those_who_ask() {
    let project = broken(Backend::Sqlite);
    let coloured = said_on_app(&project.path(), &["upgrade", "--color", "always"]);
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    for when in ["auto", "never"] {
        let plain = said_on_app(&project.path(), &["upgrade", "--color", when]);
        assert!(!plain.contains('\u{1b}'), "{plain}");
    }
}

#[test]
fn a_broken_chain_reads_as_the_macro_says_it() {
    let mut project = two_tables();
    project.with_metadata(
        "03_left",
        ("SELECT 1;", "SELECT 1;"),
        "run_in_transaction = true\n",
    );
    project.write("migrations/04_right/up.sql", "SELECT 'open");
    project.write("migrations/04_right/down.sql", "SELECT 1;");
    project.write(
        "migrations/04_right/metadata.toml",
        "down_revision = \"02\"\nrun_in_transaction = true\n",
    );
    let said = said_on_app(&project.path(), &["upgrade"]);
    let problems = Migrations::from_directory(project.migrations_dir()).expect_err("it is a fork");
    let rendered = problems.render("migrations");
    assert!(rendered.len() > 1, "{rendered:?}");
    for problem in &rendered {
        assert!(said.contains(problem), "{problem}\n--- is not in\n{said}");
    }
    says(
        said,
        str![[r#"
--- stderr
migrations/04_right/metadata.toml: a fork: 03_left and 04_right both follow 02_t02
    02_t02
    |-- 03_left
    `-- 04_right
  help: `migrate rebase` makes it one line again; or by hand:
        write `down_revision = "03"` in 04_right/metadata.toml

migrations/04_right/up.sql:1:8: a quoted string that starts here never ends
  help: close it; a quote inside is written twice

error: migrations is not a valid chain: 2 problems
--- exit code 1

"#]],
    );
    says(
        said_on_app(&project.path(), &["heads", "--format", "json"]),
        str![[r#"
{"event":"error","kind":"failed","exit_code":1,"message":"migrations is not a valid chain: 2 problems","help":null,"problems":[{"file":"04_right/metadata.toml","line":null,"message":"a fork: 03_left and 04_right both follow 02_t02","help":"`migrate rebase` makes it one line again; or by hand:\nwrite `down_revision = \"03\"` in 04_right/metadata.toml","text":"migrations/04_right/metadata.toml: a fork: 03_left and 04_right both follow 02_t02\n    02_t02\n    |-- 03_left\n    `-- 04_right\n  help: `migrate rebase` makes it one line again; or by hand:\n        write `down_revision = \"03\"` in 04_right/metadata.toml"},{"file":"04_right/up.sql","line":1,"message":"a quoted string that starts here never ends","help":"close it; a quote inside is written twice","text":"migrations/04_right/up.sql:1:8: a quoted string that starts here never ends\n  help: close it; a quote inside is written twice"}]}
--- stderr
migrations/04_right/metadata.toml: a fork: 03_left and 04_right both follow 02_t02
    02_t02
    |-- 03_left
    `-- 04_right
  help: `migrate rebase` makes it one line again; or by hand:
        write `down_revision = "03"` in 04_right/metadata.toml

migrations/04_right/up.sql:1:8: a quoted string that starts here never ends
  help: close it; a quote inside is written twice

error: migrations is not a valid chain: 2 problems
--- exit code 1

"#]],
    );
}

#[test]
fn targets_that_are_wrong_are_wrong_usage() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade", "+1"]);
    for (arguments, expected) in [
        (
            &["upgrade", "t99"][..],
            str![[r#"
--- stderr
error: no revision is called `t99`
  help: `migrate history` lists the revisions; letter case matters
--- exit code 2

"#]],
        ),
        (
            &["upgrade", "+5"],
            str![[r#"
--- stderr
error: `+5` is out of range: it is 4 past head
  help: the chain ends at its head; name `head` for all of it
--- exit code 2

"#]],
        ),
        (
            &["upgrade", "-1"],
            str![[r#"
--- stderr
error: `-1` is the wrong direction for upgrade
  help: to go back, use `migrate downgrade -1`
--- exit code 2

"#]],
        ),
        (
            &["upgrade", "base"],
            str![[r#"
--- stderr
error: `base` is behind current: the database is already at 01
  help: to go back, use `migrate downgrade base`
--- exit code 2

"#]],
        ),
        (
            &["downgrade", "head"],
            str![[r#"
--- stderr
error: `head` is ahead of current: the database is at 01
  help: to go forward, use `migrate upgrade head`
--- exit code 2

"#]],
        ),
        (
            &["downgrade", "-2"],
            str![[r#"
--- stderr
error: `-2` is out of range: it is 1 past base
  help: base is before the first revision; name `base` for all the way back
--- exit code 2

"#]],
        ),
        (
            &["downgrade", "0"],
            str![[r#"
--- stderr
error: `0` is ambiguous: 01, 02
  help: write more of it, or the whole id
--- exit code 2

"#]],
        ),
        (
            &["downgrade"],
            str![[r#"
--- stderr
error: the following required arguments were not provided:
  <TARGET>

  tip: say how far: -1 for the newest revision, base for all of them, or the revision that stays applied

Usage: migrate downgrade <TARGET>

For more information, try '--help'.
--- exit code 2

"#]],
        ),
    ] {
        says(said_on_app(&project.path(), arguments), expected);
    }
}

#[test]
fn an_edited_revision_is_refused() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade", "+1"]);
    project.write(
        "migrations/01_t01/up.sql",
        "CREATE TABLE t01 (id INTEGER PRIMARY KEY, more INTEGER);\n",
    );
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
--- stderr
error: 01_t01 was changed after it was applied: 01_t01/up.sql has checksum cd3cafac22220856c7d47cdeb569320d4206195d249cc95ef11943f94d7d56bd, 85915ddfc7abe09cab19e2bfbf42298fb94b2001cd505fad7dcfb1dd09ba9eef ran on this database
  help: put the file back as it was, and write the change as a new revision; if the database already is as the file now says, `migrate stamp current` records that
--- exit code 5

"#]],
    );
    says(
        said_on_app(&project.path(), &["current", "--check-heads"]),
        str![[r#"
01  t01
01  t01: changed since it was applied
--- stderr
error: 01 was changed after it was applied
  help: put its files back as they were, and write the change as a new revision
--- exit code 5

"#]],
    );
    project.write(
        "migrations/01_t01/up.sql",
        "\u{feff}CREATE TABLE t01\r\n  (id INTEGER PRIMARY KEY); -- the same\r\n",
    );
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
applied 1 revision in [TIME]: the database is at 02_t02 (head)
--- stderr
applied 02_t02 ([TIME])
--- exit code 0

"#]],
    );
}

#[test]
fn no_directory_and_no_settings_are_told_apart() {
    let empty = tempfile::tempdir().expect("a directory");
    says(
        said_on_app(empty.path(), &["heads"]),
        str![[r#"
--- stderr
error: there is no migrations/ here or in a directory above
  help: `migrate init` makes it; one that is elsewhere is named by --dir
--- exit code 1

"#]],
    );
    says(
        said_on_app(empty.path(), &["heads", "--dir", "nowhere"]),
        str![[r#"
--- stderr
error: nowhere: there is no such directory
  help: `migrate init` makes it; a directory elsewhere is named by `dir` in migrate.toml
--- exit code 1

"#]],
    );
    says(
        said_on_app(empty.path(), &["heads", "--config", "nowhere.toml"]),
        str![[r#"
--- stderr
error: --config: there is no file nowhere.toml
--- exit code 2

"#]],
    );
}

#[test]
fn settings_with_an_unknown_key_name_the_line() {
    let project = two_tables();
    project.settings("backend = [\"sqlite\"]\n");
    says(
        said_on_app(&project.path(), &["heads"]),
        str![[r#"
--- stderr
migrate.toml:2: unknown key `backend`
  help: did you mean `backends`?

error: the settings cannot be read
--- exit code 1

"#]],
    );
}

#[test]
fn a_config_elsewhere_says_where_the_directory_is() {
    let project = two_tables();
    project.write("elsewhere/settings.toml", "dir = \"../migrations\"\n");
    says(
        said(
            &project.path(),
            &["heads", "--config", "elsewhere/settings.toml"],
        ),
        str![[r#"
02  t02 (head)
--- exit code 0

"#]],
    );
}

#[test]
fn a_config_that_is_wrong_is_named_as_it_was_given() {
    let project = two_tables();
    project.write("elsewhere/settings.toml", "file_name = \"weekday\"\n");
    says(
        said(
            &project.path(),
            &["heads", "--config", "elsewhere/settings.toml"],
        ),
        str![[r#"
--- stderr
elsewhere/settings.toml:1: `file_name = "weekday"`: it must be `timestamp` or `date`
  help: for example `file_name = "timestamp"`

error: the settings cannot be read
--- exit code 1

"#]],
    );
}

#[test]
fn a_database_that_the_chain_is_not_for_is_said_to_be_so_before_it_is_opened() {
    let project = two_tables();
    let nowhere = "postgres://u:p@127.0.0.1:1/x";
    for words in [&["upgrade"][..], &["check"], &["check", "--scratch"]] {
        says(
            said(
                &project.path(),
                &[words, &["--database-url", nowhere]].concat(),
            ),
            str![[r#"
--- stderr
error: migrations is a chain for sqlite, and the database is postgres
  help: name another database, or add "postgres" to `backends` in migrate.toml
--- exit code 1

"#]],
        );
    }
}

/// While the directory is read a server lets in already: a command that ends at once must not end in the middle of that.
#[test]
fn a_broken_chain_ends_no_command_in_a_crash() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        project.with_metadata("01_x", ("SELECT 1;\n", "SELECT 1;\n"), "");
        for _ in 0..100 {
            let _ = run_on(&project, database, &["current"]).expect(1);
        }
    });
}

#[test]
fn of_a_thousand_problems_of_a_kind_fifty_are_shown_and_the_rest_is_counted() {
    let mut project = Project::new(Backend::Sqlite);
    for number in 1..=1000 {
        // One is of another kind.
        let down = if number == 700 { "-- later\n" } else { "" };
        let name = format!("{number:04}_t");
        project.revision(&name, "CREATE TABLE t (id INTEGER);\n", down);
    }
    let check = said_on_app(&project.path(), &["check"]);
    assert_eq!(check.matches("no down script\n").count(), 50, "{check}");
    let other = "migrations/0700_t/down.sql: the down script has no statement\n";
    assert!(check.contains(other), "{check}");
    let folded = "\n  and 949 more like it: all are in --format json\n";
    assert!(check.contains(folded), "{check}");
    let count = "error: migrations is not a valid chain: 1000 problems\n";
    assert!(check.contains(count), "{check}");
    let json = said_on_app(&project.path(), &["check", "--format", "json"]);
    let (json, _) = json.split_once("--- stderr").expect("two parts");
    let all = json.matches("\"message\":\"no down script\"").count();
    assert_eq!(all, 999);
}
