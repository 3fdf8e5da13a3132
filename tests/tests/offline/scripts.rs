//! What is in a script arrives as in a run.

use migrate_core::Backend;
use migrate_tests::{Database, Project, on_each_backend};

use super::{assert_same, run_file, runs, up_and_down};

on_each_backend!(
    what_a_script_sets_ends_with_it,
    scripts_without_a_transaction_are_recorded_statement_by_statement,
    bodies_quotes_and_letters_of_all_kinds_arrive_as_they_are,
);

fn what_a_script_sets_ends_with_it(database: &Database) {
    let mut project = Project::new(database.backend());
    let (set, look) = match database.backend() {
        Backend::Sqlite => (
            "CREATE TABLE p (id INTEGER PRIMARY KEY); PRAGMA recursive_triggers = 1; PRAGMA legacy_alter_table = 1",
            "CREATE TABLE seen AS SELECT recursive_triggers || '/' || (SELECT legacy_alter_table FROM pragma_legacy_alter_table) \
             || '/' || (SELECT foreign_keys FROM pragma_foreign_keys) AS what FROM pragma_recursive_triggers",
        ),
        Backend::Postgres => (
            "CREATE SCHEMA other; SET search_path TO other; CREATE TABLE p (id INTEGER); SET ROLE pg_monitor; SET lock_timeout = 77",
            "CREATE TABLE seen AS SELECT current_schema() || '/' || current_user || '/' || current_setting('TimeZone') \
             || '/' || current_setting('lock_timeout') AS what",
        ),
        Backend::Mysql => (
            "CREATE TABLE p (id INTEGER); SET sql_mode = ''; SET foreign_key_checks = 0; SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "CREATE TABLE seen (what VARCHAR(99)) AS SELECT CONCAT(@@sql_mode <> '', '/', @@foreign_key_checks, '/', @@session.lock_wait_timeout, '/', @@time_zone) AS what",
        ),
    };
    project.revision("01_set", set, "SELECT 1");
    project.revision("02_look", look, "DROP TABLE seen");
    let migrations = project.read();
    let online = Database::create(database.backend()).expect("there is one already");
    migrations.upgrade(&mut online.connect()).unwrap();
    runs(
        database,
        &migrations
            .offline(database.backend())
            .upgrade("head")
            .unwrap()
            .sql,
    );
    let what = "SELECT what FROM seen";
    assert_eq!(database.value(what), online.value(what));
    assert_same(&online, database);
}

fn scripts_without_a_transaction_are_recorded_statement_by_statement(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    let up = match database.backend() {
        Backend::Sqlite => "CREATE TABLE a (id INTEGER); VACUUM; INSERT INTO a VALUES (1)",
        Backend::Postgres => {
            "CREATE TABLE a (id INTEGER); CREATE INDEX CONCURRENTLY a_id ON a (id); INSERT INTO a VALUES (1)"
        }
        Backend::Mysql => {
            "CREATE TABLE a (id INTEGER); LOCK TABLES a WRITE; INSERT INTO a VALUES (1); UNLOCK TABLES; \
             START TRANSACTION; INSERT INTO a VALUES (2); COMMIT"
        }
    };
    project.bare("02_bare", up, "DROP TABLE a");
    let migrations = project.read();
    up_and_down(&migrations, database, 2);
    let broken = up.replace("INSERT INTO a VALUES (1)", "INSERT INTO b VALUES (1)");
    project.write("migrations/02_bare/up.sql", &broken);
    let migrations = project.read();
    let sql = migrations
        .offline(database.backend())
        .upgrade("head")
        .unwrap()
        .sql;
    run_file(database, &sql).unwrap_err();
    let partial = migrations
        .status(&mut database.connect())
        .unwrap()
        .partial
        .expect("it is half done");
    assert!(partial.done > 0, "{partial:?}");
    assert_eq!(database.applied(), ["01"]);
}

fn bodies_quotes_and_letters_of_all_kinds_arrive_as_they_are(database: &Database) {
    let mut project = Project::new(database.backend());
    let text = "INSERT INTO t VALUES (1, 'a;b // it''s \"x\" $migrate$ äöü 漢 🦀 -- no comment\n.quit\ngo\n/\n')";
    let body = match database.backend() {
        Backend::Sqlite => {
            "CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET n = n; DELETE FROM t WHERE id < 0; END"
        }
        Backend::Postgres => {
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$"
        }
        Backend::Mysql => {
            "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.n = CONCAT(NEW.n, '//;'); SET @x = 1; END"
        }
    };
    project.revision(
        "01_t",
        &format!("CREATE TABLE t (id INTEGER, n VARCHAR(200));\n{body};\n{text};\n"),
        "DROP TABLE t",
    );
    let migrations = project.read();
    let online = Database::create(database.backend()).expect("there is one already");
    migrations.upgrade(&mut online.connect()).unwrap();
    let sql = migrations
        .offline(database.backend())
        .upgrade("head")
        .unwrap()
        .sql;
    runs(database, &sql);
    assert_same(&online, database);
    let value = "SELECT n FROM t";
    assert_eq!(database.value(value), online.value(value));
    assert!(database.value(value).contains("漢 🦀"));
    let script = "SELECT up_script FROM __migrate_log WHERE revision = '01'";
    assert_eq!(database.column(script), online.column(script));
}
