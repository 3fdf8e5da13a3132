//! Diesel's own harness and this library on one database: each takes over where the other stopped.

use diesel::migration::MigrationSource;
use diesel::{Connection, MysqlConnection, PgConnection, SqliteConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use migrate_core::{AsConnection, Migrations};
use migrate_tests::{Database, Project, on_each_backend};

on_each_backend!(
    diesel_runs_our_chain_in_chain_order_and_takes_it_back,
    what_diesel_filled_goes_on_by_connecting,
    what_we_filled_diesel_goes_on_with_and_takes_back,
    a_revision_that_diesel_applied_late_is_a_gap_that_can_be_filled,
);

/// What a test does with a typed connection.
trait Steps {
    fn run<C, M>(&self, connection: &mut C, project: &Project)
    where
        C: Connection + MigrationHarness<C::Backend> + AsConnection<M>,
        Migrations: MigrationSource<C::Backend>,
        FileBasedMigrations: MigrationSource<C::Backend>;
}

fn on_its_type(database: &Database, project: &Project, steps: &impl Steps) {
    match database.backend() {
        migrate_core::Backend::Sqlite => {
            steps.run::<SqliteConnection, _>(&mut database.sqlite(), project)
        }
        migrate_core::Backend::Postgres => {
            steps.run::<PgConnection, _>(&mut database.postgres(), project)
        }
        migrate_core::Backend::Mysql => {
            steps.run::<MysqlConnection, _>(&mut database.mysql(), project)
        }
    }
}

fn files(project: &Project) -> FileBasedMigrations {
    FileBasedMigrations::from_path(project.migrations_dir()).unwrap()
}

fn diesel_runs_our_chain_in_chain_order_and_takes_it_back(database: &Database) {
    struct Ours;
    impl Steps for Ours {
        fn run<C, M>(&self, connection: &mut C, project: &Project)
        where
            C: Connection + MigrationHarness<C::Backend> + AsConnection<M>,
            Migrations: MigrationSource<C::Backend>,
            FileBasedMigrations: MigrationSource<C::Backend>,
        {
            let migrations = project.read();
            assert!(
                connection
                    .has_pending_migration(migrations.clone())
                    .unwrap()
            );
            let ran = connection
                .run_pending_migrations(migrations.clone())
                .unwrap();
            assert_eq!(
                ran.iter().map(ToString::to_string).collect::<Vec<_>>(),
                ["01", "02", "03"]
            );
            migrations.ensure_current(connection).unwrap();
            let reverted = connection
                .revert_last_migration(migrations.clone())
                .unwrap();
            assert_eq!(reverted.to_string(), "03");
            assert_eq!(
                connection
                    .revert_all_migrations(migrations.clone())
                    .unwrap()
                    .len(),
                2
            );
            assert!(migrations.current(connection).unwrap().is_none());
        }
    }
    on_its_type(database, &Project::tables(database.backend(), 3), &Ours);
}

fn what_diesel_filled_goes_on_by_connecting(database: &Database) {
    struct TakeOver;
    impl Steps for TakeOver {
        fn run<C, M>(&self, connection: &mut C, project: &Project)
        where
            C: Connection + MigrationHarness<C::Backend> + AsConnection<M>,
            Migrations: MigrationSource<C::Backend>,
            FileBasedMigrations: MigrationSource<C::Backend>,
        {
            connection.run_next_migration(files(project)).unwrap();
            connection.run_next_migration(files(project)).unwrap();
            let migrations = project.read();
            let status = migrations.status(connection).unwrap();
            assert_eq!(
                (
                    status.applied.len(),
                    status.pending.len(),
                    status.changed.len()
                ),
                (2, 2, 0)
            );
            migrations.upgrade(connection).unwrap();
            // What Diesel applied is taken back as well as our own.
            let report = migrations.downgrade_to(connection, "01").unwrap();
            assert_eq!(report.steps.len(), 3);
        }
    }
    on_its_type(database, &Project::tables(database.backend(), 4), &TakeOver);
    assert_eq!(database.applied(), ["01"]);
    assert!(database.has_table("t01") && !database.has_table("t02"));
}

fn what_we_filled_diesel_goes_on_with_and_takes_back(database: &Database) {
    struct HandOver;
    impl Steps for HandOver {
        fn run<C, M>(&self, connection: &mut C, project: &Project)
        where
            C: Connection + MigrationHarness<C::Backend> + AsConnection<M>,
            Migrations: MigrationSource<C::Backend>,
            FileBasedMigrations: MigrationSource<C::Backend>,
        {
            let migrations = project.read();
            migrations.upgrade_to(connection, "02").unwrap();
            let ran = connection.run_pending_migrations(files(project)).unwrap();
            assert_eq!(
                ran.iter().map(ToString::to_string).collect::<Vec<_>>(),
                ["03", "04"]
            );
            migrations.ensure_current(connection).unwrap();
            for expected in ["04", "03", "02"] {
                assert_eq!(
                    connection
                        .revert_last_migration(files(project))
                        .unwrap()
                        .to_string(),
                    expected
                );
            }
            assert_eq!(
                migrations
                    .current(connection)
                    .unwrap()
                    .map(|revision| revision.id()),
                Some("01")
            );
            migrations.upgrade(connection).unwrap();
        }
    }
    on_its_type(database, &Project::tables(database.backend(), 4), &HandOver);
    assert_eq!(database.applied(), ["01", "02", "03", "04"]);
}

fn a_revision_that_diesel_applied_late_is_a_gap_that_can_be_filled(database: &Database) {
    struct Late;
    impl Steps for Late {
        fn run<C, M>(&self, connection: &mut C, project: &Project)
        where
            C: Connection + MigrationHarness<C::Backend> + AsConnection<M>,
            Migrations: MigrationSource<C::Backend>,
            FileBasedMigrations: MigrationSource<C::Backend>,
        {
            connection.run_pending_migrations(files(project)).unwrap();
            // Somebody's branch landed below what was applied.
            project.write(
                "migrations/02_late/up.sql",
                "CREATE TABLE late (id INTEGER PRIMARY KEY)",
            );
            project.write("migrations/02_late/down.sql", "DROP TABLE late");
            let migrations = project.read();
            assert!(migrations.upgrade(connection).unwrap_err().is_diverged());
            let report = migrations
                .runner()
                .fill_gaps(true)
                .upgrade_to(connection, "head")
                .unwrap();
            assert_eq!(report.steps.len(), 1);
            assert!(!connection.has_pending_migration(files(project)).unwrap());
        }
    }
    let mut project = Project::new(database.backend());
    project.adopted(
        "01_one",
        "CREATE TABLE one (id INTEGER PRIMARY KEY)",
        "DROP TABLE one",
    );
    project.adopted(
        "03_three",
        "CREATE TABLE three (id INTEGER PRIMARY KEY)",
        "DROP TABLE three",
    );
    on_its_type(database, &project, &Late);
    assert_eq!(database.applied(), ["01", "02", "03"]);
}
