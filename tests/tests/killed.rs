//! SIGKILL at any moment: the next run goes on from a whole revision, or from a whole statement where there are no transactions.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use migrate_core::Backend;
use migrate_tests::{Database, Project, Running, migrate, on, until};

const PATIENCE: Duration = Duration::from_secs(60);

fn upgrade(project: &Project, database: &Database) -> Running {
    Running::start(migrate(project, database.url(), &["upgrade"]))
}

fn running(database: &Database, word: &str) -> bool {
    let sql = match database.backend() {
        Backend::Postgres => format!(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%{word}%' AND pid <> pg_backend_pid()"
        ),
        _ => format!(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%{word}%' AND id <> CONNECTION_ID()"
        ),
    };
    database.value(&sql) != "0"
}

/// What must hold at every moment: a revision is there as a whole or not at all.
fn whole(database: &Database) {
    // Both sides in one look, since an orphaned server process may commit between two.
    let (tables, applied) = match database.backend() {
        Backend::Sqlite => (
            "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('first', 'second')",
            "__diesel_schema_migrations",
        ),
        _ => (
            "SELECT COUNT(*) FROM pg_tables WHERE tablename IN ('first', 'second')",
            "__diesel_schema_migrations",
        ),
    };
    let row = database
        .query(&format!(
            "SELECT ({tables}), (SELECT COUNT(*) FROM {applied} WHERE version = '02')"
        ))
        .swap_remove(0);
    assert!(
        row == ["0", "0"] || row == ["2", "1"],
        "tables and revisions: {row:?}"
    );
}

fn kill_at(database: &Database, slow: &str, started: impl Fn() -> bool, moment: Duration) {
    let mut project = Project::tables(database.backend(), 1);
    project.revision(
        "02_middle",
        &format!("CREATE TABLE first (id INTEGER);\nINSERT INTO first VALUES (1);\n{slow};\nCREATE TABLE second (id INTEGER);\n"),
        "DROP TABLE second; DROP TABLE first;",
    );
    project.revision(
        "03_last",
        "INSERT INTO first VALUES (3);",
        "DELETE FROM first WHERE id = 3",
    );
    project
        .read()
        .upgrade_to(&mut database.connect(), "01")
        .unwrap();

    let process = upgrade(&project, database);
    until("the revision runs", started);
    std::thread::sleep(moment);
    assert_eq!(process.kill().code, None, "it was killed in the middle");
    whole(database);
    let _ = upgrade(&project, database).wait(PATIENCE).expect(0);
    whole(database);
    assert_eq!(database.applied(), ["01", "02", "03"]);
    assert_eq!(
        database.column("SELECT id FROM first ORDER BY id"),
        ["1", "3"]
    );
    assert!(
        database.log().iter().all(|row| row.contains(" done ")),
        "{:?}",
        database.log()
    );
}

#[test]
fn on_postgres_a_killed_revision_is_whole_or_nothing_and_the_next_run_waits_for_the_orphan() {
    for moment in [0, 250, 600] {
        on(Backend::Postgres, |database| {
            kill_at(
                database,
                "SELECT pg_sleep(1)",
                || running(database, "pg_sleep("),
                Duration::from_millis(moment),
            );
        });
    }
}

#[test]
fn on_sqlite_a_killed_revision_is_whole_or_nothing() {
    let slow = "CREATE TABLE numbers AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 3000000) SELECT n FROM c;\nDROP TABLE numbers";
    for moment in [0, 40, 150, 400] {
        on(Backend::Sqlite, |database| {
            let journal = database.path().with_extension("db-journal");
            kill_at(
                database,
                slow,
                || journal.exists(),
                Duration::from_millis(moment),
            );
            assert_eq!(database.value("PRAGMA integrity_check"), "ok");
        });
    }
}

/// Five statements, of which the third waits at a gate that the test holds.
fn gated(database: &Database) -> Project {
    let mut project = Project::new(database.backend());
    project.revision(
        "01_gate",
        "CREATE TABLE gate (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO gate VALUES (1, 0);",
        "DROP TABLE gate",
    );
    project.read().upgrade(&mut database.connect()).unwrap();
    project.bare(
        "02_five",
        "CREATE TABLE five (n INTEGER);\nINSERT INTO five VALUES (2);\nUPDATE gate SET n = n + 1;\nINSERT INTO five VALUES (4);\nINSERT INTO five VALUES (5);\n",
        "DROP TABLE five",
    );
    project
}

fn goes_on_at_the_third_of_five(
    database: &Database,
    connection: &mut impl diesel::connection::SimpleConnection,
) {
    let project = gated(database);
    connection
        .batch_execute("BEGIN; UPDATE gate SET n = n;")
        .unwrap();
    let process = upgrade(&project, database);
    until("the third statement waits", || {
        running(database, "SET n = n + 1")
    });
    assert_eq!(process.kill().code, None);
    let current = Running::start(migrate(&project, database.url(), &["current"]))
        .wait(PATIENCE)
        .expect(0);
    assert!(current.stdout.contains("partial 2/5"), "{current}");
    connection.batch_execute("ROLLBACK").unwrap();

    let _ = upgrade(&project, database).wait(PATIENCE).expect(0);
    assert_eq!(
        database.column("SELECT n FROM five ORDER BY n"),
        ["2", "4", "5"]
    );
    assert_eq!(
        database.value("SELECT n FROM gate"),
        "1",
        "the third ran once"
    );
    assert_eq!(database.applied(), ["01", "02"]);
}

