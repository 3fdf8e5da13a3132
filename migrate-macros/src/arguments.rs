//! What stands between the parentheses of the macro: the directory, what becomes of models that have moved on, both, or nothing.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

/// The macro's arguments, as its user wrote them.
pub(crate) struct Arguments {
    /// The directory, seen from the crate's Cargo.toml.
    pub(crate) directory: Option<LitStr>,
    /// What becomes of models that have moved on, and where that is said.
    pub(crate) models: Option<(OnModels, Span)>,
}

/// What becomes of models that say something else than the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnModels {
    /// The compiler warns.
    #[default]
    Warn,
    /// It refuses.
    Deny,
    /// Nobody looks.
    Ignore,
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
        let mut found = Self {
            directory: None,
            models: None,
        };
        let by_name = input.peek(Ident) && input.peek2(Token![=]);
        if !input.is_empty() && !by_name {
            found.directory = Some(directory(input)?);
            input.parse::<Option<Token![,]>>()?;
        }
        if input.peek(Ident) {
            found.models = Some(on_models(input)?);
            input.parse::<Option<Token![,]>>()?;
        }
        if !input.is_empty() {
            return Err(input.error(match found.models {
                Some(_) => "expected nothing after `models`",
                None => "expected `models = \"...\"`, or nothing, after the migrations directory",
            }));
        }
        Ok(found)
    }
}

fn directory(input: ParseStream<'_>) -> syn::Result<LitStr> {
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
    Ok(directory)
}

/// `models = "deny"`.
fn on_models(input: ParseStream<'_>) -> syn::Result<(OnModels, Span)> {
    let word: Ident = input.parse()?;
    if word != "models" {
        let message = "expected the migrations directory as a string literal, `models = \"...\"`, or nothing at all";
        return Err(syn::Error::new(word.span(), message));
    }
    if !cfg!(feature = "models") {
        let message =
            "this build knows no models\n  help: turn on the feature `models` of migrate-core";
        return Err(syn::Error::new(word.span(), message));
    }
    input.parse::<Token![=]>()?;
    let said: LitStr = input.parse()?;
    let on = match said.value().as_str() {
        "warn" => OnModels::Warn,
        "deny" => OnModels::Deny,
        "ignore" => OnModels::Ignore,
        _ => {
            let message =
                "models that say something else than the chain are to `warn`, `deny` or `ignore`";
            return Err(syn::Error::new(said.span(), message));
        }
    };
    Ok((on, said.span()))
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
        for wrong in [
            "5",
            "concat!(\"a\", \"b\")",
            "DIR",
            "b\"db\"",
            "model = \"deny\"",
        ] {
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
                "expected `models = \"...\"`, or nothing, after the migrations directory",
                "{wrong}"
            );
        }
        assert!(read("\"\"").unwrap_err().contains("is empty"));
    }

    #[cfg(feature = "models")]
    #[test]
    fn what_becomes_of_models_is_said_after_the_directory_or_alone() {
        let read = |text: &str| {
            let read = Arguments::read(text.parse().unwrap());
            let found = read.map_err(|error| error.to_string())?;
            Ok((found.directory.is_some(), found.models.map(|(on, _)| on)))
        };
        assert_eq!(read("models = \"deny\""), Ok((false, Some(OnModels::Deny))));
        assert_eq!(
            read("\"db\", models = \"ignore\","),
            Ok((true, Some(OnModels::Ignore)))
        );
        assert_eq!(read("\"db\",").unwrap().1, None);
        for wrong in [
            "models = \"allow\"",
            "models = deny",
            "models = \"deny\", \"db\"",
        ] {
            let refused: Result<_, String> = read(wrong);
            assert!(refused.is_err(), "{wrong}");
        }
    }
}
