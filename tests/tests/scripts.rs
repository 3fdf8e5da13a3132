//! Scripts that do odd but lawful things, and what must come of them.

use migrate_core::{Backend, Error, Left, TransactionMode};
use migrate_tests::{Database, Project, on, on_each_backend};

on_each_backend!(
    letters_of_every_length_run_and_are_kept,
    a_script_of_half_a_megabyte_is_kept_whole_in_the_log,
    a_down_that_was_left_half_done_goes_on_there,
    a_query_s_rows_are_of_no_consequence,
);

fn letters_of_every_length_run_and_are_kept(database: &Database) {
    let mut project = Project::new(database.backend());
    let text = if database.backend() == Backend::Mysql {
        "VARCHAR(50) CHARACTER SET utf8mb4"
    } else {
        "TEXT"
    };
    let up = format!(
        "-- ünïcode 🦀\nCREATE TABLE words (w {text});\nINSERT INTO words VALUES ('naïve'), ('日本語'), ('🦀'), ('back\\\\slash');\n"
    );
    project.revision("01_words", &up, "DROP TABLE words; -- 🦀");
    project.read().upgrade(&mut database.connect()).unwrap();
    assert_eq!(
        database.value("SELECT COUNT(*) FROM words WHERE w IN ('naïve', '日本語', '🦀')"),
        "3"
    );
    let kept = database.value("SELECT COUNT(*) FROM __migrate_log WHERE up_script LIKE '%ünïcode 🦀%' AND down_script LIKE '%🦀'");
    assert_eq!(kept, "1");
}

fn a_script_of_half_a_megabyte_is_kept_whole_in_the_log(database: &Database) {
    let mut project = Project::new(database.backend());
    let up = format!(
        "CREATE TABLE long_text (id INTEGER);\n/* {} */\nINSERT INTO long_text VALUES (1);\n",
        "x".repeat(500_000)
    );
    project.revision("01_long", &up, "DROP TABLE long_text");
    project.read().upgrade(&mut database.connect()).unwrap();
    assert_eq!(
        database.value("SELECT LENGTH(up_script) FROM __migrate_log WHERE revision = '01'"),
        up.len().to_string()
    );
}

fn a_down_that_was_left_half_done_goes_on_there(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    let down = |second: &str| format!("DROP TABLE two;\n{second};\nDROP TABLE three;\n");
    project.bare(
        "02_two",
        "CREATE TABLE two (id INTEGER);\nCREATE TABLE three (id INTEGER);\n",
        &down("DROP TABLE nowhere"),
    );
    let mut connection = database.connect();
    let migrations = project.read();
    migrations.upgrade(&mut connection).unwrap();
    let failed = migrations
        .downgrade_to(&mut connection, "base")
        .unwrap_err();
    assert!(
        matches!(&failed, Error::Failed(failure) if failure.left == Left::Statements(1) && failure.number == 2),
        "{failed:?}"
    );
    let status = migrations.status(&mut connection).unwrap();
    assert!(
        status
            .partial
            .as_ref()
            .is_some_and(|partial| partial.to_string() == "downgrade of 02 partial 1/3"),
        "{status:?}"
    );
    assert!(
        matches!(
            migrations.upgrade(&mut connection),
            Err(Error::HalfDone { .. })
        ),
        "forward is no way on"
    );

    project.write("migrations/02_two/down.sql", down("SELECT 1"));
    let report = project
        .read()
        .downgrade_to(&mut connection, "base")
        .unwrap();
    assert_eq!(report.steps.len(), 2);
    assert!(!database.has_table("three") && database.applied().is_empty());
    assert_eq!(
        project.read().status(&mut connection).unwrap().partial,
        None
    );
    project.read().upgrade(&mut connection).unwrap();
}

fn a_query_s_rows_are_of_no_consequence(database: &Database) {
    let mut project = Project::new(database.backend());
    project.revision(
        "01_rows",
        "SELECT 1; CREATE TABLE r (id INTEGER); SELECT id FROM r; SELECT 2;",
        "SELECT 3; DROP TABLE r;",
    );
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap();
    migrations.downgrade_to(&mut connection, "base").unwrap();
    assert!(!database.has_table("r"));
}