#[test]
fn on_mysql_a_killed_revision_shows_how_far_it_came_and_goes_on_there() {
    on(Backend::Mysql, |database| {
        goes_on_at_the_third_of_five(database, &mut database.mysql())
    });
}

#[test]
fn on_postgres_a_killed_revision_without_a_transaction_goes_on_where_it_was() {
    on(Backend::Postgres, |database| {
        goes_on_at_the_third_of_five(database, &mut database.postgres())
    });
}

#[test]
fn on_sqlite_a_killed_revision_without_a_transaction_goes_on_where_it_was() {
    for moment in [0, 30, 120] {
        on(Backend::Sqlite, |database| {
            let mut project = Project::new(Backend::Sqlite);
            let slow = "INSERT INTO five WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1500000) SELECT 3 FROM c";
            project.bare(
                "01_five",
                &format!("CREATE TABLE five (n INTEGER);\nINSERT INTO five VALUES (2);\n{slow};\nINSERT INTO five VALUES (4);\nINSERT INTO five VALUES (5);\n"),
                "DROP TABLE five",
            );
            let process = upgrade(&project, database);
            until("two statements are done", || {
                database.has_table("five") && database.value("SELECT COUNT(*) FROM five") == "1"
            });
            std::thread::sleep(Duration::from_millis(moment));
            assert_eq!(process.kill().code, None);
            assert_eq!(database.log(), ["01 upgrade running 2/5"]);
            let _ = upgrade(&project, database).wait(PATIENCE).expect(0);
            let counts = "SELECT n || ' ' || COUNT(*) FROM five GROUP BY n ORDER BY n";
            assert_eq!(database.column(counts), ["2 1", "3 1500000", "4 1", "5 1"]);
            assert_eq!(database.applied(), ["01"]);
        });
    }
}

/// A schema statement of MySQL that was running when its process died leaves nothing by which to tell whether it took effect.
#[test]
fn on_mysql_a_schema_statement_in_doubt_is_shown_and_asked_about() {
    for (answer, took_effect) in [("retry", false), ("done", true)] {
        on(Backend::Mysql, |database| {
            let mut project = Project::tables(Backend::Mysql, 1);
            project.read().upgrade(&mut database.connect()).unwrap();
            project.revision(
                "02_doubt",
                "CREATE TABLE doubt (n INTEGER);\nALTER TABLE t01 ADD COLUMN doubtful INTEGER;\nINSERT INTO doubt VALUES (3);\n",
                "DROP TABLE doubt",
            );
            let mut holder = database.mysql();
            holder
                .batch_execute("START TRANSACTION; SELECT COUNT(*) FROM t01")
                .unwrap();
            let process = upgrade(&project, database);
            until("the statement waits for the table", || {
                running(database, "ADD COLUMN doubtful")
            });
            assert_eq!(process.kill().code, None);
            // The orphan dies too, before the table is free: the statement never took effect.
            for id in database.column("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%ADD COLUMN doubtful%' AND id <> CONNECTION_ID()") {
                database.run(&format!("KILL {id};"));
            }
            holder.batch_execute("COMMIT").unwrap();
            until("the orphan is gone", || {
                !running(database, "ADD COLUMN doubtful")
            });
            if took_effect {
                database.run("ALTER TABLE t01 ADD COLUMN doubtful INTEGER;");
            }

            let outcome = upgrade(&project, database).wait(PATIENCE).expect(1);
            let said = outcome.stderr.replace('\n', " ");
            assert!(
                said.contains("ALTER TABLE t01 ADD COLUMN doubtful INTEGER"),
                "the exact statement: {outcome}"
            );
            assert!(
                said.contains("--in-doubt done") && said.contains("--in-doubt retry"),
                "both ways on: {outcome}"
            );
            assert!(said.contains("02_doubt/up.sql"), "{outcome}");
            assert_eq!(database.value("SELECT COUNT(*) FROM doubt"), "0");

            let _ = Running::start(migrate(
                &project,
                database.url(),
                &["upgrade", "--in-doubt", answer],
            ))
            .wait(PATIENCE)
            .expect(0);
            assert_eq!(database.column("SELECT n FROM doubt"), ["3"]);
            assert_eq!(
                database.value("SELECT COUNT(doubtful) FROM t01"),
                "0",
                "the column is there"
            );
            assert_eq!(database.applied(), ["01", "02"]);
        });
    }
}

#[test]
fn on_postgres_a_concurrent_index_whose_process_died_is_built_once() {
    on(Backend::Postgres, |database| {
        let mut project = Project::tables(Backend::Postgres, 1);
        project.read().upgrade(&mut database.connect()).unwrap();
        project.bare(
            "02_index",
            "CREATE INDEX CONCURRENTLY by_id ON t01 (id);\nINSERT INTO t01 VALUES (1);\n",
            "DROP INDEX CONCURRENTLY by_id",
        );
        // A transaction that has written the table keeps the index from being finished.
        let mut holder = database.postgres();
        holder
            .batch_execute("BEGIN; INSERT INTO t01 VALUES (2)")
            .unwrap();
        let process = upgrade(&project, database);
        until("the index is being built", || {
            running(database, "CONCURRENTLY")
        });
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(process.kill().code, None);
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%CONCURRENTLY%' AND pid <> pg_backend_pid();");
        holder.batch_execute("COMMIT").unwrap();

        let _ = upgrade(&project, database).wait(PATIENCE).expect(0);
        assert_eq!(
            database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_id'::regclass"),
            "t"
        );
        assert_eq!(
            database.column("SELECT id FROM t01 ORDER BY id"),
            ["1", "2"]
        );
        assert_eq!(database.applied(), ["01", "02"]);
    });
}
