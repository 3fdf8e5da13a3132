//! A struct with `#[derive(Table)]`: its table, its columns, and what its attributes say of them.

use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Path, Token, parenthesized};

use super::attributes::{
    by_dialect, check, flag, foreign_key, index, literal_or_text, optional_references, text,
    unique, unknown,
};
use super::error::Errors;
use super::model::{
    ByDialect, Field, Model, ModelCheck, ModelIndex, ModelPart, ModelUnique, Origin, Stored, plain,
};
use super::rust_types::field_type;
use crate::{IdentityKind, Name};

impl Model {
    /// Reads a struct with `#[derive(Table)]`: its `#[diesel(...)]` and `#[table(...)]` attributes, and its fields.
    ///
    /// # Errors
    /// Everything that is wrong with its attributes, each at its token.
    pub fn from_struct(input: &DeriveInput) -> syn::Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(syn::Error::new_spanned(
                &input.ident,
                "a table is a struct with named fields",
            ));
        };
        let Fields::Named(fields) = &data.fields else {
            return Err(syn::Error::new_spanned(
                &input.ident,
                "a table is a struct with named fields",
            ));
        };
        let mut errors = Errors::default();
        let mut model = Self::new(Name::new(""), input.ident.clone(), Origin::Struct);
        let (table, of_diesel) = errors
            .keep(diesel_attributes(&input.attrs))
            .unwrap_or_default();
        model.module = table.unwrap_or_else(|| plural(&input.ident));
        model.name.name = plain(&model.module);
        for attribute in named(&input.attrs, "table") {
            errors.keep(attribute.parse_nested_meta(|meta| table_attribute(&meta, &mut model)));
        }
        let of_table = std::mem::take(&mut model.primary_key);
        model.fields.reserve_exact(fields.named.len());
        for field in &fields.named {
            let read = errors.keep(read_field(field, &mut model));
            model.fields.extend(read.flatten());
        }
        let of_fields = std::mem::take(&mut model.primary_key);
        let key = errors.keep(one_key([of_table, of_diesel, of_fields]));
        model.primary_key = key.unwrap_or_default();
        if model.primary_key.is_empty() {
            let id = model.fields.iter().find(|field| field.ident == "id");
            model
                .primary_key
                .extend(id.map(|field| field.ident.clone()));
        }
        if model.primary_key.is_empty() && errors.0.is_none() {
            errors.add(syn::Error::new_spanned(
                &input.ident,
                "a table needs a primary key: `#[table(primary_key)]` on a field, or a field `id`",
            ));
        }
        errors.keep(model.names_are_there());
        errors.or(model)
    }

    /// Whether every column that is named is there.
    fn names_are_there(&self) -> syn::Result<()> {
        let mut errors = Errors::default();
        let parts = self.indexes.iter().flat_map(|index| &index.parts);
        let indexed = parts.filter_map(ModelPart::column);
        let named = indexed
            .chain(self.indexes.iter().flat_map(|index| &index.include))
            .chain(self.uniques.iter().flat_map(|unique| &unique.columns))
            .chain(self.foreign_keys.iter().flat_map(|key| &key.columns))
            .chain(&self.primary_key);
        for ident in named {
            errors.keep(self.column(ident));
        }
        for (at, field) in self.fields.iter().enumerate() {
            if self.fields[..at]
                .iter()
                .any(|other| other.name == field.name)
            {
                let message = format!("there are two columns `{}`", field.name);
                errors.add(syn::Error::new(field.ident.span(), message));
            }
        }
        errors.or(())
    }
}

/// The key that the struct, its attributes for Diesel, or its fields say; several may say it, in other orders too.
fn one_key(said: [Vec<Ident>; 3]) -> syn::Result<Vec<Ident>> {
    let mut said = said.into_iter().filter(|key| !key.is_empty());
    let first = said.next().unwrap_or_default();
    for other in said {
        let same = other.len() == first.len() && other.iter().all(|ident| first.contains(ident));
        if let (false, Some(ident)) = (same, other.first()) {
            let columns: Vec<_> = first.iter().map(Ident::to_string).collect();
            let message = format!(
                "the primary key is said twice: elsewhere it is ({}). A key of several columns is \
                 `#[table(primary_key)]` on each of its fields, or `#[table(primary_key(a, b))]` on the struct",
                columns.join(", ")
            );
            return Err(syn::Error::new(ident.span(), message));
        }
    }
    Ok(first)
}

