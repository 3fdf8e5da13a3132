//! The options that every command has.

use std::path::PathBuf;

use clap::ValueEnum;

/// The options that every command has. Their ids begin with `migrate_`, so that they are never taken for an app's own.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// What the user calls the command line; it is known once all commands are put together
    #[arg(
        id = "migrate_program",
        long = "migrate-program",
        hide = true,
        default_value = "migrate"
    )]
    pub(crate) program: String,

    /// The database that the app names, where it mounts the commands
    #[arg(skip)]
    pub(crate) app_database_url: Option<String>,

    /// The database: sqlite:FILE, postgres://... or mysql://...
    #[arg(
        id = "migrate_database_url",
        long = "database-url",
        global = true,
        value_name = "URL"
    )]
    pub(crate) database_url: Option<String>,

    /// The environment of migrate.toml whose settings count, instead of MIGRATE_ENV
    #[arg(id = "migrate_env", long = "env", global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,

    /// The migrations directory, instead of the one found from here upward
    #[arg(id = "migrate_dir", long = "dir", global = true, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,

    /// The settings, instead of the migrate.toml beside the migrations directory
    #[arg(
        id = "migrate_config",
        long = "config",
        global = true,
        value_name = "FILE"
    )]
    pub(crate) config: Option<PathBuf>,

    /// Fail with exit code 3 instead of bringing migrate.lock up to date
    #[arg(id = "migrate_locked", long = "locked", global = true)]
    pub(crate) locked: bool,

    /// How results are written: for people, or one JSON object a line
    #[arg(
        id = "migrate_format",
        long = "format",
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub(crate) format: Format,

    /// Say nothing but results that were asked for, and errors
    #[arg(
        id = "migrate_quiet",
        short = 'q',
        long = "quiet",
        global = true,
        conflicts_with = "migrate_verbose"
    )]
    pub(crate) quiet: bool,

    /// Say more
    #[arg(id = "migrate_verbose", short = 'v', long = "verbose", global = true)]
    pub(crate) verbose: bool,

    /// When to use colours; auto is on a terminal, unless NO_COLOR is set
    #[arg(
        id = "migrate_color",
        long = "color",
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN"
    )]
    pub(crate) color: Color,
}

impl Globals {
    /// The id of the argument that no user gives.
    pub(crate) const PROGRAM: &str = "migrate_program";
}

/// How results are written. Its values are listed in the help by their names alone: they say it all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
