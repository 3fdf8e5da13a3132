//! A statement that fails: what is left, what is said, and how the next run goes on.

use migrate_core::{Backend, Error, ErrorKind, Failure, Left};
use migrate_tests::{Database, Project, on, on_each_backend};

on_each_backend!(
    a_failing_statement_is_named_with_file_line_and_the_servers_words,
    a_constraint_that_does_not_hold_is_a_failure_too,
    without_a_transaction_what_was_done_stays_and_the_next_run_goes_on_there,
    a_done_statement_that_was_changed_since_is_refused,
    a_half_done_revision_must_be_finished_first,
    a_downgrade_that_fails_keeps_the_revision,
    a_script_with_its_own_transaction_does_not_run_twice,
);

fn failure(error: &Error) -> &Failure {
    match error {
        Error::Failed(failure) => failure,
        other => panic!("not a failed statement: {other:?}"),
    }
}

fn a_failing_statement_is_named_with_file_line_and_the_servers_words(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.revision(
        "02_wrong",
        "-- é is a letter of two bytes\nCREATE TABLE half (id INTEGER);\n\nINSERT INTO half\n  SELECT id FROM nowhere; SELECT 'é';\n",
        "SELECT 1",
    );
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade_to(&mut connection, "01").unwrap();
    let error = migrations.upgrade(&mut connection).unwrap_err();
    let failure = failure(&error);
    let position = failure.position.unwrap();
    assert_eq!(
        (failure.revision.as_str(), failure.file.as_str()),
        ("02", "02_wrong/up.sql")
    );
    assert_eq!((failure.number, failure.of), (2, 3));
    assert!(
        failure
            .statement
            .as_deref()
            .is_some_and(|statement| statement.starts_with("INSERT INTO half")),
        "{failure:?}"
    );
    assert!(failure.error.message.contains("nowhere"), "{failure:?}");
    assert_eq!(failure.current.as_deref(), Some("01"));
    match database.backend() {
        Backend::Postgres => {
            assert_eq!(
                (position.line, position.column),
                (5, 18),
                "the server's own position"
            );
            assert_eq!(
                failure.line.as_deref(),
                Some("  SELECT id FROM nowhere; SELECT 'é';")
            );
            assert_eq!(
                (failure.error.code.as_deref(), failure.left),
                (Some("42P01"), Left::Nothing)
            );
        }
        Backend::Sqlite => {
            assert_eq!((position.line, failure.left), (4, Left::Nothing));
            assert_eq!(failure.line.as_deref(), Some("INSERT INTO half"));
        }
        Backend::Mysql => {
            assert_eq!((position.line, failure.left), (4, Left::Statements(1)));
            assert!(
                failure
                    .error
                    .code
                    .as_deref()
                    .is_some_and(|code| code.contains("1146")),
                "{failure:?}"
            );
        }
    }
    assert_eq!(
        database.has_table("half"),
        database.backend() == Backend::Mysql
    );
    assert_eq!(database.applied(), ["01"]);
    let recorded = database.value("SELECT error FROM __migrate_log WHERE revision = '02'");
    assert!(recorded.contains("nowhere"), "{recorded}");
}

fn a_constraint_that_does_not_hold_is_a_failure_too(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.revision(
        "02_rows",
        "INSERT INTO t01 VALUES (1);\nINSERT INTO t01 VALUES (1);\n",
        "DELETE FROM t01",
    );
    let migrations = project.read();
    let error = migrations.upgrade(&mut database.connect()).unwrap_err();
    let failure = failure(&error);
    assert_eq!(failure.position.map(|position| position.line), Some(2));
    assert!(
        failure.error.message.to_lowercase().contains("unique")
            || failure.error.message.contains("Duplicate"),
        "{failure:?}"
    );
    if database.backend() == Backend::Postgres {
        assert!(
            failure
                .error
                .detail
                .as_deref()
                .is_some_and(|detail| detail.contains("(id)=(1)")),
            "{failure:?}"
        );
        assert_eq!(failure.error.code.as_deref(), Some("23505"));
    }
    assert_eq!(
        failure.left == Left::Nothing,
        database.value("SELECT COUNT(*) FROM t01") == "0"
    );
    assert_eq!(database.applied(), ["01"]);
}

/// Five statements without a transaction; the third fails until it is mended.
fn five(backend: Backend) -> Project {
    let mut project = Project::new(backend);
    project.bare(
        "01_five",
        &script("INSERT INTO nowhere VALUES (3)"),
        "DROP TABLE rows5",
    );
    project
}

fn script(third: &str) -> String {
    format!(
        "CREATE TABLE rows5 (n INTEGER);\nINSERT INTO rows5 VALUES (2);\n{third};\nINSERT INTO rows5 VALUES (4);\nINSERT INTO rows5 VALUES (5);\n"
    )
}

