//! The command line `migrate`: the library's commands on a migrations directory.

mod completions;
mod hints;
mod man;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use clap_complete::CompleteEnv;
use migrate_cli::without_passwords;
use serde_json::{Value, json};

const NAME: &str = "migrate";

/// Migrations for Diesel as a chain: make revisions, apply them, take them back
#[derive(Parser)]
#[command(
    name = NAME,
    version,
    propagate_version = true,
    max_term_width = 80,
    after_help = "\
Examples:
  migrate init                       make migrations/ and migrate.toml
  migrate revision -m \"add phone\"    make a revision, to be filled in
  migrate upgrade                    apply what is pending
  migrate downgrade -1               take the newest revision back
  migrate current --check-heads      exit with 3 unless the database is at head

The database is the one that --database-url names, or the environment that --env
or MIGRATE_ENV names, or MIGRATE_DATABASE_URL, or DATABASE_URL, or the file in
DATABASE_URL_FILE, or .env, or migrate.toml, in this order. `migrate config`
shows which it is.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not up to date, 4 another run
holds the lock, 5 the database and the chain diverged, 130 and 143 stopped by a
signal"
)]
struct Tool {
    #[command(subcommand)]
    command: Command,
}

/// What an app can mount, and what only a tool of its own has.
#[derive(clap::Subcommand)]
enum Command {
    #[command(flatten)]
    Mountable(migrate_cli::Commands),
    Completions(completions::Args),
    Man(man::Args),
}

fn main() -> ExitCode {
    CompleteEnv::with_factory(Tool::command)
        .var(completions::VARIABLE)
        .complete();
    match Tool::try_parse().map(|tool| tool.command) {
        Ok(Command::Mountable(commands)) => commands.run_on_directory(),
        Ok(Command::Completions(args)) => written(completions::run(&args, NAME, &mut io::stdout())),
        Ok(Command::Man(args)) => written(man::run(&args, Tool::command(), &mut io::stdout())),
        Err(error) => usage(&hints::hinted(error)),
    }
}

fn written(done: io::Result<()>) -> ExitCode {
    match done {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(anstream::stderr(), "error: cannot write: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Prints what clap has to say. It may quote a word of the command line, and that may be a URL with a password.
fn usage(error: &clap::Error) -> ExitCode {
    let text = without_passwords(&error.render().ansi().to_string());
    if error.use_stderr() && wants_json(std::env::args()) {
        let _ = writeln!(io::stdout(), "{}", as_json(error));
    }
    // Nothing can be said to a reader that has closed its end.
    let _ = if error.use_stderr() {
        anstream::stderr().write_all(text.as_bytes())
    } else {
        anstream::stdout().write_all(text.as_bytes())
    };
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Whether the words ask for JSON. clap, which could not make sense of all of them, does not say.
fn wants_json(words: impl Iterator<Item = String>) -> bool {
    let words: Vec<_> = words.collect();
    words.iter().any(|word| word == "--format=json")
        || words.windows(2).any(|pair| pair == ["--format", "json"])
}

/// A wrong command line in the shape of every other error: the first paragraph says what is wrong, the rest what to do.
fn as_json(error: &clap::Error) -> Value {
    let text = without_passwords(&error.render().to_string());
    let (message, help) = text.split_once("\n\n").unwrap_or((&text, ""));
    let message: Vec<_> = message.lines().map(str::trim).collect();
    let message = message.join(" ");
    json!({
        "event": "error",
        "kind": "usage",
        "exit_code": 2,
        "message": message.trim_start_matches("error: "),
        "help": help.trim(),
    })
}
