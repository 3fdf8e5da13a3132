//! The shared cases of targets, diverged databases and broken chains, through the command line, on each backend. Where a database
//! is, is written into its ledger by SQL; what ran is read from what it left behind.

use std::cell::LazyCell;

use migrate_core::Backend;
use migrate_tests::{Database, Outcome, Project, migrate, shared_json};
use serde_json::Value;

use crate::{finish, tool};

/// How a refusal that the cases name is told: its exit code, and words of its message.
fn refusal(kind: &str) -> (i32, &'static str) {
    match kind {
        "ambiguous" => (2, "is ambiguous: "),
        "unknown" => (2, "no revision is called"),
        "out of range" => (2, "is out of range"),
        "usage" => (2, "error: "),
        "behind current" => (2, "is behind current"),
        "ahead of current" => (2, "is ahead of current"),
        "wrong direction" => (2, "is the wrong direction"),
        "unknown revision in the database" => (5, "unknown to this build"),
        "gap" => (5, "lacks a revision before it"),
        _ => panic!("a refusal that is not known here: {kind}"),
    }
}

/// What the cases mean by what a message shall say.
fn words(meaning: &str) -> &str {
    match meaning {
        "which table it is in" => "__diesel_schema_migrations",
        "an older or newer build" => "older or newer build",
        "stamp --purge" => "--purge",
        "missing parent" => "which is not there",
        as_it_stands => as_it_stands,
    }
}

fn strings(value: &Value) -> Vec<&str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

/// The chain of the cases; each step leaves a row behind.
fn chain(cases: &Value, backend: Backend) -> Project {
    let mut project = Project::new(backend);
    for id in strings(&cases["chain"]) {
        project.revision(
            &format!("{id}_x"),
            &format!("INSERT INTO ran (step) VALUES ('up {id}');"),
            &format!("INSERT INTO ran (step) VALUES ('down {id}');"),
        );
    }
    project
}

/// The cases on one database, whose ledger is there.
struct Bench<'d> {
    database: &'d Database,
    project: Project,
}

impl<'d> Bench<'d> {
    fn new(cases: &Value, database: &'d Database) -> Self {
        database.run("CREATE TABLE ran (step VARCHAR(40))");
        let bench = Self {
            database,
            project: chain(cases, database.backend()),
        };
        let _ = bench.says(&["upgrade"]).expect(0);
        bench
    }

    fn says(&self, words: &[&str]) -> Outcome {
        finish(migrate(&self.project, self.database.url(), words))
    }

    /// Puts the database where a case wants it: these revisions applied, by whoever it was.
    fn apply(&self, ids: &[&str]) {
        let mut sql = "DELETE FROM ran; DELETE FROM __diesel_schema_migrations; \
             DELETE FROM __migrate_log WHERE action <> 'layout';"
            .to_owned();
        for id in ids {
            sql += &format!(" INSERT INTO __diesel_schema_migrations (version) VALUES ('{id}');");
        }
        self.database.run(&sql);
    }

    /// Puts the database at a revision of the chain.
    fn put(&self, cases: &Value, current: &Value) -> Vec<String> {
        let chain = strings(&cases["chain"]);
        let count = current.as_str().map_or(0, |current| {
            1 + chain
                .iter()
                .position(|id| *id == current)
                .expect("a revision of the chain")
        });
        self.apply(&chain[..count]);
        chain[..count].iter().map(|id| (*id).to_owned()).collect()
    }

    fn ran(&self) -> Vec<String> {
        self.database.column("SELECT step FROM ran")
    }

    /// What is applied, in chain order: the ids of the cases ascend.
    fn applied(&self) -> Vec<String> {
        let mut applied = self.database.applied();
        applied.sort();
        applied
    }

    fn is_refused(&self, case: &Value, outcome: &Outcome, before: &[String]) {
        let (code, message) = refusal(case["error"].as_str().expect("a refusal"));
        assert_eq!(outcome.code, Some(code), "{case}: {outcome}");
        assert!(outcome.stderr.contains(message), "{case}: {outcome}");
        if let Some(verb) = case["help"].as_str() {
            let help = format!("migrate {verb}");
            assert!(outcome.stderr.contains(&help), "{case}: {outcome}");
        }
        assert_eq!(self.applied(), before, "{case}: nothing is changed");
        assert!(self.ran().is_empty(), "{case}: nothing ran");
    }
}

#[test]
fn each_target_names_its_revision_or_is_refused() {
    let Some(cases) = shared_json("cases/targets.json") else {
        return;
    };
    let project = chain(&cases, Backend::Sqlite);
    for case in cases["resolve"].as_array().expect("cases") {
        let target = case["target"].as_str().expect("a target");
        let outcome = finish(tool(&project.path(), &["show", target, "--format", "json"]));
        let shown = LazyCell::new(|| serde_json::from_str::<Value>(&outcome.stdout).expect("JSON"));
        match (case["error"].as_str(), case["is"].as_str()) {
            (None, Some(id)) => {
                assert_eq!(outcome.code, Some(0), "{case}: {outcome}");
                assert_eq!(shown["revision"], id, "{case}");
            }
            (None, None) => {
                assert_eq!(outcome.code, Some(2), "{case}: {outcome}");
                assert!(
                    outcome.stderr.contains("before the first revision"),
                    "{case}: {outcome}"
                );
            }
            (Some(kind), _) => {
                let (code, message) = refusal(kind);
                assert_eq!(outcome.code, Some(code), "{case}: {outcome}");
                assert!(outcome.stderr.contains(message), "{case}: {outcome}");
            }
        }
        let candidates = strings(&case["candidates"]);
        assert!(
            outcome.stderr.contains(&candidates.join(", ")),
            "{case}: {outcome}"
        );
        if let Some(nearest) = case["suggests"].as_str() {
            let help = format!("did you mean `{nearest}`?");
            assert!(outcome.stderr.contains(&help), "{case}: {outcome}");
        }
    }
}