fn without_a_transaction_what_was_done_stays_and_the_next_run_goes_on_there(database: &Database) {
    let project = five(database.backend());
    let mut connection = database.connect();
    for _ in 0..2 {
        let error = project.read().upgrade(&mut connection).unwrap_err();
        let failure = failure(&error);
        assert_eq!(
            (failure.number, failure.of, failure.left),
            (3, 5, Left::Statements(2))
        );
        assert_eq!(failure.position.map(|position| position.line), Some(3));
        let status = project.read().status(&mut connection).unwrap();
        let partial = status.partial.clone().unwrap();
        assert_eq!((partial.done, partial.total), (2, 5));
        assert!(status.to_string().contains("partial 2/5"), "{status}");
        assert!(!status.is_current() && database.applied().is_empty());
        assert!(project.read().ensure_current(&mut connection).is_err());
    }
    let error = database.value("SELECT error FROM __migrate_log ORDER BY id DESC");
    assert!(error.contains("nowhere"), "{error}");

    project.write(
        "migrations/01_five/up.sql",
        script("INSERT INTO rows5 VALUES (3)"),
    );
    let report = project.read().upgrade(&mut connection).unwrap();
    assert_eq!(report.steps[0].statements, 5);
    assert_eq!(
        database.column("SELECT n FROM rows5 ORDER BY n"),
        ["2", "3", "4", "5"]
    );
    assert_eq!(database.applied(), ["01"]);
    let status = project.read().status(&mut connection).unwrap();
    assert!(
        status.is_current() && status.changed.is_empty(),
        "{status:?}"
    );
}

fn a_done_statement_that_was_changed_since_is_refused(database: &Database) {
    let project = five(database.backend());
    let mut connection = database.connect();
    project.read().upgrade(&mut connection).unwrap_err();
    let mended = script("INSERT INTO rows5 VALUES (3)").replace("VALUES (2)", "VALUES (22)");
    project.write("migrations/01_five/up.sql", mended);
    let refused = project.read().upgrade(&mut connection).unwrap_err();
    assert!(
        matches!(&refused, Error::ChangedHalfway { done: 2, file } if file == "01_five/up.sql"),
        "{refused:?}"
    );
    assert_eq!(database.column("SELECT n FROM rows5"), ["2"]);
    // White space and comments of what was done may change.
    let same = script("INSERT INTO rows5 VALUES (3)").replace(
        "INSERT INTO rows5 VALUES (2)",
        "INSERT INTO rows5 -- two\n VALUES (2)",
    );
    project.write("migrations/01_five/up.sql", same);
    project.read().upgrade(&mut connection).unwrap();
    assert_eq!(
        database.column("SELECT n FROM rows5 ORDER BY n"),
        ["2", "3", "4", "5"]
    );
}

fn a_half_done_revision_must_be_finished_first(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.bare(
        "02_half",
        "CREATE TABLE half (id INTEGER);\nINSERT INTO nowhere VALUES (1);",
        "DROP TABLE half",
    );
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap_err();
    let refused = migrations
        .downgrade_to(&mut connection, "base")
        .unwrap_err();
    assert!(
        matches!(&refused, Error::HalfDone { partial } if partial.revision == "02" && partial.done == 1),
        "{refused:?}"
    );
    assert!(refused.help().is_some());
    assert!(database.has_table("t01"));
}

fn a_downgrade_that_fails_keeps_the_revision(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.revision(
        "02_two",
        "CREATE TABLE two (id INTEGER)",
        "-- wrong\nDROP TABLE nowhere;\nDROP TABLE two;\n",
    );
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap();
    let error = migrations
        .downgrade_to(&mut connection, "base")
        .unwrap_err();
    let failure = failure(&error);
    assert_eq!(
        (
            failure.file.as_str(),
            failure.position.map(|position| position.line)
        ),
        ("02_two/down.sql", Some(2))
    );
    assert_eq!(failure.current.as_deref(), Some("02"));
    assert_eq!(database.applied(), ["01", "02"]);
    let status = migrations.status(&mut connection).unwrap();
    assert!(
        status.is_current(),
        "nothing of the down took effect: {status:?}"
    );
    project.write("migrations/02_two/down.sql", "DROP TABLE two;\n");
    assert_eq!(
        project
            .read()
            .downgrade_to(&mut connection, "base")
            .unwrap()
            .steps
            .len(),
        2
    );
}

/// Diesel's users wrote such scripts; ours are refused when the chain is read.
fn a_script_with_its_own_transaction_does_not_run_twice(database: &Database) {
    let mut project = Project::new(database.backend());
    let (begin, metadata) = match database.backend() {
        // There Diesel's own COMMIT fails after one in the script, so that nobody has such a script with a transaction around it.
        Backend::Sqlite => ("BEGIN;", "run_in_transaction = false\n"),
        _ => ("", "run_in_transaction = true\n"),
    };
    let up =
        format!("{begin}CREATE TABLE one (id INTEGER);\nCOMMIT;\nCREATE TABLE two (id INTEGER);\n");
    project.adopted("01_own", &up, "DROP TABLE two; DROP TABLE one;");
    project.write("migrations/01_own/metadata.toml", metadata);
    project.adopted(
        "02_next",
        "CREATE TABLE three (id INTEGER);\n",
        "DROP TABLE three;",
    );
    let mut connection = database.connect();
    project.read().upgrade(&mut connection).unwrap();
    assert!(database.has_table("one") && database.has_table("two") && database.has_table("three"));
    assert_eq!(database.applied(), ["01", "02"]);
    assert!(
        project
            .read()
            .upgrade(&mut connection)
            .unwrap()
            .steps
            .is_empty()
    );

    let mut linked = Project::new(database.backend());
    linked.revision(
        "01_own",
        "CREATE TABLE one (id INTEGER);\nCOMMIT;\n",
        "DROP TABLE one",
    );
    let problems = migrate_core::Migrations::from_directory(linked.migrations_dir()).unwrap_err();
    assert!(
        problems.to_string().contains("COMMIT") && problems.to_string().contains("up.sql:2"),
        "{problems}"
    );
}

