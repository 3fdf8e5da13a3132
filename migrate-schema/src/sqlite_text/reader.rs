//! One token after the other, with its place in the text.

use std::ops::Range;

use crate::token::{Token, tokens_at};
use crate::{Dialect, Expression};

/// What reads on through a statement. Each method that wants something gives `None` where something else stands.
pub(super) struct Reader<'a> {
    text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: tokens_at(text, Dialect::Sqlite),
            at: 0,
        }
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    /// Where the next token begins.
    pub(super) fn start(&self) -> usize {
        let next = self.tokens.get(self.at);
        next.map_or(self.text.len(), |(_, place)| place.start)
    }

    /// Where the last token ended.
    pub(super) fn end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(0, |(_, place)| place.end)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Passes over one token.
    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    /// Whether the next token is this word, and the one after it too where one is given.
    pub(super) fn sees(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| {
            matches!(self.tokens.get(self.at + ahead), Some((Token::Word(next), _)) if next.eq_ignore_ascii_case(word))
        })
    }

    /// Takes these words, if all of them come.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let seen = self.sees(words);
        if seen {
            self.at += words.len();
        }
        seen
    }

    /// Takes one word of several, and says which.
    pub(super) fn one_of<T: Copy>(&mut self, of: &[(&[&str], T)]) -> Option<T> {
        let found = of.iter().find(|(words, _)| self.sees(words))?;
        self.at += found.0.len();
        Some(found.1)
    }

    pub(super) fn symbol(&mut self, symbol: &str) -> Option<()> {
        let seen = matches!(self.peek(), Some(Token::Symbol(next)) if next == symbol);
        self.at += usize::from(seen);
        seen.then_some(())
    }

    /// A name, in whichever quotes SQLite takes for one.
    pub(super) fn name(&mut self) -> Option<(String, Range<usize>)> {
        let (token, place) = self.tokens.get(self.at)?;
        let (Token::Word(name) | Token::Quoted(name) | Token::Text(name)) = token else {
            return None;
        };
        self.at += 1;
        Some((name.clone(), place.clone()))
    }

    /// A constant as it may stand after DEFAULT: one token, with a sign or the X of a blob before it.
    pub(super) fn constant(&mut self) -> Option<Range<usize>> {
        let start = self.start();
        let _sign = self.symbol("-").or_else(|| self.symbol("+"));
        let blob = self.sees(&["x"]);
        self.at += 1;
        if blob && matches!(self.peek(), Some(Token::Text(_))) {
            self.at += 1;
        }
        (self.at <= self.tokens.len()).then(|| start..self.end())
    }

    /// What is between a pair of parentheses.
    pub(super) fn parentheses(&mut self) -> Option<Range<usize>> {
        self.symbol("(")?;
        let start = self.start();
        let mut depth = 0_usize;
        loop {
            let end = self.end();
            match self.peek()? {
                Token::Symbol(symbol) if symbol == "(" => depth += 1,
                Token::Symbol(symbol) if symbol == ")" && depth == 0 => {
                    self.at += 1;
                    return Some(start..end.max(start));
                }
                Token::Symbol(symbol) if symbol == ")" => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Everything up to a comma or a closing parenthesis that belongs to somebody else, or to the end.
    pub(super) fn until_comma(&mut self) -> Option<Range<usize>> {
        let start = self.start();
        while let Some(token) = self.peek() {
            match token {
                Token::Symbol(symbol) if symbol == "," || symbol == ")" => break,
                Token::Symbol(symbol) if symbol == "(" => {
                    self.parentheses()?;
                }
                _ => self.at += 1,
            }
        }
        let end = self.end();
        (end > start).then_some(start..end)
    }

    /// Everything that is left.
    pub(super) fn rest(&mut self) -> Range<usize> {
        let start = self.start();
        self.at = self.tokens.len();
        start..self.end().max(start)
    }

    pub(super) fn expression(&self, place: &Range<usize>) -> Expression {
        self.text[place.clone()].into()
    }
}
