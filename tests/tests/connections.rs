//! What counts as a connection: Diesel's own, pooled ones, whatever derefs to one, and one with a transaction open.

use std::sync::Mutex;

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::{Connection as _, MysqlConnection, PgConnection, SqliteConnection};
use migrate_core::{Backend, Error, TransactionMode};
use migrate_tests::{Database, Project, on, on_each_backend};

on_each_backend!(
    a_pooled_connection_is_a_connection,
    a_boxed_and_a_guarded_connection_are_connections,
    one_transaction_for_the_whole_plan_is_all_or_nothing,
);

fn a_pooled_connection_is_a_connection(database: &Database) {
    let migrations = Project::tables(database.backend(), 2).read();
    match database.backend() {
        Backend::Sqlite => {
            let manager =
                ConnectionManager::<SqliteConnection>::new(database.path().to_string_lossy());
            let pool = Pool::builder().max_size(2).build(manager).unwrap();
            migrations.upgrade(&mut pool.get().unwrap()).unwrap();
            migrations.ensure_current(&mut pool.get().unwrap()).unwrap();
        }
        Backend::Postgres => {
            let pool = Pool::builder()
                .max_size(2)
                .build(ConnectionManager::<PgConnection>::new(database.url()))
                .unwrap();
            migrations.upgrade(&mut pool.get().unwrap()).unwrap();
            migrations.ensure_current(&mut pool.get().unwrap()).unwrap();
        }
        Backend::Mysql => {
            let pool = Pool::builder()
                .max_size(2)
                .build(ConnectionManager::<MysqlConnection>::new(database.url()))
                .unwrap();
            migrations.upgrade(&mut pool.get().unwrap()).unwrap();
            migrations.ensure_current(&mut pool.get().unwrap()).unwrap();
        }
    }
    assert_eq!(database.applied(), ["01", "02"]);
}

fn a_boxed_and_a_guarded_connection_are_connections(database: &Database) {
    let migrations = Project::tables(database.backend(), 2).read();
    match database.backend() {
        Backend::Sqlite => {
            migrations
                .upgrade_to(&mut Box::new(database.sqlite()), "+1")
                .unwrap();
            migrations
                .upgrade(&mut Mutex::new(database.sqlite()).lock().unwrap())
                .unwrap();
        }
        Backend::Postgres => {
            migrations
                .upgrade_to(&mut Box::new(database.postgres()), "+1")
                .unwrap();
            migrations
                .upgrade(&mut Mutex::new(database.postgres()).lock().unwrap())
                .unwrap();
        }
        Backend::Mysql => {
            migrations
                .upgrade_to(&mut Box::new(database.mysql()), "+1")
                .unwrap();
            migrations
                .upgrade(&mut Mutex::new(database.mysql()).lock().unwrap())
                .unwrap();
        }
    }
    assert_eq!(database.applied(), ["01", "02"]);
}

fn one_transaction_for_the_whole_plan_is_all_or_nothing(database: &Database) {
    let mut project = Project::tables(database.backend(), 2);
    project.revision("03_wrong", "INSERT INTO nowhere VALUES (1)", "SELECT 1");
    let migrations = project.read();
    let mut connection = database.connect();
    let all = || migrations.runner().transaction(TransactionMode::All);
    let refused = all().upgrade_to(&mut connection, "head").unwrap_err();
    assert_eq!(database.applied(), [""; 0], "{refused:?}");
    assert!(!database.has_table("t01"));
    if database.backend() == Backend::Mysql {
        // Tables made on MySQL stay made, so that it cannot keep such a promise.
        assert!(!matches!(refused, Error::Failed(_)), "{refused:?}");
        return;
    }
    assert!(
        matches!(&refused, Error::Failed(failure) if failure.revision == "03"),
        "{refused:?}"
    );
    assert_eq!(
        all().upgrade_to(&mut connection, "02").unwrap().steps.len(),
        2
    );
    project.bare(
        "04_bare",
        "CREATE TABLE bare (id INTEGER)",
        "DROP TABLE bare",
    );
    project.write("migrations/03_wrong/up.sql", "SELECT 1");
    let bare = project.read();
    let refused = bare
        .runner()
        .transaction(TransactionMode::All)
        .upgrade_to(&mut connection, "head")
        .unwrap_err();
    assert!(
        refused.to_string().contains("04"),
        "it names the step that cannot be in one: {refused}"
    );
    assert_eq!(database.applied(), ["01", "02"]);
}

