//! A command that is killed while it changes the chain: the next one finds all of the change or nothing of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use migrate_core::Backend;
use migrate_tests::{Project, Running, server};

use crate::{said, tool};

/// Enough files for the change to take a while.
const MANY: usize = 60;

const JOURNAL: &str = "migrations/.migrate-undo";

type Make = fn() -> Project;

/// Every file with its text, seen from the project.
fn files(project: &Project) -> BTreeMap<String, String> {
    fn add(files: &mut BTreeMap<String, String>, root: &Path, directory: &Path) {
        for entry in fs::read_dir(directory).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                add(files, root, &path);
            } else {
                let name = path.strip_prefix(root).unwrap_or(&path);
                let text = fs::read_to_string(&path).expect("text");
                files.insert(name.display().to_string(), text);
            }
        }
    }
    let mut files = BTreeMap::new();
    add(&mut files, &project.path(), &project.path());
    files
}

fn revision(project: &Project, name: &str, metadata: &str) {
    let write = |file: &str, text: &str| {
        project.write(&format!("migrations/{name}/{file}"), text);
    };
    write("up.sql", "CREATE TABLE t (id INTEGER);\n");
    write("down.sql", "DROP TABLE t;\n");
    if !metadata.is_empty() {
        write("metadata.toml", metadata);
    }
}

fn linked(project: &Project, name: &str, parent: &str) {
    let metadata = format!("down_revision = \"{parent}\"\nrun_in_transaction = true\n");
    revision(project, name, &metadata);
}

/// Two branches, of which the earlier one goes behind the other.
fn forked() -> Project {
    let project = Project::new(Backend::Sqlite);
    linked(&project, "2026_first", "base");
    linked(&project, "20270000_other", "2026");
    for number in 0..MANY {
        let parent = match number {
            0 => "2026".to_owned(),
            _ => format!("2026{:04}", number - 1),
        };
        linked(&project, &format!("2026{number:04}_side"), &parent);
    }
    project
}

fn line() -> Project {
    let project = Project::new(Backend::Sqlite);
    linked(&project, "20260000_first", "base");
    for number in 1..MANY {
        let parent = format!("2026{:04}", number - 1);
        linked(&project, &format!("2026{number:04}_next"), &parent);
    }
    project
}

/// What Diesel's tools made behind a chain with links.
fn unlinked() -> Project {
    let project = Project::new(Backend::Sqlite);
    linked(&project, "20260000_first", "base");
    for number in 1..MANY {
        revision(&project, &format!("2026{number:04}_diesel"), "");
    }
    project
}

fn foreign() -> Project {
    let project = line();
    for number in 0..MANY {
        project.write(&format!("old/2027{number:04}_a.up.sql"), "SELECT 1;\n");
        project.write(&format!("old/2027{number:04}_a.down.sql"), "SELECT 1;\n");
    }
    project
}

/// A table that gets an index on each of its columns, a revision each.
fn indexed() -> Project {
    let mut project = Project::new(Backend::Postgres);
    let numbers = || 0..MANY / 3;
    let columns: String = numbers()
        .map(|number| format!(", c{number} INTEGER"))
        .collect();
    let up = format!("CREATE TABLE t (id INTEGER PRIMARY KEY{columns});\n");
    project.revision("01_t", &up, "DROP TABLE t;\n");
    let fields = numbers().map(|number| format!("#[table(index)]\nc{number}: Option<i32>,\n"));
    let fields: String = fields.collect();
    let model =
        format!("#[derive(Table)]\n#[diesel(table_name = t)]\nstruct T {{\nid: i32,\n{fields}}}\n");
    project.write("src/models.rs", model);
    project
}

/// Kills a command so long after it began to change files; whether there was something to undo.
fn killed(make: Make, words: &[&str], moment: Duration) -> bool {
    let project = make();
    let before = files(&project);
    let journal = project.path().join(JOURNAL);
    let mut process = Running::start(tool(&project.path(), words));
    let patience = Instant::now() + Duration::from_secs(30);
    while !journal.exists() && process.is_running() {
        assert!(Instant::now() < patience, "{words:?} changes nothing");
    }
    std::thread::sleep(moment);
    let _ = process.kill();
    let in_the_middle = journal.exists();

    // Whatever comes next undoes it, and says so. A journal that was not written to its end was followed by no change.
    let next = said(&project.path(), &["heads"]);
    let undone = next.contains("migrations: an earlier command was stopped while it changed files here, and what it had done is undone\n");
    assert!(
        in_the_middle || !undone,
        "{words:?} after {moment:?}: {next}"
    );
    if in_the_middle {
        assert_eq!(files(&project), before, "{words:?} after {moment:?}");
        let again = said(&project.path(), words);
        assert!(again.ends_with("exit code 0\n"), "{words:?}: {again}");
    }
    let whole = said(&project.path(), &["lock", "--check"]);
    assert!(whole.ends_with("exit code 0\n"), "{words:?}: {whole}");
    let left: Vec<_> = files(&project).into_keys().collect();
    assert!(
        !left.iter().any(|name| name.contains(".migrate")),
        "{words:?} leaves nothing: {left:?}"
    );
    undone
}

#[test]
fn a_killed_change_is_undone_by_the_next_command() {
    let commands: [(Make, &[&str]); 4] = [
        (forked, &["rebase", "--yes", "--onto", "other"]),
        (line, &["revision", "-m", "new", "--after", "first"]),
        (unlinked, &["adopt", "--yes"]),
        (foreign, &["import", "--from", "sqlx", "old"]),
    ];
    for (make, words) in commands {
        is_undone(make, words);
    }
}

fn is_undone(make: Make, words: &[&str]) {
    let moments = [0, 1, 3, 9, 27].map(Duration::from_millis);
    let hits = moments.map(|moment| killed(make, words, moment));
    assert!(hits.contains(&true), "{words:?} is too fast to be killed");
}

#[test]
fn of_many_revisions_that_are_written_at_once_a_killed_command_leaves_none() {
    let Some(url) = server(Backend::Postgres) else {
        return;
    };
    let words = "revision --autogenerate --online --scratch -m indexes --database-url";
    let words: Vec<_> = words.split(' ').chain([url.as_str()]).collect();
    is_undone(indexed, &words);
}

#[test]
fn a_journal_that_cannot_be_carried_out_stops_every_command() {
    let project = line();
    project.write(
        JOURNAL,
        r#"[{"text":{"path":"../app.rs","before":"x","after":null}}]"#,
    );
    project.write("app.rs", "mine");
    let before = files(&project);
    for words in [
        &["heads"][..],
        &["revision", "-m", "a"],
        &["lock"],
        &["lock", "--check"],
        &["init"],
    ] {
        let said = said(&project.path(), words);
        assert!(
            said.contains("error: an earlier command was stopped while it changed files, and that cannot be undone: "),
            "{words:?}: {said}"
        );
        assert!(said.contains(".migrate-undo: it names files that are not in this directory\n"));
        assert!(said.ends_with("exit code 1\n"), "{words:?}: {said}");
    }
    assert_eq!(files(&project), before);
}
