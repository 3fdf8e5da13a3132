//! What the eye tells apart in a script: keywords, texts, numbers, comments. For whoever shows one; nothing is decided by it.

use std::ops::Range;

use super::token::{Kind, Lexer, Token};
use crate::Backend;

/// What a piece of a script is to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Piece {
    /// A word of SQL.
    Keyword,
    /// A text in quotes, also one between dollar signs.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// Anything else: names, operators, white space.
    Plain,
}

/// The words that SQL has for itself in nearly every script, sorted.
#[rustfmt::skip]
const KEYWORDS: [&str; 131] = [
    "ADD", "AFTER", "ALL", "ALTER", "ANALYZE", "AND", "AS", "ASC", "AUTOINCREMENT", "AUTO_INCREMENT", "BEFORE",
    "BEGIN", "BETWEEN", "BY", "CALL", "CASCADE", "CASE", "CAST", "CHANGE", "CHECK", "COLLATE", "COLUMN", "COMMENT",
    "COMMIT", "CONCURRENTLY", "CONFLICT", "CONSTRAINT", "COPY", "CREATE", "CROSS", "CURRENT_DATE", "CURRENT_TIME",
    "CURRENT_TIMESTAMP", "DATABASE", "DECLARE", "DEFAULT", "DEFERRABLE", "DEFERRED", "DELETE", "DELIMITER", "DESC",
    "DISTINCT", "DO", "DOMAIN", "DROP", "EACH", "ELSE", "END", "ENGINE", "ENUM", "EXCEPT", "EXECUTE", "EXISTS",
    "EXTENSION", "FALSE", "FOR", "FOREIGN", "FROM", "FULL", "FUNCTION", "GENERATED", "GRANT", "GROUP", "HAVING",
    "IDENTITY", "IF", "IN", "INCLUDE", "INDEX", "INITIALLY", "INNER", "INSERT", "INTERSECT", "INTO", "IS", "JOIN",
    "KEY", "LANGUAGE", "LEFT", "LIKE", "LIMIT", "MATERIALIZED", "MODIFY", "NOT", "NULL", "OFFSET", "ON", "OR",
    "ORDER", "OUTER", "OWNER", "PRAGMA", "PRIMARY", "PROCEDURE", "REFERENCES", "RENAME", "REPLACE", "RESTRICT",
    "RETURNING", "RETURNS", "REVOKE", "RIGHT", "ROLLBACK", "ROW", "SCHEMA", "SELECT", "SEQUENCE", "SET", "STORED",
    "STRICT", "TABLE", "TEMPORARY", "THEN", "TO", "TRIGGER", "TRUE", "TRUNCATE", "TYPE", "UNION", "UNIQUE", "UPDATE",
    "USING", "VALIDATE", "VALUES", "VIEW", "VIRTUAL", "WHEN", "WHERE", "WHILE", "WITH", "WITHOUT",
];

/// A text in pieces, as a backend reads it: in order, with nothing left out.
///
/// ```
/// use migrate_chain::{Backend, Piece, pieces};
///
/// let text = "DROP TABLE a; -- gone";
/// let pieces = pieces(Backend::Sqlite, text);
/// assert_eq!((pieces[0].0, &text[pieces[0].1.clone()]), (Piece::Keyword, "DROP"));
/// assert_eq!(pieces.last().map(|(piece, _)| *piece), Some(Piece::Comment));
/// ```
#[must_use]
pub fn pieces(dialect: Backend, text: &str) -> Vec<(Piece, Range<usize>)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for token in Lexer::new(dialect, text) {
        between(text, at..token.start, &mut pieces);
        pieces.push((kind(text, token), token.start..token.end));
        at = token.end;
    }
    between(text, at..text.len(), &mut pieces);
    pieces
}

/// What lies between two tokens: white space, and comments where anything else is there.
fn between(text: &str, range: Range<usize>, pieces: &mut Vec<(Piece, Range<usize>)>) {
    let gap = text.get(range.clone()).unwrap_or_default();
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
    let start = range.start + gap.len() - gap.trim_start_matches(blank).len();
    let end = start + gap.trim_matches(blank).len();
    for (piece, range) in [
        (Piece::Plain, range.start..start),
        (Piece::Comment, start..end),
        (Piece::Plain, end..range.end),
    ] {
        if !range.is_empty() {
            pieces.push((piece, range));
        }
    }
}

fn kind(text: &str, token: Token) -> Piece {
    let words = token.text(text);
    match token.kind {
        Kind::Word if is_keyword(words) => Piece::Keyword,
        Kind::Number => Piece::Number,
        // A name in quotes is a name.
        Kind::Quoted if !words.starts_with(['"', '`', '[']) => Piece::Text,
        Kind::Executable => Piece::Comment,
        _ => Piece::Plain,
    }
}

fn is_keyword(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    KEYWORDS.binary_search(&upper.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(dialect: Backend, text: &str) -> Vec<(Piece, &str)> {
        let shown = pieces(dialect, text);
        let joined: String = shown
            .iter()
            .map(|(_, range)| &text[range.clone()])
            .collect();
        assert_eq!(joined, text, "nothing is lost");
        shown
            .into_iter()
            .filter(|(piece, _)| *piece != Piece::Plain)
            .map(|(piece, range)| (piece, &text[range]))
            .collect()
    }

    #[test]
    fn the_keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn a_script_falls_into_what_the_eye_tells_apart() {
        let text = "-- first\ncreate TABLE \"select\" (a INT DEFAULT 12, b TEXT DEFAULT 'it''s'); /* end */\n";
        let expected = [
            (Piece::Comment, "-- first"),
            (Piece::Keyword, "create"),
            (Piece::Keyword, "TABLE"),
            (Piece::Keyword, "DEFAULT"),
            (Piece::Number, "12"),
            (Piece::Keyword, "DEFAULT"),
            (Piece::Text, "'it''s'"),
            (Piece::Comment, "/* end */"),
        ];
        for dialect in Backend::ALL {
            assert_eq!(seen(dialect, text), expected, "{dialect}");
        }
    }

    #[test]
    fn dollar_quotes_and_comments_of_one_backend_are_read_as_it_reads_them() {
        let body = "DO $$ SELECT 1; $$";
        assert_eq!(
            seen(Backend::Postgres, body),
            [(Piece::Keyword, "DO"), (Piece::Text, "$$ SELECT 1; $$")]
        );
        let comment = "# all of it\nSELECT 1";
        assert_eq!(
            seen(Backend::Mysql, comment)[0],
            (Piece::Comment, "# all of it")
        );
    }

    #[test]
    fn a_text_that_never_ends_is_shown_to_its_end() {
        assert_eq!(
            seen(Backend::Sqlite, "SELECT 'a").last(),
            Some(&(Piece::Text, "'a"))
        );
        assert_eq!(seen(Backend::Sqlite, ""), []);
    }
}
