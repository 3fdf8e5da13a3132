//! What only PostgreSQL has.

use migrate_schema::{
    Check, Column, Deferrable, Dialect, Facet, Identity, IdentityKind, Index, IndexPart, Name,
    Naming, Schema, Table, Unique,
};

use super::{Kit, Random, of, postgres_enums, two_columns_are_the_key};
use crate::database::OTHER_SCHEMA;

const DIALECT: Dialect = Dialect::Postgres;
pub(super) const KIT: Kit = Kit {
    types: &[
        "smallint",
        "integer",
        "bigint",
        "text",
        "varchar(20)",
        "varchar(50)",
        "char(20)",
        "numeric(10,2)",
        "numeric(12,4)",
        "double precision",
        "jsonb",
    ],
    identity: IdentityKind::ByDefault,
    column,
    table,
    schema,
};

fn column(random: &mut Random, column: &mut Column) {
    if random.one_in(5) {
        column.comment = Facet::Known(Some("it's a \\ comment".into()));
    }
    if is_text(column) && random.one_in(3) {
        let collation = *random.pick(&["C", "POSIX"]);
        column.collation = Facet::Known(Some(collation.into()));
    }
}

fn is_text(column: &Column) -> bool {
    column.sql_type.value().is_some_and(|of| {
        ["text", "character varying", "character"].contains(&of.name()) && of.dimensions() == 0
    })
}

/// The name of a constraint or index of a table, by which column it is called.
pub(super) fn name(table: &Table, kind: &str, by: &str) -> String {
    let template = format!("{kind}_{{table}}_{{columns}}");
    Naming::default().name(DIALECT, &template, &table.name.name, &[by], "")
}

fn table(random: &mut Random, table: &mut Table) {
    if random.one_in(4) {
        table.comment = Facet::Known(Some("a table's \"comment\"".into()));
    }
    numbered(random, table);
    if random.one_in(4) {
        two_columns_are_the_key(DIALECT, table);
    }
    more_columns(random, table);
    let steps: [fn(&mut Random, &mut Table); 4] = [texts, arrays, numbers, deferred];
    for step in steps {
        step(random, table);
    }
}

/// Another identity than the usual one.
fn numbered(random: &mut Random, table: &mut Table) {
    let kinds = [
        IdentityKind::Always,
        IdentityKind::ByDefault,
        IdentityKind::Serial,
    ];
    if table.columns[0].identity.get().is_none() || random.one_in(2) {
        return;
    }
    let mut identity = Identity::from(*random.pick(&kinds));
    if identity.kind != IdentityKind::Serial && random.one_in(2) {
        identity.sequence.start = Some(*random.pick(&[5, 100]));
        identity.sequence.increment = random.one_in(2).then_some(10);
        identity.sequence.maximum = random.one_in(2).then_some(1_000_000);
        identity.sequence.cache = random.one_in(2).then_some(20);
        identity.sequence.cycle = random.one_in(2);
    }
    table.columns[0].identity = Facet::Known(Some(identity.into()));
}

fn more_columns(random: &mut Random, table: &mut Table) {
    postgres_enums::columns(random, table);
    if random.one_in(2) {
        table.columns.push(tags(random));
    }
    if random.one_in(2) {
        let of_mood = table.column("mood").map(postgres_enums::has_first);
        let of_mood = of_mood.map(|is_first| format!("CASE WHEN {is_first} THEN id END"));
        let mut texts = vec!["id * 2", "id + 1", "(id % 7) * abs(id)"];
        texts.extend(of_mood.as_deref());
        let text = *random.pick(&texts);
        let twice = *random.pick(&["integer", "bigint"]);
        let twice = Column::new("twice", of(DIALECT, twice)).generated(text);
        table.columns.push(twice.nullable());
    }
    if random.one_in(2) {
        let seen = *random.pick(&["timestamp", "timestamptz", "timestamptz(3)", "date"]);
        let text = *random.pick(&[
            "now()",
            "now() - interval '1 h'",
            "now() + interval '1 day'",
        ]);
        let seen = Column::new("seen", of(DIALECT, seen)).default(text);
        table.columns.push(seen);
    }
}

/// An array, or what another time is the array of.
fn tags(random: &mut Random) -> Column {
    let types = [
        "integer[]",
        "bigint[]",
        "text[]",
        "varchar(20)[]",
        "numeric(10,2)[]",
        "integer",
        "text",
        "numeric(10,2)",
        "varchar(20)",
    ];
    let tags = Column::new("tags", of(DIALECT, random.pick::<&str>(&types)));
    let default = if is_array(&tags) { "'{}'" } else { "'1'" };
    if random.one_in(2) {
        tags.default(default)
    } else {
        tags.nullable()
    }
}

