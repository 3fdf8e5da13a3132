//! The whole reference, as `--help` prints it: a file a command in `snapshots/help`, found by walking the commands that the
//! help itself lists. A command without a file fails, and so does a file without a command.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use snapbox::{Data, str};

use crate::{finish, said, says, tool};

/// A terminal of this many columns shows every line whole.
const WIDTH: usize = 80;

fn help(arguments: &[&str]) -> String {
    let outcome = finish(tool(&std::env::temp_dir(), arguments)).expect(0);
    assert_eq!(outcome.stderr, "", "help is a result");
    outcome.stdout
}

/// The commands that a help text lists, but for `help` itself.
fn listed(help: &str) -> Vec<String> {
    let indented = |line: &str| line.starts_with("  ") && !line.starts_with("   ");
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter(|line| indented(line))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|name| name != "help")
        .collect()
}

/// Every command with its words, the tool itself first.
pub(crate) fn commands() -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut next = 0;
    while next < all.len() {
        let words = all[next].clone();
        for name in listed(&help_of(&words, "--help")) {
            all.push([words.as_slice(), &[name]].concat());
        }
        next += 1;
    }
    all
}

fn help_of(words: &[String], option: &str) -> String {
    let mut arguments: Vec<_> = words.iter().map(String::as_str).collect();
    arguments.push(option);
    help(&arguments)
}

fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/help")
}

fn file(words: &[String]) -> String {
    let name = [&["migrate".to_owned()], words].concat().join("-");
    format!("{name}.txt")
}

#[test]
fn every_command_explains_itself_as_its_file_says() {
    let assert = snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false);
    let mut wrong = Vec::new();
    let mut files = BTreeSet::new();
    for words in commands() {
        let file = file(&words);
        let help = help_of(&words, "--help").replace("migrate.exe", "migrate");
        let snapshot = Data::read_from(&snapshots().join(&file), None);
        if let Err(difference) = assert.try_eq(Some(&file), help.into(), snapshot.raw()) {
            wrong.push(difference.to_string());
        }
        files.insert(file);
    }
    let there = std::fs::read_dir(snapshots()).expect("the snapshots are there");
    for entry in there {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        if !files.contains(&*name) {
            wrong.push(format!("{name}: there is no such command; delete the file"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_fits_a_terminal_and_says_what_it_does_in_a_line() {
    let mut wrong = Vec::new();
    for words in commands() {
        let shown = file(&words);
        let (short, long) = (help_of(&words, "-h"), help_of(&words, "--help"));
        for line in short.lines().chain(long.lines()) {
            if line.chars().count() > WIDTH {
                wrong.push(format!("{shown}: wider than {WIDTH} columns: {line}"));
            }
        }
        let about = |help: &str| help.lines().next().unwrap_or_default().to_owned();
        if about(&short).ends_with('.') || about(&short) != about(&long) {
            wrong.push(format!(
                "{shown}: the first line is a title: {}",
                about(&short)
            ));
        }
        if short.lines().count() > long.lines().count() {
            wrong.push(format!("{shown}: -h is longer than --help"));
        }
        if !long.contains("\nExamples:\n") {
            wrong.push(format!("{shown}: no example"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn help_is_a_command_too() {
    assert_eq!(help(&["help"]), help(&["--help"]));
    assert_eq!(help(&["help", "upgrade"]), help(&["upgrade", "--help"]));
}

#[test]
fn the_version() {
    says(
        said(&std::env::temp_dir(), &["--version"]),
        str![[r#"
migrate 0.1.0
--- exit code 0

"#]],
    );
}

#[test]
fn a_misspelt_command_and_a_misspelt_option_are_corrected() {
    says(
        said(&std::env::temp_dir(), &["upgrad"]),
        str![[r#"
--- stderr
error: unrecognized subcommand 'upgrad'

  tip: some similar subcommands exist: 'downgrade', 'upgrade'

Usage: migrate [OPTIONS] <COMMAND>

For more information, try '--help'.
--- exit code 2

"#]],
    );
    says(
        said(&std::env::temp_dir(), &["upgrade", "--dryrun"]),
        str![[r#"
--- stderr
error: unexpected argument '--dryrun' found

  tip: a similar argument exists: '--dry-run'

Usage: migrate upgrade --dry-run [TARGET]

For more information, try '--help'.
--- exit code 2

"#]],
    );
}

#[test]
fn a_command_of_another_tool_is_told_its_name_here() {
    says(
        said(&std::env::temp_dir(), &["status"]),
        str![[r#"
--- stderr
error: unrecognized subcommand 'status'

  tip: here it is `migrate current -v` or `migrate history`

Usage: migrate [OPTIONS] <COMMAND>

For more information, try '--help'.
--- exit code 2

"#]],
    );
}
