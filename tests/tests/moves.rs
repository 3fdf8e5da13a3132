//! Moves beyond one way up and one way down: doing revisions again, rehearsing, going back from what only the ledger knows.

use std::cell::RefCell;

use migrate_core::{Backend, Direction, Error, ErrorKind, Event, Left, Migrations};
use migrate_tests::{Database, Project, dump, on, on_each_backend};

fn steps(report: &migrate_core::Report) -> Vec<String> {
    let step = |step: &migrate_core::StepReport| format!("{} {}", step.direction, step.revision);
    report.steps.iter().map(step).collect()
}

fn upgraded(database: &Database, project: &Project) -> Migrations {
    let migrations = project.read();
    migrations.upgrade(&mut database.connect()).unwrap();
    migrations
}

fn a_redo_goes_down_and_up_again_and_leaves_the_database_where_it_was(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let migrations = upgraded(database, &project);
    for (target, expected) in [
        ("-1", &["down 03", "up 03"][..]),
        ("-2", &["down 03", "down 02", "up 02", "up 03"]),
        ("t02", &["down 03", "down 02", "up 02", "up 03"]),
        ("head", &["down 03", "up 03"]),
        (
            "base",
            &["down 03", "down 02", "down 01", "up 01", "up 02", "up 03"],
        ),
        ("-0", &[]),
    ] {
        let planned = RefCell::new(Vec::new());
        let mut observer = |event: &Event<'_>| {
            if let Event::Planned { plan } = event {
                planned.borrow_mut().push(plan.direction);
            }
        };
        let runner = migrations.runner().observer(&mut observer);
        let report = runner.redo(&mut database.connect(), target).unwrap();
        assert_eq!(steps(&report), expected, "{target}");
        assert_eq!(report.current.as_deref(), Some("03"), "{target}");
        assert_eq!(database.applied(), ["01", "02", "03"], "{target}");
        assert_eq!(*planned.borrow(), [Direction::Down, Direction::Up]);
    }
    let dry = migrations.runner().dry_run(true);
    let report = dry.redo(&mut database.connect(), "-1").unwrap();
    assert_eq!(steps(&report), ["down 03", "up 03"]);
}

fn a_redo_takes_the_new_text_of_what_it_redoes_and_of_nothing_else(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    upgraded(database, &project);
    project.write(
        "migrations/03_t03/up.sql",
        "CREATE TABLE t03 (id INTEGER PRIMARY KEY, more INTEGER);",
    );
    let redo = |target| {
        project
            .read()
            .runner()
            .redo(&mut database.connect(), target)
    };
    redo("-1").unwrap();
    assert_eq!(database.value("SELECT COUNT(more) FROM t03"), "0");
    project.write(
        "migrations/01_t01/up.sql",
        "CREATE TABLE t01 (id INTEGER PRIMARY KEY, more INTEGER);",
    );
    let refused = redo("-1").unwrap_err();
    assert!(matches!(refused, Error::Changed { .. }), "{refused}");
    assert_eq!(database.applied(), ["01", "02", "03"]);
    redo("base").unwrap();
    assert_eq!(database.value("SELECT COUNT(more) FROM t01"), "0");
}

fn a_redo_that_cannot_go_all_the_way_does_not_begin(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.irreversible("02_x", "CREATE TABLE x (id INTEGER)", "it is so");
    project.revision("03_y", "CREATE TABLE y (id INTEGER)", "DROP TABLE y");
    let migrations = upgraded(database, &project);
    let error = migrations.runner().redo(&mut database.connect(), "-2");
    assert!(error.is_err_and(|error| error.to_string().contains("irreversible")));
    assert!(database.has_table("y"));
    for wrong in ["+1", "-9", "nothing"] {
        let error = migrations.runner().redo(&mut database.connect(), wrong);
        assert!(matches!(error, Err(Error::Plan(error)) if error.is_usage()));
    }
}

fn a_redo_whose_new_script_fails_stops_between(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    upgraded(database, &project);
    project.write("migrations/02_t02/up.sql", "CREATE TABLE t01 (id INTEGER);");
    let failed = project.read().runner().redo(&mut database.connect(), "-1");
    let Err(Error::Failed(failure)) = failed else {
        panic!("the table is there");
    };
    assert_eq!(failure.current.as_deref(), Some("01"));
    assert!(failure.help().unwrap().contains("migrate upgrade"));
    assert_eq!(database.applied(), ["01"]);
    project.write("migrations/02_t02/up.sql", "CREATE TABLE t02 (id INTEGER);");
    upgraded(database, &project);
    assert_eq!(database.applied(), ["01", "02"]);
}

