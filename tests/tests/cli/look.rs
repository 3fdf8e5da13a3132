//! `current` and `heads`: what is and what is not applied.

use std::fs;

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use crate::{said, said_on_app, says, two_tables};

#[test]
fn current_names_the_revision_and_says_when_it_is_the_head() {
    let project = two_tables();
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
base
--- stderr
app.db is not there yet
--- exit code 0

"#]],
    );
    said_on_app(&project.path(), &["upgrade", "+1"]);
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
01  t01
--- exit code 0

"#]],
    );
    said_on_app(&project.path(), &["upgrade"]);
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
02  t02 (head)
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["current", "--format", "json"]),
        str![[r#"
{"database":"sqlite:app.db","current":"02","directory":"02_t02","head":"02","is_head":true,"applied":["01","02"],"pending":[],"unknown":[],"missing":[],"changed":[],"partial":null,"last_attempt":null}
--- exit code 0

"#]],
    );
}

#[test]
fn to_look_makes_no_file() {
    let project = two_tables();
    for command in ["current", "history"] {
        said_on_app(&project.path(), &[command]);
        assert!(!project.path().join("app.db").exists(), "{command}");
    }
}

#[test]
fn check_heads_has_an_exit_code_of_its_own() {
    let project = two_tables();
    says(
        said_on_app(&project.path(), &["current", "--check-heads"]),
        str![[r#"
base
--- stderr
app.db is not there yet
error: the database is behind: it is at base, and 2 of 2 revisions are pending, the first of them 01
  help: run `migrate upgrade`, or call `upgrade` before the app serves
--- exit code 3

"#]],
    );
    said_on_app(&project.path(), &["upgrade"]);
    says(
        said_on_app(&project.path(), &["current", "--check-heads"]),
        str![[r#"
02  t02 (head)
--- exit code 0

"#]],
    );
    project.remove("02_t02");
    says(
        said_on_app(&project.path(), &["current", "--check-heads"]),
        str![[r#"
01  t01 (head)
02: unknown to this build
--- stderr
error: the database is ahead of this build: it has 02, unknown here
  help: deploy the build that knows them; to go back to this one, `migrate downgrade head` takes them back by the scripts that the ledger kept
--- exit code 5

"#]],
    );
    says(
        said_on_app(
            &project.path(),
            &["current", "--check-heads", "--format", "json"],
        ),
        str![[r#"
{"database":"sqlite:app.db","current":"01","directory":"01_t01","head":"01","is_head":false,"applied":["01","02"],"pending":[],"unknown":["02"],"missing":[],"changed":[],"partial":null,"last_attempt":null}
{"event":"error","kind":"diverged","exit_code":5,"message":"the database is ahead of this build: it has 02, unknown here","help":"deploy the build that knows them; to go back to this one, `migrate downgrade head` takes them back by the scripts that the ledger kept"}
--- stderr
error: the database is ahead of this build: it has 02, unknown here
  help: deploy the build that knows them; to go back to this one, `migrate downgrade head` takes them back by the scripts that the ledger kept
--- exit code 5

"#]],
    );
}

#[test]
fn a_revision_that_this_chain_lacks_is_shown_as_unknown() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade"]);
    project.remove("02_t02");
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
01  t01 (head)
02: unknown to this build
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["history"]),
        str![[r#"
02                       applied, unknown to this build
01  t01 (head, current)  applied [DATE]
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
--- stderr
error: the database has a revision unknown to this build: 02
  help: they are in the table __diesel_schema_migrations: an older or newer build, or another branch, applied them; use the build that has them, or `migrate downgrade head`, which takes them back by the scripts that the ledger kept; where they are gone for good, `migrate stamp REV --purge` clears the table and sets it to REV
--- exit code 5

"#]],
    );
}

#[test]
fn a_half_done_step_is_shown_with_how_far_it_came() {
    let mut project = two_tables();
    project.bare(
        "03_half",
        "CREATE TABLE a (id INTEGER);\nCREATE TABLE t01 (id INTEGER);\n",
        "DROP TABLE a;",
    );
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
--- stderr
applied 01_t01
applied 02_t02
error: table t01 already exists
 --> migrations/03_half/up.sql:2:1
  |
2 | CREATE TABLE t01 (id INTEGER);
  | ^ the upgrade failed here (statement 2 of 2)
  |
  = note: the database is at 02, and 1 of the 2 statements of this revision are done and kept
  = help: mend the script from this statement on and run `migrate upgrade` again: it goes on there
--- exit code 1

"#]],
    );
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
02  t02
03 partial 1/2
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["current", "--check-heads"]),
        str![[r#"
02  t02
03 partial 1/2
--- stderr
error: 03 partial 1/2, and must be finished before anything else runs
  help: run `migrate upgrade +1`: it goes on at statement 2
--- exit code 3

"#]],
    );
    says(
        said_on_app(&project.path(), &["current", "--verbose"]),
        str![[r#"
02  t02
03 partial 1/2
head          03  half
applied       2
pending       1
              03  half
last attempt  [DATE]  upgrade  03  failed after 1 of 2: table t01…
              statements  1 of 2
              by  [WHO]
              error  table t01 already exists
--- stderr
database: sqlite:app.db (--database-url)
chain: migrations, 3 revisions
--- exit code 0

"#]],
    );
    project.write(
        "migrations/03_half/up.sql",
        "CREATE TABLE a (id INTEGER);\nCREATE TABLE b (id INTEGER);\n",
    );
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
applied 1 revision in [TIME]: the database is at 03_half (head)
--- stderr
note: 03_half goes on: 1 of its 2 statements are done
applied 03_half ([TIME])
--- exit code 0

"#]],
    );
}

#[test]
fn verbose_current_tells_what_is_pending_and_what_happened_last() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade", "+1"]);
    says(
        said_on_app(&project.path(), &["current", "--verbose"]),
        str![[r#"
01  t01
head          02  t02
applied       1
pending       1
              02  t02
last attempt  [DATE]  upgrade  01  done in [TIME]
              statements  1 of 1
              by  [WHO]
--- stderr
database: sqlite:app.db (--database-url)
chain: migrations, 2 revisions
--- exit code 0

"#]],
    );
}

#[test]
fn heads_needs_no_database() {
    let project = two_tables();
    says(
        said(&project.path(), &["heads"]),
        str![[r#"
02  t02 (head)
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["heads", "--format", "json"]),
        str![[r#"
{"head":{"revision":"02","directory":"02_t02"}}
--- exit code 0

"#]],
    );
    says(
        said(&Project::new(Backend::Sqlite).path(), &["heads"]),
        str![[r#"
base
--- exit code 0

"#]],
    );
}

#[test]
fn a_script_that_cannot_be_read_stops_only_who_reads_it() {
    let project = two_tables();
    project.write(
        "migrations/01_t01/up.sql",
        "CREATE TABLE t01 (x TEXT DEFAULT '",
    );
    for words in [
        &["heads", "-v"][..],
        &["history"],
        &["history", "-v", "-r", "t02:"],
        &["show", "t02"],
    ] {
        let answer = said(&project.path(), words);
        assert!(answer.ends_with("--- exit code 0\n"), "{answer}");
    }
    for words in [
        &["show", "t01"][..],
        &["history", "-v"],
        &["history", "--format", "json"],
    ] {
        let answer = said(&project.path(), words);
        assert!(answer.contains("migrations/01_t01/up.sql:1:"), "{answer}");
        assert!(answer.ends_with("--- exit code 1\n"), "{answer}");
    }
}

#[test]
fn a_directory_that_is_no_revision_is_no_head() {
    let project = Project::new(Backend::Sqlite);
    project.write("migrations/01_a/up.sql", "CREATE TABLE a (id INTEGER);");
    project.write("migrations/01_a/down.sql", "DROP TABLE a;");
    fs::create_dir(project.path().join("migrations/02_left_behind")).unwrap();
    for verb in ["heads", "history"] {
        let answer = said(&project.path(), &[verb]);
        assert!(answer.contains("02_left_behind/up.sql"), "{answer}");
        assert!(answer.ends_with("--- exit code 1\n"), "{answer}");
    }
}
