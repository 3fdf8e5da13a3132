//! A script: its text, its fingerprint and where each of its statements begins and ends.

mod compound;
mod error;
mod kind;
mod loss;
mod mysql;
mod pieces;
mod postgres;
mod rebuild;
mod scan;
mod sqlite;
#[cfg(test)]
mod tests;
mod token;

use std::borrow::Cow;

pub use error::ScriptError;
pub use loss::Loss;
pub use pieces::{Piece, pieces};
pub use rebuild::rebuilds_a_table;
pub use scan::{Scan, scan, split};
pub(crate) use token::{Kind, Lexer};

use crate::checksum::Hash;
use crate::code::Code;
use crate::{Backend, Backends, Checksum};

/// One up or down script, for one or more backends, already split into statements.
///
/// It is either embedded at compile time, all constants, or read at run time; a user of it cannot tell.
///
/// ```
/// use migrate_chain::{Backend, Script};
/// let text = "CREATE TABLE a (id INTEGER);\nDROP TABLE a;\n";
/// let script = Script::read("up.sql".into(), Backend::Sqlite.into(), text.into(), Backend::Sqlite)?;
/// let last = script.statements().last().unwrap();
/// assert_eq!(last.text, "DROP TABLE a");
/// assert_eq!(script.position(last.start).to_string(), "2:1");
/// # Ok::<(), migrate_chain::ScriptError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    file: Cow<'static, str>,
    backends: Backends,
    text: Cow<'static, str>,
    /// 32 bytes of SHA-256, then for each statement its start and end in `text`, each a little-endian `u32`. Packed,
    /// because a macro that writes thousands of scripts pays for every token, and one byte string is one token.
    facts: Cow<'static, [u8]>,
    /// The Rust file whose function of this direction runs with it; empty where there is none.
    code: Cow<'static, str>,
}

/// One statement of a script, without the separator that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'s> {
    /// Its text, as the server is to receive it.
    pub text: &'s str,
    /// Where it starts in the script, in bytes.
    pub start: usize,
}

/// A place in a file: line and column, both counted from 1, the column in characters. It prints as `line:column`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl Position {
    /// The place of a byte of a text. A byte inside a character counts as its first, and one after the end as the end.
    ///
    /// ```
    /// use migrate_chain::Position;
    /// assert_eq!(Position::of("a\nbé;", 5), Position { line: 2, column: 3 });
    /// ```
    #[must_use]
    pub fn of(text: &str, byte: usize) -> Self {
        let mut end = byte.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(..end).unwrap_or_default();
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The bytes of the fingerprint at the start of the facts.
const CHECKSUM: usize = 32;
/// The bytes of one statement's place in the facts.
const PLACE: usize = 8;

impl Script {
    /// A script that the compiler embedded. `backends` are the bits of [`Backends`]; `facts` is what
    /// [`Script::facts`] gives.
    #[must_use]
    pub const fn embedded(
        file: &'static str,
        backends: u8,
        text: &'static str,
        facts: &'static [u8],
    ) -> Self {
        Self {
            file: Cow::Borrowed(file),
            backends: Backends::from_bits(backends),
            text: Cow::Borrowed(text),
            facts: Cow::Borrowed(facts),
            code: Cow::Borrowed(""),
        }
    }

    /// The same, with the Rust file that [`Script::code`] gives; `""` is none.
    #[must_use]
    pub fn with_embedded_code(self, file: &'static str) -> Self {
        Self {
            code: Cow::Borrowed(file),
            ..self
        }
    }

    /// A step that is code alone: no statement, and the text and fingerprint of its `migration.rs`.
    pub(crate) fn of_code(file: String, backends: Backends, text: String, code: &Code) -> Self {
        let facts = code.checksum.0.to_vec();
        Self {
            code: file.clone().into(),
            file: file.into(),
            backends,
            text: text.into(),
            facts: facts.into(),
        }
    }

    /// The same with code beside its statements, which its fingerprint then covers too.
    pub(crate) fn beside(mut self, file: String, code: &Code) -> Self {
        let mut hash = Hash::default();
        hash.part(self.checksum());
        hash.part(code.checksum);
        let sum = hash.finish();
        if let Some(start) = self.facts.to_mut().first_chunk_mut() {
            *start = sum.0;
        }
        self.code = file.into();
        self
    }

    /// Reads a text: splits it into statements by the rules of `dialect` and takes its fingerprint. `file` is the name
    /// that messages give it, `backends` are those it is written for.
    ///
    /// # Errors
    /// The first thing in the text that no server understands ([`ScriptError`]), with its place.
    pub fn read(
        file: String,
        backends: Backends,
        text: String,
        dialect: Backend,
    ) -> Result<Self, ScriptError> {
        if u32::try_from(text.len()).is_err() {
            return Err(ScriptError::TooLarge);
        }
        let (
            Scan {
                statements,
                finding,
            },
            checksum,
        ) = scan::checksummed(dialect, &text);
        if let Some(finding) = finding {
            return Err(finding);
        }
        let mut facts = Vec::with_capacity(CHECKSUM + PLACE * statements.len());
        facts.extend_from_slice(&checksum.0);
        for place in statements {
            for byte in [place.start, place.end] {
                let byte = u32::try_from(byte).map_err(|_| ScriptError::TooLarge)?;
                facts.extend_from_slice(&byte.to_le_bytes());
            }
        }
        Ok(Self {
            file: file.into(),
            backends,
            text: text.into(),
            facts: facts.into(),
            code: Cow::Borrowed(""),
        })
    }

    /// The same script, for these backends.
    #[must_use]
    pub fn with_backends(self, backends: Backends) -> Self {
        Self { backends, ..self }
    }

    /// The file that it was read from, as messages name it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The backends that it is written for.
    #[must_use]
    pub const fn backends(&self) -> Backends {
        self.backends
    }

    /// The whole text, as the file has it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fingerprint and the places of the statements, packed for [`Script::embedded`]: 32 bytes of SHA-256, then for
    /// each statement its start and end in the text, each a little-endian `u32`.
    #[must_use]
    pub fn facts(&self) -> &[u8] {
        &self.facts
    }

    /// The fingerprint of its statements.
    #[must_use]
    pub fn checksum(&self) -> Checksum {
        Checksum(*self.facts.first_chunk().unwrap_or(&[0; CHECKSUM]))
    }

    /// Its statements, in order.
    pub fn statements(&self) -> impl ExactSizeIterator<Item = Statement<'_>> {
        let places = self.facts.get(CHECKSUM..).unwrap_or_default();
        places.chunks_exact(PLACE).map(|place| {
            let (start, end) = place.split_at(PLACE / 2);
            let (start, end) = (little_endian(start), little_endian(end));
            Statement {
                text: self.text.get(start..end).unwrap_or_default(),
                start,
            }
        })
    }

    /// Whether it does nothing: it is empty, or has comments alone, and no code runs with it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.len() < CHECKSUM + PLACE && self.code.is_empty()
    }

    /// The Rust file whose function runs with it, if there is one: after the statements on the way up, before them on the way
    /// down. A step of code alone has no statement, and its [`text`](Self::text) is that file's.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        (!self.code.is_empty()).then_some(&*self.code)
    }

    /// How many things it does: its statements, and the code that runs with it as one.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.statements().len() + usize::from(self.code().is_some())
    }

    /// The line and column of a byte of the text.
    #[must_use]
    pub fn position(&self, byte: usize) -> Position {
        Position::of(&self.text, byte)
    }
}

fn little_endian(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | usize::from(byte))
}
