//! The commands as a part of a command line: of an app, or of `migrate` itself. It makes clap's commands fit where they are
//! mounted, and runs the one that was given.

use std::process::ExitCode;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, Subcommand};
use migrate_core::Migrations;

use crate::commands::Verb;
use crate::completion::complete;
use crate::config::Globals;
use crate::context::{Context, Source};
use crate::program::Program;
use crate::ui::Ui;

/// The commands of `migrate` with their options, for an app to mount in its own command line.
///
/// ```
/// use std::process::ExitCode;
///
/// use clap::Parser;
/// use migrate_core::Migrations;
///
/// #[derive(Parser)]
/// enum MyApp {
///     /// Serve the app.
///     Serve,
///     /// Look at the database's migrations, or run them.
///     #[command(subcommand)]
///     Migrate(migrate_cli::Commands),
/// }
///
/// fn run(app: &MyApp, migrations: &Migrations) -> ExitCode {
///     match app {
///         MyApp::Serve => ExitCode::SUCCESS,
///         // The chain that the app embedded: no file is needed beside the binary.
///         MyApp::Migrate(commands) => commands.run(migrations),
///     }
/// }
///
/// let app = MyApp::try_parse_from(["my-app", "migrate", "upgrade", "--dry-run"]);
/// assert!(matches!(app, Ok(MyApp::Migrate(_))));
/// ```
///
/// Texts that tell the user what to run say `my-app migrate upgrade`, whatever the app and the subcommand are called. Where the
/// app has a global option of the same name, the option here is `--migrate-NAME`, and a letter that the app uses stays the app's.
#[derive(Clone, Debug)]
pub struct Commands {
    // In boxes, so that a command line is not made large by commands that are seldom given.
    globals: Box<Globals>,
    verb: Box<Verb>,
}

impl Commands {
    /// Runs the command on the chain that an app embedded: results go to standard output, everything else to standard error. The
    /// code says how it went; the [crate's page](crate) lists the codes.
    ///
    /// With `--dir` on the command line the chain is that directory's. Commands that write files work on a directory too, and
    /// say so where there is none.
    #[must_use]
    pub fn run(&self, migrations: &Migrations) -> ExitCode {
        self.run_on(Source::Embedded(migrations))
    }

    /// The same on the migrations directory that the options name, or that is found from here upward, as `migrate` does.
    ///
    /// ```
    /// use clap::Parser;
    ///
    /// #[derive(Parser)]
    /// struct Tool {
    ///     #[command(subcommand)]
    ///     commands: migrate_cli::Commands,
    /// }
    ///
    /// let tool = Tool::try_parse_from(["tool", "heads", "--dir", "does/not/exist"])?;
    /// assert_eq!(tool.commands.run_on_directory(), std::process::ExitCode::from(1));
    /// # Ok::<(), clap::Error>(())
    /// ```
    #[must_use]
    pub fn run_on_directory(&self) -> ExitCode {
        self.run_on(Source::Directory)
    }

    /// The database that the app itself would open: the commands work on it unless `--database-url`, an environment of
    /// migrate.toml or `MIGRATE_DATABASE_URL` names another.
    ///
    /// ```
    /// # fn run(commands: &migrate_cli::Commands, migrations: &migrate_core::Migrations) {
    /// commands.clone().database_url("postgres://localhost/shop").run(migrations);
    /// # }
    /// ```
    #[must_use]
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.globals.app_database_url = Some(url.into());
        self
    }

    fn run_on(&self, source: Source<'_>) -> ExitCode {
        let mut ui = Ui::new(&self.globals);
        let done = Context::new(&self.globals, source)
            .and_then(|context| self.verb.run(&mut ui, &context));
        ui.finish(done)
    }
}

impl FromArgMatches for Commands {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self {
            globals: Box::new(Globals::from_arg_matches(matches)?),
            verb: Box::new(Verb::from_arg_matches(matches)?),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.globals.update_from_arg_matches(matches)?;
        self.verb.update_from_arg_matches(matches)
    }
}

impl Subcommand for Commands {
    fn augment_subcommands(command: Command) -> Command {
        Verb::augment_subcommands(command)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .defer(settle)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command).subcommand_required(false)
    }

    fn has_subcommand(name: &str) -> bool {
        Verb::has_subcommand(name)
    }
}