fn a_build_that_is_older_takes_back_what_a_newer_one_applied(database: &Database) {
    let mut project = Project::tables(database.backend(), 2);
    let old = project.read();
    let down = "-- with care\nDROP TABLE t03;\nDELETE FROM t01;\n";
    project.revision("03_t03", "CREATE TABLE t03 (id INTEGER PRIMARY KEY);", down);
    project.revision("04_t04", "CREATE TABLE t04 (id INTEGER)", "DROP TABLE t04");
    upgraded(database, &project);
    database.run("INSERT INTO t01 VALUES (1)");
    assert!(old.downgrade_to(&mut database.connect(), "head").is_err());
    let rescue = |target: &str| {
        let runner = old.runner().from_ledger(true);
        runner.downgrade_to(&mut database.connect(), target)
    };
    // To one that only the ledger knows, and by steps from where the database is.
    assert_eq!(steps(&rescue("03").unwrap()), ["down 04"]);
    assert!(!database.has_table("t04") && database.has_table("t03"));
    upgraded(database, &project);
    let planned = RefCell::new(Vec::new());
    let mut observer = |event: &Event<'_>| {
        if let Event::Planned { plan } = event {
            let script = |step: &&migrate_core::Revision| {
                let script = step.down(plan.backend).unwrap();
                (script.file().to_owned(), script.text().to_owned())
            };
            *planned.borrow_mut() = plan.steps.iter().map(script).collect();
        }
    };
    let runner = old.runner().from_ledger(true).observer(&mut observer);
    let report = runner
        .downgrade_to(&mut database.connect(), "head")
        .unwrap();
    assert_eq!(steps(&report), ["down 04", "down 03"]);
    assert_eq!(report.current.as_deref(), Some("02"));
    assert_eq!(
        planned.borrow()[1],
        ("ledger:03/down.sql".to_owned(), down.to_owned())
    );
    assert_eq!(database.value("SELECT COUNT(*) FROM t01"), "0");
    old.ensure_current(&mut database.connect()).unwrap();
    // And on, by the scripts of the build itself.
    upgraded(database, &project);
    assert_eq!(
        steps(&rescue("t01").unwrap()),
        ["down 04", "down 03", "down 02"]
    );
    assert_eq!(database.applied(), ["01"]);
    let error = rescue("t02").unwrap_err();
    assert!(error.to_string().contains("ahead of current"), "{error}");
    // A build that has them goes forward again.
    upgraded(database, &project);
}

fn what_the_ledger_did_not_keep_is_named_before_anything_runs(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    let old = project.read();
    project.revision("02_t02", "CREATE TABLE t02 (id INTEGER)", "DROP TABLE t02");
    let long = format!("DROP TABLE t03;\n-- {}\n", "x".repeat(1 << 20));
    project.revision("03_t03", "CREATE TABLE t03 (id INTEGER)", &long);
    project.revision("04_t04", "CREATE TABLE t04 (id INTEGER)", "DROP TABLE t04");
    upgraded(database, &project);
    let refused = |words: &str| {
        let runner = old.runner().from_ledger(true);
        let error = runner
            .downgrade_to(&mut database.connect(), "head")
            .unwrap_err();
        assert!(
            error.is_diverged() && error.to_string().contains(words),
            "{error}"
        );
        assert!(database.has_table("t04"), "nothing ran");
    };
    refused(
        "03 is unknown to this build, and the ledger cannot take it back: its way down was not kept: it is code, or a script too long",
    );
    database.run("UPDATE __migrate_log SET down_checksum = NULL WHERE revision = '03'");
    refused(
        "03 is unknown to this build, and the ledger cannot take it back: it has no down script",
    );
    database.run("UPDATE __migrate_log SET parent = '01' WHERE revision = '04'");
    refused(
        "04 is unknown to this build, and the ledger cannot take it back: it follows 01, and here it would have to follow 03",
    );
    // As Diesel would have applied it.
    database.run("DELETE FROM __migrate_log WHERE revision = '02'");
    refused("02 is unknown to this build, and the ledger cannot take it back: it has no row of it");
}

fn half_of_the_first_revision_is_what_minus_one_means(database: &Database) {
    let mut project = Project::new(database.backend());
    project.bare(
        "01_half",
        "CREATE TABLE a (id INTEGER);\nCREATE TABLE a (id INTEGER);",
        "DROP TABLE a",
    );
    let migrations = project.read();
    migrations.upgrade(&mut database.connect()).unwrap_err();
    let error = migrations.downgrade_to(&mut database.connect(), "-1");
    let error = error.unwrap_err();
    assert!(error.to_string().contains("01 partial 1/2"), "{error}");
    assert!(error.help().unwrap().contains("migrate upgrade +1"));
}

