//! SQLite tables that are made anew: nothing is lost, nothing is left behind, and where ALTER TABLE does nothing is made anew.
//! Each of the cases that Alembic's batch mode was measured on is here under its name.

use std::time::Duration;

use migrate_core::{Backend, Inspector};
use migrate_schema::{
    Action, Check, Column, Dialect, Difference, Facet, Fills, ForeignKey, Renames, Schema, Table,
    Type,
};
use migrate_tests::{Database, Project, Running, facts, migrate, on, shared_json};

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

#[test]
fn batch_preserves() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), age_is_larger);
        assert_eq!(
            changed.changes(),
            ["change column t.age: integer to bigint"]
        );
        let (there, kept) = (facts(database), rows(database));
        assert_eq!(kept, ["t 1Ann17", "child 11", "view Ann", "t 9"]);
        changed.upgrade().expect("it runs");
        let after: Vec<_> = facts(database)
            .into_iter()
            .filter(|fact| !there.contains(fact))
            .collect();
        assert_eq!(after, ["t.age BIGINT0 00"]);
        assert_eq!(rows(database), kept);
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
            let sql = format!("INSERT INTO t (name, age) VALUES {wrong};");
            assert!(
                database.client().run(&sql).is_err(),
                "{wrong} is against a constraint"
            );
        }
        database.run("DELETE FROM t WHERE name = 'Ben';");
        changed.downgrade();
        assert_eq!(facts(database), there);
        assert_eq!(rows(database)[..3], kept[..3]);
    });
}

#[test]
fn batch_view_on_table() {
    on(Backend::Sqlite, |database| {
        let views = "CREATE VIEW w AS SELECT a.name, b.tid FROM t a JOIN child b ON b.tid = a.id; \
                     CREATE TRIGGER other AFTER INSERT ON child BEGIN UPDATE t SET age = age + 1 WHERE id = new.tid; END;";
        let before = format!("{BEFORE}{views}");
        Changed::new(database, &before, &Renames::default(), age_is_larger).there_and_back();
        assert_eq!(database.value("SELECT name || tid FROM w"), "Ann1");
        database.run("INSERT INTO child VALUES (2, 1);");
        assert_eq!(
            database.value("SELECT age FROM t"),
            "9",
            "another table's trigger is on"
        );
    });
}

#[test]
fn batch_fk_on_children_deleted() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), age_is_larger);
        let mut connection = database.connect();
        let migrations = changed.project.read();
        let on = |connection: &mut _| {
            diesel::connection::SimpleConnection::batch_execute(
                connection,
                "PRAGMA foreign_keys = ON",
            )
        };
        if let migrate_core::AnyConnection::Sqlite(inner) = &mut connection {
            on(inner).expect("a pragma");
        }
        migrations.upgrade(&mut connection).expect("it runs");
        assert_eq!(database.value("SELECT count(*) FROM child"), "1");
        database.run("PRAGMA foreign_keys = ON; DELETE FROM t;");
        assert_eq!(
            database.value("SELECT count(*) FROM child"),
            "0",
            "the key leads to the new table"
        );
    });
}

#[test]
fn batch_failed_leaves_tmp() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), |schema| {
            column(schema, "age").nullable = Facet::Known(false)
        });
        database.run("INSERT INTO t (name) VALUES ('Nobody');");
        let there = facts(database);
        let error = changed.upgrade().expect_err("a row has no age");
        assert!(error.contains("NOT NULL constraint failed"), "{error}");
        assert_eq!(facts(database), there);
        database.run("UPDATE t SET age = 1 WHERE age IS NULL;");
        changed.upgrade().expect("it runs");
        assert_ne!(facts(database), there);
    });
}

#[test]
fn batch_offline() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), age_is_larger);
        let mut script = Running::start(migrate(
            &changed.project,
            "sqlite:nowhere.db",
            &["upgrade", "--sql"],
        ));
        let script = script.wait(Duration::from_secs(60)).expect(0);
        let elsewhere = Database::create(Backend::Sqlite).expect("SQLite is always there");
        elsewhere.run(&script.stdout);
        changed.upgrade().expect("it runs");
        assert_eq!(facts(&elsewhere), facts(database));
    });
}

