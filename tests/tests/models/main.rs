//! Derived tables and enums in real queries, on tables that their own models made.

mod app;

use std::borrow::Cow;
use std::error::Error;
use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use migrate_core::{Backend, EnumType as _, dialect};
use migrate_schema::{Difference, Fills, Models, Naming, Renames, Schema};
use migrate_tests::Database;

use app::audit::{Entry, entries};
use app::orgs::{Membership, Org, Place, memberships, orgs, places};
use app::people::{Mood, NewPerson, Person, people};
use app::postgres::{Calendar, calendars};

/// The statements that make the tables of those files of the app.
fn script(backend: Backend, files: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models/app");
    let globs: Vec<_> = files.iter().map(|file| format!("{file}.rs")).collect();
    let dialect = dialect(backend);
    let models = Models::read(&root, &globs).unwrap_or_else(|errors| panic!("{errors}"));
    let schema = models
        .schema(dialect, &Naming::default())
        .unwrap_or_else(|errors| panic!("{errors}"));
    let up = Difference::between(&Schema::default(), &schema, dialect, &Renames::default());
    up.script(&Fills::default()).expect("a script")
}

const SHARED: [&str; 2] = ["orgs", "people"];

macro_rules! on {
    ($name:ident, $connection:ident, $backend:expr) => {
        #[test]
        fn $name() {
            let Some(database) = Database::create($backend) else {
                return;
            };
            let mut connection = database.$connection();
            let script = script($backend, &SHARED);
            connection
                .batch_execute(&script)
                .unwrap_or_else(|error| panic!("{error}: {script}"));
            let connection = &mut connection;

            let acme = Org {
                id: 1,
                name: "ACME".into(),
                owner_id: None,
            };
            diesel::insert_into(orgs::table)
                .values(&acme)
                .execute(connection)
                .unwrap();
            let person = |id, boss_id, mood| NewPerson {
                id,
                org_id: 1,
                boss_id,
                r#type: "a",
                mood,
                before: None,
            };
            let ann = person(1, None, &Mood::VeryHappy);
            let bob = NewPerson {
                before: Some(Mood::Sad),
                ..person(2, Some(1), &Mood::SoSo)
            };
            diesel::insert_into(people::table)
                .values(&ann)
                .execute(connection)
                .unwrap();
            diesel::insert_into(people::table)
                .values(&bob)
                .execute(connection)
                .unwrap();
            diesel::update(people::table.find(1))
                .set((people::score.eq(21), people::before.eq(Mood::SoSo)))
                .execute(connection)
                .unwrap();
            diesel::update(&acme)
                .set(orgs::owner_id.eq(1))
                .execute(connection)
                .unwrap();

            // Joined by the key, filtered and read by the enum.
            let found: Vec<(Person, Org)> = people::table
                .inner_join(orgs::table)
                .filter(people::mood.eq_any([Mood::VeryHappy, Mood::Sad]))
                .filter(people::before.eq(Some(Mood::SoSo)))
                .select((Person::as_select(), Org::as_select()))
                .load(connection)
                .unwrap();
            let (ann, org) = &found[0];
            assert_eq!(
                (ann.mood, ann.before, ann.doubled, ann.has_boss),
                (Mood::VeryHappy, Some(Mood::SoSo), Some(42), false)
            );
            assert_eq!((found.len(), org.owner_id), (1, Some(1)));
            assert_eq!(
                Person::belonging_to(org).count().get_result(connection),
                Ok(2)
            );
            let of_all = people::table.order(people::id).select((
                people::r#type,
                people::mood,
                people::before,
            ));
            let rows: Vec<(String, Mood, Option<Mood>)> = of_all.load(connection).unwrap();
            assert_eq!(rows[1], ("a".into(), Mood::SoSo, Some(Mood::Sad)));

            // A table joined with itself, and a left join in which the enum may be missing.
            let boss = diesel::alias!(people as bosses);
            let moods: Vec<(i32, Option<Mood>)> = people::table
                .left_join(boss.on(people::boss_id.eq(boss.field(people::id).nullable())))
                .select((people::id, boss.field(people::mood).nullable()))
                .order(people::id)
                .load(connection)
                .unwrap();
            assert_eq!(moods, [(1, None), (2, Some(Mood::VeryHappy))]);

            // A key of two columns, a struct that borrows, and tables that no key links.
            let member = Membership {
                org_id: 1,
                person_id: 2,
                role: Cow::Borrowed("admin"),
            };
            let insert = diesel::insert_into(memberships::table);
            insert.values(&member).execute(connection).unwrap();
            let place = Place {
                id: 1,
                org_id: Some(1),
                person_id: Some(2),
                name: "Bern".into(),
            };
            diesel::insert_into(places::table)
                .values(&place)
                .execute(connection)
                .unwrap();
            let linked =
                memberships::table.on(memberships::person_id.nullable().eq(places::person_id));
            let found: (Place, Membership<'_>) = places::table
                .inner_join(linked)
                .select((Place::as_select(), Membership::as_select()))
                .first(connection)
                .unwrap();
            assert_eq!(found, (place, member));
            let in_orgs = memberships::table
                .inner_join(orgs::table)
                .inner_join(people::table);
            assert_eq!(
                in_orgs.select((orgs::name, people::mood)).first(connection),
                Ok(("ACME".to_owned(), Mood::SoSo))
            );

            // What the schema holds them to.
            for (statement, what) in [
                ("UPDATE people SET score = -1", "a check"),
                ("UPDATE people SET score = 1000", "a named check"),
                ("UPDATE people SET mood = 'angry'", "the labels of the enum"),
                ("UPDATE orgs SET owner_id = 77", "a foreign key"),
            ] {
                assert!(
                    diesel::sql_query(statement).execute(connection).is_err(),
                    "{what}"
                );
            }
        }
    };
}

on!(the_models_of_an_app_work_on_sqlite, sqlite, Backend::Sqlite);
on!(
    the_models_of_an_app_work_on_postgres,
    postgres,
    Backend::Postgres
);
on!(the_models_of_an_app_work_on_mysql, mysql, Backend::Mysql);

#[test]
fn a_label_that_the_enum_does_not_have_is_an_error_that_names_it() {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    let create = "CREATE TABLE people (id INTEGER PRIMARY KEY, mood TEXT); INSERT INTO people VALUES (1, 'angry')";
    connection.batch_execute(create).unwrap();
    let read = people::table
        .select(people::mood)
        .first::<Mood>(&mut connection);
    let error = read.expect_err("no mood is angry");
    let mut cause: &dyn Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let error = cause.to_string();
    assert!(
        error.contains("`angry` is no label of")
            && error.ends_with("app::people::Mood; there are sad, it's so so, very_happy"),
        "{error}"
    );
    assert_eq!(Mood::from_label("it's so so"), Some(Mood::SoSo));
}

#[test]
fn enums_in_arrays_and_indexes_of_expressions_work_on_postgres() {
    let Some(database) = Database::create(Backend::Postgres) else {
        return;
    };
    let mut connection = database.postgres();
    let script = script(Backend::Postgres, &["orgs", "people", "postgres"]);
    connection
        .batch_execute(&script)
        .unwrap_or_else(|error| panic!("{error}: {script}"));
    let calendar = Calendar {
        id: 1,
        name: "work".into(),
        days: vec![Mood::Sad, Mood::VeryHappy],
        nights: Some(vec![None, Some(Mood::SoSo)]),
    };
    diesel::insert_into(calendars::table)
        .values(&calendar)
        .execute(&mut connection)
        .unwrap();
    let found = calendars::table.filter(calendars::days.contains(vec![Mood::Sad]));
    assert_eq!(
        found.select(Calendar::as_select()).first(&mut connection),
        Ok(calendar)
    );
}

/// SQLite takes the attached database for the schema.
#[test]
fn a_table_of_another_schema_is_written_and_read() {
    let entry = Entry { id: 1, note: None };
    let mut sqlite = SqliteConnection::establish(":memory:").unwrap();
    sqlite.batch_execute("ATTACH ':memory:' AS audit").unwrap();
    sqlite
        .batch_execute(&script(Backend::Sqlite, &["audit"]))
        .unwrap();
    diesel::insert_into(entries::table)
        .values(&entry)
        .execute(&mut sqlite)
        .unwrap();
    assert_eq!(
        entries::table
            .select(Entry::as_select())
            .first(&mut sqlite)
            .as_ref(),
        Ok(&entry)
    );

    let Some(database) = Database::create(Backend::Postgres) else {
        return;
    };
    let mut postgres = database.postgres();
    postgres.batch_execute("CREATE SCHEMA audit").unwrap();
    postgres
        .batch_execute(&script(Backend::Postgres, &["audit"]))
        .unwrap();
    diesel::insert_into(entries::table)
        .values(&entry)
        .execute(&mut postgres)
        .unwrap();
    assert_eq!(
        entries::table
            .select(Entry::as_select())
            .first(&mut postgres),
        Ok(entry)
    );
}