#[test]
fn on_postgres_the_position_counts_characters_and_not_bytes() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        project.revision(
            "01_letters",
            "SELECT 'ééééé';\nSELECT 'ü', colour FROM (SELECT 1 AS n) s;\n",
            "SELECT 1",
        );
        let error = project.read().upgrade(&mut database.connect()).unwrap_err();
        let failure = failure(&error);
        let position = failure.position.unwrap();
        assert_eq!((position.line, position.column), (2, 13), "{failure:?}");
        assert_eq!(failure.number, 2);
    });
}

#[test]
fn on_postgres_a_value_added_to_an_enum_is_not_used_in_the_group_that_added_it() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        project
            .revision(
                "01_type",
                "CREATE TYPE mood AS ENUM ('sad')",
                "DROP TYPE mood",
            )
            .revision(
                "02_table",
                "CREATE TABLE moods (m mood)",
                "DROP TABLE moods",
            )
            .revision("03_value", "ALTER TYPE mood ADD VALUE 'glad'", "SELECT 1")
            .revision(
                "04_use",
                "INSERT INTO moods VALUES ('glad')",
                "DELETE FROM moods",
            );
        project.read().upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.applied(), ["01", "02", "03", "04"]);
        assert_eq!(database.value("SELECT m FROM moods"), "glad");
    });
}

#[test]
fn on_postgres_an_invalid_index_of_an_earlier_try_is_not_taken_for_a_good_one() {
    on(Backend::Postgres, |database| {
        let mut project = Project::tables(Backend::Postgres, 0);
        project.revision(
            "01_rows",
            "CREATE TABLE d (n INTEGER); INSERT INTO d VALUES (1), (1);",
            "DROP TABLE d",
        );
        project.bare(
            "02_index",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS d_n ON d (n);",
            "DROP INDEX CONCURRENTLY d_n",
        );
        let migrations = project.read();
        let mut connection = database.connect();
        let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('d_n')";
        for _ in 0..2 {
            let error = migrations.upgrade(&mut connection).unwrap_err();
            assert!(error.to_string().contains("d_n"), "{error}");
            assert_eq!(database.applied(), ["01"]);
        }
        database.run("DELETE FROM d WHERE ctid IN (SELECT min(ctid) FROM d);");
        migrations.upgrade(&mut connection).unwrap();
        assert_eq!(database.value(valid), "t");
    });
}

#[test]
fn a_table_that_stays_locked_is_told_with_the_statement_that_waits_for_it() {
    on(Backend::Postgres, |database| {
        use diesel::connection::SimpleConnection as _;
        database.run("CREATE TABLE t (id INTEGER);");
        let mut project = Project::new(Backend::Postgres);
        project.revision(
            "01_waits",
            "CREATE TABLE u (id INTEGER);\nALTER TABLE t ADD v INTEGER;\n",
            "DROP TABLE u",
        );
        let mut reader = database.postgres();
        reader.batch_execute("BEGIN; SELECT * FROM t").unwrap();
        let migrations = project.read();
        let runner = migrations
            .runner()
            .lock_timeout(std::time::Duration::from_millis(50));
        let failed = runner
            .upgrade_to(&mut database.connect(), "head")
            .unwrap_err();
        let Error::Failed(failure) = failed else {
            panic!("{failed:?}")
        };
        assert_eq!((failure.number, failure.of), (2, 2));
        assert_eq!(failure.error.code.as_deref(), Some("55P03"));
        assert!(failure.help().unwrap().contains("somebody else"));
    });
}

/// Really to have no room would leave none for the other tests: the server says what it says then.
#[test]
fn more_tables_than_a_transaction_can_lock_are_told_with_the_ways_out() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        project.revision(
            "01_many",
            "DO $$ BEGIN RAISE 'out of shared memory' USING ERRCODE = '53200', \
             HINT = 'You might need to increase max_locks_per_transaction.'; END $$;\n",
            "SELECT 1;",
        );
        let error = project.read().upgrade(&mut database.connect()).unwrap_err();
        let failure = failure(&error);
        assert_eq!(failure.error.kind, ErrorKind::OutOfLocks, "{failure}");
        let help = failure.help().unwrap();
        assert!(help.contains("`run_in_transaction = false`"), "{help}");
        assert!(help.contains("max_locks_per_transaction"), "{help}");
    });
}
