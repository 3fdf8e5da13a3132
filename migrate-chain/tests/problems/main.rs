//! Each thing that can be wrong with a directory: made on disk, read, and reported in the words that a user sees.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod scripts;
mod settings;

use std::path::Path;

use migrate_chain::{Backends, Problems, Project, Settings};
use tempfile::TempDir;

const META: &str = "down_revision = \"base\"\nrun_in_transaction = true\n";
const UP: &str = "CREATE TABLE t (id INTEGER);\n";
const DOWN: &str = "DROP TABLE t;\n";

/// A directory with these files below `migrations`; a path that begins with `../` is beside it.
fn made(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let migrations = root.path().join("migrations");
    std::fs::create_dir(&migrations).unwrap();
    for (path, content) in files {
        let path = migrations.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    root
}

fn read(root: &TempDir, enabled: Backends) -> Result<Project, Problems> {
    let migrations = root.path().join("migrations");
    Project::read(&migrations, Settings::beside(&migrations)?, enabled)
}

fn texts(files: &[(&str, &str)], enabled: Backends) -> Vec<String> {
    let files: Vec<_> = files
        .iter()
        .map(|(path, content)| (*path, content.as_bytes()))
        .collect();
    read(&made(&files), enabled)
        .map_or_else(|problems| problems.render("migrations"), |_| Vec::new())
}

/// What is reported for a valid first revision `a`, linked, with these files more or instead.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let valid = [
        ("a/up.sql", UP),
        ("a/down.sql", DOWN),
        ("a/metadata.toml", META),
    ];
    let kept = valid
        .into_iter()
        .filter(|(path, _)| files.iter().all(|(other, _)| other != path));
    let all: Vec<_> = kept.chain(files.iter().copied()).collect();
    texts(&all, Backends::ALL)
}

fn one(files: &[(&str, &str)], expected: &str) {
    assert_eq!(found(files), [expected]);
}

#[test]
fn a_valid_directory_has_no_problem() {
    assert_eq!(found(&[]), Vec::<String>::new());
}

#[test]
fn a_missing_and_an_empty_directory() {
    let problems = Project::read(
        Path::new("/nowhere/migrations"),
        Settings::default(),
        Backends::ALL,
    )
    .unwrap_err();
    assert_eq!(
        problems.render("migrations"),
        [
            "migrations: there is no such directory\n  help: `migrate init` makes it; a directory elsewhere is named by `dir` in migrate.toml"
        ]
    );
    assert_eq!(
        texts(&[], Backends::ALL),
        [
            "migrations: there is no revision here\n  help: `migrate revision -m \"first\"` makes the first one"
        ]
    );
}

#[test]
fn what_is_no_revision_is_ignored_by_rule() {
    let files = [
        ("README.md", "x"),
        (".keep", ""),
        (".diesel_lock", ""),
        ("loose.sql", "not sql '"),
        (".hidden/up.sql", "'"),
        ("2026_x.swp", ""),
        ("a/README.md", ""),
        ("a/up.sql~", "'"),
        ("a/.up.sql.swp", "'"),
        ("a/notes.sql", "'"),
        ("a/deeper/up.sql", "'"),
    ];
    assert_eq!(found(&files), Vec::<String>::new());
}

#[test]
fn a_directory_without_a_script_is_reported_even_if_it_looks_like_a_file() {
    one(
        &[("x.sql/notes.txt", "")],
        "migrations/x.sql/up.sql: no up script\n  help: write x.sql/up.sql, or delete the directory",
    );
}

