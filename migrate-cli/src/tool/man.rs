//! `migrate man`: the help of every command as manual pages.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;

/// Print the manual page, or write the pages of all commands
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  migrate man | man -l -             read it
  migrate man --out ~/.local/share/man/man1
                                     so that `man migrate-upgrade` finds it")]
pub(crate) struct Args {
    /// Write a page for each command into this directory, which is made if need be
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Writes the pages.
pub(crate) fn run(args: &Args, mut tool: Command, out: &mut dyn Write) -> io::Result<()> {
    tool.build();
    match &args.out {
        None => page(&tool).render(out),
        Some(directory) => write_all(&tool, directory, out),
    }
}

fn write_all(tool: &Command, directory: &Path, out: &mut dyn Write) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let commands = tool
        .get_subcommands()
        .filter(|command| command.get_name() != "help");
    for command in std::iter::once(tool).chain(commands) {
        let file = page(command).generate_to(directory)?;
        writeln!(out, "{}", file.display())?;
    }
    Ok(())
}

fn page(command: &Command) -> Man {
    Man::new(command.clone()).source(concat!("migrate ", env!("CARGO_PKG_VERSION")))
}
