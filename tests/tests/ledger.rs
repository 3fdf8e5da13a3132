//! The two tables of the ledger: what is written in them, and what becomes of a run when somebody has changed them.

use migrate_core::{Backend, Error};
use migrate_tests::{Database, Project, on, on_each_backend};

on_each_backend!(
    the_log_says_what_ran_when_and_by_whom,
    a_downgrade_and_a_failure_are_rows_too,
    the_attempts_can_be_read_back,
    an_edited_applied_revision_is_refused_with_both_checksums,
    comments_white_space_line_ends_and_a_byte_order_mark_are_no_change,
    a_log_without_a_column_is_completed,
    a_column_that_is_not_ours_is_left_alone,
    a_log_that_was_dropped_is_made_again,
    a_ledger_that_was_dropped_is_noticed_at_the_first_table_that_is_there,
    a_newer_layout_is_refused_by_name,
);

fn the_log_says_what_ran_when_and_by_whom(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    project.read().upgrade(&mut database.connect()).unwrap();
    let rows = database.query(
        "SELECT revision, COALESCE(parent, '-'), action, outcome, up_checksum, down_checksum, statements_done, statements_total, \
         duration_ms, host, tool, COALESCE(error, '-') FROM __migrate_log WHERE action <> 'layout' ORDER BY id",
    );
    assert_eq!(rows.len(), 2);
    for (row, (id, parent)) in rows.iter().zip([("01", "-"), ("02", "01")]) {
        assert_eq!((row[0].as_str(), row[1].as_str()), (id, parent));
        assert_eq!(row[2..4], ["upgrade", "done"]);
        assert!(
            row[4..6]
                .iter()
                .all(|sum| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit())),
            "{row:?}"
        );
        assert_eq!(row[6..8], ["1", "1"]);
        assert!(row[8].parse::<u64>().is_ok(), "{row:?}");
        assert!(
            !row[9].is_empty() && row[10].starts_with("migrate-core "),
            "{row:?}"
        );
        assert_eq!(row[11], "-");
    }
    assert_ne!(rows[0][4], rows[1][4]);
    let unfinished = "SELECT COUNT(*) FROM __migrate_log WHERE action <> 'layout' AND (started IS NULL OR finished IS NULL OR finished < started)";
    assert_eq!(database.value(unfinished), "0");
    let script = "SELECT COUNT(*) FROM __migrate_log WHERE up_script LIKE 'CREATE TABLE t0%' AND down_script LIKE 'DROP TABLE t0%'";
    assert_eq!(database.value(script), "2");
}

fn a_downgrade_and_a_failure_are_rows_too(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.revision(
        "02_wrong",
        "INSERT INTO nowhere VALUES (1)",
        "DELETE FROM nowhere",
    );
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap_err();
    migrations.downgrade_to(&mut connection, "base").unwrap();
    assert_eq!(
        database.log(),
        [
            "01 upgrade done 1/1",
            "02 upgrade failed 0/1",
            "01 downgrade done 1/1"
        ]
    );
    let error = database.value("SELECT error FROM __migrate_log WHERE outcome = 'failed'");
    assert!(error.contains("nowhere"), "{error}");
}

fn the_attempts_can_be_read_back(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut connection = database.connect();
    assert!(migrations.attempts(&mut connection).unwrap().is_empty());
    assert!(migrations.applied_at(&mut connection).unwrap().is_empty());
    migrations.upgrade(&mut connection).unwrap();
    migrations.downgrade_to(&mut connection, "-1").unwrap();

    let attempts = migrations.attempts(&mut connection).unwrap();
    let lines: Vec<_> = attempts
        .iter()
        .map(|a| format!("{} {} {}", a.revision, a.action, a.outcome))
        .collect();
    assert_eq!(
        lines,
        ["01 upgrade done", "02 upgrade done", "02 downgrade done"]
    );
    let last = attempts.last().unwrap();
    assert!(
        last.by.contains("migrate-core") && !last.started.is_empty() && last.duration_ms.is_some(),
        "{last:?}"
    );
    let applied = migrations.applied_at(&mut connection).unwrap();
    assert_eq!(
        applied
            .iter()
            .map(|applied| applied.revision.as_str())
            .collect::<Vec<_>>(),
        ["01"]
    );
    assert!(applied[0].at.starts_with("20"), "{applied:?}");
}

fn an_edited_applied_revision_is_refused_with_both_checksums(database: &Database) {
    let mut project = Project::tables(database.backend(), 2);
    let mut connection = database.connect();
    project.read().upgrade(&mut connection).unwrap();
    let ran = database.value("SELECT up_checksum FROM __migrate_log WHERE revision = '01'");
    project.write(
        "migrations/01_t01/up.sql",
        "CREATE TABLE t01 (id INTEGER PRIMARY KEY, name INTEGER);\n",
    );

    // With nothing to do, and with something to do.
    for _ in 0..2 {
        let migrations = project.read();
        assert_eq!(migrations.status(&mut connection).unwrap().changed, ["01"]);
        let changed = migrations.upgrade(&mut connection).unwrap_err();
        let Error::Changed {
            directory,
            file,
            before,
            now,
        } = &changed
        else {
            panic!("{changed:?}")
        };
        assert_eq!(
            (directory.as_str(), file.as_str()),
            ("01_t01", "01_t01/up.sql")
        );
        assert_eq!(before, &ran);
        assert!(now.len() == 64 && now != before);
        assert!(
            changed
                .help()
                .is_some_and(|help| help.contains("new revision"))
        );
        project.revision("03_more", "CREATE TABLE t03 (id INTEGER)", "DROP TABLE t03");
    }
    assert!(!database.has_table("t03"));
}

