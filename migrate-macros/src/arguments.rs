//! What stands between the parentheses of the macro: nothing, or one string literal.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

/// The macro's arguments, as its user wrote them.
pub(crate) struct Arguments {
    /// The directory, seen from the crate's Cargo.toml.
    pub(crate) directory: Option<LitStr>,
}

/// Takes the calling crate's name for migrate-core off the front: `$crate`, which is no identifier to syn.
pub(crate) fn split(input: TokenStream) -> syn::Result<(TokenStream, TokenStream)> {
    let mut tokens = input.into_iter();
    let core = tokens.next();
    match (core, tokens.next()) {
        (Some(core), Some(TokenTree::Punct(comma))) if comma.as_char() == ',' => {
            Ok((TokenStream::from(core), tokens.collect()))
        }
        _ => Err(syn::Error::new(
            crate::call(),
            "this is the inner half of `migrate_core::embed_migrations!`; call that one",
        )),
    }
}

impl Arguments {
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        syn::parse2(tokens)
    }

    /// Where problems of the directory point: at its name, or at the whole call.
    pub(crate) fn span(&self) -> Span {
        self.directory
            .as_ref()
            .map_or_else(crate::call, LitStr::span)
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self { directory: None });
        }
        let directory: LitStr = input.parse().map_err(|error| {
            syn::Error::new(
                error.span(),
                "expected the migrations directory as a string literal, seen from the crate's Cargo.toml, or nothing at all",
            )
        })?;
        if directory.value().trim().is_empty() {
            let message = "the name of the migrations directory is empty\n  help: write `embed_migrations!()` to have it found";
            return Err(syn::Error::new(directory.span(), message));
        }
        input.parse::<Option<Token![,]>>()?;
        if !input.is_empty() {
            return Err(input.error("expected nothing after the migrations directory"));
        }
        Ok(Self {
            directory: Some(directory),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<String>, String> {
        let arguments =
            Arguments::read(text.parse().unwrap()).map_err(|error| error.to_string())?;
        Ok(arguments.directory.map(|directory| directory.value()))
    }

    #[test]
    fn nothing_or_one_string_is_what_it_takes() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("\"db\""), Ok(Some("db".into())));
        assert_eq!(
            read("r\"db\\migrations\","),
            Ok(Some("db\\migrations".into()))
        );
        for wrong in ["5", "concat!(\"a\", \"b\")", "DIR", "b\"db\""] {
            assert!(
                read(wrong)
                    .unwrap_err()
                    .starts_with("expected the migrations directory"),
                "{wrong}"
            );
        }
        for wrong in ["\"a\" \"b\"", "\"a\", \"b\"", "\"a\", 5"] {
            assert_eq!(
                read(wrong).unwrap_err(),
                "expected nothing after the migrations directory",
                "{wrong}"
            );
        }
        assert!(read("\"\"").unwrap_err().contains("is empty"));
    }
}
