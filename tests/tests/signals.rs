//! SIGTERM and SIGINT: what runs is finished or rolled back, the lock is given back, and the exit code says why.

use std::time::Duration;

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

#[test]
fn a_second_signal_ends_it_at_once() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        project.revision("01_long", "SELECT pg_sleep(20)", "SELECT 1");
        let mut process = Running::start(migrate(&project, database.url(), &["upgrade"]));
        until("it sleeps", || {
            database.value("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()") != "0"
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
