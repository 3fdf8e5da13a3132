//! Waiting for tables that others use, and for nobody who is not in the way.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use migrate_core::{Backend, Event};
use migrate_tests::{Database, Project, on};

/// While a reader holds a table, a statement that needs it alone gives way, and is tried again until the reader is gone.
fn gives_way_to_a_reader(
    database: &Database,
    mut reader: impl SimpleConnection + Send + 'static,
    bare: bool,
) {
    let mut project = Project::tables(database.backend(), 1);
    project.read().upgrade(&mut database.connect()).unwrap();
    let up = "CREATE TABLE beside (id INTEGER);\nALTER TABLE t01 ADD COLUMN late INTEGER;\nINSERT INTO beside VALUES (1);\n";
    let down = "ALTER TABLE t01 DROP COLUMN late; DROP TABLE beside;";
    if bare {
        project.bare("02_late", up, down)
    } else {
        project.revision("02_late", up, down)
    };
    let migrations = project.read();

    reader
        .batch_execute("BEGIN; SELECT COUNT(*) FROM t01")
        .unwrap();
    let released = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(2500));
        reader.batch_execute("COMMIT")
    });
    let mut retries = 0;
    let mut observer = |event: &Event<'_>| {
        let again = matches!(event, Event::Retrying { .. } | Event::Waiting { .. });
        retries += usize::from(again);
    };
    let runner = migrations
        .runner()
        .lock_timeout(Duration::from_millis(300))
        .observer(&mut observer);
    runner
        .upgrade_to(&mut database.connect(), "head")
        .unwrap_or_else(|error| panic!("{error}"));
    released.join().unwrap().unwrap();
    assert!(retries > 0, "the statement was taken back and tried again");
    assert_eq!(
        database.column("SELECT id FROM beside"),
        ["1"],
        "what came before it ran once"
    );
    assert_eq!(database.value("SELECT COUNT(late) FROM t01"), "0");
    assert_eq!(database.applied(), ["01", "02"]);
}

#[test]
fn on_postgres_a_revision_gives_way_to_a_reader_and_is_tried_again() {
    on(Backend::Postgres, |database| {
        gives_way_to_a_reader(database, database.postgres(), false)
    });
}

#[test]
fn on_postgres_a_statement_without_a_transaction_gives_way_to_a_reader_and_is_tried_again() {
    on(Backend::Postgres, |database| {
        gives_way_to_a_reader(database, database.postgres(), true)
    });
}

#[test]
fn on_mysql_a_statement_gives_way_to_a_reader_and_is_tried_again() {
    on(Backend::Mysql, |database| {
        gives_way_to_a_reader(database, database.mysql(), false)
    });
}

/// There it is the commit that waits for readers.
#[test]
fn on_sqlite_a_revision_gives_way_to_a_reader_and_is_tried_again() {
    on(Backend::Sqlite, |database| {
        gives_way_to_a_reader(database, database.sqlite(), false)
    });
}

#[test]
fn on_sqlite_a_statement_without_a_transaction_gives_way_to_a_reader_and_is_tried_again() {
    on(Backend::Sqlite, |database| {
        gives_way_to_a_reader(database, database.sqlite(), true)
    });
}

#[test]
fn a_revision_can_say_itself_how_long_it_waits_for_a_table() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        project.revision(
            "01_first",
            "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS v;",
            "DROP TABLE seen",
        );
        project.with_metadata(
            "02_own",
            (
                "INSERT INTO seen SELECT current_setting('lock_timeout');",
                "DELETE FROM seen",
            ),
            "run_in_transaction = true\nlock_timeout = \"77s\"\n",
        );
        project.revision(
            "03_last",
            "INSERT INTO seen SELECT current_setting('lock_timeout');",
            "DELETE FROM seen",
        );
        let migrations = project.read();
        migrations
            .runner()
            .lock_timeout(Duration::from_secs(33))
            .upgrade_to(&mut database.connect(), "head")
            .unwrap();
        assert_eq!(database.column("SELECT v FROM seen"), ["33s", "77s", "33s"]);
    });
}

/// Named locks belong to the server: two databases on it must not wait for each other.
fn another_database_does_not_wait(backend: Backend, sleep: &str) {
    on(backend, |database| {
        let mut project = Project::tables(backend, 1);
        project.revision(
            "02_slow",
            &format!("CREATE TABLE slow (id INTEGER);\n{sleep};\n"),
            "DROP TABLE slow",
        );
        let slow = project.read();
        let mut connection = database.connect();
        slow.upgrade_to(&mut connection, "01").unwrap();
        let busy = std::thread::spawn(move || {
            slow.upgrade(&mut connection)
                .map(|report| report.steps.len())
        });
        std::thread::sleep(Duration::from_millis(700));
        let other = Database::create(backend).unwrap();
        let quick = Project::tables(backend, 1).read();
        let runner = quick.runner().lock_wait(Duration::from_millis(100));
        assert_eq!(
            runner
                .upgrade_to(&mut other.connect(), "head")
                .unwrap()
                .steps
                .len(),
            1
        );
        assert!(
            !busy.is_finished(),
            "the first database is still being upgraded"
        );
        assert_eq!(busy.join().unwrap().unwrap(), 1);
    });
}

#[test]
fn on_mysql_two_databases_of_one_server_do_not_wait_for_each_other() {
    another_database_does_not_wait(Backend::Mysql, "DO SLEEP(3)");
}

#[test]
fn on_postgres_two_databases_of_one_server_do_not_wait_for_each_other() {
    another_database_does_not_wait(Backend::Postgres, "SELECT pg_sleep(3)");
}

/// Several statements in one message are one transaction to PostgreSQL, in which no index is built concurrently.
#[test]
fn on_postgres_two_concurrent_indexes_in_one_script_are_built() {
    on(Backend::Postgres, |database| {
        let mut project = Project::tables(Backend::Postgres, 1);
        project.bare(
            "02_indexes",
            "CREATE INDEX CONCURRENTLY one ON t01 (id);\nCREATE INDEX CONCURRENTLY two ON t01 (id);\n",
            "DROP INDEX CONCURRENTLY two;\nDROP INDEX CONCURRENTLY one;\n",
        );
        let migrations = project.read();
        migrations.upgrade(&mut database.connect()).unwrap();
        let valid = "SELECT COUNT(*) FROM pg_index WHERE indisvalid AND indexrelid IN (to_regclass('one'), to_regclass('two'))";
        assert_eq!(database.value(valid), "2");
        migrations
            .downgrade_to(&mut database.connect(), "base")
            .unwrap();
        assert_eq!(database.value(valid), "0");
    });
}

/// A script and its reverse may differ in this: one project's down could never run, because a flag stood for both.
#[test]
fn on_postgres_each_direction_has_its_own_word_on_transactions() {
    on(Backend::Postgres, |database| {
        let mut project = Project::tables(Backend::Postgres, 1);
        project.with_metadata(
            "02_index",
            (
                "CREATE INDEX by_id ON t01 (id);\nCREATE TABLE whole (id INTEGER);\n",
                "DROP TABLE whole;\nDROP INDEX CONCURRENTLY by_id;\n",
            ),
            "run_in_transaction = true\nrevert_in_transaction = false\n",
        );
        let migrations = project.read();
        migrations.upgrade(&mut database.connect()).unwrap();
        migrations
            .downgrade_to(&mut database.connect(), "-1")
            .unwrap();
        assert!(!database.has_table("whole"));
        assert_eq!(database.value("SELECT to_regclass('by_id') IS NULL"), "t");
    });
}
