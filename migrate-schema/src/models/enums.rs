//! A Rust enum with `#[derive(EnumType)]`: its labels, and the code that stores them.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Path, Variant};

use super::attributes::{text, unknown};
use super::derive::{named, snake_case};
use super::error::{Errors, ModelErrors};
use super::expand::core;
use super::lengths::fits;
use super::model::plain;
use super::source::Source;
use crate::{Check, Dialect, EnumType, Facet, Name, Type};

/// The most bytes that PostgreSQL takes for a label.
const LONGEST: usize = 63;

/// An enum of the user's whose values a column holds.
#[derive(Clone, Debug)]
pub struct ModelEnum {
    ident: Ident,
    name: Name,
    /// What the user calls migrate-core, where it is not `migrate_core`.
    core: Option<Path>,
    variants: Vec<(Ident, String)>,
}

impl ModelEnum {
    /// Reads an enum with `#[derive(EnumType)]`: its variants, and its `#[table(...)]` attributes.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its token.
    pub fn from_enum(input: &DeriveInput) -> syn::Result<Self> {
        let Data::Enum(data) = &input.data else {
            let message = "EnumType is for an enum; a struct derives Table";
            return Err(syn::Error::new(input.ident.span(), message));
        };
        let mut errors = Errors::default();
        if !input.generics.params.is_empty() {
            let message = "an enum type has no parameters";
            errors.add(syn::Error::new_spanned(&input.generics, message));
        }
        let mut found = Self {
            ident: input.ident.clone(),
            name: Name::new(snake_case(&plain(&input.ident))),
            core: None,
            variants: Vec::new(),
        };
        errors.keep(each(&input.attrs, |meta| found.attribute(meta)));
        for variant in &data.variants {
            if let Some(label) = errors.keep(label(variant)) {
                errors.keep(found.add(variant, label));
            }
        }
        if data.variants.is_empty() {
            let message = "an enum type has one variant at least";
            errors.add(syn::Error::new(input.ident.span(), message));
        }
        errors.or(found)
    }

    fn attribute(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        match word(meta).as_str() {
            "name" => self.name.name = text(meta)?,
            "schema" => self.name.schema = Some(text(meta)?),
            "crate" => self.core = Some(meta.value()?.call(Path::parse_mod_style)?),
            _ => {
                return Err(unknown(meta, "an enum", &["name", "schema", "crate"]));
            }
        }
        Ok(())
    }

    fn add(&mut self, variant: &Variant, label: LitStr) -> syn::Result<()> {
        let text = label.value();
        let wrong = if text.is_empty() {
            Some("a label is not empty".to_owned())
        } else if text.len() > LONGEST {
            Some(format!("PostgreSQL takes {LONGEST} bytes for a label"))
        } else if let Some((other, _)) = self.variants.iter().find(|(_, other)| *other == text) {
            Some(format!("`{other}` has the label `{text}` already"))
        } else {
            None
        };
        self.variants.push((variant.ident.clone(), text));
        match wrong {
            Some(message) => Err(syn::Error::new(label.span(), message)),
            None => Ok(()),
        }
    }

    /// Whether the database keeps its name whole.
    pub(super) fn name_fits(&self, dialect: Dialect) -> syn::Result<()> {
        fits(&self.name.name, self.ident.span(), dialect)
    }

    /// How the database calls each variant, in order.
    fn labels(&self) -> impl Iterator<Item = &str> {
        self.variants.iter().map(|(_, label)| label.as_str())
    }

    /// The type on PostgreSQL.
    pub(super) fn enum_type(&self) -> EnumType {
        EnumType {
            name: self.name.clone(),
            values: self.labels().map(str::to_owned).collect(),
        }
    }

    /// The type of a column of it.
    pub(super) fn sql_type(&self, dialect: Dialect) -> Result<Type, crate::TypeError> {
        match dialect {
            Dialect::Postgres => Ok(Type::user(self.name.clone())),
            Dialect::Mysql => Type::parse(dialect, &format!("enum({})", self.literals(dialect))),
            Dialect::Sqlite => Type::parse(dialect, "TEXT"),
        }
    }

