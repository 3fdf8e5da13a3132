//! The way back after a bad release: `downgrade` by a build that is older than the database, with the scripts that the ledger kept.

use migrate_core::Backend;
use migrate_tests::{Database, Project, migrate, on_each_backend};
use serde_json::Value;
use snapbox::str;

use crate::{finish, said_on_app, says};

const DOWN: &str = "-- with care\nDROP TABLE t03;\nDELETE FROM t01;\n";

/// A project whose two tables are there, after a newer build has applied two more revisions and gone.
fn older(backend: Backend, upgrade: impl FnOnce(&Project)) -> Project {
    let mut project = Project::tables(backend, 2);
    project.revision("03_t03", "CREATE TABLE t03 (id INTEGER);", DOWN);
    project.revision("04_row", "INSERT INTO t01 VALUES (4);", "SELECT 1;");
    upgrade(&project);
    project.remove("04_row");
    project.remove("03_t03");
    project
}

fn older_on_app() -> Project {
    older(Backend::Sqlite, |project| {
        said_on_app(&project.path(), &["upgrade"]);
    })
}

fn scripts_of_the_ledger_are_shown_and_run_when_it_is_meant(database: &Database) {
    let project = older(database.backend(), |project| {
        let _ = finish(migrate(project, database.url(), &["upgrade"])).expect(0);
    });
    let run = |words: &[&str]| finish(migrate(&project, database.url(), words));
    let before = database.applied();
    // Nobody can be asked.
    let refused = run(&["downgrade", "head"]).expect(2);
    for shown in [
        "would revert 04",
        "  | SELECT 1;",
        "would revert 03",
        "  | -- with care",
        "  | DELETE FROM t01;",
        "--yes",
    ] {
        assert!(refused.stderr.contains(shown), "{shown}: {refused}");
    }
    assert_eq!(database.applied(), before, "{refused}");
    let planned = run(&["downgrade", "head", "--dry-run", "--format", "json"]).expect(0);
    let plan: Value = serde_json::from_str(planned.stdout.lines().next().expect("a plan"))
        .expect("one object a line");
    assert_eq!(plan["steps"][1]["script"], DOWN, "{planned}");
    assert_eq!(database.applied(), before, "{planned}");
    assert!(database.has_table("t03"));
    let _ = run(&["downgrade", "head", "--yes"]).expect(0);
    assert!(!database.has_table("t03"));
    assert_eq!(database.value("SELECT COUNT(*) FROM t01"), "0");
    // The build is at its own head.
    let _ = run(&["current", "--check-heads"]).expect(0);
    let nothing = run(&["downgrade", "head"]).expect(0);
    assert!(nothing.stdout.contains("nothing to do"), "{nothing}");
}

on_each_backend!(scripts_of_the_ledger_are_shown_and_run_when_it_is_meant);

