//! Directories with a migration.rs: what counts as written, what is reported, and what the lock says of it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use migrate_chain::{Backend, Backends, Direction, Lock, Problems, Project, Script, Settings};
use tempfile::TempDir;

const META: &str = "down_revision = \"base\"\nrun_in_transaction = true\n";
const BOTH: &str = "pub fn up(c: &mut C) -> R { Ok(()) }\npub fn down(c: &mut C) -> R { Ok(()) }\n";
const UP: &str = "pub fn up(c: &mut C) -> R { Ok(()) }\n";

fn write(root: &TempDir, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.path().join("migrations").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn read(root: &TempDir) -> Result<Project, Problems> {
    let migrations = root.path().join("migrations");
    Project::read(&migrations, Settings::beside(&migrations)?, Backends::ALL)
}

/// The revision `a`, linked, with these files.
fn made(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    write(&root, &[("a/metadata.toml", META)]);
    write(&root, files);
    root
}

fn problems(files: &[(&str, &str)]) -> Vec<String> {
    match read(&made(files)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.render("migrations"),
    }
}

#[test]
fn code_counts_as_a_script_of_each_direction_that_it_has() {
    for files in [
        vec![("a/migration.rs", BOTH)],
        vec![("a/migration.rs", UP), ("a/down.sql", "SELECT 1;")],
        vec![
            ("a/migration.rs", "pub fn down() {}"),
            ("a/up.sql", "SELECT 1;"),
        ],
        vec![
            ("a/migration.rs", BOTH),
            ("a/up.sql", "SELECT 1;"),
            ("a/down.sql", "SELECT 1;"),
        ],
        // A way back of comments alone, and the code that goes it.
        vec![
            ("a/migration.rs", BOTH),
            ("a/up.sql", "SELECT 1;"),
            ("a/down.sql", "-- in Rust"),
        ],
    ] {
        assert_eq!(problems(&files), [""; 0], "{files:?}");
    }
    assert_eq!(
        problems(&[("a/migration.rs", UP)]),
        [
            "migrations/a/down.sql: no down script\n  help: write it, or say in metadata.toml why there is none: `irreversible = \"drops the audit table\"`"
        ]
    );
}

#[test]
fn code_that_nobody_could_call_is_reported() {
    assert_eq!(
        problems(&[("a/migration.rs", "fn up() {}\npub fn down() {}")]),
        ["migrations/a/migration.rs: `fn up` is private\n  help: write `pub fn up`"]
    );
    let found = problems(&[
        ("a/up.sql", "SELECT 1;"),
        ("a/down.sql", "SELECT 1;"),
        ("a/migration.rs", "// pub fn up() {}"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("migrations/a/migration.rs: it has neither `pub fn up` nor `pub fn down`\n  help: write `pub fn up("),
        "{found:?}"
    );
    assert_eq!(
        problems(&[("a/Migration.rs", BOTH)]),
        [
            "migrations/a/Migration.rs: no script is called that, so it would never run\n  help: rename it to migration.rs"
        ]
    );
}

#[test]
fn a_reason_not_to_go_back_and_a_way_back_in_code_contradict_each_other() {
    let meta = format!("{META}irreversible = \"it is so\"\n");
    let found = problems(&[("a/migration.rs", BOTH), ("a/metadata.toml", &meta)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("take `irreversible` out, or the `down` of a/migration.rs"),
        "{found:?}"
    );
}

#[test]
fn a_backend_runs_its_own_code() {
    let root = made(&[
        ("a/migration.rs", BOTH),
        ("a/migration.mysql.rs", UP),
        ("a/down.sql", "SELECT 1;"),
    ]);
    let project = read(&root).unwrap();
    let revision = &project.chain.revisions()[0];
    let code = |direction, backend| revision.script(direction, backend).and_then(Script::code);
    assert_eq!(
        code(Direction::Up, Backend::Mysql),
        Some("a/migration.mysql.rs")
    );
    assert_eq!(code(Direction::Up, Backend::Sqlite), Some("a/migration.rs"));
    assert_eq!(
        code(Direction::Down, Backend::Postgres),
        Some("a/migration.rs")
    );
    let up = revision.up(Backend::Sqlite).unwrap();
    assert_eq!(
        (up.statements().len(), up.parts(), up.is_empty()),
        (0, 1, false)
    );
    let down = revision.down(Backend::Sqlite).unwrap();
    assert_eq!((down.statements().len(), down.parts()), (1, 2));
}

#[test]
fn the_lock_holds_code_to_what_it_says_and_not_to_how_it_looks() {
    let root = made(&[("a/migration.rs", BOTH), ("a/up.sql", "SELECT 1;")]);
    let lock = Lock::of(&read(&root).unwrap()).to_string();
    let sealed = lock.replace("[[revision]]\n", "[[revision]]\ntag = \"v1\"\n");
    write(&root, &[("migrate.lock", &sealed)]);
    read(&root).unwrap();

    let commented = format!("//! Why.\n{}", BOTH.replace('\n', "\r\n\r\n"));
    write(&root, &[("a/migration.rs", &commented)]);
    read(&root).unwrap();

    write(
        &root,
        &[(
            "a/migration.rs",
            &BOTH.replacen("Ok(())", "Ok(((), ()).0)", 1),
        )],
    );
    let found = read(&root).unwrap_err().render("migrations");
    assert!(
        !found.is_empty() && found.iter().all(|text| text.contains("v1")),
        "{found:?}"
    );
}

/// Not only code: whatever has the name of a file that is read.
#[cfg(unix)]
#[test]
fn a_directory_or_a_pipe_of_that_name_is_no_file() {
    let root = made(&[("a/up.sql/x", ""), ("a/migration.rs/x", "")]);
    let pipe = root.path().join("migrations/a/down.sql");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let mut found = read(&root).unwrap_err().render("migrations");
    found.sort();
    let expected = ["down.sql", "migration.rs", "up.sql"].map(|name| {
        format!("migrations/a/{name}: is not a file\n  help: that name is for a file: rename it, or take it away")
    });
    assert_eq!(found, expected);
}
