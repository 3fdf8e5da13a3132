//! The tokens of a type or an expression: enough to compare and to find names, without a grammar.

use std::ops::Range;

use crate::Dialect;

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A word without quotes.
    Word(String),
    /// A name in quotes, without them.
    Quoted(String),
    /// A text in quotes, without them.
    Text(String),
    /// A number.
    Number(String),
    /// An operator or a sign.
    Symbol(String),
}

impl Token {
    pub(crate) fn symbol(text: &str) -> Self {
        Self::Symbol(text.into())
    }
}

const OPERATORS: &str = "+-*/<>=~!@#%^&|?:";

/// The tokens of a text. White space goes; nothing else does.
pub(crate) fn tokens(text: &str, dialect: Dialect) -> Vec<Token> {
    tokens_at(text, dialect)
        .into_iter()
        .map(|(token, _)| token)
        .collect()
}

/// The tokens of a text, each with the place of its bytes. Comments go with the white space.
pub(crate) fn tokens_at(text: &str, dialect: Dialect) -> Vec<(Token, Range<usize>)> {
    let mut found = Vec::new();
    let mut rest = without_space(text, dialect);
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\'' => quoted(rest, '\'', dialect == Dialect::Mysql, Token::Text),
            '"' if dialect == Dialect::Mysql => quoted(rest, '"', true, Token::Text),
            '"' | '`' => quoted(rest, first, false, Token::Quoted),
            '[' if dialect == Dialect::Sqlite => bracketed(rest),
            _ if first.is_ascii_digit() || is_fraction(rest) => number(rest),
            _ if first.is_alphabetic() || first == '_' => while_true(
                rest,
                |c| c.is_alphanumeric() || c == '_' || c == '$',
                Token::Word,
            ),
            _ if OPERATORS.contains(first) => operator(rest),
            _ => (Token::Symbol(first.into()), first.len_utf8()),
        };
        let start = text.len() - rest.len();
        found.push((token, start..start + length));
        rest = without_space(&rest[length..], dialect);
    }
    found
}

/// The text from its first token on. In MySQL two hyphens are a comment only before white space.
fn without_space(text: &str, dialect: Dialect) -> &str {
    let mut rest = text.trim_start();
    loop {
        let line = rest
            .strip_prefix("--")
            .filter(|after| dialect != Dialect::Mysql || after.starts_with(char::is_whitespace));
        rest = if let Some(comment) = line {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            return rest;
        }
        .trim_start();
    }
}

/// Whether it is a number without anything before its point.
fn is_fraction(text: &str) -> bool {
    text.strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A number, with the sign of its exponent.
fn number(text: &str) -> (Token, usize) {
    let belongs = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    let (mantissa, rest) = text.split_at(end);
    let exponent = rest
        .strip_prefix(['+', '-'])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .filter(|_| mantissa.ends_with(['e', 'E']) && !mantissa.starts_with("0x"));
    let end = exponent.map_or(end, |rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit());
        end + 1 + digits.unwrap_or(rest.len())
    });
    (Token::Number(text[..end].into()), end)
}

/// A name in square brackets, as other databases write it and SQLite reads it.
fn bracketed(text: &str) -> (Token, usize) {
    let inner = text[1..].split(']').next().unwrap_or_default();
    let length = (inner.len() + 2).min(text.len());
    (Token::Quoted(inner.into()), length)
}

fn while_true(
    text: &str,
    belongs: impl Fn(char) -> bool,
    token: impl Fn(String) -> Token,
) -> (Token, usize) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    (token(text[..end].into()), end)
}

/// A sign before a number is no part of the operator before it, as in `a >-1`.
fn operator(text: &str) -> (Token, usize) {
    let end = text.find(|c| !OPERATORS.contains(c)).unwrap_or(text.len());
    let comment = ["--", "/*"]
        .into_iter()
        .filter_map(|of| text[..end].find(of));
    let end = comment.filter(|at| *at > 0).min().unwrap_or(end);
    let signless = text[..end].trim_end_matches(['+', '-']).len();
    let end = if signless == 0 { 1 } else { signless };
    (Token::symbol(&text[..end]), end)
}

/// What is between quotes, where a doubled quote is one; `escapes`: a backslash takes the next character as it is.
fn quoted(
    text: &str,
    quote: char,
    escapes: bool,
    token: impl Fn(String) -> Token,
) -> (Token, usize) {
    let mut inner = String::new();
    let mut all = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = all.next() {
        if escapes && character == '\\' {
            inner.extend(all.next().map(|(_, escaped)| escaped));
        } else if character != quote {
            inner.push(character);
        } else if all.next_if(|&(_, next)| next == quote).is_some() {
            inner.push(quote);
        } else {
            return (token(inner), at + quote.len_utf8());
        }
    }
    (token(inner), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_brackets_are_read_as_sqlite_reads_them() {
        let text = "[a b]/* it's */>-- no\n .5+1e-3 /";
        let expected = [
            Token::Quoted("a b".into()),
            Token::symbol(">"),
            Token::Number(".5".into()),
            Token::symbol("+"),
            Token::Number("1e-3".into()),
            Token::symbol("/"),
        ];
        assert_eq!(tokens(text, Dialect::Sqlite), expected);
        assert_eq!(tokens("1--2", Dialect::Mysql).len(), 4);
        assert_eq!(tokens("1--2", Dialect::Postgres).len(), 1);
    }
}
