//! Random schemas: what all three databases have is here, what only one has is in the file of its name.

mod mysql;
mod postgres;
mod postgres_enums;
mod random;
mod references;
mod sqlite;

use migrate_schema::{
    Check, Column, Dialect, Facet, ForeignKey, IdentityKind, Index, IndexPart, Naming, PrimaryKey,
    Schema, Table, Type, Unique,
};

pub use random::Random;

use crate::there_and_back::Pair;

/// What one database adds. Each function changes what the common part made, or leaves it.
pub(crate) struct Kit {
    /// The types of columns, in all of which `'11'` is a value.
    types: &'static [&'static str],
    /// The kind of identity that `id` may have.
    identity: IdentityKind,
    column: fn(&mut Random, &mut Column),
    table: fn(&mut Random, &mut Table),
    schema: fn(&mut Random, &mut Schema),
}

/// Makes schemas. The row that [`insert`](crate::insert) writes fits into each table.
pub struct Generator {
    random: Random,
    dialect: Dialect,
}

/// 63 bytes, as long as PostgreSQL lets a name be.
const LONG: &str = "жжжжжжжжжжжжжжжжжжжжжжжжжжжжжжж_";
const TABLES: [&str; 6] = ["plain", "Order", "se\"le`ct", "été", "group by", LONG];
const COLUMNS: [&str; 7] = ["name", "from", "Up Down", "ünï\"", "z", "TABLE", LONG];

impl Generator {
    /// The same seed gives the same schemas.
    #[must_use]
    pub fn new(seed: u64, dialect: Dialect) -> Self {
        Self {
            random: Random::new(seed),
            dialect,
        }
    }

    /// The next two schemas. What is gone may be something new under another name.
    pub fn pair(&mut self) -> Pair {
        let mut pair = Pair::of(self.schema(), self.schema());
        pair.read = self.dialect == Dialect::Sqlite || self.random.one_in(2);
        if self.random.one_in(2) {
            self.rename_table(&mut pair);
        }
        for table in &pair.after.tables {
            let was = pair
                .renames
                .tables
                .iter()
                .find(|(_, new)| *new == table.name);
            let was = was.map_or(&table.name, |(old, _)| old);
            if let Some(before) = pair.before.table(was)
                && self.random.one_in(2)
                && let Some((old, new)) = other_column(before, table)
            {
                let hint = (table.name.clone(), old, new);
                pair.renames.columns.push(hint);
            }
        }
        pair
    }

    /// A table that is gone is one that comes. Its key has a name, since the server's own would stay that of the old table.
    fn rename_table(&mut self, pair: &mut Pair) {
        let without = |one: &Schema, other: &Schema| {
            let may = |of: &&Table| of.name.schema.is_none();
            let mut tables = one.tables.iter().filter(may);
            let found = tables.find(|of| other.table(&of.name).is_none());
            found.map(|table| table.name.clone())
        };
        let (before, after) = (&mut pair.before, &mut pair.after);
        let (Some(old), Some(new)) = (without(before, after), without(after, before)) else {
            return;
        };
        for (schema, name) in [(before, &old), (after, &new)] {
            let table = schema.tables.iter_mut().find(|table| table.name == *name);
            if let Some(Facet::Known(Some(key))) = table.map(|table| &mut table.primary_key) {
                let text = Naming::default().name(self.dialect, "pk {table}", &name.name, &[], "");
                key.name = Facet::Known(text);
            }
        }
        pair.renames.tables.push((old, new));
    }

    /// The next schema.
    fn schema(&mut self) -> Schema {
        let names: Vec<_> = TABLES
            .into_iter()
            .filter(|_| !self.random.one_in(3))
            .collect();
        let tables = names.iter().map(|name| self.table(name, &names)).collect();
        let mut schema = Schema {
            tables,
            ..Schema::default()
        };
        references::refer(&mut self.random, self.dialect, &mut schema);
        (self.kit().schema)(&mut self.random, &mut schema);
        schema
    }

