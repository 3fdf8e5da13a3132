//! A model into what Diesel needs of it: `table!`, `joinable!`, `allow_tables_to_appear_in_same_query!`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Path};

use super::model::{ByDialect, Field, Model, ModelKey, Stored, plain};
use crate::{Dialect, Type};

impl Model {
    /// The `table!` of a struct, and what makes it joinable with the tables that it references.
    ///
    /// Two tables that reference each other would both make themselves joinable: one of the keys says `joinable = false`. The same
    /// goes for a second key to one table, for which Diesel has no join by name.
    ///
    /// `diesel` is the path of Diesel's crate; `dialects` are those of the build, the most important first.
    ///
    /// # Errors
    /// A type that Diesel has no word for on any of the dialects.
    pub fn expand(&self, diesel: &TokenStream, dialects: &[Dialect]) -> syn::Result<TokenStream> {
        let dialects = if dialects.is_empty() {
            &Dialect::ALL
        } else {
            dialects
        };
        let table_name = sql_name(&self.module, &self.name.name);
        let module = &self.module;
        let schema = self.name.schema.as_ref().map(|schema| {
            let schema = Ident::new(schema, module.span());
            quote!(#schema.)
        });
        let key = &self.primary_key;
        let core = core(self.core.as_ref());
        let (mut columns, mut own) = (Vec::new(), OwnTypes::default());
        for field in &self.fields {
            let (ident, name) = (&field.ident, sql_name(&field.ident, &field.name));
            let of = diesel_type(field, &mut own, dialects)?;
            columns.push(quote!(#name #ident -> #of,));
        }
        let OwnTypes {
            imports,
            enums: paths,
        } = own;
        let imports = (!imports.is_empty()).then(|| quote!(use diesel::sql_types::*; #(#imports)*));
        let each = paths
            .iter()
            .map(|path| quote_spanned!(path.span()=> is_enum::<#path>();));
        let enums = (!paths.is_empty()).then(|| {
            quote! {
                const _: fn() = || {
                    fn is_enum<T: #core::EnumType>() {}
                    #(#each)*
                };
            }
        });
        let joins = self.joins(diesel);
        Ok(quote! {
            #diesel::table! {
                #imports
                #[allow(missing_docs)]
                #table_name
                #schema #module (#(#key),*) {
                    #(#columns)*
                }
            }
            #enums
            #joins
        })
    }

    fn joins(&self, diesel: &TokenStream) -> TokenStream {
        let mut others: Vec<(&Path, Vec<&ModelKey>)> = Vec::new();
        for key in self.foreign_keys.iter().filter(|key| key.joinable) {
            match others.iter_mut().find(|(table, _)| **table == key.table) {
                Some((_, keys)) => keys.push(key),
                None if key.table.is_ident(&self.module) => {}
                None => others.push((&key.table, vec![key])),
            }
        }
        let module = &self.module;
        let each = others.iter().map(|(table, keys)| {
            let other = table.segments.last().map(|last| &last.ident);
            let import = (table.segments.len() > 1).then(|| quote!(use #table;));
            let joinable = match keys.as_slice() {
                [key] if key.columns.len() == 1 => {
                    let column = &key.columns[0];
                    Some(quote!(#diesel::joinable!(#module -> #other (#column));))
                }
                _ => None,
            };
            // In a block of its own an import meets none of the user's.
            quote! {
                const _: () = {
                    #import
                    #joinable
                    #diesel::allow_tables_to_appear_in_same_query!(#module, #other);
                };
            }
        });
        quote!(#(#each)*)
    }
}

/// The user's own types among the columns.
#[derive(Default)]
struct OwnTypes<'a> {
    /// Those that must be enums.
    enums: Vec<&'a Path>,
    imports: Vec<TokenStream>,
}

impl<'a> OwnTypes<'a> {
    /// How an enum is called inside a `table!`.
    fn own_enum(&mut self, path: &'a Path) -> TokenStream {
        self.enums.push(path);
        self.seen(path)
    }

    /// How a type of SQL is called there. Only one that begins so is surely no path of another crate.
    fn diesel_type(&mut self, path: &Path) -> TokenStream {
        let first = path.segments.first().map(|first| first.ident.to_string());
        match first.as_deref() {
            Some("self" | "super") => self.seen(path),
            _ => quote!(#path),
        }
    }

    /// How a type is called inside a `table!`, which does not see the names around it.
    fn seen(&mut self, path: &Path) -> TokenStream {
        let first = path.segments.first().map(|first| first.ident.to_string());
        if path.leading_colon.is_some() || first.as_deref() == Some("crate") {
            return quote!(#path);
        }
        let rest = path
            .segments
            .iter()
            .skip(usize::from(first.as_deref() == Some("self")));
        // Not under its own name, which may be one of Diesel's.
        let name = format_ident!("__Type{}", self.imports.len(), span = path.span());
        self.imports.push(quote!(use super #(::#rest)* as #name;));
        quote!(#name)
    }
}

/// What the user calls migrate-core.
pub(super) fn core(said: Option<&Path>) -> TokenStream {
    said.map_or_else(|| quote!(::migrate_core), |path| quote!(#path))
}

/// The user's type of a field for which neither an attribute nor the table of types has a word: an enum.
fn own_enum<'a>(field: &'a Field, dialects: &[Dialect]) -> Option<&'a Path> {
    match &field.stored {
        Stored::Rust {
            of,
            sql_type,
            diesel_type: None,
            ..
        } if said(sql_type, dialects).is_none() => of.own.as_deref(),
        _ => None,
    }
}

/// Diesel's word for the type that an attribute names, and how many arrays are around it.
fn said(sql_type: &ByDialect, dialects: &[Dialect]) -> Option<(&'static str, u8)> {
    dialects.iter().find_map(|&dialect| {
        let sql = Type::parse(dialect, &sql_type.of(dialect)?.value()).ok()?;
        // Two words that a `table!` may have are from another crate.
        let diesel = sql.diesel(dialect);
        let word = word(diesel.filter(|word| !matches!(*word, "Tsvector" | "Tsquery"))?);
        Some((word, sql.dimensions()))
    })
}

fn sql_name(ident: &Ident, name: &str) -> Option<TokenStream> {
    (plain(ident) != name).then(|| quote!(#[sql_name = #name]))
}

fn diesel_type<'a>(
    field: &'a Field,
    own: &mut OwnTypes<'a>,
    dialects: &[Dialect],
) -> syn::Result<TokenStream> {
    let Stored::Rust {
        of,
        shown,
        sql_type,
        diesel_type,
    } = &field.stored
    else {
        return Err(syn::Error::new(
            field.ident.span(),
            "the column is in a table! already",
        ));
    };
    let by_rust = || {
        let row = of.stored?;
        let word = dialects.iter().find_map(|&dialect| row.word(dialect))?;
        Some((word, of.dimensions))
    };
    let (mut tokens, dimensions) = if let Some(path) = diesel_type {
        (own.diesel_type(path), of.dimensions)
    } else if let Some(path) = own_enum(field, dialects) {
        (own.own_enum(path), of.dimensions)
    } else {
        let (word, dimensions) = said(sql_type, dialects).or_else(by_rust).ok_or_else(|| {
            let message = format!(
                "Diesel's type for `{shown}` is not known: name it with #[table(diesel_type = crate::path::Type)], and the \
                 database's with #[table(sql_type = \"...\")]"
            );
            syn::Error::new(field.ident.span(), message)
        })?;
        (
            word.parse()
                .map_err(|_| syn::Error::new(field.ident.span(), "no type"))?,
            dimensions,
        )
    };
    for _ in 0..dimensions.min(1) {
        tokens = if of.nullable_elements {
            quote!(Array<Nullable<#tokens>>)
        } else {
            quote!(Array<#tokens>)
        };
    }
    Ok(if field.nullable {
        quote!(Nullable<#tokens>)
    } else {
        tokens
    })
}

/// Diesel's type behind its many names.
fn word(word: &'static str) -> &'static str {
    match word {
        "Varchar" | "Bpchar" | "Tinytext" | "Mediumtext" | "Longtext" => "Text",
        "Tinyblob" | "Mediumblob" | "Longblob" | "Varbinary" => "Binary",
        "Mediumint" => "Integer",
        word => word,
    }
}
