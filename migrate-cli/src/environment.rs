//! Which environment of migrate.toml is meant, and what the settings say in it.

use std::path::PathBuf;

use migrate_core::{Environment, Settings};

use crate::error::CommandError;
use crate::origin::Origin;
use crate::variables::Variables;

/// The settings, and the environment that was chosen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) settings: Settings,
    pub(crate) environment: Option<Environment>,
    /// What named the environment.
    pub(crate) by: Origin,
    /// The settings file as the user would name it; empty where there is none.
    pub(crate) shown: String,
}

/// A setting's value, and where it was found. Without a place it is what goes without saying.
pub(crate) type Found<T> = (T, Option<Origin>);

impl Chosen {
    /// Takes the environment that `--env` or MIGRATE_ENV names, if one is named.
    pub(crate) fn new(
        settings: Settings,
        shown: String,
        named: Option<(String, Origin)>,
    ) -> Result<Self, CommandError> {
        let mut chosen = Self {
            settings,
            shown,
            ..Self::default()
        };
        if let Some((name, by)) = named {
            let environment = chosen.settings.environment(&name).cloned();
            chosen.environment =
                Some(environment.map_err(|nearest| chosen.unknown(&name, &by, nearest))?);
            chosen.by = by;
        }
        Ok(chosen)
    }

    fn unknown(&self, name: &str, by: &Origin, nearest: Option<&str>) -> CommandError {
        let error = CommandError::usage(format!("{by}: there is no environment `{name}`"));
        let known: Vec<_> = self
            .settings
            .environments
            .iter()
            .map(|known| known.name.as_str())
            .collect();
        error.with_help(match (nearest, &known[..]) {
            (Some(nearest), _) => format!("did you mean `{nearest}`?"),
            (None, []) if self.shown.is_empty() => {
                format!("there is no migrate.toml; write one with `[env.{name}]`")
            }
            (None, []) => format!("write `[env.{name}]` in {}", self.shown),
            (None, known) => format!("{} has {}", self.shown, known.join(", ")),
        })
    }

    /// Where a key of the settings stands.
    pub(crate) fn origin(&self, key: &str) -> Origin {
        Origin::key(key, &self.settings, &self.shown)
    }

    /// Whether the database of the environment must not be dropped.
    pub(crate) fn protected(&self) -> Found<bool> {
        self.setting("protected", |environment| environment.protected)
            .unwrap_or_else(|| (self.settings.protected, self.outside("protected")))
    }

    /// Where the seeds are, as written.
    pub(crate) fn seeds(&self) -> Option<Found<PathBuf>> {
        self.setting("seeds", |environment| environment.seeds.clone())
            .or_else(|| Some((self.settings.seeds.clone()?, self.outside("seeds"))))
    }

    /// What the environment itself says.
    fn setting<T>(&self, key: &str, of: impl Fn(&Environment) -> Option<T>) -> Option<Found<T>> {
        let environment = self.environment.as_ref()?;
        let origin = self.origin(&format!("env.{}.{key}", environment.name));
        of(environment).map(|value| (value, Some(origin)))
    }

    /// Where a key stands outside the environments, if it does.
    pub(crate) fn outside(&self, key: &str) -> Option<Origin> {
        let origin = self.origin(key);
        origin.line.is_some().then_some(origin)
    }
}

/// The name that `--env` or MIGRATE_ENV gives.
pub(crate) fn named(
    option: Option<&str>,
    variables: &dyn Variables,
) -> Result<Option<(String, Origin)>, CommandError> {
    const VARIABLE: &str = "MIGRATE_ENV";
    if let Some(name) = option {
        return Ok(Some((name.to_owned(), Origin::of("--env"))));
    }
    let found = variables.anywhere(VARIABLE)?;
    Ok(found.map(|(place, name)| (name, Origin::variable(VARIABLE, place, variables))))
}
