//! Words, arguments and brackets into a [`Type`](super::Type).

use super::Parts;
use crate::token::{Token, tokens};
use crate::{Dialect, Name};

/// A text that is no type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no type of SQL")]
#[non_exhaustive]
pub struct TypeError {
    /// The text.
    pub text: String,
}

/// The type as it was written, words in lower case, arguments apart.
pub(super) fn parse(dialect: Dialect, text: &str) -> Result<Parts, TypeError> {
    let error = || TypeError { text: text.into() };
    let all = tokens(text, dialect);
    let mut words: Vec<String> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut of = Parts::user(Name::new(""));
    let mut rest = all.into_iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            Token::Word(word)
                if word.eq_ignore_ascii_case("unsigned") && dialect == Dialect::Mysql =>
            {
                of.unsigned = true
            }
            Token::Word(word) if word.eq_ignore_ascii_case("array") && !words.is_empty() => {
                of.dimensions += 1
            }
            Token::Word(word) if rest.peek() == Some(&Token::symbol(".")) => {
                rest.next();
                names.push(word.to_lowercase());
            }
            Token::Quoted(name) => {
                rest.next_if_eq(&Token::symbol("."));
                names.push(name);
            }
            Token::Word(word) => words.push(word.to_lowercase()),
            Token::Symbol(symbol) if symbol == "(" && of.arguments.is_empty() => {
                of.arguments = arguments(&mut rest, dialect).ok_or_else(error)?;
            }
            Token::Symbol(symbol) if symbol == "[" => {
                while rest
                    .next_if(|next| matches!(next, Token::Number(_)))
                    .is_some()
                {}
                rest.next_if_eq(&Token::symbol("]")).ok_or_else(error)?;
                of.dimensions += 1;
            }
            Token::Symbol(_) | Token::Text(_) | Token::Number(_) => return Err(error()),
        }
    }
    if names.is_empty() {
        of.built_in = true;
        of.name = Name::new(words.join(" "));
    } else {
        names.extend(words);
        let name = names.pop().ok_or_else(error)?;
        of.name = Name {
            schema: names.pop(),
            name,
        };
    }
    // SQLite needs no type at all.
    let empty = of.name.name.is_empty() && (dialect != Dialect::Sqlite || !of.arguments.is_empty());
    if empty || !names.is_empty() {
        return Err(error());
    }
    Ok(of)
}

/// What is between parentheses.
fn arguments(rest: &mut impl Iterator<Item = Token>, dialect: Dialect) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut one = String::new();
    for token in rest {
        match token {
            Token::Symbol(symbol) if symbol == ")" => {
                found.push(one);
                return Some(found);
            }
            Token::Symbol(symbol) if symbol == "," => found.push(std::mem::take(&mut one)),
            Token::Text(text) => one.push_str(&dialect.literal(&text)),
            Token::Word(word) | Token::Quoted(word) => one.push_str(&word),
            Token::Number(text) | Token::Symbol(text) => one.push_str(&text),
        }
    }
    None
}
