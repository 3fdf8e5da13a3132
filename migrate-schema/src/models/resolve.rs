//! Models into the schema that they mean on one database.

use std::collections::{HashMap, HashSet};

use syn::LitStr;

use super::constraints::columns;
use super::enums::{self, ModelEnum};
use super::error::{Errors, ModelErrors};
use super::files::Models;
use super::model::{Field, Model, Origin, Stored, plain};
use crate::{
    Column, Dialect, Expression, Facet, ForeignKey, Generated, Identity, IdentityKind, Name,
    Naming, PrimaryKey, Schema, Table, Type,
};

impl Models {
    /// The schema that the models mean on a database. Constraints without a name get one by the templates, which counts only
    /// where they are made new.
    ///
    /// # Errors
    /// A type that the database does not have, a reference to a table or column that no model has.
    pub fn schema(&self, dialect: Dialect, naming: &Naming) -> Result<Schema, ModelErrors> {
        let mut errors = ModelErrors::default();
        let by_module = self
            .models
            .iter()
            .map(|(_, model)| (plain(&model.module), model));
        let resolver = Resolver {
            dialect,
            naming,
            by_module: by_module.collect(),
            sql_types: &self.sql_types,
            enums: enums::by_ident(&self.enums, &mut errors),
        };
        let (mut schema, mut types) = (Schema::default(), HashSet::new());
        if dialect == Dialect::Postgres && !self.enums.is_empty() {
            let types = self.enums.iter().map(|(_, of)| of.enum_type());
            schema.enums = Facet::Known(types.collect());
            for (file, of) in &self.enums {
                if let Err(error) = of.name_fits(dialect) {
                    errors.add(file, error);
                }
            }
        }
        for (source, model) in &self.models {
            match resolver.table(model) {
                Ok(table) => schema.tables.push(table.compact(&mut types)),
                Err(error) => errors.add(source, error),
            }
        }
        for (source, joinable) in &self.joinables {
            let Some(child) = resolver.by_module.get(&plain(&joinable.child)) else {
                continue;
            };
            match resolver.foreign_key(child, &joinable.key) {
                Ok(key) => suggest(&mut schema, &child.name, key),
                Err(error) => errors.add(source, error),
            }
        }
        errors.or(schema)
    }
}

/// A `joinable!` does not say what happens to the rows, so it counts only for a table that is made new.
fn suggest(schema: &mut Schema, table: &Name, key: ForeignKey) {
    let table = schema.tables.iter_mut().find(|of| of.name == *table);
    if let Some(table) = table.filter(|table| table.foreign_keys.known().is_none()) {
        let mut keys = table.foreign_keys.all().to_vec();
        keys.push(key);
        table.foreign_keys = Facet::Suggested(keys);
    }
}

pub(super) struct Resolver<'a> {
    pub(super) dialect: Dialect,
    pub(super) naming: &'a Naming,
    pub(super) by_module: HashMap<String, &'a Model>,
    sql_types: &'a HashMap<String, Name>,
    enums: HashMap<String, &'a ModelEnum>,
}

