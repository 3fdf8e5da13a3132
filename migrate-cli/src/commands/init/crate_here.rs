//! The crate in the current directory: what its Cargo.toml says, and what its build.rs must hold.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::{Backend, Backends};
use toml::{Table, Value};

use super::{Outcome, cannot_write};
use crate::error::CommandError;
use crate::files;

pub(crate) struct Crate {
    root: PathBuf,
    manifest: Table,
}

impl Crate {
    /// Reads the Cargo.toml of that directory; `None` where there is none, or one that is no package's.
    pub(crate) fn read(root: &Path) -> Result<Option<Self>, CommandError> {
        let Ok(text) = fs::read_to_string(root.join("Cargo.toml")) else {
            return Ok(None);
        };
        let manifest: Table = text.parse().map_err(|error: toml::de::Error| {
            CommandError::failed(format!("Cargo.toml: {}", error.message()))
        })?;
        let is_package = manifest.contains_key("package");
        Ok(is_package.then(|| Self {
            root: root.to_owned(),
            manifest,
        }))
    }

    fn dependency(&self, name: &str) -> Option<&Value> {
        let is = |(key, value): &(&String, &Value)| {
            key.as_str() == name || value.get("package").and_then(Value::as_str) == Some(name)
        };
        self.manifest
            .get("dependencies")?
            .as_table()?
            .iter()
            .find(is)
            .map(|(_, value)| value)
    }

    /// The backends that it turns on in Diesel or in migrate-core.
    pub(crate) fn backends(&self) -> Backends {
        let features = ["diesel", "migrate-core"]
            .into_iter()
            .filter_map(|name| self.dependency(name)?.get("features")?.as_array())
            .flatten()
            .filter_map(Value::as_str);
        features
            .filter_map(|feature| match feature {
                "postgres-bundled" | "postgres_backend" => Some(Backend::Postgres),
                "mysql_backend" => Some(Backend::Mysql),
                "returning_clauses_for_sqlite_3_35" => Some(Backend::Sqlite),
                name => Backend::from_name(name),
            })
            .collect()
    }

    /// Sees to it that cargo builds the crate again when a revision is added.
    pub(crate) fn watch(&self, directory: &str, outcome: &mut Outcome) -> Result<(), CommandError> {
        let line = rerun_line(directory);
        let by_hand = |file: &str| format!("add to main() in {file}: {line}");
        let file = match self
            .manifest
            .get("package")
            .and_then(|package| package.get("build"))
        {
            Some(Value::Boolean(false)) => {
                outcome.next.push(format!(
                    "{}, and take `build = false` out of Cargo.toml",
                    by_hand("a build.rs")
                ));
                return Ok(());
            }
            Some(Value::String(file)) => file.as_str(),
            _ => "build.rs",
        };
        match fs::read_to_string(self.root.join(file)) {
            Ok(text) if text.contains(&format!("rerun-if-changed={directory}")) => {
                outcome.kept.push(file.to_owned())
            }
            Ok(_) => outcome.next.push(by_hand(file)),
            Err(_) => {
                let text = format!(
                    "//! Builds the crate again when a revision is added to {directory}/.\n\nfn main() {{\n    {line}\n}}\n"
                );
                files::create(&self.root.join(file), &text)
                    .map_err(|error| cannot_write(file, &error))?;
                outcome.created.push(file.to_owned());
            }
        }
        Ok(())
    }

    /// Says which dependency and which line the crate needs, where it has no migrate-core yet.
    pub(crate) fn depend(&self, backends: Backends, embed: &str, outcome: &mut Outcome) {
        if self.dependency("migrate-core").is_some() {
            return;
        }
        let names: Vec<_> = backends.iter().map(Backend::name).collect();
        outcome.next.push(match names[..] {
            // SQLite is the default.
            [] | ["sqlite"] => "cargo add migrate-core".to_owned(),
            _ => format!(
                "cargo add migrate-core --no-default-features --features {}",
                names.join(",")
            ),
        });
        outcome.next.push(format!(
            "in the app: pub static MIGRATIONS: migrate_core::Migrations = migrate_core::{embed};"
        ));
    }
}

/// The line of a build.rs by which cargo sees what is added to a directory.
pub(crate) fn rerun_line(directory: &str) -> String {
    format!("println!(\"cargo::rerun-if-changed={directory}\");")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(manifest: &str) -> Crate {
        Crate {
            root: PathBuf::new(),
            manifest: manifest.parse().expect("toml"),
        }
    }

    #[test]
    fn backends_are_guessed_from_the_features_of_diesel() {
        let backends = |manifest: &str| named(manifest).backends().to_string();
        assert_eq!(
            backends(
                "[dependencies]\ndiesel = { version = \"2\", features = [\"postgres\", \"r2d2\"] }"
            ),
            "postgres"
        );
        assert_eq!(
            backends(
                "[dependencies.db]\npackage = \"diesel\"\nfeatures = [\"sqlite\", \"mysql_backend\"]"
            ),
            "sqlite, mysql"
        );
        assert_eq!(backends("[dependencies]\nserde = \"1\""), "");
    }

    #[test]
    fn the_dependency_is_named_with_its_features_and_only_where_it_is_missing() {
        let mut outcome = Outcome::default();
        named("[package]\nname = \"a\"").depend(
            Backend::Postgres.into(),
            "embed_migrations!()",
            &mut outcome,
        );
        assert_eq!(
            outcome.next[0],
            "cargo add migrate-core --no-default-features --features postgres"
        );
        assert!(outcome.next[1].ends_with("migrate_core::embed_migrations!();"));
        let mut outcome = Outcome::default();
        named("[dependencies]\nmigrate-core = \"0.1\"").depend(Backends::NONE, "", &mut outcome);
        assert!(outcome.next.is_empty());
    }
}
