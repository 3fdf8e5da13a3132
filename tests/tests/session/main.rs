//! What a script sets for its session ends with it, and what the project wants of every session is there in each run.

mod mysql;
mod sqlite;

use diesel::Connection as _;
use migrate_core::{Backend, Error, TransactionMode};
use migrate_tests::{Client, Database, Project, on, on_each_backend};

on_each_backend!(
    a_setting_of_one_revision_is_not_seen_by_the_next_nor_afterwards,
    the_project_s_session_statements_run_first,
);

/// A script that changes the session, a query for the values that it changed, and the wrapper that each value needs.
fn settings(backend: Backend) -> (&'static str, &'static str) {
    match backend {
        Backend::Postgres => (
            "CREATE SCHEMA other; SET search_path = other; SET statement_timeout = '77min'; SET TIME ZONE 'Asia/Tokyo'; \
             SET default_transaction_isolation = 'serializable'; SELECT set_config('lock_timeout', '78min', false);",
            "SELECT concat_ws(' ', current_setting('search_path'), current_setting('statement_timeout'), \
             current_setting('TimeZone'), current_setting('default_transaction_isolation')) AS v",
        ),
        Backend::Mysql => (
            "SET SESSION sql_mode = 'ANSI_QUOTES'; SET time_zone = '+09:00'; SET foreign_key_checks = 0; SET unique_checks = 0; \
             SET autocommit = 0; SET SESSION lock_wait_timeout = 77;",
            "SELECT CAST(concat_ws(' ', @@sql_mode, @@time_zone, @@foreign_key_checks, @@unique_checks, @@autocommit) AS CHAR(999)) AS v",
        ),
        Backend::Sqlite => (
            "PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = ON; PRAGMA legacy_alter_table = ON; PRAGMA ignore_check_constraints = ON;",
            "SELECT foreign_keys || ' ' || recursive_triggers || ' ' || legacy_alter_table || ' ' || ignore_check_constraints AS v \
             FROM pragma_foreign_keys, pragma_recursive_triggers, pragma_legacy_alter_table, pragma_ignore_check_constraints",
        ),
    }
}

fn a_setting_of_one_revision_is_not_seen_by_the_next_nor_afterwards(database: &Database) {
    let (sets, asks) = settings(database.backend());
    let mut project = Project::new(database.backend());
    project
        .revision(
            "01_before",
            &format!("CREATE TABLE seen_before AS {asks};"),
            "DROP TABLE seen_before",
        )
        .revision("02_sets", sets, "SELECT 1")
        .revision(
            "03_after",
            &format!("CREATE TABLE seen_after AS {asks};"),
            "DROP TABLE seen_after",
        )
        .bare(
            "04_sets",
            &sets.replace("CREATE SCHEMA other;", ""),
            "SELECT 1",
        )
        .revision(
            "05_last",
            &format!("CREATE TABLE seen_last AS {asks};"),
            "DROP TABLE seen_last",
        );
    let migrations = project.read();
    for mode in [TransactionMode::Each, TransactionMode::Auto] {
        let mut connection = database.connect();
        migrations
            .runner()
            .transaction(mode)
            .upgrade_to(&mut connection, "03")
            .unwrap();
        // The same connection goes on, so that what the first run left would be seen.
        migrations
            .runner()
            .transaction(mode)
            .upgrade_to(&mut connection, "head")
            .unwrap();
        let before = database.value("SELECT v FROM seen_before");
        assert_eq!(
            database.value("SELECT v FROM seen_after"),
            before,
            "{mode:?}"
        );
        assert_eq!(
            database.value("SELECT v FROM seen_last"),
            before,
            "{mode:?}"
        );
        migrations.downgrade_to(&mut connection, "base").unwrap();
        if database.backend() == Backend::Postgres {
            database.run("DROP SCHEMA other CASCADE;");
        }
    }
}

#[test]
fn nor_by_the_next_in_one_transaction() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        on(backend, |database| {
            let (sets, asks) = settings(backend);
            let seen = |name: &str| format!("CREATE TABLE {name} AS {asks};");
            let mut project = Project::new(backend);
            project
                .revision("01_before", &seen("seen_before"), "SELECT 1")
                .revision("02_sets", sets, "SELECT 1")
                .revision("03_after", &seen("seen_after"), "SELECT 1");
            let migrations = project.read();
            let runner = migrations.runner().transaction(TransactionMode::All);
            runner.upgrade_to(&mut database.connect(), "head").unwrap();
            let value = |table: &str| database.value(&format!("SELECT v FROM {table}"));
            assert_eq!(value("seen_after"), value("seen_before"), "{backend}");
        });
    }
}

#[test]
fn a_check_that_one_revision_turned_off_holds_in_the_next_of_its_transaction() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::new(Backend::Sqlite);
        project
            .revision(
                "01_ages",
                "CREATE TABLE ages (age INTEGER CHECK (age >= 0));\n\
                 PRAGMA ignore_check_constraints = ON; INSERT INTO ages VALUES (-1);",
                "DROP TABLE ages",
            )
            .revision("02_more", "INSERT INTO ages VALUES (-2);", "SELECT 1");
        let migrations = project.read();
        let all = || migrations.runner().transaction(TransactionMode::All);
        for runner in [all(), migrations.runner().rehearse(true)] {
            let mut connection = database.connect();
            let Err(Error::Failed(failure)) = runner.upgrade_to(&mut connection, "head") else {
                panic!("the check does not hold");
            };
            assert_eq!(failure.revision, "02");
            assert!(!database.has_table("ages"), "all of it is rolled back");
        }
        // And in a transaction of the caller's.
        let mut connection = database.sqlite();
        connection
            .transaction(|connection| {
                let failed = migrations.upgrade(connection).unwrap_err();
                assert!(failed.to_string().contains("CHECK"), "{failed}");
                diesel::QueryResult::Ok(())
            })
            .unwrap();
    });
}

