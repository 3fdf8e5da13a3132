//! The models that `init --from-database` and `schema --as models` write compile with Diesel's derives, and hold the rows of the database.
//!
//! The files beside this one are what is written, to the letter: with `SNAPSHOTS=overwrite` they are written anew.

#[allow(missing_docs, dead_code, unreachable_pub)]
#[rustfmt::skip]
mod mysql;
#[allow(missing_docs, dead_code, unreachable_pub)]
#[rustfmt::skip]
mod postgres;
#[allow(missing_docs, dead_code, unreachable_pub)]
#[rustfmt::skip]
mod sqlite;

use std::fs;

use diesel::prelude::*;
use migrate_core::Backend;
use migrate_tests::{Database, on};
use snapbox::Data;

use crate::run_on;

/// A database that is made by a script, and whose models are those of this file.
fn is_written(database: &Database, script: &str) {
    database.run(script);
    let app = tempfile::tempdir().expect("a directory");
    let _ = run_on(app.path(), database, &["init", "--from-database"]).expect(0);
    let _ = run_on(app.path(), database, &["stamp", "head"]).expect(0);
    let _ = run_on(app.path(), database, &["check"]).expect(0);
    let written = fs::read_to_string(app.path().join("src/models.rs")).expect("it is there");
    let shown = run_on(app.path(), database, &["schema", "--as", "models"]).expect(0);
    assert_eq!(shown.stdout, written);
    let file = format!("tests/cli/written_models/{}.rs", database.backend());
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(written, Data::read_from(&file, None).raw());
}

/// The rows of visits go in and come out, joined with nothing: two of its keys lead to one table.
macro_rules! visits {
    ($models:ident, $connection:expr) => {{
        use $models::{members, visits};
        let visit = $models::Visit {
            floor: 3,
            member_id: 1,
            guest_id: None,
        };
        let insert = diesel::insert_into(visits::table).values(&visit);
        insert.execute($connection).expect("inserted");
        let host = visits::table.inner_join(members::table.on(members::id.eq(visits::member_id)));
        let found = host.select(($models::Visit::as_select(), members::email));
        let (found, email): ($models::Visit, String) = found.first($connection).expect("joined");
        assert_eq!(((found.floor, found.guest_id), &*email), ((3, None), "a@b"));
        let totals = $models::totals::table.select($models::Total::as_select());
        let total = totals.first($connection).expect("read");
        assert_eq!((total.score, total.doubled), (4, Some(8)));
    }};
}

#[test]
fn those_of_postgres_hold_enums_domains_and_arrays() {
    on(Backend::Postgres, |database| {
        is_written(database, include_str!("postgres.sql"));
        let connection = &mut database.postgres();
        let texts = |one: &str| vec![Some(one.to_owned()), None];
        let member = postgres::Member {
            id: 1,
            email: "a@b".into(),
            work: Some("w@b".into()),
            mood: postgres::Mood::SoSo,
            feeling: Some(postgres::Mood::Sad),
            tags: texts("x"),
            moods: Some(vec![Some(postgres::Mood::Sad)]),
            others: Some(texts("o@b")),
            floors: vec![Some(7)],
        };
        let insert = diesel::insert_into(postgres::members::table).values(&member);
        insert.execute(connection).expect("inserted");
        let by_domain = postgres::members::table.filter(postgres::members::email.eq("a@b"));
        let found = by_domain.select(postgres::Member::as_select());
        let found: postgres::Member = found.first(connection).expect("read");
        assert_eq!((found.email, found.work), (member.email, member.work));
        assert_eq!((found.mood, found.feeling), (member.mood, member.feeling));
        assert_eq!((found.tags, found.moods), (member.tags, member.moods));
        assert_eq!((found.others, found.floors), (member.others, member.floors));
        database.run("INSERT INTO totals (score) VALUES (4)");
        visits!(postgres, connection);
        // What Diesel cannot load, it can count.
        let places = postgres::places::table.filter(postgres::places::words.is_null());
        assert_eq!(places.count().get_result(connection), Ok(0));
    });
}

#[test]
fn those_of_mysql_hold_enums_sets_and_numbers_without_a_sign() {
    on(Backend::Mysql, |database| {
        is_written(database, include_str!("mysql.sql"));
        let connection = &mut database.mysql();
        let member = mysql::Member {
            id: 1,
            email: "a@b".into(),
            mood: mysql::MemberMood::SoSo,
            feeling: None,
            rights: "read,write".into(),
            born: Some(1999),
            is_here: true,
            size: u64::MAX,
        };
        let insert = diesel::insert_into(mysql::members::table).values(&member);
        insert.execute(connection).expect("inserted");
        let found = mysql::members::table.select(mysql::Member::as_select());
        let found: mysql::Member = found.first(connection).expect("read");
        assert_eq!((found.mood, found.feeling), (member.mood, None));
        assert_eq!((found.rights, found.born), (member.rights, member.born));
        assert_eq!((found.is_here, found.size), (true, u64::MAX));
        database.run("INSERT INTO totals (id, score) VALUES (1, 4)");
        visits!(mysql, connection);
    });
}

#[test]
fn those_of_sqlite_hold_columns_of_any_type_or_none() {
    on(Backend::Sqlite, |database| {
        is_written(database, include_str!("sqlite.sql"));
        let connection = &mut database.sqlite();
        let member = sqlite::Member {
            id: 1,
            email: "a@b".into(),
            mood: "so so".into(),
            anything: Some("x".into()),
            odd: "y".into(),
        };
        let insert = diesel::insert_into(sqlite::members::table).values(&member);
        insert.execute(connection).expect("inserted");
        let found = sqlite::members::table.select(sqlite::Member::as_select());
        let found: sqlite::Member = found.first(connection).expect("read");
        assert_eq!((found.mood, found.anything), (member.mood, member.anything));
        assert_eq!(found.odd, member.odd);
        database.run("INSERT INTO totals (id, score) VALUES (1, 4)");
        visits!(sqlite, connection);
    });
}
