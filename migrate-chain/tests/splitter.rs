//! The splitter over the collected cases and over the scripts of real projects.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};

use migrate_chain::{Backend, Position, ScriptError, scan, split};

/// The folder of shared test data: `MIGRATE_SHARED`, or `shared` beside the workspace.
fn shared(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MIGRATE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let folder = root.join(part);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: {} is absent; set MIGRATE_SHARED",
        folder.display()
    );
    None
}

#[test]
fn every_collected_case_has_the_statements_that_its_server_sees() {
    let Some(folder) = shared("cases/splitter") else {
        return;
    };
    let expected = fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&expected).unwrap();
    assert!(expected.len() >= 24, "the table of cases is cut short");
    for (file, case) in expected {
        let text = fs::read_to_string(folder.join(&file)).unwrap();
        let backend = Backend::from_name(case["backend"].as_str().unwrap()).unwrap();
        let seen = scan(backend, &text);
        let statements: Vec<_> = seen
            .statements
            .iter()
            .map(|range| &text[range.clone()])
            .collect();
        let count = usize::try_from(case["statements"].as_u64().unwrap()).unwrap();
        assert_eq!(statements.len(), count, "{file}: {statements:#?}");
        let refused = ["pg24_copy_from_stdin.sql", "pg25_psql_meta.sql"].contains(&&*file);
        assert_eq!(
            seen.finding.is_some(),
            refused,
            "{file}: {:?}",
            seen.finding
        );
        assert_eq!(split(backend, &text).is_err(), refused, "{file}");
    }
}

#[test]
fn copy_from_stdin_and_client_commands_are_named_with_their_place() {
    let Some(folder) = shared("cases/splitter") else {
        return;
    };
    let finding = |file: &str| {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let error = split(Backend::Postgres, &text).unwrap_err();
        (Position::of(&text, error.at()), error)
    };
    let (position, error) = finding("pg24_copy_from_stdin.sql");
    assert_eq!((position.line, position.column), (2, 1));
    assert!(matches!(error, ScriptError::CopyFromStdin { .. }));
    let (position, error) = finding("pg25_psql_meta.sql");
    assert_eq!((position.line, position.column), (1, 1));
    assert_eq!(
        error.to_string(),
        "`\\set` is a command of the psql client, not SQL"
    );
}

/// The up and down scripts of the real projects, each with its backend.
fn real_scripts() -> Vec<(PathBuf, Backend, String)> {
    let mut scripts = Vec::new();
    let Some(chains) = shared("chains") else {
        return scripts;
    };
    for chain in fs::read_dir(chains)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        let name = chain.file_name().unwrap().to_str().unwrap().to_owned();
        let backend = match &*name {
            "libxmtp" | "splinter_sqlite" | "tari_contacts" | "tari_wallet" => Backend::Sqlite,
            "syncstorage_mysql" | "tokenserver_mysql" => Backend::Mysql,
            _ => Backend::Postgres,
        };
        let Ok(revisions) = fs::read_dir(chain.join("migrations")) else {
            continue;
        };
        for revision in revisions.map(|entry| entry.unwrap().path()) {
            for file in ["up.sql", "down.sql"].map(|file| revision.join(file)) {
                if let Ok(text) = fs::read_to_string(&file) {
                    scripts.push((file, backend, text));
                }
            }
        }
    }
    assert!(
        scripts.len() > 1000,
        "{} scripts of real projects",
        scripts.len()
    );
    scripts
}

#[test]
fn every_script_of_the_real_projects_splits_and_its_statements_split_no_further() {
    for (file, backend, text) in real_scripts() {
        let statements =
            split(backend, &text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for range in statements {
            let statement = &text[range];
            let again = split(backend, statement).unwrap();
            assert_eq!(again.len(), 1, "{}: {statement}", file.display());
            assert_eq!(
                &statement[again[0].clone()],
                statement,
                "{}",
                file.display()
            );
        }
    }
}
