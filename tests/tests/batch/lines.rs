//! What the lines of a statement keep that no value holds.

use migrate_core::Backend;
use migrate_schema::{Action, Check, Column, Facet, ForeignKey, Renames};
use migrate_tests::{facts, on};

use super::{BEFORE, Changed, age_is_larger, before, of, table};

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
        changed.there_and_back();
        changed.upgrade().expect("it runs");
        let line = "\"label\" VARCHAR(20) NOT NULL ON CONFLICT IGNORE";
        let made = database
            .value("SELECT replace(sql, char(10), ' ') FROM sqlite_master WHERE name = 't'");
        assert!(made.contains(line), "{made}");
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
