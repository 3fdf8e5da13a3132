//! Many processes on one database: each revision runs once, everybody ends well, and who waits says for whom.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use migrate_core::Backend;
use migrate_tests::{Database, Project, Running, at_once, migrate, on, on_each_backend, until};

const PATIENCE: Duration = Duration::from_secs(120);

on_each_backend!(
    eight_processes_apply_each_revision_once_and_all_succeed,
    eight_processes_agree_on_revisions_without_a_transaction,
    who_waits_too_long_gives_up_with_an_exit_code_of_its_own_and_names_the_holder,
    who_waits_long_enough_finds_the_work_done,
);

/// Every revision leaves a row, so that one that ran twice is seen even where nothing would fail.
fn counted(backend: Backend, bare: bool) -> Project {
    let mut project = Project::new(backend);
    project.revision(
        "01_ran",
        "CREATE TABLE ran (revision VARCHAR(10));",
        "DROP TABLE ran",
    );
    for number in 2..=6 {
        let up = format!(
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY);\nINSERT INTO ran VALUES ('0{number}');\n"
        );
        let (name, down) = (
            format!("0{number}_t{number}"),
            format!("DROP TABLE t{number};"),
        );
        if bare {
            project.bare(&name, &up, &down)
        } else {
            project.revision(&name, &up, &down)
        };
    }
    project
}

fn all_eight(database: &Database, project: &Project) {
    for outcome in at_once(8, PATIENCE, || {
        migrate(project, database.url(), &["upgrade", "head"])
    }) {
        let outcome = outcome.expect(0);
        assert!(
            !outcome.stderr.to_lowercase().contains("error"),
            "{outcome}"
        );
    }
    let ids: Vec<_> = project
        .read()
        .chain()
        .revisions()
        .iter()
        .map(|revision| revision.id().to_owned())
        .collect();
    assert_eq!(database.applied(), ids);
    assert_eq!(
        database.column("SELECT revision FROM ran ORDER BY revision"),
        ids[1..]
    );
    let log = database.log();
    assert_eq!(log.len(), ids.len(), "one row a revision: {log:?}");
    assert!(log.iter().all(|row| row.contains(" done ")), "{log:?}");
}

fn eight_processes_apply_each_revision_once_and_all_succeed(database: &Database) {
    all_eight(database, &counted(database.backend(), false));
}

fn eight_processes_agree_on_revisions_without_a_transaction(database: &Database) {
    all_eight(database, &counted(database.backend(), true));
}

#[test]
fn on_postgres_eight_processes_build_an_index_concurrently_without_a_deadlock() {
    on(Backend::Postgres, |database| {
        let mut project = counted(Backend::Postgres, false);
        project
            .revision("07_ran", "INSERT INTO t2 SELECT generate_series(1, 1000); INSERT INTO ran VALUES ('07'); SELECT pg_sleep(0.3);", "DELETE FROM t2")
            .bare("08_ran", "CREATE INDEX CONCURRENTLY ran_index ON t2 (id);\nINSERT INTO ran VALUES ('08');\n", "DROP INDEX CONCURRENTLY ran_index");
        all_eight(database, &project);
        assert_eq!(
            database
                .value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ran_index'::regclass"),
            "t"
        );
    });
}

#[test]
fn on_sqlite_eight_processes_agree_in_wal_mode_too() {
    on(Backend::Sqlite, |database| {
        database.run("PRAGMA journal_mode = WAL;");
        all_eight(database, &counted(Backend::Sqlite, false));
    });
}

/// A revision that takes a while, told by the table that it makes before.
fn slow(backend: Backend, seconds: u32) -> Project {
    let mut project = Project::tables(backend, 1);
    let sleep = match backend {
        Backend::Postgres => format!("SELECT pg_sleep({seconds})"),
        Backend::Mysql => format!("DO SLEEP({seconds})"),
        Backend::Sqlite => "SELECT 1".into(),
    };
    project.revision(
        "02_slow",
        &format!("CREATE TABLE slow (id INTEGER);\n{sleep};\n"),
        "DROP TABLE slow",
    );
    project
}

/// Runs a closure while another process, or a connection of this one, holds the lock.
fn while_held(database: &Database, project: &Project, seconds: u32, test: impl FnOnce()) {
    project
        .read()
        .upgrade_to(&mut database.connect(), "01")
        .unwrap();
    if database.backend() == Backend::Sqlite {
        let mut holder = database.sqlite();
        holder.batch_execute("BEGIN IMMEDIATE").unwrap();
        let released = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(seconds.into()));
            holder.batch_execute("COMMIT")
        });
        test();
        released.join().unwrap().unwrap();
        return;
    }
    let mut holder = Running::start(migrate(project, database.url(), &["upgrade"]));
    let activity = match database.backend() {
        Backend::Postgres => {
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(%' AND pid <> pg_backend_pid()"
        }
        _ => {
            "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%SLEEP(%' AND id <> CONNECTION_ID()"
        }
    };
    until("the slow revision runs", || database.value(activity) != "0");
    test();
    let _ = holder.wait(PATIENCE).expect(0);
}

fn who_waits_too_long_gives_up_with_an_exit_code_of_its_own_and_names_the_holder(
    database: &Database,
) {
    let project = slow(database.backend(), 5);
    while_held(database, &project, 5, || {
        let outcome = Running::start(migrate(
            &project,
            database.url(),
            &["upgrade", "--lock-wait", "1500ms"],
        ))
        .wait(PATIENCE)
        .expect(4);
        assert!(outcome.stderr.contains("lock"), "{outcome}");
        assert!(
            outcome.stderr.to_lowercase().contains("waiting"),
            "it says that it waits: {outcome}"
        );
        let holder = match database.backend() {
            Backend::Postgres => "of user postgres",
            Backend::Mysql => "of user root",
            // SQLite does not know who writes.
            Backend::Sqlite => "",
        };
        assert!(outcome.stderr.contains(holder), "{outcome}");
    });
}

fn who_waits_long_enough_finds_the_work_done(database: &Database) {
    let project = slow(database.backend(), 2);
    while_held(database, &project, 2, || {
        let outcomes = at_once(3, PATIENCE, || {
            migrate(&project, database.url(), &["upgrade", "--lock-wait", "60s"])
        });
        assert!(
            outcomes.iter().all(|outcome| outcome.code == Some(0)),
            "{outcomes:#?}"
        );
    });
    assert_eq!(database.applied(), ["01", "02"]);
    assert_eq!(
        database.log(),
        ["01 upgrade done 1/1", "02 upgrade done 2/2"]
    );
}