    /// What holds a column of it to the labels where the type does not.
    pub(super) fn check(
        &self,
        dialect: Dialect,
        column: &str,
        name: Facet<String>,
    ) -> Option<Check> {
        let column = dialect.quote(column);
        (dialect == Dialect::Sqlite).then(|| Check {
            name,
            ..Check::that(format!("{column} IN ({})", self.literals(dialect)))
        })
    }

    fn literals(&self, dialect: Dialect) -> String {
        let labels: Vec<_> = self.labels().map(|label| dialect.literal(label)).collect();
        labels.join(", ")
    }

    /// What Diesel needs to store the enum. The enum is its own type of SQL, so that a `table!` names the column's type by the
    /// name that the field's has.
    ///
    /// `diesel` is the path of Diesel's crate; `dialects` are those of the build.
    #[must_use]
    pub fn expand(&self, diesel: &TokenStream, dialects: &[Dialect]) -> TokenStream {
        let core = core(self.core.as_ref());
        let ident = &self.ident;
        let (variants, labels): (Vec<_>, Vec<_>) = self
            .variants
            .iter()
            .map(|(variant, label)| (variant, label))
            .unzip();
        let types = dialects
            .iter()
            .map(|&dialect| self.has_type(diesel, dialect));
        let expressions = self.expressions(diesel);
        let nullable = quote!(#diesel::sql_types::Nullable<#ident>);
        let stored = [quote!(#ident), nullable].map(|of| {
            quote! {
                impl<DB> #diesel::serialize::ToSql<#of, DB> for #ident
                where
                    DB: #diesel::backend::Backend,
                    str: #diesel::serialize::ToSql<#diesel::sql_types::Text, DB>,
                {
                    fn to_sql<'b>(&'b self, out: &mut #diesel::serialize::Output<'b, '_, DB>) -> #diesel::serialize::Result {
                        #core::__private::write_label(self, out)
                    }
                }
            }
        });
        quote! {
            const _: () = {
                impl #core::EnumType for #ident {
                    const LABELS: &'static [&'static str] = &[#(#labels),*];
                    fn label(&self) -> &'static str {
                        match self { #(Self::#variants => #labels),* }
                    }
                    fn from_label(label: &str) -> ::core::option::Option<Self> {
                        match label {
                            #(#labels => ::core::option::Option::Some(Self::#variants),)*
                            _ => ::core::option::Option::None,
                        }
                    }
                }

                impl #diesel::sql_types::SqlType for #ident {
                    type IsNull = #diesel::sql_types::is_nullable::NotNull;
                }
                impl #diesel::sql_types::SingleValue for #ident {}
                impl #diesel::query_builder::QueryId for #ident {
                    type QueryId = Self;
                    const HAS_STATIC_QUERY_ID: bool = true;
                }
                #(#types)*
                #expressions
                #(#stored)*

                impl<DB> #diesel::deserialize::FromSql<#ident, DB> for #ident
                where
                    DB: #diesel::backend::Backend,
                    ::std::string::String: #diesel::deserialize::FromSql<#diesel::sql_types::Text, DB>,
                {
                    fn from_sql(bytes: DB::RawValue<'_>) -> #diesel::deserialize::Result<Self> {
                        #core::__private::read_label::<Self, DB>(bytes)
                    }
                }

