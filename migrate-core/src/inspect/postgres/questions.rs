//! Which expressions the server has to be asked about: those whose text is not that of any that is there in their place.

use std::collections::{HashMap, HashSet};
use std::fmt;

use migrate_schema::{Column, Expression, Generated, Index, IndexKey, Name, Schema, Table, Type};

use super::DIALECT;

/// An expression that is wanted of a table that is there.
pub(super) struct Question<'a> {
    /// The number of the table among those that are wanted.
    pub(super) table: usize,
    pub(super) place: Place,
    pub(super) text: Expression,
    /// The type of its column, where it makes the value of one.
    pub(super) of: Option<&'a Type>,
    /// Those that are there.
    pub(super) there: Vec<&'a Expression>,
    /// Their table.
    pub(super) found: &'a Table,
}

/// Where in a table an expression is, by numbers.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Default(usize),
    Generated(usize),
    Check(usize),
    Predicate(usize),
    Part(usize, usize),
}

impl Question<'_> {
    /// The same question about an expression that is there.
    pub(super) fn about(&self, there: &Expression) -> Self {
        Self {
            text: there.clone(),
            there: Vec::new(),
            ..*self
        }
    }
}

impl fmt::Display for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.place {
            Place::Default(_) => "default",
            Place::Generated(_) => "computed value",
            Place::Check(_) => "check",
            Place::Predicate(_) => "index's condition",
            Place::Part(..) => "index's expression",
        };
        write!(f, "the {what} `{}` of {}", self.text, self.found.name)
    }
}

/// The expression at a place of a table.
pub(super) fn place(table: &mut Table, place: Place) -> Option<&mut Expression> {
    match place {
        Place::Default(at) => table.columns.get_mut(at)?.default.get_mut(),
        Place::Generated(at) => {
            let generated = table.columns.get_mut(at)?.generated.get_mut()?;
            Some(&mut generated.expression)
        }
        Place::Check(at) => {
            let check = table.checks.value_mut()?.get_mut(at)?;
            Some(&mut check.expression)
        }
        Place::Predicate(at) => table.indexes.value_mut()?.get_mut(at)?.predicate.as_mut(),
        Place::Part(at, part) => {
            let index = table.indexes.value_mut()?.get_mut(at)?;
            match &mut index.parts.get_mut(part)?.key {
                IndexKey::Expression(expression) => Some(expression),
                IndexKey::Column(_) => None,
            }
        }
    }
}

/// Everything that has to be asked.
pub(super) fn questions<'a>(wanted: &Schema, found: &'a Schema) -> Vec<Question<'a>> {
    let there: HashMap<&Name, &Table> = found
        .tables
        .iter()
        .map(|table| (&table.name, table))
        .collect();
    let enums = changing_enums(wanted, found);
    let mut questions = Vec::new();
    for (number, table) in wanted.tables.iter().enumerate() {
        if let Some(found) = there.get(&table.name) {
            let mut asking = Asking {
                number,
                found,
                changing: changing_columns(table, found, &enums),
                questions: &mut questions,
            };
            asking.columns(table);
            asking.checks(table);
            asking.indexes(table);
        }
    }
    questions
}

fn changing_enums(wanted: &Schema, found: &Schema) -> HashSet<Name> {
    let Some(wanted) = wanted.enums.value() else {
        return HashSet::new();
    };
    let other = wanted
        .iter()
        .filter(|of| found.enum_type(&of.name) != Some(*of));
    other.map(|of| of.name.clone()).collect()
}

/// The columns that are not yet what an expression about them is written for: what is said of them cannot be what is there.
fn changing_columns(wanted: &Table, found: &Table, enums: &HashSet<Name>) -> HashSet<String> {
    let stays = |column: &Column| {
        let Some(found) = found.column(&column.name) else {
            return false;
        };
        let (Some(was), Some(is)) = (found.sql_type.value(), column.sql_type.value()) else {
            return true;
        };
        was.same(is, DIALECT) && !is.user_name().is_some_and(|name| enums.contains(name))
    };
    let changing = wanted.columns.iter().filter(|column| !stays(column));
    changing.map(|column| column.name.clone()).collect()
}

struct Asking<'q, 'a> {
    number: usize,
    found: &'a Table,
    changing: HashSet<String>,
    questions: &'q mut Vec<Question<'a>>,
}

impl<'a> Asking<'_, 'a> {
    fn ask(
        &mut self,
        place: Place,
        text: &Expression,
        of: Option<&'a Type>,
        there: Vec<&'a Expression>,
    ) {
        let known = there.iter().any(|there| text.same(there, DIALECT));
        let changes = |column: &String| text.mentions(column, DIALECT);
        if !known && !self.changing.iter().any(changes) {
            self.questions.push(Question {
                table: self.number,
                place,
                text: text.clone(),
                of,
                there,
                found: self.found,
            });
        }
    }

    fn columns(&mut self, table: &Table) {
        for (at, column) in table.columns.iter().enumerate() {
            let Some(found) = self.found.column(&column.name) else {
                continue;
            };
            let (Some(of), false) = (found.sql_type.value(), self.changing.contains(&column.name))
            else {
                continue;
            };
            if let Some(text) = column.default.get() {
                let there = found.default.get().into_iter().collect();
                self.ask(Place::Default(at), text, Some(of), there);
            }
            if let Some(Generated { expression, .. }) = column.generated.get() {
                let there = found.generated.get().map(|of| &of.expression);
                let there = there.into_iter().collect();
                self.ask(Place::Generated(at), expression, Some(of), there);
            }
        }
    }

    fn checks(&mut self, table: &Table) {
        let found = self.found;
        for (at, check) in table.checks.all().iter().enumerate() {
            let there = found.checks.all().iter();
            let there = there.map(|check| &check.expression).collect();
            self.ask(Place::Check(at), &check.expression, None, there);
        }
    }

    fn indexes(&mut self, table: &Table) {
        let found: &'a [Index] = self.found.indexes.all();
        for (at, index) in table.indexes.all().iter().enumerate() {
            if let Some(predicate) = &index.predicate {
                let there = found.iter().filter_map(|index| index.predicate.as_ref());
                self.ask(Place::Predicate(at), predicate, None, there.collect());
            }
            for (part, of) in index.parts.iter().enumerate() {
                if let IndexKey::Expression(text) = &of.key {
                    let there = found.iter().flat_map(|index| &index.parts);
                    let there = there.filter_map(|part| match &part.key {
                        IndexKey::Expression(text) => Some(text),
                        IndexKey::Column(_) => None,
                    });
                    self.ask(Place::Part(at, part), text, None, there.collect());
                }
            }
        }
    }
}
