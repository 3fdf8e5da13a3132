//! `schema`: what is printed makes the same again, on each database, and files of `table!` blocks are kept up to date.

use std::fs;

use migrate_core::Backend;
use migrate_tests::{Database, Project, on_each_backend};
use snapbox::str;

use crate::{finish, run_on, said_on_app, says, tool, two_tables};

on_each_backend!(
    what_is_printed_as_sql_makes_the_same_again,
    what_is_printed_as_models_means_the_same,
    a_run_writes_the_file_of_table_blocks_and_a_run_without_steps_does_not,
);

/// Tables with keys, defaults and indexes, in words that every database takes.
const SHOP: &str = "\
CREATE TABLE orgs (id BIGINT PRIMARY KEY NOT NULL, name VARCHAR(50) NOT NULL UNIQUE);
CREATE TABLE members (
    org_id BIGINT NOT NULL,
    no INTEGER NOT NULL,
    nick VARCHAR(20) DEFAULT 'it''s',
    score INTEGER NOT NULL DEFAULT 0,
    price NUMERIC(10, 2),
    PRIMARY KEY (org_id, no),
    CONSTRAINT score_is_there CHECK (score >= 0),
    CONSTRAINT to_org FOREIGN KEY (org_id) REFERENCES orgs (id) ON DELETE CASCADE
);
CREATE INDEX by_score ON members (score DESC, nick);
";

fn shop(backend: Backend) -> Project {
    let mut project = Project::new(backend);
    project.revision("01_shop", SHOP, "DROP TABLE members;\nDROP TABLE orgs;\n");
    project
}

fn what_is_printed_as_sql_makes_the_same_again(database: &Database) {
    let project = shop(database.backend());
    _ = run_on(&project, database, &["upgrade"]).expect(0);
    let sql = run_on(
        &project,
        database,
        &["schema", "--as", "sql", "-o", "again.sql"],
    )
    .expect(0);
    assert_eq!(sql.stdout, "wrote again.sql\n");
    let equal = run_on(&project, database, &["diff", "database", "again.sql"]).expect(0);
    assert_eq!(equal.stdout, "database and again.sql are equal\n");
    let json = [
        "schema", "--from", "chain", "--as", "json", "--format", "json",
    ];
    let json = run_on(&project, database, &json).expect(0).stdout;
    let value: serde_json::Value = serde_json::from_str(&json).expect("an object");
    assert_eq!(value["schema"]["tables"][1]["name"], "orgs");
    assert_eq!(value["tables"], 2);
}

fn what_is_printed_as_models_means_the_same(database: &Database) {
    let project = shop(database.backend());
    _ = run_on(&project, database, &["upgrade"]).expect(0);
    project.write("src/models.rs", "");
    _ = run_on(
        &project,
        database,
        &["schema", "--as", "models", "-o", "src/models.rs"],
    )
    .expect(0);
    for pair in [
        ["database", "models"],
        ["models", "database"],
        ["chain", "models"],
    ] {
        let equal = run_on(&project, database, &["diff", pair[0], pair[1]]).expect(0);
        assert_eq!(
            equal.stdout,
            format!("{} and {} are equal\n", pair[0], pair[1])
        );
    }
    let one = [
        "schema", "--from", "models", "--as", "mermaid", "--tables", "or*",
    ];
    let one = run_on(&project, database, &one).expect(0).stdout;
    assert!(one.contains("orgs {") && !one.contains("members"), "{one}");
}

fn a_run_writes_the_file_of_table_blocks_and_a_run_without_steps_does_not(database: &Database) {
    let mut project = shop(database.backend());
    project.settings(
        "\n[print_schema]\nfile = \"src/schema.rs\"\nfilter = { except_tables = [\"^mem\"] }\n",
    );
    project.write("src/lib.rs", "");
    let file = project.path().join("src/schema.rs");
    _ = run_on(&project, database, &["lock"]).expect(0);
    let locked = run_on(&project, database, &["upgrade", "--locked"]).expect(3);
    assert!(
        locked
            .stderr
            .contains("src/schema.rs is not what the database says"),
        "{locked}"
    );
    assert!(!file.exists());
    let written = run_on(&project, database, &["schema", "--write"]).expect(0);
    assert!(written.stderr.contains("wrote src/schema.rs"), "{written}");
    let text = fs::read_to_string(&file).expect("it is there");
    assert!(
        text.contains("    orgs (id) {\n") && !text.contains("members"),
        "{text}"
    );
    fs::write(&file, "mine").expect("written");
    _ = run_on(&project, database, &["upgrade"]).expect(0);
    assert_eq!(
        fs::read_to_string(&file).expect("it is there"),
        "mine",
        "there was nothing to do"
    );
    project.revision(
        "02_more",
        "CREATE TABLE more (id INTEGER PRIMARY KEY NOT NULL);",
        "DROP TABLE more;",
    );
    _ = run_on(&project, database, &["upgrade", "--rehearse"]);
    assert_eq!(
        fs::read_to_string(&file).expect("it is there"),
        "mine",
        "nothing stayed"
    );
    let run_it = run_on(&project, database, &["upgrade"]).expect(0);
    assert!(run_it.stderr.contains("wrote src/schema.rs"), "{run_it}");
    let after = fs::read_to_string(&file).expect("it is there");
    assert!(after.contains("    more (id) {\n"), "{after}");
    _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
    let nothing = run_on(&project, database, &["schema", "--write", "--locked"]).expect(0);
    assert_eq!(
        nothing.stdout,
        "nothing to do: what is there is what the database says\n"
    );
}