impl Resolver<'_> {
    fn table(&self, model: &Model) -> syn::Result<Table> {
        let mut table = Table::unknown(model.name.clone());
        let former = |old: &String| former(&model.name, old, self.dialect);
        table.renamed_from = model.renamed_from.as_ref().map(former);
        let mut errors = Errors::default();
        for field in &model.fields {
            table.columns.extend(errors.keep(self.column(model, field)));
        }
        std::mem::take(&mut errors).or(())?;
        self.one_column_each(model)?;
        errors.keep(model.names_fit(self.dialect));
        let key = PrimaryKey {
            name: self.named(model.primary_key_name.as_ref(), &self.naming.pk, model, &[]),
            columns: columns(model, &model.primary_key)?,
        };
        table.primary_key = Facet::Known(Some(key));
        if model.origin == Origin::TableMacro {
            return errors.or(table);
        }
        let keys = model.foreign_keys.iter();
        let keys = keys.filter_map(|key| errors.keep(self.foreign_key(model, key)));
        table.foreign_keys = Facet::Known(keys.collect());
        let uniques: syn::Result<_> = model
            .uniques
            .iter()
            .map(|unique| self.unique(model, unique))
            .collect();
        table.uniques = Facet::Known(uniques?);
        let indexes: syn::Result<_> = model
            .indexes
            .iter()
            .map(|index| self.index(model, index))
            .collect();
        table.indexes = Facet::Known(indexes?);
        table.checks = Facet::Known(self.checks(model)?);
        table.comment = self.comment(model.comment.as_ref());
        table.strict = Facet::Known(model.strict);
        table.without_rowid = Facet::Known(model.without_rowid);
        errors.or(table)
    }

    /// A name that the model gives counts; one by the template is for what is made new.
    pub(super) fn named(
        &self,
        given: Option<&LitStr>,
        template: &str,
        model: &Model,
        columns: &[&str],
    ) -> Facet<String> {
        given.map_or_else(
            || {
                Facet::Suggested(self.naming.name(
                    self.dialect,
                    template,
                    &model.name.name,
                    columns,
                    "",
                ))
            },
            |given| Facet::Known(given.value()),
        )
    }

    /// To SQLite and MySQL two names in other cases are one.
    fn one_column_each(&self, model: &Model) -> syn::Result<()> {
        let mut seen = HashMap::new();
        for field in &model.fields {
            let other = seen.insert(field.name.to_lowercase(), &field.name);
            if let (Some(other), Dialect::Sqlite | Dialect::Mysql) = (other, self.dialect) {
                let message = format!(
                    "`{other}` and `{}` are one column on {}",
                    field.name, self.dialect
                );
                return Err(syn::Error::new(field.ident.span(), message));
            }
        }
        Ok(())
    }

    fn column(&self, model: &Model, field: &Field) -> syn::Result<Column> {
        let mut column = Column::unknown(field.name.clone(), self.sql_type(model, field)?);
        column.nullable = Facet::Known(field.nullable);
        if model.origin == Origin::TableMacro {
            return Ok(column);
        }
        column.renamed_from.clone_from(&field.renamed_from);
        let default = field.default.of(self.dialect);
        column.default = Facet::Known(default.map(|text| Expression::from(text.value())));
        self.counts(model, field, &column)?;
        column.identity = Facet::Known(field.identity.map(|kind| self.identity(kind)));
        let generated = field.generated.as_ref().and_then(|(text, stored)| {
            let expression = text.of(self.dialect)?.value().into();
            let stored = *stored;
            Some(Generated { expression, stored })
        });
        column.generated = Facet::Known(generated);
        column.collation = Facet::Known(field.collation.clone());
        column.comment = self.comment(field.comment.as_ref());
        Ok(column)
    }

    /// SQLite keeps no comments, so there one is never missing.
    fn comment(&self, text: Option<&String>) -> Facet<Option<String>> {
        match self.dialect {
            Dialect::Sqlite => Facet::Known(None),
            Dialect::Postgres | Dialect::Mysql => Facet::Known(text.cloned()),
        }
    }

    /// `autoincrement` is what each database recommends.
    fn identity(&self, kind: IdentityKind) -> Box<Identity> {
        match self.dialect {
            Dialect::Postgres if kind == IdentityKind::Auto => IdentityKind::ByDefault.into(),
            Dialect::Postgres => kind.into(),
            Dialect::Sqlite | Dialect::Mysql => IdentityKind::Auto.into(),
        }
    }

    /// Whether a column can count by itself there.
    fn counts(&self, model: &Model, field: &Field, column: &Column) -> syn::Result<()> {
        let is_key = model.primary_key == [field.ident.clone()];
        let integer = Type::parse(self.dialect, "integer").ok();
        if field.identity.is_none()
            || self.dialect != Dialect::Sqlite
            || is_key && column.sql_type.value() == integer.as_ref()
        {
            return Ok(());
        }
        let message = "on sqlite only a primary key of one column counts by itself, an i32 or i64";
        Err(syn::Error::new(field.ident.span(), message))
    }

    pub(super) fn sql_type(&self, model: &Model, field: &Field) -> syn::Result<Facet<Type>> {
        let error = |message: String| syn::Error::new(field.ident.span(), message);
        let (of, shown, sql_type) = match &field.stored {
            Stored::Rust {
                of,
                shown,
                sql_type,
                ..
            } => (of, shown, sql_type),
            Stored::Diesel(said) => {
                let word = said.word.to_string();
                let built_in = Type::from_diesel(self.dialect, &word, said.length);
                let user = || self.sql_types.get(&word).cloned().map(Type::user);
                let Some(mut of) = built_in.or_else(user) else {
                    return Ok(Facet::Unknown);
                };
                for _ in 0..said.dimensions {
                    of = of.array();
                }
                return Ok(Facet::Known(if said.unsigned { of.unsigned() } else { of }));
            }
        };
        if let Some(text) = sql_type.of(self.dialect) {
            return Type::parse(self.dialect, &text.value())
                .map(Facet::Known)
                .map_err(|wrong| syn::Error::new(text.span(), wrong));
        }
        if self.dialect == Dialect::Sqlite
            && model.primary_key == [field.ident.clone()]
            && shown == "i64"
        {
            // Only under this name is a key SQLite's own row number.
            return Ok(Facet::Known(
                Type::parse(self.dialect, "INTEGER").map_err(|wrong| error(wrong.to_string()))?,
            ));
        }
        let by_rust = || of.stored.and_then(|row| row.sql_type(self.dialect));
        let of_enum = |of: &ModelEnum| of.sql_type(self.dialect).ok();
        let found = self.own_enum(field).and_then(of_enum).or_else(by_rust);
        let mut found = found.ok_or_else(|| {
            let maybe = of.own.as_ref().map_or("", |_| "; an enum derives EnumType");
            error(format!(
                "no type of {} is known for `{shown}`: name one with #[table(sql_type = \"...\")]{maybe}",
                self.dialect
            ))
        })?;
        if of.dimensions > 0 && self.dialect != Dialect::Postgres {
            return Err(error(format!(
                "{} has no arrays: name a type with #[table(sql_type = \"...\")]",
                self.dialect
            )));
        }
        for _ in 0..of.dimensions {
            found = found.array();
        }
        Ok(Facet::Known(found))
    }

    /// The enum whose labels a field holds.
    pub(super) fn own_enum(&self, field: &Field) -> Option<&ModelEnum> {
        let Stored::Rust { of, sql_type, .. } = &field.stored else {
            return None;
        };
        let path = of
            .own
            .as_ref()
            .filter(|_| sql_type.of(self.dialect).is_none())?;
        self.enums
            .get(&plain(&path.segments.last()?.ident))
            .copied()
    }
}

/// A name that a table had: in the same schema, unless another stands before it. SQLite's tables stay in their file.
fn former(now: &Name, old: &str, dialect: Dialect) -> Name {
    match old.split_once('.') {
        Some((schema, name)) if dialect != Dialect::Sqlite => Name::qualified(schema, name),
        _ => now.sibling(old),
    }
}
