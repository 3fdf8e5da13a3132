//! An expression of SQL, and a form of it in which those that differ only in writing are alike.

use std::fmt;

use crate::Dialect;
use crate::token::{Token, tokens, tokens_at};

/// An expression of SQL: a default, a check, an index's predicate.
///
/// A server writes an expression back in its own form, which is the best one to compare. [`same`](Self::same) goes as far as
/// one surely can without a server: layout, case, quotes around plain names, outer parentheses, the type that PostgreSQL writes
/// after a constant, and the names of the current time. [`alike`](Self::alike) goes further.
///
/// ```
/// use migrate_schema::{Dialect, Expression};
/// let model = Expression::from("score >= 0");
/// assert!(model.same(&Expression::from("((score >= 0))"), Dialect::Sqlite));
/// assert!(Expression::from("'x'::character varying").same(&Expression::from("'x'"), Dialect::Postgres));
/// assert!(!model.same(&Expression::from("score > 0"), Dialect::Sqlite));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Expression(String);

impl Expression {
    /// The expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both mean the same, as far as their text shows.
    #[must_use]
    pub fn same(&self, other: &Self, dialect: Dialect) -> bool {
        self.0 == other.0 || normal(&self.0, dialect) == normal(&other.0, dialect)
    }

    /// Whether both may well mean the same: casts count for nothing, nor do parentheses around one word. For where the server
    /// that could tell cannot be asked.
    ///
    /// ```
    /// use migrate_schema::{Dialect, Expression};
    /// let found = Expression::from("lower((name)::text)");
    /// assert!(found.alike(&Expression::from("lower(name)"), Dialect::Postgres));
    /// ```
    #[must_use]
    pub fn alike(&self, other: &Self, dialect: Dialect) -> bool {
        let loose = |of: &Self| loose(normal_tokens(tokens(&of.0, dialect), dialect));
        self.same(other, dialect) || loose(self) == loose(other)
    }

    /// The same expression without parentheses around all of it.
    ///
    /// ```
    /// use migrate_schema::{Dialect, Expression};
    /// let bare = |text: &str| Expression::from(text).bare(Dialect::Postgres).to_string();
    /// assert_eq!(bare("((a > 5))"), "a > 5");
    /// assert_eq!(bare("(a > 5) OR (b > 5)"), "(a > 5) OR (b > 5)");
    /// ```
    #[must_use]
    pub fn bare(self, dialect: Dialect) -> Self {
        let mut text = self.0.trim();
        while text.starts_with('(') && wrapped(&tokens(text, dialect)) {
            text = text[1..text.len() - 1].trim();
        }
        Self(text.into())
    }

    /// A constant with its type after it, taken apart: PostgreSQL's `'x'::text`.
    ///
    /// ```
    /// use migrate_schema::{Dialect, Expression};
    /// let (constant, of) = Expression::from("'-1'::integer").constant(Dialect::Postgres).unwrap();
    /// assert_eq!((constant.as_str(), of.as_str()), ("'-1'", "integer"));
    /// assert_eq!(Expression::from("now()").constant(Dialect::Postgres), None);
    /// ```
    #[must_use]
    pub fn constant(&self, dialect: Dialect) -> Option<(Self, String)> {
        let all = tokens_at(&self.0, dialect);
        let [(Token::Text(_), place), (cast, after), _, ..] = all.as_slice() else {
            return None;
        };
        let constant = || Self(self.0[place.clone()].to_owned());
        (*cast == Token::symbol("::")).then(|| (constant(), self.0[after.end..].to_owned()))
    }

    /// The same expression after a column or table has another name. What is called like a function is left alone.
    ///
    /// ```
    /// use migrate_schema::{Dialect, Expression};
    /// let check = Expression::from("nick <> 'nick'").renamed("nick", "name", Dialect::Postgres);
    /// assert_eq!(check.as_str(), "\"name\" <> 'nick'");
    /// ```
    #[must_use]
    pub fn renamed(&self, from: &str, to: &str, dialect: Dialect) -> Self {
        let all = tokens_at(&self.0, dialect);
        let mut text = String::with_capacity(self.0.len());
        let mut copied = 0;
        for (at, (token, place)) in all.iter().enumerate() {
            let called = all
                .get(at + 1)
                .is_some_and(|(next, _)| *next == Token::symbol("("));
            let named = match token {
                Token::Word(word) => word.eq_ignore_ascii_case(from) && !called,
                Token::Quoted(name) if dialect == Dialect::Sqlite => {
                    name.eq_ignore_ascii_case(from)
                }
                Token::Quoted(name) => name == from,
                Token::Text(_) | Token::Number(_) | Token::Symbol(_) => false,
            };
            if named {
                text.push_str(&self.0[copied..place.start]);
                text.push_str(&dialect.quote(to));
                copied = place.end;
            }
        }
        text.push_str(&self.0[copied..]);
        Self(text)
    }

