//! The parts of `#[table(...)]` that have a grammar of their own: indexes, keys, checks, texts by database.

use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, LitStr, Path, Token, ext::IdentExt, parenthesized};

use super::model::{
    ByDialect, ModelCheck, ModelIndex, ModelKey, ModelPart, ModelUnique, PartKey, plain,
};
use crate::{Action, Deferrable, Dialect, Expression};

/// An attribute that nobody knows: the one that was meant, or all that there are.
pub(super) fn unknown(meta: &ParseNestedMeta<'_>, of: &str, known: &[&str]) -> syn::Error {
    let word = meta.path.get_ident().map(plain).unwrap_or_default();
    let near = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&word, known), known))
        .filter(|(distance, _)| *distance <= (word.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance);
    meta.error(match near {
        Some((_, near)) => format!("not an attribute of {of}: did you mean `{near}`?"),
        None => format!("not an attribute of {of}; there are {}", and(known)),
    })
}

/// Words in a row: `a, b and c`.
pub(super) fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// `name = "text"`.
pub(super) fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    meta.value()?.parse::<LitStr>().map(|text| text.value())
}

/// SQL in quotes.
pub(super) fn expression(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text: LitStr = input.parse()?;
    match Expression::whole(&text.value()) {
        Ok(_) => Ok(text),
        Err(error) => Err(syn::Error::new(text.span(), error)),
    }
}

/// A word alone, or with `= true` or `= false`.
pub(super) fn flag(meta: &ParseNestedMeta<'_>) -> syn::Result<bool> {
    if meta.input.peek(Token![=]) {
        return meta
            .value()?
            .parse::<syn::LitBool>()
            .map(|value| value.value);
    }
    Ok(true)
}

/// `= "text"` for every database, or `(postgres = "text", mysql = "text")` for some.
pub(super) fn by_dialect(
    meta: &ParseNestedMeta<'_>,
    read: fn(ParseStream<'_>) -> syn::Result<LitStr>,
) -> syn::Result<ByDialect> {
    let mut found = ByDialect::default();
    if meta.input.peek(Token![=]) {
        found.general = Some(read(meta.value()?)?);
        return Ok(found);
    }
    meta.parse_nested_meta(|inner| {
        let name = inner.path.get_ident().map(plain).unwrap_or_default();
        let dialect = Dialect::from_name(&name)
            .ok_or_else(|| inner.error("a database is sqlite, postgres or mysql"))?;
        found.special[dialect as usize] = Some(read(inner.value()?)?);
        Ok(())
    })?;
    if found.is_none() {
        return Err(meta.error("a text is missing"));
    }
    Ok(found)
}

/// A default: SQL in quotes, or a number or truth value as it is.
pub(super) fn literal_or_text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    const WRONG: &str = "a default is SQL in quotes, a number, or a truth value";
    let negative = input.parse::<Option<Token![-]>>()?.map_or("", |_| "-");
    if negative.is_empty() && input.peek(LitStr) {
        return expression(input);
    }
    let literal: Lit = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), WRONG))?;
    let text = match &literal {
        Lit::Int(number) => format!("{negative}{}", number.base10_digits()),
        Lit::Float(number) => format!("{negative}{}", number.base10_digits()),
        Lit::Bool(value) if negative.is_empty() => value.value.to_string(),
        _ => {
            return Err(syn::Error::new(literal.span(), WRONG));
        }
    };
    Ok(LitStr::new(&text, literal.span()))
}

const INDEX: [&str; 7] = [
    "columns",
    "unique",
    "where",
    "method",
    "include",
    "nulls_not_distinct",
    "name",
];

