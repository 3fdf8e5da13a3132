//! `check`: chain, database and models, each for itself and together.

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use crate::{said, said_on_app, says, two_tables};

const MODEL: &str = "#[derive(Table)]\n#[diesel(table_name = t01)]\nstruct T { id: i32 }\n";

#[test]
fn without_models_and_database_the_chain_is_checked() {
    let project = two_tables();
    says(
        said(&project.path(), &["check"]),
        str![[r#"
chain     2 revisions
database  not checked: none is named
models    not checked: there are none
--- exit code 0

"#]],
    );
    project.write("migrations/02_t02/down.sql", "");
    says(
        said(&project.path(), &["check"]),
        str![[r#"
--- stderr
migrations/02_t02/down.sql: the down script has no statement
  help: write it, or say in metadata.toml why there is none: `irreversible = "drops the audit table"`

error: migrations is not a valid chain
--- exit code 1

"#]],
    );
}

#[test]
fn a_database_must_be_at_head() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade", "+1"]);
    says(
        said_on_app(&project.path(), &["check"]),
        str![[r#"
chain     2 revisions
database  at 01_t01, 1 pending
models    not checked: there are none
--- stderr
error: the database is behind: it is at 01, and 1 of 2 revisions are pending, the first of them 02
  help: run `migrate upgrade`, or call `upgrade` before the app serves
--- exit code 3

"#]],
    );
    said_on_app(&project.path(), &["upgrade"]);
    says(
        said_on_app(&project.path(), &["check"]),
        str![[r#"
chain     2 revisions
database  at 02_t02 (head)
models    not checked: there are none
--- exit code 0

"#]],
    );
    project.write("migrations/02_t02/up.sql", "CREATE TABLE t02 (id TEXT);\n");
    says(
        said_on_app(&project.path(), &["check"]),
        str![[r#"
chain     2 revisions
database  at 02_t02 (head), 1 changed since
models    not checked: there are none
--- stderr
error: 02_t02 was changed after it was applied: 02_t02/up.sql has checksum 48e4c26ed3cf7bf6b256731cfefe2b96cc1cca6f7d0cd1267f1031a3ba46d8d8, d3e8e59f80d1e0325233d17495122c664a7891f1acb055edfdc810d4d8c9b018 ran on this database
  help: put the file back as it was, and write the change as a new revision; if the database already is as the file now says, `migrate stamp current` records that
--- exit code 5

"#]],
    );
}

#[test]
fn models_are_compared_with_the_database_or_with_what_the_chain_builds() {
    let mut project = Project::new(Backend::Sqlite);
    project.revision(
        "01_t01",
        "CREATE TABLE t01 (id INTEGER NOT NULL PRIMARY KEY, old TEXT);\n",
        "DROP TABLE t01;\n",
    );
    project.write("src/main.rs", MODEL);
    says(
        said(&project.path(), &["check"]),
        str![[r#"
chain     one revision
database  not checked: none is named
models    not checked: no database is named, nor --scratch
--- exit code 0

"#]],
    );
    says(
        said(&project.path(), &["check", "--scratch"]),
        str![[r#"
chain     one revision
database  not checked: --scratch
models    one difference
t01
  - drop column old  loses data: what is in t01.old
--- stderr
error: the models are not what the chain builds
  help: `migrate revision --autogenerate -m "..."` writes the revision that is missing; or put the models back
--- exit code 3

"#]],
    );
    said_on_app(&project.path(), &["upgrade"]);
    says(
        said_on_app(&project.path(), &["check"]),
        str![[r#"
chain     one revision
database  at 01_t01 (head)
models    one difference
t01
  - drop column old  loses data: what is in t01.old
--- stderr
error: the models are not what the database has
  help: `migrate revision --autogenerate -m "..."` writes the revision that is missing; or put the models back
--- exit code 3

"#]],
    );
    project.write(
        "src/main.rs",
        MODEL.replace("id: i32", "id: i32, old: Option<String>"),
    );
    says(
        said_on_app(&project.path(), &["check"]),
        str![[r#"
chain     one revision
database  at 01_t01 (head)
models    one table, as it is there
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["check", "--format", "json"]),
        str![[r#"
{"chain":{"state":"ok","told":"one revision"},"database":{"state":"ok","told":"at 01_t01 (head)"},"models":{"state":"ok","told":"one table, as it is there"},"changes":[],"left":[]}
--- exit code 0

"#]],
    );
}

#[test]
fn it_writes_nothing_and_a_lock_that_is_behind_is_refused_where_asked() {
    let mut project = two_tables();
    said(&project.path(), &["lock"]);
    project.revision(
        "03_t03",
        "CREATE TABLE t03 (id INT);\n",
        "DROP TABLE t03;\n",
    );
    let lock = project.migrations_dir().join("migrate.lock");
    let before = std::fs::read_to_string(&lock).expect("there");
    assert!(said(&project.path(), &["check"]).contains("exit code 0"));
    assert_eq!(std::fs::read_to_string(&lock).expect("there"), before);
    says(
        said(&project.path(), &["check", "--locked"]),
        str![[r#"
--- stderr
error: migrations/migrate.lock is not up to date: 03 is not in the lock
  help: `migrate lock` brings it up to date; commit it
--- exit code 3

"#]],
    );
}

#[test]
fn a_chain_that_builds_no_database_by_itself_is_told_and_where_it_was_tried() {
    let mut project = Project::new(Backend::Sqlite);
    project.revision(
        "01_more",
        "INSERT INTO by_hand VALUES (1);\n",
        "DELETE FROM by_hand;\n",
    );
    project.write("src/main.rs", MODEL);
    let expected = str![[r#"
--- stderr
error: no such table: by_hand
 --> migrations/01_more/up.sql:1:1
  |
1 | INSERT INTO by_hand VALUES (1);
  | ^ the upgrade failed here
  |
  = note: this happened in a temporary database, which is gone again; yours was not touched
  = note: nothing of this revision was kept; the database is at base
  = help: the chain must build an empty database by itself: what somebody made by hand, an extension or a type, belongs in a revision
--- exit code 1

"#]];
    says(said(&project.path(), &["check", "--scratch"]), expected);
}