fn the_project_s_session_statements_run_first(database: &Database) {
    let mut project = Project::new(database.backend());
    let (setting, script) = match database.backend() {
        Backend::Mysql => (
            "mysql = [\"SET foreign_key_checks = 0\"]",
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER, FOREIGN KEY (parent) REFERENCES parent (id))",
        ),
        Backend::Postgres => (
            "postgres = [\"SET check_function_bodies = off\"]",
            "CREATE FUNCTION child() RETURNS integer LANGUAGE sql AS 'SELECT id FROM parent'",
        ),
        Backend::Sqlite => (
            "sqlite = [\"CREATE TEMP TABLE parent (id INTEGER)\"]",
            "CREATE TABLE child AS SELECT count(*) AS id FROM temp.parent",
        ),
    };
    project.revision("01_child", script, "SELECT 1");
    assert!(
        project.read().upgrade(&mut database.connect()).is_err(),
        "it needs its session"
    );
    project.settings(&format!("[session]\n{setting}\n"));
    project.read().upgrade(&mut database.connect()).unwrap();
    assert_eq!(database.applied(), ["01"]);
}

#[test]
fn the_plain_client_of_the_tests_tells_rows_apart() {
    on(Backend::Sqlite, |database| {
        let client = Client::new(Backend::Sqlite, &database.path().to_string_lossy());
        assert_eq!(
            client.query("SELECT 1, 'a b' UNION SELECT 2, 'c'").unwrap(),
            [["1", "a b"], ["2", "c"]]
        );
        assert!(client.query("SELECT nothing FROM nowhere").is_err());
    });
}

#[test]
fn a_search_path_of_the_project_s_moves_no_ledger_and_is_put_back() {
    on(Backend::Postgres, |database| {
        database.run("CREATE SCHEMA app;");
        let mut project = Project::tables(Backend::Postgres, 1);
        project.settings("[session]\npostgres = [\"SET search_path TO app\"]\n");
        let mut connection = database.connect();
        project.read().upgrade(&mut connection).unwrap();
        project.revision(
            "02_more",
            "CREATE TABLE more (id INTEGER)",
            "DROP TABLE more",
        );
        project.read().upgrade(&mut connection).unwrap();
        let made = "SELECT string_agg(schemaname || '.' || tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE tablename IN ('t01', 'more', '__migrate_log')";
        assert_eq!(
            database.value(made),
            "public.__migrate_log app.more app.t01"
        );
        // The connection is as it was.
        diesel::connection::SimpleConnection::batch_execute(
            &mut connection_of(connection),
            "CREATE TABLE here (id INTEGER)",
        )
        .unwrap();
        assert_eq!(
            database.value("SELECT schemaname FROM pg_tables WHERE tablename = 'here'"),
            "public"
        );
        project
            .read()
            .downgrade_to(&mut database.connect(), "base")
            .unwrap();
        assert_eq!(database.applied(), Vec::<String>::new());
    });
}

fn connection_of(connection: migrate_core::AnyConnection) -> diesel::PgConnection {
    match connection {
        migrate_core::AnyConnection::Postgres(connection) => connection,
        _ => panic!("a PostgreSQL URL"),
    }
}

#[test]
fn whoever_a_script_becomes_the_ledger_is_written_by_the_user_of_the_run() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        let becomes = [
            "SET ROLE pg_monitor; SELECT 1;",
            "SET SESSION AUTHORIZATION pg_monitor; SELECT 1;",
        ];
        for (number, sql) in becomes.iter().enumerate() {
            project.revision(&format!("1{number}1_in"), sql, sql);
            project.bare(&format!("1{number}2_out"), sql, sql);
        }
        project
            .bare("31_seen", "SET ROLE pg_monitor; CREATE TEMP TABLE seen AS SELECT current_user::text AS who; RESET ROLE; CREATE TABLE who AS SELECT who FROM seen;", "DROP TABLE who");
        let migrations = project.read();
        for mode in [TransactionMode::Each, TransactionMode::Auto] {
            let mut connection = database.connect();
            migrations
                .runner()
                .transaction(mode)
                .upgrade_to(&mut connection, "head")
                .unwrap();
            assert_eq!(database.value("SELECT who FROM who"), "pg_monitor");
            migrations.downgrade_to(&mut connection, "base").unwrap();
        }
    });
}

#[test]
fn a_script_may_choose_how_its_transaction_is_isolated() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        let choose = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; ";
        project
            .revision("01_one", &format!("{choose}CREATE TABLE one AS SELECT current_setting('transaction_isolation') AS v"), "DROP TABLE one")
            .revision("02_two", &format!("{choose}CREATE TABLE two (id INTEGER)"), &format!("{choose}DROP TABLE two"));
        let migrations = project.read();
        migrations.upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.value("SELECT v FROM one"), "serializable");
        migrations
            .downgrade_to(&mut database.connect(), "base")
            .unwrap();
    });
}

#[test]
fn a_procedure_may_commit_where_the_script_has_no_transaction() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        project
            .revision(
                "01_procedure",
                "CREATE TABLE t (id INTEGER); CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); END $$",
                "DROP PROCEDURE p; DROP TABLE t",
            )
            .bare("02_call", "CALL p(); DO $$ BEGIN INSERT INTO t VALUES (3); COMMIT; END $$;", "DELETE FROM t");
        project.read().upgrade(&mut database.connect()).unwrap();
        assert_eq!(
            database.column("SELECT id FROM t ORDER BY id"),
            ["1", "2", "3"]
        );
    });
}
