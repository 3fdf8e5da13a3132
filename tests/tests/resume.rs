//! A step that was left half done goes on as if it had never stopped: with what its first statements set, from where it really is,
//! and not at all where somebody else finished it.

use diesel::connection::SimpleConnection;
use migrate_core::Backend;
use migrate_tests::{Database, Project, on, on_each_backend};

on_each_backend!(
    what_the_first_statements_set_holds_for_the_rest,
    a_step_that_somebody_else_finished_is_half_done_no_longer,
);

/// A script that needs what its first statement sets and fails at its last, and the same with the last mended.
fn needs_its_setting(backend: Backend) -> (&'static str, &'static str) {
    match backend {
        Backend::Mysql => (
            "SET foreign_key_checks = 0; INSERT INTO nowhere VALUES (1);",
            "SET foreign_key_checks = 0; CREATE TABLE child (p INTEGER, FOREIGN KEY (p) REFERENCES parent (id));",
        ),
        Backend::Postgres => (
            "SET search_path = app; INSERT INTO nowhere VALUES (1);",
            "SET search_path = app; CREATE INDEX CONCURRENTLY child ON t (a);",
        ),
        Backend::Sqlite => (
            "PRAGMA ignore_check_constraints = ON; INSERT INTO nowhere VALUES (1);",
            "PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (-1); CREATE TABLE child (p INTEGER);",
        ),
    }
}

fn what_the_first_statements_set_holds_for_the_rest(database: &Database) {
    match database.backend() {
        Backend::Postgres => database.run("CREATE SCHEMA app; CREATE TABLE app.t (a INTEGER);"),
        Backend::Sqlite => database.run("CREATE TABLE t (a INTEGER CHECK (a > 0));"),
        Backend::Mysql => String::new(),
    };
    let (wrong, mended) = needs_its_setting(database.backend());
    let mut project = Project::new(database.backend());
    project.bare("01_child", wrong, "SELECT 1");
    let mut connection = database.connect();
    project.read().upgrade(&mut connection).unwrap_err();
    project.write("migrations/01_child/up.sql", mended);
    project.read().upgrade(&mut connection).unwrap();
    assert_eq!(
        database.log(),
        [
            "01 upgrade failed 1/2",
            &format!(
                "01 upgrade done {0}/{0}",
                if database.backend() == Backend::Sqlite {
                    3
                } else {
                    2
                }
            )
        ]
    );
}

#[test]
fn a_statement_that_waited_too_long_for_a_table_is_tried_again_with_its_settings() {
    on(Backend::Mysql, |database| {
        database.run("CREATE TABLE t (id INTEGER) ENGINE = InnoDB;");
        let mut project = Project::new(Backend::Mysql);
        project.bare(
            "01_child",
            "SET foreign_key_checks = 0; ALTER TABLE t ADD p INTEGER, ADD FOREIGN KEY (p) REFERENCES nowhere (id);",
            "SELECT 1",
        );
        let mut reader = database
            .client()
            .command()
            .args(["-e", "BEGIN; SELECT * FROM t; DO SLEEP(2); COMMIT"])
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(500));
        let migrations = project.read();
        let runner = migrations
            .runner()
            .lock_timeout(std::time::Duration::from_secs(1));
        runner.upgrade_to(&mut database.connect(), "head").unwrap();
        reader.wait().unwrap();
    });
}

fn a_step_that_somebody_else_finished_is_half_done_no_longer(database: &Database) {
    let mut project = Project::new(database.backend());
    project
        .bare(
            "01_two",
            "CREATE TABLE one (id INTEGER); INSERT INTO two VALUES (1);",
            "DROP TABLE one; DROP TABLE two; DROP TABLE three;",
        )
        .revision(
            "02_more",
            "CREATE TABLE more (id INTEGER)",
            "DROP TABLE more",
        );
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap_err();
    assert!(
        migrations
            .status(&mut connection)
            .unwrap()
            .partial
            .is_some()
    );
    // The way back for whom the script cannot be mended.
    database.run("CREATE TABLE two (id INTEGER); INSERT INTO __diesel_schema_migrations (version) VALUES ('01');");
    assert_eq!(migrations.status(&mut connection).unwrap().partial, None);
    migrations.upgrade(&mut connection).unwrap();
    // And the same downwards.
    migrations
        .downgrade_to(&mut connection, "base")
        .unwrap_err();
    assert!(
        migrations
            .status(&mut connection)
            .unwrap()
            .partial
            .is_some()
    );
    database.run("DELETE FROM __diesel_schema_migrations;");
    assert_eq!(migrations.status(&mut connection).unwrap().partial, None);
}

#[test]
fn a_writer_that_comes_between_two_statements_makes_none_run_twice() {
    on(Backend::Sqlite, |database| {
        database.run(
            "CREATE TABLE many (id INTEGER); \
             INSERT INTO many WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 300000) SELECT x FROM c; \
             CREATE INDEX many_id ON many (id);",
        );
        let mut project = Project::new(Backend::Sqlite);
        // The second takes its time and no lock that would keep a writer out.
        project.bare(
            "01_three",
            "CREATE TABLE one (id INTEGER); PRAGMA integrity_check; CREATE TABLE three (id INTEGER);",
            "SELECT 1",
        );
        let mut writer = database.sqlite();
        let writer = std::thread::spawn(move || {
            let mut run = |sql| writer.batch_execute(sql);
            while run("SELECT * FROM one").is_err() {}
            while run("BEGIN IMMEDIATE").is_err() {}
            std::thread::sleep(std::time::Duration::from_secs(1));
            run("COMMIT").unwrap();
        });
        project.read().upgrade(&mut database.connect()).unwrap();
        writer.join().unwrap();
        assert_eq!(database.applied(), ["01"]);
        assert!(database.has_table("three"));
    });
}

#[test]
fn what_ran_under_table_locks_is_not_run_again() {
    on(Backend::Mysql, |database| {
        let script = |last: u8| {
            format!(
                "CREATE TABLE t (id INTEGER PRIMARY KEY); LOCK TABLES t WRITE; INSERT INTO t VALUES (1); INSERT INTO t VALUES ({last}); \
                 UNLOCK TABLES; CREATE TABLE u (id INTEGER);"
            )
        };
        let mut project = Project::new(Backend::Mysql);
        project.revision("01_dump", &script(1), "DROP TABLE t");
        let mut connection = database.connect();
        project.read().upgrade(&mut connection).unwrap_err();
        project.write("migrations/01_dump/up.sql", script(2));
        project.read().upgrade(&mut connection).unwrap();
        assert_eq!(database.column("SELECT id FROM t ORDER BY id"), ["1", "2"]);
        assert_eq!(
            database.log(),
            ["01 upgrade failed 3/6", "01 upgrade done 6/6"]
        );
    });
}
