//! Up, down, and looking: what a run does to a database and what it says of it, the same on every backend.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use migrate_core::{Direction, Error, Event, PlanError, Report, TransactionMode};
use migrate_tests::{Database, Project, on_each_backend};

on_each_backend!(
    an_upgrade_applies_each_revision_once_and_in_order,
    an_upgrade_ends_at_its_target,
    a_downgrade_takes_the_newest_back_first_and_keeps_its_target,
    base_takes_everything_away_and_head_brings_it_back,
    an_untouched_database_is_at_base_and_looking_writes_nothing,
    the_start_up_check_passes_at_head_only,
    a_dry_run_plans_and_changes_nothing,
    a_script_without_a_statement_is_applied_as_empty,
    an_irreversible_step_is_refused_before_anything_runs,
    a_stop_ends_after_a_whole_revision_and_the_next_run_goes_on,
    a_chain_without_its_newest_revision_sees_a_database_that_is_ahead,
    a_gap_is_refused_and_filled_on_request,
    a_run_that_failed_leaves_the_connection_usable,
);

fn ids(report: &Report) -> Vec<&str> {
    report
        .steps
        .iter()
        .map(|step| step.revision.as_str())
        .collect()
}

fn an_upgrade_applies_each_revision_once_and_in_order(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let migrations = project.read();
    let mut connection = database.connect();

    let report = migrations.upgrade(&mut connection).unwrap();
    assert_eq!(ids(&report), ["01", "02", "03"]);
    assert_eq!(
        (report.direction, report.current.as_deref()),
        (Direction::Up, Some("03"))
    );
    assert_eq!(report.steps[0].directory, "01_t01");
    assert_eq!(report.steps[0].statements, 1);
    assert_eq!(database.applied(), ["01", "02", "03"]);
    assert!(database.has_table("t03"));

    let again = migrations.upgrade(&mut connection).unwrap();
    assert_eq!(ids(&again), [""; 0]);
    assert_eq!(again.current.as_deref(), Some("03"));
    assert_eq!(database.log().len(), 3);
}

fn an_upgrade_ends_at_its_target(database: &Database) {
    let project = Project::tables(database.backend(), 4);
    let migrations = project.read();
    let mut connection = database.connect();

    assert_eq!(
        ids(&migrations.upgrade_to(&mut connection, "t02").unwrap()),
        ["01", "02"]
    );
    assert_eq!(
        migrations
            .current(&mut connection)
            .unwrap()
            .map(|revision| revision.id()),
        Some("02")
    );
    let pending = migrations.pending(&mut connection).unwrap();
    assert_eq!(
        pending
            .iter()
            .map(|revision| revision.id())
            .collect::<Vec<_>>(),
        ["03", "04"]
    );
    assert_eq!(
        ids(&migrations.upgrade_to(&mut connection, "+1").unwrap()),
        ["03"]
    );
    assert!(!database.has_table("t04"));
}

fn a_downgrade_takes_the_newest_back_first_and_keeps_its_target(database: &Database) {
    let project = Project::tables(database.backend(), 4);
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap();

    let report = migrations.downgrade_to(&mut connection, "02").unwrap();
    assert_eq!(ids(&report), ["04", "03"]);
    assert_eq!(
        (report.direction, report.current.as_deref()),
        (Direction::Down, Some("02"))
    );
    assert_eq!(database.applied(), ["01", "02"]);
    assert!(database.has_table("t02") && !database.has_table("t03"));
    assert_eq!(
        ids(&migrations.downgrade_to(&mut connection, "-1").unwrap()),
        ["02"]
    );
}

fn base_takes_everything_away_and_head_brings_it_back(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let migrations = project.read();
    let mut connection = database.connect();
    for _ in 0..2 {
        migrations.upgrade_to(&mut connection, "head").unwrap();
        assert!(database.has_table("t01"));
        let report = migrations.downgrade_to(&mut connection, "base").unwrap();
        assert_eq!(
            (ids(&report), &report.current),
            (vec!["03", "02", "01"], &None)
        );
        assert!(!database.has_table("t01"));
        assert_eq!(database.applied(), [""; 0]);
    }
}