    /// The same expression without a table's name before its columns: `t.age` is `age` in what belongs to `t`.
    pub(crate) fn unqualified(&self, table: &str, dialect: Dialect) -> Self {
        if !self.0.contains('.') {
            return self.clone();
        }
        let all = tokens_at(&self.0, dialect);
        let mut text = String::with_capacity(self.0.len());
        let mut copied = 0;
        for pair in all.windows(2) {
            let [
                (Token::Word(name) | Token::Quoted(name), place),
                (dot, after),
            ] = pair
            else {
                continue;
            };
            if name.eq_ignore_ascii_case(table) && *dot == Token::symbol(".") {
                text.push_str(&self.0[copied..place.start]);
                copied = after.end;
            }
        }
        text.push_str(&self.0[copied..]);
        Self(text)
    }

    /// Whether a name stands in it, in quotes or without.
    #[must_use]
    pub fn mentions(&self, name: &str, dialect: Dialect) -> bool {
        tokens(&self.0, dialect).iter().any(|token| match token {
            Token::Word(word) => word.eq_ignore_ascii_case(name),
            Token::Quoted(quoted) if dialect == Dialect::Sqlite => {
                quoted.eq_ignore_ascii_case(name)
            }
            Token::Quoted(quoted) => quoted == name,
            Token::Text(_) | Token::Number(_) | Token::Symbol(_) => false,
        })
    }
}