/// What a revision sees of the session, after another one that changed it in some way that no word of its own may show.
fn postgres_forgets(database: &Database, change: &str) {
    let mut project = Project::new(Backend::Postgres);
    let asks = "SELECT concat_ws(' ', current_setting('search_path'), current_setting('statement_timeout'), current_user) AS v";
    project
        .revision("01_before", &format!("CREATE TABLE seen_before AS {asks};"), "DROP TABLE seen_before")
        .revision(
            "02_function",
            "CREATE FUNCTION change_it() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('statement_timeout', '77min', false); END $$;",
            "DROP FUNCTION change_it()",
        )
        .revision("03_change", change, "SELECT 1")
        .revision("04_after", &format!("CREATE TABLE public.seen_after AS {asks};"), "DROP TABLE seen_after");
    for mode in [TransactionMode::Each, TransactionMode::Auto] {
        let mut connection = database.connect();
        project
            .read()
            .runner()
            .transaction(mode)
            .upgrade_to(&mut connection, "head")
            .unwrap_or_else(|error| panic!("{change}: {error}"));
        assert_eq!(
            database.value("SELECT v FROM seen_after"),
            database.value("SELECT v FROM seen_before"),
            "{change} in {mode:?}"
        );
        project
            .read()
            .downgrade_to(&mut connection, "base")
            .unwrap();
    }
}

#[test]
fn on_postgres_whatever_way_a_setting_was_changed_it_is_put_back() {
    on(Backend::Postgres, |database| {
        let role = format!("r{}", database.name());
        database.administer(&format!("CREATE ROLE {role}")).unwrap();
        for change in [
            "SELECT pg_catalog.set_config('search_path', '', false);".to_owned(),
            "SELECT change_it();".to_owned(),
            "DO $$ BEGIN EXECUTE 'SET statement_timeout = 4711000'; END $$;".to_owned(),
            format!("SET ROLE {role};"),
            format!("SET SESSION AUTHORIZATION {role};"),
        ] {
            postgres_forgets(database, &change);
        }
        database.administer(&format!("DROP ROLE {role}")).unwrap();
    });
}

#[test]
fn on_postgres_a_constraint_that_fails_at_the_commit_rolls_back_and_names_the_revision() {
    on(Backend::Postgres, |database| {
        let mut project = Project::tables(Backend::Postgres, 1);
        project.revision(
            "02_deferred",
            "CREATE TABLE child (id INTEGER, t INTEGER REFERENCES t01 (id) DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO child VALUES (1, 99);\n",
            "DROP TABLE child",
        );
        let mut connection = database.connect();
        let failed = project.read().upgrade(&mut connection).unwrap_err();
        let Error::Failed(failure) = &failed else {
            panic!("{failed:?}")
        };
        assert_eq!(
            (failure.revision.as_str(), failure.left),
            ("02", Left::Nothing)
        );
        assert!(failure.error.message.contains("foreign key"), "{failure:?}");
        assert!(!database.has_table("child"));
        assert_eq!(database.applied(), ["01"]);
        project.write(
            "migrations/02_deferred/up.sql",
            "CREATE TABLE child (id INTEGER);",
        );
        project.read().upgrade(&mut connection).unwrap();
    });
}

#[test]
fn on_sqlite_a_constraint_that_fails_at_the_commit_rolls_back_and_names_the_revision() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::tables(Backend::Sqlite, 1);
        project.revision(
            "02_deferred",
            "CREATE TABLE child (id INTEGER, t INTEGER REFERENCES t01 (id) DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO child VALUES (1, 99);\n",
            "DROP TABLE child",
        );
        let mut connection = database.connect();
        let failed = project.read().upgrade(&mut connection).unwrap_err();
        let Error::Failed(failure) = &failed else {
            panic!("{failed:?}")
        };
        assert_eq!(
            (failure.revision.as_str(), failure.left),
            ("02", Left::Nothing),
            "{failure:?}"
        );
        assert!(!database.has_table("child"));
        assert_eq!(database.applied(), ["01"]);
        project.write(
            "migrations/02_deferred/up.sql",
            "CREATE TABLE child (id INTEGER);",
        );
        project.read().upgrade(&mut connection).unwrap();
    });
}

