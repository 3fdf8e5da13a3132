//! SIGTERM and SIGINT: what runs is finished or rolled back, the lock is given back, and the exit code says why.

use std::time::{Duration, Instant};

use migrate_core::Backend;
use migrate_tests::{Database, Project, Running, migrate, on, signal, until};

const PATIENCE: Duration = Duration::from_secs(30);

fn slow(backend: Backend) -> Project {
    let mut project = Project::tables(backend, 1);
    for name in ["02_slow", "03_slow", "04_slow"] {
        let sleep = match backend {
            Backend::Postgres => "SELECT pg_sleep(0.8)",
            Backend::Mysql => "DO SLEEP(0.8)",
            Backend::Sqlite => {
                "CREATE TABLE n AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1200000) SELECT n FROM c;\nDROP TABLE n"
            }
        };
        let table = &name[..2];
        project.revision(
            name,
            &format!("CREATE TABLE s{table} (id INTEGER);\n{sleep};\n"),
            &format!("DROP TABLE s{table}"),
        );
    }
    project
}

fn stops(database: &Database, name: &str, code: i32, mode: &str) {
    let project = slow(database.backend());
    project
        .read()
        .upgrade_to(&mut database.connect(), "01")
        .unwrap();
    let mut process = Running::start(migrate(
        &project,
        database.url(),
        &["upgrade", "--transaction", mode],
    ));
    let journal = database.path().with_extension("db-journal");
    until("the first slow revision runs", || {
        match database.backend() {
        Backend::Postgres => database.value("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(%' AND pid <> pg_backend_pid()") != "0",
        Backend::Mysql => database.has_table("s02"),
        Backend::Sqlite => journal.exists(),
    }
    });
    signal(&process, name);
    let outcome = process.wait(PATIENCE).expect(code);
    assert!(outcome.stderr.contains("stopped"), "{outcome}");

    let applied = database.applied();
    assert!(applied.len() < 4, "it stopped before the end: {applied:?}");
    for id in ["02", "03", "04"] {
        let half = database
            .log()
            .iter()
            .any(|row| row.starts_with(&format!("{id} upgrade failed")));
        assert!(
            applied.contains(&id.to_owned()) == database.has_table(&format!("s{id}")) || half,
            "{id} is whole: {:?}",
            database.log()
        );
    }
    assert!(
        !database.log().iter().any(|row| row.contains("running")),
        "{:?}",
        database.log()
    );
    // The lock is free at once.
    let _ = Running::start(migrate(
        &project,
        database.url(),
        &["upgrade", "--lock-wait", "100ms"],
    ))
    .wait(PATIENCE)
    .expect(0);
    assert_eq!(database.applied(), ["01", "02", "03", "04"]);
}

#[test]
fn on_sqlite_a_signal_ends_the_run_at_a_whole_step() {
    on(Backend::Sqlite, |database| {
        stops(database, "TERM", 143, "each")
    });
    on(Backend::Sqlite, |database| {
        stops(database, "INT", 130, "auto")
    });
}

#[test]
fn on_postgres_a_signal_ends_the_run_at_a_whole_step() {
    on(Backend::Postgres, |database| {
        stops(database, "TERM", 143, "each")
    });
    on(Backend::Postgres, |database| {
        stops(database, "INT", 130, "auto")
    });
}

#[test]
fn on_mysql_a_signal_ends_the_run_at_a_whole_step() {
    on(Backend::Mysql, |database| {
        stops(database, "TERM", 143, "each")
    });
    on(Backend::Mysql, |database| {
        stops(database, "INT", 130, "auto")
    });
}

/// A revision whose second statement takes minutes.
fn endless(backend: Backend) -> Project {
    let mut project = Project::tables(backend, 1);
    let long = match backend {
        Backend::Postgres => "SELECT pg_sleep(300) FROM t01",
        Backend::Mysql => "SELECT SLEEP(300) FROM t01",
        Backend::Sqlite => {
            "CREATE TABLE n AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT MAX(n) FROM c"
        }
    };
    let up = format!("CREATE TABLE made (id INTEGER);\n{long};\n");
    project.revision("02_endless", &up, "DROP TABLE made");
    project
}

/// What a database says while that statement runs.
fn runs(database: &Database) -> bool {
    match database.backend() {
        Backend::Postgres => database.value("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()") != "0",
        Backend::Mysql => database.value("SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%SELECT SLEEP(300)%' AND info NOT LIKE '%processlist%'") != "0",
        // Somebody writes. A journal may be there although its process is gone.
        Backend::Sqlite => database
            .client()
            .run("BEGIN IMMEDIATE; ROLLBACK;")
            .is_err(),
    }
}

