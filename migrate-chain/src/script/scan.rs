//! Where each statement of a text starts and ends.

use std::ops::Range;

use super::ScriptError;
use super::token::{Lexer, Step};
use crate::checksum::Hash;
use crate::{Backend, Checksum};

/// What a text holds: its statements, and the first thing in it that no server understands.
///
/// The statements are those that a client program would send, so that a message about the finding can still say what
/// the rest of the text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The statements, as byte ranges of the text: without separators, comments and white space around them.
    pub statements: Vec<Range<usize>>,
    /// The first thing that is no SQL.
    pub finding: Option<ScriptError>,
}

/// Reads a text by the rules of one backend, to its end whatever it holds.
///
/// ```
/// use migrate_chain::{Backend, scan};
/// let seen = scan(Backend::Postgres, "SELECT 1; \\echo hello\nSELECT 2");
/// assert_eq!(seen.statements, [0..8, 22..30]);
/// assert_eq!(seen.finding.map(|finding| finding.at()), Some(10));
/// ```
#[must_use]
pub fn scan(backend: Backend, text: &str) -> Scan {
    read(backend, text, None)
}

/// The same, and the checksum of the statements, in one go: the lexer is most of what a build pays for a script.
pub(super) fn checksummed(backend: Backend, text: &str) -> (Scan, Checksum) {
    let mut hash = Hash::default();
    let scan = read(backend, text, Some(&mut hash));
    (scan, hash.finish())
}

fn read(backend: Backend, text: &str, mut hash: Option<&mut Hash>) -> Scan {
    let mut lexer = Lexer::new(backend, text);
    let mut statements = Vec::new();
    let mut open: Option<Range<usize>> = None;
    if let Some(at) = text.find('\0') {
        lexer.source.report(ScriptError::Nul { at });
    }
    while let Some(token) = lexer.next() {
        match lexer.grammar.step(&mut lexer.source, token) {
            Step::Part => {
                match &mut open {
                    Some(statement) => statement.end = token.end,
                    None => open = Some(token.start..token.end),
                }
                if let Some(hash) = &mut hash {
                    hash.token(token.kind, token.text(text));
                }
            }
            Step::Leave { to, ends } => {
                lexer.at = to;
                if ends {
                    close(&mut statements, open.take(), &mut hash);
                    lexer.grammar.restart();
                }
            }
        }
    }
    close(&mut statements, open, &mut hash);
    lexer.grammar.finish(&mut lexer.source);
    Scan {
        statements,
        finding: lexer.source.finding,
    }
}

fn close(
    statements: &mut Vec<Range<usize>>,
    open: Option<Range<usize>>,
    hash: &mut Option<&mut Hash>,
) {
    if let Some(statement) = open {
        statements.push(statement);
        if let Some(hash) = hash {
            hash.end_of_statement();
        }
    }
}

/// Splits a text into statements by the rules of one backend: byte ranges of the text, without separators, comments and
/// white space around them. A text of comments alone has none.
///
/// ```
/// use migrate_chain::{Backend, split};
/// let text = "CREATE TABLE t (a TEXT DEFAULT ';'); -- done;";
/// assert_eq!(split(Backend::Sqlite, text), Ok(vec![0..35]));
/// ```
///
/// # Errors
/// The first thing in the text that no server understands ([`ScriptError`]), with its place.
pub fn split(backend: Backend, text: &str) -> Result<Vec<Range<usize>>, ScriptError> {
    let Scan {
        statements,
        finding,
    } = scan(backend, text);
    finding.map_or(Ok(statements), Err)
}
