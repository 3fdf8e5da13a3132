//! Which database is meant: the one place that knows where a URL may stand and which place goes before which.

use std::env::VarError;
use std::fmt;
use std::fs;
use std::path::Path;

use migrate_core::{AnyConnection, Backend, Settings};

use crate::error::CommandError;
use crate::mask::without_passwords;

/// The URL of a database, and where it was found.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct DatabaseUrl {
    pub(crate) url: String,
    pub(crate) origin: String,
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} from {}", self.origin)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_passwords(&self.url))
    }
}

/// What may name a database, apart from the command line.
pub(crate) trait Environment {
    /// The variable of the process; an empty one counts as not set.
    fn variable(&self, name: &str) -> Result<Option<String>, CommandError>;
    /// The variable in the nearest `.env`.
    fn dotenv(&self, name: &str) -> Result<Option<String>, CommandError>;
}

/// The process's own environment, and the `.env` of the working directory or of its nearest ancestor that has one.
pub(crate) struct Process;

impl Environment for Process {
    fn variable(&self, name: &str) -> Result<Option<String>, CommandError> {
        match std::env::var(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => {
                Err(CommandError::usage(format!("{name} is not UTF-8")))
            }
        }
    }

    fn dotenv(&self, name: &str) -> Result<Option<String>, CommandError> {
        let variables = match dotenvy::dotenv_iter() {
            Ok(variables) => variables,
            Err(error) if error.not_found() => return Ok(None),
            Err(error) => return Err(unreadable_dotenv(&error)),
        };
        let mut found = None;
        for variable in variables {
            let (key, value) = variable.map_err(|error| unreadable_dotenv(&error))?;
            if key == name && found.is_none() && !value.is_empty() {
                found = Some(value);
            }
        }
        Ok(found)
    }
}

fn unreadable_dotenv(error: &dotenvy::Error) -> CommandError {
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

/// Finds the URL: `--database-url`, `MIGRATE_DATABASE_URL`, `DATABASE_URL`, `DATABASE_URL_FILE`, `.env`, migrate.toml.
pub(crate) fn find(
    option: Option<&str>,
    settings: &Settings,
    directory: &Path,
    environment: &dyn Environment,
) -> Result<Option<DatabaseUrl>, CommandError> {
    if let Some(url) = option {
        return Ok(Some(named(url, "--database-url")));
    }
    if let Some(url) = environment.variable("MIGRATE_DATABASE_URL")? {
        return Ok(Some(named(&url, "MIGRATE_DATABASE_URL")));
    }
    let plain = |name: &str| environment.variable(name);
    if let Some(found) = url_or_file(&plain, "", directory)? {
        return Ok(Some(found));
    }
    if let Some(url) = environment.dotenv("MIGRATE_DATABASE_URL")? {
        return Ok(Some(named(&url, "MIGRATE_DATABASE_URL in .env")));
    }
    let dotenv = |name: &str| environment.dotenv(name);
    if let Some(found) = url_or_file(&dotenv, " in .env", directory)? {
        return Ok(Some(found));
    }
    let Some(written) = &settings.database_url else {
        return Ok(None);
    };
    let url = expand(written, environment)?;
    Ok(Some(named(&url, "database_url in migrate.toml")))
}

fn named(url: &str, origin: &str) -> DatabaseUrl {
    DatabaseUrl {
        url: url.trim().to_owned(),
        origin: origin.to_owned(),
    }
}

/// `DATABASE_URL`, or what the file says that `DATABASE_URL_FILE` names, as container secrets do.
fn url_or_file(
    variable: &dyn Fn(&str) -> Result<Option<String>, CommandError>,
    place: &str,
    directory: &Path,
) -> Result<Option<DatabaseUrl>, CommandError> {
    match (variable("DATABASE_URL")?, variable("DATABASE_URL_FILE")?) {
        (None, None) => Ok(None),
        (Some(url), None) => Ok(Some(named(&url, &format!("DATABASE_URL{place}")))),
        (Some(_), Some(_)) => Err(CommandError::usage(format!(
            "DATABASE_URL and DATABASE_URL_FILE are both set{place}"
        ))
        .with_help("keep the one that is meant, or name the database with --database-url")),
        (None, Some(file)) => {
            let url = fs::read_to_string(directory.join(&file)).map_err(|error| {
                CommandError::usage(format!(
                    "cannot read {file}, which DATABASE_URL_FILE{place} names: {error}"
                ))
            })?;
            if url.trim().is_empty() {
                return Err(CommandError::usage(format!(
                    "{file}, which DATABASE_URL_FILE{place} names, is empty"
                )));
            }
            Ok(Some(named(&url, &format!("DATABASE_URL_FILE{place}"))))
        }
    }
}

/// Puts variables in the place of `${NAME}`.
fn expand(written: &str, environment: &dyn Environment) -> Result<String, CommandError> {
    let wrong = |why: String| CommandError::usage(format!("`database_url` in migrate.toml: {why}"));
    let mut url = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| wrong("a `${` without its `}`".to_owned()))?;
        let value = match environment.variable(name)? {
            Some(value) => Some(value),
            None => environment.dotenv(name)?,
        };
        let value = value.ok_or_else(|| {
            wrong(format!("the variable {name} is not set")).with_help(format!(
                "set {name}, or name the database with --database-url"
            ))
        })?;
        url = url + before + &value;
        rest = after;
    }
    Ok(url + rest)
}