fn is_array(column: &Column) -> bool {
    column
        .sql_type
        .value()
        .is_some_and(|of| of.dimensions() > 0)
}

/// Indexes and checks of texts: expressions, operator classes, collations, conditions.
fn texts(random: &mut Random, table: &mut Table) {
    let texts: Vec<_> = table
        .columns
        .iter()
        .filter(|column| is_text(column))
        .cloned()
        .collect();
    for column in texts {
        let quoted = DIALECT.quote(&column.name);
        if random.one_in(3) {
            let mut part = IndexPart::expression(format!("lower({quoted})"));
            part.collation = random.one_in(3).then(|| "C".into());
            let mut index = Index::on([part, IndexPart::column("id")]);
            index.predicate = random
                .one_in(2)
                .then(|| format!("{quoted} IS NOT NULL and id in (1, 11, 22)").into());
            if random.one_in(2) {
                index.include = vec!["id".into(), column.name.clone()];
                index.include.truncate(1 + random.below(2));
            }
            push(table, index.named(name(table, "low", &column.name)));
        }
        if random.one_in(3) {
            let mut part = IndexPart::column(&column.name);
            part.operator_class = column
                .sql_type
                .value()
                .filter(|of| of.name() == "text")
                .map(|_| "text_pattern_ops".into());
            part.nulls_first = random.one_in(2).then_some(true);
            push(
                table,
                Index::on([part]).named(name(table, "pat", &column.name)),
            );
        }
        if random.one_in(3) {
            let text =
                format!("{quoted} is null or length({quoted}) < 100 and {quoted} not like '%9%'");
            let check = Check::that(text).named(name(table, "len", &column.name));
            *table = table.clone().check(check);
        }
    }
}

pub(super) fn push(table: &mut Table, index: Index) {
    *table = table.clone().index(index);
}

/// Indexes of arrays, enums and what is computed.
fn arrays(random: &mut Random, table: &mut Table) {
    if table.column("tags").is_some_and(is_array) && random.one_in(2) {
        let mut index = Index::on([IndexPart::column("tags")]).named(name(table, "gin", "tags"));
        index.method = Some("gin".into());
        push(table, index);
    }
    postgres_enums::indexes(random, table);
    if table.column("twice").is_some() && random.one_in(2) {
        let mut part = IndexPart::column("twice");
        part.descending = true;
        part.nulls_first = Some(false);
        push(table, Index::on([part]).named(name(table, "ix", "twice")));
    }
}

fn numbers(random: &mut Random, table: &mut Table) {
    if random.one_in(3) {
        let text = *random.pick(&[
            "id > 0 AND id<1000",
            "id between 0 and 999",
            "id IN (1, 11, 22)",
        ]);
        let check = Check::that(text).named(name(table, "ck", "numbers"));
        *table = table.clone().check(check);
    }
    if random.one_in(3) {
        let method = *random.pick(&["hash", "brin"]);
        let mut index = Index::on([IndexPart::column("id")]).named(name(table, "hash", "id"));
        index.method = Some(method.into());
        push(table, index);
    }
    if table.column("ref id").is_some() && random.one_in(3) {
        let parts = [IndexPart::column("ref id"), IndexPart::column("id")];
        let mut index = Index::on(parts).named(name(table, "nulls", "ref"));
        index.unique = true;
        index.nulls_not_distinct = random.one_in(2);
        index.include = vec!["id".into()];
        push(table, index);
    }
}

/// When constraints are looked at, and which NULLs are alike.
fn deferred(random: &mut Random, table: &mut Table) {
    let kinds = [Deferrable::No, Deferrable::Immediate, Deferrable::Deferred];
    if table.column("tags").is_some() && random.one_in(2) {
        let mut unique = Unique::on(["tags"]).named(name(table, "uq", "tags"));
        unique.nulls_not_distinct = random.one_in(2);
        unique.deferrable = *random.pick(&kinds);
        *table = table.clone().unique(unique);
    }
}

/// Puts a table into the other schema.
fn moved(schema: &mut Schema, name: &Name) {
    let to = Name::qualified(OTHER_SCHEMA, &name.name);
    for table in &mut schema.tables {
        if table.name == *name {
            table.name = to.clone();
        }
        if let Facet::Known(keys) = &mut table.foreign_keys {
            for key in keys.iter_mut().filter(|key| key.table == *name) {
                key.table = to.clone();
            }
        }
    }
}

fn schema(random: &mut Random, schema: &mut Schema) {
    if let (Some(table), true) = (schema.tables.last(), random.one_in(2)) {
        let name = table.name.clone();
        moved(schema, &name);
    }
    postgres_enums::types(random, schema);
}
