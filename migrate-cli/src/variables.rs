//! The variables that a setting may stand in: those of the process, and those of the nearest `.env`.

use std::env::VarError;
use std::path::{Path, PathBuf};

use crate::error::CommandError;

/// Where a variable may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    Process,
    Dotenv,
}

/// What may hold a setting, apart from the command line and migrate.toml. An empty variable counts as not set.
pub(crate) trait Variables {
    fn variable(&self, place: Where, name: &str) -> Result<Option<String>, CommandError>;

    /// The `.env` as the user would name it.
    fn dotenv_file(&self) -> Option<String>;

    /// The variable of the process, or else of the `.env`.
    fn anywhere(&self, name: &str) -> Result<Option<(Where, String)>, CommandError> {
        for place in [Where::Process, Where::Dotenv] {
            if let Some(value) = self.variable(place, name)? {
                return Ok(Some((place, value)));
            }
        }
        Ok(None)
    }
}

/// The process's own environment, and the `.env` of the working directory or of its nearest ancestor that has one.
pub(crate) struct Process<'h> {
    pub(crate) here: &'h Path,
}

impl Process<'_> {
    fn file(&self) -> Option<PathBuf> {
        let mut files = self.here.ancestors().map(|level| level.join(".env"));
        files.find(|file| file.is_file())
    }
}

impl Variables for Process<'_> {
    fn variable(&self, place: Where, name: &str) -> Result<Option<String>, CommandError> {
        match place {
            Where::Process => of_process(name),
            Where::Dotenv => self.file().map_or(Ok(None), |file| of_file(&file, name)),
        }
    }

    fn dotenv_file(&self) -> Option<String> {
        let file = self.file()?;
        Some(crate::files::shown(&file, self.here))
    }
}

fn of_process(name: &str) -> Result<Option<String>, CommandError> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(CommandError::usage(format!("{name} is not UTF-8"))),
    }
}

fn of_file(file: &Path, name: &str) -> Result<Option<String>, CommandError> {
    let variables = dotenvy::from_path_iter(file).map_err(|error| unreadable(&error))?;
    let mut found = None;
    for variable in variables {
        let (key, value) = variable.map_err(|error| unreadable(&error))?;
        if key == name && found.is_none() && !value.is_empty() {
            found = Some(value);
        }
    }
    Ok(found)
}

fn unreadable(error: &dotenvy::Error) -> CommandError {
    let why = match error {
        // The line itself may hold a password.
        dotenvy::Error::LineParse(_, at) => format!(
            "a line of it is not NAME=value (at its character {})",
            at + 1
        ),
        other => other.to_string(),
    };
    CommandError::usage(format!("cannot read .env: {why}"))
        .with_help("quote a value that has spaces: NAME=\"a value\"")
}

/// Puts variables in the place of `${NAME}`, and of `${NAME:-default}` where there may be none. `what` is the setting.
pub(crate) fn expand(
    written: &str,
    what: &str,
    variables: &dyn Variables,
) -> Result<String, CommandError> {
    let wrong = |why: String| CommandError::usage(format!("`database_url` in {what}: {why}"));
    let mut text = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("${") {
        let (inner, after) = after
            .split_once('}')
            .ok_or_else(|| wrong("a `${` without its `}`".to_owned()))?;
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        let found = variables.anywhere(name)?.map(|(_, value)| value);
        let value = found
            .or_else(|| default.map(str::to_owned))
            .ok_or_else(|| {
                wrong(format!("the variable {name} is not set")).with_help(format!(
                    "set {name}, or name the database with --database-url"
                ))
            })?;
        text = text + before + &value;
        rest = after;
    }
    Ok(text + rest)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Variables of a test.
    #[derive(Default)]
    pub(crate) struct Fake {
        pub(crate) process: HashMap<&'static str, &'static str>,
        pub(crate) dotenv: HashMap<&'static str, &'static str>,
    }

    impl Variables for Fake {
        fn variable(&self, place: Where, name: &str) -> Result<Option<String>, CommandError> {
            let variables = match place {
                Where::Process => &self.process,
                Where::Dotenv => &self.dotenv,
            };
            Ok(variables.get(name).map(|value| (*value).to_owned()))
        }

        fn dotenv_file(&self) -> Option<String> {
            Some(".env".to_owned())
        }
    }

    #[test]
    fn variables_are_expanded_and_one_that_is_not_set_is_an_error() {
        let mut variables = Fake::default();
        variables.process.insert("USER", "app");
        variables.dotenv.insert("HOST", "db");
        let expanded = |written| expand(written, "migrate.toml:2", &variables);
        assert_eq!(
            expanded("postgres://${USER}@${HOST}/x").expect("set"),
            "postgres://app@db/x"
        );
        assert_eq!(
            expanded("mysql://${USER:-root}@${NOPE:-localhost}/${NOPE:-}").expect("set"),
            "mysql://app@localhost/"
        );
        assert_eq!(
            expanded("${NOPE}").expect_err("not set").to_string(),
            "`database_url` in migrate.toml:2: the variable NOPE is not set"
        );
        assert!(expanded("${USER").is_err());
    }
}
