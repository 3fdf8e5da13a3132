//! Pairs of schemas that Alembic was measured on: what is found, what the scripts do to tables with rows, and the way back.

use std::fmt::Write as _;

use migrate_core::{AnyConnection, Backend, Inspector};
use migrate_schema::{Difference, Fills, Renames, Schema};
use migrate_tests::{Database, Project, beside, facts, insert, kept, on, say, shared_json};

/// One pair of schemas, as SQL.
struct Case {
    id: String,
    before: String,
    desired: String,
    /// Whether anything is to be found.
    changes: bool,
}

/// The cases of a backend, its SQL as `translated` gives it; those without a translation are left out.
fn cases(of: Backend, translated: impl Fn(&str) -> Option<String>) -> Vec<Case> {
    let Some(all) = shared_json("cases/autogenerate.json") else {
        return Vec::new();
    };
    let text = |case: &serde_json::Value, key: &str| case[key].as_str().expect(key).to_owned();
    let all = all["cases"].as_array().expect("a list of cases");
    let cases = all.iter().filter(|case| case["backend"] == of.name());
    cases
        .filter_map(|case| {
            Some(Case {
                id: text(case, "id"),
                before: translated(&text(case, "before"))?,
                desired: translated(&text(case, "desired"))?,
                changes: case["changes"]
                    .as_bool()
                    .expect("whether anything is found"),
            })
        })
        .collect()
}

/// What the user says where the case is a rename.
fn hints(case: &Case) -> Renames {
    match case.id.as_str() {
        "column_rename" => Renames::default().column("users", "name", "full_name"),
        "table_rename" => Renames::default().table("users", "people"),
        _ => Renames::default(),
    }
}

/// Why a case cannot have a row; the others are played with one in each table.
fn takes_no_row(case: &Case) -> Option<&'static str> {
    match case.id.as_str() {
        "add_table" | "enum_new_table" => Some("there is no table before"),
        _ => None,
    }
}

fn read(connection: &mut AnyConnection) -> Result<Schema, String> {
    Inspector::new()
        .schema(connection)
        .map_err(|error| error.to_string())
}

/// A database with the tables of a script.
fn made(backend: Backend, sql: &str) -> Database {
    let database = Database::create(backend).expect("the server was there");
    database.run(sql);
    database
}

/// Plays a case, with rows where it takes some, with and without hints. What is wrong comes back.
fn play(case: &Case, backend: Backend) -> Result<(), String> {
    let desired = made(backend, &case.desired);
    let mut wanted = read(&mut desired.connect())?;
    // Models have no text that a table is made from.
    wanted.tables.iter_mut().for_each(|table| table.text = None);
    let goal = facts(&desired);
    let row = takes_no_row(case).is_none();
    let mut ways = vec![Renames::default()];
    if hints(case) != Renames::default() {
        ways.push(hints(case));
    }
    for renames in ways {
        there_and_back(case, backend, (&wanted, &goal), &renames, row)
            .map_err(|error| format!("with {renames:?}: {error}"))?;
    }
    Ok(())
}

/// From the tables of before to the desired ones and back, through revisions that migrate runs.
fn there_and_back(
    case: &Case,
    backend: Backend,
    (wanted, goal): (&Schema, &[String]),
    renames: &Renames,
    row: bool,
) -> Result<(), String> {
    let database = made(backend, &case.before);
    let mut connection = database.connect();
    let connection = &mut connection;
    let found = read(connection)?;
    let start = facts(&database);
    let up = difference(connection, wanted, renames)?;
    if up.is_empty() == case.changes {
        return Err(format!("{} changes are found", up.changes().len()));
    }
    if up.is_empty() {
        return equal(&start, goal, "although nothing is found");
    }
    let down = up.inverse();
    let script = |of: &Difference| {
        of.script(&Fills::neutral())
            .map_err(|error| error.to_string())
    };
    let (up_sql, down_sql) = (script(&up)?, script(&down)?);
    let shown = |error: String| format!("{error}\n--- up\n{up_sql}--- down\n{down_sql}");
    if row {
        database
            .client()
            .run(&insert(&found, wanted, up.dialect()))?;
    }
    let rows = kept(&database, &found, &up);
    let mut project = Project::new(backend);
    project.revision("01_change", &up_sql, &down_sql);
    let migrations = project.read();
    migrations
        .upgrade(connection)
        .map_err(|error| shown(format!("up: {error}")))?;
    equal(&facts(&database), goal, "after up").map_err(shown)?;
    let again = difference(connection, wanted, &Renames::default())?;
    if !again.is_empty() {
        return Err(shown(format!(
            "a second comparison finds {:?}",
            told(&again)
        )));
    }
    migrations
        .downgrade_to(connection, "base")
        .map_err(|error| shown(format!("down: {error}")))?;
    equal(&facts(&database), &start, "after down").map_err(shown)?;
    let back = kept(&database, &found, &up);
    if back != rows {
        return Err(shown(format!("the rows {rows:?} became {back:?}")));
    }
    Ok(())
}

fn difference(
    connection: &mut AnyConnection,
    wanted: &Schema,
    renames: &Renames,
) -> Result<Difference, String> {
    Inspector::new()
        .difference(connection, wanted, renames)
        .map_err(|error| error.to_string())
}

fn told(difference: &Difference) -> Vec<String> {
    difference
        .changes()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn equal(one: &[String], other: &[String], when: &str) -> Result<(), String> {
    match beside(one, other) {
        same if same.is_empty() => Ok(()),
        differing => Err(format!("{when}:\n{differing}")),
    }
}

/// Plays all of them, and names each that fails.
fn all_of(backend: Backend, cases: &[Case]) {
    let mut failed = String::new();
    for case in cases {
        if let Err(error) = play(case, backend) {
            let _ = writeln!(failed, "{}: {error}", case.id);
        }
    }
    say(&format!("{} cases of {backend}", cases.len()));
    assert!(failed.is_empty(), "{failed}");
}

#[test]
fn the_cases_of_postgres() {
    on(Backend::Postgres, |_| {
        all_of(
            Backend::Postgres,
            &cases(Backend::Postgres, |sql| Some(sql.to_owned())),
        );
    });
}

#[test]
fn the_cases_of_sqlite() {
    on(Backend::Sqlite, |_| {
        all_of(
            Backend::Sqlite,
            &cases(Backend::Sqlite, |sql| Some(sql.to_owned())),
        );
    });
}

/// PostgreSQL's SQL in MySQL's words; nothing for what MySQL has no word for.
fn in_mysql(sql: &str) -> Option<String> {
    const FOREIGN: [&str; 4] = ["gin", "INCLUDE", "IDENTITY", "lower("];
    if FOREIGN.iter().any(|word| sql.contains(word)) {
        return None;
    }
    let enums = regex::Regex::new(r"CREATE TYPE (\w+) AS ENUM (\([^)]*\));").expect("a pattern");
    let mut text = enums.replace_all(sql, "").into_owned();
    for found in enums.captures_iter(sql) {
        text = text.replace(&format!(" {}", &found[1]), &format!(" ENUM{}", &found[2]));
    }
    let words = [
        ("VARCHAR,", "TEXT,"),
        ("JSONB", "LONGTEXT"),
        ("TIMESTAMP WITHOUT TIME ZONE", "DATETIME"),
        ("TIMESTAMP", "DATETIME"),
        ("\"", "`"),
    ];
    let text = words
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to));
    Some(text)
}

#[test]
fn the_cases_that_make_sense_on_mysql() {
    on(Backend::Mysql, |_| {
        all_of(Backend::Mysql, &cases(Backend::Postgres, in_mysql));
    });
}