#[test]
fn on_sqlite_statements_that_no_transaction_can_hold_run_without_one() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::tables(Backend::Sqlite, 1);
        project.bare(
            "02_file",
            "PRAGMA journal_mode = WAL;\nVACUUM;\nATTACH ':memory:' AS side;\nCREATE TABLE side.x (id INTEGER);\nDETACH side;\nCREATE TABLE y (id INTEGER);\n",
            "DROP TABLE y;\nPRAGMA journal_mode = DELETE;\n",
        );
        let migrations = project.read();
        let mut connection = database.connect();
        migrations.upgrade(&mut connection).unwrap();
        assert_eq!(database.value("PRAGMA journal_mode"), "wal");
        assert!(database.has_table("y"));
        migrations.downgrade_to(&mut connection, "-1").unwrap();
        assert_eq!(database.value("PRAGMA journal_mode"), "delete");
    });
}

#[test]
fn on_mysql_modes_that_change_the_meaning_of_quotes_do_not_reach_the_ledger() {
    on(Backend::Mysql, |database| {
        for mode in [
            "NO_BACKSLASH_ESCAPES",
            "ANSI_QUOTES",
            "ORACLE",
            "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
        ] {
            let mut project = Project::new(Backend::Mysql);
            project
                .revision("01_mode", &format!("SET SESSION sql_mode = '{mode}'; CREATE TABLE q (v VARCHAR(20)); INSERT INTO q VALUES ('a''b');"), "DROP TABLE q")
                .bare("02_mode", &format!("SET SESSION sql_mode = '{mode}'; INSERT INTO q VALUES ('it''s');"), "DELETE FROM q WHERE v LIKE 'it%'");
            let mut connection = database.connect();
            project
                .read()
                .upgrade(&mut connection)
                .unwrap_or_else(|error| panic!("{mode}: {error}"));
            assert_eq!(
                database.column("SELECT v FROM q ORDER BY v"),
                ["a'b", "it's"]
            );
            assert_eq!(
                database
                    .value("SELECT COUNT(*) FROM __migrate_log WHERE up_script LIKE '%a\\'\\'b%'"),
                "1",
                "{mode}"
            );
            project
                .read()
                .downgrade_to(&mut connection, "base")
                .unwrap();
            database.run("DROP TABLE __migrate_log;");
        }
    });
}

#[test]
fn on_mysql_routines_and_triggers_run_with_and_without_delimiter() {
    on(Backend::Mysql, |database| {
        let mut project = Project::new(Backend::Mysql);
        project.revision(
            "01_routines",
            "CREATE TABLE n (v INTEGER, twice INTEGER);\n\
             CREATE PROCEDURE add_one(IN x INTEGER)\nBEGIN\n  IF x > 0 THEN INSERT INTO n VALUES (x, 0); ELSE INSERT INTO n VALUES (0, 0); END IF;\nEND;\n\
             DELIMITER //\nCREATE TRIGGER doubled BEFORE INSERT ON n FOR EACH ROW\nBEGIN\n  SET NEW.twice = NEW.v * 2;\nEND//\nDELIMITER ;\n\
             CALL add_one(21);\n",
            "DROP TRIGGER doubled; DROP PROCEDURE add_one; DROP TABLE n;",
        );
        let migrations = project.read();
        let mut connection = database.connect();
        migrations.upgrade(&mut connection).unwrap();
        assert_eq!(database.query("SELECT v, twice FROM n"), [["21", "42"]]);
        migrations.downgrade_to(&mut connection, "base").unwrap();
        assert!(!database.has_table("n"));
    });
}