    const fn kit(&self) -> &'static Kit {
        match self.dialect {
            Dialect::Sqlite => &sqlite::KIT,
            Dialect::Postgres => &postgres::KIT,
            Dialect::Mysql => &mysql::KIT,
        }
    }

    fn table(&mut self, name: &str, others: &[&str]) -> Table {
        let mut id = Column::new("id", self.of("integer"));
        if self.random.one_in(2) {
            id = id.identity(self.kit().identity);
        }
        let mut table = Table::new(name).with(id).keyed(["id"]);
        for name in COLUMNS {
            if !self.random.one_in(3) {
                table = table.with(self.column(name));
            }
        }
        let columns: Vec<_> = COLUMNS
            .into_iter()
            .filter(|name| table.column(name).is_some())
            .collect();
        for column in columns {
            table = self.constraints(table, column);
        }
        if !others.is_empty() && self.random.one_in(2) {
            table = self.reference(table, others);
        }
        (self.kit().table)(&mut self.random, &mut table);
        table
    }

    fn column(&mut self, name: &str) -> Column {
        let of = *self.random.pick(self.kit().types);
        let mut column = Column::new(name, self.of(of));
        if self.random.one_in(2) {
            column = column.nullable();
        }
        if self.random.one_in(3) {
            column = column.default(*self.random.pick(&["'1'", "'22'"]));
        }
        (self.kit().column)(&mut self.random, &mut column);
        column
    }

    fn constraints(&mut self, mut table: Table, column: &str) -> Table {
        let naming = Naming::default();
        let name = table.name.name.clone();
        let label =
            |template: &str| naming.name(self.dialect, template, &name, &[column, "id"], "");
        let (ix, uq, ck) = (label(&naming.ix), label(&naming.uq), label(&naming.ck));
        if self.random.one_in(3) {
            let mut part = IndexPart::column(column);
            part.descending = self.random.one_in(2);
            let mut index = Index::on([part]).named(ix);
            index.unique = self.random.one_in(2);
            if self.dialect != Dialect::Mysql && self.random.one_in(2) {
                index.predicate = Some("id > 0".into());
            }
            table = table.index(index);
        }
        if self.random.one_in(4) {
            let columns = [column, "id"];
            let columns = &columns[..if self.random.one_in(3) { 1 } else { 2 }];
            table = table.unique(Unique::on(columns.iter().copied()).named(uq));
        }
        if self.random.one_in(4) {
            let check = Check::that(format!("{} <> '9'", self.dialect.quote(column)));
            table = table.check(check.named(ck));
        }
        table
    }

    fn reference(&mut self, table: Table, others: &[&str]) -> Table {
        let naming = Naming::default();
        let name = table.name.name.clone();
        let label =
            |template: &str| naming.name(self.dialect, template, &name, &["ref id"], "other");
        let (fk, ix) = (label(&naming.fk), label(&naming.ix));
        let reference = Column::new("ref id", self.of("integer")).nullable();
        let mut key = ForeignKey::on(["ref id"], *self.random.pick(others), ["id"]).named(fk);
        references::act(&mut self.random, self.dialect, &mut key);
        let index = Index::on([IndexPart::column("ref id")]).named(ix);
        table.with(reference).foreign_key(key).index(index)
    }

    fn of(&self, text: &str) -> Type {
        of(self.dialect, text)
    }
}

/// A primary key of two columns, of which `id` alone stays unique, since other tables refer to it.
fn two_columns_are_the_key(dialect: Dialect, table: &mut Table) {
    let Some(second) = table
        .columns
        .get_mut(1)
        .filter(|of| of.generated.get().is_none())
    else {
        return;
    };
    second.nullable = Facet::Known(false);
    let label = |kind: &str| {
        let template = format!("{kind} {{table}}");
        Naming::default().name(dialect, &template, &table.name.name, &[], "")
    };
    let (pk, uq) = (label("pk"), label("uq"));
    table.primary_key = Facet::Known(Some(PrimaryKey {
        name: Facet::Known(pk),
        columns: vec![second.name.clone(), "id".into()],
    }));
    *table = table.clone().unique(Unique::on(["id"]).named(uq));
}

/// The first column that is gone, and the first one that comes.
fn other_column(before: &Table, after: &Table) -> Option<(String, String)> {
    let without = |one: &Table, other: &Table| {
        let mut names = COLUMNS.into_iter();
        let found = names.find(|name| one.column(name).is_some() && other.column(name).is_none());
        found.map(str::to_owned)
    };
    Some((without(before, after)?, without(after, before)?))
}

/// A type that is known to be one.
fn of(dialect: Dialect, text: &str) -> Type {
    Type::parse(dialect, text).expect("a type")
}
