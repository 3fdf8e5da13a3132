//! What a run tells while it runs, and in which order.

use migrate_core::{Error, Event, TransactionMode};
use migrate_tests::{Database, Project, on_each_backend};

on_each_backend!(
    a_run_tells_its_plan_each_step_and_its_end,
    a_run_with_nothing_to_do_tells_an_empty_plan,
    a_failure_is_told_and_is_the_error_of_the_run,
    a_group_that_fails_is_told_and_run_one_by_one,
);

/// One event as a word or two.
fn line(event: &Event<'_>) -> String {
    match event {
        Event::Planned { plan } => format!("planned {}", plan.steps.len()),
        Event::StepStarted {
            revision,
            direction,
            number,
            of,
        } => format!("{direction} {} {number}/{of}", revision.id()),
        Event::StepFinished {
            revision,
            statements,
            ..
        } => format!("finished {} {statements}", revision.id()),
        Event::StepFailed { revision, .. } => format!("failed {}", revision.id()),
        Event::Regrouped { .. } => "regrouped".into(),
        Event::Finished { steps, .. } => format!("end {steps}"),
        other => format!("{other:?}"),
    }
}

fn a_run_tells_its_plan_each_step_and_its_end(database: &Database) {
    let migrations = Project::tables(database.backend(), 2).read();
    let mut connection = database.connect();
    let mut lines = Vec::new();
    let mut observer = |event: &Event<'_>| lines.push(line(event));
    let runner = migrations
        .runner()
        .transaction(TransactionMode::Each)
        .observer(&mut observer);
    runner.upgrade_to(&mut connection, "head").unwrap();
    let runner = migrations
        .runner()
        .transaction(TransactionMode::Each)
        .observer(&mut observer);
    runner.downgrade_to(&mut connection, "-1").unwrap();
    assert_eq!(
        lines,
        [
            "planned 2",
            "up 01 1/2",
            "finished 01 1",
            "up 02 2/2",
            "finished 02 1",
            "end 2",
            "planned 1",
            "down 02 1/1",
            "finished 02 1",
            "end 1"
        ]
    );
}

fn a_run_with_nothing_to_do_tells_an_empty_plan(database: &Database) {
    let migrations = Project::tables(database.backend(), 2).read();
    let mut connection = database.connect();
    migrations.upgrade(&mut connection).unwrap();
    let mut lines = Vec::new();
    let mut observer = |event: &Event<'_>| lines.push(line(event));
    migrations
        .runner()
        .observer(&mut observer)
        .upgrade_to(&mut connection, "head")
        .unwrap();
    assert_eq!(lines, ["planned 0", "end 0"]);
}

fn a_failure_is_told_and_is_the_error_of_the_run(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.revision(
        "02_wrong",
        "INSERT INTO nowhere VALUES (1)",
        "DELETE FROM nowhere",
    );
    let migrations = project.read();
    let mut connection = database.connect();
    let (mut lines, mut told) = (Vec::new(), None);
    let mut observer = |event: &Event<'_>| {
        lines.push(line(event));
        if let Event::StepFailed { failure, .. } = event {
            told = Some((*failure).clone());
        }
    };
    let runner = migrations
        .runner()
        .transaction(TransactionMode::Each)
        .observer(&mut observer);
    let error = runner.upgrade_to(&mut connection, "head").unwrap_err();
    assert_eq!(
        lines,
        [
            "planned 2",
            "up 01 1/2",
            "finished 01 1",
            "up 02 2/2",
            "failed 02"
        ]
    );
    assert!(
        matches!(&error, Error::Failed(failure) if Some(&**failure) == told.as_ref()),
        "{error:?}"
    );
}

fn a_group_that_fails_is_told_and_run_one_by_one(database: &Database) {
    let mut project = Project::tables(database.backend(), 2);
    project.revision(
        "03_wrong",
        "INSERT INTO nowhere VALUES (1)",
        "DELETE FROM nowhere",
    );
    let migrations = project.read();
    let mut connection = database.connect();
    let mut lines = Vec::new();
    let mut observer = |event: &Event<'_>| lines.push(line(event));
    let error = migrations
        .runner()
        .observer(&mut observer)
        .upgrade_to(&mut connection, "head")
        .unwrap_err();
    assert!(
        matches!(&error, Error::Failed(failure) if failure.revision == "03"),
        "{error:?}"
    );
    assert_eq!(database.applied(), ["01", "02"]);
    assert_eq!(lines.last().map(String::as_str), Some("failed 03"));
    let finished: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("finished"))
        .collect();
    assert_eq!(
        finished,
        ["finished 01 1", "finished 02 1"],
        "each is told once: {lines:?}"
    );
    // Where there is no transaction around several steps, no group can fail.
    if database.backend() != migrate_core::Backend::Mysql {
        assert!(lines.iter().any(|line| line == "regrouped"), "{lines:?}");
    }
}
