//! MySQL's and MariaDB's rules: `DELIMITER`, `#` comments, `/*! */` comments whose text the server executes, backslash
//! escapes. Where a routine's body ends is known by [`Compound`].

use super::ScriptError;
use super::compound::Compound;
use super::token::{Grammar, Kind, OPERATORS, Source, Step, Token};

/// MySQL's grammar.
#[derive(Default)]
pub(super) struct Mysql {
    /// What `DELIMITER` set, unless it is the semicolon.
    delimiter: Option<String>,
    /// Where the comment started whose text is being executed.
    executable: Option<usize>,
    compound: Compound,
}

impl Grammar for Mysql {
    fn blank(&mut self, source: &mut Source<'_>, mut at: usize) -> usize {
        loop {
            at = match (source.byte(at), source.byte(at + 1)) {
                (b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, _) => at + 1,
                _ if self.delimiter_at(source, at).is_some() => return at,
                (b'#', _) => source.line_end(at),
                (b'-', b'-') if source.byte(at + 2) <= b' ' || source.byte(at + 2) == 0x7f => {
                    source.line_end(at)
                }
                (b'/', b'*') if executable_start(source, at).is_none() => source.flat_comment(at),
                _ => return at,
            }
        }
    }

    fn token(&mut self, source: &mut Source<'_>, at: usize) -> Token {
        if let Some(end) = self.delimiter_at(source, at) {
            return Token {
                kind: Kind::Delimiter,
                start: at,
                end,
            };
        }
        match (source.byte(at), source.byte(at + 1)) {
            (b'\'' | b'"', _) => source.quoted(at, at, true),
            (b'`', _) => source.quoted(at, at, false),
            (b'n' | b'N' | b'x' | b'X' | b'b' | b'B', b'\'') => source.quoted(at, at + 1, true),
            (b'/', b'*') => self.executable_opens(source, at),
            (b'*', b'/') if self.executable.take().is_some() => Token {
                kind: Kind::Executable,
                start: at,
                end: at + 2,
            },
            (b'0'..=b'9', _) => self.cut(source, source.number(at)),
            (byte, _) if is_word(byte) => self.word(source, at),
            _ => source.symbol(at, OPERATORS),
        }
    }

    fn step(&mut self, source: &mut Source<'_>, token: Token) -> Step {
        match token.kind {
            Kind::Executable => return Step::Part,
            Kind::Delimiter if self.executable.is_none() => return Step::separator(token),
            Kind::Word => {
                if let Some(step) = self.delimiter_command(source, token) {
                    return step;
                }
            }
            Kind::Symbol => match source.byte(token.start) {
                b';' => {
                    let ends = self.compound.semicolon(self.delimiter.is_some());
                    let outside = self.executable.is_none();
                    return if ends && outside {
                        Step::separator(token)
                    } else {
                        Step::Part
                    };
                }
                b'\\' if source.byte(token.end) != b'N' => return client_command(source, token),
                _ => {}
            },
            _ => {}
        }
        self.compound.step(source.text, token);
        Step::Part
    }

    fn restart(&mut self) {
        self.compound = Compound::default();
    }

    fn finish(&mut self, source: &mut Source<'_>) {
        if let Some(at) = self.executable {
            source.report(ScriptError::Unterminated {
                what: "an executable comment".into(),
                at,
            });
        }
    }
}

impl Mysql {
    /// The end of the separator at `at`, where one stands.
    fn delimiter_at(&self, source: &Source<'_>, at: usize) -> Option<usize> {
        let delimiter = self.delimiter.as_ref()?;
        let rest = source.bytes.get(at..)?;
        let end = at + delimiter.len();
        let whole = !is_named(delimiter) || !is_word(source.byte(end));
        (whole && rest.starts_with(delimiter.as_bytes())).then_some(end)
    }

    fn executable_opens(&mut self, source: &Source<'_>, at: usize) -> Token {
        let version = executable_start(source, at).unwrap_or(at + 2);
        self.executable = Some(at);
        let end = source
            .seek(version, |byte| !byte.is_ascii_digit())
            .min(version + 6);
        Token {
            kind: Kind::Executable,
            start: at,
            end,
        }
    }

    /// A word, or the string whose character set it names.
    fn word(&self, source: &mut Source<'_>, start: usize) -> Token {
        let end = source.seek(start, |byte| !is_word(byte));
        let token = self.cut(
            source,
            Token {
                kind: Kind::Word,
                start,
                end,
            },
        );
        if token.end == end
            && source.byte(start) == b'_'
            && matches!(source.byte(end), b'\'' | b'"')
        {
            return source.quoted(start, end, true);
        }
        token
    }

    /// Ends the token where the separator starts, as in `END$$`. A separator that is itself a word only stands alone.
    fn cut(&self, source: &Source<'_>, token: Token) -> Token {
        let Some(delimiter) = &self.delimiter else {
            return token;
        };
        if is_named(delimiter) {
            return token;
        }
        let found =
            (token.start + 1..token.end).find(|&at| self.delimiter_at(source, at).is_some());
        Token {
            end: found.unwrap_or(token.end),
            ..token
        }
    }

    /// `DELIMITER x`, where a statement could start; or at the start of a line in the middle of one that lacks its
    /// separator, if `x` is no word, so that it cannot be a name.
    fn delimiter_command(&mut self, source: &Source<'_>, token: Token) -> Option<Step> {
        let text = source.text;
        if !token.is(text, "DELIMITER") {
            return None;
        }
        let to = source.line_end(token.end);
        let argument = text
            .get(token.end..to)
            .filter(|rest| rest.starts_with([' ', '\t']))?;
        let argument = argument.split_whitespace().next()?;
        let argument = argument.trim_matches(['\'', '"', '`']);
        let mark = !argument.contains(char::is_alphanumeric);
        if argument.is_empty()
            || !(self.compound.is_fresh() || mark && starts_a_line(source, token.start))
        {
            return None;
        }
        self.delimiter = (argument != ";").then(|| argument.to_owned());
        self.executable = None;
        Some(Step::Leave { to, ends: true })
    }
}

/// What the mysql program reads for itself: a backslash and a letter.
fn client_command(source: &mut Source<'_>, token: Token) -> Step {
    let letter = source
        .text
        .get(token.end..)
        .and_then(|rest| rest.chars().next());
    let to = token.end + letter.map_or(0, char::len_utf8);
    let command = source
        .text
        .get(token.start..to)
        .unwrap_or_default()
        .to_owned();
    source.report(ScriptError::ClientCommand {
        command,
        client: "mysql",
        at: token.start,
    });
    Step::Leave {
        to,
        ends: matches!(letter, Some('g' | 'G')),
    }
}

/// Whether only white space stands before `at` on its line.
fn starts_a_line(source: &Source<'_>, at: usize) -> bool {
    let before = source.bytes.get(..at).unwrap_or_default();
    before
        .iter()
        .rev()
        .find(|byte| !matches!(byte, b' ' | b'\t'))
        .is_none_or(|&byte| byte == b'\n')
}

/// The end of `/*!` or MariaDB's `/*M!`, if one starts at `at`.
fn executable_start(source: &Source<'_>, at: usize) -> Option<usize> {
    match (source.byte(at + 2), source.byte(at + 3)) {
        (b'!', _) => Some(at + 3),
        (b'M', b'!') => Some(at + 4),
        _ => None,
    }
}

/// Whether the separator is a word itself, such as `go`.
fn is_named(delimiter: &str) -> bool {
    delimiter.starts_with(|first: char| first.is_alphanumeric() || first == '_')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}
