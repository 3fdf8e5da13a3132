//! What a difference's SQL does on real servers: there, and back, with a row in each table.

use migrate_core::{Backend, Inspector, dialect};
use migrate_schema::{
    Check, Column, Dialect, Difference, Facet, IdentityKind, Index, IndexPart, Name, Renames,
    Schema, Table, Type, Unique,
};
use migrate_tests::{
    Database, Pair, create, insert, is_read, on, on_each_backend, run, there_and_back,
};

/// A table `users` with a column `name` of a type, as something changes it.
fn users(of: &str, change: impl FnOnce(&mut Table)) -> Schema {
    let parse = |text| Type::parse(Dialect::Postgres, text).expect("a type");
    let mut table = Table::new("users")
        .with(Column::new("id", parse("integer")))
        .with(Column::new("name", parse(of)).nullable())
        .keyed(["id"]);
    change(&mut table);
    let mut schema = Schema::default().with(table);
    schema.enums = Facet::Known(Vec::new());
    schema
}

fn what_only_postgres_has(database: &Database) {
    let plain = |of: &str| users(of, |_| {});
    let mood = |values: &[&str], default: Option<&str>| {
        let default = default.map(|text| text.into());
        users("mood", |table| {
            table.columns[1].default = Facet::Known(default)
        })
        .with_enum("mood", values.iter().copied())
    };
    let moods = |values: &[&str], default: Option<&str>| {
        let of = Facet::Known(Type::user("mood".into()).array());
        let mut moods = mood(values, default);
        moods.tables[0].columns[1].sql_type = of;
        moods
    };
    let index = |change: fn(&mut Index)| {
        let mut index = Index::on([IndexPart::column("name")]).named("ix");
        change(&mut index);
        users("jsonb", |table| *table = table.clone().index(index))
    };
    let computed = |text: &str| {
        users("integer", |table| {
            let twice = Column::new(
                "twice",
                Type::parse(Dialect::Postgres, "integer").expect("a type"),
            );
            *table = table
                .clone()
                .with(twice.nullable().generated(text))
                .index(Index::on([IndexPart::column("twice")]).named("ix"));
        })
    };
    let numbered = |kind: IdentityKind, start: Option<i64>| {
        users("text", |table| {
            let mut identity = migrate_schema::Identity::from(kind);
            identity.sequence.start = start;
            table.columns[0].identity = Facet::Known(Some(identity.into()));
        })
    };
    let limited = |start: Option<i64>, increment: i64| {
        let mut schema = numbered(IdentityKind::ByDefault, start);
        if let Some(identity) = schema.tables[0].columns[0].identity.get_mut() {
            let sequence = &mut identity.sequence;
            sequence.increment = Some(increment);
            (sequence.minimum, sequence.maximum) = match increment {
                ..0 => (None, Some(-3)),
                _ => (Some(3), None),
            };
        }
        schema
    };
    let cases = [
        (
            "a value is added",
            mood(&["1", "2"], None),
            mood(&["0", "1", "2", "3"], None),
        ),
        (
            "a new value is the default",
            mood(&["1", "2"], Some("'1'")),
            mood(&["1", "2", "3"], Some("'3'")),
        ),
        (
            "values change their order",
            mood(&["1", "2"], Some("'1'")),
            mood(&["2", "1"], Some("'1'")),
        ),
        (
            "a text becomes an enum",
            plain("varchar(50)"),
            mood(&["1", "2"], None),
        ),
        (
            "the enum goes with its table",
            mood(&["1"], None),
            Schema {
                enums: Facet::Known(Vec::new()),
                ..Schema::default()
            },
        ),
        (
            "another method",
            index(|_| {}),
            index(|index| index.method = Some("gin".into())),
        ),
        (
            "a column carried along",
            index(|_| {}),
            index(|index| index.include = vec!["id".into()]),
        ),
        ("computed otherwise", computed("id + 1"), computed("id + 2")),
        ("computed no more", computed("id + 1"), plain("integer")),
        (
            "an identity that starts at its lowest number",
            limited(Some(7), 2),
            limited(None, 2),
        ),
        (
            "an identity that goes down from its highest number",
            limited(Some(-7), -2),
            limited(None, -2),
        ),
        (
            "another identity",
            numbered(IdentityKind::ByDefault, None),
            numbered(IdentityKind::Always, Some(5)),
        ),
        (
            "a serial becomes an identity",
            numbered(IdentityKind::Serial, None),
            numbered(IdentityKind::ByDefault, None),
        ),
        (
            "numbered no more",
            numbered(IdentityKind::Serial, None),
            plain("text"),
        ),
        ("json is binary", plain("json"), plain("jsonb")),
        (
            "a number becomes an array",
            plain("integer"),
            plain("integer[]"),
        ),
        (
            "an array's numbers become others",
            plain("numeric(10,2)[]"),
            plain("integer[]"),
        ),
        (
            "a column leaves its enum, and its value goes",
            mood(&["2", "1"], None),
            plain("varchar(50)").with_enum("mood", ["1"]),
        ),
        (
            "a column goes, and its value",
            mood(&["2", "1"], None),
            users("text", |table| table.columns.truncate(1)).with_enum("mood", ["1"]),
        ),
        (
            "an enum that is made anew becomes an array of it",
            mood(&["2", "1"], Some("'1'")),
            moods(&["1", "2"], Some("'{1}'")),
        ),
        (
            "an array's default is a value that is new",
            moods(&["1"], None),
            moods(&["1", "it's"], Some("'{1,it''s}'")),
        ),
        (
            "a unique constraint says what the key says",
            plain("text"),
            users("text", |table| {
                let unique = |name: &str| Unique::on(["id"]).named(name);
                *table = table.clone().unique(unique("uq")).unique(unique("uq 2"));
            }),
        ),
        (
            "something is computed from an enum that is made anew",
            computed_from_mood(&["1", "2"]),
            computed_from_mood(&["2", "1"]),
        ),
    ];
    for (which, before, after) in cases {
        there_and_back(database, &Pair::of(before, after), which, |_, _, _| {});
    }
}

