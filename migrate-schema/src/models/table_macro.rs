//! `diesel::table!` and `joinable!`, as they stand in a schema.rs.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, GenericArgument, Ident, LitInt, LitStr, Path, PathArguments, Token, Type};
use syn::{braced, parenthesized};

use super::model::{DieselType, Field, Model, ModelKey, Origin, Stored, plain};
use crate::{Action, Deferrable, Name};

/// What is between the braces of a `table!`.
pub(super) struct TableMacro(pub(super) Model);

/// What is between the parentheses of a `joinable!`.
#[derive(Clone, Debug)]
pub(super) struct Joinable {
    pub(super) child: Ident,
    pub(super) key: ModelKey,
}

impl Parse for TableMacro {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        while input.peek(Token![use]) {
            input.parse::<syn::ItemUse>()?;
        }
        let attributes = input.call(Attribute::parse_outer)?;
        let mut module: Ident = input.parse()?;
        let mut schema = None;
        if input.peek(Token![.]) {
            input.parse::<Token![.]>()?;
            schema = Some(plain(&module));
            module = input.parse()?;
        }
        let name = Name {
            schema: schema.filter(|schema| schema != "public"),
            name: sql_name(&attributes)?.unwrap_or_else(|| plain(&module)),
        };
        let mut model = Model::new(name, module, Origin::TableMacro);
        if input.peek(syn::token::Paren) {
            let inner;
            parenthesized!(inner in input);
            let columns = Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?;
            model.primary_key = columns.into_iter().collect();
        } else {
            model.primary_key = vec![Ident::new("id", model.span())];
        }
        let inner;
        braced!(inner in input);
        let columns = Punctuated::<Column, Token![,]>::parse_terminated(&inner)?;
        model.fields = columns.into_iter().map(|column| column.0).collect();
        model.holds()?;
        Ok(Self(model))
    }
}

struct Column(Field);

impl Parse for Column {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let ident: Ident = input.parse()?;
        input.parse::<Token![->]>()?;
        let of: Type = input.parse()?;
        let mut stored = DieselType {
            word: ident.clone(),
            dimensions: 0,
            unsigned: false,
            length: max_length(&attributes)?,
        };
        let nullable = read(&of, &mut stored)?;
        let mut field = Field::new(ident, Stored::Diesel(stored));
        field.nullable = nullable;
        if let Some(name) = sql_name(&attributes)? {
            field.name = name;
        }
        Ok(Self(field))
    }
}

/// Reads a type from the outside in; whether the column takes NULL.
fn read(of: &Type, stored: &mut DieselType) -> syn::Result<bool> {
    let error =
        || syn::Error::new_spanned(of, "a column's type is a name, such as `Nullable<Text>`");
    let Type::Path(path) = of else {
        return Err(error());
    };
    let last = path.path.segments.last().ok_or_else(error)?;
    let inner = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.first().and_then(|argument| match argument {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            })
        }
        _ => None,
    };
    let Some(inner) = inner else {
        stored.word = last.ident.clone();
        return Ok(false);
    };
    match last.ident.to_string().as_str() {
        "Nullable" => {
            read(inner, stored)?;
            return Ok(true);
        }
        "Array" => stored.dimensions += 1,
        "Unsigned" => stored.unsigned = true,
        // A range or a user's own generic type: its own name is all that there is to say.
        _ => {
            stored.word = last.ident.clone();
            return Ok(false);
        }
    }
    read(inner, stored)?;
    Ok(false)
}

fn sql_name(attributes: &[Attribute]) -> syn::Result<Option<String>> {
    let named = |attribute: &&Attribute| attribute.path().is_ident("sql_name");
    let Some(attribute) = attributes.iter().find(named) else {
        return Ok(None);
    };
    let value = &attribute.meta.require_name_value()?.value;
    let text: LitStr = syn::parse2(quote::quote!(#value))?;
    Ok(Some(text.value()))
}

fn max_length(attributes: &[Attribute]) -> syn::Result<Option<u32>> {
    let named = |attribute: &&Attribute| attribute.path().is_ident("max_length");
    let Some(attribute) = attributes.iter().find(named) else {
        return Ok(None);
    };
    let value = &attribute.meta.require_name_value()?.value;
    let number: LitInt = syn::parse2(quote::quote!(#value))?;
    number.base10_parse().map(Some)
}

impl Parse for Joinable {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let child: Path = input.parse()?;
        input.parse::<Token![->]>()?;
        let table: Path = input.call(Path::parse_mod_style)?;
        let inner;
        parenthesized!(inner in input);
        let column: Ident = inner.parse()?;
        let child = child.segments.last().map(|last| last.ident.clone());
        Ok(Self {
            child: child.ok_or_else(|| input.error("a table is missing"))?,
            key: ModelKey {
                name: None,
                columns: vec![column],
                table,
                referenced: Vec::new(),
                on_delete: Action::default(),
                on_update: Action::default(),
                deferrable: Deferrable::default(),
                joinable: true,
            },
        })
    }
}
