//! Which constraint of one table is which of the other: by what they say, then by name.

use crate::{
    Action, Check, Constraint, Dialect, Facet, ForeignKey, Index, IndexKey, IndexPart, PrimaryKey,
    Table, Unique,
};

/// A kind of constraint that can be compared.
pub(crate) trait Named: Clone {
    /// Its name.
    fn name(&self) -> &Facet<String>;
    /// Its name, to be set.
    fn name_mut(&mut self) -> &mut Facet<String>;
    /// Whether both say the same, their names apart.
    fn same(&self, other: &Self, dialect: Dialect) -> bool;
    /// It as one of all constraints.
    fn constraint(self) -> Constraint;
    /// The list of a table that it is in.
    fn list(table: &Table) -> &[Self];
}

/// Two lists, taken apart.
pub(crate) struct Pairs<T> {
    /// What is in both, before and after; only their names may differ.
    pub(crate) kept: Vec<(T, T)>,
    pub(crate) gone: Vec<T>,
    pub(crate) new: Vec<T>,
}

/// Pairs what says the same: first what has the same name too, then what has none that differs, then the rest.
pub(crate) fn pairs<T: Named>(before: &[T], after: &[T], dialect: Dialect) -> Pairs<T> {
    let passes: [fn(&T, &T) -> bool; 3] = [
        |one, other| one.name().known().is_some() && one.name().known() == other.name().known(),
        |one, other| !one.name().differs(other.name()),
        |_, _| true,
    ];
    let (mut gone, mut new, mut kept) = (before.to_vec(), after.to_vec(), Vec::new());
    for fits in passes {
        let mut rest = Vec::new();
        for wanted in new {
            match gone
                .iter()
                .position(|of| fits(of, &wanted) && of.same(&wanted, dialect))
            {
                Some(at) => kept.push((gone.remove(at), wanted)),
                None => rest.push(wanted),
            }
        }
        new = rest;
    }
    Pairs { kept, gone, new }
}

impl Named for PrimaryKey {
    fn name(&self) -> &Facet<String> {
        &self.name
    }

    fn name_mut(&mut self) -> &mut Facet<String> {
        &mut self.name
    }

    fn same(&self, other: &Self, _: Dialect) -> bool {
        self.columns == other.columns
    }

    fn constraint(self) -> Constraint {
        Constraint::PrimaryKey(self)
    }

    fn list(table: &Table) -> &[Self] {
        table.primary_key.get().map_or(&[], std::slice::from_ref)
    }
}

impl Named for Unique {
    fn name(&self) -> &Facet<String> {
        &self.name
    }

    fn name_mut(&mut self) -> &mut Facet<String> {
        &mut self.name
    }

    fn same(&self, other: &Self, _: Dialect) -> bool {
        (&self.columns, self.nulls_not_distinct, self.deferrable)
            == (&other.columns, other.nulls_not_distinct, other.deferrable)
    }

    fn constraint(self) -> Constraint {
        Constraint::Unique(self)
    }

    fn list(table: &Table) -> &[Self] {
        table.uniques.all()
    }
}

impl Named for ForeignKey {
    fn name(&self) -> &Facet<String> {
        &self.name
    }

    fn name_mut(&mut self) -> &mut Facet<String> {
        &mut self.name
    }

    fn same(&self, other: &Self, dialect: Dialect) -> bool {
        let rest = |key: &Self| (key.columns.clone(), key.table.clone(), key.deferrable);
        // SQLite lets a key leave out what it refers to: the other table's key, which is not always at hand.
        let unsaid = dialect == Dialect::Sqlite
            && (self.referenced.is_empty() || other.referenced.is_empty());
        rest(self) == rest(other)
            && (unsaid || self.referenced == other.referenced)
            && action(self.on_delete, dialect) == action(other.on_delete, dialect)
            && action(self.on_update, dialect) == action(other.on_update, dialect)
    }

    fn constraint(self) -> Constraint {
        Constraint::ForeignKey(self)
    }

    fn list(table: &Table) -> &[Self] {
        table.foreign_keys.all()
    }
}

impl Named for Check {
    fn name(&self) -> &Facet<String> {
        &self.name
    }

    fn name_mut(&mut self) -> &mut Facet<String> {
        &mut self.name
    }

    fn same(&self, other: &Self, dialect: Dialect) -> bool {
        self.expression.same(&other.expression, dialect)
    }

    fn constraint(self) -> Constraint {
        Constraint::Check(self)
    }

    fn list(table: &Table) -> &[Self] {
        table.checks.all()
    }
}

impl Named for Index {
    fn name(&self) -> &Facet<String> {
        &self.name
    }

    fn name_mut(&mut self) -> &mut Facet<String> {
        &mut self.name
    }

    fn same(&self, other: &Self, dialect: Dialect) -> bool {
        let flags = |index: &Self| {
            (
                index.unique,
                index.nulls_not_distinct,
                index.method.clone(),
                index.include.clone(),
            )
        };
        let predicate = match (&self.predicate, &other.predicate) {
            (Some(one), Some(other)) => one.same(other, dialect),
            (one, other) => one.is_none() && other.is_none(),
        };
        let parts = self.parts.len() == other.parts.len()
            && self
                .parts
                .iter()
                .zip(&other.parts)
                .all(|(one, other)| same_part(one, other, dialect));
        flags(self) == flags(other) && predicate && parts
    }

    fn constraint(self) -> Constraint {
        Constraint::Index(self)
    }

    fn list(table: &Table) -> &[Self] {
        table.indexes.all()
    }
}

/// MySQL has one word for both ways to refuse.
fn action(action: Action, dialect: Dialect) -> Action {
    match (action, dialect) {
        (Action::Restrict, Dialect::Mysql) => Action::NoAction,
        (action, _) => action,
    }
}

fn same_part(one: &IndexPart, other: &IndexPart, dialect: Dialect) -> bool {
    let key = match (&one.key, &other.key) {
        (IndexKey::Expression(one), IndexKey::Expression(other)) => one.same(other, dialect),
        (one, other) => one == other,
    };
    let rest = |part: &IndexPart| {
        let words = (part.collation.clone(), part.operator_class.clone());
        (part.descending, part.nulls_first, part.prefix, words)
    };
    key && rest(one) == rest(other)
}
