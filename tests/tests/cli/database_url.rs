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
error: `database_url` in migrate.toml:2: the variable NOT_SET_ANYWHERE is not set
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

/// A project whose migrate.toml knows two environments.
fn with_environments() -> migrate_tests::Project {
    let project = two_tables();
    project.settings(
        "database_url = \"sqlite:usual.db\"\nseeds = \"db/seeds\"\n\n[env.prod]\ndatabase_url = \"postgres://app:${PASSWORD}@db/app\"\n\
         protected = true\n\n[env.test]\nseeds = \"db/test\"\n\n[env.dev]\ndatabase_url = \"sqlite:${DEV:-dev}.db\"\n",
    );
    project
}

#[test]
fn whoever_names_an_environment_means_its_database() {
    let project = with_environments();
    let directory = project.path();
    let upgrade = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = tool(&directory, &[&["upgrade"], arguments].concat());
        command.envs(variables.iter().copied());
        _ = finish(command).expect(0);
        let made = made(&directory);
        made.iter()
            .for_each(|file| fs::remove_file(directory.join(file)).expect("removed"));
        made.join(" ")
    };
    let ambient = [
        ("DATABASE_URL", "sqlite:ambient.db"),
        ("MIGRATE_DATABASE_URL", "sqlite:own.db"),
    ];
    assert_eq!(upgrade(&ambient, &["--env", "dev"]), "dev.db");
    assert_eq!(
        upgrade(&[("MIGRATE_ENV", "dev"), ambient[0]], &[]),
        "dev.db"
    );
    assert_eq!(
        upgrade(&[("DEV", "mine")], &["--env", "dev"]),
        "mine.db",
        "a variable goes before the default"
    );
    assert_eq!(
        upgrade(&[("MIGRATE_ENV", "prod")], &["--env", "dev"]),
        "dev.db",
        "the option goes before the variable"
    );
    assert_eq!(
        upgrade(&[], &["--env", "dev", "--database-url", "option.db"]),
        "option.db"
    );
    // One that names no database of its own leaves it to the other places.
    assert_eq!(upgrade(&ambient, &["--env", "test"]), "own.db");
    assert_eq!(upgrade(&[], &["--env", "test"]), "usual.db");
    project.write(".env", "MIGRATE_ENV=dev\nDATABASE_URL=sqlite:dotenv.db\n");
    assert_eq!(upgrade(&[], &[]), "dev.db");
}

