//! Which database is meant: the one place that knows where a URL may stand and which place goes before which.

use std::fs;
use std::path::Path;

use migrate_core::Settings;

use crate::database_url::DatabaseUrl;
use crate::environment::Chosen;
use crate::error::CommandError;
use crate::origin::Origin;
use crate::variables::{Variables, Where, expand};

/// The places where a URL may stand. Whoever names an environment means its database, whatever variables happen to be set.
const ORDER: [Rank; 8] = [
    Rank::Option,
    Rank::Environment,
    Rank::Own(Where::Process),
    Rank::App,
    Rank::Usual(Where::Process),
    Rank::Own(Where::Dotenv),
    Rank::Usual(Where::Dotenv),
    Rank::Settings,
];

#[derive(Clone, Copy)]
enum Rank {
    /// `--database-url`.
    Option,
    /// `database_url` of the environment that was chosen.
    Environment,
    /// `MIGRATE_DATABASE_URL`.
    Own(Where),
    /// What the app opens that has mounted the commands.
    App,
    /// `DATABASE_URL` or `DATABASE_URL_FILE`.
    Usual(Where),
    /// `database_url` outside the environments.
    Settings,
}

/// All that may name a database.
pub(crate) struct Search<'a> {
    pub(crate) option: Option<&'a str>,
    pub(crate) app: Option<&'a str>,
    pub(crate) chosen: &'a Chosen,
    pub(crate) here: &'a Path,
    pub(crate) variables: &'a dyn Variables,
}

type Found = Result<Option<DatabaseUrl>, CommandError>;

impl Search<'_> {
    /// The URL that counts.
    pub(crate) fn first(&self) -> Found {
        for rank in ORDER {
            if let Some(url) = self.look(rank)? {
                return Ok(Some(url));
            }
        }
        Ok(None)
    }

    /// Every URL that is named somewhere, the one that counts first, or what is wrong with its place.
    pub(crate) fn all(&self) -> Vec<Result<DatabaseUrl, CommandError>> {
        let found = ORDER.into_iter().map(|rank| self.look(rank));
        found.filter_map(Result::transpose).collect()
    }

    fn look(&self, rank: Rank) -> Found {
        match rank {
            Rank::Option => Ok(self
                .option
                .map(|url| DatabaseUrl::new(url, Origin::of("--database-url")))),
            Rank::App => Ok(self
                .app
                .map(|url| DatabaseUrl::new(url, Origin::of("the app's own")))),
            Rank::Environment => match &self.chosen.environment {
                Some(environment) => self.written(
                    environment.database_url.as_deref(),
                    &format!("env.{}.database_url", environment.name),
                ),
                None => Ok(None),
            },
            Rank::Own(place) => self.variable(place, "MIGRATE_DATABASE_URL"),
            Rank::Usual(place) => self.url_or_file(place),
            Rank::Settings => {
                let settings: &Settings = &self.chosen.settings;
                self.written(settings.database_url.as_deref(), "database_url")
            }
        }
    }

    fn variable(&self, place: Where, name: &str) -> Found {
        let url = self.variables.variable(place, name)?;
        Ok(url.map(|url| DatabaseUrl::new(&url, self.origin(place, name))))
    }

    fn origin(&self, place: Where, name: &str) -> Origin {
        Origin::variable(name, place, self.variables)
    }

    /// `DATABASE_URL`, or what the file says that `DATABASE_URL_FILE` names, as container secrets do.
    fn url_or_file(&self, place: Where) -> Found {
        let url = self.variable(place, "DATABASE_URL")?;
        let Some(file) = self.variables.variable(place, "DATABASE_URL_FILE")? else {
            return Ok(url);
        };
        let origin = self.origin(place, "DATABASE_URL_FILE");
        if url.is_some() {
            let place = origin
                .file
                .map(|file| format!(" in {file}"))
                .unwrap_or_default();
            return Err(CommandError::usage(format!(
                "DATABASE_URL and DATABASE_URL_FILE are both set{place}"
            ))
            .with_help("keep the one that is meant, or name the database with --database-url"));
        }
        let url = fs::read_to_string(self.here.join(&file)).map_err(|error| {
            CommandError::usage(format!("cannot read {file}, which {origin} names: {error}"))
        })?;
        if url.trim().is_empty() {
            let empty = format!("{file}, which {origin} names, is empty");
            return Err(CommandError::usage(empty));
        }
        Ok(Some(DatabaseUrl::new(&url, origin)))
    }

    /// A URL of the settings, its variables expanded.
    fn written(&self, written: Option<&str>, key: &str) -> Found {
        let Some(written) = written else {
            return Ok(None);
        };
        let origin = self.chosen.origin(key);
        let file = Origin {
            name: String::new(),
            ..origin.clone()
        };
        let what = file.to_string();
        let url = expand(written, what.trim_start_matches(" in "), self.variables)?;
        Ok(Some(DatabaseUrl::new(&url, origin)))
    }
}

