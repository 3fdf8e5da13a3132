//! Where a setting was found.

use std::fmt;

use migrate_core::Settings;

use crate::variables::{Variables, Where};

/// Where a setting was found: `--env`, `DATABASE_URL in .env`, `env.prod.database_url in migrate.toml:7`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The option, the variable or the key.
    pub(crate) name: String,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<usize>,
}

impl Origin {
    /// Found on the command line or by a rule.
    pub(crate) fn of(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    pub(crate) fn variable(name: &str, place: Where, variables: &dyn Variables) -> Self {
        let file = match place {
            Where::Process => None,
            Where::Dotenv => variables.dotenv_file(),
        };
        Self {
            file,
            ..Self::of(name)
        }
    }

    /// A key of the settings file, which is `shown` so.
    pub(crate) fn key(key: &str, settings: &Settings, shown: &str) -> Self {
        Self {
            name: key.to_owned(),
            file: Some(shown.to_owned()),
            line: settings.origin.line(key),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(file) = &self.file {
            write!(f, " in {file}")?;
        }
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        Ok(())
    }
}
