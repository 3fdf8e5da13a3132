//! Why a text is not a script.

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
        /// Where the statement starts, in bytes.
        at: usize,
    },
    /// A NUL byte, which is not text to any server.
    #[error("the script has a NUL byte")]
    Nul {
        /// Where it stands, in bytes.
        at: usize,
    },
    /// More than 4 GiB.
    #[error("the script is larger than 4 GiB")]
    TooLarge,
}

impl ScriptError {
    /// Where it is in the text, in bytes.
    #[must_use]
    pub const fn at(&self) -> usize {
        match self {
            Self::Unterminated { at, .. }
            | Self::ClientCommand { at, .. }
            | Self::CopyFromStdin { at }
            | Self::Nul { at } => *at,
            Self::TooLarge => 0,
        }
    }

    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Unterminated { what, .. } if what.starts_with("a dollar quote") => {
                "end it with the same tag, letter for letter".into()
            }
            Self::Unterminated { what, .. } if what.ends_with("comment") => {
                "end it with `*/`".into()
            }
            Self::Unterminated { .. } => "close it; a quote inside is written twice".into(),
            Self::ClientCommand { client, .. } => {
                format!("remove it, or write SQL for what {client} does there")
            }
            Self::CopyFromStdin { .. } => {
                "write INSERT statements in place of COPY and its data".into()
            }
            Self::Nul { .. } => "save the file as UTF-8; a NUL often means UTF-16".into(),
            Self::TooLarge => "make several revisions of it".into(),
        }
    }
}