/// `index(columns(org_id, joined_at desc, "lower(email)"), unique, where = "...", method = "gin", include(a), name = "ix")`.
pub(super) fn index(meta: &ParseNestedMeta<'_>) -> syn::Result<ModelIndex> {
    let mut found = ModelIndex::default();
    meta.parse_nested_meta(|inner| {
        match inner
            .path
            .get_ident()
            .map(plain)
            .unwrap_or_default()
            .as_str()
        {
            "columns" => found.parts = listed(inner.input, part)?,
            "include" => found.include = listed(inner.input, Ident::parse_any)?,
            "unique" => found.unique = flag(&inner)?,
            "nulls_not_distinct" => found.nulls_not_distinct = flag(&inner)?,
            "where" => found.predicate = Some(expression(inner.value()?)?.value()),
            "method" => found.method = Some(text(&inner)?.to_lowercase()),
            "name" => found.name = Some(inner.value()?.parse()?),
            _ => {
                return Err(unknown(&inner, "an index", &INDEX));
            }
        }
        Ok(())
    })?;
    if found.parts.is_empty() {
        return Err(meta.error("an index needs `columns(...)`"));
    }
    Ok(found)
}

fn listed<T>(
    input: ParseStream<'_>,
    one: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<Vec<T>> {
    let inner;
    parenthesized!(inner in input);
    let found = Punctuated::<T, Token![,]>::parse_terminated_with(&inner, one)?;
    Ok(found.into_iter().collect())
}

/// `joined_at desc nulls last`, or `"lower(email)" ops "text_pattern_ops"`.
fn part(input: ParseStream<'_>) -> syn::Result<ModelPart> {
    let mut part = if input.peek(LitStr) {
        ModelPart {
            key: PartKey::Expression(expression(input)?.value()),
            descending: false,
            nulls_first: None,
            operator_class: None,
            collation: None,
            prefix: None,
        }
    } else {
        ModelPart::of(input.call(Ident::parse_any)?)
    };
    while input.peek(Ident) {
        let word: Ident = input.parse()?;
        match word.to_string().as_str() {
            "asc" => {}
            "desc" => part.descending = true,
            "ops" => part.operator_class = Some(input.parse::<LitStr>()?.value()),
            "collate" => part.collation = Some(input.parse::<LitStr>()?.value()),
            "prefix" => part.prefix = Some(input.parse::<syn::LitInt>()?.base10_parse()?),
            "nulls" => {
                let place: Ident = input.parse()?;
                part.nulls_first = match place.to_string().as_str() {
                    "first" => Some(true),
                    "last" => Some(false),
                    _ => {
                        return Err(syn::Error::new(
                            place.span(),
                            "NULLs come `first` or `last`",
                        ));
                    }
                };
            }
            _ => {
                return Err(syn::Error::new(
                    word.span(),
                    "after a part of an index stands asc, desc, nulls first, nulls last, ops \"...\", collate \"...\" or prefix 20",
                ));
            }
        }
    }
    // What the server does by itself is not said.
    part.nulls_first = part.nulls_first.filter(|&first| first != part.descending);
    Ok(part)
}

/// `unique(org_id, email, name = "uq", nulls_not_distinct, deferrable)`.
pub(super) fn unique(meta: &ParseNestedMeta<'_>) -> syn::Result<ModelUnique> {
    let mut found = ModelUnique {
        name: None,
        columns: Vec::new(),
        nulls_not_distinct: false,
        deferrable: Deferrable::No,
    };
    meta.parse_nested_meta(|inner| {
        let word = inner.path.require_ident()?;
        match plain(word).as_str() {
            "name" if inner.input.peek(Token![=]) => {
                found.name = Some(inner.value()?.parse()?);
            }
            "nulls_not_distinct" => found.nulls_not_distinct = flag(&inner)?,
            "deferrable" => found.deferrable = Deferrable::Immediate,
            "deferred" => found.deferrable = Deferrable::Deferred,
            _ => found.columns.push(word.clone()),
        }
        Ok(())
    })?;
    if found.columns.is_empty() {
        return Err(meta.error("a unique constraint needs a column"));
    }
    Ok(found)
}

/// `check = "score >= 0"`, or `check("score >= 0", name = "ck")`.
pub(super) fn check(meta: &ParseNestedMeta<'_>, column: Option<Ident>) -> syn::Result<ModelCheck> {
    if meta.input.peek(Token![=]) {
        return Ok(ModelCheck::new(column, expression(meta.value()?)?.value()));
    }
    let inner;
    parenthesized!(inner in meta.input);
    let mut found = ModelCheck::new(column, expression(&inner)?.value());
    while inner.parse::<Option<Token![,]>>()?.is_some() && !inner.is_empty() {
        let word: Ident = inner.parse()?;
        if word != "name" {
            return Err(syn::Error::new(
                word.span(),
                "a check has an expression and a `name`",
            ));
        }
        inner.parse::<Token![=]>()?;
        found.name = Some(inner.parse()?);
    }
    Ok(found)
}

/// `references(orgs.id, on_delete = cascade)` on a field.
pub(super) fn optional_references(
    meta: &ParseNestedMeta<'_>,
    column: &Ident,
) -> syn::Result<ModelKey> {
    let inner;
    parenthesized!(inner in meta.input);
    let mut key = key(vec![column.clone()], inner.call(Path::parse_mod_style)?);
    if inner.parse::<Option<Token![.]>>()?.is_some() {
        key.referenced.push(inner.call(Ident::parse_any)?);
    }
    key_options(&inner, &mut key)?;
    Ok(key)
}

/// `foreign_key(columns(a, b), references(other(x, y)), on_delete = cascade)` on a struct.
pub(super) fn foreign_key(meta: &ParseNestedMeta<'_>) -> syn::Result<ModelKey> {
    let inner;
    parenthesized!(inner in meta.input);
    expect(&inner, "columns")?;
    let columns = listed(&inner, Ident::parse_any)?;
    inner.parse::<Token![,]>()?;
    expect(&inner, "references")?;
    let other;
    parenthesized!(other in inner);
    let mut key = key(columns, other.call(Path::parse_mod_style)?);
    if other.peek(syn::token::Paren) {
        key.referenced = listed(&other, Ident::parse_any)?;
    }
    key_options(&inner, &mut key)?;
    Ok(key)
}

fn expect(input: ParseStream<'_>, word: &str) -> syn::Result<()> {
    let found: Ident = input.parse()?;
    if found == word {
        return Ok(());
    }
    let message = "a foreign key is `foreign_key(columns(a, b), references(other(x, y)))`";
    Err(syn::Error::new(found.span(), message))
}

const fn key(columns: Vec<Ident>, table: Path) -> ModelKey {
    ModelKey {
        name: None,
        columns,
        table,
        referenced: Vec::new(),
        on_delete: Action::NoAction,
        on_update: Action::NoAction,
        deferrable: Deferrable::No,
        joinable: true,
    }
}

fn key_options(input: ParseStream<'_>, key: &mut ModelKey) -> syn::Result<()> {
    while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
        let word: Ident = input.parse()?;
        match word.to_string().as_str() {
            "deferrable" => key.deferrable = Deferrable::Immediate,
            "deferred" => key.deferrable = Deferrable::Deferred,
            "on_delete" => key.on_delete = action(input)?,
            "on_update" => key.on_update = action(input)?,
            "name" => {
                input.parse::<Token![=]>()?;
                key.name = Some(input.parse()?);
            }
            "joinable" => {
                input.parse::<Token![=]>()?;
                key.joinable = input.parse::<syn::LitBool>()?.value;
            }
            _ => {
                let message = "not an attribute of a foreign key; there are on_delete, on_update, deferrable, deferred, \
                               joinable and name";
                return Err(syn::Error::new(word.span(), message));
            }
        }
    }
    if input.is_empty() {
        Ok(())
    } else {
        Err(input.error("a comma is missing"))
    }
}

fn action(input: ParseStream<'_>) -> syn::Result<Action> {
    input.parse::<Token![=]>()?;
    let word: Ident = input.parse()?;
    Action::from_sql(&word.to_string().replace('_', " ")).ok_or_else(|| {
        let message = "an action is no_action, restrict, cascade, set_null or set_default";
        syn::Error::new(word.span(), message)
    })
}

impl ModelPart {
    pub(super) const fn of(column: Ident) -> Self {
        Self {
            key: PartKey::Column(column),
            descending: false,
            nulls_first: None,
            operator_class: None,
            collation: None,
            prefix: None,
        }
    }

    pub(super) const fn column(&self) -> Option<&Ident> {
        match &self.key {
            PartKey::Column(ident) => Some(ident),
            PartKey::Expression(_) => None,
        }
    }
}
