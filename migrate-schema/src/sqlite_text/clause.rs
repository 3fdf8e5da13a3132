//! What may stand after a column's type, or on its own in a table: constraints, and what they are called.

use std::ops::Range;

use super::reader::Reader;
use crate::token::{Token, tokens};
use crate::{Action, Deferrable, Dialect, Expression, ForeignKey, Generated, Name};

/// One clause, with its `CONSTRAINT name`.
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    /// All of it.
    pub(crate) span: Range<usize>,
    pub(crate) name: Option<String>,
    pub(crate) says: Says,
    /// The names in it that are columns of the same table.
    pub(crate) own: Vec<Range<usize>>,
    /// The expression in it.
    pub(crate) expression: Option<Range<usize>>,
    /// What it refers to: another table, and perhaps columns there.
    pub(crate) target: Option<(Range<usize>, Vec<Range<usize>>)>,
}

/// What a clause says. A list of columns is empty where it is the one that the clause stands at.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    PrimaryKey {
        columns: Vec<String>,
        numbered: bool,
    },
    Unique(Vec<String>),
    Check(Expression),
    References(ForeignKey),
    NotNull,
    Default(Expression),
    Collate(String),
    Generated(Generated),
    /// What has no meaning of its own, such as `NULL`.
    Nothing,
}

impl Clause {
    /// A clause after a column's type; `None` where none is there that SQLite knows.
    pub(super) fn of_column(reader: &mut Reader<'_>) -> Option<Self> {
        let mut clause = Self::begun(reader)?;
        clause.says = if reader.take(&["primary", "key"]) {
            sorted(reader);
            conflict(reader)?;
            Says::PrimaryKey {
                columns: Vec::new(),
                numbered: reader.take(&["autoincrement"]),
            }
        } else if reader.take(&["unique"]) {
            conflict(reader)?;
            Says::Unique(Vec::new())
        } else if reader.take(&["not", "null"]) {
            conflict(reader)?;
            Says::NotNull
        } else if reader.take(&["null"]) {
            conflict(reader)?;
            Says::Nothing
        } else if reader.take(&["default"]) {
            default(reader)?
        } else if reader.take(&["collate"]) {
            Says::Collate(reader.name()?.0)
        } else if reader.take(&["generated", "always", "as"]) || reader.take(&["as"]) {
            let expression = clause.condition(reader)?;
            let stored = reader.take(&["stored"]);
            let _virtual = !stored && reader.take(&["virtual"]);
            Says::Generated(Generated { expression, stored })
        } else if reader.sees(&["references"]) {
            clause.references(reader, Vec::new())?
        } else {
            clause.of_both(reader)?
        };
        clause.span.end = reader.end();
        Some(clause)
    }

    /// A clause among a table's columns.
    pub(super) fn of_table(reader: &mut Reader<'_>) -> Option<Self> {
        let mut clause = Self::begun(reader)?;
        clause.says = if reader.take(&["primary", "key"]) {
            let (columns, numbered) = clause.columns(reader)?;
            conflict(reader)?;
            Says::PrimaryKey { columns, numbered }
        } else if reader.take(&["unique"]) {
            let (columns, _) = clause.columns(reader)?;
            conflict(reader)?;
            Says::Unique(columns)
        } else if reader.take(&["foreign", "key"]) {
            let (columns, _) = clause.columns(reader)?;
            clause.references(reader, columns)?
        } else {
            clause.of_both(reader)?
        };
        clause.span.end = reader.end();
        Some(clause)
    }

    /// Whether a clause among a table's columns begins here.
    pub(super) fn begins(reader: &Reader<'_>) -> bool {
        let words: [&[&str]; 5] = [
            &["constraint"],
            &["primary", "key"],
            &["unique"],
            &["check"],
            &["foreign", "key"],
        ];
        words.iter().any(|words| reader.sees(words))
    }

    /// Says of its own table's columns what it says without the table's name.
    pub(super) fn unqualify(&mut self, table: &str) {
        if let Says::Check(expression) | Says::Generated(Generated { expression, .. }) =
            &mut self.says
        {
            *expression = expression.unqualified(table, Dialect::Sqlite);
        }
    }

    fn begun(reader: &mut Reader<'_>) -> Option<Self> {
        let start = reader.start();
        let name = match reader.take(&["constraint"]) {
            true => Some(reader.name()?.0),
            false => None,
        };
        Some(Self {
            span: start..start,
            name,
            says: Says::Nothing,
            own: Vec::new(),
            expression: None,
            target: None,
        })
    }