fn computed_from_mood(values: &[&str]) -> Schema {
    let integer = Type::parse(Dialect::Postgres, "integer").expect("a type");
    let computed = Column::new("is one", integer).generated("CASE WHEN name = '1' THEN 1 END");
    users("mood", |table| {
        *table = table.clone().with(computed.nullable())
    })
    .with_enum("mood", values.iter().copied())
}

/// What the servers write of a column's check, default and index says of what type the constants are.
fn a_column_that_others_read_gets_another_type(database: &Database) {
    let dialect = dialect(database.backend());
    let schema = |of: &str| {
        let parse = |text| Type::parse(dialect, text).expect("a type");
        let table = Table::new("users")
            .with(Column::new("id", parse("integer")))
            .with(Column::new("name", parse(of)).default("'22'"))
            .keyed(["id"])
            .check(Check::that("name <> '9'").named("ck"));
        Schema::default().with(table)
    };
    for (was, is) in [("text", "smallint"), ("bigint", "varchar(20)")] {
        let pair = Pair {
            read: true,
            ..Pair::of(schema(was), schema(is))
        };
        there_and_back(database, &pair, &format!("{was} to {is}"), is_read);
    }
}

/// The server is asked what a check means while the table and its column still have the old names.
fn a_check_is_written_otherwise_under_another_name(database: &Database) {
    let dialect = dialect(database.backend());
    let schema = |table: &str, column: &str, check: &str| {
        let parse = |text| Type::parse(dialect, text).expect("a type");
        let table = Table::new(table)
            .with(Column::new("id", parse("integer")))
            .with(Column::new(column, parse("integer")))
            .check(Check::that(check).named("ck"));
        Schema::default().with(table)
    };
    let pair = Pair {
        renames: Renames::default()
            .table("people", "members")
            .column("members", "age", "years"),
        read: true,
        ..Pair::of(
            schema("people", "age", "age in (1, 11, 22) AND id <> 3"),
            schema("members", "years", "years IN (1,11,22) and id != 3"),
        )
    };
    there_and_back(database, &pair, "under another name", is_read);
}

/// The sequence keeps the name of the old table, however long that is.
fn a_serial_becomes_an_identity_under_another_name(database: &Database) {
    let of = |name: &str, kind: IdentityKind| {
        let integer = Type::parse(Dialect::Postgres, "integer").expect("a type");
        let table = Table::new(name).with(Column::new("id", integer).identity(kind));
        Schema::default().with(table)
    };
    let long = "ж".repeat(31);
    let pair = Pair {
        renames: Renames::default().table(long.as_str(), "short"),
        ..Pair::of(
            of(&long, IdentityKind::Serial),
            of("short", IdentityKind::ByDefault),
        )
    };
    there_and_back(database, &pair, "under another name", |_, _, _| {});
    let pair = Pair::of(of(&long, IdentityKind::Always), pair.before);
    there_and_back(database, &pair, "under a long name", |_, _, _| {});
}

/// No value is no array that has none in it, nor is it one on the way back.
fn a_column_without_a_value_becomes_an_array(database: &Database) {
    let (before, after) = (users("integer", |_| {}), users("integer[]", |_| {}));
    create(database, &before);
    database.run("INSERT INTO users VALUES (1, 1), (2, NULL)");
    let rows = || database.column("SELECT coalesce(name::text, 'none') FROM users ORDER BY id");
    let up = Difference::between(&before, &after, Dialect::Postgres, &Renames::default());
    run(database, &up);
    assert_eq!(rows(), ["{1}", "none"]);
    run(database, &up.inverse());
    assert_eq!(rows(), ["1", "none"]);
}