impl<T: Into<String>> From<T> for Expression {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The tokens without what says nothing.
fn normal(text: &str, dialect: Dialect) -> Vec<Token> {
    let mut all = tokens(text, dialect);
    if dialect == Dialect::Postgres {
        all = without_casts(all, |before| matches!(before, Some(Token::Text(_))));
    }
    normal_tokens(all, dialect)
}

fn normal_tokens(all: Vec<Token>, dialect: Dialect) -> Vec<Token> {
    let mut all: Vec<_> = all.into_iter().map(|token| plain(token, dialect)).collect();
    current_time(&mut all);
    while wrapped(&all) {
        all.pop();
        all.remove(0);
    }
    all
}

/// One token in its plainest form.
fn plain(token: Token, dialect: Dialect) -> Token {
    match token {
        Token::Quoted(name) if is_plain(&name) => Token::Word(name),
        Token::Text(text) if is_number(&text) => Token::Number(text),
        Token::Symbol(symbol) if symbol == "!=" => Token::Symbol("<>".into()),
        Token::Symbol(symbol) if symbol == "==" && dialect == Dialect::Sqlite => Token::symbol("="),
        Token::Word(word) => {
            let word = word.to_lowercase();
            match (word.as_str(), dialect) {
                ("true", Dialect::Sqlite | Dialect::Mysql) => Token::Number("1".into()),
                ("false", Dialect::Sqlite | Dialect::Mysql) => Token::Number("0".into()),
                _ => Token::Word(word),
            }
        }
        token => token,
    }
}

/// Whether a name means the same without quotes.
fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `now()` and `current_timestamp()` are `CURRENT_TIMESTAMP`.
fn current_time(all: &mut Vec<Token>) {
    const NAMES: [&str; 2] = ["now", "current_timestamp"];
    let mut at = 0;
    while at < all.len() {
        if matches!(&all[at], Token::Word(word) if NAMES.contains(&word.as_str())) {
            let called = all.get(at + 1) == Some(&Token::symbol("("))
                && all.get(at + 2) == Some(&Token::symbol(")"));
            if called {
                all.drain(at + 1..at + 3);
            }
            if called || all[at] != Token::Word("now".into()) {
                all[at] = Token::Word("current_timestamp".into());
            }
        }
        at += 1;
    }
}

/// Whether one pair of parentheses is around all of it.
fn wrapped(all: &[Token]) -> bool {
    if all.first() != Some(&Token::symbol("(")) || all.last() != Some(&Token::symbol(")")) {
        return false;
    }
    let mut depth = 0_usize;
    for (at, token) in all.iter().enumerate() {
        if *token == Token::symbol("(") {
            depth += 1;
        } else if *token == Token::symbol(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 && at + 1 < all.len() {
                return false;
            }
        }
    }
    depth == 0
}

/// Without any casts, and without parentheses around one word that are not a call's.
fn loose(all: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::new();
    for token in without_casts(all, |_| true) {
        kept.push(token);
        let end = kept.len();
        let alone = end > 2
            && kept[end - 1] == Token::symbol(")")
            && kept[end - 3] == Token::symbol("(")
            && !matches!(kept[end - 2], Token::Symbol(_));
        let called = end > 3 && matches!(kept[end - 4], Token::Word(_) | Token::Quoted(_));
        if alone && !called {
            kept.pop();
            kept.remove(end - 3);
        }
    }
    kept
}

/// PostgreSQL writes the type of a constant after it: `'x'::character varying(50)[]`. `goes` says after what a cast goes.
fn without_casts(all: Vec<Token>, goes: impl Fn(Option<&Token>) -> bool) -> Vec<Token> {
    const SECOND: [&str; 6] = ["varying", "precision", "without", "with", "time", "zone"];
    let mut kept = Vec::with_capacity(all.len());
    let mut rest = all.into_iter().peekable();
    while let Some(token) = rest.next() {
        if token != Token::symbol("::") || !goes(kept.last()) {
            kept.push(token);
            continue;
        }
        rest.next();
        while let Some(next) = rest.peek() {
            match next {
                Token::Word(word) if SECOND.contains(&word.to_lowercase().as_str()) => {
                    rest.next();
                }
                Token::Symbol(symbol) if symbol == "." => {
                    rest.next();
                    rest.next();
                }
                Token::Symbol(symbol) if symbol == "(" => {
                    while rest.next().is_some_and(|inner| inner != Token::symbol(")")) {}
                }
                Token::Symbol(symbol) if symbol == "[" || symbol == "]" => {
                    rest.next();
                }
                _ => break,
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str, dialect: Dialect) -> bool {
        Expression::from(one).same(&Expression::from(other), dialect)
    }

    #[test]
    fn writing_alone_makes_no_difference() {
        for (one, other) in [
            ("a  >  5", "A>5"),
            ("(a > 5)", "a > 5"),
            ("\"a\" > 5", "a > 5"),
            ("a != 5", "a <> 5"),
            ("now()", "CURRENT_TIMESTAMP"),
            ("'0'", "0"),
        ] {
            for dialect in Dialect::ALL {
                let one = if dialect == Dialect::Mysql {
                    one.replace('"', "`")
                } else {
                    one.into()
                };
                assert!(same(&one, other, dialect), "{one} and {other} in {dialect}");
            }
        }
        assert!(same("'a'::mood", "'a'", Dialect::Postgres));
        assert!(same(
            "'a'::character varying(20)[]",
            "'a'",
            Dialect::Postgres
        ));
        assert!(same(
            "current_timestamp()",
            "CURRENT_TIMESTAMP",
            Dialect::Mysql
        ));
        assert!(same("TRUE", "1", Dialect::Sqlite));
    }

    #[test]
    fn what_means_something_else_differs() {
        for (one, other) in [
            ("'x'", "'X'"),
            ("\"A\" > 5", "a > 5"),
            ("(a) or (b)", "a or b)"),
            ("a > 5", "a > 50"),
            ("'1a'", "1"),
            ("now", "now()"),
        ] {
            assert!(!same(one, other, Dialect::Postgres), "{one} and {other}");
        }
        assert!(!same("true", "1", Dialect::Postgres));
        assert!(!same("price::integer > 5", "price > 5", Dialect::Postgres));
    }

    #[test]
    fn where_no_server_can_be_asked_casts_count_for_nothing() {
        let alike = |one: &str, other: &str| {
            Expression::from(one).alike(&Expression::from(other), Dialect::Postgres)
        };
        assert!(alike("lower((name)::text)", "lower(name)"));
        assert!(alike("price > (5)::numeric", "price > 5"));
        assert!(alike("(name)::text <> ''::text", "name <> ''"));
        assert!(!alike("lower(name)", "upper(name)"));
        assert!(!alike("(a or b) and c", "a or b and c"));
    }

    #[test]
    fn a_name_is_found_where_it_is_a_name() {
        let check = Expression::from("name <> 'score' and \"Score\" > 0");
        assert!(check.mentions("name", Dialect::Postgres));
        assert!(check.mentions("Score", Dialect::Postgres));
        assert!(!check.mentions("score", Dialect::Postgres));
    }
}
