//! What can be wrong with the scripts of a revision.

use migrate_chain::{Backend, Backends};

use super::{DOWN, META, UP, found, made, one, read, texts};

#[test]
fn scripts_that_are_not_there_or_say_nothing() {
    let only = |files: &[(&str, &str)]| texts(files, Backends::ALL);
    assert_eq!(
        only(&[("a/metadata.toml", META)]),
        [
            "migrations/a/up.sql: no up script\n  help: write a/up.sql, or delete the directory",
            "migrations/a/down.sql: no down script\n  help: write it, or say in metadata.toml why there is none: `irreversible = \"drops the audit table\"`",
        ]
    );
    one(
        &[("a/down.sql", "-- nothing to do\n;\n")],
        "migrations/a/down.sql: the down script has no statement\n  help: write it, or say in metadata.toml why there is none: `irreversible = \"drops the audit table\"`",
    );
    let irreversible =
        "down_revision = \"base\"\nrun_in_transaction = true\nirreversible = \"drops the log\"\n";
    one(
        &[("a/metadata.toml", irreversible)],
        "migrations/a/metadata.toml:3: the revision is irreversible, and a/down.sql takes it back\n  help: take `irreversible` out, or delete a/down.sql",
    );
    assert_eq!(
        only(&[("a/metadata.toml", irreversible), ("a/up.sql", UP)]),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&[("a/metadata.toml", irreversible), ("a/down.sql", "-- none")]),
        Vec::<String>::new()
    );
}

#[test]
fn names_that_are_nearly_a_script_s() {
    one(
        &[("a/Up.SQL", "")],
        "migrations/a/Up.SQL: no script is called that, so it would never run\n  help: rename it to up.sql",
    );
    one(
        &[("a/up.postgresql.sql", "")],
        "migrations/a/up.postgresql.sql: no script is called that, so it would never run\n  help: rename it to up.postgres.sql",
    );
}

#[test]
fn a_script_for_one_backend_needs_its_counterpart() {
    let files = [
        ("a/metadata.toml", META),
        ("a/up.sqlite.sql", UP),
        ("a/up.mysql.sql", UP),
        ("a/down.sqlite.sql", DOWN),
    ];
    let expected = "migrations/a/up.mysql.sql: it has no counterpart: down.mysql.sql is missing\n  help: write a/down.mysql.sql, or a script of that direction for every backend";
    assert_eq!(texts(&files, Backends::ALL), [expected]);
    // Those that migrate.toml names must all be served.
    let named = [
        &files[..],
        &[
            ("a/down.mysql.sql", DOWN),
            ("../migrate.toml", "backends = [\"sqlite\", \"postgres\"]\n"),
        ],
    ]
    .concat();
    assert_eq!(
        texts(&named, Backend::Sqlite.into()),
        [
            "migrations/a/up.sql: no up script for postgres\n  help: write a/up.postgres.sql, or an up.sql for every backend",
            "migrations/a/down.sql: no down script for postgres\n  help: write it, or say in metadata.toml why there is none: `irreversible = \"drops the audit table\"`",
        ]
    );
}

#[test]
fn a_script_must_be_text_and_split() {
    let root = made(&[
        ("a/metadata.toml", META.as_bytes()),
        ("a/up.sql", b"SELECT 1;\n-- \xff\n"),
        ("a/down.sql", b"SELECT\n 'a\0b';"),
    ]);
    assert_eq!(
        read(&root, Backends::ALL).unwrap_err().render("migrations"),
        [
            "migrations/a/up.sql:2: not UTF-8: byte 13, in line 2, is not part of a character\n  help: save it as UTF-8",
            "migrations/a/down.sql:2:4: a NUL character at byte 10\n  help: take it out; a file in UTF-16 is full of them: save it as UTF-8",
        ]
    );
    let problems = found(&[("a/up.sql", "SELECT 1;\nSELECT 'open;\n")]);
    assert!(
        problems.len() == 1 && problems[0].starts_with("migrations/a/up.sql:2:8: "),
        "{problems:?}"
    );
}

