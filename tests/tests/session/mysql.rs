//! A session of MySQL: its database, its transactions, its modes.

use migrate_core::{Backend, TransactionMode};
use migrate_tests::{Database, Project, on};

#[test]
fn on_mysql_a_script_that_changes_its_database_leaves_the_ledger_where_it_was() {
    on(Backend::Mysql, |database| {
        let other = Database::create(Backend::Mysql).unwrap();
        let mut project = Project::new(Backend::Mysql);
        project
            .revision(
                "01_elsewhere",
                &format!("USE {}; CREATE TABLE far (id INTEGER);", other.name()),
                &format!("DROP TABLE {}.far", other.name()),
            )
            .revision(
                "02_here",
                "CREATE TABLE near (id INTEGER)",
                "DROP TABLE near",
            );
        project.read().upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.applied(), ["01", "02"]);
        assert!(database.has_table("near") && other.has_table("far"));
        assert!(!other.has_table("near") && !other.has_table("__migrate_log"));
    });
}

#[test]
fn on_mysql_a_script_that_reads_only_leaves_later_transactions_as_they_were() {
    on(Backend::Mysql, |database| {
        let mut project = Project::new(Backend::Mysql);
        project
            .revision(
                "01_reads",
                "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY; SELECT 1;",
                "SELECT 1",
            )
            .revision(
                "02_writes",
                "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1);",
                "DROP TABLE t",
            );
        for mode in [TransactionMode::Each, TransactionMode::Auto] {
            let mut connection = database.connect();
            let migrations = project.read();
            let runner = migrations.runner().transaction(mode);
            runner.upgrade_to(&mut connection, "head").unwrap();
            migrations.downgrade_to(&mut connection, "base").unwrap();
        }
    });
}

#[test]
fn on_mysql_the_log_is_written_under_safe_updates_too() {
    on(Backend::Mysql, |database| {
        let mut project = Project::new(Backend::Mysql);
        project.revision(
            "01_safe",
            "SET sql_safe_updates = 1; CREATE TABLE t (id INTEGER);",
            "SET sql_safe_updates = 1; DROP TABLE t;",
        );
        let migrations = project.read();
        migrations.upgrade(&mut database.connect()).unwrap();
        migrations
            .downgrade_to(&mut database.connect(), "base")
            .unwrap();
    });
}