fn a_signal_ends_the_statement_that_runs(database: &Database) {
    let backend = database.backend();
    let project = endless(backend);
    let mut first = database.connect();
    project.read().upgrade_to(&mut first, "01").unwrap();
    database.run("INSERT INTO t01 VALUES (1)");
    for (name, code, format) in [("TERM", 143, "text"), ("INT", 130, "json")] {
        let arguments = ["upgrade", "--format", format];
        let mut process = Running::start(migrate(&project, database.url(), &arguments));
        until("the long statement runs", || runs(database));
        let sent = Instant::now();
        signal(&process, name);
        let outcome = process.wait(PATIENCE).expect(code);
        assert!(sent.elapsed() < Duration::from_secs(5), "{outcome}");
        assert!(outcome.stderr.contains("stopped on request"), "{outcome}");
        if format == "json" {
            let last = outcome.stdout.lines().last().unwrap_or_default();
            assert!(last.contains("\"kind\":\"stopped\""), "{outcome}");
        }
        until("the server is done with it", || !runs(database));
        assert_eq!(database.applied(), ["01"]);
        // Rolled back, or recorded.
        let kept = backend == Backend::Mysql;
        assert_eq!(database.has_table("made"), kept);
        assert!(!database.log().iter().any(|row| row.contains("running")));
    }
    // On SQLite the process ends in the middle of the statement, and the journal takes it back.
    let logged = "SELECT COUNT(*) FROM __migrate_log WHERE error = 'stopped on request' OR error LIKE '%interrupted%'";
    if backend != Backend::Sqlite {
        assert_eq!(database.value(logged), "2");
    }
    let mended = "CREATE TABLE made (id INTEGER);\nINSERT INTO made VALUES (1);\n";
    project.write("migrations/02_endless/up.sql", mended);
    let outcome = Running::start(migrate(
        &project,
        database.url(),
        &["upgrade", "--lock-wait", "0s"],
    ));
    let _ = { outcome }.wait(PATIENCE).expect(0);
    assert_eq!(database.value("SELECT COUNT(*) FROM made"), "1");
}

migrate_tests::on_each_backend!(a_signal_ends_the_statement_that_runs);

#[test]
fn a_signal_ends_a_statement_outside_transactions_and_what_was_done_is_kept() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        on(backend, |database| {
            let mut project = endless(backend);
            let migrations = project.read();
            migrations
                .upgrade_to(&mut database.connect(), "01")
                .unwrap();
            database.run("INSERT INTO t01 VALUES (1)");
            let up = std::fs::read_to_string(project.migrations_dir().join("02_endless/up.sql"));
            project.remove("02_endless");
            project = {
                let mut again = Project::tables(backend, 1);
                again.bare("02_endless", &up.unwrap(), "DROP TABLE made");
                again
            };
            let mut process = Running::start(migrate(&project, database.url(), &["upgrade"]));
            until("the long statement runs", || {
                runs(database) && database.has_table("made")
            });
            signal(&process, "TERM");
            let _ = process.wait(PATIENCE).expect(143);
            let status = project.read().status(&mut database.connect()).unwrap();
            let partial = status.partial.expect("half of it is done");
            assert_eq!((partial.done, partial.running), (1, None));
            let mended = "CREATE TABLE made (id INTEGER);\nINSERT INTO made VALUES (1);\n";
            project.write("migrations/02_endless/up.sql", mended);
            let mut process = Running::start(migrate(&project, database.url(), &["upgrade"]));
            let _ = process.wait(PATIENCE).expect(0);
            assert_eq!(database.value("SELECT COUNT(*) FROM made"), "1");
        });
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        // It does not let itself be ended.
        let stubborn = "DO $$ BEGIN FOR i IN 1..400 LOOP BEGIN PERFORM pg_sleep(0.05); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$";
        project.revision("01_long", stubborn, "SELECT 1");
        let mut process = Running::start(migrate(&project, database.url(), &["upgrade"]));
        until("it sleeps", || {
            database.value("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(0.05)%' AND pid <> pg_backend_pid()") != "0"
        });
        signal(&process, "TERM");
        std::thread::sleep(Duration::from_millis(300));
        signal(&process, "TERM");
        let _ = process.wait(Duration::from_secs(5)).expect(143);
    });
}

#[test]
fn who_waits_for_the_lock_stops_waiting_at_a_signal() {
    on(Backend::Postgres, |database| {
        let project = slow(Backend::Postgres);
        project
            .read()
            .upgrade_to(&mut database.connect(), "01")
            .unwrap();
        let mut holder = Running::start(migrate(&project, database.url(), &["upgrade"]));
        until("the holder runs", || {
            database.value("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(%' AND pid <> pg_backend_pid()") != "0"
        });
        let mut waiting = Running::start(migrate(&project, database.url(), &["upgrade"]));
        std::thread::sleep(Duration::from_millis(500));
        signal(&waiting, "INT");
        let _ = waiting.wait(Duration::from_secs(2)).expect(130);
        let _ = holder.wait(PATIENCE).expect(0);
    });
}