/// Makes the commands fit once it is known what stands above them: the app's own options, and what all that is called.
fn settle(command: Command) -> Command {
    let called = command
        .get_bin_name()
        .unwrap_or(command.get_name())
        .to_owned();
    let program = Program::new(&called);
    let taken: Vec<Arg> = command
        .get_arguments()
        .filter(|argument| argument.is_global_set())
        .cloned()
        .collect();
    let globals = Globals::augment_args(Command::new("globals"));
    let globals = globals.get_arguments().cloned();
    let globals = globals.map(|argument| {
        let argument = if argument.get_id() == Globals::PROGRAM {
            argument.default_value(called.clone())
        } else {
            argument
        };
        complete(make_room(argument, &taken))
    });
    command
        .mut_subcommands(|verb| {
            in_words(verb, &program).mut_args(|argument| complete(make_room(argument, &taken)))
        })
        .args(globals)
}

/// The words and letters of the app's own options stay the app's.
fn make_room(argument: Arg, taken: &[Arg]) -> Arg {
    let long = argument.get_long().map(str::to_owned);
    let has_long = |other: &Arg| other.get_long().is_some() && other.get_long() == long.as_deref();
    let argument = match &long {
        Some(long) if taken.iter().any(has_long) => argument.long(format!("migrate-{long}")),
        _ => argument,
    };
    let short = argument.get_short();
    if short.is_some() && taken.iter().any(|other| other.get_short() == short) {
        argument.short(None)
    } else {
        argument
    }
}

/// A command whose help speaks of the program by its name.
fn in_words(mut verb: Command, program: &Program) -> Command {
    if let Some(about) = verb.get_long_about().map(ToString::to_string) {
        verb = verb.long_about(program.text(&about));
    }
    if let Some(examples) = verb.get_after_help().map(ToString::to_string) {
        verb = verb.after_help(program.examples(&examples));
    }
    verb
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    /// An app that has used up what it could.
    #[derive(Debug, Parser)]
    struct App {
        #[arg(short, long, global = true, action = clap::ArgAction::Count)]
        verbose: u8,
        #[arg(short, long, global = true)]
        message: Option<u32>,
        #[arg(long, global = true)]
        config: Option<u16>,
        #[command(subcommand)]
        area: Area,
    }

    #[derive(Debug, Subcommand)]
    enum Area {
        #[command(subcommand)]
        Db(Db),
    }

    #[derive(Debug, Subcommand)]
    enum Db {
        #[command(subcommand)]
        Chain(Commands),
    }

    fn parsed(words: &[&str]) -> (App, Commands) {
        let app = App::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        let Area::Db(Db::Chain(commands)) = &app.area;
        let commands = commands.clone();
        (app, commands)
    }

    #[test]
    fn an_apps_own_options_stay_its_own_wherever_they_stand() {
        App::command().debug_assert();
        let (app, commands) = parsed(&["app", "db", "chain", "upgrade", "-vv", "--config", "7"]);
        assert_eq!((app.verbose, app.config), (2, Some(7)));
        assert!(!commands.globals.verbose && commands.globals.config.is_none());
        let (app, commands) = parsed(&[
            "app",
            "db",
            "chain",
            "--migrate-config",
            "x.toml",
            "upgrade",
            "--migrate-verbose",
        ]);
        assert_eq!((app.verbose, app.config, app.message), (0, None, None));
        assert!(commands.globals.verbose && commands.globals.config.is_some());
    }

    #[test]
    fn the_program_is_what_stands_before_the_command() {
        let (_, commands) = parsed(&["/usr/bin/app", "--config", "7", "db", "chain", "heads"]);
        assert_eq!(commands.globals.program, "app db chain");
        let error = App::try_parse_from(["app", "db", "chain", "heads", "--help"]);
        let help = error.expect_err("help is no command").to_string();
        assert!(help.contains("\n  app db chain heads  "), "{help}");
    }

    #[test]
    fn the_ids_of_global_options_are_never_an_apps() {
        let globals = Globals::augment_args(Command::new("globals"));
        for argument in globals.get_arguments() {
            let id = argument.get_id().as_str();
            assert!(
                id.starts_with("migrate_"),
                "give it an id and a `long`: {id}"
            );
        }
    }
}
