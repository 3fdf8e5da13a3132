//! What a script destroys.

use crate::Backend::{self, Mysql, Postgres, Sqlite};
use crate::script::Script;

fn lost(backend: Backend, text: &str) -> Vec<String> {
    let script = Script::read("s".into(), backend.into(), text.into(), backend).unwrap();
    script
        .losses(backend)
        .into_iter()
        .map(|loss| format!("{} {}", loss.position.line, loss.what))
        .collect()
}

#[test]
fn tables_columns_and_rows_that_go_are_losses() {
    for (backend, text, expected) in [
        (
            Sqlite,
            "\nDROP TABLE IF EXISTS \"A b\"",
            &["2 drops table \"A b\""][..],
        ),
        (
            Postgres,
            "drop table app.a, b cascade",
            &["1 drops table app.a", "1 drops table b"],
        ),
        (
            Postgres,
            "ALTER TABLE ONLY a DROP COLUMN IF EXISTS x, DROP y CASCADE, DROP CONSTRAINT z",
            &["1 drops column x of a", "1 drops column y of a"],
        ),
        (
            Mysql,
            "ALTER TABLE a ADD c INT, DROP `key`, DROP KEY k, DROP PRIMARY KEY",
            &["1 drops column `key` of a"],
        ),
        (
            Mysql,
            "ALTER TABLE a DROP PARTITION p0",
            &["1 deletes the rows of partition p0 of a"],
        ),
        (
            Mysql,
            "CREATE OR REPLACE TABLE a (id INT)",
            &["1 drops table a to make it anew"],
        ),
        (Mysql, "/*!40000 DROP TABLE a */", &["1 drops table a"]),
        (
            Mysql,
            "DROP DATABASE x",
            &["1 drops database x with all that is in it"],
        ),
        (
            Postgres,
            "TRUNCATE a, ONLY b RESTART IDENTITY",
            &["1 deletes every row of a", "1 deletes every row of b"],
        ),
        (
            Postgres,
            "DROP SCHEMA x CASCADE",
            &["1 drops schema x with all that is in it"],
        ),
        (
            Postgres,
            "DROP TYPE mood CASCADE",
            &["1 drops type mood with every column of it"],
        ),
        (Postgres, "DELETE FROM a", &["1 deletes every row of a"]),
        (
            Postgres,
            "DELETE FROM a WHERE id IN (SELECT id FROM b)",
            &["1 deletes rows of a"],
        ),
        (
            Postgres,
            "WITH x AS (DELETE FROM a RETURNING *) SELECT 1",
            &["1 deletes rows of a"],
        ),
        (
            Postgres,
            "UPDATE a SET x = lower(x), y = 1",
            &["1 overwrites x, y in every row of a"],
        ),
    ] {
        assert_eq!(lost(backend, text), expected, "{text}");
    }
}

#[test]
fn what_is_made_copied_or_filled_by_the_same_script_is_none() {
    for (backend, text) in [
        (
            Sqlite,
            "DROP INDEX i; DROP VIEW v; DROP TRIGGER t; ALTER TABLE a RENAME COLUMN b TO c",
        ),
        (
            Postgres,
            "DROP SCHEMA x; DROP TYPE mood; ALTER TABLE a ALTER COLUMN b DROP DEFAULT, ALTER b DROP NOT NULL",
        ),
        (Postgres, "ALTER TABLE a DROP CONSTRAINT b"),
        (
            Sqlite,
            "CREATE TEMP TABLE x (id); DELETE FROM x; DROP TABLE x",
        ),
        (
            Sqlite,
            "CREATE TABLE new_a (id); INSERT INTO new_a SELECT id FROM a; DROP TABLE a; ALTER TABLE new_a RENAME TO a",
        ),
        (
            Sqlite,
            "ALTER TABLE a RENAME TO old_a; CREATE TABLE a (id); INSERT INTO a SELECT id FROM old_a; DROP TABLE old_a",
        ),
        (Postgres, "CREATE TABLE b AS SELECT * FROM a; DROP TABLE a"),
        (
            Postgres,
            "ALTER TABLE a ADD COLUMN x int; UPDATE a SET x = y",
        ),
        (Postgres, "UPDATE a SET x = 1 WHERE x IS NULL"),
        (Postgres, "INSERT INTO a VALUES ('DROP TABLE a')"),
    ] {
        assert_eq!(lost(backend, text), [""; 0], "{text}");
    }
}

#[test]
fn a_loss_that_words_do_not_show_is_declared() {
    let rebuild = "CREATE TABLE new_a (id);\n-- loses data: a.phone\nINSERT INTO new_a SELECT id FROM a;\nDROP TABLE a;\nALTER TABLE new_a RENAME TO a;";
    assert_eq!(lost(Sqlite, rebuild), ["2 a.phone"]);
    // Said twice, it is one.
    let said = "-- loses data: all of it\nDROP TABLE a;";
    assert_eq!(lost(Sqlite, said), ["2 drops table a"]);
}
