//! A session of SQLite: foreign keys while a table is made anew, attached files.

use migrate_core::{Backend, Error};
use migrate_tests::{Project, on};

const PARENT_AND_CHILD: &str = "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);\n\
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);\n\
    INSERT INTO parent VALUES (1, 'a'), (2, 'b');\n\
    INSERT INTO child VALUES (1, 1), (2, 2), (3, 2);\n";

fn rebuild(copy: &str) -> String {
    format!(
        "CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n{copy};\nDROP TABLE parent;\n\
         ALTER TABLE parent_new RENAME TO parent;\n"
    )
}

#[test]
fn on_sqlite_a_rebuild_of_a_parent_table_keeps_its_children() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::new(Backend::Sqlite);
        project
            .revision(
                "01_tables",
                PARENT_AND_CHILD,
                "DROP TABLE child; DROP TABLE parent;",
            )
            .revision(
                "02_rebuild",
                &rebuild("INSERT INTO parent_new SELECT id, name FROM parent"),
                "SELECT 1",
            );
        let migrations = project.read();
        let mut connection = database.connect();
        migrations.upgrade_to(&mut connection, "01").unwrap();
        migrations.upgrade(&mut connection).unwrap();
        assert_eq!(
            database.column("SELECT id FROM child ORDER BY id"),
            ["1", "2", "3"]
        );
        assert_eq!(database.value("SELECT sql LIKE '%\"parent\"%' OR sql LIKE '%REFERENCES parent %' FROM sqlite_master WHERE name = 'child'"), "1");
    });
}

#[test]
fn on_sqlite_a_rebuild_that_breaks_a_foreign_key_is_rolled_back() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::new(Backend::Sqlite);
        project
            .revision(
                "01_tables",
                PARENT_AND_CHILD,
                "DROP TABLE child; DROP TABLE parent;",
            )
            .revision(
                "02_rebuild",
                &rebuild("INSERT INTO parent_new SELECT id, name FROM parent WHERE id = 1"),
                "SELECT 1",
            );
        let migrations = project.read();
        let mut connection = database.connect();
        migrations.upgrade_to(&mut connection, "01").unwrap();
        let failed = migrations.upgrade(&mut connection).unwrap_err();
        assert!(
            matches!(&failed, Error::Failed(failure) if failure.revision == "02"),
            "{failed:?}"
        );
        assert!(
            failed.to_string().contains("foreign key") && failed.to_string().contains("child"),
            "{failed}"
        );
        assert_eq!(
            database.column("SELECT id FROM parent ORDER BY id"),
            ["1", "2"]
        );
        assert_eq!(database.applied(), ["01"]);
        // And foreign keys are on again, as the connection had them.
        use diesel::connection::SimpleConnection as _;
        let migrate_core::AnyConnection::Sqlite(sqlite) = &mut connection else {
            panic!("it is SQLite")
        };
        assert!(
            sqlite
                .batch_execute("INSERT INTO child VALUES (9, 9)")
                .is_err()
        );
    });
}

#[test]
fn the_ledger_of_an_attached_file_is_not_taken_for_the_database_s_own() {
    on(Backend::Sqlite, |other| {
        Project::tables(Backend::Sqlite, 2)
            .read()
            .upgrade(&mut other.connect())
            .unwrap();
        on(Backend::Sqlite, |database| {
            let migrations = Project::tables(Backend::Sqlite, 1).read();
            let mut connection = database.sqlite();
            let attach = format!("ATTACH '{}' AS other", other.path().display());
            diesel::connection::SimpleConnection::batch_execute(&mut connection, &attach).unwrap();
            assert!(
                migrations.ensure_current(&mut connection).is_err(),
                "it is empty"
            );
            migrations.upgrade(&mut connection).unwrap();
            assert_eq!(database.applied(), ["01"]);
            assert_eq!(migrations.applied_at(&mut connection).unwrap().len(), 1);
            assert_eq!(migrations.attempts(&mut connection).unwrap().len(), 1);
        });
    });
}

#[test]
fn on_sqlite_an_adopted_rebuild_may_leave_a_reference_that_a_later_revision_mends() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::new(Backend::Sqlite);
        project
            .adopted("01_tables", PARENT_AND_CHILD.split("INSERT").next().unwrap(), "DROP TABLE child; DROP TABLE parent;")
            .adopted(
                "02_rename",
                "ALTER TABLE parent RENAME TO old; CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT, more TEXT); \
                 INSERT INTO parent SELECT id, name, '' FROM old; DROP TABLE old;",
                "DROP TABLE parent;",
            )
            .adopted(
                "03_mend",
                "DROP TABLE child; CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id));",
                "SELECT 1",
            );
        project.read().upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.applied(), ["01", "02", "03"]);
    });
}

#[test]
fn on_sqlite_a_rebuild_can_mend_a_reference_to_columns_that_are_not_unique() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::new(Backend::Sqlite);
        project
            .revision(
                "01_tables",
                "CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT); CREATE TABLE child (code TEXT REFERENCES parent (code));",
                "DROP TABLE child; DROP TABLE parent;",
            )
            .revision(
                "02_unique",
                "CREATE TABLE parent_new (id INTEGER PRIMARY KEY, code TEXT UNIQUE); INSERT INTO parent_new SELECT * FROM parent; \
                 DROP TABLE parent; ALTER TABLE parent_new RENAME TO parent;",
                "SELECT 1",
            );
        project.read().upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.applied(), ["01", "02"]);
    });
}