fn the_log_names_the_tool_that_ran_it(database: &Database) {
    let project = Project::tables(database.backend(), 1);
    let migrations = project.read();
    let runner = migrations.runner().tool("a tool 1.2");
    runner.upgrade_to(&mut database.connect(), "head").unwrap();
    assert_eq!(
        database.value("SELECT tool FROM __migrate_log WHERE revision = '01'"),
        "a tool 1.2"
    );
}

on_each_backend!(
    a_redo_goes_down_and_up_again_and_leaves_the_database_where_it_was,
    a_redo_takes_the_new_text_of_what_it_redoes_and_of_nothing_else,
    a_redo_that_cannot_go_all_the_way_does_not_begin,
    a_redo_whose_new_script_fails_stops_between,
    a_build_that_is_older_takes_back_what_a_newer_one_applied,
    what_the_ledger_did_not_keep_is_named_before_anything_runs,
    half_of_the_first_revision_is_what_minus_one_means,
    the_log_names_the_tool_that_ran_it,
);

/// All of the log, the number of its next row, and what is applied.
fn ledger(database: &Database) -> Option<Vec<String>> {
    if !database.has_table("__migrate_log") {
        return None;
    }
    let mut all = [database.log(), database.applied()].concat();
    if database.backend() == Backend::Postgres {
        all.push(database.value("SELECT last_value FROM __migrate_log_id_seq"));
    }
    Some(all)
}

/// Rehearses, and holds that nothing is left of it.
fn rehearsed(
    database: &Database,
    project: &Project,
    target: &str,
) -> Result<migrate_core::Report, Error> {
    let state = || (dump(database), ledger(database));
    let before = state();
    let bytes = || (database.backend() == Backend::Sqlite).then(|| std::fs::read(database.path()));
    let file = bytes().map(Result::unwrap);
    let migrations = project.read();
    let runner = migrations.runner().rehearse(true);
    let result = match target.strip_prefix("down to ") {
        Some(target) => runner.downgrade_to(&mut database.connect(), target),
        None if target == "redo" => runner.redo(&mut database.connect(), "base"),
        None => runner.upgrade_to(&mut database.connect(), target),
    };
    assert_eq!(state(), before, "{target}");
    assert_eq!(bytes().map(Result::unwrap), file, "{target}");
    result
}

fn rehearses(database: &Database) {
    let mut project = Project::tables(database.backend(), 2);
    database.run("CREATE TABLE mine (id INTEGER PRIMARY KEY)");
    // The ledger is not there yet, and is not afterwards.
    let report = rehearsed(database, &project, "head").unwrap();
    assert_eq!(steps(&report), ["up 01", "up 02"]);
    assert_eq!(report.current, None);
    upgraded(database, &project);
    let report = rehearsed(database, &project, "down to base").unwrap();
    assert_eq!(steps(&report), ["down 02", "down 01"]);
    assert_eq!(report.current.as_deref(), Some("02"));
    let report = rehearsed(database, &project, "redo").unwrap();
    assert_eq!(steps(&report).len(), 4);
    assert_eq!(report.current.as_deref(), Some("02"));
    project.revision("03_good", "INSERT INTO t01 VALUES (1)", "SELECT 1");
    project.revision("04_bad", "INSERT INTO t01 VALUES (1)", "SELECT 1");
    let Err(Error::Failed(failure)) = rehearsed(database, &project, "head") else {
        panic!("the row is there");
    };
    assert_eq!(failure.revision, "04");
    assert_eq!(failure.left, Left::Nothing);
    assert_eq!(failure.current.as_deref(), Some("02"), "where it really is");
    project.write("migrations/04_bad/up.sql", "SELECT 1;");
    project.bare(
        "05_bare",
        "CREATE TABLE bare (id INTEGER)",
        "DROP TABLE bare",
    );
    let error = rehearsed(database, &project, "head").unwrap_err();
    assert!(
        error.to_string().starts_with("05_bare cannot be rehearsed"),
        "{error}"
    );
    upgraded(database, &project);
}

#[test]
fn a_rehearsal_leaves_nothing_behind_on_sqlite() {
    on(Backend::Sqlite, rehearses);
}