impl DatabaseUrl {
    /// Which kind of database it names.
    pub(crate) fn backend(&self) -> Result<Backend, CommandError> {
        AnyConnection::backend_of(&self.url).map_err(|error| CommandError::connect(error, self))
    }

    /// Opens the database. A SQLite file that is not there is made.
    pub(crate) fn connect(&self) -> Result<AnyConnection, CommandError> {
        AnyConnection::establish(&self.url).map_err(|error| CommandError::connect(error, self))
    }

    /// The file of a SQLite database that is not there. To look must not make it.
    pub(crate) fn missing_file(&self) -> Option<&str> {
        if !matches!(self.backend(), Ok(Backend::Sqlite)) || self.url.starts_with("file:") {
            return None;
        }
        let file = ["sqlite3:", "sqlite:"]
            .iter()
            .find_map(|scheme| self.url.strip_prefix(scheme))
            .unwrap_or(&self.url);
        let file = file.strip_prefix("//").unwrap_or(file);
        (!file.is_empty() && file != ":memory:" && !Path::new(file).exists()).then_some(file)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[derive(Default)]
    struct Fake {
        variables: HashMap<&'static str, &'static str>,
        dotenv: HashMap<&'static str, &'static str>,
    }

    impl Environment for Fake {
        fn variable(&self, name: &str) -> Result<Option<String>, CommandError> {
            Ok(self.variables.get(name).map(|value| (*value).to_owned()))
        }

        fn dotenv(&self, name: &str) -> Result<Option<String>, CommandError> {
            Ok(self.dotenv.get(name).map(|value| (*value).to_owned()))
        }
    }

    fn found(
        option: Option<&str>,
        settings: &Settings,
        environment: &Fake,
    ) -> Option<(String, String)> {
        let found = find(option, settings, Path::new("."), environment).expect("readable");
        found.map(|found| (found.url, found.origin))
    }

    #[test]
    fn each_place_goes_before_the_next() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("secret");
        fs::write(&file, "  from-file\n").expect("written");
        let file: &'static str = Box::leak(file.to_string_lossy().into_owned().into_boxed_str());

        let mut settings = Settings::default();
        let mut environment = Fake::default();
        let is = |option: Option<&str>,
                  settings: &Settings,
                  environment: &Fake,
                  url: &str,
                  origin: &str| {
            assert_eq!(
                found(option, settings, environment),
                Some((url.to_owned(), origin.to_owned()))
            );
        };
        assert_eq!(found(None, &settings, &environment), None);
        settings.database_url = Some("from-toml".to_owned());
        is(
            None,
            &settings,
            &environment,
            "from-toml",
            "database_url in migrate.toml",
        );
        environment.dotenv.insert("DATABASE_URL", "from-dotenv");
        is(
            None,
            &settings,
            &environment,
            "from-dotenv",
            "DATABASE_URL in .env",
        );
        environment
            .dotenv
            .insert("MIGRATE_DATABASE_URL", "from-dotenv-too");
        is(
            None,
            &settings,
            &environment,
            "from-dotenv-too",
            "MIGRATE_DATABASE_URL in .env",
        );
        environment.variables.insert("DATABASE_URL_FILE", file);
        is(
            None,
            &settings,
            &environment,
            "from-file",
            "DATABASE_URL_FILE",
        );
        environment.variables.remove("DATABASE_URL_FILE");
        environment.variables.insert("DATABASE_URL", "from-env");
        is(None, &settings, &environment, "from-env", "DATABASE_URL");
        environment
            .variables
            .insert("MIGRATE_DATABASE_URL", "from-own");
        is(
            None,
            &settings,
            &environment,
            "from-own",
            "MIGRATE_DATABASE_URL",
        );
        is(
            Some("from-option"),
            &settings,
            &environment,
            "from-option",
            "--database-url",
        );
    }

    #[test]
    fn both_variables_at_once_are_refused_unless_something_goes_before_them() {
        let mut environment = Fake::default();
        environment.variables.insert("DATABASE_URL", "a");
        environment.variables.insert("DATABASE_URL_FILE", "b");
        let settings = Settings::default();
        let error = find(None, &settings, Path::new("."), &environment).expect_err("both are set");
        assert_eq!(
            error.to_string(),
            "DATABASE_URL and DATABASE_URL_FILE are both set"
        );
        assert!(found(Some("c"), &settings, &environment).is_some());
    }

    #[test]
    fn variables_are_expanded_and_one_that_is_not_set_is_an_error() {
        let mut environment = Fake::default();
        environment.variables.insert("USER", "app");
        environment.dotenv.insert("HOST", "db");
        assert_eq!(
            expand("postgres://${USER}@${HOST}/x", &environment).expect("set"),
            "postgres://app@db/x"
        );
        let error = expand("${NOPE}", &environment).expect_err("not set");
        assert_eq!(
            error.to_string(),
            "`database_url` in migrate.toml: the variable NOPE is not set"
        );
        assert!(expand("${USER", &environment).is_err());
    }

    #[test]
    fn only_a_plain_file_can_be_missing() {
        for (url, missing) in [
            ("sqlite:no/such.db", Some("no/such.db")),
            ("sqlite://no-such.db", Some("no-such.db")),
            ("no-such.db", Some("no-such.db")),
            ("sqlite::memory:", None),
            (":memory:", None),
            ("postgres://h/d", None),
        ] {
            assert_eq!(named(url, "a test").missing_file(), missing, "{url}");
        }
    }
}
