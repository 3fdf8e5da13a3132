//! Users who may do less: what they can do still works, and what they cannot is said by name, with nothing half done.

use migrate_core::{AnyConnection, Backend, Error};
use migrate_tests::{Database, Project, on};

/// A user of the server that is gone after the test.
struct User<'d> {
    database: &'d Database,
    name: String,
}

impl<'d> User<'d> {
    fn create(database: &'d Database) -> Self {
        let name = format!("u{}", database.name());
        let sql = match database.backend() {
            Backend::Postgres => format!("CREATE ROLE {name} LOGIN PASSWORD 'secret'"),
            _ => format!("CREATE USER {name} IDENTIFIED BY 'secret'"),
        };
        database.administer(&sql).unwrap();
        Self { database, name }
    }

    fn connect(&self) -> AnyConnection {
        let url = self.database.url_with(|url| {
            url.set_username(&self.name).unwrap();
            url.set_password(Some("secret")).unwrap();
        });
        AnyConnection::establish(&url).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        if self.database.backend() == Backend::Postgres {
            let _ = self
                .database
                .client()
                .run(&format!("DROP OWNED BY {}", self.name));
        }
        let word = if self.database.backend() == Backend::Postgres {
            "ROLE"
        } else {
            "USER"
        };
        let _ = self
            .database
            .administer(&format!("DROP {word} {}", self.name));
    }
}

#[test]
fn on_postgres_a_missing_right_to_create_is_named() {
    on(Backend::Postgres, |database| {
        database.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC;");
        let user = User::create(database);
        let migrations = Project::tables(Backend::Postgres, 1).read();
        let denied = migrations.upgrade(&mut user.connect()).unwrap_err();
        assert!(
            denied
                .to_string()
                .contains("permission denied for schema public"),
            "{denied}"
        );
        assert!(
            denied.help().is_some_and(|help| help.contains("grant")),
            "{:?}",
            denied.help()
        );
        assert!(!database.has_table("t01") && !database.has_table("__diesel_schema_migrations"));
    });
}

#[test]
fn on_postgres_a_reader_can_check_at_the_start_and_cannot_upgrade() {
    on(Backend::Postgres, |database| {
        let mut project = Project::tables(Backend::Postgres, 1);
        project.read().upgrade(&mut database.connect()).unwrap();
        let user = User::create(database);
        let denied = project
            .read()
            .ensure_current(&mut user.connect())
            .unwrap_err();
        assert!(denied.to_string().contains("permission denied"), "{denied}");

        database.run(&format!(
            "GRANT SELECT ON __diesel_schema_migrations, __migrate_log TO {};",
            user.name
        ));
        let migrations = project.read();
        migrations.ensure_current(&mut user.connect()).unwrap();
        assert!(migrations.status(&mut user.connect()).unwrap().is_current());
        assert!(
            migrations
                .upgrade(&mut user.connect())
                .unwrap()
                .steps
                .is_empty(),
            "nothing to do needs no right"
        );

        project.revision(
            "02_more",
            "CREATE TABLE more (id INTEGER)",
            "DROP TABLE more",
        );
        let denied = project.read().upgrade(&mut user.connect()).unwrap_err();
        assert!(denied.to_string().contains("permission denied"), "{denied}");
        assert_eq!(database.applied(), ["01"]);
        assert!(!database.has_table("more"));
    });
}

#[test]
fn on_mysql_a_missing_right_to_create_is_named() {
    on(Backend::Mysql, |database| {
        let user = User::create(database);
        database
            .administer(&format!(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON {}.* TO {}",
                database.name(),
                user.name
            ))
            .unwrap();
        let migrations = Project::tables(Backend::Mysql, 1).read();
        let denied = migrations.upgrade(&mut user.connect()).unwrap_err();
        assert!(
            denied.to_string().contains("CREATE command denied"),
            "{denied}"
        );
        assert!(
            denied.help().is_some_and(|help| help.contains("grant")),
            "{:?}",
            denied.help()
        );
        assert!(!database.has_table("t01") && !database.has_table("__diesel_schema_migrations"));
    });
}

#[test]
fn on_mysql_a_reader_can_check_at_the_start_and_cannot_upgrade() {
    on(Backend::Mysql, |database| {
        let mut project = Project::tables(Backend::Mysql, 1);
        project.read().upgrade(&mut database.connect()).unwrap();
        let user = User::create(database);
        database
            .administer(&format!(
                "GRANT SELECT ON {}.* TO {}",
                database.name(),
                user.name
            ))
            .unwrap();
        let migrations = project.read();
        migrations.ensure_current(&mut user.connect()).unwrap();
        assert!(
            migrations
                .upgrade(&mut user.connect())
                .unwrap()
                .steps
                .is_empty()
        );

        project.revision(
            "02_more",
            "CREATE TABLE more (id INTEGER)",
            "DROP TABLE more",
        );
        let denied = project.read().upgrade(&mut user.connect()).unwrap_err();
        assert!(denied.to_string().contains("denied"), "{denied}");
        assert_eq!(database.applied(), ["01"]);
        assert!(!database.has_table("more"));
    });
}

#[test]
fn on_sqlite_a_file_that_is_opened_for_reading_can_be_checked_and_not_upgraded() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::tables(Backend::Sqlite, 1);
        project.read().upgrade(&mut database.connect()).unwrap();
        let mut reader =
            AnyConnection::establish(&format!("file:{}?mode=ro", database.path().display()))
                .unwrap();
        project.read().ensure_current(&mut reader).unwrap();
        assert!(
            project
                .read()
                .upgrade(&mut reader)
                .unwrap()
                .steps
                .is_empty()
        );

        project.revision(
            "02_more",
            "CREATE TABLE more (id INTEGER)",
            "DROP TABLE more",
        );
        let refused = project.read().upgrade(&mut reader).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("attempt to write a readonly database"),
            "{refused}"
        );
        assert!(
            refused.help().is_some_and(|help| help.contains("writable")),
            "{:?}",
            refused.help()
        );
        assert_eq!(database.applied(), ["01"]);
        assert!(!database.has_table("more"));
    });
}

#[test]
fn on_postgres_a_read_only_server_is_said_to_be_one() {
    on(Backend::Postgres, |database| {
        let project = Project::tables(Backend::Postgres, 2);
        project
            .read()
            .upgrade_to(&mut database.connect(), "+1")
            .unwrap();
        database.run(&format!(
            "ALTER DATABASE {} SET default_transaction_read_only = on;",
            database.name()
        ));
        let refused = project.read().upgrade(&mut database.connect()).unwrap_err();
        assert!(
            matches!(refused, Error::Ledger { .. } | Error::Failed(_)),
            "{refused:?}"
        );
        assert!(
            refused.to_string().contains("read-only transaction"),
            "{refused}"
        );
        assert!(
            refused.help().is_some_and(|help| help.contains("primary")),
            "{:?}",
            refused.help()
        );
        assert_eq!(database.applied(), ["01"]);
    });
}
