//! `revision --autogenerate`: a struct changes, and both scripts are written; what cannot be guessed is asked or refused.

mod asked;
mod left_alone;
mod names;
mod online;
mod schemas;
mod there_and_back;
mod told;

use std::fs;
use std::path::PathBuf;

use migrate_core::Backend;
use migrate_tests::{Database, Outcome, Project};

use crate::run_on;

const MEMBERS: &str = "
#[derive(Table)]
#[diesel(table_name = orgs)]
pub struct Org {
    pub id: i32,
    pub name: String,
}

#[derive(Table)]
#[diesel(table_name = members)]
#[table(index(columns(org_id, nick)))]
pub struct Member {
    pub id: i32,
    #[table(unique)]
    pub email: String,
    #[table(references(orgs.id, on_delete = cascade))]
    pub org_id: i32,
    #[table(sql_type = \"varchar(40)\")]
    pub nick: Option<String>,
}
";

const ROWS: &str = "INSERT INTO orgs (id, name) VALUES (1, 'one');
INSERT INTO members (id, email, org_id, nick) VALUES (7, 'a@b', 1, 'ann');";

/// A project whose models are these.
fn project(backend: Backend, models: &str) -> Project {
    let project = Project::new(backend);
    project.write("src/models.rs", models);
    project
}

/// The only revision whose name ends so.
fn revision(project: &Project, slug: &str) -> PathBuf {
    let directories = fs::read_dir(project.migrations_dir()).expect("it is there");
    let mut found: Vec<_> = directories
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(&format!("_{slug}")))
        .collect();
    assert_eq!(found.len(), 1, "{slug}: {found:?}");
    found.remove(0)
}

fn script(project: &Project, slug: &str, file: &str) -> String {
    fs::read_to_string(revision(project, slug).join(file)).expect("it is there")
}

fn revisions(project: &Project) -> usize {
    let directories = fs::read_dir(project.migrations_dir()).expect("it is there");
    directories
        .filter(|entry| entry.as_ref().expect("an entry").path().is_dir())
        .count()
}

/// Generates a revision and applies it.
fn generate(project: &Project, database: &Database, message: &str, more: &[&str]) -> Outcome {
    let words = [&["revision", "--autogenerate", "-m", message], more].concat();
    let made = run_on(project, database, &words).expect(0);
    let _ = run_on(project, database, &["upgrade"]).expect(0);
    made
}
