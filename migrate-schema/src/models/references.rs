//! Whether a foreign key can hold on to what it references. What the models say for sure is told here, at the line that says it; the
//! rest is for the server, which says it when the script runs. SQLite takes any such key, and where it does not look at foreign keys,
//! which is what it does by default, a database may have one for years: there a model of it is none that is wrong.

use syn::Ident;

use super::model::{Model, ModelKey, ModelPart, Origin, plain};
use super::resolve::Resolver;
use crate::{Deferrable, Dialect};

impl Resolver<'_> {
    /// Whether the columns there are known to be a row's own, and of types that can be compared with these.
    pub(super) fn refers(
        &self,
        model: &Model,
        key: &ModelKey,
        (other, referenced): (&Model, &[Ident]),
    ) -> syn::Result<()> {
        for (own, there) in key.columns.iter().zip(referenced) {
            let known = |model: &Model, column: &Ident| {
                let of = self.sql_type(model, model.field(column)?).ok()?;
                of.value().cloned()
            };
            let types = known(model, own).zip(known(other, there));
            if let Some((own_type, type_there)) = types
                && own_type.never_equals(&type_there, self.dialect)
            {
                let message = format!(
                    "`{own}` is {}, and {}.{there}, which it references, is {}: give both the same type",
                    own_type.shown(),
                    other.name,
                    type_there.shown(),
                );
                return Err(syn::Error::new(own.span(), message));
            }
        }
        match other.refuses(referenced, self.dialect) {
            Some(message) => Err(syn::Error::new_spanned(&key.table, message)),
            None => Ok(()),
        }
    }
}

impl Model {
    /// Why no foreign key may reference these columns, where that is sure. A `table!` block does not say what else is unique.
    fn refuses(&self, columns: &[Ident], dialect: Dialect) -> Option<String> {
        if self.origin == Origin::TableMacro
            || dialect == Dialect::Sqlite
            || self.may_be_referenced(columns, dialect)
        {
            return None;
        }
        let names: Vec<_> = columns.iter().map(plain).collect();
        let names = names.join(", ");
        let mut uniques = self.uniques.iter();
        if uniques.any(|unique| same(&unique.columns, columns)) {
            return Some(format!(
                "the unique constraint of {} ({names}) is deferrable, and {dialect} lets no foreign key reference one that is: say it \
                 without `deferrable`",
                self.name
            ));
        }
        let say = match columns {
            [_] => format!("`#[table(unique)]` on `{names}` there"),
            _ => format!("`#[table(unique({names}))]` on the struct there"),
        };
        Some(format!(
            "{} ({names}) is neither the primary key nor unique, and a foreign key can reference nothing else: {say}, or reference the \
             primary key",
            self.name
        ))
    }

    fn may_be_referenced(&self, columns: &[Ident], dialect: Dialect) -> bool {
        let mut indexes = self.indexes.iter();
        let mut uniques = self.uniques.iter();
        if dialect == Dialect::Mysql {
            // Any index that begins with them will do, the one that a foreign key there makes for itself too.
            let begins = |first: Option<&Ident>| first.is_some_and(|first| columns.contains(first));
            let mut keys = self.foreign_keys.iter();
            return begins(self.primary_key.first())
                || uniques.any(|unique| begins(unique.columns.first()))
                || keys.any(|key| begins(key.columns.first()))
                || indexes.any(|index| begins(index.parts.first().and_then(ModelPart::column)));
        }
        let at_once = |when| when == Deferrable::No || dialect != Dialect::Postgres;
        same(&self.primary_key, columns)
            || uniques.any(|unique| same(&unique.columns, columns) && at_once(unique.deferrable))
            || indexes.any(|index| {
                let parts = index.parts.iter().map(ModelPart::column);
                let parts: Option<Vec<_>> = parts.map(|part| part.cloned()).collect();
                let whole = index.unique && index.predicate.is_none();
                whole && parts.is_some_and(|parts| same(&parts, columns))
            })
    }
}

/// Whether both have the same columns, in any order.
fn same(one: &[Ident], other: &[Ident]) -> bool {
    one.len() == other.len() && one.iter().all(|one| other.contains(one))
}
