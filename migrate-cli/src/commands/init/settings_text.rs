//! The text of a new migrate.toml.

use std::fmt::Write;
use std::path::Path;

use migrate_core::Backends;

/// A migrate.toml that says what is known, and how to say the rest. `exclude` has the tables of a database that are no models, where
/// it is made from one.
pub(crate) fn of(
    backends: Backends,
    dir: Option<&Path>,
    irreversible: &[String],
    exclude: Option<&[String]>,
) -> String {
    let mut text = "# What this project decides once. Every key may be left out.\n".to_owned();
    let mut add = |about: &str, line: String| {
        // Writing to a String does not fail.
        let _ = write!(text, "\n{about}\n{line}\n");
    };
    let names: Vec<_> = backends
        .iter()
        .map(|backend| format!("\"{backend}\""))
        .collect();
    add(
        "# The databases that every script is for. One that needs words of its own has them beside: up.mysql.sql.",
        match names[..] {
            [] => "# backends = [\"sqlite\", \"postgres\", \"mysql\"]".to_owned(),
            _ => format!("backends = [{}]", names.join(", ")),
        },
    );
    if let Some(dir) = dir {
        let dir = dir.to_string_lossy().replace('\\', "/");
        add(
            "# Where the revisions are, seen from here.",
            format!("dir = \"{dir}\""),
        );
    }
    add(
        "# Where the database is, if nothing else says so; `${NAME}` is taken from the environment.",
        "# database_url = \"${APP_DATABASE_URL}\"".to_owned(),
    );
    add(
        "# How a new revision is named: \"timestamp\" is 2026-11-21-101112_name, \"date\" is 2026-11-21_name.",
        "# file_name = \"timestamp\"".to_owned(),
    );
    if !irreversible.is_empty() {
        let lines: Vec<_> = irreversible
            .iter()
            .map(|name| format!("    \"{name}\",\n"))
            .collect();
        add(
            "# Revisions from before this file that have no down script, or one without a statement.",
            format!("irreversible = [\n{}]", lines.concat()),
        );
    }
    add(
        "# The files that have models: structs with #[derive(Table)], or table! blocks.",
        match exclude {
            None => "# models = [\"src/**/*.rs\"]".to_owned(),
            Some(_) => "models = [\"src/**/*.rs\"]".to_owned(),
        },
    );
    add(
        "# Tables that are no model's business.",
        match exclude.unwrap_or_default() {
            [] => "# exclude = [\"spatial_*\"]".to_owned(),
            tables => excluded(tables),
        },
    );
    add(
        "# Statements for every connection that runs scripts.",
        "# [session]\n# mysql = [\"SET foreign_key_checks = 0\"]".to_owned(),
    );
    add(
        "# How constraints and indexes without a name are called.",
        "# [naming]\n# ix = \"ix_{table}_{columns}\"".to_owned(),
    );
    add(
        "# What the files of a new revision begin with: directories whose files are copied.",
        "# [templates]\n# default = \"db/template\"".to_owned(),
    );
    add(
        "# Programs that run after files were written, with the files as their last arguments.",
        "# [hooks]\n# format = [\"sqlfluff\", \"fix\"]".to_owned(),
    );
    add(
        "# What is different in `--env prod`; a protected database is never dropped.",
        "# [env.prod]\n# database_url = \"${PROD_DATABASE_URL}\"\n# protected = true".to_owned(),
    );
    text
}

/// The line that excludes these tables.
pub(super) fn excluded(tables: &[String]) -> String {
    let globs = tables.iter().map(|name| format!("{:?}", escaped(name)));
    format!("exclude = [{}]", globs.collect::<Vec<_>>().join(", "))
}

/// A name as a glob that matches it alone.
fn escaped(name: &str) -> String {
    let special = |of: char| ['*', '?', '[', ']'].contains(&of);
    name.chars()
        .map(|of| {
            if special(of) {
                format!("[{of}]")
            } else {
                of.to_string()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use migrate_core::{Backend, Settings};

    #[test]
    fn what_is_written_is_read_back_and_what_is_explained_is_a_key() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("migrate.toml");
        let text = of(
            Backend::Mysql.into(),
            Some(Path::new("db/migrations")),
            &["2019".to_owned()],
            Some(&["log*".to_owned()]),
        );
        std::fs::write(&file, &text).expect("written");
        let settings = Settings::read(&file).expect("valid");
        assert_eq!(settings.backends, Some(Backend::Mysql.into()));
        assert_eq!(
            settings.directory.as_deref(),
            Some(Path::new("db/migrations"))
        );
        assert_eq!(settings.irreversible, ["2019"]);
        assert_eq!(settings.models, Some(vec!["src/**/*.rs".to_owned()]));
        assert_eq!(settings.exclude, ["log[*]"]);

        let uncommented: Vec<_> = of(Backends::NONE, None, &[], None)
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.contains(" = ") || rest.starts_with('['))
                    .unwrap_or(line)
            })
            .map(str::to_owned)
            .collect();
        std::fs::write(&file, uncommented.join("\n")).expect("written");
        let settings = Settings::read(&file).expect("every key that is explained is one");
        assert_eq!(settings.backends, Some(Backends::ALL));
        assert_eq!(
            settings.session(Backend::Mysql),
            ["SET foreign_key_checks = 0"]
        );
        assert_eq!(settings.environments[0].protected, Some(true));
    }
}
