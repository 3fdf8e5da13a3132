//! What kind of statement a text is.

use crate::Backend::{self, Mysql, Postgres, Sqlite};
use crate::script::{Script, Statement, rebuilds_a_table};

fn statement(text: &str) -> Statement<'_> {
    Statement { text, start: 0 }
}

#[test]
fn transaction_control_is_known_and_savepoints_are_not_it() {
    let cases: [(Backend, &str, Option<&str>); 31] = [
        (Postgres, "BEGIN", Some("BEGIN")),
        (
            Postgres,
            "begin /* a */ isolation level serializable",
            Some("BEGIN"),
        ),
        (
            Postgres,
            "START -- x\n TRANSACTION",
            Some("START TRANSACTION"),
        ),
        (Postgres, "END", Some("END")),
        (Postgres, "ABORT", Some("ABORT")),
        (Postgres, "ROLLBACK WORK TO here", None),
        (Postgres, "ROLLBACK AND CHAIN", Some("ROLLBACK")),
        (Postgres, "SAVEPOINT a", None),
        (Postgres, "RELEASE a", None),
        (
            Postgres,
            "PREPARE TRANSACTION 'a'",
            Some("PREPARE TRANSACTION"),
        ),
        (Postgres, "PREPARE p AS SELECT 1", None),
        (Postgres, "SET TRANSACTION READ ONLY", None),
        (Postgres, "DO $$ BEGIN COMMIT; END $$", None),
        (Sqlite, "BEGIN IMMEDIATE", Some("BEGIN")),
        (Sqlite, "END TRANSACTION", Some("END")),
        (Sqlite, "ROLLBACK TRANSACTION TO SAVEPOINT a", None),
        (Sqlite, "ROLLBACK", Some("ROLLBACK")),
        (Sqlite, "Commit", Some("COMMIT")),
        (Sqlite, "SELECT 'BEGIN'", None),
        (Sqlite, "\"BEGIN\"", None),
        (Mysql, "BEGIN", Some("BEGIN")),
        (Mysql, "BEGIN WORK", Some("BEGIN")),
        (Mysql, "BEGIN NOT ATOMIC SELECT 1; END", None),
        (Mysql, "/*!40000 BEGIN */", Some("BEGIN")),
        (
            Mysql,
            "START TRANSACTION READ ONLY",
            Some("START TRANSACTION"),
        ),
        (Mysql, "START SLAVE", None),
        (Mysql, "ROLLBACK TO a", None),
        (Mysql, "COMMIT", Some("COMMIT")),
        (Mysql, "XA START 'a'", Some("XA")),
        (Mysql, "XA RECOVER", None),
        (Mysql, "CREATE PROCEDURE p() BEGIN COMMIT; END", None),
    ];
    for (backend, text, expected) in cases {
        assert_eq!(
            statement(text).transaction_control(backend),
            expected,
            "{backend}: {text}"
        );
    }
}

#[test]
fn statements_that_refuse_a_transaction_are_known() {
    let refused = [
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE UNIQUE INDEX /* a */ concurrently IF NOT EXISTS i ON t (a)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
        "REINDEX (VERBOSE) SCHEMA public",
        "VACUUM FULL t",
        "CREATE DATABASE d",
        "DROP TABLESPACE d",
        "ALTER SYSTEM SET a = 1",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
        "CLUSTER",
        "DISCARD ALL",
    ];
    for text in refused {
        assert!(statement(text).refuses_transaction(Postgres), "{text}");
        assert!(!statement(text).refuses_transaction(Mysql), "{text}");
    }
    let allowed = [
        "CREATE INDEX concurrently_built ON t (a)",
        "CREATE TABLE database (a int)",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "REINDEX TABLE t",
        "REINDEX TABLE schema",
        "ALTER TABLE t DETACH PARTITION p",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false)",
        "CLUSTER t USING i",
        "ALTER DATABASE d SET timezone = 'UTC'",
        "COMMENT ON INDEX i IS 'CREATE INDEX CONCURRENTLY'",
    ];
    for text in allowed {
        assert!(!statement(text).refuses_transaction(Postgres), "{text}");
    }
    for text in [
        "VACUUM",
        "vacuum main into 'a'",
        "PRAGMA journal_mode = WAL",
        "PRAGMA main.synchronous(1)",
    ] {
        assert!(statement(text).refuses_transaction(Sqlite), "{text}");
    }
    for text in ["PRAGMA journal_mode", "PRAGMA foreign_keys = 1", "SELECT 1"] {
        assert!(!statement(text).refuses_transaction(Sqlite), "{text}");
    }
}

#[test]
fn an_added_enum_value_is_known() {
    for text in [
        "ALTER TYPE mood ADD VALUE 'a'",
        "alter type a.\"B\" add value if not exists 'x' before 'y'",
    ] {
        assert!(statement(text).adds_enum_value(), "{text}");
    }
    for text in [
        "ALTER TYPE mood RENAME VALUE 'a' TO 'b'",
        "ALTER TABLE t ADD value int",
        "ALTER TYPE t ADD ATTRIBUTE value int",
    ] {
        assert!(!statement(text).adds_enum_value(), "{text}");
    }
}

#[test]
fn foreign_keys_turned_off_are_known_in_every_spelling() {
    for value in [
        "= OFF",
        "=off",
        "= 0",
        "= 'no'",
        "(0)",
        "( false )",
        "= \"off\"",
        "= -0",
    ] {
        let text = format!("PRAGMA foreign_keys {value}");
        assert!(statement(&text).turns_foreign_keys_off(), "{text}");
    }
    assert!(statement("pragma MAIN.Foreign_Keys=0").turns_foreign_keys_off());
    for text in [
        "PRAGMA foreign_keys = ON",
        "PRAGMA foreign_keys(1)",
        "PRAGMA foreign_keys",
        "PRAGMA foreign_keys = 2",
        "PRAGMA foreign_key_check",
        "PRAGMA defer_foreign_keys = 0",
        "SELECT 'PRAGMA foreign_keys = OFF'",
    ] {
        assert!(!statement(text).turns_foreign_keys_off(), "{text}");
    }
}

#[test]
fn mysql_table_locks_are_known() {
    assert!(statement("LOCK /* a */ TABLES t WRITE").locks_tables());
    assert!(statement("lock table t read").locks_tables());
    assert!(statement("UNLOCK TABLES").unlocks_tables());
    assert!(!statement("LOCK INSTANCE FOR BACKUP").locks_tables());
    assert!(!statement("UNLOCK TABLES").locks_tables());
}

#[test]
fn a_rebuild_of_a_table_is_known() {
    let rebuilds = [
        "CREATE TABLE n (a); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
        "DROP TABLE IF EXISTS main.\"T\"; ALTER TABLE [n] RENAME TO 't'",
        "ALTER TABLE t RENAME TO old; CREATE TABLE IF NOT EXISTS T (a); INSERT INTO t SELECT * FROM old; DROP TABLE old;",
    ];
    let others = [
        "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO m;",
        "ALTER TABLE t RENAME TO old; CREATE TABLE u (a); DROP TABLE old;",
        "ALTER TABLE t RENAME COLUMN a TO b; DROP TABLE t; CREATE TABLE t (a)",
        "-- DROP TABLE t; ALTER TABLE n RENAME TO t;\nSELECT 1",
    ];
    let answer = |text: &str| {
        let script = Script::read("up.sql".into(), Sqlite.into(), text.into(), Sqlite).unwrap();
        rebuilds_a_table(script.statements())
    };
    for text in rebuilds {
        assert!(answer(text), "{text}");
    }
    for text in others {
        assert!(!answer(text), "{text}");
    }
}
