//! Problems as compile errors, and odd things as one warning.

use migrate_chain::Problem;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

/// The most warnings that one build lists.
const LISTED: usize = 10;

/// One error a problem, each text once, all at one place.
pub(crate) fn all(span: Span, texts: Vec<String>) -> syn::Error {
    let mut texts: Vec<_> = texts.into_iter().map(Some).collect();
    for index in 1..texts.len() {
        let (before, rest) = texts.split_at_mut(index);
        if before.contains(&rest[0]) {
            rest[0] = None;
        }
    }
    let errors = texts
        .into_iter()
        .flatten()
        .map(|text| syn::Error::new(span, text));
    errors
        .reduce(|mut all, error| {
            all.combine(error);
            all
        })
        .unwrap_or_else(|| syn::Error::new(span, "the migrations directory is not valid"))
}

/// The errors, and after them a value of the type that the macro should have given, so that no second error follows.
pub(crate) fn after(core: &TokenStream, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    quote!({ #errors #core::Migrations::EMPTY })
}

/// What the compiler is to say about an odd, valid chain.
pub(crate) fn warn(warnings: &[Problem], shown: &str) -> TokenStream {
    if warnings.is_empty() {
        return TokenStream::new();
    }
    let mut note = String::from("these migrations have something odd");
    for warning in warnings.iter().take(LISTED) {
        note += "\n";
        note += &warning.render(shown);
    }
    if warnings.len() > LISTED {
        note += &format!("\nand {} more", warnings.len() - LISTED);
    }
    note += "\nto build without this warning, write `#[allow(deprecated)]` before the item that embeds them";
    deprecated(&format_ident!("MIGRATIONS"), &note)
}

/// A macro has one way to warn: using what is deprecated.
fn deprecated(name: &Ident, note: &str) -> TokenStream {
    quote! {
        #[deprecated(note = #note)]
        const #name: () = ();
        const _: () = #name;
    }
}

/// Models that have moved on.
#[cfg(feature = "models")]
pub(crate) fn moved(sentences: &[String]) -> String {
    let mut note = String::from("the models and the revisions do not say the same");
    for sentence in sentences.iter().take(LISTED) {
        note += "\n  ";
        note += sentence;
    }
    if sentences.len() > LISTED {
        note += &format!("\n  and {} more", sentences.len() - LISTED);
    }
    note + "\n  help: `migrate revision --autogenerate` writes the revision that is missing"
}

/// The same, where it is no error.
#[cfg(feature = "models")]
pub(crate) fn warn_of_models(sentences: &[String]) -> TokenStream {
    if sentences.is_empty() {
        return TokenStream::new();
    }
    let note = moved(sentences)
        + "\n  an error instead: `embed_migrations!(models = \"deny\")`; nothing at all: `models = \"ignore\"`";
    deprecated(&format_ident!("MODELS"), &note)
}
