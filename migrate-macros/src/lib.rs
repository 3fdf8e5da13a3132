#![doc = include_str!("../README.md")]

mod arguments;
mod code;
mod embed;
mod index;
#[cfg(feature = "models")]
mod models;
mod place;
mod refuse;
#[cfg(feature = "models")]
mod table;

use proc_macro::TokenStream;
use proc_macro2::Span;

use crate::arguments::Arguments;

/// The chain of a migrations directory, checked while the app compiles. `migrate_core::embed_migrations!` calls this with
/// its own crate as the first argument, so that it works under whatever name the app gives that crate.
#[doc(hidden)]
#[proc_macro]
pub fn embed(input: TokenStream) -> TokenStream {
    let (core, rest) = match arguments::split(input.into()) {
        Ok(parts) => parts,
        Err(error) => return error.into_compile_error().into(),
    };
    let expansion = Arguments::read(rest)
        .and_then(|arguments| embed::expand(&core, &arguments))
        .unwrap_or_else(|error| refuse::after(&core, &error));
    expansion.into()
}

/// `migrate_core::Table`, which describes it.
#[cfg(feature = "models")]
#[proc_macro_derive(Table, attributes(table, diesel))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    table::table(input.into()).into()
}

/// `migrate_core::EnumType`, which describes it.
#[cfg(feature = "models")]
#[proc_macro_derive(EnumType, attributes(table))]
pub fn derive_enum_type(input: TokenStream) -> TokenStream {
    table::enum_type(input.into()).into()
}

/// Where errors point when the user wrote no directory: the whole call.
fn call() -> Span {
    Span::call_site()
}
