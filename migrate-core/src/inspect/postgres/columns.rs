//! Columns, with their defaults and what numbers them.

use migrate_schema::{
    Column, Expression, Facet, Generated, Identity, IdentityKind, Sequence, Type,
};

use super::{DIALECT, InspectError, Reader, catalogue, expression};
use crate::backend::Row;

impl Reader<'_> {
    pub(super) fn columns(&mut self) -> Result<(), InspectError> {
        let rows = self.rows("the columns", catalogue::COLUMNS)?;
        for rows in rows.chunk_by(|one, other| one.text(0) == other.text(0)) {
            let place = rows.first().and_then(|row| self.places.get(row.text(0)?));
            let Some(place) = place.copied() else {
                continue;
            };
            let mut columns = Vec::with_capacity(rows.len());
            for row in rows {
                let name = row.text_or_empty(1);
                let shown = || format!("{}.{name}", self.found[place].name);
                let of = self.type_of(row.text_or_empty(2), shown)?;
                columns.push(column(row, name, of));
            }
            self.found[place].columns = columns;
        }
        Ok(())
    }
}

fn column(row: &Row, name: &str, of: Type) -> Column {
    let numbered = identity(row, &of);
    let written = row.text(4);
    let computed = row.text_or_empty(5) == "s";
    let mut column = Column::new(name, of.clone());
    column.nullable = Facet::Known(row.text_or_empty(3) != "true");
    column.collation = Facet::Known(row.text(7).map(str::to_owned));
    column.comment = Facet::Known(row.text(8).map(str::to_owned));
    match (written, numbered) {
        (_, Some(identity)) => column.identity = Facet::Known(Some(Box::new(identity))),
        (Some(text), None) if computed => {
            column.generated = Facet::Known(Some(Generated {
                expression: expression(text),
                stored: true,
            }));
        }
        (Some(text), None) => column.default = Facet::Known(Some(default(text, &of))),
        (None, None) => {}
    }
    column
}

/// What numbers a column: an identity, or a default that takes the next number of the column's own sequence. Of that sequence only a
/// model could say more, and none does.
fn identity(row: &Row, of: &Type) -> Option<Identity> {
    let kind = match row.text_or_empty(6) {
        "a" => IdentityKind::Always,
        "d" => IdentityKind::ByDefault,
        _ if row.text(9).is_some() => {
            return Some(IdentityKind::Serial.into());
        }
        _ => return None,
    };
    Some(Identity {
        kind,
        sequence: sequence(row, of),
    })
}

/// The options of an identity's sequence that are not what they would be without a word.
fn sequence(row: &Row, of: &Type) -> Sequence {
    let number = |at: usize| row.number::<i64>(at);
    let (lowest, highest) = match of.name() {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let increment = number(11);
    let (minimum, maximum) = if increment < 0 {
        (lowest, -1)
    } else {
        (1, highest)
    };
    let first = if increment < 0 {
        number(13)
    } else {
        number(12)
    };
    let other = |at: usize, usual: i64| Some(number(at)).filter(|found| *found != usual);
    Sequence {
        start: other(10, first),
        increment: other(11, 1),
        minimum: other(12, minimum),
        maximum: other(13, maximum),
        cache: other(14, 1),
        cycle: row.text_or_empty(15) == "true",
    }
}

/// A default. A constant of the column's own type is written without the type.
pub(super) fn default(text: &str, of: &Type) -> Expression {
    let whole = expression(text);
    let Some((constant, cast)) = whole.constant(DIALECT) else {
        return whole;
    };
    let own = Type::parse(DIALECT, &cast)
        .is_ok_and(|cast| (cast.name(), cast.dimensions() > 0) == (of.name(), of.dimensions() > 0));
    if own { constant } else { whole }
}
