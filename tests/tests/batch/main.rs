//! SQLite tables that are made anew: nothing is lost, nothing is left behind, and where ALTER TABLE does nothing is made anew.

mod cases;
mod lines;

use migrate_core::{Backend, Inspector};
use migrate_schema::{Column, Dialect, Difference, Facet, Fills, Renames, Schema, Table, Type};
use migrate_tests::{Database, Project, facts};

const DIALECT: Dialect = Dialect::Sqlite;

/// What is there, as its author wrote it.
const BEFORE: &str = "
CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE t (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(20) DEFAULT 'x' COLLATE NOCASE,
    pid INTEGER REFERENCES parent(id) ON DELETE CASCADE,
    age INTEGER CHECK (age > 0),
    CONSTRAINT ck_name CHECK (length(name) > 1),
    UNIQUE(name, age)
);
CREATE INDEX ix_t_age ON t (age);
CREATE INDEX ix_t_part ON t (age) WHERE age > 5;
CREATE INDEX ix_t_lower ON t (lower(name));
CREATE TABLE log (what TEXT);
CREATE TRIGGER trg AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.name); END;
CREATE VIEW v AS SELECT name FROM t;
CREATE TABLE child (id INTEGER PRIMARY KEY, tid INTEGER REFERENCES t(id) ON DELETE CASCADE);
";

const ROWS: &str = "
INSERT INTO parent VALUES (1);
INSERT INTO t (id, name, pid, age) VALUES (1, 'Ann', 1, 7), (9, 'gone', 1, 8);
DELETE FROM t WHERE id = 9;
INSERT INTO child VALUES (1, 1);
";

/// The same tables as values, as models would say them.
fn before(sql: &str) -> Schema {
    let database = Database::create(Backend::Sqlite).expect("SQLite is always there");
    database.run(sql);
    let mut schema = read(&database);
    for table in &mut schema.tables {
        (table.text, table.triggers) = (None, Vec::new());
    }
    schema
}

fn read(database: &Database) -> Schema {
    Inspector::new()
        .schema(&mut database.connect())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A database after the first of two revisions, of which the second makes a change that was found in it.
struct Changed<'a> {
    database: &'a Database,
    project: Project,
    up: Difference,
    sql: String,
}

impl<'a> Changed<'a> {
    fn new(
        database: &'a Database,
        sql: &str,
        hints: &Renames,
        change: impl FnOnce(&mut Schema),
    ) -> Self {
        let mut project = Project::new(Backend::Sqlite);
        project.revision("01_before", sql, "SELECT 1;");
        let mut connection = database.connect();
        project.read().upgrade(&mut connection).expect("it runs");
        let mut wanted = before(sql);
        change(&mut wanted);
        let up = Inspector::new()
            .difference(&mut connection, &wanted, hints)
            .unwrap_or_else(|error| panic!("{error}"));
        let script = |of: &Difference, fills| of.script(&fills).expect("types are known");
        let sql = script(&up, Fills::default());
        project.revision("02_change", &sql, &script(&up.inverse(), Fills::neutral()));
        database.run(ROWS);
        Self {
            database,
            project,
            up,
            sql,
        }
    }

    fn changes(&self) -> Vec<String> {
        self.up.changes().iter().map(ToString::to_string).collect()
    }

    fn upgrade(&self) -> Result<(), String> {
        let run = self.project.read().upgrade(&mut self.database.connect());
        run.map(|_| ()).map_err(|error| error.to_string())
    }

    fn downgrade(&self) {
        let migrations = self.project.read();
        migrations
            .downgrade_to(&mut self.database.connect(), "01")
            .unwrap_or_else(|error| panic!("{error}\n{}", self.sql));
    }

    /// Up, and back to what was there.
    fn there_and_back(&self) {
        let (there, rows) = (facts(self.database), rows(self.database));
        self.upgrade()
            .unwrap_or_else(|error| panic!("{error}\n{}", self.sql));
        self.downgrade();
        assert_eq!(facts(self.database), there);
        assert_eq!(rows, self::rows(self.database));
    }
}

fn table<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Table {
    let found = schema
        .tables
        .iter_mut()
        .find(|table| table.name.name == name);
    found.expect("it is there")
}

fn column<'a>(schema: &'a mut Schema, name: &str) -> &'a mut Column {
    let columns = &mut table(schema, "t").columns;
    let found = columns.iter_mut().find(|column| column.name == name);
    found.expect("it is there")
}

fn of(text: &str) -> Type {
    Type::parse(DIALECT, text).expect("a type")
}

fn age_is_larger(schema: &mut Schema) {
    column(schema, "age").sql_type = Facet::Known(of("BIGINT"));
}

/// What is in the tables, and what the next number is.
fn rows(database: &Database) -> Vec<String> {
    [
        "SELECT 't ' || id || name || pid || age FROM t WHERE name = 'ANN'",
        "SELECT 'child ' || id || tid FROM child",
        "SELECT 'view ' || name FROM v",
        "SELECT name || ' ' || seq FROM sqlite_sequence WHERE name LIKE '%t'",
    ]
    .iter()
    .flat_map(|sql| database.column(sql))
    .collect()
}