fn runs_take_the_steps_of_the_cases_or_are_refused(database: &Database) {
    let Some(cases) = shared_json("cases/targets.json") else {
        return;
    };
    let bench = Bench::new(&cases, database);
    for (verb, direction, more) in [
        ("upgrade", "up", &[][..]),
        ("downgrade", "down", &["--yes"]),
    ] {
        for case in cases[verb].as_array().expect("cases") {
            let before = bench.put(&cases, &case["current"]);
            let target = case["target"].as_str().expect("a target");
            let outcome = bench.says(&[&[verb, target], more].concat());
            if case.get("error").is_some() {
                bench.is_refused(case, &outcome, &before);
                continue;
            }
            assert_eq!(outcome.code, Some(0), "{case}: {outcome}");
            let steps = strings(&case["steps"]);
            let ran: Vec<_> = steps.iter().map(|id| format!("{direction} {id}")).collect();
            assert_eq!(bench.ran(), ran, "{case}: {outcome}");
            let mut after = before;
            match direction {
                "up" => after.extend(steps.iter().map(|id| (*id).to_owned())),
                _ => after.retain(|id| !steps.contains(&id.as_str())),
            }
            assert_eq!(bench.applied(), after, "{case}: {outcome}");
        }
    }
}

fn a_stamp_writes_what_is_applied_and_runs_nothing(database: &Database) {
    let Some(cases) = shared_json("cases/targets.json") else {
        return;
    };
    let bench = Bench::new(&cases, database);
    for case in cases["stamp"].as_array().expect("cases") {
        bench.put(&cases, &case["current"]);
        let target = case["target"].as_str().expect("a target");
        let outcome = bench.says(&["stamp", target]);
        assert_eq!(outcome.code, Some(0), "{case}: {outcome}");
        assert_eq!(
            bench.applied(),
            strings(&case["applied_after"]),
            "{case}: {outcome}"
        );
        assert!(bench.ran().is_empty(), "{case}: {outcome}");
    }
}

fn a_diverged_database_is_told_and_mended_as_the_cases_say(database: &Database) {
    let Some(cases) = shared_json("cases/targets.json") else {
        return;
    };
    let bench = Bench::new(&cases, database);
    for case in cases["diverged"].as_array().expect("cases") {
        let before = strings(&case["applied"]);
        bench.apply(&before);
        let command: Vec<_> = case["command"]
            .as_str()
            .expect("a command")
            .split(' ')
            .collect();
        let outcome = bench.says(&command);
        let all = format!("{}{}", outcome.stdout, outcome.stderr);
        if case.get("error").is_some() {
            let before: Vec<_> = before.iter().map(|id| (*id).to_owned()).collect();
            bench.is_refused(case, &outcome, &before);
        } else {
            assert_eq!(outcome.code, Some(0), "{case}: {outcome}");
        }
        if case.get("applied_after").is_some() {
            assert_eq!(
                bench.applied(),
                strings(&case["applied_after"]),
                "{case}: {outcome}"
            );
        }
        let named = case["names"].as_str().into_iter();
        for said in named.chain(strings(&case["says"])) {
            assert!(all.contains(words(said)), "{case}: `{said}`: {outcome}");
        }
    }
}

fn a_broken_chain_is_told_and_touches_no_database(database: &Database) {
    let Some(cases) = shared_json("cases/targets.json") else {
        return;
    };
    for case in cases["chains"].as_array().expect("cases") {
        let project = Project::new(database.backend());
        let (up, down) = ("CREATE TABLE t (id INTEGER);", "DROP TABLE t;");
        for (id, parent) in case["links"].as_object().into_iter().flatten() {
            project.write(&format!("migrations/{id}_x/up.sql"), up);
            project.write(&format!("migrations/{id}_x/down.sql"), down);
            let link = format!("down_revision = {parent}\nrun_in_transaction = true\n");
            project.write(&format!("migrations/{id}_x/metadata.toml"), link);
        }
        for directory in strings(&case["dirs"]) {
            project.write(&format!("migrations/{directory}/up.sql"), up);
            project.write(&format!("migrations/{directory}/down.sql"), down);
        }
        let expected = words(case["problem"].as_str().expect("a problem"));
        for verb in ["upgrade", "current", "heads", "history"] {
            let outcome = finish(migrate(&project, database.url(), &[verb]));
            assert_eq!(outcome.code, Some(1), "{case}: {verb}: {outcome}");
            assert!(
                outcome.stderr.contains(expected),
                "{case}: {verb}: {outcome}"
            );
            for name in strings(&case["names"]) {
                assert!(outcome.stderr.contains(name), "{case}: {verb}: {outcome}");
            }
        }
        assert!(!database.has_table("__diesel_schema_migrations"), "{case}");
    }
}

migrate_tests::on_each_backend!(
    runs_take_the_steps_of_the_cases_or_are_refused,
    a_stamp_writes_what_is_applied_and_runs_nothing,
    a_diverged_database_is_told_and_mended_as_the_cases_say,
    a_broken_chain_is_told_and_touches_no_database,
);
