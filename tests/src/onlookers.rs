//! Views and triggers that look on while the tables of a SQLite database change under them and get other names.

use migrate_schema::{Dialect, Schema, Table};

use crate::database::Database;
use crate::there_and_back::Pair;

/// What their names begin with; they are no facts of the schema.
pub(crate) const PREFIX: &str = "onlooker";

/// Those of a pair of schemas: two views and two triggers for each table that stays.
pub(crate) struct Onlookers(Vec<Looked>);

/// A table that stays, in quotes, and its columns that do, as they are called before.
struct Looked {
    before: String,
    after: String,
    columns: Vec<String>,
}

impl Onlookers {
    /// Makes them.
    pub(crate) fn of(pair: &Pair, database: &Database) -> Self {
        let quote = |name: &str| Dialect::Sqlite.quote(name);
        let looked = |table: &Table| {
            let after = later(&pair.after, table, pair)?;
            let columns = table.columns.iter().filter(|column| {
                let is_plain = |of: &migrate_schema::Column| of.generated.get().is_none();
                let renames = pair.renames.columns.iter();
                let mut renames = renames.filter(|(of, ..)| *of == after.name);
                let renamed = renames.find(|(_, from, _)| *from == column.name);
                let name = renamed.map_or(&column.name, |(.., to)| to);
                is_plain(column) && after.column(name).is_some_and(is_plain)
            });
            Some(Looked {
                before: table.name.quoted(Dialect::Sqlite),
                after: after.name.quoted(Dialect::Sqlite),
                columns: columns.map(|column| quote(&column.name)).collect(),
            })
        };
        let made = Self(pair.before.tables.iter().filter_map(looked).collect());
        database.run(&made.sql());
        made
    }

    /// Each speaks of its table and of another one.
    fn sql(&self) -> String {
        let mut sql = String::new();
        for (at, own) in self.0.iter().enumerate() {
            let other = &self.0[(at + 1) % self.0.len()];
            let (table, columns) = (&own.before, own.columns.join(", "));
            let (there, last) = (&other.before, &other.columns[other.columns.len() - 1]);
            let each = |from: &str| {
                let columns = own.columns.iter().map(|column| format!("{from}.{column}"));
                columns.collect::<Vec<_>>().join(", ")
            };
            let (new, old) = (each("new"), each("old"));
            let [alone, both, table_trigger, view_trigger] =
                ["alone", "both", "trigger", "instead"].map(|kind| name(kind, at));
            sql += &format!(
                "CREATE VIEW {alone} ({columns}) AS SELECT {columns} FROM {table};\n\
                 CREATE VIEW {both} AS SELECT a.id, b.{last} FROM {table} a, {there} AS b WHERE a.id = b.{last};\n\
                 CREATE TRIGGER {table_trigger} AFTER UPDATE OF {columns} ON {table} BEGIN\n\
                 SELECT {new}; UPDATE {there} SET {last} = {last} WHERE {last} IS NULL AND id < 0; END;\n\
                 CREATE TRIGGER {view_trigger} INSTEAD OF UPDATE ON {alone} BEGIN\n\
                 SELECT {new}, {old}, (SELECT max({last}) FROM {there}); END;\n"
            );
        }
        sql
    }

    /// Lets each of them look, under the names that there are before or after the change.
    ///
    /// # Panics
    /// Where what one speaks of is not there, or one is gone.
    pub(crate) fn look(&self, database: &Database, after: bool) {
        let mut sql = String::new();
        for (at, own) in self.0.iter().enumerate() {
            let table = if after { &own.after } else { &own.before };
            let (alone, both) = (name("alone", at), name("both", at));
            sql += &format!(
                "SELECT * FROM {alone}; SELECT * FROM {both};\n\
                 UPDATE {table} SET id = id; UPDATE {alone} SET id = id;\n"
            );
        }
        database.run(&sql);
        let count = format!("SELECT count(*) FROM sqlite_master WHERE name LIKE '{PREFIX} %'");
        assert_eq!(database.value(&count), (4 * self.0.len()).to_string());
    }
}

/// The table that one becomes.
fn later<'a>(schema: &'a Schema, table: &Table, pair: &Pair) -> Option<&'a Table> {
    let mut renamed = pair.renames.tables.iter();
    let renamed = renamed.find(|(from, _)| *from == table.name);
    schema.table(renamed.map_or(&table.name, |(_, to)| to))
}

fn name(kind: &str, at: usize) -> String {
    Dialect::Sqlite.quote(&format!("{PREFIX} {kind} {at}"))
}
