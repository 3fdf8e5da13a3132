//! What PostgreSQL's rules make of a text.

use super::{Position, ScriptError, pieces, scan, split, whole};
use crate::Backend::Postgres;

#[test]
fn dollar_quotes_end_at_the_same_tag_only() {
    whole(
        Postgres,
        &[
            "DO $$ BEGIN NULL; END $$",
            "SELECT $a$ ; $b$ ; $$ ; $A$ ; $ab$ ; $a$",
            "SELECT $Étiq$ ; $étiq$ ; $Étiq$",
            "SELECT $_1$;$_1$, 1$$;$$",
            "SELECT $a$ it's ; \" ; -- ; /* ; $a$",
            "CREATE FUNCTION f() RETURNS text AS $body$ SELECT $in$ ; $in$ ; $body$ LANGUAGE sql",
        ],
    );
}

#[test]
fn a_dollar_in_a_name_or_a_parameter_opens_no_quote() {
    assert_eq!(
        pieces(Postgres, "SELECT a$b$c; SELECT a$$; SELECT $1; SELECT $2").len(),
        4
    );
    assert_eq!(pieces(Postgres, "SELECT é$$ FROM t; SELECT 1").len(), 2);
}

#[test]
fn strings_have_escapes_only_with_an_e() {
    whole(
        Postgres,
        &[
            "SELECT E'it\\'s; \\\\'",
            "SELECT e'\\';'",
            "SELECT U&'\\0061;' , U&\"d;\"",
            "SELECT N';', x'3b', B'1'",
        ],
    );
    assert_eq!(pieces(Postgres, "SELECT 'a\\'; SELECT 'b'").len(), 2);
    assert_eq!(pieces(Postgres, "SELECT typE'a\\'; SELECT 'b'").len(), 2);
    assert_eq!(pieces(Postgres, "SELECT U&'a\\'; SELECT 'b'").len(), 2);
}

#[test]
fn an_e_string_goes_on_in_the_next_line() {
    whole(
        Postgres,
        &["SELECT E'a' -- c\n '\\'; b'", "SELECT E'a'\n'b'\n'\\';'"],
    );
    assert_eq!(pieces(Postgres, "SELECT 'a'\n'\\'; SELECT 'b'").len(), 2);
    assert_eq!(pieces(Postgres, "SELECT E'a', '\\'; SELECT 'b'").len(), 2);
}

#[test]
fn comments_nest_and_end_operators() {
    whole(
        Postgres,
        &[
            "SELECT 1 /* /* ; */ ; */ + 2",
            "SELECT 3 */* ; */ 2",
            "SELECT 5 --;\n - -3",
            "SELECT 1 @--;'\n 2",
        ],
    );
    assert!(pieces(Postgres, "/*/**/;*/").is_empty());
    assert_eq!(
        pieces(Postgres, "SELECT 1 -- a\r; SELECT 2"),
        ["SELECT 1", "SELECT 2"]
    );
}

#[test]
fn a_rule_holds_its_actions_in_parentheses() {
    whole(
        Postgres,
        &[
            "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b;)",
            "CREATE RULE r AS ON DELETE TO t DO INSTEAD (SELECT ')'; SELECT 2)",
        ],
    );
}

#[test]
fn a_body_without_quotes_ends_at_its_own_end() {
    whole(
        Postgres,
        &[
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
            "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1);\nEND",
            "CREATE FUNCTION f(a int) RETURNS int begin atomic SELECT CASE WHEN a > 1 THEN CASE a WHEN 2 THEN 3 END END; SELECT 1; end",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT x.end, x.case FROM x; END",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT (CASE WHEN true THEN 1 END); SELECT 2; END",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END",
            "CREATE FUNCTION s.begin(begin int) RETURNS int RETURN begin",
        ],
    );
    let text = "CREATE FUNCTION begin() RETURNS int AS 'SELECT 1' LANGUAGE sql; BEGIN; SELECT CASE 1 WHEN 1 THEN 2 END; END;";
    assert_eq!(pieces(Postgres, text).len(), 4);
}

#[test]
fn copy_from_stdin_is_refused_and_its_data_are_no_sql() {
    let text =
        "SELECT 1;\n  COPY t (a, b) FROM stdin WITH (FORMAT csv);\n1;it's\n\\.x\n\\.\r\nSELECT 2;";
    let seen = scan(Postgres, text);
    assert_eq!(seen.statements.len(), 3);
    assert_eq!(&text[seen.statements[2].clone()], "SELECT 2");
    assert_eq!(seen.finding, Some(ScriptError::CopyFromStdin { at: 12 }));
    assert!(split(Postgres, "copy t from\n/* x */ STDIN").is_err());
    whole(
        Postgres,
        &[
            "COPY t FROM '/stdin'",
            "COPY (SELECT 1 FROM stdin) TO '/a'",
            "SELECT 1 AS copy FROM stdin",
            "COPY t TO STDOUT",
        ],
    );
}

#[test]
fn a_command_of_psql_is_refused_with_its_line() {
    let text =
        "SELECT 1 AS one \\gset\nSELECT 'a\\d', E'\\\\';\n  \\copy t from 'it''s.csv'\nSELECT 2\n";
    let seen = scan(Postgres, text);
    assert_eq!(seen.statements.len(), 3);
    let finding = seen.finding.unwrap();
    assert_eq!(
        finding.to_string(),
        "`\\gset` is a command of the psql client, not SQL"
    );
    let commands = ["SELECT 1;\n\\restrict abc'", "\\.", "SELECT 1 \\; SELECT 2"];
    for (text, line) in commands.into_iter().zip([2, 1, 1]) {
        let error = split(Postgres, text).unwrap_err();
        assert!(matches!(error, ScriptError::ClientCommand { .. }));
        assert_eq!(Position::of(text, error.at()).line, line);
    }
}

#[test]
fn what_is_no_sql_still_splits() {
    assert_eq!(
        pieces(Postgres, "raise 'a'; ) ; SELECT 1"),
        ["raise 'a'", ")", "SELECT 1"]
    );
}
