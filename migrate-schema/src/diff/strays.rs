//! Tables that are there and that nobody wants: whether they go is the caller's to say, and those that stay are wanted as they are.

use std::collections::HashSet;

use super::Renames;
use crate::{EnumType, Facet, Name, Schema, Table};

impl Schema {
    /// This schema and, as they are, the tables of another one that it does not have and that do not go; their names are given
    /// too. An enum type goes with the last column that uses it, and stays where none does.
    ///
    /// ```
    /// use migrate_schema::{Renames, Schema, Table};
    /// let there = Schema::default().with(Table::new("members")).with(Table::new("geometry"));
    /// let models = Schema::default();
    /// let goes = |name: &migrate_schema::Name| name.name == "members";
    /// let (wanted, strays) = models.with_strays(&there, &Renames::default(), goes);
    /// assert_eq!(strays, ["geometry".into()]);
    /// assert_eq!(wanted.tables.len(), 1);
    /// ```
    #[must_use]
    pub fn with_strays(
        mut self,
        there: &Schema,
        renames: &Renames,
        goes: impl Fn(&Name) -> bool,
    ) -> (Self, Vec<Name>) {
        let renamed = renames.that_hold(there, &self);
        let wanted: HashSet<&Name> = self.tables.iter().map(|table| &table.name).collect();
        let strays: Vec<Table> = there
            .tables
            .iter()
            .filter(|table| !wanted.contains(&table.name))
            .filter(|table| !renamed.tables.iter().any(|(from, _)| *from == table.name))
            .filter(|table| !goes(&table.name))
            .cloned()
            .collect();
        let names = strays.iter().map(|table| table.name.clone()).collect();
        self.tables.extend(strays);
        self.keep_enums(there);
        (self, names)
    }

    fn keep_enums(&mut self, there: &Schema) {
        let (was, is) = (there.uses(), self.uses());
        let stays = |of: &&EnumType| is.contains(&of.name) || !was.contains(&of.name);
        let kept: Vec<_> = there.enums.all().iter().filter(stays).collect();
        if let Facet::Known(enums) = &mut self.enums {
            for of in kept {
                if !enums.iter().any(|other| other.name == of.name) {
                    enums.push(of.clone());
                }
            }
        }
    }

    /// The types that its columns name.
    fn uses(&self) -> HashSet<Name> {
        let columns = self.tables.iter().flat_map(|table| &table.columns);
        columns
            .filter_map(|column| column.sql_type.value()?.user_name().cloned())
            .collect()
    }
}