/// Tables that are made anew lose their triggers, and get them back: one of them speaks of a table and a column that get other names,
/// and of a column of the old name that stays.
fn triggers_speak_of_what_gets_another_name(database: &Database) {
    database.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, nick TEXT, age INTEGER);\n\
         CREATE TABLE log (id INTEGER PRIMARY KEY, nick TEXT, people INTEGER);\n\
         CREATE VIEW nicks AS SELECT nick FROM people;\n\
         CREATE TRIGGER told AFTER INSERT ON people BEGIN\n\
           INSERT INTO log (nick, people) SELECT nick, id FROM people WHERE id = new.id; END;\n\
         CREATE TRIGGER counted AFTER INSERT ON log BEGIN\n\
           UPDATE people SET age = (SELECT count(log.nick) FROM log) WHERE id = new.people; END;",
    );
    let inspector = Inspector::new();
    let mut connection = database.connect();
    let mut wanted = inspector.schema(&mut connection).expect("it is read");
    for table in &mut wanted.tables {
        let text = Type::parse(Dialect::Sqlite, "text").expect("a type");
        let column = table
            .columns
            .iter_mut()
            .find(|of| of.name != "nick" && of.name != "id");
        column.expect("it has three").sql_type = Facet::Known(text);
        table.text = None;
        if table.name.name == "people" {
            table.name = "members".into();
            table.columns[1].name = "name".into();
        }
    }
    let hints = Renames::default()
        .table("people", "members")
        .column("members", "nick", "name");
    let up = inspector.difference(&mut connection, &wanted, &hints);
    let up = up.expect("it is compared");
    run(database, &up);
    database.run("INSERT INTO members (id, name) VALUES (7, 'ann')");
    let rows = |sql: &str| database.query(sql);
    assert_eq!(rows("SELECT name, age FROM members"), [["ann", "1"]]);
    assert_eq!(rows("SELECT nick, people FROM log"), [["ann", "7"]]);
    run(database, &up.inverse());
    database.run("INSERT INTO people (id, nick) VALUES (8, 'bob')");
    assert_eq!(rows("SELECT age FROM people WHERE id = 8"), [["2"]]);
    assert_eq!(rows("SELECT nick FROM nicks"), [["ann"], ["bob"]]);
}

fn a_rename_keeps_the_rows(database: &Database) {
    let dialect = dialect(database.backend());
    let of = |table: &str, column: &str| {
        let text = Type::parse(dialect, "varchar(50)").expect("a type");
        let check = Check::that(format!("{} <> ''", dialect.quote(column))).named("ck");
        let index = Index::on([IndexPart::column(column)]).named("ix");
        Schema::default().with(
            Table::new(table)
                .with(Column::new(
                    "id",
                    Type::parse(dialect, "integer").expect("a type"),
                ))
                .with(Column::new(column, text))
                .keyed(["id"])
                .check(check)
                .index(index),
        )
    };
    let (before, after) = (of("people", "nick"), of("members", "full name"));
    create(database, &before);
    database.run(&insert(&before, &after, dialect));
    let hints =
        Renames::default()
            .table("people", "members")
            .column("members", "nick", "full name");
    let up = Difference::between(&before, &after, dialect, &hints);
    run(database, &up);
    let (name, column) = (
        Name::new("members").quoted(dialect),
        dialect.quote("full name"),
    );
    assert_eq!(
        database.value(&format!("SELECT {column} FROM {name}")),
        "11"
    );
    run(database, &up.inverse());
    assert_eq!(database.value("SELECT nick FROM people"), "11");
}

on_each_backend!(
    a_rename_keeps_the_rows,
    a_column_that_others_read_gets_another_type
);

#[test]
fn what_only_postgres_has_there_and_back() {
    on(Backend::Postgres, what_only_postgres_has);
}

#[test]
fn a_serial_becomes_an_identity_whatever_its_sequence_is_called() {
    on(
        Backend::Postgres,
        a_serial_becomes_an_identity_under_another_name,
    );
}

#[test]
fn a_column_without_a_value_becomes_an_array_without_one() {
    on(Backend::Postgres, a_column_without_a_value_becomes_an_array);
}

#[test]
fn triggers_speak_of_what_gets_another_name_there_and_back() {
    on(Backend::Sqlite, triggers_speak_of_what_gets_another_name);
}

/// SQLite keeps the text that it was given.
#[test]
fn a_check_that_is_written_otherwise_under_another_name_is_the_same() {
    for backend in [Backend::Postgres, Backend::Mysql] {
        on(backend, a_check_is_written_otherwise_under_another_name);
    }
}
