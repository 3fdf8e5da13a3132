//! Each thing that can be wrong with a directory: made on disk, read, and reported in the words that a user sees.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::path::Path;

use migrate_chain::{Backend, Backends, Problems, Project, Settings};
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
fn adopted_revisions_that_cannot_be_taken_back_are_named_in_one_line() {
    let files = [
        ("2019-01-01_none/up.sql", UP),
        ("2019-01-02_empty/up.sql", UP),
        ("2019-01-02_empty/down.sql", "-- no\n"),
        ("2019-01-03_broken/up.sql", UP),
        ("2019-01-03_broken/down.sql", "DROP TABLE\n  'x"),
        ("2019-01-04_good/up.sql", UP),
        ("2019-01-04_good/down.sql", DOWN),
    ];
    let problems = texts(&files, Backend::Sqlite.into());
    assert_eq!(
        problems,
        ["migrations: 3 revisions without a link cannot be taken back
    2019-01-01_none: no down script
    2019-01-02_empty: down.sql has no statement
    2019-01-03_broken: down.sql:2:3: a quoted string that starts here never ends
  help: write their downs; or accept it in migrate.toml, as `migrate adopt` does:
        irreversible = [\"20190101\", \"20190102\", \"20190103\"]"]
    );
    let settings =
        "irreversible = [\"20190101\", \"2019-01-02\", \"2019-01-03_broken\", \"20190104\"]\n";
    let named = [&files[..], &[("../migrate.toml", settings)]].concat();
    let named: Vec<_> = named
        .iter()
        .map(|(path, content)| (*path, content.as_bytes()))
        .collect();
    let project = read(&made(&named), Backend::Sqlite.into()).unwrap();
    let irreversible: Vec<_> = project
        .chain
        .revisions()
        .iter()
        .map(|revision| revision.irreversible().is_some())
        .collect();
    assert_eq!(irreversible, [true, true, true, false]);
}

#[test]
fn names_in_migrate_toml_that_are_no_adopted_revision() {
    let adopted = [
        ("2019_x/up.sql", UP),
        ("2019_x/down.sql", DOWN),
        ("2020_y/up.sql", UP),
        ("2020_y/down.sql", DOWN),
    ];
    let linked = (
        "2020_y/metadata.toml",
        "down_revision = \"2019\"\nrun_in_transaction = true\n",
    );
    let settings = (
        "../migrate.toml",
        "irreversible = [\n  \"2018\",\n  \"2020_y\",\n]\n",
    );
    assert_eq!(
        texts(&[&adopted[..], &[linked, settings]].concat(), Backends::ALL),
        [
            "migrate.toml:2: `irreversible` names `2018`, which is not there\n  help: did you mean `2019`?",
            "migrate.toml:3: `irreversible = \"2020_y\"`: it is linked, so its own metadata.toml says whether it is irreversible\n  help: for example `irreversible = [\"20190401101112\"]`",
        ]
    );
}

#[test]
fn the_lock_lists_what_is_there_and_seals_what_is_tagged() {
    let files = [
        ("a/up.sql", UP),
        ("a/down.sql", DOWN),
        ("a/metadata.toml", META),
    ];
    let root = made(&files.map(|(path, content)| (path, content.as_bytes())));
    let migrations = root.path().join("migrations");
    let write = |lock: &str| std::fs::write(migrations.join("migrate.lock"), lock).unwrap();
    let problems = || {
        read(&root, Backends::ALL)
            .map_or_else(|problems| problems.render("migrations"), |_| Vec::new())
    };
    let lock = migrate_chain::Lock::of(&read(&root, Backends::ALL).unwrap()).to_string();
    write(&lock);
    assert_eq!(problems(), Vec::<String>::new());
    write(&format!(
        "{lock}\n[[revision]]\nid = \"b\"\nparent = \"a\"\n"
    ));
    assert_eq!(
        problems(),
        [
            "migrations/migrate.lock:10: it lists b, which is not there\n  help: bring b back; or, if it was deleted or renamed on purpose, `migrate lock` writes the lock anew"
        ]
    );
    // An edit of what is not sealed leaves the lock behind, which is no problem.
    write(&lock);
    std::fs::write(migrations.join("a/up.sql"), "CREATE TABLE t (id BIGINT);").unwrap();
    assert_eq!(problems(), Vec::<String>::new());
    let sealed = format!("{lock}tag = \"v1\"\n");
    write(&sealed);
    let changed = problems();
    assert!(
        changed.len() == 1
            && changed[0].starts_with(
                "migrations/a/up.sql: up.sql is sealed by v1 and changed: its checksum was "
            ),
        "{changed:?}"
    );
    // Layout does not count.
    std::fs::write(
        migrations.join("a/up.sql"),
        "-- a table\r\nCREATE TABLE t\r\n(id INTEGER)",
    )
    .unwrap();
    assert_eq!(problems(), Vec::<String>::new());
    std::fs::write(
        migrations.join("a/metadata.toml"),
        META.replace("base", "b"),
    )
    .unwrap();
    assert!(problems().iter().any(|text| text.contains("metadata.toml: what it follows is sealed by v1 and changed")));
    std::fs::write(migrations.join("a/metadata.toml"), META).unwrap();
    std::fs::remove_file(migrations.join("a/down.sql")).unwrap();
    assert!(
        problems()
            .iter()
            .any(|text| text.contains("down.sql is sealed by v1 and is gone"))
    );
    write(&lock);
    let meta = format!("{META}irreversible = \"drops it\"\n");
    std::fs::write(migrations.join("a/metadata.toml"), meta).unwrap();
    assert_eq!(
        problems(),
        [
            "migrations/migrate.lock:4: it lists a/down.sql, which is not there\n  help: bring a/down.sql back; or, if it was deleted or renamed on purpose, `migrate lock` writes the lock anew"
        ]
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
fn the_directory_is_found_where_a_settings_file_says() {
    let root = tempfile::tempdir().unwrap();
    let app = root.path().join("crates/app");
    std::fs::create_dir_all(app.join("db/steps")).unwrap();
    std::fs::create_dir_all(root.path().join("migrations")).unwrap();
    let find = || {
        migrate_chain::find(&app)
            .unwrap()
            .strip_prefix(root.path())
            .unwrap()
            .to_owned()
    };
    assert_eq!(find(), Path::new("migrations"));
    std::fs::write(
        app.join("diesel.toml"),
        "[migrations_directory]\ndir = \"/nowhere/at/all\"\n",
    )
    .unwrap();
    assert_eq!(
        find(),
        Path::new("migrations"),
        "diesel_cli writes absolute paths of other machines"
    );
    std::fs::write(
        app.join("diesel.toml"),
        "[migrations_directory]\ndir = \"./db/steps\"\n",
    )
    .unwrap();
    assert_eq!(find(), Path::new("crates/app/db/steps"));
    std::fs::write(
        app.join("migrate.toml"),
        "dir = \"../../other\"\nfile_name = \"date\"\n",
    )
    .unwrap();
    assert_eq!(find(), Path::new("other"));
    std::fs::write(
        app.join("migrate.toml"),
        "dir = \"db/steps\"\nfile_name = \"date\"\n",
    )
    .unwrap();
    let settings = Settings::beside(&find_absolute(&app)).unwrap();
    assert_eq!(settings.file_name, migrate_chain::FileName::Date);
    assert_eq!(settings.origin.files().len(), 2);
}

fn find_absolute(start: &Path) -> std::path::PathBuf {
    migrate_chain::find(start).unwrap()
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

#[test]
fn a_migrate_toml_that_does_not_read_is_reported_and_not_passed_over() {
    for (text, expected) in [
        (
            "dir = \"db/migrations\"\nbackends = [\n",
            "migrate.toml:2: not TOML:",
        ),
        ("dir = 5\n", "migrate.toml:1: `dir` is a number"),
        ("dir = \"\"\n", "migrate.toml:1: `dir = \"\"`: it is empty"),
    ] {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("db/migrations")).unwrap();
        std::fs::create_dir(root.path().join("app")).unwrap();
        std::fs::write(root.path().join("migrate.toml"), text).unwrap();
        let found = migrate_chain::find(&root.path().join("app")).expect(text);
        let problems = Settings::beside(&found)
            .unwrap_err()
            .render("../migrations");
        assert!(
            problems[0].starts_with(&format!("../{expected}")),
            "{problems:?}"
        );
        // A directory named otherwise may be the one that it is for.
        let problems = Settings::beside(&root.path().join("db/migrations")).unwrap_err();
        let problems = problems.render("db/migrations");
        assert!(problems[0].starts_with(expected), "{problems:?}");
    }
}

#[test]
fn a_migrate_toml_inside_the_directory_that_it_names_is_read() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("migrate.toml");
    std::fs::write(&file, "dir = \".\"\nbackends = [\"mysql\"]\n").unwrap();
    let found = migrate_chain::find(root.path()).unwrap();
    let settings = Settings::beside(&found).unwrap();
    assert_eq!(settings.backends, Some(Backend::Mysql.into()));
    assert_eq!(settings.origin.files(), [file]);
}

#[test]
fn a_settings_file_or_lock_in_another_encoding_is_told_to_be_saved_as_utf8() {
    let utf16 = b"\xff\xfeb\0a\0";
    for file in ["../migrate.toml", "migrate.lock"] {
        let files: [(&str, &[u8]); 3] = [
            ("2026_a/up.sql", UP.as_bytes()),
            ("2026_a/down.sql", DOWN.as_bytes()),
            (file, utf16),
        ];
        let found = read(&made(&files), Backends::ALL).unwrap_err();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].to_string().as_str(), found[0].help().as_str()),
            (
                "not UTF-8: byte 0, in line 1, is not part of a character",
                "save it as UTF-8"
            )
        );
    }
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
