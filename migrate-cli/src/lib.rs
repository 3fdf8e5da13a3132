#![doc = include_str!("../README.md")]

mod commands;
mod config;
mod context;
mod database_url;
mod environment;
mod error;
mod files;
mod mask;
mod observer;
mod origin;
mod report;
mod search;
mod signals;
mod ui;
mod variables;

use std::process::ExitCode;

use migrate_core::Migrations;

pub use mask::without_passwords;

use commands::Commands;
use config::Globals;
use context::Context;
use ui::Ui;

/// The options and commands of `migrate`, for an app to mount in its own command line.
///
/// ```
/// use clap::Parser;
///
/// #[derive(Parser)]
/// enum MyApp {
///     /// Serve the app.
///     Serve,
///     /// Look at the database's migrations, or run them.
///     Db(migrate_cli::Arguments),
/// }
///
/// let arguments = MyApp::try_parse_from(["my-app", "db", "upgrade", "--dry-run"]);
/// assert!(matches!(arguments, Ok(MyApp::Db(_))));
/// ```
#[derive(clap::Args, Clone, Debug)]
pub struct Arguments {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Commands,
}

/// Where the chain comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'m> {
    /// The migrations directory that the options name, or that is found from here upward.
    Directory,
    /// What the app embedded. A `--dir` on the command line still means that directory; `init` and `revision` always work on
    /// a directory.
    Embedded(&'m Migrations),
}

/// Runs one command: results go to standard output, everything else to standard error. The code says how it went; the
/// [crate's page](crate) lists the codes.
///
/// ```
/// use clap::Parser;
/// use migrate_cli::Source;
///
/// #[derive(Parser)]
/// struct Tool {
///     #[command(flatten)]
///     arguments: migrate_cli::Arguments,
/// }
///
/// let tool = Tool::try_parse_from(["tool", "heads", "--dir", "does/not/exist"])?;
/// let code = migrate_cli::run(&tool.arguments, Source::Directory);
/// assert_eq!(code, std::process::ExitCode::from(1));
/// # Ok::<(), clap::Error>(())
/// ```
#[must_use]
pub fn run(arguments: &Arguments, source: Source<'_>) -> ExitCode {
    let mut ui = Ui::new(&arguments.globals);
    let done = Context::new(&arguments.globals, source)
        .and_then(|context| arguments.command.run(&mut ui, &context));
    ui.finish(done)
}
