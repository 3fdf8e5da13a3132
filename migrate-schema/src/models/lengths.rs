//! Whether a database keeps the names of a model whole. PostgreSQL cuts one that is too long without an error, and then each
//! comparison would find another name than the model's.

use proc_macro2::Span;

use super::error::Errors;
use super::model::Model;
use crate::Dialect;
use crate::naming::excess;

impl Model {
    /// Whether every name that the model itself gives fits. One by a template is cut to fit where it is made.
    pub(super) fn names_fit(&self, dialect: Dialect) -> syn::Result<()> {
        let mut errors = Errors::default();
        errors.keep(fits(&self.name.name, self.span(), dialect));
        for field in &self.fields {
            errors.keep(fits(&field.name, field.ident.span(), dialect));
        }
        let uniques = self.uniques.iter().map(|unique| &unique.name);
        let indexes = self.indexes.iter().map(|index| &index.name);
        let checks = self.checks.iter().map(|check| &check.name);
        let keys = self.foreign_keys.iter().map(|key| &key.name);
        let names = uniques.chain(indexes).chain(checks).chain(keys);
        for name in names.chain([&self.primary_key_name]).flatten() {
            errors.keep(fits(&name.value(), name.span(), dialect));
        }
        errors.or(())
    }
}

pub(super) fn fits(name: &str, place: Span, dialect: Dialect) -> syn::Result<()> {
    match excess(name, dialect) {
        Some(message) => Err(syn::Error::new(place, message)),
        None => Ok(()),
    }
}
