//! Targets and plans, as the shared cases say: what each names, which steps follow, and what is refused and why.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod common;

use migrate_chain::{
    Backend, Chain, Direction, Plan, PlanError, Problem, Problems, Revision, Script, Target,
    TargetError,
};
use serde_json::Value;

fn cases() -> Option<Value> {
    common::shared().map(|shared| common::json(&shared.join("cases/targets.json")))
}

fn list(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn script(direction: Direction) -> Vec<Script> {
    let file = format!("{direction}.sql");
    vec![
        Script::read(
            file,
            Backend::Sqlite.into(),
            "SELECT 1;".into(),
            Backend::Sqlite,
        )
        .unwrap(),
    ]
}

fn chain(cases: &Value) -> Chain {
    let mut parent = "base";
    let mut revisions = Vec::new();
    for id in list(&cases["chain"]) {
        let revision = Revision::new(id).following(parent);
        let revision = revision.with_scripts(Direction::Up, script(Direction::Up));
        revisions.push(revision.with_scripts(Direction::Down, script(Direction::Down)));
        parent = id;
    }
    Chain::link(revisions).unwrap()
}

/// The kind of refusal, in the words of the cases.
fn kind(error: &PlanError) -> &'static str {
    match error {
        PlanError::Target(error) => target_kind(error),
        PlanError::Unknown { .. } => "unknown revision in the database",
        PlanError::Gap { .. } => "gap",
        PlanError::BehindCurrent { .. } => "behind current",
        PlanError::AheadOfCurrent { .. } => "ahead of current",
        PlanError::WrongDirection { .. } => "wrong direction",
        _ => "another",
    }
}

fn target_kind(error: &TargetError) -> &'static str {
    match error {
        TargetError::Unknown { .. } => "unknown",
        TargetError::Ambiguous { .. } => "ambiguous",
        TargetError::OutOfRange { .. } => "out of range",
        TargetError::Usage { .. } => "usage",
        _ => "another",
    }
}

#[test]
fn every_target_names_what_the_cases_say() {
    let Some(cases) = cases() else { return };
    let chain = chain(&cases);
    for case in cases["resolve"].as_array().unwrap() {
        let text = case["target"].as_str().unwrap();
        let result = text
            .parse::<Target>()
            .and_then(|target| target.resolve(&chain, None));
        match result {
            Ok(index) => {
                let id = index.map(|index| chain.revisions()[index].id());
                assert!(case.get("is").is_some(), "{text} is {id:?}");
                assert_eq!(id, case["is"].as_str(), "{text}");
            }
            Err(error) => {
                assert_eq!(
                    Some(target_kind(&error)),
                    case["error"].as_str(),
                    "{text}: {error}"
                );
                if let Some(nearest) = case["suggests"].as_str() {
                    assert_eq!(error.help(), format!("did you mean `{nearest}`?"), "{text}");
                }
                if let TargetError::Ambiguous { candidates, .. } = &error {
                    assert_eq!(candidates, &list(&case["candidates"]), "{text}");
                }
            }
        }
    }
}

#[test]
fn every_plan_has_the_steps_that_the_cases_say() {
    let Some(cases) = cases() else { return };
    let chain = chain(&cases);
    for (section, direction) in [("upgrade", Direction::Up), ("downgrade", Direction::Down)] {
        for case in cases[section].as_array().unwrap() {
            let place = case["current"].as_str().and_then(|id| chain.index(id));
            let applied: Vec<_> = chain.through(place).iter().map(Revision::id).collect();
            let plan = case["target"]
                .as_str()
                .unwrap()
                .parse()
                .map_err(PlanError::from)
                .and_then(|target| match direction {
                    Direction::Up => {
                        Plan::upgrade(&chain, Backend::Sqlite, &applied, &target, false)
                    }
                    Direction::Down => Plan::downgrade(&chain, Backend::Sqlite, &applied, &target),
                });
            match plan {
                Ok(plan) => {
                    let steps: Vec<_> = plan.steps.iter().map(|step| step.id()).collect();
                    assert_eq!(steps, list(&case["steps"]), "{case}");
                    assert!(case.get("steps").is_some(), "{case}");
                    assert_eq!(
                        plan.from.map(Revision::id),
                        case["current"].as_str(),
                        "{case}"
                    );
                }
                Err(error) => {
                    assert_eq!(
                        Some(kind(&error)),
                        case["error"].as_str(),
                        "{case}: {error}"
                    );
                    assert!(
                        error
                            .help()
                            .contains(case["help"].as_str().unwrap_or_default()),
                        "{case}: {}",
                        error.help()
                    );
                    assert!(error.is_usage() && !error.is_diverged(), "{case}");
                }
            }
        }
    }
}

#[test]
fn a_stamp_leaves_applied_what_leads_to_its_target() {
    let Some(cases) = cases() else { return };
    let chain = chain(&cases);
    for case in cases["stamp"].as_array().unwrap() {
        let current = case["current"].as_str().and_then(|id| chain.index(id));
        let target: Target = case["target"].as_str().unwrap().parse().unwrap();
        let place = target.resolve(&chain, current).unwrap();
        let after: Vec<_> = chain.through(place).iter().map(Revision::id).collect();
        assert_eq!(after, list(&case["applied_after"]), "{case}");
    }
}

