//! A SQLite table made anew by a generated script, in a run: nothing of it is lost, and a failure leaves nothing behind.

use migrate_core::Backend;
use migrate_schema::{
    Action, Check, Column, Dialect, Difference, Facet, Fills, ForeignKey, IdentityKind, Index,
    IndexPart, Renames, Schema, Table, Type, Unique,
};
use migrate_tests::{Database, Project, on};

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
INSERT INTO parent VALUES (1);
INSERT INTO t (id, name, pid, age) VALUES (1, 'Ann', 1, 7), (9, 'gone', 1, 8);
DELETE FROM t WHERE id = 9;
INSERT INTO child VALUES (1, 1);
";

fn column(name: &str, of: &str) -> Column {
    Column::new(name, Type::parse(DIALECT, of).expect("a type")).nullable()
}

/// The same as values, as they are read from the database.
fn before() -> Schema {
    let mut name = column("name", "VARCHAR(20)").default("'x'");
    name.collation = Facet::Known(Some("NOCASE".into()));
    let mut part = Index::on([IndexPart::column("age")]).named("ix_t_part");
    part.predicate = Some("age > 5".into());
    let mut t = Table::new("t")
        .with(column("id", "INTEGER").identity(IdentityKind::Auto))
        .with(name)
        .with(column("pid", "INTEGER"))
        .with(column("age", "INTEGER"))
        .keyed(["id"])
        .foreign_key(ForeignKey::on(["pid"], "parent", ["id"]).on_delete(Action::Cascade))
        .check(Check::that("age > 0"))
        .check(Check::that("length(name) > 1").named("ck_name"))
        .unique(Unique::on(["name", "age"]))
        .index(Index::on([IndexPart::column("age")]).named("ix_t_age"))
        .index(part)
        .index(Index::on([IndexPart::expression("lower(name)")]).named("ix_t_lower"));
    t.triggers = vec![
        "CREATE TRIGGER trg AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.name); END".into(),
    ];
    Schema::default().with(t)
}

/// A chain that makes what is there and then changes it, and the SQL of the change.
fn chain(after: &Schema) -> (Project, String) {
    let difference = Difference::between(&before(), after, DIALECT, &Renames::default());
    let up = difference
        .script(&Fills::default())
        .expect("types are known");
    let down = difference
        .inverse()
        .script(&Fills::neutral())
        .expect("types are known");
    let mut project = Project::new(Backend::Sqlite);
    project
        .revision("01_before", BEFORE, "SELECT 1;")
        .revision("02_change", &up, &down);
    (project, up)
}

fn with_age(change: impl FnOnce(&mut Column)) -> Schema {
    let mut after = before();
    let age = after.tables[0]
        .columns
        .iter_mut()
        .find(|column| column.name == "age");
    change(age.expect("it is there"));
    after
}

fn facts(database: &Database) -> Vec<String> {
    let mut facts = database.column("SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY 1");
    facts.extend(
        database
            .column("SELECT \"table\" || \"from\" || on_delete FROM pragma_foreign_key_list('t')"),
    );
    facts.extend(
        database.column("SELECT name || seq FROM sqlite_sequence WHERE name LIKE '%t' ORDER BY 1"),
    );
    facts.extend(database.column("SELECT name || pid || age FROM t WHERE name = 'ANN'"));
    facts.extend(database.column("SELECT 'child ' || tid FROM child"));
    facts.extend(database.column("SELECT 'view ' || name FROM v"));
    facts
}

#[test]
fn a_rebuild_keeps_whatever_is_on_the_table_and_every_row() {
    on(Backend::Sqlite, |database| {
        let (project, _) = chain(&with_age(|age| {
            age.sql_type = Facet::Known(Type::parse(DIALECT, "BIGINT").expect("a type"))
        }));
        let migrations = project.read();
        let mut connection = database.connect();
        migrations
            .upgrade_to(&mut connection, "01")
            .expect("it runs");
        let there = facts(database);
        assert!(
            there.contains(&"t9".into()) && there.contains(&"Ann17".into()),
            "{there:?}"
        );
        migrations.upgrade(&mut connection).expect("it runs");
        assert_eq!(facts(database), there);
        let kind = "SELECT type FROM pragma_table_info('t') WHERE name = 'age'";
        assert_eq!(database.value(kind), "BIGINT");
        database.run("INSERT INTO t (name, age) VALUES ('Ben', 9);");
        assert_eq!(
            database.value("SELECT max(id) FROM t"),
            "10",
            "no number is given twice"
        );
        assert_eq!(
            database.value("SELECT what FROM log WHERE what = 'Ben'"),
            "Ben",
            "the trigger is on"
        );
        for wrong in ["('B', 9)", "('Bob', 0)", "('ben', 9)"] {
            let run = database
                .client()
                .run(&format!("INSERT INTO t (name, age) VALUES {wrong};"));
            assert!(run.is_err(), "{wrong} is against a constraint");
        }
        database.run("DELETE FROM t WHERE name = 'Ben';");
        migrations
            .downgrade_to(&mut connection, "01")
            .expect("it runs");
        assert_eq!(database.value(kind), "INTEGER");
        assert_eq!(facts(database)[..9], there[..9]);
    });
}

#[test]
fn a_rebuild_that_fails_leaves_nothing_and_runs_once_the_rows_are_mended() {
    on(Backend::Sqlite, |database| {
        let (project, up) = chain(&with_age(|age| age.nullable = Facet::Known(false)));
        let migrations = project.read();
        let mut connection = database.connect();
        migrations
            .upgrade_to(&mut connection, "01")
            .expect("it runs");
        database.run("INSERT INTO t (name) VALUES ('Nobody');");
        let there = facts(database);
        migrations
            .upgrade(&mut connection)
            .expect_err("a row has no age");
        assert_eq!(facts(database), there, "{up}");
        database.run("UPDATE t SET age = 1 WHERE age IS NULL;");
        migrations.upgrade(&mut connection).expect("it runs");
        assert_eq!(facts(database), there);
    });
}

#[test]
fn an_index_on_a_column_that_goes_is_dropped_by_name() {
    let mut after = before();
    let table = &mut after.tables[0];
    table.columns.retain(|column| column.name != "age");
    table.indexes = Facet::Unknown;
    table.checks = Facet::Unknown;
    table.uniques = Facet::Unknown;
    on(Backend::Sqlite, |database| {
        let (project, up) = chain(&after);
        assert!(up.contains("-- drop index ix_t_part of t\n-- "), "{up}");
        let mut connection = database.connect();
        project.read().upgrade(&mut connection).expect("it runs");
        let indexes = database
            .column("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 't'");
        assert_eq!(indexes, ["ix_t_lower"]);
        assert_eq!(database.value("SELECT count(*) FROM child"), "1");
    });
}