    fn of_both(&mut self, reader: &mut Reader<'_>) -> Option<Says> {
        if !reader.take(&["check"]) {
            return None;
        }
        let expression = self.condition(reader)?;
        conflict(reader)?;
        Some(Says::Check(expression))
    }

    fn condition(&mut self, reader: &mut Reader<'_>) -> Option<Expression> {
        let place = reader.parentheses()?;
        let expression = reader.expression(&place);
        self.expression = Some(place);
        Some(expression)
    }

    /// Columns between parentheses, each perhaps with a collation and an order, the last one perhaps numbered.
    fn columns(&mut self, reader: &mut Reader<'_>) -> Option<(Vec<String>, bool)> {
        reader.symbol("(")?;
        let (mut columns, mut numbered) = (Vec::new(), false);
        loop {
            let (name, place) = reader.name()?;
            columns.push(name);
            self.own.push(place);
            if reader.take(&["collate"]) {
                reader.name()?;
            }
            sorted(reader);
            numbered |= reader.take(&["autoincrement"]);
            if reader.symbol(")").is_some() {
                return Some((columns, numbered));
            }
            reader.symbol(",")?;
        }
    }

    fn references(&mut self, reader: &mut Reader<'_>, columns: Vec<String>) -> Option<Says> {
        if !reader.take(&["references"]) {
            return None;
        }
        let (table, place) = reader.name()?;
        let mut key = ForeignKey::on(columns, Name::new(table), Vec::<String>::new());
        let mut places = Vec::new();
        if reader.symbol("(").is_some() {
            loop {
                let (name, place) = reader.name()?;
                key.referenced.push(name);
                places.push(place);
                if reader.symbol(")").is_some() {
                    break;
                }
                reader.symbol(",")?;
            }
        }
        self.target = Some((place, places));
        loop {
            if reader.take(&["on", "delete"]) {
                key.on_delete = action(reader)?;
            } else if reader.take(&["on", "update"]) {
                key.on_update = action(reader)?;
            } else if reader.take(&["match"]) {
                reader.name()?;
            } else if reader.take(&["not", "deferrable"]) {
                initially(reader);
            } else if reader.take(&["deferrable"]) {
                key.deferrable = match initially(reader) {
                    true => Deferrable::Deferred,
                    false => Deferrable::Immediate,
                };
            } else {
                return Some(Says::References(key));
            }
        }
    }
}

fn default(reader: &mut Reader<'_>) -> Option<Says> {
    let place = match reader.parentheses() {
        Some(inner) => inner,
        None => reader.constant()?,
    };
    let expression = reader.expression(&place);
    Some(Says::Default(
        text_of_a_name(&expression).unwrap_or(expression),
    ))
}

/// A name after DEFAULT, in quotes or without, is a text to SQLite.
fn text_of_a_name(expression: &Expression) -> Option<Expression> {
    const WORDS: [&str; 6] = [
        "null",
        "true",
        "false",
        "current_timestamp",
        "current_date",
        "current_time",
    ];
    let name = match tokens(expression.as_str(), Dialect::Sqlite).as_slice() {
        [Token::Word(word)] if !WORDS.contains(&word.to_lowercase().as_str()) => word.clone(),
        [Token::Quoted(name)] => name.clone(),
        _ => return None,
    };
    Some(Dialect::Sqlite.literal(&name).into())
}

/// `ASC` or `DESC`, which changes no row.
fn sorted(reader: &mut Reader<'_>) {
    let _sorted = reader.take(&["asc"]) || reader.take(&["desc"]);
}

/// What happens on a conflict, which the statement's text keeps.
fn conflict(reader: &mut Reader<'_>) -> Option<()> {
    if reader.take(&["on", "conflict"]) {
        reader.name()?;
    }
    Some(())
}

fn action(reader: &mut Reader<'_>) -> Option<Action> {
    reader.one_of(&[
        (&["no", "action"], Action::NoAction),
        (&["restrict"], Action::Restrict),
        (&["cascade"], Action::Cascade),
        (&["set", "null"], Action::SetNull),
        (&["set", "default"], Action::SetDefault),
    ])
}

/// Whether a deferrable constraint is deferred from the beginning.
fn initially(reader: &mut Reader<'_>) -> bool {
    !reader.take(&["initially", "immediate"]) && reader.take(&["initially", "deferred"])
}