#[test]
fn a_diverged_database_is_refused_by_name() {
    let Some(cases) = cases() else { return };
    let chain = chain(&cases);
    for case in cases["diverged"].as_array().unwrap() {
        let applied = list(&case["applied"]);
        let place = chain.place(applied.iter().copied());
        assert!(place.is_diverged(), "{case}");
        if case["command"] != "upgrade head" {
            // Reading where it stands refuses nothing.
            assert_eq!(place.unknown.len(), 1, "{case}");
            continue;
        }
        let names = case["names"].as_str().unwrap();
        for error in [
            Plan::upgrade(&chain, Backend::Sqlite, &applied, &Target::Head, false).unwrap_err(),
            Plan::downgrade(&chain, Backend::Sqlite, &applied, &Target::Base).unwrap_err(),
        ] {
            assert_eq!(Some(kind(&error)), case["error"].as_str(), "{case}");
            assert!(
                error.to_string().contains(names) && error.is_diverged(),
                "{case}: {error}"
            );
        }
    }
}

#[test]
fn gaps_are_filled_in_chain_order_when_that_is_asked_for() {
    let Some(cases) = cases() else { return };
    let chain = chain(&cases);
    let plan = Plan::upgrade(
        &chain,
        Backend::Sqlite,
        &["a1b2c3d4", "c3d4e5f6"],
        &Target::Head,
        true,
    )
    .unwrap();
    let steps: Vec<_> = plan.steps.iter().map(|step| step.id()).collect();
    assert_eq!(steps, ["b2c3d4e5", "c3d4ffff", "e"]);
    let missing = "b2c3d4e5".parse().unwrap();
    let plan = Plan::upgrade(
        &chain,
        Backend::Sqlite,
        &["a1b2c3d4", "c3d4e5f6"],
        &missing,
        true,
    )
    .unwrap();
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.to.map(Revision::id), Some("c3d4e5f6"));
}

fn problems(case: &Value) -> Problems {
    let revisions = match case["links"].as_object() {
        Some(links) => links
            .iter()
            .map(|(id, parent)| Revision::new(id.as_str()).following(parent.as_str().unwrap()))
            .collect(),
        None => list(&case["dirs"]).into_iter().map(Revision::new).collect(),
    };
    Chain::link(revisions).unwrap_err()
}

#[test]
fn a_broken_chain_has_the_one_problem_that_the_cases_say() {
    let Some(cases) = cases() else { return };
    for case in cases["chains"].as_array().unwrap() {
        let problems = problems(case);
        let [problem] = &problems[..] else {
            panic!("{case}: {problems}")
        };
        let kind = match problem {
            Problem::FollowsItself { .. } => "follows itself",
            Problem::Cycle { .. } => "cycle",
            Problem::MissingParent { .. } => "missing parent",
            Problem::Fork { .. } => "fork",
            Problem::SeveralBases { .. } => "several bases",
            Problem::Backwards { .. } => "goes backwards in version order",
            Problem::DuplicateId { .. } => "duplicate id",
            _ => "another",
        };
        assert_eq!(Some(kind), case["problem"].as_str(), "{case}: {problem}");
        for name in list(&case["names"]) {
            assert!(problem.to_string().contains(name), "{case}: {problem}");
        }
    }
}

/// Names as people give them: directories, ids with dashes, slugs, and words that hold a `-` themselves.
#[test]
fn a_whole_name_comes_before_the_beginning_of_one_and_both_before_a_count() {
    let names = [
        "2026-11-21-101112_add_phone",
        "2026-11-21-101112-0000_add",
        "2026-11-22_x-1",
        "2026-11-23_x",
    ];
    let chain = Chain::link(names.map(Revision::new).to_vec()).unwrap();
    let resolve = |text: &str| text.parse::<Target>()?.resolve(&chain, Some(1));
    for (text, place) in [
        ("20261121101112", Some(0)),
        ("2026-11-21-101112", Some(0)),
        ("2026-11-21-101112_add_phone", Some(0)),
        ("2026-11-21-101112-0000", Some(1)),
        ("add", Some(1)),
        ("add_", Some(0)),
        ("add_p", Some(0)),
        ("x-1", Some(2)),
        ("x", Some(3)),
        ("2026-11-23-1", Some(2)),
        ("2026-11-22", Some(2)),
        ("add+1", Some(2)),
        ("current", Some(1)),
        ("current-1", Some(0)),
        ("+0", Some(1)),
    ] {
        assert_eq!(resolve(text), Ok(place), "{text}");
    }
    for (text, message) in [
        (
            "2026-11-2",
            "`2026-11-2` is ambiguous: 20261121101112, 202611211011120000, 20261122, 20261123",
        ),
        (
            "+99999999999999999999",
            "`+2147483647` is out of range: it is 2147483645 past head",
        ),
        ("head-", "no revision is called `head-`"),
        ("y--1", "no revision is called `y-`"),
        ("a b", "a target has no white space"),
    ] {
        assert_eq!(resolve(text).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_downgrade_is_refused_before_anything_runs_where_a_step_cannot_be_taken_back() {
    let revision =
        |name: &str| Revision::new(name).with_scripts(Direction::Up, script(Direction::Up));
    let chain = Chain::link(vec![
        revision("a"),
        revision("b").with_irreversible("drops the log"),
        revision("c").with_scripts(Direction::Down, script(Direction::Down)),
    ])
    .unwrap();
    let down = |applied: &[&str], target: &str| {
        Plan::downgrade(&chain, Backend::Sqlite, applied, &target.parse().unwrap())
            .map(|plan| plan.steps.len())
    };
    assert_eq!(down(&["a", "b", "c"], "b"), Ok(1));
    assert_eq!(
        down(&["a", "b", "c"], "a").unwrap_err().to_string(),
        "b is irreversible: drops the log"
    );
    assert_eq!(
        down(&["a"], "base").unwrap_err().to_string(),
        "a has no down script for sqlite"
    );
    let error = Plan::upgrade(&chain, Backend::Mysql, &["a"; 0], &Target::Head, false).unwrap_err();
    assert_eq!(error.to_string(), "a has no up script for mysql");
    assert!(!error.is_usage() && !error.is_diverged());
}
