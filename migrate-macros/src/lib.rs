#![doc = include_str!("../README.md")]

mod arguments;
mod code;
mod embed;
mod index;
mod place;
mod refuse;

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

/// Where errors point when the user wrote no directory: the whole call.
fn call() -> Span {
    Span::call_site()
}
