//! The lock-friendly form of a difference, step by step on a real PostgreSQL while others read and write.

use std::thread;

use diesel::connection::SimpleConnection as _;
use migrate_core::{Backend, Inspector, Migrations};
use migrate_schema::{
    Check, Dialect, Difference, Facet, Fills, ForeignKey, Index, IndexPart, Renames, Schema, Step,
    Type, Unique,
};
use migrate_tests::{Database, Project, beside, on, run, shape, until};

const BEFORE: &str = "\
CREATE TABLE orgs (id INTEGER PRIMARY KEY);
CREATE TABLE \"the members\" (id INTEGER PRIMARY KEY, org INTEGER, email TEXT, score INTEGER);
CREATE INDEX \"ix gone\" ON \"the members\" (score);
INSERT INTO orgs VALUES (1);
INSERT INTO \"the members\" SELECT n, 1, 'a' || n, n FROM generate_series(1, 100) n;";

/// Where `email` is unique and never NULL, `score` is positive, and `org` is one of the orgs.
fn wanted(database: &Database) -> Schema {
    let mut schema = Inspector::new()
        .schema(&mut database.connect())
        .expect("it is read");
    let table = schema
        .tables
        .iter_mut()
        .find(|table| table.name.name == "the members")
        .expect("it is there");
    table.columns[2].nullable = Facet::Known(false);
    table.indexes = Facet::Known(vec![Index::on([IndexPart::column("org")]).named("ix org")]);
    table.uniques = Facet::Known(vec![Unique::on(["email"]).named("uq e.mail")]);
    table.checks = Facet::Known(vec![Check::that("score > 0").named("ck score")]);
    let key = ForeignKey::on(["org"], "orgs", ["id"]).named("fk org");
    table.foreign_keys = Facet::Known(vec![key]);
    schema
}

fn difference(database: &Database) -> Difference {
    database.run(BEFORE);
    Inspector::new()
        .difference(
            &mut database.connect(),
            &wanted(database),
            &Renames::default(),
        )
        .expect("it is compared")
}

fn chain(steps: &[Step]) -> (Project, Migrations) {
    let project = Project::of_steps(steps);
    let migrations = project.read();
    (project, migrations)
}

fn postgres(test: impl Fn(&Database)) {
    on(Backend::Postgres, test);
}

#[test]
fn it_ends_where_the_plain_form_does_and_each_step_can_be_taken_back() {
    postgres(|database| {
        let up = difference(database);
        let before = shape(database);
        let plain = Database::create(Backend::Postgres).expect("there was one");
        plain.run(BEFORE);
        run(&plain, &up);
        let steps = up.online(&Fills::default()).expect("types are known");
        let (_project, migrations) = chain(&steps);
        let mut connection = database.connect();
        let mut places = vec![before];
        for step in &steps {
            migrations
                .upgrade_to(&mut connection, "+1")
                .unwrap_or_else(|error| panic!("{}: {error}", step.title));
            places.push(shape(database));
        }
        assert_eq!(beside(&shape(database), &shape(&plain)), "");
        for (at, step) in steps.iter().enumerate().rev() {
            migrations
                .downgrade_to(&mut connection, "-1")
                .unwrap_or_else(|error| panic!("{}, back: {error}", step.title));
            // The check by way of which a column took no NULL comes back unproved: a proof would take long under a lock.
            if !step.title.starts_with("set ") {
                let beside = beside(&shape(database), &places[at]);
                assert_eq!(beside, "", "{}, back", step.title);
            }
        }
        assert_eq!(beside(&shape(database), &places[0]), "");
        migrations
            .upgrade(&mut connection)
            .expect("it goes there again");
        assert_eq!(beside(&shape(database), &shape(&plain)), "");
        assert_eq!(
            database.value("SELECT count(*) FROM \"the members\""),
            "100"
        );
    });
}