fn an_untouched_database_is_at_base_and_looking_writes_nothing(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut connection = database.connect();

    assert!(migrations.current(&mut connection).unwrap().is_none());
    let status = migrations.status(&mut connection).unwrap();
    assert_eq!(
        (status.current.as_deref(), status.head.as_deref()),
        (None, Some("02"))
    );
    assert_eq!(status.pending, ["01", "02"]);
    assert!(!status.is_current());
    assert_eq!(status.to_string(), "base");
    assert!(migrations.ensure_current(&mut connection).is_err());
    assert!(
        !database.has_table("__diesel_schema_migrations") && !database.has_table("__migrate_log")
    );
}

fn the_start_up_check_passes_at_head_only(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let migrations = project.read();
    let mut connection = database.connect();

    let behind = migrations.ensure_current(&mut connection).unwrap_err();
    assert!(
        matches!(&behind, Error::Behind { current: None, pending, of: 3 } if pending == &["01", "02", "03"]),
        "{behind:?}"
    );
    migrations.upgrade_to(&mut connection, "02").unwrap();
    let behind = migrations.ensure_current(&mut connection).unwrap_err();
    assert_eq!(
        behind.to_string(),
        "the database is behind: it is at 02, and 1 of 3 revisions are pending, the first of them 03"
    );
    assert!(!behind.is_diverged());
    migrations.upgrade(&mut connection).unwrap();
    migrations.ensure_current(&mut connection).unwrap();
    assert_eq!(
        migrations.status(&mut connection).unwrap().to_string(),
        "03 (head)"
    );
}

fn a_dry_run_plans_and_changes_nothing(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let migrations = project.read();
    let mut connection = database.connect();
    let mut planned = Vec::new();
    let mut observer = |event: &Event<'_>| match event {
        Event::Planned { plan } => {
            planned = plan.steps.iter().map(|step| step.id().to_owned()).collect()
        }
        Event::StepStarted { .. } | Event::StepFinished { .. } => panic!("a step in a dry run"),
        _ => {}
    };
    migrations
        .runner()
        .dry_run(true)
        .observer(&mut observer)
        .upgrade_to(&mut connection, "02")
        .unwrap();
    assert_eq!(planned, ["01", "02"]);
    assert!(!database.has_table("t01") && !database.has_table("__diesel_schema_migrations"));

    migrations.upgrade(&mut connection).unwrap();
    migrations
        .runner()
        .dry_run(true)
        .downgrade_to(&mut connection, "base")
        .unwrap();
    assert_eq!(database.applied(), ["01", "02", "03"]);
    let refused = migrations
        .runner()
        .dry_run(true)
        .upgrade_to(&mut connection, "01")
        .unwrap_err();
    assert!(
        matches!(refused, Error::Plan(PlanError::BehindCurrent { .. })),
        "{refused:?}"
    );
}

fn a_script_without_a_statement_is_applied_as_empty(database: &Database) {
    let mut project = Project::new(database.backend());
    project
        .irreversible("01_nothing", "", "there is nothing to undo")
        .irreversible(
            "02_comment",
            "-- nothing\n/* at all */\n",
            "there is nothing to undo",
        )
        .irreversible("03_separators", ";;;\n", "there is nothing to undo")
        .revision(
            "04_no_separator",
            "CREATE TABLE t (id INTEGER)",
            "DROP TABLE t",
        );
    let migrations = project.read();
    let mut connection = database.connect();
    let mut finished = Vec::new();
    let mut observer = |event: &Event<'_>| {
        if let Event::StepFinished {
            revision,
            statements,
            ..
        } = event
        {
            finished.push(format!("{} {statements}", revision.id()));
        }
    };
    let report = migrations
        .runner()
        .observer(&mut observer)
        .upgrade_to(&mut connection, "head")
        .unwrap();
    assert_eq!(finished, ["01 0", "02 0", "03 0", "04 1"]);
    assert_eq!(
        report
            .steps
            .iter()
            .map(|step| step.statements)
            .collect::<Vec<_>>(),
        [0, 0, 0, 1]
    );
    assert_eq!(
        database.log(),
        [
            "01 upgrade done 0/0",
            "02 upgrade done 0/0",
            "03 upgrade done 0/0",
            "04 upgrade done 1/1"
        ]
    );
    assert!(database.has_table("t"));
}