#[test]
fn an_environment_that_is_not_there_is_wrong_usage() {
    let project = with_environments();
    let directory = project.path();
    says(
        said(&directory, &["upgrade", "--env", "prd"]),
        str![[r#"
--- stderr
error: --env: there is no environment `prd`
  help: did you mean `prod`?
--- exit code 2

"#]],
    );
    says(
        said(
            &directory,
            &[
                "upgrade",
                "--env",
                "staging",
                "--database-url",
                "sqlite:a.db",
            ],
        ),
        str![[r#"
--- stderr
error: --env: there is no environment `staging`
  help: migrate.toml has prod, test, dev
--- exit code 2

"#]],
    );
    let without = two_tables();
    let mut variable = tool(&without.path(), &["current"]);
    variable.env("MIGRATE_ENV", "prod");
    says(
        text(&finish(variable)),
        str![[r#"
--- stderr
error: MIGRATE_ENV: there is no environment `prod`
  help: write `[env.prod]` in migrate.toml
--- exit code 2

"#]],
    );
    assert!(made(&directory).is_empty());
}

#[test]
fn config_shows_what_counts_and_why() {
    let project = with_environments();
    let directory = project.path();
    project.settings("\n[session]\nsqlite = [\"PRAGMA foreign_keys = ON\"]\n");
    project.write(".env", "DATABASE_URL=sqlite:dotenv.db\n");
    says(
        said(&directory, &["config"]),
        str![[r#"
directory       migrations
settings        migrate.toml
environment     -
database_url    sqlite:dotenv.db  (DATABASE_URL in .env)
                goes before sqlite:usual.db  (database_url in migrate.toml:2)
backends        sqlite  (in migrate.toml:1)
file_name       timestamp
protected       no
seeds           db/seeds  (in migrate.toml:3)
models          ["src/**/*.rs"]
session.sqlite  ["PRAGMA foreign_keys = ON"]  (in migrate.toml:16)
--- exit code 0

"#]],
    );
    let prod = |arguments: &[&str]| {
        let mut command = tool(&directory, &[&["config"], arguments].concat());
        command
            .env("PASSWORD", "Xyzzy-Plugh")
            .env("MIGRATE_ENV", "prod")
            .env(
                "DATABASE_URL",
                "postgres://u:Xyzzy-Plugh@h/d?sslpassword=Xyzzy-Plugh",
            );
        let said = text(&finish(command));
        assert!(!said.contains("Xyzzy"), "{said}");
        said
    };
    says(
        prod(&[]),
        str![[r#"
directory       migrations
settings        migrate.toml
environment     prod  (MIGRATE_ENV)
database_url    postgres://app:***@db/app  (env.prod.database_url in migrate.toml:6)
                goes before postgres://u:***@h/d?sslpassword=***  (DATABASE_URL)
                goes before sqlite:dotenv.db  (DATABASE_URL in .env)
                goes before sqlite:usual.db  (database_url in migrate.toml:2)
backends        sqlite  (in migrate.toml:1)
file_name       timestamp
protected       yes  (env.prod.protected in migrate.toml:7)
seeds           db/seeds  (in migrate.toml:3)
models          ["src/**/*.rs"]
session.sqlite  ["PRAGMA foreign_keys = ON"]  (in migrate.toml:16)
--- exit code 0

"#]],
    );
    says(
        prod(&["--format", "json"]),
        str![[r#"
{"settings":[{"key":"directory","value":"migrations","origin":null,"others":[]},{"key":"settings","value":"migrate.toml","origin":null,"others":[]},{"key":"environment","value":"prod","origin":{"name":"MIGRATE_ENV","file":null,"line":null},"others":[]},{"key":"database_url","value":"postgres://app:***@db/app","origin":{"name":"env.prod.database_url","file":"migrate.toml","line":6},"others":[{"value":"postgres://u:***@h/d?sslpassword=***","origin":{"name":"DATABASE_URL","file":null,"line":null}},{"value":"sqlite:dotenv.db","origin":{"name":"DATABASE_URL","file":".env","line":null}},{"value":"sqlite:usual.db","origin":{"name":"database_url","file":"migrate.toml","line":2}}]},{"key":"backends","value":"sqlite","origin":{"name":"backends","file":"migrate.toml","line":1},"others":[]},{"key":"file_name","value":"timestamp","origin":null,"others":[]},{"key":"protected","value":true,"origin":{"name":"env.prod.protected","file":"migrate.toml","line":7},"others":[]},{"key":"seeds","value":"db/seeds","origin":{"name":"seeds","file":"migrate.toml","line":3},"others":[]},{"key":"models","value":"[\"src/**/*.rs\"]","origin":null,"others":[]},{"key":"session.sqlite","value":"[\"PRAGMA foreign_keys = ON\"]","origin":{"name":"session.sqlite","file":"migrate.toml","line":16},"others":[]}]}
--- exit code 0

"#]],
    );
}

#[test]
fn config_needs_no_database_and_no_project() {
    let nowhere = tempfile::tempdir().expect("a directory");
    says(
        said(nowhere.path(), &["config"]),
        str![[r#"
directory     -
settings      -
environment   -
database_url  -
backends      -
file_name     timestamp
protected     no
seeds         seeds
--- exit code 0

"#]],
    );
    let project = with_environments();
    // What is wrong with the place that counts is told after everything else.
    says(
        said(&project.path(), &["config", "--env", "prod"]),
        str![[r#"
directory     migrations
settings      migrate.toml
environment   prod  (--env)
database_url  -
backends      sqlite  (in migrate.toml:1)
file_name     timestamp
protected     yes  (env.prod.protected in migrate.toml:7)
seeds         db/seeds  (in migrate.toml:3)
models        ["src/**/*.rs"]
--- stderr
error: `database_url` in migrate.toml:6: the variable PASSWORD is not set
  help: set PASSWORD, or name the database with --database-url
--- exit code 2

"#]],
    );
}

#[test]
fn settings_that_do_not_read_hide_nothing_else() {
    let mut project = two_tables();
    project.revision("03_phones", "CREATE TABLE p (id INTEGER);", "DROP TABLE p;");
    project.write(
        "migrations/04_tags/up.sql",
        "CREATE TABLE tags (id INTEGER);",
    );
    project.write("migrations/04_tags/down.sql", "DROP TABLE tags;");
    project.write(
        "migrations/04_tags/metadata.toml",
        "down_revision = \"02\"\nrun_in_transaction = true\n",
    );
    project.settings("irreversable = []\n");
    says(
        said(&project.path(), &["heads"]),
        str![[r#"
--- stderr
migrate.toml:2: unknown key `irreversable`
  help: did you mean `irreversible`?

migrations/04_tags/metadata.toml: a fork: 03_phones and 04_tags both follow 02_t02
    02_t02
    |-- 03_phones
    `-- 04_tags
  help: `migrate rebase` makes it one line again; or by hand:
        write `down_revision = "03"` in 04_tags/metadata.toml

error: migrations is not a valid chain: 2 problems
--- exit code 1

"#]],
    );
}
