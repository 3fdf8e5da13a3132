//! PostgreSQL's tables as they are read, whatever the session is like: the search path, the rights, an open transaction.

use diesel::{Connection as _, RunQueryDsl as _};
use migrate_core::{Backend, InspectError, Inspector};
use migrate_schema::{
    Check, Column, Dialect, Difference, Facet, Index, IndexPart, Name, Renames, Schema, Table, Type,
};
use migrate_tests::{Database, on};

const TABLES: &str = "\
    CREATE SCHEMA audit; CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE people (id serial PRIMARY KEY, name ext.citext, nick text, mood mood NOT NULL DEFAULT 'sad',
        CONSTRAINT ck_people CHECK (nick IN ('a', 'b') AND mood <> 'ok'));
    CREATE INDEX ix_people ON people (lower(nick)) WHERE nick <> '';
    CREATE TABLE audit.log (id integer PRIMARY KEY, person integer REFERENCES people, mood mood);
    CREATE VIEW names AS SELECT name FROM people;";

fn on_tables(test: impl FnOnce(&Database)) {
    on(Backend::Postgres, |database| {
        database.run(TABLES);
        test(database);
    });
}

fn read(database: &Database, before: &str, inspector: &Inspector) -> Schema {
    let mut connection = database.postgres();
    diesel::sql_query(before).execute(&mut connection).unwrap();
    let schema = inspector.schema(&mut connection).unwrap();
    let path = "SELECT current_setting('search_path')";
    let same = format!("DO $$ BEGIN ASSERT ({path}) <> ''; END $$");
    diesel::sql_query(same).execute(&mut connection).unwrap();
    schema
}

#[test]
fn the_search_path_changes_no_answer() {
    on_tables(|database| {
        let inspector = Inspector::new().schemas(["audit"]);
        let plain = read(database, "SET search_path = public", &inspector);
        for path in [
            "public, pg_catalog",
            "public, audit",
            "\"$user\", public",
            "public, pg_temp",
        ] {
            let set = format!("SET search_path = {path}");
            assert_eq!(read(database, &set, &inspector), plain, "{path}");
        }
        let names: Vec<_> = plain
            .tables
            .iter()
            .map(|table| table.name.to_string())
            .collect();
        assert_eq!(names, ["audit.log", "people"]);
        assert_eq!(plain.views, [Name::new("names")]);
    });
}

#[test]
fn what_is_in_another_schema_is_called_by_it_where_the_path_does_not_find_it() {
    on_tables(|database| {
        let of = |path: &str| {
            let set = format!("SET search_path = {path}");
            let schema = read(database, &set, &Inspector::new());
            let people = schema.table(&Name::new("people")).unwrap();
            let of = people.column("name").unwrap().sql_type.value().cloned();
            of.unwrap().sql(Dialect::Postgres)
        };
        assert_eq!(of("public"), "\"ext\".\"citext\"");
        assert_eq!(of("public, ext"), "\"citext\"");
        let audit = read(database, "SET search_path = audit", &Inspector::new());
        let log = audit.table(&Name::new("log")).unwrap();
        assert_eq!(
            log.foreign_keys.all()[0].table,
            Name::qualified("public", "people")
        );
        let mood = log.column("mood").unwrap().sql_type.value().unwrap();
        assert_eq!(mood.user_name(), Some(&Name::qualified("public", "mood")));
    });
}

#[test]
fn partitions_belong_to_their_table() {
    on(Backend::Postgres, |database| {
        database.run(
            "CREATE TABLE seen (at date NOT NULL, n integer) PARTITION BY RANGE (at);
             CREATE TABLE seen_1 PARTITION OF seen FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
             CREATE INDEX ix_seen ON seen (n);",
        );
        let schema = read(database, "SELECT 1", &Inspector::new());
        let [seen] = schema.tables.as_slice() else {
            panic!("{:?}", schema.tables);
        };
        assert_eq!((seen.columns.len(), seen.indexes.all().len()), (2, 1));
    });
}

#[test]
fn a_database_without_a_schema_to_look_at_is_named() {
    on(Backend::Postgres, |database| {
        let mut connection = database.postgres();
        let set = "SET search_path = nowhere";
        diesel::sql_query(set).execute(&mut connection).unwrap();
        let error = Inspector::new().schema(&mut connection).unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains("no schema of the search path exists"),
            "{told}"
        );
    });
}

