//! Whether nothing differs, told table by table: where there is nothing to say, no third schema is held beside the two.

use std::collections::HashMap;

use super::enums::Enums;
use super::normal::normal;
use super::tables::Altered;
use super::{Difference, Renames, complete};
use crate::{Dialect, Facet, Name, Schema, Table};

impl Difference {
    /// The tables that are there and that nobody wants, where every wanted one is there as it should be. `None`: more than that
    /// differs, or only [`between`](Self::between) can tell.
    ///
    /// ```
    /// use migrate_schema::{Dialect, Difference, Renames, Schema, Table};
    /// let wanted = Schema::default().with(Table::new("members"));
    /// let there = wanted.clone().with(Table::new("geometry"));
    /// let strays = |before, wanted| Difference::strays_alone(before, wanted, Dialect::Sqlite, &Renames::default());
    /// assert_eq!(strays(&there, &wanted), Some(vec!["geometry".into()]));
    /// assert_eq!(strays(&wanted, &there), None);
    /// ```
    #[must_use]
    pub fn strays_alone(
        before: &Schema,
        wanted: &Schema,
        dialect: Dialect,
        hints: &Renames,
    ) -> Option<Vec<Name>> {
        if hints.that_hold(before, wanted) != Renames::default() || !same_enums(before, wanted) {
            return None;
        }
        let mut there: HashMap<&Name, &Table> = before
            .tables
            .iter()
            .map(|table| (&table.name, table))
            .collect();
        for table in &wanted.tables {
            let is = there.remove(&table.name)?;
            let after = complete::table(table, is, before, dialect);
            let is = normal(is.clone(), dialect);
            if !Altered::between(&is, &after, &Enums::default(), dialect).is_empty() {
                return None;
            }
        }
        let mut strays: Vec<_> = there.into_keys().cloned().collect();
        strays.sort();
        Some(strays)
    }
}

fn same_enums(before: &Schema, wanted: &Schema) -> bool {
    let Facet::Known(wanted) = &wanted.enums else {
        return true;
    };
    let there = before.enums.all();
    there.len() == wanted.len() && wanted.iter().all(|of| there.contains(of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Type};

    fn table(name: &str, column: &str) -> Schema {
        let text = Type::parse(Dialect::Postgres, "text").unwrap();
        Schema::default().with(Table::new(name).with(Column::new(column, text)))
    }

    fn strays(before: &Schema, wanted: &Schema, hints: &Renames) -> Option<Vec<Name>> {
        let strays = Difference::strays_alone(before, wanted, Dialect::Postgres, hints);
        let differs = !Difference::between(before, wanted, Dialect::Postgres, hints).is_empty();
        // A stray is a difference where nobody keeps it; nothing else may be one.
        assert_eq!(
            differs,
            strays.as_ref().is_none_or(|found| !found.is_empty())
        );
        strays
    }

    #[test]
    fn what_differs_is_never_taken_for_nothing() {
        let (plain, none) = (table("t", "a"), Renames::default());
        assert_eq!(strays(&plain, &plain, &none), Some(vec![]));
        assert_eq!(strays(&plain, &table("t", "b"), &none), None);
        assert_eq!(strays(&plain, &table("u", "a"), &none), None);
        let more = plain.clone().with(Table::new("u"));
        assert_eq!(strays(&more, &plain, &none), Some(vec![Name::new("u")]));
        let hints = Renames::default().column("t", "a", "b");
        assert_eq!(strays(&plain, &table("t", "b"), &hints), None);
        let typed = plain.clone().with_enum("mood", ["sad"]);
        assert_eq!(strays(&typed, &typed, &none), Some(vec![]));
        assert_eq!(
            strays(&typed, &plain.clone().with_enum("mood", ["ok"]), &none),
            None
        );
    }
}
