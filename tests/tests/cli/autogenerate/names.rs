//! Names by the project's templates: each is one that nothing else has.

use migrate_tests::{Database, on_each_backend, shape};

use super::{generate, project};
use crate::run_on;

on_each_backend!(
    what_has_the_same_name_by_the_template_gets_a_number,
    a_new_table_under_the_name_of_a_renamed_one_gets_names_of_its_own,
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
