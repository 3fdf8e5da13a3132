//! `#[derive(Table)]` and `#[derive(EnumType)]`: what Diesel needs of a model.

use migrate_schema::{Dialect, Model, ModelEnum};
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// The dialects that migrate-core is built for. A word of Diesel's is taken from the first that has one: PostgreSQL's words
/// say the most.
const ENABLED: [(bool, Dialect); 3] = [
    (cfg!(feature = "postgres"), Dialect::Postgres),
    (cfg!(feature = "mysql"), Dialect::Mysql),
    (cfg!(feature = "sqlite"), Dialect::Sqlite),
];

/// The `table!` of a struct, and its joins.
pub(crate) fn table(input: TokenStream) -> TokenStream {
    syn::parse2::<DeriveInput>(input)
        .and_then(|input| Model::from_struct(&input)?.expand(&diesel(), &enabled()))
        .unwrap_or_else(syn::Error::into_compile_error)
}

/// How an enum is stored.
pub(crate) fn enum_type(input: TokenStream) -> TokenStream {
    syn::parse2::<DeriveInput>(input)
        .and_then(|input| Ok(ModelEnum::from_enum(&input)?.expand(&diesel(), &enabled())))
        .unwrap_or_else(syn::Error::into_compile_error)
}

fn enabled() -> Vec<Dialect> {
    let enabled = ENABLED.into_iter().filter(|(enabled, _)| *enabled);
    enabled.map(|(_, dialect)| dialect).collect()
}

/// Diesel's own macros know its crate by no other name.
fn diesel() -> TokenStream {
    quote!(::diesel)
}
