//! What only SQLite has.

use migrate_schema::{Column, Dialect, Facet, Generated, IdentityKind, Index, IndexPart, Table};

use super::{Kit, Random, of, two_columns_are_the_key};

pub(super) const KIT: Kit = Kit {
    types: &[
        "integer",
        "bigint",
        "text",
        "varchar(20)",
        "numeric(10, 2)",
        "double precision",
        "blob",
    ],
    identity: IdentityKind::Auto,
    column: |random, column| {
        if random.one_in(5) {
            let name = *random.pick(&["NOCASE", "RTRIM"]);
            column.collation = Facet::Known(Some(name.into()));
        }
    },
    table,
    schema: |_, _| {},
};

fn table(random: &mut Random, table: &mut Table) {
    if random.one_in(4) {
        computed(random, table);
    }
    let numbered = table.columns[0].identity.get().is_some();
    if !numbered && random.one_in(3) {
        two_columns_are_the_key(Dialect::Sqlite, table);
    }
    if !numbered && random.one_in(4) {
        table.without_rowid = Facet::Known(true);
    }
    if random.one_in(5) {
        table.strict = Facet::Known(true);
        for column in &mut table.columns {
            let text = *random.pick(&["INTEGER", "TEXT", "ANY", "REAL"]);
            let text = if column.name == "id" { "INTEGER" } else { text };
            column.sql_type = Facet::Known(of(Dialect::Sqlite, text));
        }
    }
    // Triggers are not compared, so a table has its own whenever it is there.
    if table.name.name.len() % 2 == 1 {
        let (name, on) = (
            format!("tr {}", table.name.name),
            table.name.quoted(Dialect::Sqlite),
        );
        let name = Dialect::Sqlite.quote(&name);
        let text =
            format!("CREATE TRIGGER {name} AFTER INSERT ON {on} BEGIN SELECT new.\"id\"; END");
        table.triggers.push(text);
    }
    if table.column("name").is_some() && random.one_in(3) {
        let mut part = IndexPart::expression("lower(\"name\")");
        part.descending = random.one_in(2);
        let mut second = IndexPart::column("id");
        second.collation = random.one_in(2).then(|| "BINARY".into());
        let name = format!("ix lower {}", table.name.name);
        *table = table.clone().index(Index::on([part, second]).named(name));
    }
}

fn computed(random: &mut Random, table: &mut Table) {
    let mut twice = Column::new("twice", of(Dialect::Sqlite, "integer")).nullable();
    twice.generated = Facet::Known(Some(Generated {
        expression: (*random.pick(&["id * 2", "id + (id - 0)"])).into(),
        stored: random.one_in(2),
    }));
    table.columns.push(twice);
}
