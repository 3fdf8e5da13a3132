//! What can be wrong in migrate.toml and migrate.lock.

use std::path::Path;

use migrate_chain::{Backend, Backends, Settings};

use super::{DOWN, META, UP, made, read, texts};

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
