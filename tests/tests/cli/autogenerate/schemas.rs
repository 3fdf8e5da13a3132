//! A table that goes to another schema is a rename: its rows, its numbers and what refers to it go along, and come back.

use migrate_core::Backend;
use migrate_tests::{Database, dump, on};

use super::{generate, project, revisions};
use crate::run_on;

const OWN: &str = "
#[derive(Table)]
#[diesel(table_name = people)]
#[table(index(columns(name)))]
pub struct Person {
    #[table(autoincrement)]
    pub id: i32,
    pub name: String,
}

#[derive(Table)]
#[diesel(table_name = letters)]
pub struct Letter {
    #[table(autoincrement)]
    pub id: i32,
    #[table(references(people.id))]
    pub person_id: i32,
}
";

/// The same table under another name in another schema, which a hint says or does not.
fn elsewhere(schema: &str, hint: &str) -> String {
    let moved = format!("table_name = authors)]\n#[table(schema = \"{schema}\"{hint})]");
    OWN.replace("table_name = people)]", &moved)
        .replace("references(people.id)", "references(authors.id)")
}

/// There and back on a database, with a schema beside its own, by the hints of models and by those of the command line.
fn there_and_back(database: &Database, own: &str, other: &str) {
    let project = project(database.backend(), OWN);
    generate(&project, database, "people", &[]);
    database.run(
        "INSERT INTO people (name) VALUES ('ann'); INSERT INTO letters (person_id) VALUES (1);",
    );
    let before = dump(database);
    let authors = format!("SELECT name FROM {other}.authors");

    project.write(
        "src/models.rs",
        elsewhere(other, &format!(", renamed_from = \"{own}.people\"")),
    );
    let checked = run_on(&project, database, &["check"]).expect(3);
    let rename = format!("{other}.authors\n  ~ rename table, which was people\n");
    assert!(checked.stdout.contains(&rename), "{checked}");
    generate(&project, database, "away", &[]);
    assert_eq!(database.column(&authors), ["ann"]);
    let _ = run_on(&project, database, &["check"]).expect(0);
    let _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(dump(database), before, "the way back of away");

    // The models have nothing in the other schema any more: only the hint leads there.
    let _ = run_on(&project, database, &["upgrade"]).expect(0);
    project.write("src/models.rs", OWN);
    let back = format!("{other}.authors=people");
    generate(&project, database, "home", &["--rename", &back]);
    assert_eq!(database.column("SELECT name FROM people"), ["ann"]);
    let _ = run_on(&project, database, &["check"]).expect(0);
    assert_eq!(dump(database), before, "home is where it was");
    let _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(database.column(&authors), ["ann"], "the way back of home");
    let _ = run_on(&project, database, &["upgrade"]).expect(0);

    // Named with its own schema or without.
    project.write("src/models.rs", elsewhere(other, ""));
    let away = format!("{own}.people={other}.authors");
    let words = [
        "revision",
        "--autogenerate",
        "--dry-run",
        "-m",
        "x",
        "--rename",
    ];
    let both = run_on(&project, database, &[&words[..], &[&away]].concat()).expect(0);
    let away = format!("people={other}.authors");
    let bare = run_on(&project, database, &[&words[..], &[&away]].concat()).expect(0);
    assert_eq!(both.stdout, bare.stdout);
    assert!(both.stderr.contains(&rename), "{both}");
    let unsaid = run_on(&project, database, &words[..5]).expect(0);
    assert!(
        unsaid.stderr.contains(&format!("--rename {away}")),
        "{unsaid}"
    );
    assert_eq!(revisions(&project), 3);
}

#[test]
fn a_table_goes_to_another_schema_and_back_on_postgres() {
    on(Backend::Postgres, |database| {
        database.run("CREATE SCHEMA old");
        there_and_back(database, "public", "old");
    });
}

#[test]
fn a_table_goes_to_another_database_and_back_on_mysql() {
    on(Backend::Mysql, |database| {
        let Some(other) = Database::create(Backend::Mysql) else {
            return;
        };
        there_and_back(database, database.name(), other.name());
    });
}

/// What is in the way of one order of the two statements is not in the way of the other.
#[test]
fn a_name_that_is_taken_on_the_way_is_gone_round() {
    for taken in ["authors", "old.people"] {
        on(Backend::Postgres, |database| {
            database.run(&format!(
                "CREATE SCHEMA old; CREATE TABLE {taken} (n INTEGER PRIMARY KEY)"
            ));
            let project = project(database.backend(), OWN);
            generate(&project, database, "people", &[]);
            database.run("INSERT INTO people (name) VALUES ('ann')");
            project.write("src/models.rs", elsewhere("old", ""));
            let rename = ["--rename", "people=old.authors"];
            generate(&project, database, "away", &rename);
            let there = database.column("SELECT name FROM old.authors");
            assert_eq!(there, ["ann"]);
            let _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
            assert_eq!(database.column("SELECT name FROM people"), ["ann"]);
        });
    }
}