#[test]
fn batch_drop_column_in_index() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), |schema| {
            let table = table(schema, "t");
            table.columns.retain(|column| column.name != "age");
            (table.indexes, table.checks, table.uniques) =
                (Facet::Unknown, Facet::Unknown, Facet::Unknown);
        });
        assert!(
            changed.sql.contains("-- drop index ix_t_part of t\n-- "),
            "{}",
            changed.sql
        );
        changed.upgrade().expect("it runs");
        let indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 't'";
        assert_eq!(database.column(indexes), ["ix_t_lower"]);
        assert_eq!(database.value("SELECT count(*) FROM child"), "1");
    });
}

#[test]
fn batch_rename_column_in_named_check() {
    on(Backend::Sqlite, |database| {
        let hints = Renames::default().column("t", "name", "label");
        let changed = Changed::new(database, BEFORE, &hints, |schema| {
            *schema = before(
                &BEFORE
                    .replace("name)", "label)")
                    .replace("name ", "label ")
                    .replace("(name", "(label"),
            );
        });
        assert_eq!(changed.changes(), ["rename column t.name to label"]);
        assert!(!changed.sql.contains("CREATE TABLE"), "{}", changed.sql);
        changed.upgrade().expect("it runs");
        assert!(
            database
                .client()
                .run("INSERT INTO t (label, age) VALUES ('B', 1);")
                .is_err()
        );
        assert_eq!(database.value("SELECT label FROM t"), "Ann");
    });
}

#[test]
fn a_column_that_is_renamed_in_a_table_that_is_made_anew_keeps_its_line() {
    on(Backend::Sqlite, |database| {
        let before_sql = BEFORE.replace(
            "VARCHAR(20) DEFAULT 'x'",
            "VARCHAR(20) NOT NULL ON CONFLICT IGNORE DEFAULT 'x'",
        );
        let hints = Renames::default().column("t", "name", "label");
        let changed = Changed::new(database, &before_sql, &hints, |schema| {
            let renamed = before_sql
                .replace("name)", "label)")
                .replace("name ", "label ")
                .replace("(name", "(label");
            *schema = before(&renamed);
            age_is_larger(schema);
        });
        assert!(
            changed
                .sql
                .contains("\"label\" VARCHAR(20) NOT NULL ON CONFLICT IGNORE"),
            "{}",
            changed.sql
        );
        changed.there_and_back();
    });
}

#[test]
fn batch_drop_unnamed_fk() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), |schema| {
            table(schema, "t").foreign_keys = Facet::Known(Vec::new())
        });
        assert_eq!(changed.changes(), ["drop foreign key (pid) of t"]);
        changed.there_and_back();
        changed.upgrade().expect("it runs");
        assert_eq!(
            database.value("SELECT count(*) FROM pragma_foreign_key_list('t')"),
            "0"
        );
    });
}

#[test]
fn batch_nothing_but_add_column() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), |schema| {
            let phone = Column::new("phone", of("TEXT")).nullable();
            table(schema, "t").columns.push(phone);
        });
        assert_eq!(
            changed.sql,
            "-- add column t.phone\nALTER TABLE \"t\" ADD COLUMN \"phone\" TEXT;\n"
        );
        changed.there_and_back();
    });
}

#[test]
fn batch_add_not_null_no_default() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), |schema| {
            let phone = Column::new("phone", of("TEXT"));
            table(schema, "t").columns.push(phone);
        });
        let unfilled: Vec<_> = changed
            .up
            .unfilled()
            .map(|(table, column)| format!("{table}.{column}"))
            .collect();
        assert_eq!(
            unfilled,
            ["t.phone"],
            "it is known before anything is written"
        );
        let there = facts(database);
        changed.upgrade().expect_err("a row has no phone");
        assert_eq!(facts(database), there);
        let filled = changed
            .up
            .script(&Fills::default().with("t", "phone", "'none'"))
            .expect("types are known");
        changed.project.write("migrations/02_change/up.sql", filled);
        changed.upgrade().expect("it runs");
        assert_eq!(database.value("SELECT phone FROM t"), "none");
    });
}

