//! PostgreSQL's rules: dollar quotes, `E''` strings, nested comments, `BEGIN ATOMIC` bodies, rules, and what only psql
//! understands.
//!
//! They follow the server's lexer (`scan.l`) and psql's rule for the `;` that ends a statement (`psqlscan.l`).

use super::ScriptError;
use super::token::{Grammar, Kind, Source, Step, Token};

/// PostgreSQL's grammar.
#[derive(Default)]
pub(super) struct Postgres {
    place: Place,
    /// Parentheses open in the statement: a `;` in them is a part of `CREATE RULE`.
    depth: usize,
    /// Where the statement starts.
    start: usize,
    /// The token before, if it can change what a keyword means.
    before: Before,
    /// The end of the `E''` string that was the last token: another string on a later line continues it.
    escapes: Option<usize>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Start,
    /// After CREATE, before the kind of thing.
    Create,
    /// In a function or procedure, outside its body.
    Routine,
    /// After the word BEGIN of a routine.
    Begin,
    /// In `BEGIN ATOMIC ... END`, with the CASEs open in it.
    Body { cases: usize },
    /// In COPY.
    Copy,
    /// After COPY ... FROM.
    CopyFrom,
    /// In COPY ... FROM STDIN.
    CopyData,
    /// In any other statement.
    Plain,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Other,
    Dot,
    As,
}

impl Grammar for Postgres {
    fn blank(&mut self, source: &mut Source<'_>, mut at: usize) -> usize {
        loop {
            at = match source.byte(at) {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => at + 1,
                b'-' if source.byte(at + 1) == b'-' => source.seek(at, is_line_end),
                b'/' if source.byte(at + 1) == b'*' => source.nested_comment(at),
                _ => return at,
            }
        }
    }

    fn token(&mut self, source: &mut Source<'_>, at: usize) -> Token {
        let escapes = self.escapes.take();
        match source.byte(at) {
            b'\'' => {
                let continues = escapes
                    .and_then(|end| source.bytes.get(end..at))
                    .is_some_and(|gap| gap.iter().copied().any(is_line_end));
                self.string(source, at, at, continues)
            }
            b'"' => source.quoted(at, at, false),
            b'$' => dollar(source, at),
            b'0'..=b'9' => source.number(at),
            byte if is_word(byte) => self.word(source, at),
            byte if is_operator(byte) => operator(source, at),
            _ => source.symbol(at, &["::", ":=", ".."]),
        }
    }

