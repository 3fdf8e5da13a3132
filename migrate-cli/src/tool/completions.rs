//! `migrate completions`: the line by which a shell learns to complete.

use std::io::{self, Write};

use clap::builder::PossibleValuesParser;
use clap_complete::env::Shells;

/// The variable by which a shell asks for completions.
pub(crate) const VARIABLE: &str = "MIGRATE_COMPLETE";

/// Print a script that makes a shell complete commands, options and revisions
///
/// The script asks `migrate` itself at each Tab, so that it offers the revisions and environments of the project that you are in
/// and needs no renewal after an update.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  source <(migrate completions bash)                        ~/.bashrc
  source <(migrate completions zsh)                         ~/.zshrc
  migrate completions fish | source                         config.fish
  migrate completions powershell | Out-String | Invoke-Expression
                                                            $PROFILE
  eval (migrate completions elvish | slurp)                 rc.elv")]
pub(crate) struct Args {
    /// The shell that is to learn
    #[arg(value_parser = PossibleValuesParser::new(Shells::builtins().names()))]
    shell: String,
}

/// Writes the script.
pub(crate) fn run(args: &Args, name: &str, out: &mut dyn Write) -> io::Result<()> {
    match Shells::builtins().completer(&args.shell) {
        Some(shell) => shell.write_registration(VARIABLE, name, name, name, out),
        // clap lets no other word through.
        None => Ok(()),
    }
}
