//! Each of the cases that Alembic's batch mode was measured on, under its name.

use std::time::Duration;

use migrate_core::Backend;
use migrate_schema::{Column, Facet, Fills, Renames};
use migrate_tests::{Database, Running, facts, migrate, on, shared_json};

use super::{BEFORE, Changed, age_is_larger, before, column, of, rows, table};

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
fn every_case_is_here() {
    let Some(all) = shared_json("cases/alembic-batch.json") else {
        return;
    };
    let cases = all["cases"].as_array().expect("a list of cases");
    let here = include_str!("cases.rs");
    for case in cases {
        let id = case["id"].as_str().expect("an id");
        assert!(here.contains(&format!("fn {id}()")), "{id}");
    }
}
