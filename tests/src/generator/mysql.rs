//! What only MySQL and MariaDB have.

use migrate_schema::{
    Check, Column, Dialect, Facet, Generated, IdentityKind, Index, IndexPart, Table, Type,
};

use super::{Kit, Random, of};

pub(super) const KIT: Kit = Kit {
    types: &[
        "int",
        "bigint",
        "int unsigned",
        "smallint unsigned",
        "tinyint(1)",
        "bigint unsigned",
        "varchar(20)",
        "varchar(50)",
        "char(5)",
        "decimal(10,2)",
        "double",
        "enum('1', '22', 'it''s', 'a,b\\\\c')",
        "enum('22', '1')",
        "set('1', '22', '333')",
        "text",
        "json",
    ],
    identity: IdentityKind::Auto,
    column,
    table,
    schema: |_, _| {},
};

fn column(random: &mut Random, column: &mut Column) {
    if random.one_in(5) {
        column.comment = Facet::Known(Some("it's a \\ comment".into()));
    }
    if is_text(column) && random.one_in(3) {
        column.collation = Facet::Known(Some("utf8mb4_bin".into()));
    }
    if named(column, "int") && random.one_in(4) {
        column.default = Facet::Known(Some(["(1 + 2)", "(floor(2.5))"][random.below(2)].into()));
    }
}

fn table(random: &mut Random, table: &mut Table) {
    shorten(table);
    // What a foreign key changes by itself may be in no expression.
    let names: Vec<_> = table
        .columns
        .iter()
        .map(|of| of.name.clone())
        .filter(|name| name != "id" && name != "ref id")
        .collect();
    if names.is_empty() {
        return;
    }
    if random.one_in(3) {
        let name = random.pick(&names).clone();
        computed(random, table, &name);
    }
    let name = random.pick(&names).clone();
    // A JSON's own check stands where this one would.
    if random.one_in(4)
        && !table
            .column(&name)
            .is_some_and(|column| named(column, "json"))
    {
        let check = Check::that(format!("{} <> '8'", Dialect::Mysql.quote(&name))).within(name);
        push(&mut table.checks, check);
    }
    let texts: Vec<_> = table.columns.iter().filter(|of| is_text(of)).collect();
    if let Some(text) = texts.first()
        && random.one_in(3)
    {
        let mut index = Index::on([IndexPart::column(&text.name)]).named("ft");
        index.method = Some("fulltext".into());
        push(&mut table.indexes, index);
    }
    if random.one_in(4) {
        longer_key(random, table, &names);
    }
    if random.one_in(4) {
        table.comment = Facet::Known(Some("a table's \"comment\" \\".into()));
    }
}

/// A column that is computed from another one, of a type that is the same in every mode of a session.
fn computed(random: &mut Random, table: &mut Table, name: &str) {
    let quoted = Dialect::Mysql.quote(name);
    let of_type = |of: &str| table.column(name).is_some_and(|column| named(column, of));
    let (kind, expression) = if of_type("varchar") || of_type("text") {
        ("varchar(80)", format!("concat({quoted}, 'it''s \\\\ x')"))
    } else if of_type("int") || of_type("bigint") {
        let more = random.below(3);
        ("bigint", format!("ifnull({quoted}, 0) + {more}"))
    } else {
        return;
    };
    let mut computed = Column::new("computed", of(Dialect::Mysql, kind)).nullable();
    computed.generated = Facet::Known(Some(Generated {
        expression: expression.into(),
        stored: random.one_in(2),
    }));
    table.columns.push(computed);
    if random.one_in(2) {
        let index = Index::on([IndexPart::column("computed")]).named("ix computed");
        push(&mut table.indexes, index);
    }
}

/// A text is too long for an index, so that it has the first letters alone; a unique constraint cannot do that.
fn shorten(table: &mut Table) {
    let long: Vec<_> = table
        .columns
        .iter()
        .filter(|column| named(column, "text") || named(column, "json"))
        .map(|column| column.name.clone())
        .collect();
    if let Facet::Known(uniques) = &mut table.uniques {
        uniques.retain(|unique| !unique.columns.iter().any(|name| long.contains(name)));
    }
    if let Facet::Known(indexes) = &mut table.indexes {
        for index in indexes {
            if index.columns().any(|name| long.contains(name)) {
                index.parts[0].prefix = Some(4);
            }
        }
    }
}

/// A primary key of two columns, one of them a number.
fn longer_key(random: &mut Random, table: &mut Table, names: &[String]) {
    let name = random.pick(names);
    let Some(column) = table.columns.iter_mut().find(|column| column.name == *name) else {
        return;
    };
    if named(column, "int") || named(column, "bigint") {
        column.nullable = Facet::Known(false);
        *table = table.clone().keyed(["id", name]);
    }
}

fn named(column: &Column, name: &str) -> bool {
    column.sql_type.known().map(Type::name) == Some(name)
}

fn is_text(column: &Column) -> bool {
    ["varchar", "char", "text"]
        .iter()
        .any(|of| named(column, of))
        && column.generated.get().is_none()
}

fn push<T>(list: &mut Facet<Vec<T>>, item: T) {
    if let Facet::Known(list) = list {
        list.push(item);
    }
}