#[test]
fn off_a_terminal_the_scripts_are_shown_with_the_refusal() {
    let project = older_on_app();
    says(
        said_on_app(&project.path(), &["downgrade", "head"]),
        str![[r#"
--- stderr
would revert 04, unknown to this build, by the script that the ledger kept:
  | SELECT 1;
would revert 03, unknown to this build, by the script that the ledger kept:
  | -- with care
  | DROP TABLE t03;
  | DELETE FROM t01;
  drops table t03 (ledger:03/down.sql:2)
  deletes every row of t01 (ledger:03/down.sql:3)
error: this destroys data: drops table t03 (ledger:03/down.sql:2), and 1 more
  help: --dry-run shows all of it; --yes says that it is meant
--- exit code 2

"#]],
    );
    says(
        said_on_app(&project.path(), &["downgrade", "03", "--format", "json"]),
        str![[r#"
{"event":"plan","direction":"down","from":"04","to":"03","steps":[{"revision":"04","directory":"04","destroys":[],"script":"SELECT 1;"}]}
{"event":"error","kind":"usage","exit_code":2,"message":"this runs a script that only the ledger has","help":"--dry-run shows all of it; --yes says that it is meant"}
--- stderr
error: this runs a script that only the ledger has
  help: --dry-run shows all of it; --yes says that it is meant
--- exit code 2

"#]],
    );
}

#[test]
fn a_dry_run_shows_the_scripts_and_yes_runs_them() {
    let project = older_on_app();
    says(
        said_on_app(&project.path(), &["downgrade", "head", "--dry-run"]),
        str![[r#"
would revert 04, unknown to this build, by the script that the ledger kept:
  | SELECT 1;
would revert 03, unknown to this build, by the script that the ledger kept:
  | -- with care
  | DROP TABLE t03;
  | DELETE FROM t01;
  drops table t03 (ledger:03/down.sql:2)
  deletes every row of t01 (ledger:03/down.sql:3)
a dry run: nothing was changed
--- exit code 0

"#]],
    );
    says(
        said_on_app(
            &project.path(),
            &["downgrade", "head", "--dry-run", "--format", "json"],
        ),
        str![[r#"
{"event":"plan","direction":"down","from":"04","to":"02","steps":[{"revision":"04","directory":"04","destroys":[],"script":"SELECT 1;"},{"revision":"03","directory":"03","destroys":[{"what":"drops table t03","file":"ledger:03/down.sql","line":2},{"what":"deletes every row of t01","file":"ledger:03/down.sql","line":3}],"script":"-- with care\nDROP TABLE t03;\nDELETE FROM t01;\n"}]}
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["downgrade", "03", "--yes"]),
        str![[r#"
reverted 1 revision in [TIME]: the database is at 03
--- stderr
reverted 04 ([TIME])
--- exit code 0

"#]],
    );
    says(
        said_on_app(
            &project.path(),
            &["downgrade", "head", "--yes", "--format", "json"],
        ),
        str![[r#"
{"event":"plan","direction":"down","from":"03","to":"02","steps":[{"revision":"03","directory":"03","destroys":[{"what":"drops table t03","file":"ledger:03/down.sql","line":2},{"what":"deletes every row of t01","file":"ledger:03/down.sql","line":3}],"script":"-- with care\nDROP TABLE t03;\nDELETE FROM t01;\n"}]}
{"event":"started","revision":"03","direction":"down","number":1,"of":1}
{"event":"finished","revision":"03","direction":"down","duration_ms":[MS],"statements":2}
{"event":"report","direction":"down","rehearsed":false,"current":"02","steps":[{"revision":"03","directory":"03","direction":"down","duration_ms":[MS],"statements":2}],"duration_ms":[MS]}
--- exit code 0

"#]],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_they_are_shown_whole_before_the_question() {
    let project = older(Backend::Sqlite, |project| {
        // More than a screen of losses would be cut at; what the ledger kept stands nowhere else.
        let long = format!("{}DROP TABLE t03;\n", "-- a line\n".repeat(30));
        project.write("migrations/03_t03/down.sql", long);
        said_on_app(&project.path(), &["upgrade"]);
    });
    let ask = |arguments: &str, typed: &str| {
        crate::terminal::screen(&project.path(), &[], arguments, typed)
    };
    let Some((screen, code)) = ask("downgrade 03", "\n") else {
        return;
    };
    assert_eq!(code, Some(1), "{screen}");
    assert!(
        screen.contains("These scripts are from the ledger. Run them? [y/N]"),
        "{screen}"
    );
    assert!(
        screen.contains("not confirmed: nothing was changed"),
        "{screen}"
    );
    let (screen, code) = ask("downgrade head", "n\n").expect("asked before");
    assert_eq!(code, Some(1), "{screen}");
    assert_eq!(screen.matches("  | -- a line").count(), 30, "{screen}");
    let question = screen.find("What is dropped or deleted is lost. Go on? [y/N]");
    assert!(screen.find("  | DROP TABLE t03;") < question, "{screen}");
    let (screen, code) = ask("downgrade head", "y\n").expect("asked before");
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("the database is at 02"), "{screen}");
}