/// What the models of those tables say, in their own words: not in those of the server.
fn people(check: &str) -> Schema {
    let parse = |text| Type::parse(Dialect::Postgres, text).unwrap();
    let mut index = Index::on([IndexPart::expression("LOWER( nick )")]).named("ix_people");
    index.predicate = Some("NICK != ''".into());
    let mut people = Table::unknown("people").check(Check::that(check).named("ck_people"));
    people.columns = vec![
        Column::unknown("id", parse("integer")),
        Column::unknown("name", parse("ext.citext")),
        Column::unknown("nick", parse("text")),
        Column::unknown("mood", parse("mood")),
    ];
    people.indexes = Facet::Known(vec![index]);
    Schema::default().with(people)
}

const SAME: &str = "nick in ('a', 'b') and mood != 'ok'";

fn compared<C, M>(connection: &mut C, check: &str) -> Result<Difference, InspectError>
where
    C: migrate_core::AsConnection<M>,
{
    Inspector::new().difference(connection, &people(check), &Renames::default())
}

fn temporary_tables(connection: &mut diesel::PgConnection) -> usize {
    let sql = "SELECT FROM pg_class WHERE relpersistence = 't'";
    diesel::sql_query(sql).execute(connection).unwrap()
}

#[test]
fn the_server_says_which_expressions_mean_the_same() {
    on_tables(|database| {
        let mut connection = database.postgres();
        let same = compared(&mut connection, SAME).unwrap();
        assert!(same.is_empty(), "{:?}", same.changes());
        let other = compared(&mut connection, "nick in ('a', 'c') and mood != 'ok'").unwrap();
        assert_eq!(other.changes().len(), 2, "{:?}", other.changes());
        assert_eq!(temporary_tables(&mut connection), 0);
    });
}

#[test]
fn an_open_transaction_goes_on() {
    on_tables(|database| {
        let mut connection = database.postgres();
        connection
            .transaction::<_, diesel::result::Error, _>(|connection| {
                diesel::sql_query("ALTER TABLE people ADD more text").execute(connection)?;
                let found = compared(connection, SAME).unwrap();
                let told: Vec<_> = found.changes().iter().map(ToString::to_string).collect();
                assert_eq!(told, ["drop column people.more"]);
                compared(connection, "nicc <> ''").unwrap_err();
                Ok(())
            })
            .unwrap();
        assert_eq!(temporary_tables(&mut connection), 0);
        let found = compared(&mut connection, SAME).unwrap();
        assert_eq!(found.changes().len(), 1, "what the transaction did is kept");
    });
}

#[test]
fn what_the_server_does_not_take_is_named() {
    on_tables(|database| {
        let mut connection = database.postgres();
        let error = compared(&mut connection, "nicc <> ''").unwrap_err();
        let told = error.to_string();
        assert!(told.starts_with("the server does not take the check `nicc <> ''` of people: column \"nicc\" does not exist"), "{told}");
        assert!(compared(&mut connection, SAME).unwrap().is_empty());
    });
}

#[test]
fn where_nothing_can_be_made_what_looks_alike_is_the_same() {
    on_tables(|database| {
        let mut connection = database.postgres();
        let set = "SET default_transaction_read_only = on";
        diesel::sql_query(set).execute(&mut connection).unwrap();
        let found = Inspector::new()
            .difference(&mut connection, &people("true"), &Renames::default())
            .unwrap();
        let told: Vec<_> = found.changes().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "drop check ck_people of people",
                "add check ck_people to people"
            ]
        );

        let role = database.name();
        database.run(&format!(
            "CREATE ROLE {role}; REVOKE TEMPORARY ON DATABASE {role} FROM PUBLIC; GRANT SELECT ON people TO {role};"
        ));
        let mut connection = database.postgres();
        let set = format!("SET ROLE {role}");
        diesel::sql_query(set).execute(&mut connection).unwrap();
        let found = compared(&mut connection, "nick IN ('a', 'b') AND mood <> 'ok'").unwrap();
        let told: Vec<_> = found.changes().iter().map(ToString::to_string).collect();
        drop(connection);
        database.run(&format!("DROP OWNED BY {role}; DROP ROLE {role};"));
        // The server wrote the list in another way, which no text tells.
        assert_eq!(
            told,
            [
                "drop check ck_people of people",
                "add check ck_people to people"
            ]
        );
    });
}
