//! `--format json`: every line that a command writes is what the schema of that command says. Each JSON output of these tests is
//! held against it, whatever the test is about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use jsonschema::{Retrieve, Uri, Validator};
use migrate_core::Backend;
use migrate_tests::{Outcome, Project};
use serde_json::Value;

use crate::{finish, tool};

/// What the schemas of commands refer to.
const PARTS: [&str; 7] = [
    "attempt", "changes", "entry", "error", "events", "placed", "tables",
];

/// The commands that print nothing a program would parse as JSON.
const WITHOUT_JSON: [&str; 3] = ["completions", "help", "man"];

/// A run of each command, and its exit code: from an empty directory to a revision that is taken back. Each new command has a line
/// here.
const STORY: &[(&str, i32)] = &[
    ("init --backend sqlite", 0),
    ("heads", 0),
    ("config", 0),
    ("revision -m members --rev-id 01", 0),
    ("create", 0),
    ("create", 0),
    ("revision -m orgs --after base --irreversible gone", 0),
    ("lock", 0),
    ("lock --check", 0),
    // Nobody named an editor.
    ("edit orgs", 2),
    ("rebase", 0),
    ("adopt", 0),
    ("import --from sqlx migrations", 1),
    ("upgrade --dry-run", 0),
    ("upgrade", 0),
    ("schema", 0),
    ("schema --as json", 0),
    ("diff database chain@base", 3),
    ("current -v --check-heads", 0),
    ("history -v", 0),
    ("show members", 0),
    ("log", 0),
    ("wait", 0),
    ("check", 0),
    ("redo --rehearse", 0),
    ("redo --yes", 0),
    ("downgrade -1 --yes", 0),
    ("reset --yes", 0),
    ("seed", 0),
    ("seed --again", 0),
    ("stamp head", 0),
    ("drop", 2),
    ("drop --yes", 0),
    ("drop", 0),
];

static SCHEMAS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    names()
        .into_iter()
        .map(|name| {
            let schema = read(&name);
            jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
            let validator = jsonschema::options()
                .with_retriever(Folder)
                .build(&schema)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, validator)
        })
        .collect()
});

/// Finds a schema by the last part of its address, beside the others.
struct Folder;

impl Retrieve for Folder {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let file = uri.as_str().rsplit('/').next().unwrap_or_default();
        Ok(read(file.trim_end_matches(".json")))
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrate-cli/schemas")
}

fn names() -> BTreeSet<String> {
    let files = fs::read_dir(folder()).expect("the schemas are there");
    files
        .map(|file| file.expect("a file").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect()
}

fn read(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a command was asked.
pub(crate) struct Words(Vec<String>);

impl Words {
    pub(crate) fn of(command: &Command) -> Self {
        let words = command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned());
        Self(words.collect())
    }

    fn is_json(&self) -> bool {
        let has = |word: &str| self.0.iter().any(|there| there == word);
        let asked =
            has("--format=json") || self.0.windows(2).any(|pair| pair == ["--format", "json"]);
        asked && !has("--help") && !has("--version")
    }

    /// Holds the output of a command that was asked for JSON against the command's schema, each line for itself.
    #[track_caller]
    pub(crate) fn check(&self, outcome: &Outcome) {
        if !self.is_json() {
            return;
        }
        let verb = self.0.iter().find(|word| SCHEMAS.contains_key(*word));
        for line in outcome.stdout.lines() {
            let value: Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{:?}: {error}: no JSON: {line}", self.0));
            let name = match (value["event"].as_str(), verb) {
                (Some("error"), _) => "error",
                (_, Some(verb)) => verb,
                (_, None) => panic!("{:?}: this command has no schema", self.0),
            };
            let wrong: Vec<_> = SCHEMAS[name]
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(
                wrong.is_empty(),
                "{:?}: not what schemas/{name}.json says:\n{}\nin: {line}",
                self.0,
                wrong.join("\n")
            );
        }
    }
}

/// The commands that the help lists.
pub(crate) fn commands() -> BTreeSet<String> {
    let help = finish(tool(Path::new("."), &["--help"])).expect(0).stdout;
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect()
}

#[test]
fn every_command_that_prints_has_a_schema_and_no_other_schema_is_there() {
    let printing: BTreeSet<_> = commands()
        .into_iter()
        .filter(|name| !WITHOUT_JSON.contains(&name.as_str()))
        .collect();
    let mut schemas = names();
    schemas.retain(|name| !PARTS.contains(&name.as_str()));
    assert_eq!(schemas, printing);
}

#[test]
fn every_command_writes_what_its_schema_says() {
    let project = Project::new(Backend::Sqlite);
    fs::remove_dir(project.migrations_dir()).expect("an empty directory");
    fs::remove_file(project.path().join("migrate.toml")).expect("no settings");
    let mut met = BTreeSet::new();
    for (line, code) in STORY {
        let words: Vec<_> = line.split(' ').collect();
        let json = ["--format", "json", "--database-url", "sqlite:app.db"];
        let outcome = finish(tool(&project.path(), &[&json[..], &words].concat())).expect(*code);
        assert!(!outcome.stdout.is_empty(), "{line}: nothing was written");
        met.insert(words[0].to_owned());
        if words[0] == "revision" {
            project.write("seeds/01_members.sql", "INSERT INTO members VALUES (1);");
            project.write(
                "migrations/01_members/up.sql",
                "CREATE TABLE members (id INTEGER);",
            );
            project.write("migrations/01_members/down.sql", "DROP TABLE members;");
        }
    }
    let mut printing = commands();
    printing.retain(|name| !WITHOUT_JSON.contains(&name.as_str()));
    assert_eq!(met, printing, "each command has a line in STORY");
}

#[test]
fn a_run_that_fails_half_way_writes_what_the_schemas_say() {
    let mut project = Project::tables(Backend::Sqlite, 2);
    project.bare(
        "03_half",
        "CREATE TABLE a (id INTEGER);\nCREATE TABLE t01 (id INTEGER);\n",
        "DROP TABLE a;",
    );
    let run = |words: &[&str]| {
        let json = ["--format", "json", "--database-url", "sqlite:app.db"];
        finish(tool(&project.path(), &[&json, words].concat()))
    };
    let failed = run(&["upgrade"]).expect(1);
    assert!(failed.stdout.contains("\"event\":\"failed\""), "{failed}");
    let current = run(&["current", "-v", "--check-heads"]).expect(3);
    assert!(current.stdout.contains("\"partial\":{"), "{current}");
    project.write(
        "migrations/03_half/up.sql",
        "CREATE TABLE a (id INTEGER);\nCREATE TABLE b (id INTEGER);\n",
    );
    let resumed = run(&["upgrade"]).expect(0);
    assert!(
        resumed.stdout.contains("\"event\":\"resumed\""),
        "{resumed}"
    );
    project.write("migrations/03_half/metadata.toml", "down_revision = 1\n");
    let refused = run(&["upgrade"]).expect(1);
    assert!(refused.stdout.contains("\"problems\":[{"), "{refused}");
}

#[test]
fn a_key_that_no_schema_has_is_found() {
    let mut value: Value = serde_json::json!({ "head": null });
    assert!(SCHEMAS["heads"].is_valid(&value));
    value["more"] = true.into();
    assert!(!SCHEMAS["heads"].is_valid(&value));
}