#[test]
fn a_patch_is_applied_and_one_that_does_not_fit_is_told() {
    let project = two_tables();
    project.settings("\n[print_schema]\nfile = \"schema.rs\"\npatch_file = \"schema.patch\"\n");
    project.write(
        "schema.patch",
        "--- a\n+++ b\n@@ -2,4 +2,4 @@\n \n diesel::table! {\n     t01 (id) {\n-        id -> Nullable<Integer>,\n+        id -> BigInt,\n",
    );
    let said = said_on_app(&project.path(), &["upgrade"]);
    assert!(said.contains("wrote schema.rs"), "{said}");
    let text = fs::read_to_string(project.path().join("schema.rs")).expect("it is there");
    assert!(text.contains("t01 (id) {\n        id -> BigInt,"), "{text}");
    project.write(
        "schema.patch",
        "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-nothing like it\n+x\n",
    );
    says(
        said_on_app(&project.path(), &["schema", "--write"]),
        str![[r#"
--- stderr
error: schema.rs is not brought up to date: schema.patch does not fit any more: error applying hunk #1
  help: mend the patch: make it anew with `diff -u` from what `migrate schema` prints to schema.rs
--- exit code 1

"#]],
    );
}

#[test]
fn what_a_diesel_toml_asks_for_and_cannot_be_done_is_told() {
    let project = two_tables();
    project.write(
        "diesel.toml",
        "[print_schema]\nfile = \"schema.rs\"\ninclude_views = true\n",
    );
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
applied 2 revisions in [TIME]: the database is at 02_t02 (head)
--- stderr
applied 01_t01
applied 02_t02
error: schema.rs is not brought up to date: `include_views` in diesel.toml asks for what cannot be done here
  help: take the key out, or leave the file to `diesel print-schema`: a [print_schema] in migrate.toml goes before that of diesel.toml
--- exit code 1

"#]],
    );
}

#[test]
fn table_blocks_are_those_of_diesel_print_schema() {
    let Some(chains) = migrate_tests::real_chains() else {
        return;
    };
    // Those whose schema.rs is as Diesel's tool left it.
    const GENERATED: [(&str, &str); 6] = [
        ("crates_io", "schema.rs"),
        ("hyperswitch_card_vault", "schema.rs"),
        ("libxmtp", "schema_gen.rs"),
        ("miningpool_observer", "schema.rs"),
        ("retronomicon", "schema.rs"),
        ("tari_wallet", "schema.rs"),
    ];
    for (name, file) in GENERATED {
        let chain = chains
            .iter()
            .find(|chain| chain.name == name)
            .expect("it is there");
        let Some(database) = Database::create(chain.backend) else {
            continue;
        };
        let adopted = chain.adopt();
        let of = chain.migrations.parent().expect("a folder");
        let mut settings = fs::read_to_string(of.join("diesel.toml")).unwrap_or_default();
        if settings.is_empty() {
            settings = "[print_schema]\nfile = \"schema.rs\"\n".to_owned();
        }
        // Paths are those of the project; here all lies side by side.
        let settings: String = settings
            .lines()
            .filter(|line| !line.starts_with("dir ") && !line.starts_with("[migrations"))
            .map(|line| match line.split_once('=') {
                Some(("file ", _)) => "file = \"schema.rs\"\n".to_owned(),
                Some(("patch_file ", _)) => "patch_file = \"schema.patch\"\n".to_owned(),
                _ => format!("{line}\n"),
            })
            .collect();
        fs::write(adopted.path().join("diesel.toml"), settings).expect("written");
        if of.join("schema.patch").is_file() {
            fs::copy(of.join("schema.patch"), adopted.path().join("schema.patch")).expect("copied");
        }
        let upgraded = finish(tool(
            adopted.path(),
            &["--database-url", database.url(), "upgrade"],
        ));
        let upgraded = upgraded.expect(0);
        assert!(
            upgraded.stderr.contains("wrote schema.rs"),
            "{name}: {upgraded}"
        );
        let written = fs::read_to_string(adopted.path().join("schema.rs")).expect("written");
        let theirs = fs::read_to_string(of.join(file)).expect("it is there");
        // Diesel's tool takes the number of a row for one that may be NULL where nothing is said; here somebody knew better.
        let (said, known) = ("d14n_migration_cutover (id) {\n        id -> ", "Integer,");
        let theirs = theirs.replace(
            &format!("{said}{known}"),
            &format!("{said}Nullable<Integer>,"),
        );
        let other = written
            .lines()
            .zip(theirs.lines())
            .find(|(one, other)| one != other);
        assert_eq!(other, None, "{name}");
        assert_eq!(written.len(), theirs.len(), "{name}");
    }
}

/// What `diesel print-schema` makes of these tables.
fn printed(backend: Backend, sql: &str, settings: &str, blocks: &str) {
    let Some(database) = Database::create(backend) else {
        return;
    };
    database.run(sql);
    let project = Project::new(backend);
    project.write(
        "diesel.toml",
        format!("[print_schema]\nfile = \"schema.rs\"\n{settings}"),
    );
    let of = ["--database-url", database.url()];
    let run = |words: &[&str]| finish(tool(&project.path(), &[&of, words].concat()));
    _ = run(&["schema", "--write"]).expect(0);
    let written = fs::read_to_string(project.path().join("schema.rs")).expect("written");
    assert_eq!(
        written,
        format!("// @generated automatically by Diesel CLI.\n\n{blocks}")
    );
    // As models they are what is there.
    let equal = run(&["diff", "database", "models"]).expect(0);
    assert_eq!(equal.stdout, "database and models are equal\n");
}

#[test]
fn what_takes_null_on_sqlite_is_what_diesel_takes_for_it() {
    printed(
        Backend::Sqlite,
        "CREATE TABLE a (id INTEGER PRIMARY KEY, of INTEGER REFERENCES b);\n\
         CREATE TABLE b (id INTEGER PRIMARY KEY NOT NULL);\n\
         CREATE TABLE c (word TEXT PRIMARY KEY, of INTEGER) WITHOUT ROWID;\n\
         CREATE TABLE d (id INTEGER PRIMARY KEY NOT NULL) WITHOUT ROWID;\n\
         CREATE TABLE e (word TEXT PRIMARY KEY) STRICT;\n",
        "sqlite_integer_primary_key_is_bigint = true\nallow_tables_to_appear_in_same_query_config = \"none\"\n",
        "\
diesel::table! {
    a (id) {
        id -> Nullable<BigInt>,
        of -> Nullable<BigInt>,
    }
}

diesel::table! {
    b (id) {
        id -> BigInt,
    }
}

diesel::table! {
    c (word) {
        word -> Text,
        of -> Nullable<Integer>,
    }
}

diesel::table! {
    d (id) {
        id -> Integer,
    }
}

diesel::table! {
    e (word) {
        word -> Text,
    }
}

diesel::joinable!(a -> b (of));
",
    );
}

