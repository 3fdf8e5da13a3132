//! A model's constraints and indexes, as they are on one database.

use syn::{Ident, Path};

use super::model::{Model, ModelIndex, ModelKey, ModelUnique, PartKey, plain};
use super::resolve::Resolver;
use crate::{Check, Expression, Facet, ForeignKey, Index, IndexPart, Unique};

impl Resolver<'_> {
    pub(super) fn foreign_key(&self, model: &Model, key: &ModelKey) -> syn::Result<ForeignKey> {
        let other = self.referred(&key.table)?;
        let referenced = if key.referenced.is_empty() {
            &other.primary_key
        } else {
            &key.referenced
        };
        if referenced.len() != key.columns.len() {
            let message = format!(
                "the key has {} columns, and {} has {}",
                key.columns.len(),
                other.name,
                referenced.len()
            );
            return Err(syn::Error::new_spanned(&key.table, message));
        }
        self.refers(model, key, (other, referenced))?;
        let names = columns(model, &key.columns)?;
        let shown: Vec<_> = names.iter().map(String::as_str).collect();
        let by_template = || {
            let naming = &self.naming;
            naming.name(
                self.dialect,
                &naming.fk,
                &model.name.name,
                &shown,
                &other.name.name,
            )
        };
        Ok(ForeignKey {
            name: key.name.as_ref().map_or_else(
                || Facet::Suggested(by_template()),
                |name| Facet::Known(name.value()),
            ),
            table: other.name.clone(),
            referenced: columns(other, referenced)?,
            on_delete: key.on_delete,
            on_update: key.on_update,
            deferrable: key.deferrable,
            columns: names,
        })
    }

    /// The model that a path's last name calls.
    fn referred(&self, path: &Path) -> syn::Result<&Model> {
        let name = path
            .segments
            .last()
            .map(|last| plain(&last.ident))
            .unwrap_or_default();
        self.by_module.get(&name).copied().ok_or_else(|| {
            syn::Error::new_spanned(path, format!("no model has the table `{name}`"))
        })
    }

    pub(super) fn unique(&self, model: &Model, unique: &ModelUnique) -> syn::Result<Unique> {
        let columns = columns(model, &unique.columns)?;
        let shown: Vec<_> = columns.iter().map(String::as_str).collect();
        Ok(Unique {
            name: self.named(unique.name.as_ref(), &self.naming.uq, model, &shown),
            nulls_not_distinct: unique.nulls_not_distinct,
            deferrable: unique.deferrable,
            columns,
        })
    }

    pub(super) fn index(&self, model: &Model, index: &ModelIndex) -> syn::Result<Index> {
        let mut found = Index::default();
        let mut shown = Vec::new();
        for (at, of) in index.parts.iter().enumerate() {
            let mut part = match &of.key {
                PartKey::Column(ident) => IndexPart::column(model.column(ident)?),
                PartKey::Expression(text) => IndexPart::expression(text.as_str()),
            };
            shown.push(of.column().map_or_else(
                || Ok(format!("expr{}", at + 1)),
                |ident| model.column(ident),
            )?);
            part.descending = of.descending;
            part.nulls_first = of.nulls_first;
            part.operator_class.clone_from(&of.operator_class);
            part.collation.clone_from(&of.collation);
            part.prefix = of.prefix;
            found.parts.push(part);
        }
        let shown: Vec<_> = shown.iter().map(String::as_str).collect();
        found.name = self.named(index.name.as_ref(), &self.naming.ix, model, &shown);
        found.unique = index.unique;
        found.nulls_not_distinct = index.nulls_not_distinct;
        found.predicate = index.predicate.clone().map(Expression::from);
        found.method = index.method.clone().filter(|method| method != "btree");
        found.include = columns(model, &index.include)?;
        Ok(found)
    }

    pub(super) fn checks(&self, model: &Model) -> syn::Result<Vec<Check>> {
        let mut whole = 0;
        let mut checks = Vec::new();
        for check in &model.checks {
            let column = match &check.column {
                Some(ident) => model.column(ident)?,
                None => {
                    whole += 1;
                    whole.to_string()
                }
            };
            let mut said = Check::that(check.expression.as_str());
            said.name = self.named(check.name.as_ref(), &self.naming.ck, model, &[&column]);
            checks.push(said);
        }
        for field in &model.fields {
            let name = || {
                let columns = [field.name.as_str(), "labels"];
                self.named(None, &self.naming.ck, model, &columns)
            };
            let of = self.own_enum(field);
            checks.extend(of.and_then(|of| of.check(self.dialect, &field.name, name())));
        }
        Ok(checks)
    }
}

/// How the database calls columns that Rust calls so.
pub(super) fn columns(model: &Model, idents: &[Ident]) -> syn::Result<Vec<String>> {
    idents.iter().map(|ident| model.column(ident)).collect()
}