#[test]
fn what_only_some_dialects_cannot_read_counts_where_they_are_named() {
    let files = [
        ("a/metadata.toml", META),
        (
            "a/up.sql",
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'it''s' $$;\nSELECT E'\\'';",
        ),
        ("a/down.sql", DOWN),
    ];
    let project = read(
        &made(&files.map(|(path, content)| (path, content.as_bytes()))),
        Backends::ALL,
    )
    .unwrap();
    let revision = &project.chain.revisions()[0];
    assert!(revision.up(Backend::Postgres).is_some() && revision.up(Backend::Sqlite).is_none());
    assert_eq!(
        revision.downs().len(),
        1,
        "read alike by all, it is one script"
    );
    let named = [
        &files[..],
        &[("../migrate.toml", "backends = [\"sqlite\", \"postgres\"]\n")],
    ]
    .concat();
    let problems = texts(&named, Backends::ALL);
    assert!(
        problems.len() == 1
            && problems[0].contains("up.sql:2:")
            && problems[0].contains(" for sqlite\n"),
        "{problems:?}"
    );
}

#[test]
fn transactions_of_a_script_s_own() {
    one(
        &[
            ("a/up.sql", "BEGIN;\nCREATE TABLE t (id INTEGER);\n"),
            ("a/metadata.toml", META),
        ],
        "migrations/a/up.sql:1:1: BEGIN in a script that already runs in a transaction\n  help: take BEGIN out, or write `run_in_transaction = false` in metadata.toml",
    );
    assert_eq!(
        found(&[
            ("a/up.sql", "BEGIN;\nCOMMIT;\n"),
            (
                "a/metadata.toml",
                "down_revision = \"base\"\nrun_in_transaction = false\n"
            )
        ]),
        Vec::<String>::new()
    );
    // What Diesel's tools made is taken as it is, with a warning.
    let project = read(
        &made(&[("a/up.sql", b"COMMIT;"), ("a/down.sql", DOWN.as_bytes())]),
        Backends::ALL,
    )
    .unwrap();
    assert_eq!(project.warnings.len(), 1);
    assert_eq!(
        project.warnings[0].to_string(),
        "COMMIT in a script that already runs in a transaction"
    );
}

#[test]
fn what_follows_a_directory_without_scripts_is_no_second_problem() {
    let late = [
        ("b/notes.txt", ""),
        (
            "c/metadata.toml",
            "down_revision = \"b\"\nrun_in_transaction = true\n",
        ),
        ("c/up.sql", UP),
        ("c/down.sql", DOWN),
    ];
    one(
        &late,
        "migrations/b/up.sql: no up script\n  help: write b/up.sql, or delete the directory",
    );
}

#[test]
fn a_misspelt_file_is_not_reported_as_missing_too() {
    let meta = "down_revision = \"a\"\nrun_in_transaction = true\n";
    for (names, right) in [
        (["b/Up.sql", "b/down.sql", "b/metadata.toml"], "up.sql"),
        (["b/down.SQL", "b/up.sql", "b/metadata.toml"], "down.sql"),
        (
            ["b/Metadata.toml", "b/up.sql", "b/down.sql"],
            "metadata.toml",
        ),
        (
            ["b/down.pg.sql", "b/up.postgres.sql", "b/metadata.toml"],
            "down.postgres.sql",
        ),
    ] {
        let text = |name: &str| if name.ends_with("toml") { meta } else { UP };
        let files = names.map(|name| (name, text(name)));
        let expected = format!(
            "migrations/{}: no script is called that, so it would never run\n  help: rename it to {right}",
            names[0]
        );
        one(&files, &expected);
    }
    one(
        &[("b/UP.sql", UP)],
        "migrations/b/UP.sql: no script is called that, so it would never run\n  help: rename it to up.sql",
    );
}

#[test]
fn a_script_that_is_gone_is_one_problem_also_where_the_lock_lists_it() {
    let lock = |tag: &str| {
        let sum = "0".repeat(64);
        format!("version = 1\n\n[[revision]]\nid = \"b\"\nparent = \"a\"\nup = \"{sum}\"\n{tag}")
    };
    let rest = [
        ("b/down.sql", ""),
        (
            "b/metadata.toml",
            "down_revision = \"a\"\nrun_in_transaction = true\nirreversible = \"x\"\n",
        ),
    ];
    let found = |tag: &str| {
        let lock = lock(tag);
        found(&[rest[0], rest[1], ("migrate.lock", &lock)])
    };
    assert_eq!(
        found(""),
        ["migrations/b/up.sql: no up script\n  help: write b/up.sql, or delete the directory"]
    );
    let sealed = found("tag = \"v1\"\n");
    assert!(
        sealed[0].starts_with("migrations/b/up.sql: up.sql is sealed by v1 and is gone"),
        "{sealed:?}"
    );
    assert!(
        !sealed.iter().any(|text| text.contains("no up script")),
        "{sealed:?}"
    );
}
