//! `diff`: what takes one schema to another, wherever the two are.

use migrate_core::Backend;
use migrate_tests::{Database, Project, on_each_backend};
use snapbox::str;

use crate::{run_on, said, said_on_app, says, two_tables};

on_each_backend!(
    the_script_of_a_difference_makes_it_go_away,
    a_script_is_loaded_beside_the_database,
    indexes_change_names_with_each_other,
);

fn the_script_of_a_difference_makes_it_go_away(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    _ = run_on(&project, database, &["upgrade", "01"]).expect(0);
    let there = run_on(
        &project,
        database,
        &["diff", "database", "chain", "--as", "sql"],
    )
    .expect(3);
    let back = run_on(
        &project,
        database,
        &["diff", "database", "chain", "--as", "sql", "--down"],
    )
    .expect(3);
    database.run(&there.stdout);
    let equal = run_on(&project, database, &["diff", "database", "chain"]).expect(0);
    assert_eq!(equal.stdout, "database and chain are equal\n");
    let earlier = run_on(&project, database, &["diff", "chain@01", "database"]).expect(3);
    assert_eq!(earlier.stdout, "t02\n  + create table\n");
    assert_eq!(
        earlier.stderr,
        "error: chain@01 and database differ: 1 change\n"
    );
    database.run(&back.stdout);
    let equal = run_on(&project, database, &["diff", "database", "chain@01"]).expect(0);
    assert_eq!(equal.stdout, "database and chain@01 are equal\n");
}

fn a_script_is_loaded_beside_the_database(database: &Database) {
    let project = Project::tables(database.backend(), 1);
    project.write("one.sql", "CREATE TABLE t01 (id INTEGER PRIMARY KEY);\n");
    let equal = run_on(
        &project,
        database,
        &["diff", "one.sql", "chain", "--format", "json"],
    )
    .expect(0);
    assert!(equal.stdout.contains("\"equal\":true"), "{equal}");
    assert!(!database.has_table("t01"));
    project.write(
        "bad.sql",
        "CREATE TABLE t01 (id INTEGER PRIMARY KEY);\nCREATE TABL t02;\n",
    );
    let bad = run_on(&project, database, &["diff", "bad.sql", "chain"]).expect(1);
    assert!(bad.stderr.contains("bad.sql:2:"), "{bad}");
    assert!(!bad.stderr.contains("seed"), "{bad}");
}

fn indexes_change_names_with_each_other(database: &Database) {
    let project = Project::new(database.backend());
    let tables = "CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER);\n";
    database.run(&format!(
        "{tables}CREATE INDEX one ON t (a);\nCREATE INDEX two ON t (b);\nCREATE INDEX three ON t (c);\n"
    ));
    let after =
        "CREATE INDEX two ON t (a);\nCREATE INDEX three ON t (b);\nCREATE INDEX one ON t (c);\n";
    project.write("after.sql", format!("{tables}{after}"));
    let ways = [&["--as", "sql"][..], &["--as", "sql", "--down"]].map(|way| {
        run_on(
            &project,
            database,
            &[&["diff", "database", "after.sql"], way].concat(),
        )
    });
    let [up, down] = ways.map(|way| way.expect(3).stdout);
    database.run(&up);
    _ = run_on(&project, database, &["diff", "database", "after.sql"]).expect(0);
    database.run(&down);
    let again = run_on(
        &project,
        database,
        &["diff", "database", "after.sql", "--as", "sql"],
    );
    assert_eq!(again.expect(3).stdout, up);
}

#[test]
fn a_serial_that_grows_counts_on_beyond_its_old_type() {
    let Some(database) = Database::create(Backend::Postgres) else {
        return;
    };
    let project = Project::new(Backend::Postgres);
    database
        .run("CREATE TABLE t (id SERIAL PRIMARY KEY);\nALTER TABLE t_id_seq RENAME TO \"T's\";\n");
    project.write("after.sql", "CREATE TABLE t (id BIGSERIAL PRIMARY KEY);\n");
    let ways = [&["--as", "sql"][..], &["--as", "sql", "--down"]].map(|way| {
        run_on(
            &project,
            &database,
            &[&["diff", "database", "after.sql"], way].concat(),
        )
    });
    let [up, down] = ways.map(|way| way.expect(3).stdout);
    let kind = || database.value("SELECT data_type::text FROM pg_sequences");
    database.run(&up);
    assert_eq!(kind(), "bigint");
    _ = run_on(&project, &database, &["diff", "database", "after.sql"]).expect(0);
    database.run(&down);
    assert_eq!(kind(), "integer");
}

#[test]
fn without_a_difference_it_says_so_and_with_one_it_lists_it() {
    let project = two_tables();
    says(
        said_on_app(&project.path(), &["diff", "database", "chain"]),
        str![[r#"
t01
  + create table
t02
  + create table
--- stderr
app.db is not there yet
error: database and chain differ: 2 changes
--- exit code 3

"#]],
    );
    says(
        said_on_app(
            &project.path(),
            &["diff", "chain", "chain@head", "--as", "sql"],
        ),
        str![[r#"
--- exit code 0

"#]],
    );
}

#[test]
fn what_is_no_source_and_what_cannot_be_compared_is_refused() {
    let project = two_tables();
    says(
        said(&project.path(), &["diff", "modles", "chain"]),
        str![[r#"
--- stderr
error: invalid value 'modles' for '<A>': no schema is there: there are models, chain, chain@REV, database, a URL, or the path of a file of SQL

For more information, try '--help'.
--- exit code 2

"#]],
    );
    says(
        said(
            &project.path(),
            &["diff", "sqlite:a.db", "postgres://u:secret@127.0.0.1:1/d"],
        ),
        str![[r#"
--- stderr
error: sqlite:a.db is a database of sqlite and postgres://u:***@127.0.0.1:1/d one of postgres: their schemas cannot be compared
--- exit code 2

"#]],
    );
    says(
        said(&project.path(), &["diff", "chain", "gone.sql"]),
        str![[r#"
--- stderr
error: there is no file gone.sql
--- exit code 2

"#]],
    );
    let elsewhere = Project::new(Backend::Postgres);
    says(
        said(&elsewhere.path(), &["diff", "chain", "chain@base"]),
        str![[r#"
--- stderr
error: a database of postgres is to be made for a moment, and no server is named
  help: name one with --database-url or DATABASE_URL: its database stays as it is
--- exit code 2

"#]],
    );
}

#[test]
fn two_scripts_need_no_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let tables = "CREATE TABLE orgs (id INTEGER PRIMARY KEY);\n";
    std::fs::write(folder.path().join("a.sql"), tables).expect("a script");
    let more = format!("{tables}CREATE TABLE members (id INTEGER PRIMARY KEY);\n");
    std::fs::write(folder.path().join("b.sql"), more).expect("another");
    let diff = &["diff", "a.sql", "b.sql"];
    says(
        said(
            folder.path(),
            &[&diff[..], &["--backend", "sqlite"]].concat(),
        ),
        str![[r#"
members
  + create table
--- stderr
error: a.sql and b.sql differ: 1 change
--- exit code 3

"#]],
    );
    says(
        said(folder.path(), diff),
        str![[r#"
--- stderr
error: for which database the SQL is to be is not said
  help: add --backend sqlite, --backend postgres or --backend mysql
--- exit code 2

"#]],
    );
    says(
        said(
            folder.path(),
            &["diff", "chain", "b.sql", "--backend", "sqlite"],
        ),
        str![[r#"
--- stderr
error: there is no migrations/ here or in a directory above
  help: `migrate init` makes it; one that is elsewhere is named by --dir
--- exit code 1

"#]],
    );
}
