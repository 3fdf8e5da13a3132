//! SQLite's rules: names in brackets and backticks, blob literals, and the bodies of triggers.
//!
//! A `;` in `CREATE TRIGGER ... BEGIN` belongs to the trigger until `END` stands right after one, which is how SQLite
//! itself finds the end (`sqlite3_complete`): no CASE has to be counted.

use super::ScriptError;
use super::token::{Grammar, Kind, OPERATORS, Source, Step, Token};

/// SQLite's grammar.
#[derive(Default)]
pub(super) struct Sqlite {
    place: Place,
    before: Before,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Start,
    /// After EXPLAIN.
    Explain,
    /// After CREATE, before the kind of thing.
    Create,
    /// In CREATE TRIGGER, before its body.
    Trigger,
    /// In the body of a trigger.
    Body,
    /// In any other statement, and after the END of a trigger.
    Plain,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Other,
    /// What stands before a name: TRIGGER, EXISTS or a dot.
    Name,
    /// What stands before a statement of a body, or its END: BEGIN or a semicolon.
    Statement,
}

impl Grammar for Sqlite {
    fn blank(&mut self, source: &mut Source<'_>, mut at: usize) -> usize {
        loop {
            at = match source.byte(at) {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0c => at + 1,
                b'-' if source.byte(at + 1) == b'-' => source.line_end(at),
                b'/' if source.byte(at + 1) == b'*' => source.flat_comment(at),
                _ => return at,
            }
        }
    }

    fn token(&mut self, source: &mut Source<'_>, at: usize) -> Token {
        match source.byte(at) {
            b'\'' | b'"' | b'`' => source.quoted(at, at, false),
            b'[' => source.enclosed(at, at, ']'),
            b'x' | b'X' if source.byte(at + 1) == b'\'' => source.enclosed(at, at + 1, '\''),
            b'0'..=b'9' => source.number(at),
            byte if is_word(byte) => {
                let end = source.seek(at, |byte| !is_word(byte) && !byte.is_ascii_digit());
                Token {
                    kind: Kind::Word,
                    start: at,
                    end,
                }
            }
            _ => source.symbol(at, OPERATORS),
        }
    }

    fn step(&mut self, source: &mut Source<'_>, token: Token) -> Step {
        let before = std::mem::take(&mut self.before);
        match token.kind {
            Kind::Word => self.keyword(source.text, token, before),
            Kind::Symbol => return self.mark(source, token),
            _ => self.other(),
        }
        Step::Part
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

impl Sqlite {
    fn keyword(&mut self, text: &str, token: Token, before: Before) {
        self.place = match self.place {
            Place::Start if token.is(text, "EXPLAIN") => Place::Explain,
            Place::Explain if token.is_any(text, &["QUERY", "PLAN"]) => Place::Explain,
            Place::Start | Place::Explain if token.is(text, "CREATE") => Place::Create,
            Place::Create if token.is_any(text, &["TEMP", "TEMPORARY"]) => Place::Create,
            Place::Create if token.is(text, "TRIGGER") => Place::Trigger,
            Place::Trigger if before != Before::Name && token.is(text, "BEGIN") => Place::Body,
            Place::Body if before == Before::Statement && token.is(text, "END") => Place::Plain,
            Place::Trigger | Place::Body => self.place,
            Place::Start | Place::Explain | Place::Create | Place::Plain => Place::Plain,
        };
        if self.place == Place::Trigger && token.is_any(text, &["TRIGGER", "EXISTS"]) {
            self.before = Before::Name;
        }
        if self.place == Place::Body && token.is(text, "BEGIN") {
            self.before = Before::Statement;
        }
    }

    fn mark(&mut self, source: &mut Source<'_>, token: Token) -> Step {
        match source.byte(token.start) {
            b';' if self.place == Place::Body => self.before = Before::Statement,
            b';' => return Step::separator(token),
            b'.' if self.place == Place::Start => return shell_command(source, token),
            b'.' => self.before = Before::Name,
            _ => {}
        }
        self.other();
        Step::Part
    }

    /// A token that is no word.
    fn other(&mut self) {
        if matches!(self.place, Place::Start | Place::Explain | Place::Create) {
            self.place = Place::Plain;
        }
    }
}

/// What the sqlite3 program reads for itself: a line that starts with a dot.
fn shell_command(source: &mut Source<'_>, token: Token) -> Step {
    let to = source.line_end(token.start);
    let line = source.text.get(token.start..to).unwrap_or_default();
    let command = line.split_whitespace().next().unwrap_or(line).to_owned();
    source.report(ScriptError::ClientCommand {
        command,
        client: "sqlite3",
        at: token.start,
    });
    Step::Leave { to, ends: false }
}

fn is_word(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80..)
}
