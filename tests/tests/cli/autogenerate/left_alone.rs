//! What no model speaks of stays as it is, and is told.

use migrate_core::Backend;
use migrate_tests::{Database, Project, dump, on_each_backend};

use super::{MEMBERS, generate, project};
use crate::run_on;

on_each_backend!(
    tables_that_no_model_has_go_only_if_the_chain_made_them,
    a_project_of_table_blocks_keeps_what_they_cannot_say,
    a_table_block_of_a_view_is_no_table_that_is_missing,
);

fn tables_that_no_model_has_go_only_if_the_chain_made_them(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    database.run("CREATE TABLE spatial_ref (id INTEGER PRIMARY KEY)");
    database.run("CREATE TABLE theirs (id INTEGER PRIMARY KEY)");
    let words = ["revision", "--autogenerate", "-m", "x"];
    let none = run_on(&project, database, &words).expect(0);
    assert!(
        none.stderr.contains("no model has spatial_ref, theirs"),
        "{none}"
    );
    assert_eq!(none.stdout, "No changes in schema detected\n");
    project.settings("exclude = [\"spatial_*\"]\n");
    let none = run_on(&project, database, &words).expect(0);
    assert!(none.stderr.contains("no model has theirs:"), "{none}");

    let only_orgs = MEMBERS
        .split("#[derive(Table)]\n#[diesel(table_name = members)]")
        .next();
    project.write("src/models.rs", only_orgs.expect("a part"));
    let made = generate(&project, database, "no members", &["--drop", "theirs"]);
    assert!(
        made.stderr.contains("loses data: every row of members"),
        "{made}"
    );
    assert!(!database.has_table("members") && !database.has_table("theirs"));
    assert!(database.has_table("spatial_ref"));
    let _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert!(database.has_table("members") && database.has_table("theirs"));
}

fn a_project_of_table_blocks_keeps_what_they_cannot_say(database: &Database) {
    let mut project = Project::new(database.backend());
    let text = if database.backend() == Backend::Mysql {
        "VARCHAR(40)"
    } else {
        "TEXT"
    };
    project.revision(
        "01_members",
        &format!(
            "CREATE TABLE members (id INTEGER PRIMARY KEY, name {text} NOT NULL DEFAULT 'x');\n\
             CREATE INDEX by_name ON members (name);\nCREATE TABLE unseen (name {text});\n"
        ),
        "DROP TABLE unseen;\nDROP TABLE members;\n",
    );
    let kind = if database.backend() == Backend::Mysql {
        "Varchar"
    } else {
        "Text"
    };
    let block = |more: &str| {
        format!(
            "diesel::table! {{\n    members (id) {{\n        id -> Integer,\n        name -> {kind},\n{more}    }}\n}}\n"
        )
    };
    project.write("src/schema.rs", block(""));
    let _ = run_on(&project, database, &["upgrade"]).expect(0);
    let before = dump(database);
    let _ = run_on(&project, database, &["check"]).expect(0);
    project.write(
        "src/schema.rs",
        block("        age -> Nullable<Integer>,\n"),
    );
    let made = generate(&project, database, "add age", &[]);
    assert!(
        made.stderr.contains("no model has unseen: left as it is"),
        "{made}"
    );
    assert!(
        made.stderr
            .contains("table! blocks say nothing of defaults"),
        "{made}"
    );
    let _ = run_on(&project, database, &["check"]).expect(0);
    let _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(dump(database), before);
}

fn a_table_block_of_a_view_is_no_table_that_is_missing(database: &Database) {
    let mut project = Project::new(database.backend());
    project.revision(
        "01_members",
        "CREATE TABLE members (id INTEGER PRIMARY KEY);\nCREATE VIEW seen AS SELECT id FROM members;\n",
        "DROP VIEW seen;\nDROP TABLE members;\n",
    );
    project.write(
        "src/schema.rs",
        "diesel::table! { members (id) { id -> Integer, } }\ndiesel::table! { seen (id) { id -> Integer, } }\n",
    );
    let _ = run_on(&project, database, &["upgrade"]).expect(0);
    let checked = run_on(&project, database, &["check", "-v"]).expect(0);
    assert!(
        checked
            .stderr
            .contains("not compared, because they are views: seen"),
        "{checked}"
    );
}
