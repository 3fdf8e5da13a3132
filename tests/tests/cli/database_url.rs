//! Which database is meant: the order of the places that may name one.

use std::fs;

use snapbox::str;

use crate::{finish, said, says, text, tool, two_tables};

/// The files that `upgrade` made.
fn made(directory: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("it is there");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    let mut names: Vec<_> = names.filter(|name| name.ends_with(".db")).collect();
    names.sort();
    names
}

#[test]
fn each_place_goes_before_the_next() {
    let project = two_tables();
    let directory = project.path();
    project.settings("database_url = \"${KIND}:toml.db\"\n");
    let upgrade = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = tool(&directory, &[&["upgrade"], arguments].concat());
        command
            .env("KIND", "sqlite")
            .envs(variables.iter().copied());
        let outcome = finish(command).expect(0);
        let made = made(&directory);
        made.iter()
            .for_each(|file| fs::remove_file(directory.join(file)).expect("removed"));
        assert!(outcome.stdout.contains("applied 2 revisions"), "{outcome}");
        made.join(" ")
    };
    assert_eq!(upgrade(&[], &[]), "toml.db");
    project.write(".env", "DATABASE_URL=sqlite:dotenv.db\n");
    assert_eq!(upgrade(&[], &[]), "dotenv.db");
    project.write("secret", "sqlite:file.db\n");
    assert_eq!(upgrade(&[("DATABASE_URL_FILE", "secret")], &[]), "file.db");
    assert_eq!(upgrade(&[("DATABASE_URL", "sqlite:env.db")], &[]), "env.db");
    assert_eq!(
        upgrade(
            &[("DATABASE_URL", ""), ("DATABASE_URL_FILE", "secret")],
            &[]
        ),
        "file.db"
    );
    let own = ("MIGRATE_DATABASE_URL", "sqlite:own.db");
    assert_eq!(
        upgrade(&[("DATABASE_URL", "sqlite:env.db"), own], &[]),
        "own.db"
    );
    assert_eq!(
        upgrade(&[own], &["--database-url", "option.db"]),
        "option.db"
    );
}

#[test]
fn dotenv_is_found_in_a_directory_above() {
    let project = two_tables();
    project.write(".env", "DATABASE_URL=sqlite:dotenv.db\n");
    let inside = project.path().join("src");
    fs::create_dir(&inside).expect("made");
    says(
        said(&inside, &["upgrade", "--quiet"]),
        str![[r#"
--- exit code 0

"#]],
    );
    assert_eq!(made(&inside), ["dotenv.db"]);
}

#[test]
fn what_is_missing_or_meant_twice_is_wrong_usage() {
    let project = two_tables();
    let directory = project.path();
    says(
        said(&directory, &["current"]),
        str![[r#"
--- stderr
error: no database is named
  help: set DATABASE_URL, or give --database-url sqlite:FILE, postgres://... or mysql://...
--- exit code 2

"#]],
    );
    let mut both = tool(&directory, &["current"]);
    both.env("DATABASE_URL", "sqlite:a.db")
        .env("DATABASE_URL_FILE", "b");
    says(
        text(&finish(both)),
        str![[r#"
--- stderr
error: DATABASE_URL and DATABASE_URL_FILE are both set
  help: keep the one that is meant, or name the database with --database-url
--- exit code 2

"#]],
    );
    let mut file = tool(&directory, &["current"]);
    file.env("DATABASE_URL_FILE", "no-such-file");
    let said_of_file = text(&finish(file));
    assert!(
        said_of_file.starts_with(
            "--- stderr\nerror: cannot read no-such-file, which DATABASE_URL_FILE names"
        ),
        "{said_of_file}"
    );
    assert!(
        said_of_file.ends_with("--- exit code 2\n"),
        "{said_of_file}"
    );
    project.settings("database_url = \"postgres://${NOT_SET_ANYWHERE}/x\"\n");
    says(
        said(&directory, &["current"]),
        str![[r#"
--- stderr
error: `database_url` in migrate.toml: the variable NOT_SET_ANYWHERE is not set
  help: set NOT_SET_ANYWHERE, or name the database with --database-url
--- exit code 2

"#]],
    );
    says(
        said(&directory, &["current", "--database-url", "oracle://h/d"]),
        str![[r#"
--- stderr
error: `oracle:` is not the scheme of a database that is known here (--database-url)
  help: use sqlite:FILE or a file's path, postgres://user@host/database or mysql://user@host/database
--- exit code 2

"#]],
    );
}
