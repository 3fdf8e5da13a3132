//! Tokens of SQL: the pieces that all three dialects are read in, and what their lexers share.
//!
//! Everything works on bytes and moves only forward, so that a script of many megabytes is read in linear time even in
//! an unoptimised build, where a proc macro runs. There an index is cheap and an iterator is a call, and so the innermost
//! functions count.

use super::{ScriptError, mysql::Mysql, postgres::Postgres, sqlite::Sqlite};
use crate::Backend;

/// What a token is, as far as splitting and fingerprints need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or a name without quotes.
    Word,
    /// A number.
    Number,
    /// A string or a name in quotes of any kind, with its prefix.
    Quoted,
    /// An operator or a punctuation mark.
    Symbol,
    /// `/*!50003` or `*/` of a MySQL comment whose text the server executes.
    Executable,
    /// The separator that a `DELIMITER` command set.
    Delimiter,
}

/// One token: never white space and never a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token {
    /// The token's text.
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether it is this keyword, in any letter case.
    pub(crate) fn is(&self, text: &str, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text(text).eq_ignore_ascii_case(keyword)
    }

    /// Whether it is one of these keywords, in any letter case.
    pub(crate) fn is_any(&self, text: &str, keywords: &[&str]) -> bool {
        let text = self.text(text);
        self.kind == Kind::Word
            && keywords
                .iter()
                .any(|keyword| text.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is this operator or punctuation mark.
    pub(crate) fn is_symbol(&self, text: &str, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text(text) == symbol
    }
}

/// What a token means for the statement that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It belongs to the statement.
    Part,
    /// It and what follows up to `to` is no SQL; where `ends` is set, the statement ended before it.
    Leave { to: usize, ends: bool },
}

impl Step {
    /// The token is a separator.
    pub(super) fn separator(token: Token) -> Self {
        Self::Leave {
            to: token.end,
            ends: true,
        }
    }
}

/// The rules of one dialect: how its text falls into tokens, and which tokens end a statement.
pub(super) trait Grammar {
    /// The end of the white space and the comments that start at `at`.
    fn blank(&mut self, source: &mut Source<'_>, at: usize) -> usize;
    /// The token that starts at `at`, where no blank does and the text has not ended.
    fn token(&mut self, source: &mut Source<'_>, at: usize) -> Token;
    /// What the token means; called for each token once, in order.
    fn step(&mut self, source: &mut Source<'_>, token: Token) -> Step;
    /// A statement has ended.
    fn restart(&mut self);
    /// The text has ended.
    fn finish(&mut self, _source: &mut Source<'_>) {}
}

/// The grammar of a backend.
fn grammar(backend: Backend) -> Box<dyn Grammar> {
    match backend {
        Backend::Sqlite => Box::new(Sqlite::default()),
        Backend::Postgres => Box::new(Postgres::default()),
        Backend::Mysql => Box::new(Mysql::default()),
    }
}

/// Reads a text token by token.
pub(crate) struct Lexer<'t> {
    pub(super) source: Source<'t>,
    pub(super) grammar: Box<dyn Grammar>,
    pub(super) at: usize,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(backend: Backend, text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            source: Source {
                text,
                bytes: text.as_bytes(),
                finding: None,
            },
            grammar: grammar(backend),
            at,
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.at = self.grammar.blank(&mut self.source, self.at);
        if self.at >= self.source.bytes.len() {
            return None;
        }
        let token = self.grammar.token(&mut self.source, self.at);
        self.at = token.end;
        Some(token)
    }
}

/// The text being read, and the first thing in it that is no SQL.
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) finding: Option<ScriptError>,
}

impl Source<'_> {
    /// The byte at `at`, or NUL after the end.
    pub(super) fn byte(&self, at: usize) -> u8 {
        if at < self.bytes.len() {
            self.bytes[at]
        } else {
            0
        }
    }

    /// The length of the text.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Keeps the finding, unless an earlier one is kept already.
    pub(super) fn report(&mut self, finding: ScriptError) {
        self.finding.get_or_insert(finding);
    }

    /// The first place from `at` on where `wanted` holds, or the end of the text.
    pub(super) fn seek(&self, at: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let mut at = at;
        while at < self.bytes.len() && !wanted(self.bytes[at]) {
            at += 1;
        }
        at.min(self.len())
    }

    /// The first place of an ASCII character from `at` on. Unlike [`seek`](Self::seek) it runs at the speed of memchr.
    pub(super) fn find(&self, at: usize, wanted: char) -> Option<usize> {
        self.text.get(at..)?.find(wanted).map(|found| at + found)
    }

    /// The end of the line, before its line feed.
    pub(super) fn line_end(&self, at: usize) -> usize {
        self.find(at, '\n').unwrap_or(self.len())
    }

    fn unterminated(&mut self, what: impl Into<String>, at: usize) -> usize {
        self.report(ScriptError::Unterminated {
            what: what.into(),
            at,
        });
        self.len()
    }