/// What a test that wraps itself in a transaction does.
macro_rules! inside_a_transaction {
    ($connection:expr, $migrations:expr) => {{
        let connection = $connection;
        connection.test_transaction(|connection| {
            $migrations.upgrade(connection).unwrap();
            $migrations.ensure_current(connection).unwrap();
            connection.batch_execute("INSERT INTO t02 (id) VALUES (1)")?;
            $migrations.downgrade_to(connection, "-1").unwrap();
            $migrations.upgrade(connection).unwrap();
            diesel::QueryResult::Ok(())
        });
        assert!(
            connection.batch_execute("SELECT id FROM t01").is_err(),
            "everything went with the transaction"
        );
    }};
}

#[test]
fn on_sqlite_a_chain_runs_inside_the_transaction_of_a_test() {
    on(Backend::Sqlite, |database| {
        inside_a_transaction!(
            &mut database.sqlite(),
            Project::tables(Backend::Sqlite, 2).read()
        )
    });
}

#[test]
fn on_postgres_a_chain_runs_inside_the_transaction_of_a_test() {
    on(Backend::Postgres, |database| {
        inside_a_transaction!(
            &mut database.postgres(),
            Project::tables(Backend::Postgres, 2).read()
        );
    });
}

#[test]
fn a_failure_inside_an_open_transaction_leaves_it_usable() {
    on(Backend::Postgres, |database| {
        let mut project = Project::tables(Backend::Postgres, 1);
        project.revision(
            "02_wrong",
            "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);",
            "SELECT 1",
        );
        let migrations = project.read();
        let mut connection = database.postgres();
        connection.test_transaction(|connection| {
            connection.batch_execute("CREATE TABLE mine (id INTEGER)")?;
            assert!(matches!(
                migrations.upgrade(connection),
                Err(Error::Failed(_))
            ));
            connection.batch_execute("INSERT INTO mine VALUES (1); INSERT INTO t01 VALUES (1)")?;
            assert!(
                connection
                    .transaction(|connection| connection.batch_execute("SELECT id FROM half"))
                    .is_err()
            );
            diesel::QueryResult::Ok(())
        });
    });
}

#[test]
fn on_mysql_an_open_transaction_is_refused_and_not_committed() {
    on(Backend::Mysql, |database| {
        database.run("CREATE TABLE mine (id INTEGER);");
        let migrations = Project::tables(Backend::Mysql, 1).read();
        let mut connection = database.mysql();
        connection.test_transaction(|connection| {
            connection.batch_execute("INSERT INTO mine VALUES (1)")?;
            let refused = migrations.upgrade(connection).unwrap_err();
            assert!(
                matches!(refused, Error::InsideTransaction { .. }),
                "{refused:?}"
            );
            diesel::QueryResult::Ok(())
        });
        assert_eq!(database.value("SELECT COUNT(*) FROM mine"), "0");
    });
}

#[test]
fn a_revision_without_a_transaction_is_refused_inside_one() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        on(backend, |database| {
            let mut project = Project::tables(backend, 1);
            project.bare(
                "02_bare",
                "CREATE TABLE bare (id INTEGER)",
                "DROP TABLE bare",
            );
            let migrations = project.read();
            let refused = match backend {
                Backend::Sqlite => database.sqlite().transaction(|connection| {
                    Ok::<_, diesel::result::Error>(migrations.upgrade(connection))
                }),
                _ => database
                    .postgres()
                    .transaction(|connection| Ok(migrations.upgrade(connection))),
            };
            let refused = refused.unwrap().unwrap_err();
            assert!(
                matches!(refused, Error::InsideTransaction { .. }),
                "{refused:?}"
            );
            assert!(!database.has_table("t01"), "nothing ran");
        });
    }
}
