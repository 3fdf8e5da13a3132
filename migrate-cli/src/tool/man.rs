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
        None => out.write_all(page(&tool)?.as_bytes()),
        Some(directory) => write_all(&tool, directory, out),
    }
}

fn write_all(tool: &Command, directory: &Path, out: &mut dyn Write) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let commands = tool
        .get_subcommands()
        .filter(|command| command.get_name() != "help");
    for command in std::iter::once(tool).chain(commands) {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let file = directory.join(format!("{name}.1"));
        fs::write(&file, page(command)?)?;
        writeln!(out, "{}", file.display())?;
    }
    Ok(())
}

/// The page of a command. Its examples are in columns, and `man` is told to leave them so.
fn page(command: &Command) -> io::Result<String> {
    let mut page = Vec::new();
    Man::new(command.clone())
        .source(concat!("migrate ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)?;
    Ok(String::from_utf8_lossy(&page)
        .replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n.in 2n\n.nf\n")
        .replace(".SH VERSION\n", ".fi\n.SH VERSION\n"))
}
