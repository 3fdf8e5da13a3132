//! Rust files into models: by glob, so that no model is missed because nobody imported it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, DeriveInput, Item, ItemEnum, ItemStruct, Token};

use super::conditions::{for_tests, of_enum, of_struct};
use super::enums::ModelEnum;
use super::error::{ModelErrors, NO_FILE, NO_MODEL};
use super::model::{Model, Origin};
use super::source::{Source, end_of_stretch};
use super::table_macro::{Joinable, TableMacro};
use crate::Name;

/// All models of a project, as they stand in its sources.
///
/// ```
/// use migrate_schema::{Dialect, Models, Name, Naming};
///
/// let models = Models::from_sources([("src/member.rs", "
///     #[derive(Table)]
///     #[diesel(table_name = members)]
///     struct Member {
///         id: i32,
///         #[table(unique)] email: Option<String>,
///     }
/// ")])?;
/// let schema = models.schema(Dialect::Postgres, &Naming::default())?;
/// let members = schema.table(&Name::new("members")).unwrap();
/// assert_eq!(members.uniques.all()[0].columns, ["email"]);
/// # Ok::<(), migrate_schema::ModelErrors>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Models {
    pub(super) models: Vec<(Source, Model)>,
    pub(super) joinables: Vec<(Source, Joinable)>,
    /// The names in PostgreSQL of the types that `sql_types` modules declare.
    pub(super) sql_types: HashMap<String, Name>,
    /// The enums that derive `EnumType`.
    pub(super) enums: Vec<(Source, ModelEnum)>,
    files: Vec<PathBuf>,
}

impl Models {
    /// Reads the files that the globs name, relative to a directory.
    ///
    /// # Errors
    /// A glob that is none or matches no file, a file that cannot be read or is no Rust, a wrong attribute, two owners of a table;
    /// and no model at all, so that a misspelt glob never means an empty schema.
    pub fn read(root: &Path, globs: &[String]) -> Result<Self, ModelErrors> {
        let files = Self::find(root, globs)?;
        let mut errors = ModelErrors::default();
        let mut sources = Vec::new();
        for path in &files {
            let shown = path
                .strip_prefix(root)
                .unwrap_or(path)
                .to_string_lossy()
                .into_owned();
            match std::fs::read_to_string(path) {
                Ok(text) => sources.push((shown, text)),
                Err(error) => errors.add_file(&shown, format!("cannot be read: {error}")),
            }
        }
        let mut models = errors.or(sources).and_then(Self::from_sources)?;
        models.files = files;
        if models.models.is_empty() {
            let mut errors = ModelErrors::default();
            errors.add_file(&globs.join(", "), NO_MODEL);
            return Err(errors);
        }
        Ok(models)
    }

    /// The files that the globs name, relative to a directory, by path; each once, whatever links lead to it.
    ///
    /// # Errors
    /// A glob that is none or matches no file.
    pub fn find(root: &Path, globs: &[String]) -> Result<Vec<PathBuf>, ModelErrors> {
        let mut errors = ModelErrors::default();
        let mut files: HashMap<PathBuf, PathBuf> = HashMap::new();
        for pattern in globs {
            let whole = format!(
                "{}/{pattern}",
                glob::Pattern::escape(&root.to_string_lossy())
            );
            match glob::glob(&whole) {
                Ok(found) => {
                    let found: Vec<_> = found.flatten().filter(|path| path.is_file()).collect();
                    if found.is_empty() {
                        errors.add_file(pattern, NO_FILE);
                    }
                    for path in found {
                        let place = path.canonicalize().unwrap_or_else(|_| path.clone());
                        let known = files.entry(place).or_insert_with(|| path.clone());
                        if path.components().count() < known.components().count() {
                            *known = path;
                        }
                    }
                }
                Err(error) => errors.add_file(pattern, format!("not a glob: {error}")),
            }
        }
        let mut files: Vec<_> = files.into_values().collect();
        files.sort();
        errors.or(files)
    }

    /// Reads sources: each a file's name, for errors, and its text.
    ///
    /// # Errors
    /// Everything that is wrong in them.
    pub fn from_sources<F: Into<String>, T: AsRef<str>>(
        sources: impl IntoIterator<Item = (F, T)>,
    ) -> Result<Self, ModelErrors> {
        let mut models = Self::default();
        let mut errors = ModelErrors::default();
        for (file, text) in sources {
            let (file, text) = (file.into(), text.as_ref());
            // Most files of a project have no model: they are not worth parsing.
            if !["Table", "EnumType", "table!", "joinable!", "postgres_type"]
                .iter()
                .any(|word| text.contains(word))
            {
                continue;
            }
            models.file(&file, without_first_line(text), &mut errors);
        }
        models.one_owner_each(&mut errors);
        errors.or(models)
    }

    /// The files that were read, whether a model is in them or not: when one of them changes, the models may.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Whether every one is a `table!` block, which cannot speak of more than columns and keys.
    #[must_use]
    pub fn are_blocks(&self) -> bool {
        let mut models = self.models.iter();
        models.all(|(_, model)| model.origin == Origin::TableMacro)
    }