fn comments_white_space_line_ends_and_a_byte_order_mark_are_no_change(database: &Database) {
    let project = Project::tables(database.backend(), 1);
    let mut connection = database.connect();
    project.read().upgrade(&mut connection).unwrap();
    for same in [
        "CREATE TABLE t01 (id INTEGER PRIMARY KEY)",
        "\u{feff}CREATE TABLE t01 (id INTEGER PRIMARY KEY);\r\n",
        "-- the first\nCREATE TABLE t01\n(\n    id INTEGER PRIMARY KEY /* a number */\n)\n;\n\n",
    ] {
        project.write("migrations/01_t01/up.sql", same);
        let migrations = project.read();
        migrations
            .upgrade(&mut connection)
            .unwrap_or_else(|error| panic!("{same:?}: {error}"));
        assert!(
            migrations
                .status(&mut connection)
                .unwrap()
                .changed
                .is_empty(),
            "{same:?}"
        );
    }
}

fn a_log_without_a_column_is_completed(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade_to(&mut connection, "+1").unwrap();
    for column in ["app", "statement_running", "down_script"] {
        database.run(&format!("ALTER TABLE __migrate_log DROP COLUMN {column};"));
    }
    // Looking manages without them.
    assert_eq!(
        migrations
            .current(&mut connection)
            .unwrap()
            .map(|revision| revision.id()),
        Some("01")
    );
    migrations.upgrade(&mut connection).unwrap();
    assert_eq!(
        database.value(
            "SELECT COUNT(*) FROM __migrate_log WHERE down_script IS NOT NULL AND app IS NULL"
        ),
        "1"
    );
    assert_eq!(
        database.log(),
        ["01 upgrade done 1/1", "02 upgrade done 1/1"]
    );
}

fn a_column_that_is_not_ours_is_left_alone(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade_to(&mut connection, "+1").unwrap();
    database.run(
        "ALTER TABLE __migrate_log ADD COLUMN ticket VARCHAR(20) DEFAULT 'none'; \
         ALTER TABLE __diesel_schema_migrations ADD COLUMN ticket VARCHAR(20) DEFAULT 'none';",
    );
    migrations.upgrade(&mut connection).unwrap();
    migrations.ensure_current(&mut connection).unwrap();
    assert_eq!(
        database.column("SELECT ticket FROM __migrate_log WHERE revision = '02'"),
        ["none"]
    );
}

fn a_log_that_was_dropped_is_made_again(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade_to(&mut connection, "+1").unwrap();
    database.run("DROP TABLE __migrate_log;");
    assert_eq!(migrations.status(&mut connection).unwrap().applied, ["01"]);
    migrations.upgrade(&mut connection).unwrap();
    assert_eq!(database.log(), ["02 upgrade done 1/1"]);
    database.run("DROP TABLE __migrate_log;");
    migrations.ensure_current(&mut connection).unwrap();
}

fn a_ledger_that_was_dropped_is_noticed_at_the_first_table_that_is_there(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap();
    database.run("DROP TABLE __diesel_schema_migrations; DROP TABLE __migrate_log;");
    let failed = migrations.upgrade(&mut connection).unwrap_err();
    assert!(
        failed.to_string().starts_with("01_t01/up.sql:1:") && failed.to_string().contains("t01"),
        "{failed}"
    );
    assert!(database.has_table("t01") && database.has_table("t02"));
    assert_eq!(database.applied(), [""; 0]);
}

fn a_newer_layout_is_refused_by_name(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade_to(&mut connection, "+1").unwrap();
    database.run("INSERT INTO __migrate_log (revision, action, outcome, started) SELECT '99', 'layout', 'done', started FROM __migrate_log WHERE revision = '01';");
    for refused in [
        migrations.upgrade(&mut connection).map(drop),
        migrations.ensure_current(&mut connection),
    ] {
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, Error::NewerLayout { found: 99, .. }),
            "{refused:?}"
        );
    }
    assert_eq!(database.applied(), ["01"]);
}

#[test]
fn on_postgres_the_ledger_is_where_the_search_path_leads() {
    on(Backend::Postgres, |database| {
        database.run(&format!(
            "CREATE SCHEMA app; ALTER DATABASE {} SET search_path = app, public;",
            database.name()
        ));
        let project = Project::tables(Backend::Postgres, 2);
        let migrations = project.read();
        migrations
            .upgrade_to(&mut database.connect(), "+1")
            .unwrap();
        let place = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE tablename LIKE '\\_\\_%' ORDER BY 1";
        assert_eq!(
            database.column(place),
            ["app.__diesel_schema_migrations", "app.__migrate_log"]
        );
        migrations.upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.column(place).len(), 2);
    });
}

#[test]
fn on_postgres_a_ledger_in_a_later_schema_of_the_search_path_is_found() {
    on(Backend::Postgres, |database| {
        let project = Project::tables(Backend::Postgres, 2);
        let migrations = project.read();
        migrations
            .upgrade_to(&mut database.connect(), "+1")
            .unwrap();
        database.run(&format!(
            "CREATE SCHEMA app; ALTER DATABASE {} SET search_path = app, public;",
            database.name()
        ));
        let mut connection = database.connect();
        assert_eq!(
            migrations
                .current(&mut connection)
                .unwrap()
                .map(|revision| revision.id()),
            Some("01")
        );
        migrations.upgrade(&mut connection).unwrap();
        let place = "SELECT schemaname FROM pg_tables WHERE tablename LIKE '\\_\\_%'";
        assert_eq!(database.column(place), ["public", "public"]);
        assert_eq!(
            database.column("SELECT version FROM public.__diesel_schema_migrations ORDER BY 1"),
            ["01", "02"]
        );
    });
}
