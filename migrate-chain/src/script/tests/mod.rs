//! Tables of texts and the statements in them.

mod classes;
mod losses;
mod mysql;
mod postgres;
mod scripts;
mod sqlite;

use super::{Position, ScriptError, scan, split};
use crate::Backend;

/// The statements of a text in which nothing is amiss.
fn pieces(backend: Backend, text: &str) -> Vec<&str> {
    match split(backend, text) {
        Ok(ranges) => ranges.into_iter().map(|range| &text[range]).collect(),
        Err(error) => panic!("{error} at {}: {text}", error.at()),
    }
}

/// Asserts of each text that it is one statement, and still one between two others.
fn whole(backend: Backend, texts: &[&str]) {
    for text in texts {
        assert_eq!(pieces(backend, text), [*text]);
        let between = format!("SELECT 0;\n{text};SELECT 9");
        assert_eq!(pieces(backend, &between), ["SELECT 0", *text, "SELECT 9"]);
    }
}

#[test]
fn nothing_but_comments_and_separators_is_no_statement() {
    for backend in Backend::ALL {
        for text in [
            "",
            " \t\r\n",
            ";;;",
            " ; -- a\n; /* b; */ ;",
            "-- a",
            "\u{feff}",
            "\u{feff}-- a\r\n;",
        ] {
            assert!(pieces(backend, text).is_empty(), "{backend}: {text:?}");
        }
    }
}

#[test]
fn a_statement_is_trimmed_of_comments_white_space_and_separator() {
    for backend in Backend::ALL {
        let text = "\u{feff}-- a\r\nSELECT 1 -- b\r\n;\r\n/* c */ SELECT /* d */ 2 /* e */\n-- f";
        assert_eq!(pieces(backend, text), ["SELECT 1", "SELECT /* d */ 2"]);
    }
}

#[test]
fn quotes_doubled_quotes_and_comments_hide_separators() {
    for backend in Backend::ALL {
        let texts = [
            "SELECT 'a;b', ';', 'it''s;'",
            "SELECT \"a;\"\"b\" FROM t",
            "SELECT '-- no comment;', '/* nor; this */' -- but; this\n, 1",
            "SELECT /* ' */ 1 /* \" ; */",
            "SELECT 1 -- don't;\n, 2",
            "SELECT 'zwölf; Boxkämpfer', \"Größe;\"",
        ];
        for text in texts {
            assert_eq!(
                pieces(backend, &format!("{text} ; SELECT 2;")).len(),
                2,
                "{backend}: {text}"
            );
        }
    }
}

#[test]
fn what_never_ends_is_named_with_its_place() {
    let cases = [
        (
            Backend::Postgres,
            "SELECT 1;\nSELECT 'a;",
            17,
            "a quoted string",
        ),
        (Backend::Postgres, "SELECT E'a\\';", 7, "a quoted string"),
        (
            Backend::Postgres,
            "SELECT \"a;",
            7,
            "a text in double quotes",
        ),
        (
            Backend::Postgres,
            "DO $a$ $A$; $b$",
            3,
            "a dollar quote $a$",
        ),
        (Backend::Postgres, "/* /* */ SELECT 1", 0, "a comment"),
        (Backend::Sqlite, "SELECT [a;", 7, "a name in brackets"),
        (Backend::Sqlite, "SELECT `a;", 7, "a name in backticks"),
        (Backend::Sqlite, "SELECT 1 /*", 9, "a comment"),
        (Backend::Mysql, "SELECT 'a\\';", 7, "a quoted string"),
        (Backend::Mysql, "SELECT `a\\;", 7, "a name in backticks"),
        (Backend::Mysql, "/* a", 0, "a comment"),
        (
            Backend::Mysql,
            "SELECT 1 /*!50000 ;",
            9,
            "an executable comment",
        ),
    ];
    for (backend, text, at, what) in cases {
        let expected = ScriptError::Unterminated {
            what: what.into(),
            at,
        };
        assert_eq!(split(backend, text), Err(expected), "{backend}: {text}");
    }
}

#[test]
fn a_nul_is_named_with_its_place() {
    for backend in Backend::ALL {
        assert_eq!(
            split(backend, "SELECT 1;\0"),
            Err(ScriptError::Nul { at: 9 })
        );
    }
}

#[test]
fn every_message_is_one_lower_case_line_and_has_a_mend() {
    let errors = [
        scan(Backend::Postgres, "SELECT '").finding,
        scan(Backend::Postgres, "SELECT $a$").finding,
        scan(Backend::Postgres, "/*").finding,
        scan(Backend::Postgres, "\\d").finding,
        scan(Backend::Postgres, "COPY a FROM STDIN").finding,
        scan(Backend::Postgres, "\0").finding,
        Some(ScriptError::TooLarge),
    ];
    for error in errors.into_iter().flatten() {
        assert!(
            !error.to_string().ends_with('.') && !error.help().is_empty(),
            "{error}"
        );
    }
}

#[test]
fn a_large_script_is_read_in_linear_time() {
    let row = "(1, 'it''s; a \"row\"', 2.5e-3, NULL), ";
    let texts = [
        format!(
            "INSERT INTO t VALUES {}(2, 'b', 1, 2);",
            row.repeat(140_000)
        ),
        format!("SELECT 1{};", " ".repeat(5_000_000)),
        "SELECT 1;\n".repeat(100_000),
        "((((".repeat(1_000_000),
        "/* a */ ".repeat(500_000),
    ];
    for backend in Backend::ALL {
        for text in &texts {
            let started = std::time::Instant::now();
            assert!(split(backend, text).is_ok());
            // A quadratic step takes minutes here.
            assert!(
                started.elapsed().as_secs() < 20,
                "{backend}: {:?}",
                started.elapsed()
            );
        }
    }
    for text in [
        "$a".repeat(1_000_000),
        "E'a' 'b' ".repeat(300_000),
        "$a$ $b ".repeat(300_000),
    ] {
        let started = std::time::Instant::now();
        let _ = scan(Backend::Postgres, &text);
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}

#[test]
fn a_position_counts_lines_and_characters() {
    let text = "\u{feff}é;\r\n  SELECT 'ß' x";
    let position = |byte| Position::of(text, byte);
    assert_eq!(position(0), Position { line: 1, column: 1 });
    assert_eq!(position(3), Position { line: 1, column: 1 });
    assert_eq!(position(5), Position { line: 1, column: 2 });
    assert_eq!(
        position(text.find("SELECT").unwrap()),
        Position { line: 2, column: 3 }
    );
    assert_eq!(
        position(text.find(" x").unwrap()),
        Position {
            line: 2,
            column: 13
        }
    );
    assert_eq!(
        position(1000),
        Position {
            line: 2,
            column: 15
        }
    );
}
