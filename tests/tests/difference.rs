//! What a difference's SQL does on real servers: there, and back, with a row in each table.

use migrate_core::{Backend, dialect};
use migrate_schema::{
    Check, Column, Dialect, Difference, Facet, IdentityKind, Index, IndexPart, Name, Renames,
    Schema, Table, Type,
};
use migrate_tests::{Database, create, insert, on, on_each_backend, run, there_and_back};

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
            table.columns[0].identity = Facet::Known(Some(identity));
        })
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
    ];
    for (which, before, after) in cases {
        there_and_back(database, &before, &after, which, |_, _, _| {});
    }
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

on_each_backend!(a_rename_keeps_the_rows);

#[test]
fn what_only_postgres_has_there_and_back() {
    on(Backend::Postgres, what_only_postgres_has);
}
