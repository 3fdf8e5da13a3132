//! The splitter beside two full parsers: wherever they accept a text, they see the same statements in it.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};

use migrate_chain::{Backend, scan, split};
use proptest::prelude::*;
use sqlite3_parser::{Bump, FallibleIterator as _, lexer::sql::Parser};
use squawk_syntax::ast::AstNode;
use squawk_syntax::{SourceFile, SyntaxKind};

/// The number of statements that `squawk-syntax` sees, or `None` where it finds an error.
fn postgres_count(text: &str) -> Option<usize> {
    let file = SourceFile::parse(text).ok().ok()?;
    // It counts `;;` as a statement of its own.
    let statements = file
        .stmts()
        .filter(|statement| statement.syntax().kind() != SyntaxKind::EMPTY_STMT);
    Some(statements.count())
}

/// The number of statements that `sqlite3-parser` sees, or `None` where it finds an error.
fn sqlite_count(text: &str) -> Option<usize> {
    let bump = Bump::new();
    Parser::new(&bump, text.as_bytes()).count().ok()
}

fn count(backend: Backend, text: &str) -> Option<usize> {
    match backend {
        Backend::Postgres => postgres_count(text),
        Backend::Sqlite => sqlite_count(text),
        Backend::Mysql => None,
    }
}

/// Statements of PostgreSQL, each a trap of its own.
const POSTGRES: &[&str] = &[
    "SELECT 1",
    "SELECT 'it''s; -- no comment', E'it\\'s; \\\\', U&'d\\0061;'",
    "SELECT E'a\\';'\n'b; c'",
    "SELECT \"we;ird\"\"na;me\" FROM \"t;\"",
    "SELECT $1, a$b$c FROM t$1",
    "DO $$ BEGIN PERFORM 1; END; $$",
    "SELECT $a$ ; $b$ ; $$ ; $A$ ; $a$, $é$ ; $e$ ; $é$",
    "/* a; /* b; */ c; */ SELECT /* d; */ 5 - -3",
    "-- don't; stop\nSELECT 1 -- it's; one\n",
    "SELECT 3 */* a; */ 2",
    "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; SELECT 3; END",
    "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (1); DELETE FROM t; END",
    "CREATE FUNCTION f() RETURNS text AS $body$ BEGIN RETURN ';'; END $body$ LANGUAGE plpgsql",
    "CREATE FUNCTION f() RETURNS int AS 'SELECT length('';'');' LANGUAGE sql",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b)",
    "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "CREATE TABLE t (a int DEFAULT 1, b text CHECK (b <> ';'), begin int)",
    "BEGIN",
    "COMMIT",
    "COMMENT ON TABLE t IS 'a;\nb'",
];

/// Statements of SQLite, each a trap of its own.
const SQLITE: &[&str] = &[
    "SELECT 1",
    "SELECT 'it''s; -- no comment', x'3b3b', 'no \\'",
    "SELECT [a;b], `c;``d`, \"e;\"\"f\" FROM t",
    "/* a; /* b; */ SELECT /* c; */ 1 - -1",
    "-- don't; stop\nSELECT 1 -- it's; one\n",
    "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN new.a THEN 1 ELSE 2 END; DELETE FROM u; END",
    "CREATE TEMP TRIGGER IF NOT EXISTS \"begin\" INSTEAD OF DELETE ON v BEGIN SELECT RAISE(ABORT, 'END;'); END",
    "CREATE TRIGGER begin BEFORE UPDATE OF a ON t FOR EACH ROW WHEN new.a > 1 BEGIN SELECT 1 /* ; */; END",
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT DEFAULT ';')",
    "CREATE VIEW v AS SELECT CASE a WHEN 1 THEN 2 END FROM t",
    "INSERT INTO t VALUES (1, 'a;\nb'), (2, NULL)",
    "PRAGMA foreign_keys = OFF",
    "ALTER TABLE t RENAME TO u",
    "BEGIN",
    "END",
    "DROP TRIGGER IF EXISTS tr",
];

/// Statements of MySQL and MariaDB; the server itself was asked how many each of them is.
const MYSQL: &[&str] = &[
    "SELECT 'it\\'s; \\\\', \"dq;\\\"x\", `ba;ck`",
    "SELECT 5--1, /*! 1 + */ 1 # hash; comment\n",
    "/*!40101 SET NAMES utf8 */",
    "CREATE PROCEDURE p(a INT) BEGIN IF a > 1 THEN SELECT IF(a, 1, 2); ELSE SELECT CASE a WHEN 0 THEN 'z' END; END IF; END",
    "CREATE PROCEDURE p() l: LOOP LEAVE l; END LOOP l",
    "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN CASE WHEN 1 THEN 2 END",
    "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = 2; END",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END",
    "BEGIN",
    "COMMIT",
    "CREATE PROCEDURE p() BEGIN REPEAT SELECT end FROM t; UNTIL @a END REPEAT; WHILE 0 DO SELECT 1; END WHILE; END",
];

fn fragments(backend: Backend) -> &'static [&'static str] {
    match backend {
        Backend::Postgres => POSTGRES,
        Backend::Sqlite => SQLITE,
        Backend::Mysql => MYSQL,
    }
}

/// What may stand between two statements.
const SEPARATORS: &[&str] = &[";", ";\n", " ; -- it's\n", "\n;\r\n/* \" */\n", ";;"];