#[test]
fn a_new_column_brings_what_its_line_can_say() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), |schema| {
            let t = table(schema, "t");
            t.columns
                .push(Column::new("boss", of("INTEGER")).nullable());
            let key = ForeignKey::on(["boss"], "t", ["id"]).on_delete(Action::SetNull);
            *t = t
                .clone()
                .foreign_key(key)
                .check(Check::that("boss <> id").named("no own boss"));
        });
        assert_eq!(
            changed.sql,
            "-- add column t.boss\n-- add check no own boss to t\n-- add foreign key (boss) to t\n\
             ALTER TABLE \"t\" ADD COLUMN \"boss\" INTEGER CONSTRAINT \"no own boss\" CHECK (boss <> id) \
             REFERENCES \"t\" (\"id\") ON DELETE SET NULL;\n"
        );
        changed.there_and_back();
        changed.upgrade().expect("it runs");
        assert!(
            database.client().run("UPDATE t SET boss = id;").is_err(),
            "the check is on"
        );
    });
}

#[test]
fn a_column_goes_with_what_its_own_line_says() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), |schema| {
            let t = table(schema, "t");
            t.columns.retain(|column| column.name != "pid");
            t.foreign_keys = Facet::Known(Vec::new());
        });
        assert_eq!(
            changed.sql,
            "-- drop column t.pid\n-- drop foreign key (pid) of t\n-- loses data: what is in t.pid\n\
             ALTER TABLE \"t\" DROP COLUMN \"pid\";\n"
        );
        let there = facts(database);
        changed.upgrade().expect("it runs");
        changed.downgrade();
        assert_eq!(facts(database), there);
    });
}

#[test]
fn a_trigger_that_needs_a_column_that_goes_is_named() {
    on(Backend::Sqlite, |database| {
        let changed = Changed::new(database, BEFORE, &Renames::default(), |schema| {
            age_is_larger(schema);
            let t = table(schema, "t");
            t.columns.retain(|column| column.name != "name");
            (t.indexes, t.checks, t.uniques) = (Facet::Unknown, Facet::Unknown, Facet::Unknown);
        });
        let comment = "-- look whether it needs name: CREATE TRIGGER trg\n";
        assert!(changed.sql.contains(comment), "{}", changed.sql);
    });
}

/// What no value holds: it is in the author's text alone.
const ODD: &str = "
CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE t ( -- people
    id INTEGER CONSTRAINT \"the key\" PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT,
    [name] TEXT NOT NULL ON CONFLICT IGNORE, /* never
       nobody */
    age INTEGER CONSTRAINT is_age CHECK (t.age > 0), pid REFERENCES parent MATCH FULL,
    CONSTRAINT \"one, each\" UNIQUE (name COLLATE NOCASE, age DESC) ON CONFLICT REPLACE -- the last one wins
);
CREATE TABLE child (id INTEGER PRIMARY KEY, tid INTEGER REFERENCES t(id) ON DELETE CASCADE);
CREATE VIEW v AS SELECT name FROM t;
";

#[test]
fn what_no_value_holds_stays_in_the_text() {
    on(Backend::Sqlite, |database| {
        let text = "SELECT replace(sql, char(10), '~') FROM sqlite_master WHERE name = 't'";
        let changed = Changed::new(database, ODD, &Renames::default(), |schema| {
            age_is_larger(schema);
            let phone = Column::new("phone", of("TEXT")).default("'a' || 'b'");
            table(schema, "t").columns.push(phone);
        });
        let there = database.value(text);
        changed.upgrade().expect("it runs");
        let expected = there
            .replace("TABLE t (", "TABLE \"t\" (")
            .replace("age INTEGER", "age BIGINT")
            .replace("t.age > 0", "age > 0")
            .replace(
                "MATCH FULL",
                "MATCH FULL,~    \"phone\" TEXT NOT NULL DEFAULT ('a' || 'b')",
            );
        assert_eq!(database.value(text), expected);
        changed.downgrade();
        assert_eq!(
            database.value(text),
            there
                .replace("TABLE t (", "TABLE \"t\" (")
                .replace("t.age > 0", "age > 0")
        );
    });
}

#[test]
fn every_case_is_here() {
    let Some(all) = shared_json("cases/alembic-batch.json") else {
        return;
    };
    let cases = all["cases"].as_array().expect("a list of cases");
    let here = include_str!("batch.rs");
    for case in cases {
        let id = case["id"].as_str().expect("an id");
        assert!(here.contains(&format!("fn {id}()")), "{id}");
    }
}
