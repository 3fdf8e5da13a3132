//! A field of a struct with `#[derive(Table)]`: its column, and what its attributes say of it.

use syn::meta::ParseNestedMeta;
use syn::{Ident, LitStr, Path};

use super::attributes::{
    by_dialect, check, expression, flag, literal_or_text, optional_references, text, unknown,
};
use super::derive::{named, skip, word};
use super::error::Errors;
use super::model::{ByDialect, Field, Model, ModelIndex, ModelUnique, Stored};
use super::rust_types::field_type;
use crate::IdentityKind;

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

impl Field {
    /// Reads a field; `None` for one that is no column. One with a wrong attribute is a column all the same.
    pub(super) fn read(of: &syn::Field, model: &mut Model, errors: &mut Errors) -> Option<Self> {
        let mut ident = of.ident.clone()?;
        let mut embedded = false;
        for attribute in named(&of.attrs, "diesel") {
            errors.keep(attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("column_name") {
                    ident = meta.value()?.parse()?;
                } else {
                    embedded |= meta.path.is_ident("embed");
                    skip(&meta)?;
                }
                Ok(())
            }));
        }
        let mut said = Said::default();
        for attribute in named(&of.attrs, "table") {
            let read = attribute.parse_nested_meta(|meta| said.attribute(&meta, &ident, model));
            errors.keep(read);
        }
        if said.skip {
            return None;
        }
        if embedded {
            let message = "a table's struct names each of its columns: take the embedded struct's fields in, or `#[table(skip)]` it";
            errors.add(syn::Error::new_spanned(of, message));
            return None;
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
        let mut field = Self::new(ident, stored);
        field.nullable = nullable;
        field.name = said.name.unwrap_or(field.name);
        field.renamed_from = said.renamed_from;
        field.default = said.default;
        field.generated = said.generated;
        field.identity = said.identity;
        field.collation = said.collation;
        field.comment = said.comment;
        Some(field)
    }
}

/// What a field's attributes say of its column.
#[derive(Default)]
struct Said {
    skip: bool,
    name: Option<String>,
    renamed_from: Option<String>,
    sql_type: ByDialect,
    diesel_type: Option<Box<Path>>,
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
            "diesel_type" => self.diesel_type = Some(Box::new(meta.value()?.parse()?)),
            "default" => self.default = by_dialect(meta, literal_or_text)?,
            "generated" => self.generated = Some((by_dialect(meta, expression)?, true)),
            "generated_virtual" => self.generated = Some((by_dialect(meta, expression)?, false)),
            "autoincrement" => self.identity = flag(meta)?.then_some(IdentityKind::Auto),
            "identity" => self.identity = Some(identity(meta)?),
            "collation" => self.collation = Some(text(meta)?),
            "comment" => self.comment = Some(text(meta)?),
            "primary_key" => model.primary_key.extend(flag(meta)?.then(|| ident.clone())),
            "references" => model.foreign_keys.push(optional_references(meta, ident)?),
            "check" => model.checks.push(check(meta, Some(ident.clone()))?),
            "unique" if flag(meta)? => model.uniques.push(ModelUnique::of(ident.clone())),
            "index" if flag(meta)? => model.indexes.push(ModelIndex::of(ident.clone())),
            "unique" | "index" => {}
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