    fn step(&mut self, source: &mut Source<'_>, token: Token) -> Step {
        let text = source.text;
        if self.place == Place::Start {
            self.start = token.start;
        }
        let before = std::mem::take(&mut self.before);
        match token.kind {
            Kind::Word => self.keyword(source, token, before),
            Kind::Symbol => return self.mark(source, token),
            _ => self.other(),
        }
        if token.is(text, "AS") {
            self.before = Before::As;
        }
        Step::Part
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

impl Postgres {
    /// A word, or the string whose prefix it is.
    fn word(&mut self, source: &mut Source<'_>, at: usize) -> Token {
        let end = source.seek(at, |byte| {
            !is_word(byte) && byte != b'$' && !byte.is_ascii_digit()
        });
        let open = match (end - at, source.byte(at), source.byte(end)) {
            (1, b'u' | b'U', b'&') => end + 1,
            (1, b'e' | b'E' | b'b' | b'B' | b'x' | b'X' | b'n' | b'N', b'\'') => end,
            _ => {
                return Token {
                    kind: Kind::Word,
                    start: at,
                    end,
                };
            }
        };
        match source.byte(open) {
            b'\'' => self.string(source, at, open, matches!(source.byte(at), b'e' | b'E')),
            b'"' => source.quoted(at, open, false),
            _ => Token {
                kind: Kind::Word,
                start: at,
                end,
            },
        }
    }

    fn string(
        &mut self,
        source: &mut Source<'_>,
        start: usize,
        open: usize,
        escapes: bool,
    ) -> Token {
        let token = source.quoted(start, open, escapes);
        self.escapes = escapes.then_some(token.end);
        token
    }

    /// A token that is neither a word nor a mark.
    fn other(&mut self) {
        self.place = match self.place {
            Place::Start | Place::Create => Place::Plain,
            Place::Begin => Place::Routine,
            Place::CopyFrom => Place::Copy,
            place => place,
        };
    }

    fn keyword(&mut self, source: &mut Source<'_>, token: Token, before: Before) {
        let text = source.text;
        let outside = self.depth == 0;
        self.place = match self.place {
            Place::Start if token.is(text, "CREATE") => Place::Create,
            Place::Start if token.is(text, "COPY") => Place::Copy,
            Place::Create if token.is_any(text, &["OR", "REPLACE"]) => Place::Create,
            Place::Create if token.is_any(text, &["FUNCTION", "PROCEDURE"]) => Place::Routine,
            Place::Start | Place::Create | Place::Plain => Place::Plain,
            Place::Begin if token.is(text, "ATOMIC") => Place::Body { cases: 0 },
            Place::Routine | Place::Begin
                if outside && before != Before::Dot && token.is(text, "BEGIN") =>
            {
                Place::Begin
            }
            Place::Routine | Place::Begin => Place::Routine,
            // Both are reserved words: they are names only after AS and after a dot.
            Place::Body { cases } if outside && before == Before::Other => match cases {
                _ if token.is(text, "CASE") => Place::Body { cases: cases + 1 },
                0 if token.is(text, "END") => Place::Plain,
                1.. if token.is(text, "END") => Place::Body { cases: cases - 1 },
                _ => self.place,
            },
            Place::CopyFrom if token.is(text, "STDIN") => {
                source.report(ScriptError::CopyFromStdin { at: self.start });
                Place::CopyData
            }
            Place::Copy | Place::CopyFrom if outside && token.is(text, "FROM") => Place::CopyFrom,
            Place::Copy | Place::CopyFrom => Place::Copy,
            Place::Body { .. } | Place::CopyData => self.place,
        };
    }

    fn mark(&mut self, source: &mut Source<'_>, token: Token) -> Step {
        match source.byte(token.start) {
            b';' if self.depth == 0 && !matches!(self.place, Place::Body { .. }) => {
                return self.separator(source, token);
            }
            b'\\' => return self.client_command(source, token),
            b'(' => self.depth += 1,
            b')' => self.depth = self.depth.saturating_sub(1),
            b'.' => self.before = Before::Dot,
            _ => {}
        }
        self.other();
        Step::Part
    }

    fn separator(&self, source: &Source<'_>, token: Token) -> Step {
        if self.place == Place::CopyData {
            return Step::Leave {
                to: copied_data_end(source, token.end),
                ends: true,
            };
        }
        Step::separator(token)
    }

    /// What psql reads for itself: from the backslash to the end of the line.
    fn client_command(&self, source: &mut Source<'_>, token: Token) -> Step {
        let to = source.line_end(token.start);
        let line = source.text.get(token.start..to).unwrap_or_default();
        let command = line.split_whitespace().next().unwrap_or(line);
        // These send what was typed before them, as a semicolon does.
        let ends =
            command.starts_with("\\g") || command == "\\crosstabview" || command == "\\watch";
        let command = command.to_owned();
        source.report(ScriptError::ClientCommand {
            command,
            client: "psql",
            at: token.start,
        });
        Step::Leave { to, ends }
    }
}

/// The end of the line `\.` that ends the data of COPY, which start on the line after `at`.
fn copied_data_end(source: &Source<'_>, at: usize) -> usize {
    let mut line = source.line_end(at);
    while line < source.len() {
        let end = source.line_end(line + 1);
        if source
            .text
            .get(line + 1..end)
            .is_some_and(|data| data.trim_end_matches('\r') == "\\.")
        {
            return end;
        }
        line = end;
    }
    source.len()
}

/// `$tag$ ... $tag$`, or the dollar of a parameter.
fn dollar(source: &mut Source<'_>, at: usize) -> Token {
    let first = source.byte(at + 1);
    if first == b'$' {
        return source.dollar_quoted(at, at + 2);
    }
    if is_word(first) {
        let end = source.seek(at + 1, |byte| !is_word(byte) && !byte.is_ascii_digit());
        if source.byte(end) == b'$' {
            return source.dollar_quoted(at, end + 1);
        }
    }
    source.symbol(at, &[])
}

/// An operator as the server reads it: it ends before a comment, and in `+` or `-` only if it holds one of `~!@#%^&|?`
/// or a backtick.
fn operator(source: &Source<'_>, start: usize) -> Token {
    let mut end = start;
    let mut special = false;
    while is_operator(source.byte(end)) {
        if end > start
            && matches!(
                (source.byte(end), source.byte(end + 1)),
                (b'-', b'-') | (b'/', b'*')
            )
        {
            break;
        }
        special |= !matches!(
            source.byte(end),
            b'+' | b'-' | b'*' | b'/' | b'<' | b'>' | b'='
        );
        end += 1;
    }
    while !special && end > start + 1 && matches!(source.byte(end - 1), b'+' | b'-') {
        end -= 1;
    }
    Token {
        kind: Kind::Symbol,
        start,
        end,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'~' | b'!'
            | b'@'
            | b'#'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'<'
            | b'>'
            | b'='
    )
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}
