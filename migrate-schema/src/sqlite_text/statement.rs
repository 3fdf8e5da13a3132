//! A CREATE TABLE statement taken apart, each part with its place.

use std::ops::Range;

use super::clause::Clause;
use super::reader::Reader;

/// The parts of a CREATE TABLE statement.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// The table's name, in quotes where it has them.
    pub(crate) name: Range<usize>,
    pub(crate) table: String,
    pub(crate) columns: Vec<ColumnText>,
    pub(crate) constraints: Vec<Clause>,
    /// What follows the closing parenthesis.
    pub(crate) options: Range<usize>,
    pub(crate) strict: bool,
    pub(crate) without_rowid: bool,
}

/// A column's line.
#[derive(Clone, Debug)]
pub(crate) struct ColumnText {
    /// All of it.
    pub(crate) span: Range<usize>,
    pub(crate) name: String,
    pub(crate) place: Range<usize>,
    /// Its type, empty where it has none.
    pub(crate) of: Range<usize>,
    pub(crate) clauses: Vec<Clause>,
}

/// The words after which no type goes on.
const CLAUSES: [&[&str]; 12] = [
    &["constraint"],
    &["primary", "key"],
    &["unique"],
    &["not"],
    &["null"],
    &["default"],
    &["collate"],
    &["generated", "always"],
    &["as"],
    &["references"],
    &["check"],
    &["deferrable"],
];

impl Statement {
    /// Takes a statement apart; `Err` is the place up to which it could be read.
    pub(crate) fn read(text: &str) -> Result<Self, usize> {
        let mut reader = Reader::new(text);
        let mut statement = Self::of(&mut reader).ok_or_else(|| reader.start())?;
        let inline = statement
            .columns
            .iter_mut()
            .flat_map(|column| &mut column.clauses);
        for clause in inline.chain(&mut statement.constraints) {
            clause.unqualify(&statement.table);
        }
        Ok(statement)
    }

    fn of(reader: &mut Reader<'_>) -> Option<Self> {
        if !reader.take(&["create"]) {
            return None;
        }
        let _temporary = reader.take(&["temp"]) || reader.take(&["temporary"]);
        if !reader.take(&["table"]) {
            return None;
        }
        reader.take(&["if", "not", "exists"]);
        let (mut table, mut name) = reader.name()?;
        if reader.symbol(".").is_some() {
            (table, name) = reader.name()?;
        }
        reader.symbol("(")?;
        let mut columns = vec![ColumnText::of(reader)?];
        let mut constraints = Vec::new();
        while reader.symbol(")").is_none() {
            let comma = reader.symbol(",");
            if Clause::begins(reader) {
                constraints.push(Clause::of_table(reader)?);
            } else {
                comma.filter(|()| constraints.is_empty())?;
                columns.push(ColumnText::of(reader)?);
            }
        }
        let (from, mut strict, mut without_rowid) = (reader.end(), false, false);
        while !reader.is_at_end() {
            if reader.take(&["strict"]) {
                strict = true;
            } else if reader.take(&["without", "rowid"]) {
                without_rowid = true;
            } else {
                reader.symbol(",").or_else(|| reader.symbol(";"))?;
            }
        }
        Some(Self {
            name,
            table,
            columns,
            constraints,
            options: from..reader.end(),
            strict,
            without_rowid,
        })
    }

    /// The places of everything between the parentheses, in order.
    pub(crate) fn items(&self) -> Vec<Range<usize>> {
        let columns = self.columns.iter().map(|column| column.span.clone());
        let constraints = self.constraints.iter().map(|clause| clause.span.clone());
        columns.chain(constraints).collect()
    }

    /// Every clause, with the column that it stands at, if at one.
    pub(crate) fn clauses(&self) -> impl Iterator<Item = (Option<&ColumnText>, &Clause)> {
        let inline = self.columns.iter().flat_map(|column| {
            column
                .clauses
                .iter()
                .map(move |clause| (Some(column), clause))
        });
        inline.chain(self.constraints.iter().map(|clause| (None, clause)))
    }
}

impl ColumnText {
    fn of(reader: &mut Reader<'_>) -> Option<Self> {
        let (name, place) = reader.name()?;
        let of = Self::type_of(reader)?;
        let mut clauses = Vec::new();
        while !matches!(reader.peek(), Some(crate::token::Token::Symbol(symbol)) if symbol == "," || symbol == ")")
        {
            clauses.push(Clause::of_column(reader)?);
        }
        Some(Self {
            span: place.start..reader.end(),
            name,
            place,
            of,
            clauses,
        })
    }

    /// Any words that begin no clause, and numbers in parentheses after them.
    fn type_of(reader: &mut Reader<'_>) -> Option<Range<usize>> {
        let (before, start) = (reader.end(), reader.start());
        while !CLAUSES.iter().any(|words| reader.sees(words)) && reader.name().is_some() {}
        if reader.end() == before {
            return Some(before..before);
        }
        if matches!(reader.peek(), Some(crate::token::Token::Symbol(symbol)) if symbol == "(") {
            reader.parentheses()?;
        }
        Some(start..reader.end())
    }
}