#[test]
fn a_rehearsal_leaves_nothing_behind_on_postgres() {
    on(Backend::Postgres, rehearses);
}

#[test]
fn on_mysql_nothing_can_be_rehearsed() {
    on(Backend::Mysql, |database| {
        let project = Project::tables(Backend::Mysql, 1);
        let error = rehearsed(database, &project, "head").unwrap_err();
        assert_eq!(
            error.to_string(),
            "01_t01 cannot be rehearsed on mysql: it commits each schema statement by itself"
        );
    });
}

#[test]
fn a_rehearsal_finds_what_only_a_commit_would_refuse() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        on(backend, |database| {
            let mut project = Project::new(backend);
            project.revision(
                "01_tables",
                "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);",
                "DROP TABLE b; DROP TABLE a;",
            );
            project.revision(
                "02_wrong_order",
                "INSERT INTO b VALUES (1);\nINSERT INTO a VALUES (1);",
                "DELETE FROM b; DELETE FROM a;",
            );
            project.revision("03_orphan", "INSERT INTO b VALUES (7);", "SELECT 1;");
            if backend == Backend::Sqlite {
                project.settings("[session]\nsqlite = [\"PRAGMA foreign_keys = ON\"]\n");
            }
            let migrations = project.read();
            let runner = migrations.runner().rehearse(true);
            let error = runner.upgrade_to(&mut database.connect(), "head");
            let error = error.unwrap_err();
            assert!(
                matches!(&error, Error::Failed(failure) if failure.revision == "03"),
                "{error}"
            );
        });
    }
}

#[test]
fn on_sqlite_a_table_that_is_built_anew_can_be_rehearsed() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::new(Backend::Sqlite);
        project.revision(
            "01_tables",
            "CREATE TABLE a (id INTEGER PRIMARY KEY);\nCREATE TABLE b (a INTEGER REFERENCES a (id) ON DELETE CASCADE);\nINSERT INTO a VALUES (1);\nINSERT INTO b VALUES (1);",
            "DROP TABLE b; DROP TABLE a;",
        );
        upgraded(database, &project);
        project.revision(
            "02_anew",
            "CREATE TABLE new_a (id INTEGER PRIMARY KEY, x INTEGER);\nINSERT INTO new_a (id) SELECT id FROM a;\nDROP TABLE a;\nALTER TABLE new_a RENAME TO a;",
            "ALTER TABLE a DROP COLUMN x;",
        );
        rehearsed(database, &project, "head").unwrap();
        upgraded(database, &project);
        assert_eq!(database.value("SELECT COUNT(*) FROM b"), "1");
    });
}

fn sleeping(backend: Backend) -> Project {
    let mut project = Project::tables(backend, 1);
    let sleep = match backend {
        Backend::Postgres => "SELECT pg_sleep(20)",
        _ => "SELECT SLEEP(20) FROM t01",
    };
    project.revision(
        "02_slow",
        &format!("INSERT INTO t01 VALUES (1);\n{sleep};\n"),
        "DELETE FROM t01",
    );
    project
}

#[test]
fn a_statement_that_takes_too_long_is_ended_and_named() {
    for backend in [Backend::Postgres, Backend::Mysql] {
        on(backend, |database| {
            let limited = |runner: migrate_core::Runner<'_>| {
                let runner = runner.statement_timeout(std::time::Duration::from_millis(500));
                runner.upgrade_to(&mut database.connect(), "head")
            };
            let migrations = sleeping(backend);
            let migrations = migrations.read();
            let error = limited(migrations.runner()).unwrap_err();
            let Error::Failed(failure) = error else {
                // MySQL itself has no such limit.
                assert_eq!(backend, Backend::Mysql, "{error}");
                return;
            };
            assert_eq!(failure.error.kind, ErrorKind::TimedOut, "{failure}");
            assert_eq!(failure.number, 2);
            assert!(failure.help().unwrap().contains("--statement-timeout"));
            assert_eq!(database.applied(), ["01"]);
            assert_eq!(database.value("SELECT COUNT(*) FROM t01"), "0");
        });
    }
}

#[test]
fn a_limit_that_cannot_be_held_is_refused() {
    on(Backend::Sqlite, |database| {
        let project = Project::tables(Backend::Sqlite, 1);
        let migrations = project.read();
        let runner = migrations.runner();
        let runner = runner.statement_timeout(std::time::Duration::from_secs(5));
        let error = runner.upgrade_to(&mut database.connect(), "head");
        assert!(matches!(error, Err(Error::NoStatementTimeout { .. })));
        assert!(database.applied().is_empty());
    });
}