#[test]
fn the_values_of_mysql_have_a_length_as_diesel_prints_it() {
    printed(
        Backend::Mysql,
        "CREATE TABLE users (\n\
             id INTEGER PRIMARY KEY, state ENUM('new', 'it''s', 'done') NOT NULL, can SET('read', 'write')\n\
         );\n",
        "",
        "\
pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = \"Set\"))]
    pub struct UsersCanSet;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = \"Enum\"))]
    pub struct UsersStateEnum;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::UsersStateEnum;
    use super::sql_types::UsersCanSet;

    users (id) {
        id -> Integer,
        #[max_length = 4]
        state -> UsersStateEnum,
        #[max_length = 10]
        can -> Nullable<UsersCanSet>,
    }
}
",
    );
}

#[test]
fn without_a_table_nothing_is_made_up() {
    let project = Project::new(Backend::Sqlite);
    says(
        said_on_app(&project.path(), &["schema"]),
        str![[r#"
// @generated automatically by Diesel CLI.

--- stderr
app.db is not there yet
there is no table
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["schema", "--write"]),
        str![[r#"
--- stderr
error: no file is named that could be written
  help: name it in migrate.toml: [print_schema] with file = "src/schema.rs"; or `migrate schema -o FILE`
--- exit code 2

"#]],
    );
}