/// While somebody's transaction has written to the table and goes on: a step that takes long either passes by or waits for the end of
/// it, and meanwhile others read and write.
#[test]
fn others_read_and_write_while_a_long_step_runs() {
    postgres(|database| {
        let steps = difference(database)
            .online(&Fills::default())
            .expect("types are known");
        let (_project, migrations) = chain(&steps);
        let mut connection = database.connect();
        for (at, step) in steps.iter().enumerate() {
            let long = !step.in_transaction;
            if !long && !step.title.starts_with("prove ") {
                let done = migrations.upgrade_to(&mut connection, "+1");
                done.unwrap_or_else(|error| panic!("{}: {error}", step.title));
                continue;
            }
            let mut writer = database.postgres();
            let mut execute = |sql: &str| {
                writer
                    .batch_execute(sql)
                    .unwrap_or_else(|error| panic!("{}: {error}", step.title));
            };
            execute(&format!(
                "BEGIN; INSERT INTO \"the members\" VALUES ({}, 1, 'open {at}', 1)",
                1000 + at
            ));
            thread::scope(|scope| {
                let runs = scope.spawn(|| {
                    let mut connection = database.connect();
                    migrations.upgrade_to(&mut connection, "+1").map(|_| ())
                });
                if long {
                    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                                 AND wait_event_type = 'Lock' AND query ~ 'INDEX CONCURRENTLY'";
                    until("the step waits", || database.value(waits) != "0");
                } else {
                    until("the step passes by", || runs.is_finished());
                }
                database.run(&format!(
                    "SET lock_timeout = '2s'; SET statement_timeout = '30s'; \
                     INSERT INTO \"the members\" VALUES ({}, 1, 'other {at}', 1); \
                     SELECT count(*) FROM \"the members\";",
                    2000 + at
                ));
                assert_eq!(runs.is_finished(), !long, "{}", step.title);
                execute("COMMIT");
                let done = runs.join().expect("no panic");
                done.unwrap_or_else(|error| panic!("{}: {error}", step.title));
            });
        }
        let left = Inspector::new()
            .difference(
                &mut database.connect(),
                &wanted(database),
                &Renames::default(),
            )
            .expect("it is compared");
        assert!(left.is_empty(), "{:?}", left.changes());
    });
}

/// The constraint needs the table for a moment, for which nobody has to wait long: behind one who waits for it all others would.
#[test]
fn a_reader_who_stays_keeps_nobody_from_the_table() {
    postgres(|database| {
        let steps = difference(database)
            .online(&Fills::default())
            .expect("types are known");
        let (_project, migrations) = chain(&steps);
        let at = steps
            .iter()
            .position(|step| step.title.starts_with("add unique"))
            .expect("there is one");
        let mut connection = database.connect();
        let to = format!("+{at}");
        if at > 0 {
            migrations
                .upgrade_to(&mut connection, &to)
                .expect("the steps before");
        }
        let mut reader = database.postgres();
        reader
            .batch_execute("BEGIN; SELECT count(*) FROM \"the members\"")
            .expect("it is read");
        let error = migrations
            .upgrade_to(&mut connection, "+1")
            .expect_err("somebody reads");
        let told = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(told.contains("lock timeout"), "{told}");
        database.run("SET lock_timeout = '1s'; SELECT count(*) FROM \"the members\"");
        reader.batch_execute("COMMIT").expect("it is over");
        migrations.upgrade(&mut connection).expect("it goes on");
    });
}

#[test]
fn a_unique_constraint_that_does_not_hold_is_told_and_can_be_tried_again() {
    postgres(|database| {
        let steps = difference(database)
            .online(&Fills::default())
            .expect("types are known");
        let (_project, migrations) = chain(&steps);
        database.run("INSERT INTO \"the members\" VALUES (101, 1, 'a1', 1)");
        let mut connection = database.connect();
        let error = migrations
            .upgrade(&mut connection)
            .expect_err("two rows are alike");
        let told = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(told.contains("uq e.mail"), "{told}");
        let broken = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
        assert_eq!(database.value(broken), "1");
        database.run("DELETE FROM \"the members\" WHERE id = 101");
        migrations.upgrade(&mut connection).expect("it goes on");
        assert_eq!(database.value(broken), "0");
        assert!(
            database
                .client()
                .run("INSERT INTO \"the members\" VALUES (101, 1, 'a1', 1)")
                .is_err()
        );
    });
}