/// A script of some statements, and how many they are.
fn script(backend: Backend) -> impl Strategy<Value = (String, usize)> {
    let part = (
        proptest::sample::select(fragments(backend)),
        proptest::sample::select(SEPARATORS),
    );
    proptest::collection::vec(part, 0..12).prop_map(|parts| {
        let text = parts
            .iter()
            .map(|(statement, separator)| format!("{statement}{separator}"))
            .collect();
        (text, parts.len())
    })
}

/// Pieces of SQL without sense, in any order.
fn soup() -> impl Strategy<Value = String> {
    let words = [
        "CREATE",
        "TRIGGER",
        "PROCEDURE",
        "FUNCTION",
        "BEGIN",
        "ATOMIC",
        "END",
        "CASE",
        "WHEN",
        "IF",
        "THEN",
        "LOOP",
        "REPEAT",
        "UNTIL",
        "COPY",
        "FROM",
        "STDIN",
        "DELIMITER",
        "EXPLAIN",
        "DECLARE",
        "HANDLER",
        "FOR",
        "a",
        "é",
        "E",
        "U&",
        "x",
        "$",
        "$$",
        "$a$",
        "'",
        "''",
        "\"",
        "`",
        "[",
        "]",
        "(",
        ")",
        ";",
        "//",
        "\\",
        "\\.",
        "--",
        "#",
        "/*",
        "/*!",
        "*/",
        "\n",
        "\r\n",
        " ",
        "\t",
        "\u{feff}",
        "1.5e",
        "+",
        ".",
        ":",
        ",",
        "=",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..40)
        .prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn postgres_scripts_have_the_statements_that_the_parser_sees((text, parts) in script(Backend::Postgres)) {
        prop_assert_eq!(split(Backend::Postgres, &text).unwrap().len(), parts);
        prop_assert_eq!(postgres_count(&text), Some(parts), "{}", text);
    }

    #[test]
    fn sqlite_scripts_have_the_statements_that_the_parser_sees((text, parts) in script(Backend::Sqlite)) {
        prop_assert_eq!(split(Backend::Sqlite, &text).unwrap().len(), parts);
        prop_assert_eq!(sqlite_count(&text), Some(parts), "{}", text);
    }

    #[test]
    fn mysql_scripts_have_as_many_statements_as_parts((text, parts) in script(Backend::Mysql)) {
        prop_assert_eq!(split(Backend::Mysql, &text).unwrap().len(), parts);
    }

    #[test]
    fn any_text_gives_whole_statements_in_order(text in soup()) {
        for backend in Backend::ALL {
            let seen = scan(backend, &text);
            let mut end = 0;
            for range in seen.statements {
                prop_assert!(end <= range.start && range.start < range.end);
                let statement = text.get(range.clone());
                prop_assert!(statement.is_some());
                let trimmed = statement.map(str::trim_ascii);
                prop_assert!(seen.finding.is_some() || trimmed == statement, "{backend}: {text:?}");
                end = range.end;
            }
            let lines = text.replace('\n', "\r\n");
            if !text.contains('\r') && !text.contains('\\') {
                prop_assert_eq!(scan(backend, &text).statements.len(), scan(backend, &lines).statements.len());
            }
        }
    }

    #[test]
    fn a_text_that_a_parser_accepts_splits_as_it_does(text in soup()) {
        for backend in [Backend::Sqlite, Backend::Postgres] {
            if let (Some(expected), Ok(ranges)) = (count(backend, &text), split(backend, &text)) {
                prop_assert_eq!(ranges.len(), expected, "{}: {}", backend, text);
            }
        }
    }
}

/// The up and down scripts of real projects on a backend that has a judge.
fn real_scripts() -> Vec<(PathBuf, Backend)> {
    let root = std::env::var_os("MIGRATE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let Ok(chains) = fs::read_dir(root.join("chains")) else {
        println!(
            "skipped: {} has no chains; set MIGRATE_SHARED",
            root.display()
        );
        return Vec::new();
    };
    let mut scripts = Vec::new();
    for chain in chains.map(|entry| entry.unwrap().path()) {
        let backend = match chain.file_name().and_then(|name| name.to_str()) {
            Some("libxmtp" | "splinter_sqlite" | "tari_contacts" | "tari_wallet") => {
                Backend::Sqlite
            }
            Some("syncstorage_mysql" | "tokenserver_mysql") => continue,
            _ => Backend::Postgres,
        };
        let Ok(revisions) = fs::read_dir(chain.join("migrations")) else {
            continue;
        };
        let revisions: Vec<_> = revisions.map(|entry| entry.unwrap().path()).collect();
        let files = revisions
            .iter()
            .flat_map(|revision| ["up.sql", "down.sql"].map(|file| revision.join(file)));
        scripts.extend(
            files
                .filter(|file| file.is_file())
                .map(|file| (file, backend)),
        );
    }
    scripts
}

#[test]
fn real_scripts_have_the_statements_that_the_parsers_see() {
    let scripts = real_scripts();
    let mut judged = 0;
    for (file, backend) in &scripts {
        let text = fs::read_to_string(file).unwrap();
        if let Some(expected) = count(*backend, &text) {
            judged += 1;
            assert_eq!(
                split(*backend, &text).unwrap().len(),
                expected,
                "{}",
                file.display()
            );
        }
    }
    println!("{judged} of {} scripts have a judge", scripts.len());
    assert!(
        judged * 10 >= scripts.len() * 9,
        "the parsers refuse too much: {judged} of {}",
        scripts.len()
    );
}