fn an_irreversible_step_is_refused_before_anything_runs(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.irreversible(
        "02_audit",
        "CREATE TABLE audit (id INTEGER)",
        "the audit must stay",
    );
    project.revision(
        "03_last",
        "CREATE TABLE last (id INTEGER)",
        "DROP TABLE last",
    );
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap();

    let refused = migrations
        .downgrade_to(&mut connection, "base")
        .unwrap_err();
    assert!(
        matches!(&refused, Error::Plan(PlanError::Irreversible { .. })),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("the audit must stay")
            && refused.to_string().contains("02_audit"),
        "{refused}"
    );
    assert_eq!(database.applied(), ["01", "02", "03"]);
    assert!(database.has_table("last"));
    assert_eq!(
        ids(&migrations.downgrade_to(&mut connection, "-1").unwrap()),
        ["03"]
    );
}

fn a_stop_ends_after_a_whole_revision_and_the_next_run_goes_on(database: &Database) {
    let project = Project::tables(database.backend(), 4);
    let migrations = project.read();
    let mut connection = database.connect();
    let flag = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&flag);
    let mut observer = move |event: &Event<'_>| {
        if let Event::StepFinished { revision, .. } = event {
            seen.store(revision.id() == "02", Ordering::SeqCst);
        }
    };
    let runner = migrations
        .runner()
        .transaction(TransactionMode::Each)
        .stop(flag)
        .observer(&mut observer);
    let stopped = runner.upgrade_to(&mut connection, "head").unwrap_err();
    assert!(matches!(stopped, Error::Stopped { .. }), "{stopped:?}");
    assert_eq!(database.applied(), ["01", "02"]);
    assert_eq!(
        ids(&migrations.upgrade(&mut connection).unwrap()),
        ["03", "04"]
    );
}

fn a_chain_without_its_newest_revision_sees_a_database_that_is_ahead(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let mut connection = database.connect();
    project.read().upgrade(&mut connection).unwrap();
    project.remove("03_t03");
    let older = project.read();

    let ahead = older.ensure_current(&mut connection).unwrap_err();
    assert!(
        matches!(&ahead, Error::Ahead { unknown } if unknown == &["03"]),
        "{ahead:?}"
    );
    assert!(ahead.is_diverged());
    assert_eq!(older.status(&mut connection).unwrap().unknown, ["03"]);
    for refused in [
        older.upgrade(&mut connection),
        older.downgrade_to(&mut connection, "-1"),
    ] {
        let refused = refused.unwrap_err();
        assert!(
            refused.is_diverged() && refused.to_string().contains("03"),
            "{refused:?}"
        );
    }
    assert_eq!(database.applied(), ["01", "02", "03"]);
}

fn a_gap_is_refused_and_filled_on_request(database: &Database) {
    let project = Project::tables(database.backend(), 4);
    let migrations = project.read();
    let mut connection = database.connect();
    migrations.upgrade_to(&mut connection, "03").unwrap();
    database.run("DELETE FROM __diesel_schema_migrations WHERE version = '02'; DROP TABLE t02;");

    assert_eq!(migrations.status(&mut connection).unwrap().missing, ["02"]);
    let gap = migrations.upgrade(&mut connection).unwrap_err();
    assert!(
        matches!(&gap, Error::Plan(PlanError::Gap { missing, .. }) if missing == &["02"]),
        "{gap:?}"
    );
    assert!(gap.is_diverged());
    assert!(migrations.ensure_current(&mut connection).is_err());
    assert_eq!(database.applied(), ["01", "03"]);

    let report = migrations
        .runner()
        .fill_gaps(true)
        .upgrade_to(&mut connection, "head")
        .unwrap();
    assert_eq!(ids(&report), ["02", "04"]);
    assert_eq!(database.applied(), ["01", "02", "03", "04"]);
    assert!(database.has_table("t02"));
    migrations.ensure_current(&mut connection).unwrap();
}

fn a_run_that_failed_leaves_the_connection_usable(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.revision(
        "02_wrong",
        "CREATE TABLE t01 (id INTEGER)",
        "DROP TABLE t01",
    );
    let mut connection = database.connect();
    let migrations = project.read();
    for _ in 0..2 {
        let failed = migrations.upgrade(&mut connection).unwrap_err();
        assert!(matches!(failed, Error::Failed(_)), "{failed:?}");
    }
    assert_eq!(database.applied(), ["01"]);
    project.write(
        "migrations/02_wrong/up.sql",
        "CREATE TABLE t02 (id INTEGER)",
    );
    assert_eq!(
        ids(&project.read().upgrade(&mut connection).unwrap()),
        ["02"]
    );
}
