//! `docs/coming-from.md`: every command line that it gives for another tool's is run, in a project of its own.

use std::fs;
use std::path::Path;

use migrate_core::Backend;
use migrate_tests::{Database, Outcome, Project, on};

use crate::{finish, run_on, tool};

/// A row of a table: the other tool's words, ours, and the note.
struct Row {
    line: usize,
    theirs: String,
    ours: String,
    note: String,
}

fn rows() -> Vec<Row> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/coming-from.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let cells = |line: &str| -> Vec<String> {
        let inside = line.trim().trim_start_matches('|').trim_end_matches('|');
        inside
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    page.lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("| ") && !line.contains("| here |"))
        .map(|(index, line)| match cells(line).as_slice() {
            [theirs, ours, note] => Row {
                line: index + 1,
                theirs: theirs.clone(),
                ours: ours.clone(),
                note: note.clone(),
            },
            other => panic!("line {}: {} cells", index + 1, other.len()),
        })
        .collect()
}

/// Three revisions, of which two are applied, a model, an environment, something to seed and something to import.
fn project() -> Project {
    let mut project = Project::new(Backend::Sqlite);
    for (name, table) in [
        ("2026-01-01_create_members", "members"),
        ("2026-01-02_create_tags", "tags"),
        ("2026-01-03_add_phone", "phones"),
    ] {
        let up = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY);\n");
        project.revision(name, &up, &format!("DROP TABLE {table};\n"));
    }
    project.settings("[env.test]\ndatabase_url = \"sqlite:test.db\"\n");
    project.write("seeds/01_members.sql", "INSERT INTO members VALUES (1);\n");
    for (file, sql) in [
        (
            "sqlx/20250101000000_old.up.sql",
            "CREATE TABLE old (id INTEGER);\n",
        ),
        ("sqlx/20250101000000_old.down.sql", "DROP TABLE old;\n"),
        ("flyway/V1__old.sql", "CREATE TABLE old (id INTEGER);\n"),
        ("flyway/U1__old.sql", "DROP TABLE old;\n"),
        ("refinery/V1__old.sql", "CREATE TABLE old (id INTEGER);\n"),
    ] {
        project.write(&format!("old/{file}"), sql);
    }
    project.write(
        "src/models.rs",
        "#[derive(Table)]\n#[diesel(table_name = members)]\nstruct Member { id: i32, email: Option<String> }\n",
    );
    fs::create_dir(project.path().join("imported")).expect("made");
    let _ = run(&project, &["lock"]).expect(0);
    let _ = run(&project, &["upgrade", "create_tags"]).expect(0);
    project
}

fn run(project: &Project, words: &[&str]) -> Outcome {
    let mut command = tool(&project.path(), words);
    command.env("DATABASE_URL", "sqlite:app.db");
    // An editor that leaves everything as it is.
    command.env("EDITOR", "true").env_remove("VISUAL");
    finish(command)
}

/// A new index of a table that is there is built beside those who read and write it.
fn is_online(project: &Project, database: &Database, words: &[&str]) {
    let model = "#[derive(Table)]\n#[diesel(table_name = members)]\nstruct Member { id: i32, #[table(index)] email: Option<String> }\n";
    project.write("migrate.toml", "backends = [\"postgres\"]\n");
    project.write("src/models.rs", model);
    let _ = run_on(project, database, &["upgrade"]).expect(0);
    let made = run_on(project, database, words).expect(0);
    let up = made
        .stdout
        .lines()
        .find(|line| line.ends_with("_members/up.sql"));
    let up = up.unwrap_or_else(|| panic!("{made}"));
    let script = fs::read_to_string(project.path().join(up)).expect("it is there");
    assert!(script.contains("CREATE INDEX CONCURRENTLY"), "{script}");
}

/// The words of a command line, quotes taken off.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_command_line_runs_and_every_gap_has_its_reason() {
    let rows = rows();
    assert!(
        rows.len() > 60,
        "{} rows are not the whole page",
        rows.len()
    );
    let mut wrong = Vec::new();
    for row in &rows {
        let here = format!("line {}: {}: {}", row.line, row.theirs, row.ours);
        if row.ours == "none" {
            if row.note.is_empty() {
                wrong.push(format!("{here}: why?"));
            }
            continue;
        }
        let ours = row.ours.strip_prefix("`migrate ");
        let Some(ours) = ours.and_then(|ours| ours.strip_suffix('`')) else {
            wrong.push(format!("{here}: a command line of migrate, or none"));
            continue;
        };
        let words = words(ours);
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let project = project();
        if words.contains(&"--online") {
            // Only PostgreSQL has such a form.
            on(Backend::Postgres, |database| {
                is_online(&project, database, &words)
            });
            continue;
        }
        if words.contains(&"--autogenerate") {
            let _ = run(&project, &["upgrade"]).expect(0);
        }
        let outcome = run(&project, &words);
        let expected = if row.note.starts_with("exits with 3") {
            3
        } else {
            0
        };
        if outcome.code != Some(expected) {
            wrong.push(format!("{here}: {outcome}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_command_of_the_four_tools_is_left_out() {
    let rows = rows();
    for (tool, commands) in [
        (
            "alembic",
            "branches check current downgrade edit ensure_version heads history init list_templates merge revision show stamp upgrade",
        ),
        ("diesel migration", "generate list pending redo revert run"),
        ("diesel database", "drop reset setup"),
        ("diesel", "completions print-schema setup"),
        ("sqlx migrate", "add build-script info revert run"),
        ("sqlx database", "create drop reset setup"),
        ("sqlx", "completions prepare"),
        (
            "flyway",
            "add auth baseline check clean info init list-engines migrate repair testConnection undo validate",
        ),
    ] {
        for command in commands.split(' ') {
            let start = format!("`{tool} {command}");
            let told = rows.iter().any(|row| {
                let rest = row.theirs.strip_prefix(&start);
                rest.is_some_and(|rest| rest.starts_with(['`', ' ']))
            });
            assert!(told, "nothing is said of {start}`");
        }
    }
}
