//! What is wrong with models: each with its file, line and column.

use std::fmt;

use super::source::Source;

/// What is said of a glob without a file.
pub(super) const NO_FILE: &str = "no file is there for this glob";
/// What is said of files without a model.
pub(super) const NO_MODEL: &str =
    "no model is in these files: no struct with #[derive(Table)] and no table! block";

/// One thing that is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{}{message}", place(*.line, *.column))]
#[non_exhaustive]
pub struct ModelError {
    /// The file, as it was given; for a glob the glob itself.
    pub file: String,
    /// The line, from 1; 0 where there is none.
    pub line: usize,
    /// The column, from 1; 0 where there is none.
    pub column: usize,
    /// What is wrong, in lower case.
    pub message: String,
    /// Whether the compiler says it too, where it compiles the file: it is no Rust, or a derive refuses it.
    pub compiled: bool,
}

/// Errors at tokens that are all told.
#[derive(Default)]
pub(super) struct Errors(pub(super) Option<syn::Error>);

impl Errors {
    pub(super) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(super) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    pub(super) fn or<T>(self, value: T) -> syn::Result<T> {
        self.0.map_or(Ok(value), Err)
    }
}

fn place(line: usize, column: usize) -> String {
    match line {
        0 => " ".into(),
        line => format!("{line}:{column}: "),
    }
}

/// Everything that is wrong with the models.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelErrors(pub(super) Vec<ModelError>);

impl ModelErrors {
    /// Each of them, in the order of files and lines.
    #[must_use]
    pub fn all(&self) -> &[ModelError] {
        &self.0
    }

    /// Whether nothing else is wrong than that there is no model.
    #[must_use]
    pub fn are_of_nothing(&self) -> bool {
        let nothing = |error: &ModelError| [NO_FILE, NO_MODEL].contains(&error.message.as_str());
        self.0.iter().all(nothing)
    }

    /// Adds what only who sees all the models can say.
    pub(super) fn add(&mut self, source: &Source, errors: syn::Error) {
        self.extend(source, errors, false);
    }

    /// Adds what the compiler says too.
    pub(super) fn add_compiled(&mut self, source: &Source, errors: syn::Error) {
        self.extend(source, errors, true);
    }

    fn extend(&mut self, source: &Source, errors: syn::Error, compiled: bool) {
        for error in errors {
            let (line, column) = source.place(error.span());
            self.0.push(ModelError {
                file: source.file().into(),
                line,
                column,
                message: error.to_string(),
                compiled,
            });
        }
    }

    pub(super) fn add_file(&mut self, file: &str, message: impl fmt::Display) {
        self.0.push(ModelError {
            file: file.into(),
            line: 0,
            column: 0,
            message: message.to_string(),
            compiled: false,
        });
    }

    pub(super) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for ModelErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ModelErrors {}
