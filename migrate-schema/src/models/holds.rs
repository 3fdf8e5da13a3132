//! Whether what a model says of itself holds: columns that are there, and nothing twice.

use syn::Ident;

use super::error::Errors;
use super::model::{Model, ModelKey, ModelPart};

impl Model {
    /// Whether every column that is named is there, and each thing is said once.
    pub(super) fn holds(&self) -> syn::Result<()> {
        let mut errors = Errors::default();
        for ident in self.named_columns() {
            errors.keep(self.column(ident));
        }
        for (at, field) in self.fields.iter().enumerate() {
            let mut before = self.fields[..at].iter();
            if before.any(|other| other.name == field.name) {
                let message = format!("there are two columns `{}`", field.name);
                errors.add(syn::Error::new(field.ident.span(), message));
            }
        }
        for (what, place) in self.said_twice() {
            let message = format!("{} has this {what} already: say it once", self.name);
            errors.add(syn::Error::new(
                place.unwrap_or(&self.module).span(),
                message,
            ));
        }
        errors.or(())
    }

    fn named_columns(&self) -> impl Iterator<Item = &Ident> {
        let parts = self.indexes.iter().flat_map(|index| &index.parts);
        let indexed = parts.filter_map(ModelPart::column);
        indexed
            .chain(self.indexes.iter().flat_map(|index| &index.include))
            .chain(self.uniques.iter().flat_map(|unique| &unique.columns))
            .chain(self.foreign_keys.iter().flat_map(|key| &key.columns))
            .chain(&self.primary_key)
    }

    /// The constraints and indexes that another one is like, and their places. Two of other names may well be there: real databases
    /// have such.
    fn said_twice(&self) -> Vec<(&str, Option<&Ident>)> {
        let uniques = again(&self.uniques, |one, other| {
            one.name == other.name && one.columns == other.columns
        });
        let keys = again(&self.foreign_keys, |one, other| {
            let says = |key: &ModelKey| (key.on_delete, key.on_update, key.deferrable);
            one.name == other.name
                && (&one.columns, &one.table, &one.referenced)
                    == (&other.columns, &other.table, &other.referenced)
                && says(one) == says(other)
        });
        let checks = again(&self.checks, |one, other| {
            one.name == other.name && one.expression == other.expression
        });
        let indexes = again(&self.indexes, |one, other| one == other);
        let uniques = uniques.map(|unique| ("unique constraint", unique.columns.first()));
        let keys = keys.map(|key| ("foreign key", key.columns.first()));
        let checks = checks.map(|check| ("check", check.column.as_ref()));
        let indexes = indexes.map(|index| {
            let mut parts = index.parts.iter();
            ("index", parts.find_map(ModelPart::column))
        });
        uniques.chain(keys).chain(checks).chain(indexes).collect()
    }
}

/// What is like something before it.
fn again<T>(all: &[T], like: impl Fn(&T, &T) -> bool) -> impl Iterator<Item = &T> {
    let each = all.iter().enumerate();
    each.filter(move |(at, one)| all[..*at].iter().any(|other| like(one, other)))
        .map(|(_, one)| one)
}
