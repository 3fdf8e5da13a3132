//! A model as it was read, before it is asked what it means on one database.

use proc_macro2::Span;
use syn::{Ident, LitStr, Path};

use super::rust_types::FieldType;
use crate::{Action, Deferrable, IdentityKind, Name};

/// One table as a Rust source says it: a struct with `#[derive(Table)]`, or a `table!` block.
#[derive(Clone, Debug)]
pub struct Model {
    /// The table's name in the database.
    pub(super) name: Name,
    /// The name of its module, which is how Rust calls the table.
    pub(super) module: Ident,
    pub(super) origin: Origin,
    /// What the user calls migrate-core, where it is not `migrate_core`.
    pub(super) core: Option<Path>,
    pub(super) renamed_from: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) strict: bool,
    pub(super) without_rowid: bool,
    pub(super) fields: Vec<Field>,
    pub(super) primary_key: Vec<Ident>,
    pub(super) primary_key_name: Option<LitStr>,
    pub(super) indexes: Vec<ModelIndex>,
    pub(super) uniques: Vec<ModelUnique>,
    pub(super) checks: Vec<ModelCheck>,
    pub(super) foreign_keys: Vec<ModelKey>,
}

/// Where a model was read: that decides of what its silence speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A struct can say everything, so what it does not say is not so.
    Struct,
    /// A `table!` block cannot say more than columns and key.
    TableMacro,
}

/// A column of a model.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// How Rust calls the column.
    pub(super) ident: Ident,
    /// How the database calls it.
    pub(super) name: String,
    pub(super) stored: Stored,
    pub(super) nullable: bool,
    pub(super) renamed_from: Option<String>,
    pub(super) default: ByDialect,
    pub(super) generated: Option<(ByDialect, bool)>,
    pub(super) identity: Option<IdentityKind>,
    pub(super) collation: Option<String>,
    pub(super) comment: Option<String>,
}

/// What a column stores.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    /// A Rust type, and what its attributes say of it.
    Rust {
        of: FieldType,
        shown: String,
        sql_type: ByDialect,
        diesel_type: Option<Box<Path>>,
    },
    /// A type in Diesel's words.
    Diesel(DieselType),
}

/// A type in Diesel's words: `Nullable<Array<Nullable<Varchar>>>` with its `#[max_length]`.
#[derive(Clone, Debug)]
pub(super) struct DieselType {
    pub(super) word: Ident,
    pub(super) dimensions: u8,
    pub(super) unsigned: bool,
    pub(super) length: Option<u32>,
}

/// A text that may be another one for some databases.
#[derive(Clone, Debug, Default)]
pub(super) struct ByDialect {
    pub(super) general: Option<LitStr>,
    pub(super) special: [Option<LitStr>; 3],
}

impl ByDialect {
    pub(super) fn of(&self, dialect: crate::Dialect) -> Option<&LitStr> {
        self.special[dialect as usize]
            .as_ref()
            .or(self.general.as_ref())
    }

    /// Any of its texts, for what does not depend on the database.
    pub(super) const fn is_none(&self) -> bool {
        self.general.is_none() && matches!(self.special, [None, None, None])
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ModelIndex {
    pub(super) name: Option<LitStr>,
    pub(super) parts: Vec<ModelPart>,
    pub(super) unique: bool,
    pub(super) nulls_not_distinct: bool,
    pub(super) predicate: Option<String>,
    pub(super) method: Option<String>,
    pub(super) include: Vec<Ident>,
}

/// A part of an index: a column, or an expression in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ModelPart {
    pub(super) key: PartKey,
    pub(super) descending: bool,
    pub(super) nulls_first: Option<bool>,
    pub(super) operator_class: Option<String>,
    pub(super) collation: Option<String>,
    /// How much of a text is in it (MySQL).
    pub(super) prefix: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PartKey {
    Column(Ident),
    Expression(String),
}

#[derive(Clone, Debug)]
pub(super) struct ModelUnique {
    pub(super) name: Option<LitStr>,
    pub(super) columns: Vec<Ident>,
    pub(super) nulls_not_distinct: bool,
    pub(super) deferrable: Deferrable,
}

#[derive(Clone, Debug)]
pub(super) struct ModelCheck {
    pub(super) name: Option<LitStr>,
    /// The column whose field says it.
    pub(super) column: Option<Ident>,
    pub(super) expression: String,
}

/// A foreign key as a model says it: the other table by how Rust calls it.
#[derive(Clone, Debug)]
pub(super) struct ModelKey {
    pub(super) name: Option<LitStr>,
    pub(super) columns: Vec<Ident>,
    pub(super) table: Path,
    /// The columns there; empty for its primary key.
    pub(super) referenced: Vec<Ident>,
    pub(super) on_delete: Action,
    pub(super) on_update: Action,
    pub(super) deferrable: Deferrable,
    pub(super) joinable: bool,
}

impl Model {
    pub(super) fn new(name: Name, module: Ident, origin: Origin) -> Self {
        Self {
            name,
            module,
            origin,
            core: None,
            renamed_from: None,
            comment: None,
            strict: false,
            without_rowid: false,
            fields: Vec::new(),
            primary_key: Vec::new(),
            primary_key_name: None,
            indexes: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
        }
    }

    /// The table's name in the database.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// Gives back what its lists do not fill.
    pub(super) fn shrink_to_fit(&mut self) {
        self.fields.shrink_to_fit();
        self.indexes.shrink_to_fit();
        self.uniques.shrink_to_fit();
        self.checks.shrink_to_fit();
        self.foreign_keys.shrink_to_fit();
    }

    /// Where its name stands.
    pub(super) fn span(&self) -> Span {
        self.module.span()
    }

    /// The field that Rust calls so.
    pub(super) fn field(&self, ident: &Ident) -> Option<&Field> {
        self.fields.iter().find(|field| field.ident == *ident)
    }

    /// The column that Rust calls so, as the database calls it.
    pub(super) fn column(&self, ident: &Ident) -> syn::Result<String> {
        self.field(ident)
            .map(|field| field.name.clone())
            .ok_or_else(|| {
                syn::Error::new(
                    ident.span(),
                    format!("there is no column `{ident}` in {}", self.name),
                )
            })
    }
}

impl Field {
    pub(super) fn new(ident: Ident, stored: Stored) -> Self {
        Self {
            name: plain(&ident),
            ident,
            stored,
            nullable: false,
            renamed_from: None,
            default: ByDialect::default(),
            generated: None,
            identity: None,
            collation: None,
            comment: None,
        }
    }
}

impl ModelUnique {
    pub(super) fn of(column: Ident) -> Self {
        Self {
            name: None,
            columns: vec![column],
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
        }
    }
}

impl ModelIndex {
    pub(super) fn of(column: Ident) -> Self {
        Self {
            parts: vec![ModelPart::of(column)],
            ..Self::default()
        }
    }
}

impl ModelCheck {
    pub(super) const fn new(column: Option<Ident>, expression: String) -> Self {
        Self {
            name: None,
            column,
            expression,
        }
    }
}

/// A name without the `r#` of a keyword.
pub(super) fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), String::from)
}