pub(super) fn named<'a>(
    attributes: &'a [Attribute],
    name: &'static str,
) -> impl Iterator<Item = &'a Attribute> {
    attributes
        .iter()
        .filter(move |attribute| attribute.path().is_ident(name))
}

/// Diesel's own rule for a struct without `table_name`.
fn plural(ident: &Ident) -> Ident {
    Ident::new(&format!("{}s", snake_case(&plain(ident))), ident.span())
}

/// `OrderStatus` as `order_status`.
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (at, character) in name.chars().enumerate() {
        if character.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

/// What `#[diesel(...)]` says of the struct: the table, and the primary key. The rest is for Diesel's own derives.
fn diesel_attributes(attributes: &[Attribute]) -> syn::Result<(Option<Ident>, Vec<Ident>)> {
    let (mut table, mut key) = (None, Vec::new());
    for attribute in named(attributes, "diesel") {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("table_name") {
                let path: Path = meta.value()?.parse()?;
                table = path.segments.last().map(|last| last.ident.clone());
            } else if meta.path.is_ident("primary_key") {
                key = idents(&meta)?;
            } else {
                skip(&meta)?;
            }
            Ok(())
        })?;
    }
    Ok((table, key))
}

/// Passes over an attribute's value.
fn skip(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(syn::token::Paren) {
        let inner;
        parenthesized!(inner in meta.input);
        inner.parse::<proc_macro2::TokenStream>()?;
    } else if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    }
    Ok(())
}

fn idents(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<Ident>> {
    let inner;
    parenthesized!(inner in meta.input);
    let found = Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?;
    Ok(found.into_iter().collect())
}

fn word(meta: &ParseNestedMeta<'_>) -> String {
    meta.path.get_ident().map(plain).unwrap_or_default()
}

const TABLE: [&str; 13] = [
    "name",
    "schema",
    "renamed_from",
    "comment",
    "primary_key",
    "primary_key_name",
    "index",
    "unique",
    "check",
    "foreign_key",
    "strict",
    "without_rowid",
    "crate",
];

const COLUMN: [&str; 18] = [
    "skip",
    "name",
    "rename",
    "renamed_from",
    "sql_type",
    "diesel_type",
    "default",
    "generated",
    "generated_virtual",
    "autoincrement",
    "identity",
    "collation",
    "comment",
    "primary_key",
    "references",
    "check",
    "unique",
    "index",
];

fn table_attribute(meta: &ParseNestedMeta<'_>, model: &mut Model) -> syn::Result<()> {
    match word(meta).as_str() {
        "name" => model.name.name = text(meta)?,
        "schema" => model.name.schema = Some(schema(meta)?),
        "crate" => model.core = Some(meta.value()?.call(Path::parse_mod_style)?),
        "renamed_from" => model.renamed_from = Some(text(meta)?),
        "comment" => model.comment = Some(text(meta)?),
        "strict" => model.strict = flag(meta)?,
        "without_rowid" => model.without_rowid = flag(meta)?,
        "primary_key" if model.primary_key.is_empty() => model.primary_key = idents(meta)?,
        "primary_key" => return Err(meta.error("the struct says its primary key already")),
        "primary_key_name" => model.primary_key_name = Some(text(meta)?),
        "index" => model.indexes.push(index(meta)?),
        "unique" => model.uniques.push(unique(meta)?),
        "check" => model.checks.push(check(meta, None)?),
        "foreign_key" => model.foreign_keys.push(foreign_key(meta)?),
        _ => {
            return Err(unknown(meta, "a table", &TABLE));
        }
    }
    Ok(())
}

/// A schema, which to Diesel's `table!` is an identifier.
fn schema(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    let name: LitStr = meta.value()?.parse()?;
    syn::parse_str::<Ident>(&name.value())
        .map(|ident| ident.to_string())
        .map_err(|_| {
            let message = "Diesel names a schema by an identifier: letters, digits and `_`, and no word of Rust's own";
            syn::Error::new(name.span(), message)
        })
}

/// Reads a field; `None` for one that is no column.
fn read_field(of: &syn::Field, model: &mut Model) -> syn::Result<Option<Field>> {
    let Some(mut ident) = of.ident.clone() else {
        return Ok(None);
    };
    let mut embedded = false;
    for attribute in named(&of.attrs, "diesel") {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("column_name") {
                ident = meta.value()?.parse()?;
            } else {
                embedded |= meta.path.is_ident("embed");
                skip(&meta)?;
            }
            Ok(())
        })?;
    }
    let mut said = Said::default();
    for attribute in named(&of.attrs, "table") {
        attribute.parse_nested_meta(|meta| said.attribute(&meta, &ident, model))?;
    }
    if said.skip {
        return Ok(None);
    }
    if embedded {
        let message = "a table's struct names each of its columns: take the embedded struct's fields in, or `#[table(skip)]` it";
        return Err(syn::Error::new_spanned(of, message));
    }
    let apart = field_type(&of.ty);
    let nullable = apart.nullable;
    let shown = &of.ty;
    let stored = Stored::Rust {
        of: apart,
        shown: quote::quote!(#shown).to_string().replace(' ', ""),
        sql_type: said.sql_type,
        diesel_type: said.diesel_type,
    };
    let mut field = Field::new(ident, stored);
    field.nullable = nullable;
    field.name = said.name.unwrap_or(field.name);
    field.renamed_from = said.renamed_from;
    field.default = said.default;
    field.generated = said.generated;
    field.identity = said.identity;
    field.collation = said.collation;
    field.comment = said.comment;
    Ok(Some(field))
}

