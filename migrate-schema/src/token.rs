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

/// The tokens of a text, each with the place of its bytes.
pub(crate) fn tokens_at(text: &str, dialect: Dialect) -> Vec<(Token, Range<usize>)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\'' => quoted(rest, '\'', dialect == Dialect::Mysql, Token::Text),
            '"' if dialect == Dialect::Mysql => quoted(rest, '"', true, Token::Text),
            '"' | '`' => quoted(rest, first, false, Token::Quoted),
            _ if first.is_ascii_digit() => while_true(
                rest,
                |c| c.is_ascii_alphanumeric() || c == '.',
                Token::Number,
            ),
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
        rest = rest[length..].trim_start();
    }
    found
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