    /// How many tables there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.models.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.models.is_empty()
    }

    /// One stretch after the other, then what is left: nothing, or from where a stretch is no whole items.
    fn file(&mut self, file: &str, text: &str, errors: &mut ModelErrors) {
        let (mut source, mut rest) = (Source::new(file), text);
        while let Some(end) = end_of_stretch(rest) {
            let (stretch, after) = rest.split_at(end);
            let Ok(whole) = syn::parse_file(stretch) else {
                break;
            };
            let items = whole.items.into_iter();
            items.for_each(|item| self.item(&source, item, errors));
            source = source.after(stretch);
            rest = after;
        }
        let left = |input: ParseStream<'_>| self.items(&source, input, errors);
        if let Err(error) = left.parse_str(rest) {
            errors.add_compiled(&source, no_rust(rest, error));
        }
    }

    fn items(
        &mut self,
        source: &Source,
        input: ParseStream<'_>,
        errors: &mut ModelErrors,
    ) -> syn::Result<()> {
        Attribute::parse_inner(input)?;
        while !input.is_empty() {
            self.item(source, input.parse()?, errors);
        }
        Ok(())
    }

    fn item(&mut self, source: &Source, item: Item, errors: &mut ModelErrors) {
        let read = match item {
            Item::Mod(module) if !for_tests(&module.attrs) => {
                let inner = module.content.into_iter().flat_map(|(_, items)| items);
                inner.for_each(|item| self.item(source, item, errors));
                Ok(())
            }
            Item::Struct(of) if !for_tests(&of.attrs) => self.item_struct(source, of_struct(of)),
            Item::Enum(of) if !for_tests(&of.attrs) => self.item_enum(source, of_enum(of)),
            Item::Macro(call) if !for_tests(&call.attrs) => self.item_macro(source, &call.mac),
            _ => Ok(()),
        };
        if let Err(error) = read {
            errors.add_compiled(source, error);
        }
    }

    fn item_struct(&mut self, source: &Source, of: ItemStruct) -> syn::Result<()> {
        if let Some(name) = postgres_type(&of.attrs) {
            self.sql_types.insert(of.ident.to_string(), name);
        }
        if derives(&of.attrs, "Table") {
            self.add(source, Model::from_struct(&of.into())?);
        }
        Ok(())
    }

    fn item_enum(&mut self, source: &Source, of: ItemEnum) -> syn::Result<()> {
        let of = DeriveInput::from(of);
        if derives(&of.attrs, "Table") {
            Model::from_struct(&of)?;
        }
        if derives(&of.attrs, "EnumType") {
            let read = ModelEnum::from_enum(&of)?;
            self.enums.push((source.clone(), read));
        }
        Ok(())
    }

    fn item_macro(&mut self, source: &Source, call: &syn::Macro) -> syn::Result<()> {
        let name = call.path.segments.last().map(|last| last.ident.to_string());
        match name.as_deref() {
            Some("table") => {
                let TableMacro(model) = call.parse_body()?;
                self.add(source, model);
            }
            Some("joinable") => self.joinables.push((source.clone(), call.parse_body()?)),
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, source: &Source, mut model: Model) {
        model.shrink_to_fit();
        self.models.push((source.clone(), model));
    }

    fn one_owner_each(&self, errors: &mut ModelErrors) {
        let mut owners: HashMap<&Name, &str> = HashMap::new();
        for (source, model) in &self.models {
            if let Some(other) = owners.insert(&model.name, source.file()) {
                let message = format!(
                    "the table {} has a second model; the first is in {other}. Only one struct of a table derives Table",
                    model.name
                );
                errors.add(source, syn::Error::new(model.span(), message));
            }
        }
    }
}

/// A text without what is no Rust: a byte order mark, and the line that names an interpreter. Its line end stays, so that lines keep
/// their numbers.
fn without_first_line(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.starts_with("#!") && !text["#!".len()..].trim_start().starts_with('[') {
        &text[text.find('\n').unwrap_or(text.len())..]
    } else {
        text
    }
}

/// Why a file is no Rust, in better words where it cannot even be taken apart.
fn no_rust(text: &str, error: syn::Error) -> syn::Error {
    match text.parse::<proc_macro2::TokenStream>() {
        Ok(_) => error,
        Err(_) => syn::Error::new(error.span(), "a bracket or a quote is not closed"),
    }
}

fn derives(attributes: &[Attribute], name: &str) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
        .filter_map(|attribute| {
            let paths = Punctuated::<syn::Path, Token![,]>::parse_terminated;
            attribute.parse_args_with(paths).ok()
        })
        .flatten()
        .any(|path| path.segments.last().is_some_and(|last| last.ident == name))
}

/// `#[diesel(postgres_type(name = "mood", schema = "audit"))]` of a struct in a `sql_types` module.
fn postgres_type(attributes: &[Attribute]) -> Option<Name> {
    let mut found = None;
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("diesel"))
    {
        // Other attributes of Diesel's own have grammars that are none of ours.
        let _ = attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("postgres_type") {
                return Err(meta.error("not ours"));
            }
            let mut name = Name::new("");
            meta.parse_nested_meta(|inner| {
                let text: syn::LitStr = inner.value()?.parse()?;
                if inner.path.is_ident("name") {
                    name.name = text.value();
                } else if inner.path.is_ident("schema") {
                    name.schema = Some(text.value());
                }
                Ok(())
            })?;
            found = Some(name).filter(|name| !name.name.is_empty());
            Ok(())
        });
    }
    found
}
