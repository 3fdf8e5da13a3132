//! `init`: a new project, and one that Diesel's tools made.

use std::fs;
use std::path::Path;

use snapbox::str;
use tempfile::TempDir;

use crate::{said, said_on_app, says};

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

fn directory() -> TempDir {
    tempfile::Builder::new()
        .prefix("migrate-init")
        .tempdir()
        .expect("a directory")
}

fn write(directory: &TempDir, file: &str, text: &str) {
    let path = directory.path().join(file);
    fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).expect("its directory");
    fs::write(path, text).expect("written");
}

fn read(directory: &TempDir, file: &str) -> String {
    fs::read_to_string(directory.path().join(file)).expect("it is there")
}

#[test]
fn an_empty_crate_gets_all_that_it_needs() {
    let app = directory();
    write(&app, "Cargo.toml", MANIFEST);
    says(
        said(app.path(), &["init"]),
        str![[r#"
created migrations/
created migrate.toml
created migrations/migrate.lock
created build.rs
next:
  cargo add migrate-core
  in the app: pub static MIGRATIONS: migrate_core::Migrations = migrate_core::embed_migrations!();
  make the first revision: `migrate revision -m "create members"`
--- exit code 0

"#]],
    );
    says(
        read(&app, "migrate.toml"),
        str![[r##"
# What this project decides once. Every key may be left out.

# The databases that every script is for. One that needs words of its own has them beside: up.mysql.sql.
# backends = ["sqlite", "postgres", "mysql"]

# Where the database is, if nothing else says so; `${NAME}` is taken from the environment.
# database_url = "${APP_DATABASE_URL}"

# How a new revision is named: "timestamp" is [STAMP]_name, "date" is 2026-11-21_name.
# file_name = "timestamp"

# The files that have models: structs with #[derive(Table)], or table! blocks.
# models = ["src/**/*.rs"]

# Tables that are no model's business.
# exclude = ["spatial_*"]

# Statements for every connection that runs scripts.
# [session]
# mysql = ["SET foreign_key_checks = 0"]

# How constraints and indexes without a name are called.
# [naming]
# ix = "ix_{table}_{columns}"

# What the files of a new revision begin with: directories whose files are copied.
# [templates]
# default = "db/template"

# Programs that run after files were written, with the files as their last arguments.
# [hooks]
# format = ["sqlfluff", "fix"]

# What is different in `--env prod`; a protected database is never dropped.
# [env.prod]
# database_url = "${PROD_DATABASE_URL}"
# protected = true

"##]],
    );
    says(
        read(&app, "build.rs"),
        str![[r#"
//! Builds the crate again when a revision is added to migrations/.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}

"#]],
    );
    says(
        read(&app, "migrations/migrate.lock"),
        str![[r#"
# Written by migrate; commit it. Two branches that each add a revision are meant to conflict here.
version = 1

"#]],
    );
}

#[test]
fn a_second_time_changes_nothing() {
    let app = directory();
    write(&app, "Cargo.toml", MANIFEST);
    said(app.path(), &["init", "--backend", "sqlite,postgres"]);
    let before = read(&app, "migrate.toml");
    says(
        said(app.path(), &["init", "--backend", "mysql"]),
        str![[r#"
kept migrations/
kept migrate.toml
kept migrations/migrate.lock
kept build.rs
next:
  migrate.toml was there before: see that its `backends` are those you named
  cargo add migrate-core --no-default-features --features sqlite,postgres
  in the app: pub static MIGRATIONS: migrate_core::Migrations = migrate_core::embed_migrations!();
  make the first revision: `migrate revision -m "create members"`
--- exit code 0

"#]],
    );
    assert_eq!(read(&app, "migrate.toml"), before);
    assert!(
        before.contains("backends = [\"sqlite\", \"postgres\"]"),
        "{before}"
    );
}

#[test]
fn the_url_and_then_diesels_features_say_which_backend() {
    let app = directory();
    write(
        &app,
        "Cargo.toml",
        &format!(
            "{MANIFEST}[dependencies]\ndiesel = {{ version = \"2\", features = [\"mysql\"] }}\n"
        ),
    );
    said(app.path(), &["init", "--database-url", "postgres://h/d"]);
    assert!(read(&app, "migrate.toml").contains("backends = [\"postgres\"]"));
    fs::remove_file(app.path().join("migrate.toml")).expect("removed");
    said(app.path(), &["init"]);
    assert!(read(&app, "migrate.toml").contains("backends = [\"mysql\"]"));
}

#[test]
fn a_build_script_of_the_crates_own_is_left_alone_and_its_line_is_told() {
    let app = directory();
    write(&app, "Cargo.toml", MANIFEST);
    write(&app, "build.rs", "fn main() {}\n");
    says(
        said(app.path(), &["init", "--format", "json"]),
        str![[r#"
{"created":["migrations/","migrate.toml","migrations/migrate.lock"],"kept":[],"next":["add to main() in build.rs: println!(\"cargo::rerun-if-changed=migrations\");","cargo add migrate-core","in the app: pub static MIGRATIONS: migrate_core::Migrations = migrate_core::embed_migrations!();","make the first revision: `migrate revision -m \"create members\"`"]}
--- exit code 0

"#]],
    );
    assert_eq!(read(&app, "build.rs"), "fn main() {}\n");
}

#[test]
fn a_diesel_project_is_taken_over_as_it_is() {
    let app = directory();
    write(
        &app,
        "diesel.toml",
        "[migrations_directory]\ndir = \"db/migrations\"\n",
    );
    for (name, up, down) in [
        ("00000000000000_diesel_initial_setup", "", "-- nothing\n"),
        (
            "2019-01-01-000000_users",
            "CREATE TABLE users (id INTEGER PRIMARY KEY);",
            "DROP TABLE users;",
        ),
        (
            "2019-01-02-000000_posts",
            "CREATE TABLE posts (id INTEGER PRIMARY KEY);",
            "",
        ),
    ] {
        write(&app, &format!("db/migrations/{name}/up.sql"), up);
        write(&app, &format!("db/migrations/{name}/down.sql"), down);
    }
    fs::remove_file(
        app.path()
            .join("db/migrations/2019-01-02-000000_posts/down.sql"),
    )
    .expect("removed");
    says(
        said(app.path(), &["init", "--backend", "sqlite"]),
        str![[r#"
created migrate.toml, which names 2 revisions that cannot be taken back
created db/migrations/migrate.lock, with 3 revisions
kept db/migrations/
next:
  in main() of the build.rs of the crate that embeds it: println!("cargo::rerun-if-changed=PATH/TO/db/migrations");
--- exit code 0

"#]],
    );
    says(
        read(&app, "migrate.toml"),
        str![[r##"
# What this project decides once. Every key may be left out.

# The databases that every script is for. One that needs words of its own has them beside: up.mysql.sql.
backends = ["sqlite"]

# Where the revisions are, seen from here.
dir = "db/migrations"

# Where the database is, if nothing else says so; `${NAME}` is taken from the environment.
# database_url = "${APP_DATABASE_URL}"

# How a new revision is named: "timestamp" is [STAMP]_name, "date" is 2026-11-21_name.
# file_name = "timestamp"

# Revisions from before this file that have no down script, or one without a statement.
irreversible = [
    "00000000000000",
    "[ID]",
]

# The files that have models: structs with #[derive(Table)], or table! blocks.
# models = ["src/**/*.rs"]

# Tables that are no model's business.
# exclude = ["spatial_*"]

# Statements for every connection that runs scripts.
# [session]
# mysql = ["SET foreign_key_checks = 0"]

# How constraints and indexes without a name are called.
# [naming]
# ix = "ix_{table}_{columns}"

# What the files of a new revision begin with: directories whose files are copied.
# [templates]
# default = "db/template"

# Programs that run after files were written, with the files as their last arguments.
# [hooks]
# format = ["sqlfluff", "fix"]

# What is different in `--env prod`; a protected database is never dropped.
# [env.prod]
# database_url = "${PROD_DATABASE_URL}"
# protected = true

"##]],
    );
    says(
        said_on_app(app.path(), &["upgrade"]),
        str![[r#"
applied 3 revisions in [TIME]: the database is at [STAMP]_posts (head)
--- stderr
applied 00000000000000_diesel_initial_setup (empty)
applied [STAMP]_users
applied [STAMP]_posts
--- exit code 0

"#]],
    );
    says(
        said_on_app(app.path(), &["downgrade", "-1", "--yes"]),
        str![[r#"
--- stderr
error: [STAMP]_posts is irreversible: named in migrate.toml
  help: a downgrade can go back to [STAMP]_posts, and no further
--- exit code 1

"#]],
    );
    says(
        said(app.path(), &["revision", "-m", "next", "--rev-id", "2020"]),
        str![[r#"
db/migrations/2020_next/up.sql
db/migrations/2020_next/down.sql
db/migrations/2020_next/metadata.toml
--- stderr
next: write both scripts, then `migrate upgrade`
--- exit code 0

"#]],
    );
    assert!(
        read(&app, "db/migrations/2020_next/metadata.toml")
            .contains("down_revision = \"20190102000000\"")
    );
}

#[test]
fn settings_that_are_there_are_kept_and_what_they_lack_is_told() {
    let app = directory();
    write(&app, "migrate.toml", "backends = [\"sqlite\"]\n");
    write(
        &app,
        "migrations/2019_users/up.sql",
        "CREATE TABLE users (id INTEGER);",
    );
    says(
        said(app.path(), &["init"]),
        str![[r#"
kept migrations/
kept migrate.toml
next:
  in main() of the build.rs of the crate that embeds it: println!("cargo::rerun-if-changed=PATH/TO/migrations");
--- stderr
migrations: one revision without a link cannot be taken back
    2019_users: no down script
  help: write their downs; or accept it in migrate.toml, as `migrate adopt` does:
        irreversible = ["2019"]

error: migrations is not a valid chain
--- exit code 1

"#]],
    );
    assert_eq!(read(&app, "migrate.toml"), "backends = [\"sqlite\"]\n");
}

#[test]
fn a_directory_elsewhere_is_named_in_the_settings_and_found() {
    let app = directory();
    says(
        said(app.path(), &["init", "--dir", "db/changes"]),
        str![[r#"
created db/changes/
created migrate.toml
created db/changes/migrate.lock
next:
  in main() of the build.rs of the crate that embeds it: println!("cargo::rerun-if-changed=PATH/TO/db/changes");
  make the first revision: `migrate revision -m "create members"`
--- exit code 0

"#]],
    );
    assert!(read(&app, "migrate.toml").contains("dir = \"db/changes\""));
    says(
        said(app.path(), &["revision", "-m", "first", "--rev-id", "1"]),
        str![[r#"
db/changes/1_first/up.sql
db/changes/1_first/down.sql
db/changes/1_first/metadata.toml
--- stderr
next: write both scripts, then `migrate upgrade`
--- exit code 0

"#]],
    );
}

#[test]
fn many_warnings_are_counted_and_shown_to_whoever_asks() {
    let mut project = migrate_tests::Project::new(migrate_core::Backend::Sqlite);
    for number in 1..=8 {
        project.adopted(
            &format!("{number}_own"),
            "SELECT 1;\nCOMMIT;\n",
            "SELECT 1;",
        );
    }
    let warnings = |arguments: &[&str]| {
        let said = said_on_app(&project.path(), arguments);
        let count = said.matches("warning: migrations/").count();
        (
            count,
            said.contains("warning: and 3 more like these; -v shows them all\n"),
        )
    };
    assert_eq!(warnings(&["current"]), (5, true));
    assert_eq!(warnings(&["current", "-v"]), (8, false));
    assert_eq!(warnings(&["current", "-q"]), (0, false));
}
