//! A struct with `#[derive(Table)]`: its table, its columns, and what its attributes say of them.

use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Path, Token, parenthesized};

use super::attributes::{check, flag, foreign_key, index, text, unique, unknown};
use super::error::Errors;
use super::model::{Field, Model, Origin, plain};
use crate::Name;

impl Model {
    /// Reads a struct with `#[derive(Table)]`: its `#[diesel(...)]` and `#[table(...)]` attributes, and its fields.
    ///
    /// # Errors
    /// Everything that is wrong with its attributes, each at its token.
    pub fn from_struct(input: &DeriveInput) -> syn::Result<Self> {
        let no_table =
            || syn::Error::new_spanned(&input.ident, "a table is a struct with named fields");
        let Data::Struct(data) = &input.data else {
            return Err(no_table());
        };
        let Fields::Named(fields) = &data.fields else {
            return Err(no_table());
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
            let read = Field::read(field, &mut model, &mut errors);
            model.fields.extend(read);
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
        errors.keep(model.holds());
        errors.or(model)
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
pub(super) fn skip(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
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

pub(super) fn word(meta: &ParseNestedMeta<'_>) -> String {
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
        "primary_key_name" => model.primary_key_name = Some(meta.value()?.parse()?),
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