#[cfg(test)]
mod tests {
    use migrate_core::Environment;

    use super::*;
    use crate::variables::tests::Fake;

    fn search(option: Option<&str>, chosen: &Chosen, variables: &Fake) -> Option<(String, String)> {
        let search = Search {
            option,
            app: None,
            chosen,
            here: Path::new("."),
            variables,
        };
        let found = search.first().expect("readable");
        assert_eq!(
            found,
            search
                .all()
                .into_iter()
                .next()
                .transpose()
                .expect("readable"),
            "the first of all is the one that counts"
        );
        found.map(|found| (found.url, found.origin.to_string()))
    }

    #[test]
    fn each_place_goes_before_the_next() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("secret");
        fs::write(&file, "  from-file\n").expect("written");
        let file: &'static str = Box::leak(file.to_string_lossy().into_owned().into_boxed_str());

        let mut chosen = Chosen {
            shown: "migrate.toml".to_owned(),
            ..Chosen::default()
        };
        let mut variables = Fake::default();
        let is = |option, chosen: &Chosen, variables: &Fake, url: &str, origin: &str| {
            let expected = Some((url.to_owned(), origin.to_owned()));
            assert_eq!(search(option, chosen, variables), expected);
        };
        assert_eq!(search(None, &chosen, &variables), None);
        chosen.settings.database_url = Some("from-toml".to_owned());
        is(
            None,
            &chosen,
            &variables,
            "from-toml",
            "database_url in migrate.toml",
        );
        variables.dotenv.insert("DATABASE_URL", "from-dotenv");
        is(
            None,
            &chosen,
            &variables,
            "from-dotenv",
            "DATABASE_URL in .env",
        );
        variables
            .dotenv
            .insert("MIGRATE_DATABASE_URL", "from-dotenv-too");
        is(
            None,
            &chosen,
            &variables,
            "from-dotenv-too",
            "MIGRATE_DATABASE_URL in .env",
        );
        variables.process.insert("DATABASE_URL_FILE", file);
        is(None, &chosen, &variables, "from-file", "DATABASE_URL_FILE");
        variables.process.remove("DATABASE_URL_FILE");
        variables.process.insert("DATABASE_URL", "from-env");
        is(None, &chosen, &variables, "from-env", "DATABASE_URL");
        variables.process.insert("MIGRATE_DATABASE_URL", "from-own");
        is(
            None,
            &chosen,
            &variables,
            "from-own",
            "MIGRATE_DATABASE_URL",
        );
        chosen.environment = Some(Environment {
            name: "prod".to_owned(),
            database_url: Some("from-prod".to_owned()),
            ..Environment::default()
        });
        is(
            None,
            &chosen,
            &variables,
            "from-prod",
            "env.prod.database_url in migrate.toml",
        );
        is(
            Some("from-option"),
            &chosen,
            &variables,
            "from-option",
            "--database-url",
        );
    }

    #[test]
    fn both_variables_at_once_are_refused_unless_something_goes_before_them() {
        let mut variables = Fake::default();
        variables.process.insert("DATABASE_URL", "a");
        variables.process.insert("DATABASE_URL_FILE", "b");
        let search = |option| {
            Search {
                option,
                app: None,
                chosen: &Chosen::default(),
                here: Path::new("."),
                variables: &variables,
            }
            .first()
        };
        assert_eq!(
            search(None).expect_err("both are set").to_string(),
            "DATABASE_URL and DATABASE_URL_FILE are both set"
        );
        assert!(search(Some("c")).expect("the option goes first").is_some());
    }
}