    /// The end of a comment `/* ... */` that starts at `start`; inner comments do not count.
    pub(super) fn flat_comment(&mut self, start: usize) -> usize {
        let mut at = start + 2;
        while let Some(star) = self.find(at, '*') {
            if self.byte(star + 1) == b'/' {
                return star + 2;
            }
            at = star + 1;
        }
        self.unterminated("a comment", start)
    }

    /// The end of a comment `/* ... */` that starts at `start` and may hold others.
    pub(super) fn nested_comment(&mut self, start: usize) -> usize {
        let mut depth = 1_usize;
        let mut at = start + 2;
        loop {
            at = self.seek(at, |byte| byte == b'*' || byte == b'/');
            match (self.byte(at), self.byte(at + 1)) {
                (b'*', b'/') => depth -= 1,
                (b'/', b'*') => depth += 1,
                (0, _) => return self.unterminated("a comment", start),
                _ => {
                    at += 1;
                    continue;
                }
            }
            at += 2;
            if depth == 0 {
                return at;
            }
        }
    }

    /// A token in quotes that starts at `start` and whose opening quote is at `open`. The quote ends it unless it is
    /// doubled, or, where `escapes` is set, stands after a backslash.
    pub(super) fn quoted(&mut self, start: usize, open: usize, escapes: bool) -> Token {
        let quote = self.byte(open);
        let mut at = open + 1;
        let end = loop {
            let found = if escapes {
                self.seek(at, |byte| byte == quote || byte == b'\\')
            } else {
                self.find(at, char::from(quote)).unwrap_or(self.len())
            };
            match self.byte(found) {
                b'\\' if escapes => at = found + 2,
                byte if byte != quote => break self.unterminated(quoted_thing(quote), start),
                _ if self.byte(found + 1) == quote => at = found + 2,
                _ => break found + 1,
            }
        };
        Token {
            kind: Kind::Quoted,
            start,
            end,
        }
    }

    /// A token in quotes that the first `close` ends.
    pub(super) fn enclosed(&mut self, start: usize, open: usize, close: char) -> Token {
        let end = match self.find(open + 1, close) {
            Some(found) => found + 1,
            None => self.unterminated(quoted_thing(self.byte(open)), start),
        };
        Token {
            kind: Kind::Quoted,
            start,
            end,
        }
    }

    /// PostgreSQL's `$tag$ ... $tag$`, whose body starts at `body`.
    pub(super) fn dollar_quoted(&mut self, start: usize, body: usize) -> Token {
        let text = self.text;
        let tag = text.get(start..body).unwrap_or_default();
        let mut at = body;
        let end = loop {
            match self.find(at, '$') {
                Some(found) if text.get(found..).is_some_and(|rest| rest.starts_with(tag)) => {
                    break found + tag.len();
                }
                Some(found) => at = found + 1,
                None => break self.unterminated(format!("a dollar quote {tag}"), start),
            }
        };
        Token {
            kind: Kind::Quoted,
            start,
            end,
        }
    }

    /// A number that starts at `start`, with its fraction and exponent, and with the letters that follow at once.
    pub(super) fn number(&self, start: usize) -> Token {
        let hexadecimal = matches!(self.byte(start + 1), b'x' | b'X');
        let mut at = start;
        loop {
            let byte = self.byte(at);
            let next = self.byte(at + 1);
            let exponent = !hexadecimal && at > start && matches!(self.byte(at - 1), b'e' | b'E');
            let more = match byte {
                b'.' => next != b'.',
                b'+' | b'-' => exponent && next.is_ascii_digit(),
                _ => byte.is_ascii_alphanumeric() || byte == b'_',
            };
            if !more {
                return Token {
                    kind: Kind::Number,
                    start,
                    end: at,
                };
            }
            at += 1;
        }
    }

    /// The longest of these operators that stands at `start`, or the one character there.
    pub(super) fn symbol(&self, start: usize, operators: &[&str]) -> Token {
        let mut length = 1;
        // Most marks stand alone, and then no operator has to be tried.
        if self.byte(start + 1).is_ascii_punctuation() {
            let rest = self.bytes.get(start..).unwrap_or_default();
            let fitting = operators
                .iter()
                .filter(|operator| rest.starts_with(operator.as_bytes()));
            length = fitting.map(|operator| operator.len()).max().unwrap_or(1);
        }
        Token {
            kind: Kind::Symbol,
            start,
            end: start + length,
        }
    }
}

/// What the quote opens, in words for a message.
fn quoted_thing(quote: u8) -> &'static str {
    match quote {
        b'\'' => "a quoted string",
        b'"' => "a text in double quotes",
        b'`' => "a name in backticks",
        _ => "a name in brackets",
    }
}

/// The operators of SQLite and MySQL that have more than one character.
pub(super) const OPERATORS: &[&str] = &[
    "<=>", "->>", "->", "||", "&&", "<<", ">>", "<=", ">=", "<>", "!=", ":=", "==",
];
