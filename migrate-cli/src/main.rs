//! The command line `migrate`: the library's commands on a migrations directory.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use migrate_cli::{Commands, without_passwords};

/// Migrations for Diesel as a chain: make revisions, apply them, take them back
#[derive(Parser)]
#[command(
    name = "migrate",
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
    commands: Commands,
}

fn main() -> ExitCode {
    match Tool::try_parse() {
        Ok(tool) => tool.commands.run_on_directory(),
        Err(error) => usage(&error),
    }
}

/// Prints what clap has to say. It may quote a word of the command line, and that may be a URL with a password.
fn usage(error: &clap::Error) -> ExitCode {
    let text = without_passwords(&error.render().ansi().to_string());
    // Nothing can be said to a reader that has closed its end.
    let _ = if error.use_stderr() {
        anstream::stderr().write_all(text.as_bytes())
    } else {
        anstream::stdout().write_all(text.as_bytes())
    };
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
