//! What is compiled under a condition. Which features an app turns on is not known here: what may be there is, apart from what is for
//! tests alone.

use syn::punctuated::Punctuated;
use syn::{Attribute, Fields, ItemEnum, ItemStruct, Meta, Token, parse_quote};

/// A struct as it is with every feature on.
pub(super) fn of_struct(mut of: ItemStruct) -> ItemStruct {
    of.attrs = unconditional(of.attrs);
    if let Fields::Named(fields) = &mut of.fields {
        let all = std::mem::take(&mut fields.named);
        fields.named = all
            .into_pairs()
            .filter(|pair| !for_tests(&pair.value().attrs))
            .collect();
        for field in &mut fields.named {
            field.attrs = unconditional(std::mem::take(&mut field.attrs));
        }
    }
    of
}

/// An enum as it is with every feature on.
pub(super) fn of_enum(mut of: ItemEnum) -> ItemEnum {
    of.attrs = unconditional(of.attrs);
    for variant in &mut of.variants {
        variant.attrs = unconditional(std::mem::take(&mut variant.attrs));
    }
    of
}

/// What is compiled for tests alone is no part of the schema.
pub(super) fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|ident| ident == "test")
    })
}

/// The attributes, and those that `cfg_attr` holds: `#[cfg_attr(feature = "database", derive(Table))]`.
fn unconditional(attributes: Vec<Attribute>) -> Vec<Attribute> {
    let each = attributes.into_iter();
    each.flat_map(|attribute| match held(&attribute) {
        Some(held) => unconditional(held),
        None => vec![attribute],
    })
    .collect()
}

fn held(attribute: &Attribute) -> Option<Vec<Attribute>> {
    if !attribute.path().is_ident("cfg_attr") {
        return None;
    }
    let parts = Punctuated::<Meta, Token![,]>::parse_terminated;
    let mut parts = attribute.parse_args_with(parts).ok()?.into_iter();
    let condition = parts.next()?;
    if condition.path().is_ident("test") {
        return Some(Vec::new());
    }
    Some(parts.map(|meta| parse_quote!(#[#meta])).collect())
}