                impl<DB, ST> #diesel::deserialize::Queryable<ST, DB> for #ident
                where
                    DB: #diesel::backend::Backend,
                    ST: #diesel::sql_types::SingleValue,
                    Self: #diesel::deserialize::FromSql<ST, DB>,
                {
                    type Row = Self;
                    fn build(row: Self) -> #diesel::deserialize::Result<Self> {
                        #diesel::deserialize::Result::Ok(row)
                    }
                }
            };
        }
    }

    /// Which of a database's types it is.
    fn has_type(&self, diesel: &TokenStream, dialect: Dialect) -> TokenStream {
        let ident = &self.ident;
        let (name, schema) = (&self.name.name, &self.name.schema);
        let schema = match schema {
            Some(schema) => quote!(::core::option::Option::Some(#schema)),
            None => quote!(::core::option::Option::None),
        };
        let (backend, of, argument, value) = match dialect {
            Dialect::Sqlite => (
                quote!(sqlite::Sqlite),
                quote!(sqlite::SqliteType),
                quote!(_),
                quote!(#diesel::sqlite::SqliteType::Text),
            ),
            Dialect::Postgres => (
                quote!(pg::Pg),
                quote!(pg::PgTypeMetadata),
                quote!(lookup),
                quote!(lookup.lookup_type(#name, #schema)),
            ),
            Dialect::Mysql => (
                quote!(mysql::Mysql),
                quote!(mysql::MysqlType),
                quote!(_),
                quote!(#diesel::mysql::MysqlType::Enum),
            ),
        };
        quote! {
            impl #diesel::sql_types::HasSqlType<#ident> for #diesel::#backend {
                fn metadata(#argument: &mut Self::MetadataLookup) -> #diesel::#of {
                    #value
                }
            }
        }
    }

    /// The enum, a reference to it and a reference to that one, as a value in a query, which may be NULL or not.
    fn expressions(&self, diesel: &TokenStream) -> TokenStream {
        let ident = &self.ident;
        let mut all = TokenStream::new();
        for (lifetimes, value) in [
            (quote!(), quote!(#ident)),
            (quote!(<'a>), quote!(&'a #ident)),
            (quote!(<'a, 'b>), quote!(&'a &'b #ident)),
        ] {
            for of in [quote!(#ident), quote!(#diesel::sql_types::Nullable<#ident>)] {
                all.extend(quote! {
                    impl #lifetimes #diesel::expression::AsExpression<#of> for #value {
                        type Expression = #diesel::internal::derives::as_expression::Bound<#of, Self>;
                        fn as_expression(self) -> Self::Expression {
                            #diesel::internal::derives::as_expression::Bound::new(self)
                        }
                    }
                });
            }
        }
        all
    }
}

/// A variant's label: what its attribute says, or its name.
fn label(variant: &Variant) -> syn::Result<LitStr> {
    if !matches!(variant.fields, Fields::Unit) {
        let message = "a variant of an enum type has no fields: a column holds its label alone";
        return Err(syn::Error::new_spanned(&variant.fields, message));
    }
    let mut label = LitStr::new(&snake_case(&plain(&variant.ident)), variant.ident.span());
    each(&variant.attrs, |meta| {
        match word(meta).as_str() {
            "rename" | "name" => label = meta.value()?.parse()?,
            _ => return Err(unknown(meta, "a variant", &["rename"])),
        }
        Ok(())
    })?;
    Ok(label)
}

fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    named(attributes, "table")
        .try_for_each(|attribute| attribute.parse_nested_meta(|meta| read(&meta)))
}

fn word(meta: &ParseNestedMeta<'_>) -> String {
    meta.path.get_ident().map(plain).unwrap_or_default()
}

/// The enums by how Rust calls them, which is all that a field says of one. Two that differ under one name are an error.
pub(super) fn by_ident<'a>(
    enums: &'a [(Source, ModelEnum)],
    errors: &mut ModelErrors,
) -> HashMap<String, &'a ModelEnum> {
    let mut found: HashMap<String, (&str, &ModelEnum)> = HashMap::new();
    let mut types: HashMap<&Name, &str> = HashMap::new();
    for (source, of) in enums {
        let file = source.file();
        let mut twice = |what: String, first: &str| {
            let message = format!("a second enum {what}; the first is in {first}");
            errors.add(source, syn::Error::new(of.ident.span(), message));
        };
        if let Some((first, _)) = found.insert(plain(&of.ident), (file, of)) {
            let what = format!(
                "is called `{}`, and a field names it by that alone",
                of.ident
            );
            twice(what, first);
        } else if let Some(first) = types.insert(&of.name, file) {
            twice(format!("makes the type {}", of.name), first);
        }
    }
    found
        .into_iter()
        .map(|(ident, (_, of))| (ident, of))
        .collect()
}
