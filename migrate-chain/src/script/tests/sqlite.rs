//! What SQLite's rules make of a text.

use super::{ScriptError, pieces, scan, split, whole};
use crate::Backend::Sqlite;

#[test]
fn names_and_literals_hide_separators() {
    whole(
        Sqlite,
        &[
            "SELECT [a;b], `c;d`, \"e;f\", x'3b', 'no \\'",
            "SELECT [it's;], [a\"b], `a``;b`",
            "SELECT $a, :b, @c, ?1",
        ],
    );
    assert_eq!(pieces(Sqlite, "SELECT [a[b]; SELECT 2").len(), 2);
}

#[test]
fn comments_do_not_nest() {
    assert_eq!(
        pieces(Sqlite, "/* /* */ SELECT 1 /**/; SELECT 2 -- a\r; b"),
        ["SELECT 1", "SELECT 2"]
    );
}

#[test]
fn a_trigger_ends_at_its_own_end() {
    whole(
        Sqlite,
        &[
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
            "create temp trigger if not exists t before update of a, b on c for each row when new.a > 1 begin\nselect case when new.a then 1 else 2 end;\nupdate c set a = 1;\nend",
            "CREATE TEMPORARY TRIGGER t INSTEAD OF DELETE ON v BEGIN SELECT CASE 1 WHEN 1 THEN 2 END AS end; DELETE FROM x; END",
            "CREATE TRIGGER begin AFTER INSERT ON begin BEGIN SELECT begin.end FROM begin; END",
            "CREATE TRIGGER main.begin AFTER UPDATE OF begin ON t WHEN old.begin > 1 BEGIN SELECT 1; /* ; */ END",
            "CREATE TRIGGER [end] AFTER INSERT ON t BEGIN SELECT RAISE(ABORT, 'no; END;'); SELECT 'END' ; END",
            "EXPLAIN QUERY PLAN CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
        ],
    );
}

#[test]
fn begin_and_end_outside_a_trigger_are_statements() {
    let text =
        "BEGIN; CREATE TABLE trigger_log (a); END; DROP TRIGGER t; BEGIN TRANSACTION; COMMIT";
    assert_eq!(pieces(Sqlite, text).len(), 6);
    assert_eq!(
        pieces(Sqlite, "CREATE TRIGGER broken; SELECT 1; SELECT 2").len(),
        3
    );
    assert_eq!(
        pieces(
            Sqlite,
            "CREATE TABLE \"trigger\" (a); CREATE VIEW begin AS SELECT 1; END"
        )
        .len(),
        3
    );
}

#[test]
fn a_command_of_the_shell_is_refused() {
    let text = "SELECT 1;\n.mode 'csv\nSELECT t.a FROM t;";
    let error = ScriptError::ClientCommand {
        command: ".mode".into(),
        client: "sqlite3",
        at: 10,
    };
    assert_eq!(split(Sqlite, text), Err(error));
    assert_eq!(scan(Sqlite, text).statements.len(), 2);
}
