//! Stamping: the ledger says what the user says, no script runs, and the log tells that it was so.

use std::time::Duration;

use migrate_core::{Backend, Error, Event, Migrations, PlanError, StampChange, StampReport};
use migrate_tests::{Database, Project, on_each_backend, shared_json};

on_each_backend!(
    the_cases_leave_exactly_the_revisions_up_to_the_target,
    each_revision_that_is_touched_has_a_row_in_the_log,
    an_edited_script_is_taken_for_what_ran,
    a_half_done_step_is_over,
    gaps_are_mended_and_unknown_revisions_are_refused_without_purge,
    a_purge_clears_what_the_chain_lacks,
    a_dry_run_and_a_refusal_change_nothing,
    a_stamp_waits_for_the_lock_and_gives_it_back,
);

fn changes(report: &StampReport) -> Vec<(&str, StampChange)> {
    let steps = report.steps.iter();
    steps
        .map(|step| (step.revision.as_str(), step.change))
        .collect()
}

fn set_applied(database: &Database, migrations: &Migrations, ids: &[&str]) {
    migrations
        .upgrade_to(&mut database.connect(), "+1")
        .unwrap_or_else(|error| panic!("{error}"));
    database.run("DELETE FROM __diesel_schema_migrations");
    for id in ids {
        database.run(&format!(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('{id}')"
        ));
    }
}

fn the_cases_leave_exactly_the_revisions_up_to_the_target(database: &Database) {
    let Some(cases) = shared_json("cases/targets.json") else {
        return;
    };
    let strings = |value: &serde_json::Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    let ids = strings(&cases["chain"]);
    let mut project = Project::new(database.backend());
    for id in &ids {
        project.revision(&format!("{id}_x"), "SELECT 1", "SELECT 1");
    }
    let migrations = project.read();
    let cases = cases["stamp"].as_array().unwrap();
    assert!(cases.len() > 4);
    let mut connection = database.connect();
    for case in cases {
        let before = case["current"].as_str().unwrap_or("base");
        migrations.stamp(&mut connection, before).unwrap();
        migrations
            .stamp(&mut connection, case["target"].as_str().unwrap())
            .unwrap();
        assert_eq!(
            database.applied(),
            strings(&case["applied_after"]),
            "{case}"
        );
    }
}

fn each_revision_that_is_touched_has_a_row_in_the_log(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let migrations = project.read();
    let mut connection = database.connect();
    let mut told = Vec::new();
    let mut observer = |event: &Event<'_>| {
        if let Event::Stamped { step } = event {
            told.push(step.revision.clone());
        }
    };
    let report = migrations
        .runner()
        .observer(&mut observer)
        .stamp(&mut connection, "t02")
        .unwrap();
    assert_eq!(report.current.as_deref(), Some("02"));
    assert_eq!(
        changes(&report),
        [("01", StampChange::Added), ("02", StampChange::Added)]
    );
    assert_eq!(told, ["01", "02"]);
    let report = migrations.stamp(&mut connection, "-1").unwrap();
    assert_eq!(changes(&report), [("02", StampChange::Removed)]);
    assert!(
        migrations
            .stamp(&mut connection, "current")
            .unwrap()
            .steps
            .is_empty()
    );
    assert_eq!(
        database.log(),
        [
            "01 stamp done 0/0",
            "02 stamp done 0/0",
            "02 unstamp done 0/0"
        ]
    );
    assert!(!database.has_table("t01"), "no script ran");
    let whole = "SELECT COUNT(*) FROM __migrate_log WHERE up_script LIKE 'CREATE TABLE t0%' AND down_script LIKE 'DROP TABLE t0%' \
                 AND length(up_checksum) = 64 AND length(down_checksum) = 64 AND host <> '' AND finished IS NOT NULL";
    assert_eq!(database.value(whole), "3");
    let parents =
        "SELECT COALESCE(parent, 'base') FROM __migrate_log WHERE action <> 'layout' ORDER BY id";
    assert_eq!(database.column(parents), ["base", "01", "01"]);
    // What is stamped is applied as any other: it can be taken back and the rest goes on after it.
    database.run("CREATE TABLE t01 (id INTEGER PRIMARY KEY)");
    migrations.upgrade(&mut connection).unwrap();
    migrations.downgrade_to(&mut connection, "base").unwrap();
    assert!(!database.has_table("t01") && !database.has_table("t03"));
}

fn an_edited_script_is_taken_for_what_ran(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let mut connection = database.connect();
    project.read().upgrade(&mut connection).unwrap();
    project.write(
        "migrations/01_t01/up.sql",
        "CREATE TABLE t01 (id INTEGER PRIMARY KEY, name VARCHAR(9))",
    );
    let migrations = project.read();
    let error = migrations.ensure_current(&mut connection).unwrap_err();
    assert!(matches!(error, Error::Changed { .. }), "{error}");
    assert!(error.help().unwrap().contains("migrate stamp current"));
    let report = migrations.stamp(&mut connection, "current").unwrap();
    assert_eq!(changes(&report), [("01", StampChange::Renewed)]);
    migrations.ensure_current(&mut connection).unwrap();
    assert_eq!(database.applied(), ["01", "02"]);
}

