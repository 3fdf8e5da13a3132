//! A script: its text, its fingerprint and where each of its statements begins and ends.

use std::borrow::Cow;

use crate::{Backend, Backends, Checksum};

/// One up or down script, for one or more backends, already split into statements.
///
/// It is either embedded at compile time, all constants, or read at run time; a user of it cannot tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    file: Cow<'static, str>,
    backends: Backends,
    text: Cow<'static, str>,
    /// 32 bytes of SHA-256, then for each statement its start and end in `text`, each a little-endian `u32`. Packed, because
    /// a macro that writes thousands of scripts pays for every token, and one byte string is one token.
    facts: Cow<'static, [u8]>,
}

/// One statement of a script, without the separator that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'s> {
    /// Its text, as the server is to receive it.
    pub text: &'s str,
    /// Where it starts in the script, in bytes.
    pub start: usize,
}

/// A place in a file: line and column, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// Why a text is not a script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// A quote, dollar quote or comment that never ends.
    #[error("{what} that starts here never ends")]
    Unterminated {
        /// What it is: `a quoted string`, `a dollar quote $body$`, `a comment`.
        what: String,
        /// Where it starts, in bytes.
        at: usize,
    },
    /// A command of a client program (`\d`, `\copy`), which no server understands.
    #[error("`{command}` is a command of the {client} client, not SQL")]
    ClientCommand {
        /// The command as written.
        command: String,
        /// The program whose command it is.
        client: &'static str,
        /// Where it stands, in bytes.
        at: usize,
    },
    /// `COPY ... FROM STDIN`, whose data only a client program can send.
    #[error("COPY ... FROM STDIN needs a client that sends the data after it")]
    CopyFromStdin {
        /// Where it stands, in bytes.
        at: usize,
    },
    /// More than 4 GiB.
    #[error("the script is larger than 4 GiB")]
    TooLarge,
}

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
        }
    }

    /// The backends it is for.
    #[must_use]
    pub fn backends(&self) -> Backends {
        self.backends
    }

    /// Whether it has no statement.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.len() <= 32
    }
}

/// Splits a text into statements by the rules of one backend.
///
/// # Errors
/// [`ScriptError`], with the place.
pub fn split(backend: Backend, text: &str) -> Result<Vec<std::ops::Range<usize>>, ScriptError> {
    let _ = (backend, text);
    todo!()
}