/// What a field's attributes say of its column.
#[derive(Default)]
struct Said {
    skip: bool,
    name: Option<String>,
    renamed_from: Option<String>,
    sql_type: ByDialect,
    diesel_type: Option<Path>,
    default: ByDialect,
    generated: Option<(ByDialect, bool)>,
    identity: Option<IdentityKind>,
    collation: Option<String>,
    comment: Option<String>,
}

impl Said {
    fn attribute(
        &mut self,
        meta: &ParseNestedMeta<'_>,
        ident: &Ident,
        model: &mut Model,
    ) -> syn::Result<()> {
        match word(meta).as_str() {
            "skip" => self.skip = flag(meta)?,
            "name" | "rename" => self.name = Some(text(meta)?),
            "renamed_from" => self.renamed_from = Some(text(meta)?),
            "sql_type" => self.sql_type = by_dialect(meta, parse_text)?,
            "diesel_type" => self.diesel_type = Some(meta.value()?.parse()?),
            "default" => self.default = by_dialect(meta, literal_or_text)?,
            "generated" => self.generated = Some((by_dialect(meta, parse_text)?, true)),
            "generated_virtual" => self.generated = Some((by_dialect(meta, parse_text)?, false)),
            "autoincrement" => self.identity = Some(IdentityKind::Auto),
            "identity" => self.identity = Some(identity(meta)?),
            "collation" => self.collation = Some(text(meta)?),
            "comment" => self.comment = Some(text(meta)?),
            "primary_key" => model.primary_key.push(ident.clone()),
            "references" => model.foreign_keys.push(optional_references(meta, ident)?),
            "check" => model.checks.push(check(meta, Some(ident.clone()))?),
            "unique" => model.uniques.push(ModelUnique::of(ident.clone())),
            "index" => model.indexes.push(ModelIndex::of(ident.clone())),
            _ => {
                return Err(unknown(meta, "a column", &COLUMN));
            }
        }
        Ok(())
    }
}

fn parse_text(input: syn::parse::ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse()
}

/// `identity = always`.
fn identity(meta: &ParseNestedMeta<'_>) -> syn::Result<IdentityKind> {
    let kind: Ident = meta.value()?.parse()?;
    match kind.to_string().as_str() {
        "always" => Ok(IdentityKind::Always),
        "by_default" => Ok(IdentityKind::ByDefault),
        "serial" => Ok(IdentityKind::Serial),
        _ => Err(syn::Error::new(
            kind.span(),
            "an identity is always, by_default or serial",
        )),
    }
}

impl ModelUnique {
    fn of(column: Ident) -> Self {
        Self {
            name: None,
            columns: vec![column],
            nulls_not_distinct: false,
            deferrable: crate::Deferrable::No,
        }
    }
}

impl ModelIndex {
    fn of(column: Ident) -> Self {
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
