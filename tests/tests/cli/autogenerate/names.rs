//! Names by the project's templates: each is one that nothing else has.

use migrate_core::Backend;
use migrate_tests::{Database, on, on_each_backend, shape};

use super::{generate, project};
use crate::run_on;

on_each_backend!(
    what_has_the_same_name_by_the_template_gets_a_number,
    a_new_table_under_the_name_of_a_renamed_one_gets_names_of_its_own,
    a_model_may_name_the_schema_that_the_connection_is_in,
);

const MEMBERS: &str = "
#[derive(Table)]
#[diesel(table_name = members)]
#[table(index(columns(score)), index(columns(score desc)), check(\"id > 0\"), check(\"id < 1000\"))]
pub struct Member {
    pub id: i32,
    #[table(check = \"score >= 0\", check = \"score < 100\")]
    pub score: i32,
}
";

fn what_has_the_same_name_by_the_template_gets_a_number(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    let _ = run_on(&project, database, &["check"]).expect(0);
    let before = shape(database);
    // The second check of the table keeps its name, which the new one would have by its place.
    let later = MEMBERS.replace(
        "check(\"id > 0\"), check(\"id < 1000\")",
        "check(\"id < 1000\"), check(\"id <> 13\"), index(columns(score, id))",
    );
    project.write("src/models.rs", later);
    generate(&project, database, "another check", &[]);
    let _ = run_on(&project, database, &["check"]).expect(0);
    let _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(shape(database), before);
}

fn a_new_table_under_the_name_of_a_renamed_one_gets_names_of_its_own(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    let before = shape(database);
    let people = MEMBERS.replace(
        "table_name = members)]",
        "table_name = people)]\n#[table(renamed_from = \"members\")]",
    );
    project.write("src/models.rs", &people);
    generate(&project, database, "rename", &[]);
    project.write("src/models.rs", people + MEMBERS);
    generate(&project, database, "members again", &[]);
    let _ = run_on(&project, database, &["check"]).expect(0);
    let _ = run_on(&project, database, &["downgrade", "-2", "--yes"]).expect(0);
    assert_eq!(shape(database), before);
}

/// The connection's own schema is the same table with its name and without.
fn a_model_may_name_the_schema_that_the_connection_is_in(database: &Database) {
    let own = match database.backend() {
        Backend::Sqlite => "main",
        Backend::Postgres => "public",
        Backend::Mysql => database.name(),
    };
    named_or_not(database, own);
}

fn named_or_not(database: &Database, own: &str) {
    let project = project(database.backend(), super::MEMBERS);
    generate(&project, database, "tables", &[]);
    let named = super::MEMBERS.replace(
        "pub struct Org",
        &format!("#[table(schema = \"{own}\")]\npub struct Org"),
    );
    project.write("src/models.rs", named);
    let words = ["revision", "--autogenerate", "-m", "x"];
    let none = run_on(&project, database, &words).expect(0);
    assert_eq!(none.stdout, "No changes in schema detected\n", "{none}");
    let _ = run_on(&project, database, &["check"]).expect(0);
}

#[test]
fn where_the_path_leads_elsewhere_that_is_the_schema_without_a_name() {
    on(Backend::Postgres, |database| {
        database.run(&format!(
            "CREATE SCHEMA app; ALTER DATABASE \"{}\" SET search_path = app, public",
            database.name()
        ));
        named_or_not(database, "app");
    });
}

/// PostgreSQL would cut it with a notice alone, and each later comparison would find a rename.
#[test]
fn a_name_that_the_server_would_cut_is_refused_and_one_by_a_template_is_cut_to_fit() {
    on(Backend::Postgres, |database| {
        let column = "c".repeat(60);
        let model = |index: &str| {
            format!(
                "#[derive(Table)]\n#[diesel(table_name = members)]\n#[table(index(columns({column}){index}))]\n\
                 pub struct Member {{ pub id: i32, pub {column}: i32 }}\n"
            )
        };
        let long = "i".repeat(64);
        let project = project(database.backend(), &model(&format!(", name = \"{long}\"")));
        let words = ["revision", "--autogenerate", "-m", "x"];
        let refused = run_on(&project, database, &words).expect(1);
        let told = format!(
            "error: src/models.rs:3:93: the name `{long}` has 64 bytes, and postgres takes 63: shorten it\n"
        );
        assert_eq!(refused.stderr, told);
        project.write("src/models.rs", model(""));
        generate(&project, database, "create members", &[]);
        let _ = run_on(&project, database, &["check"]).expect(0);
    });
}