#[test]
fn a_column_with_nulls_is_told_or_filled() {
    postgres(|database| {
        let up = difference(database);
        database.run("UPDATE \"the members\" SET email = NULL WHERE id = 5");
        let (_project, migrations) = chain(&up.online(&Fills::default()).expect("types are known"));
        let error = migrations
            .upgrade(&mut database.connect())
            .expect_err("there is a NULL");
        assert!(
            error.to_string().contains("prove") || format!("{error:?}").contains("not_null"),
            "{error}"
        );
        let again = Database::create(Backend::Postgres).expect("there was one");
        again.run(BEFORE);
        again.run("UPDATE \"the members\" SET email = NULL WHERE id = 5");
        let fills = Fills::default().with("the members", "email", "'nobody'");
        let (_project, migrations) = chain(&up.online(&fills).expect("types are known"));
        migrations
            .upgrade(&mut again.connect())
            .expect("it is filled");
        assert_eq!(
            again.value("SELECT email FROM \"the members\" WHERE id = 5"),
            "nobody"
        );
        assert_eq!(up.dialect(), Dialect::Postgres);
    });
}

/// As without steps, the value is one of the type that the column has before.
#[test]
fn a_column_that_gets_another_type_is_filled_before() {
    postgres(|database| {
        database.run(
            "CREATE TABLE t (id INTEGER, score INTEGER); INSERT INTO t VALUES (1, NULL), (2, 7)",
        );
        let inspector = Inspector::new();
        let mut wanted = inspector
            .schema(&mut database.connect())
            .expect("it is read");
        let column = &mut wanted.tables[0].columns[1];
        column.nullable = Facet::Known(false);
        column.sql_type = Type::parse(Dialect::Postgres, "text[]")
            .expect("a type")
            .into();
        let up = inspector
            .difference(&mut database.connect(), &wanted, &Renames::default())
            .expect("it is compared");
        let fills = Fills::default().with("t", "score", "0");
        let (_project, migrations) = chain(&up.online(&fills).expect("types are known"));
        migrations
            .upgrade(&mut database.connect())
            .expect("it is filled");
        let scores = database.column("SELECT score FROM t ORDER BY id");
        assert_eq!(scores, ["{0}", "{7}"]);
        assert!(
            database
                .client()
                .run("INSERT INTO t VALUES (3, NULL)")
                .is_err()
        );
    });
}

/// Each change beside whether the server gave the table another file.
#[test]
fn what_writes_a_table_anew_is_named() {
    postgres(|database| {
        database.run(
            "CREATE TABLE t (short VARCHAR(5), exact NUMERIC(8,2), more NUMERIC(8,2), small INTEGER, day DATE, n TEXT);
             INSERT INTO t VALUES ('a', 1, 1, 1, now(), 'x')",
        );
        let file = || database.value("SELECT pg_relation_filenode('t')");
        for (column, to) in [
            ("short", "varchar(9)"),
            ("short", "text"),
            ("short", "varchar(3)"),
            ("exact", "numeric(10,2)"),
            ("more", "numeric(10,4)"),
            ("small", "bigint"),
            ("day", "timestamptz"),
        ] {
            let inspector = Inspector::new();
            let mut wanted = inspector
                .schema(&mut database.connect())
                .expect("it is read");
            let mut columns = wanted.tables[0].columns.iter_mut();
            let of = columns.find(|of| of.name == column).expect("it is there");
            of.sql_type = Type::parse(Dialect::Postgres, to).expect("a type").into();
            let up = inspector
                .difference(&mut database.connect(), &wanted, &Renames::default())
                .expect("it is compared");
            let steps = up.online(&Fills::default()).expect("types are known");
            let before = file();
            run(database, &up);
            let named = !steps[0].rewrites.is_empty();
            assert_eq!(
                named,
                file() != before,
                "{column} {to}: {:?}",
                steps[0].rewrites
            );
        }
    });
}