fn a_half_done_step_is_over(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.bare(
        "02_half",
        "CREATE TABLE a (id INTEGER); INSERT INTO nowhere VALUES (1)",
        "DROP TABLE a",
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
    let report = migrations.stamp(&mut connection, "01").unwrap();
    assert_eq!(changes(&report), [("02", StampChange::Removed)]);
    let status = migrations.status(&mut connection).unwrap();
    assert_eq!(
        (status.partial, status.current.as_deref()),
        (None, Some("01"))
    );
    database.run("DROP TABLE a");
    migrations.upgrade(&mut connection).unwrap_err();
    assert!(
        migrations
            .status(&mut connection)
            .unwrap()
            .partial
            .is_some()
    );
    let report = migrations.stamp(&mut connection, "head").unwrap();
    assert_eq!(changes(&report), [("02", StampChange::Added)]);
    migrations.ensure_current(&mut connection).unwrap();
}

fn gaps_are_mended_and_unknown_revisions_are_refused_without_purge(database: &Database) {
    let project = Project::tables(database.backend(), 4);
    let migrations = project.read();
    set_applied(database, &migrations, &["01", "03"]);
    let mut connection = database.connect();
    let report = migrations.stamp(&mut connection, "03").unwrap();
    assert_eq!(changes(&report), [("02", StampChange::Added)]);
    database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('zz')");
    let error = migrations.stamp(&mut connection, "head").unwrap_err();
    assert!(
        matches!(error, Error::Plan(PlanError::Unknown { .. })),
        "{error}"
    );
    let help = error.help().unwrap();
    assert!(
        help.contains("__diesel_schema_migrations")
            && help.contains("older or newer build")
            && help.contains("--purge"),
        "{help}"
    );
    assert_eq!(database.applied(), ["01", "02", "03", "zz"]);
}

fn a_purge_clears_what_the_chain_lacks(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    set_applied(database, &migrations, &["00", "02", "zz"]);
    let report = migrations
        .runner()
        .purge(true)
        .stamp(&mut database.connect(), "01")
        .unwrap();
    use StampChange::{Added, Removed};
    assert_eq!(
        changes(&report),
        [
            ("zz", Removed),
            ("00", Removed),
            ("02", Removed),
            ("01", Added)
        ]
    );
    assert_eq!(report.steps[0].directory, None);
    assert_eq!(database.applied(), ["01"]);
    assert_eq!(
        database.log()[1..],
        [
            "zz unstamp done 0/0",
            "00 unstamp done 0/0",
            "02 unstamp done 0/0",
            "01 stamp done 0/0"
        ]
    );
}

fn a_dry_run_and_a_refusal_change_nothing(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut connection = database.connect();
    let report = migrations
        .runner()
        .dry_run(true)
        .stamp(&mut connection, "head")
        .unwrap();
    assert_eq!(report.steps.len(), 2);
    for target in ["nowhere", "+3", "-1", ""] {
        let error = migrations.stamp(&mut connection, target).unwrap_err();
        assert!(
            matches!(error, Error::Plan(PlanError::Target(_))),
            "{error}"
        );
    }
    assert!(!database.has_table("__migrate_log"));
    assert!(!database.has_table("__diesel_schema_migrations"));
}

fn a_stamp_waits_for_the_lock_and_gives_it_back(database: &Database) {
    let project = Project::tables(database.backend(), 1);
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.stamp(&mut connection, "base").unwrap();
    let mut holder = Holder::take(database);
    let error = migrations
        .runner()
        .lock_wait(Duration::from_millis(300))
        .stamp(&mut connection, "head")
        .unwrap_err();
    assert!(matches!(error, Error::LockTimeout { .. }), "{error}");
    holder.give_back();
    migrations.stamp(&mut connection, "head").unwrap();
    migrations
        .downgrade_to(&mut database.connect(), "head")
        .unwrap();
    assert_eq!(database.applied(), ["01"]);
}

/// Somebody who keeps others from writing.
struct Holder(migrate_core::AnyConnection);

impl Holder {
    fn take(database: &Database) -> Self {
        let mut holder = Self(database.connect());
        holder.run(match database.backend() {
            Backend::Sqlite => "BEGIN IMMEDIATE",
            Backend::Postgres => {
                "SELECT pg_advisory_lock(1296648018, hashtext(current_schema()::text))"
            }
            Backend::Mysql => "DO GET_LOCK(CONCAT('migrate:', SHA1(DATABASE())), 5)",
        });
        holder
    }

    fn run(&mut self, sql: &str) {
        use diesel::connection::SimpleConnection as _;
        use migrate_core::AnyConnection::{Mysql, Postgres, Sqlite};
        match &mut self.0 {
            Sqlite(connection) => connection.batch_execute(sql),
            Postgres(connection) => connection.batch_execute(sql),
            Mysql(connection) => connection.batch_execute(sql),
            _ => unreachable!("there are three"),
        }
        .unwrap_or_else(|error| panic!("{error}"));
    }

    fn give_back(&mut self) {
        self.run(match &self.0 {
            migrate_core::AnyConnection::Sqlite(_) => "ROLLBACK",
            migrate_core::AnyConnection::Postgres(_) => "SELECT pg_advisory_unlock_all()",
            _ => "DO RELEASE_ALL_LOCKS()",
        });
    }
}
