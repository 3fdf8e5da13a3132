//! The shared cases of targets and diverged databases, through the library on a database. What a text means without a database
//! is tested where targets are read.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use migrate_core::{Backend, Error, Migrations, PlanError, Report, TargetError};
use migrate_tests::{Project, shared_json};
use serde_json::Value;

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn chain(cases: &Value) -> Project {
    let mut project = Project::new(Backend::Sqlite);
    for id in strings(&cases["chain"]) {
        project.revision(
            &format!("{id}_x"),
            &format!("CREATE TABLE \"t{id}\" (id)"),
            &format!("DROP TABLE \"t{id}\""),
        );
    }
    project
}

fn at(migrations: &Migrations, current: &Value) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    if let Some(current) = current.as_str() {
        migrations.upgrade_to(&mut connection, current).unwrap();
    }
    connection
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::Plan(PlanError::BehindCurrent { .. }) => "behind current",
        Error::Plan(PlanError::AheadOfCurrent { .. }) => "ahead of current",
        Error::Plan(PlanError::WrongDirection { .. }) => "wrong direction",
        Error::Plan(PlanError::Gap { .. }) => "gap",
        Error::Plan(PlanError::Unknown { .. }) => "unknown revision in the database",
        Error::Plan(PlanError::Target(TargetError::OutOfRange { .. })) => "out of range",
        Error::Plan(PlanError::Target(TargetError::Usage { .. })) => "usage",
        Error::Plan(PlanError::Target(TargetError::Unknown { .. })) => "unknown",
        Error::Plan(PlanError::Target(TargetError::Ambiguous { .. })) => "ambiguous",
        _ => "another error",
    }
}

fn check(case: &Value, result: Result<Report, Error>) {
    match (result, case.get("error").and_then(Value::as_str)) {
        (Ok(report), None) => {
            let steps: Vec<_> = report
                .steps
                .iter()
                .map(|step| step.revision.as_str())
                .collect();
            assert_eq!(steps, strings(&case["steps"]), "{case}");
        }
        (Err(error), Some(expected)) => {
            assert_eq!(kind(&error), expected, "{case}: {error}");
            let help = case.get("help").and_then(Value::as_str).unwrap_or_default();
            assert!(
                error.help().is_some_and(|text| text.contains(help)),
                "{case}: {:?}",
                error.help()
            );
        }
        (result, _) => panic!("{case}: {result:?}"),
    }
}

#[test]
fn upgrades_and_downgrades_take_the_steps_of_the_cases_or_refuse_and_change_nothing() {
    let Some(cases) = shared_json("cases/targets.json") else {
        return;
    };
    let project = chain(&cases);
    let migrations = project.read();
    for command in ["upgrade", "downgrade"] {
        for case in cases[command].as_array().unwrap() {
            let mut connection = at(&migrations, &case["current"]);
            let before = migrations.status(&mut connection).unwrap();
            let target = case["target"].as_str().unwrap();
            let result = match command {
                "upgrade" => migrations.upgrade_to(&mut connection, target),
                _ => migrations.downgrade_to(&mut connection, target),
            };
            if result.is_err() {
                assert_eq!(
                    migrations.status(&mut connection).unwrap(),
                    before,
                    "{case}"
                );
            }
            check(case, result);
        }
    }
}

#[test]
fn a_diverged_database_is_named_and_left_as_it_is() {
    let Some(cases) = shared_json("cases/targets.json") else {
        return;
    };
    let project = chain(&cases);
    let migrations = project.read();
    let mut seen = 0;
    for case in cases["diverged"].as_array().unwrap() {
        let mut connection = at(&migrations, &Value::Null);
        migrations.upgrade_to(&mut connection, "a1b2c3d4").unwrap();
        let rows: Vec<_> = strings(&case["applied"])
            .iter()
            .map(|id| format!("('{id}')"))
            .collect();
        connection
            .batch_execute(&format!(
                "DELETE FROM __diesel_schema_migrations; INSERT INTO __diesel_schema_migrations (version) VALUES {}",
                rows.join(", ")
            ))
            .unwrap();
        match case["command"].as_str().unwrap() {
            "upgrade head" => {
                let error = migrations.upgrade(&mut connection).unwrap_err();
                assert_eq!(kind(&error), case["error"].as_str().unwrap(), "{case}");
                assert!(
                    error.to_string().contains(case["names"].as_str().unwrap()),
                    "{case}: {error}"
                );
                assert!(error.is_diverged(), "{case}");
                assert!(
                    migrations
                        .ensure_current(&mut connection)
                        .unwrap_err()
                        .is_diverged(),
                    "{case}"
                );
            }
            "current" => {
                let status = migrations.status(&mut connection).unwrap();
                assert_eq!(status.unknown, ["zz"], "{case}");
                assert_eq!(status.current.as_deref(), Some("b2c3d4e5"), "{case}");
            }
            // The commands that write the ledger by hand are not this library's yet.
            _ => continue,
        }
        seen += 1;
    }
    assert_eq!(seen, 3);
}
