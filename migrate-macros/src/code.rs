//! Revisions in Rust: each `migration.rs` is a module of its own file, so that the compiler's messages point into it and an
//! edit rebuilds the app.

use std::collections::BTreeMap;
use std::path::Path;

use migrate_chain::{Chain, Script};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::embed::utf8;

/// The modules, and `CODE`: the functions of each.
pub(crate) fn expand(
    core: &TokenStream,
    directory: &Path,
    chain: &Chain,
) -> Result<TokenStream, String> {
    let private = quote!(#core::__private);
    let mut modules = TokenStream::new();
    let mut code = TokenStream::new();
    for (number, (file, [up, down])) in functions(chain).into_iter().enumerate() {
        let path = directory.join(file);
        let path = utf8(&path)?;
        let module = format_ident!("__migrate_{number}");
        let step = |there: bool, name: &str| {
            let name = format_ident!("{name}");
            match there {
                true => quote!(#private::Some((
                    #private::written_for(&#module::#name),
                    |connection| #private::run(&#module::#name, connection),
                ))),
                false => quote!(#private::None),
            }
        };
        let (up, down) = (step(up, "up"), step(down, "down"));
        modules.extend(quote! {
            #[path = #path]
            #[allow(unreachable_pub)]
            mod #module;
        });
        code.extend(quote!(#private::Code { file: #file, up: #up, down: #down },));
    }
    Ok(quote! {
        #modules
        static CODE: #private::Codes = &[#code];
    })
}

/// The Rust files that scripts name, each with whether its `up` and its `down` are asked for.
fn functions(chain: &Chain) -> BTreeMap<&str, [bool; 2]> {
    let mut files = BTreeMap::<&str, [bool; 2]>::new();
    for revision in chain.revisions() {
        for (direction, scripts) in [revision.ups(), revision.downs()].into_iter().enumerate() {
            for file in scripts.iter().filter_map(Script::code) {
                files.entry(file).or_default()[direction] = true;
            }
        }
    }
    files
}
