//! Whether a text is one whole expression, as far as its quotes and parentheses show.

use crate::token::{Token, tokens};
use crate::{Dialect, Expression};

/// Why a text cannot be an expression of SQL on any database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// There is nothing.
    #[error("an expression is missing")]
    Missing,
    /// A text or a name in quotes has no end, or a comment.
    #[error("a quote or a comment is not closed")]
    Quote,
    /// A parenthesis has no end.
    #[error("a parenthesis is not closed")]
    Open,
    /// A parenthesis has no beginning.
    #[error("a parenthesis is closed that was not opened")]
    Closed,
    /// It would end the statement around it.
    #[error("a `;` ends the statement")]
    Ended,
    /// What follows it in a statement would be a part of the comment.
    #[error("a comment hides what comes after it")]
    Comment,
}

impl Expression {
    /// An expression that can stand in a statement without breaking it. Whether it means anything is for the server to say.
    ///
    /// ```
    /// use migrate_schema::{Expression, ExpressionError};
    /// assert!(Expression::whole("score >= 0").is_ok());
    /// assert_eq!(Expression::whole("(score >= 0"), Err(ExpressionError::Open));
    /// ```
    ///
    /// # Errors
    /// What is wrong with it on every database: each has quotes of its own.
    pub fn whole(text: &str) -> Result<Self, ExpressionError> {
        let of = |dialect| broken(text, dialect);
        match (
            of(Dialect::Sqlite),
            of(Dialect::Postgres),
            of(Dialect::Mysql),
        ) {
            (Some(error), Some(_), Some(_)) => Err(error),
            _ => Ok(text.into()),
        }
    }
}

/// The dollar quotes of PostgreSQL are not looked into.
fn broken(text: &str, dialect: Dialect) -> Option<ExpressionError> {
    let all = tokens(text, dialect);
    if all.is_empty() {
        return Some(ExpressionError::Missing);
    }
    // What is not closed takes in whatever follows.
    let ends = |more: &str| {
        let with = tokens(&format!("{text}{more}"), dialect);
        with.last() == Some(&Token::symbol(";")) && with.len() > all.len()
    };
    if text.contains('$') {
        return None;
    }
    if !ends("\n;") {
        return Some(ExpressionError::Quote);
    }
    if !ends(";") {
        return Some(ExpressionError::Comment);
    }
    let mut open = 0_usize;
    for token in &all {
        let Token::Symbol(symbol) = token else {
            continue;
        };
        match symbol.as_str() {
            "(" => open += 1,
            ")" if open == 0 => return Some(ExpressionError::Closed),
            ")" => open -= 1,
            ";" => return Some(ExpressionError::Ended),
            _ => {}
        }
    }
    (open > 0).then_some(ExpressionError::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_the_statement_around_it_is_told() {
        for (text, error) in [
            (" -- nothing", ExpressionError::Missing),
            ("'it''", ExpressionError::Quote),
            ("\"a", ExpressionError::Quote),
            ("1 /* one", ExpressionError::Quote),
            ("lower(a", ExpressionError::Open),
            ("a) OR (b", ExpressionError::Closed),
            ("1; DROP TABLE t", ExpressionError::Ended),
            ("a > 0 -- for now", ExpressionError::Comment),
        ] {
            assert_eq!(Expression::whole(text), Err(error), "{text}");
        }
        for text in [
            "score >= 0 AND note <> ';)'",
            "'it''s'",
            r"E'it\'s'",
            "$$it's$$",
            "1 /* one */",
            "a -- a\n + 1",
            "a[1]",
        ] {
            assert!(Expression::whole(text).is_ok(), "{text}");
        }
    }
}