#[test]
fn a_chain_for_each_database_one_directory_further_down_is_not_to_be_deleted() {
    let help = "no revision, but a directory of revisions\n  help: if it is a chain of its own, name it: by `--dir`, by `dir` in migrate.toml, in `embed_migrations!`";
    assert_eq!(
        found(&[
            ("postgres/1_a/up.sql", UP),
            ("postgres/2_b/up.sql", UP),
            ("sqlite/1_a/up.sql", UP),
        ]),
        [
            format!("migrations/postgres: {help}"),
            format!("migrations/sqlite: {help}"),
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_one_to_nothing_is_reported() {
    let root = made(&[
        ("a/up.sql", UP.as_bytes()),
        ("a/down.sql", DOWN.as_bytes()),
        ("../elsewhere/up.sql", UP.as_bytes()),
        ("../elsewhere/down.sql", DOWN.as_bytes()),
    ]);
    let migrations = root.path().join("migrations");
    std::os::unix::fs::symlink("../elsewhere", migrations.join("b")).unwrap();
    assert_eq!(read(&root, Backends::ALL).unwrap().chain.len(), 2);
    std::os::unix::fs::symlink("../gone", migrations.join("c")).unwrap();
    let problems = read(&root, Backends::ALL).unwrap_err().render("migrations");
    assert!(
        problems.len() == 1 && problems[0].starts_with("migrations/c: cannot be read: "),
        "{problems:?}"
    );
}

#[test]
fn all_problems_are_reported_at_once_links_first() {
    let files = [
        ("b/up.sql", "SELECT 'open"),
        ("b/down.sql", DOWN),
        (
            "b/metadata.toml",
            "down_revision = \"gone\"\nrun_in_transaction = true\n",
        ),
        ("c/up.sql", UP),
        ("c/down.sql", ""),
        (
            "c/metadata.toml",
            "down_revision = 7\nrun_in_transaction = true\n",
        ),
    ];
    let problems = found(&files);
    let starts = [
        "migrations/c/metadata.toml:1: `down_revision` is a number and must be text",
        "migrations/b/metadata.toml: b follows `gone`",
        "migrations/b/up.sql:1:8: ",
        "migrations/c/down.sql: the down script has no statement",
    ];
    assert_eq!(problems.len(), starts.len(), "{problems:#?}");
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}");
    }
}

#[test]
fn a_metadata_file_that_is_not_toml_is_the_only_thing_reported_of_its_link() {
    let problems = found(&[
        ("b/up.sql", UP),
        ("b/down.sql", DOWN),
        ("b/metadata.toml", "down_revision = base\n"),
    ]);
    assert!(
        problems.len() == 1 && problems[0].starts_with("migrations/b/metadata.toml:1: not TOML: "),
        "{problems:?}"
    );
}

#[test]
fn everything_read_besides_the_scripts_is_tracked() {
    let files = [
        ("a/up.sql", UP),
        ("a/down.sql", DOWN),
        ("a/metadata.toml", META),
        ("migrate.lock", "version = 1\n"),
        ("../migrate.toml", "file_name = \"date\"\n"),
        (
            "../diesel.toml",
            "[migrations_directory]\ndir = \"migrations\"\n",
        ),
    ];
    let root = made(&files.map(|(path, content)| (path, content.as_bytes())));
    let project = read(&root, Backends::ALL).unwrap();
    let mut tracked: Vec<_> = project
        .tracked
        .iter()
        .map(|path| path.strip_prefix(root.path()).unwrap().to_str().unwrap())
        .collect();
    tracked.sort_unstable();
    assert_eq!(
        tracked,
        [
            "diesel.toml",
            "migrate.toml",
            "migrations/a/metadata.toml",
            "migrations/migrate.lock"
        ]
    );
}

#[test]
fn a_chain_that_is_still_being_written_may_lack_downs_and_revisions_but_nothing_else() {
    let unfinished = |files: &[(&str, &[u8])]| {
        let migrations = made(files);
        let directory = migrations.path().join("migrations");
        Project::read_unfinished(&directory, Settings::default(), Backends::ALL)
            .map(|project| project.chain.len())
            .map_err(|problems| problems.len())
    };
    assert_eq!(unfinished(&[]), Ok(0));
    let meta = META.as_bytes();
    assert_eq!(
        unfinished(&[
            ("a/up.sql", b""),
            ("a/down.sql", b"-- later"),
            ("a/metadata.toml", meta)
        ]),
        Ok(1)
    );
    assert_eq!(
        unfinished(&[("a/up.sql", b"SELECT 'open"), ("a/metadata.toml", meta)]),
        Err(1)
    );
}
