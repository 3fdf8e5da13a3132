//! The whole reference, as `--help` prints it.

use snapbox::str;

use crate::{said, says};

fn help(arguments: &[&str]) -> String {
    said(std::env::temp_dir().as_path(), arguments)
}

#[test]
fn of_the_tool() {
    says(
        help(&["--help"]),
        str![[r#"
Migrations for Diesel as a chain: make revisions, apply them, take them back

Usage: migrate [OPTIONS] <COMMAND>

Commands:
  init       Make migrations/, migrate.toml and migrate.lock, or take over a
             Diesel project
  revision   Make a new revision after the head
  upgrade    Apply what is pending, up to a target
  downgrade  Take revisions back, down to a target, which stays applied
  current    Show where the database is
  history    List the revisions, newest first
  heads      Show the head of the chain

Options:
  -h, --help     Print help
  -V, --version  Print version

Global options:
      --database-url <URL>  The database: sqlite:FILE, postgres://... or
                            mysql://...
      --dir <DIR>           The migrations directory, instead of the one found
                            from here upward
      --config <FILE>       The settings, instead of the migrate.toml beside the
                            migrations directory
      --format <FORMAT>     How results are written: for people, or one JSON
                            object a line [default: text] [possible values:
                            text, json]
  -q, --quiet               Say nothing but results that were asked for, and
                            errors
  -v, --verbose             Say more
      --color <WHEN>        When to use colours; auto is on a terminal, unless
                            NO_COLOR is set [default: auto] [possible values:
                            auto, always, never]

Examples:
  migrate init                       make migrations/ and migrate.toml
  migrate revision -m "add phone"    make a revision, to be filled in
  migrate upgrade                    apply what is pending
  migrate downgrade -1               take the newest revision back
  migrate current --check-heads      exit with 3 unless the database is at head

The database is the one that --database-url names, or MIGRATE_DATABASE_URL, or
DATABASE_URL, or the file in DATABASE_URL_FILE, or .env, or migrate.toml, in
this order.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not up to date, 4 another run
holds the lock, 5 the database and the chain diverged, 130 and 143 stopped by a
signal
--- exit code 0

"#]],
    );
}

#[test]
fn of_init() {
    says(
        help(&["init", "--help"]),
        str![[r#"
Make migrations/, migrate.toml and migrate.lock, or take over a Diesel project

Writes what is not there yet, next to what is: the migrations directory, a
migrate.toml that explains its keys, migrate.lock, and a build.rs of one line by
which cargo sees new revisions. Revisions that Diesel made stay as they are;
those of them that cannot be taken back are named in migrate.toml.

Usage: migrate init [OPTIONS]

Options:
      --backend <LIST>
          The databases that every script is for
          
          [possible values: sqlite, postgres, mysql]

  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --database-url <URL>
          The database: sqlite:FILE, postgres://... or mysql://...

      --dir <DIR>
          The migrations directory, instead of the one found from here upward

      --config <FILE>
          The settings, instead of the migrate.toml beside the migrations
          directory

      --format <FORMAT>
          How results are written: for people, or one JSON object a line
          
          [default: text]
          [possible values: text, json]

  -q, --quiet
          Say nothing but results that were asked for, and errors

  -v, --verbose
          Say more

      --color <WHEN>
          When to use colours; auto is on a terminal, unless NO_COLOR is set
          
          [default: auto]
          [possible values: auto, always, never]

Examples:
  migrate init                             for the database of the URL
  migrate init --backend sqlite,postgres   for these
--- exit code 0

"#]],
    );
}

#[test]
fn of_revision() {
    says(
        help(&["revision", "--help"]),
        str![[r#"
Make a new revision after the head

Makes a directory with up.sql, down.sql and metadata.toml, and brings
migrate.lock up to date. Its id comes after the head's whatever the clock says.
No database is asked.

Usage: migrate revision [OPTIONS] --message <TEXT>

Options:
  -m, --message <TEXT>
          What it does, in a few words: they become its name

      --rev-id <ID>
          The id to use instead of one made from the time

  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --database-url <URL>
          The database: sqlite:FILE, postgres://... or mysql://...

      --dir <DIR>
          The migrations directory, instead of the one found from here upward

      --config <FILE>
          The settings, instead of the migrate.toml beside the migrations
          directory

      --format <FORMAT>
          How results are written: for people, or one JSON object a line
          
          [default: text]
          [possible values: text, json]

  -q, --quiet
          Say nothing but results that were asked for, and errors

  -v, --verbose
          Say more

      --color <WHEN>
          When to use colours; auto is on a terminal, unless NO_COLOR is set
          
          [default: auto]
          [possible values: auto, always, never]

Example:
  migrate revision -m "add phone to members"
--- exit code 0

"#]],
    );
}

#[test]
fn of_upgrade() {
    says(
        help(&["upgrade", "--help"]),
        str![[r#"
Apply what is pending, up to a target

Runs the up scripts between where the database is and the target, each with its
record in one transaction. Runs that start at the same time wait for each other.
When a statement fails, its revision is rolled back and everything before it
stays; where there is no transaction to roll back, the next upgrade goes on at
the statement that failed.

Usage: migrate upgrade [OPTIONS] [TARGET]

Arguments:
  [TARGET]
          head, +N, an id or its beginning, a name, or ID+N
          
          [default: head]

Options:
      --fill-gaps
          Run revisions too that were left out before the current one

      --dry-run
          Show what would run, and change nothing

      --lock-wait <DURATION>
          How long to wait for another run to finish: 90s, 5m
          
          [default: 60s]

      --lock-timeout <DURATION>
          How long a statement may wait for a table that somebody uses; 0s is
          for ever
          
          [default: 5s]

      --transaction <MODE>
          How revisions share transactions

          Possible values:
          - each: A transaction for each revision
          - all:  One for all of them, or none runs
          - auto: Together on a fresh database, otherwise one each
          
          [default: auto]

      --in-doubt <ANSWER>
          What is known of a statement that was running when an earlier run died

          Possible values:
          - done:  It took effect: go on with the one after it
          - retry: It did not: run it again

  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --database-url <URL>
          The database: sqlite:FILE, postgres://... or mysql://...

      --dir <DIR>
          The migrations directory, instead of the one found from here upward

      --config <FILE>
          The settings, instead of the migrate.toml beside the migrations
          directory

      --format <FORMAT>
          How results are written: for people, or one JSON object a line
          
          [default: text]
          [possible values: text, json]

  -q, --quiet
          Say nothing but results that were asked for, and errors

  -v, --verbose
          Say more

      --color <WHEN>
          When to use colours; auto is on a terminal, unless NO_COLOR is set
          
          [default: auto]
          [possible values: auto, always, never]

Examples:
  migrate upgrade                    everything that is pending
  migrate upgrade +1                 the next revision
  migrate upgrade add_phone          up to the revision of that name
  migrate upgrade --dry-run          what would run
--- exit code 0

"#]],
    );
}

#[test]
fn of_downgrade() {
    says(
        help(&["downgrade", "--help"]),
        str![[r#"
Take revisions back, down to a target, which stays applied

Runs the down scripts, newest first. A step that cannot be taken back is found
before anything runs. What a down script drops is gone: on a terminal you are
asked first.

Usage: migrate downgrade [OPTIONS] <TARGET>

Arguments:
  <TARGET>
          -N, base, an id or its beginning, a name, or ID-N

Options:
  -y, --yes
          Do not ask

      --dry-run
          Show what would run, and change nothing

      --lock-wait <DURATION>
          How long to wait for another run to finish: 90s, 5m
          
          [default: 60s]

      --lock-timeout <DURATION>
          How long a statement may wait for a table that somebody uses; 0s is
          for ever
          
          [default: 5s]

      --transaction <MODE>
          How revisions share transactions

          Possible values:
          - each: A transaction for each revision
          - all:  One for all of them, or none runs
          - auto: Together on a fresh database, otherwise one each
          
          [default: auto]

      --in-doubt <ANSWER>
          What is known of a statement that was running when an earlier run died

          Possible values:
          - done:  It took effect: go on with the one after it
          - retry: It did not: run it again

  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --database-url <URL>
          The database: sqlite:FILE, postgres://... or mysql://...

      --dir <DIR>
          The migrations directory, instead of the one found from here upward

      --config <FILE>
          The settings, instead of the migrate.toml beside the migrations
          directory

      --format <FORMAT>
          How results are written: for people, or one JSON object a line
          
          [default: text]
          [possible values: text, json]

  -q, --quiet
          Say nothing but results that were asked for, and errors

  -v, --verbose
          Say more

      --color <WHEN>
          When to use colours; auto is on a terminal, unless NO_COLOR is set
          
          [default: auto]
          [possible values: auto, always, never]

Examples:
  migrate downgrade -1               the newest revision
  migrate downgrade add_phone        everything after the revision of that name
  migrate downgrade base             everything
--- exit code 0

"#]],
    );
}

#[test]
fn of_current() {
    says(
        help(&["current", "--help"]),
        str![[r#"
Show where the database is

It only reads, and needs no more than the right to SELECT. A revision that this
chain does not have is shown as unknown; a step that was left half done is shown
as partial, with how many of its statements are done.

Usage: migrate current [OPTIONS]

Options:
      --check-heads
          Fail with exit code 3 unless the database is at head, with 5 if it
          diverged

  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --database-url <URL>
          The database: sqlite:FILE, postgres://... or mysql://...

      --dir <DIR>
          The migrations directory, instead of the one found from here upward

      --config <FILE>
          The settings, instead of the migrate.toml beside the migrations
          directory

      --format <FORMAT>
          How results are written: for people, or one JSON object a line
          
          [default: text]
          [possible values: text, json]

  -q, --quiet
          Say nothing but results that were asked for, and errors

  -v, --verbose
          Say more

      --color <WHEN>
          When to use colours; auto is on a terminal, unless NO_COLOR is set
          
          [default: auto]
          [possible values: auto, always, never]

Examples:
  migrate current                    the newest applied revision
  migrate current -v                 what is pending, the last attempt
  migrate current --check-heads      exit with 3 unless it is the head
--- exit code 0

"#]],
    );
}

#[test]
fn of_history() {
    says(
        help(&["history", "--help"]),
        str![[r#"
List the revisions, newest first

Where a database is named and can be reached, each revision says whether and
when it was applied. Without one the chain alone is shown.

Usage: migrate history [OPTIONS]

Options:
  -r, --rev-range <A:B>
          From one revision to another, both included; a side that is left out
          is the end of the chain

  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --database-url <URL>
          The database: sqlite:FILE, postgres://... or mysql://...

      --dir <DIR>
          The migrations directory, instead of the one found from here upward

      --config <FILE>
          The settings, instead of the migrate.toml beside the migrations
          directory

      --format <FORMAT>
          How results are written: for people, or one JSON object a line
          
          [default: text]
          [possible values: text, json]

  -q, --quiet
          Say nothing but results that were asked for, and errors

  -v, --verbose
          Say more

      --color <WHEN>
          When to use colours; auto is on a terminal, unless NO_COLOR is set
          
          [default: auto]
          [possible values: auto, always, never]

Examples:
  migrate history                    all of them
  migrate history -r -2:head         the newest three, seen from the database
  migrate history -r add_phone:      from the revision of that name on
  migrate history -v                 with parents, scripts and transactions
--- exit code 0

"#]],
    );
}

#[test]
fn of_heads() {
    says(
        help(&["heads", "--help"]),
        str![[r#"
Show the head of the chain

A chain has one head, or none as long as it has no revision; a directory with
two is refused, with how to mend it. No database is asked.

Usage: migrate heads [OPTIONS]

Options:
  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --database-url <URL>
          The database: sqlite:FILE, postgres://... or mysql://...

      --dir <DIR>
          The migrations directory, instead of the one found from here upward

      --config <FILE>
          The settings, instead of the migrate.toml beside the migrations
          directory

      --format <FORMAT>
          How results are written: for people, or one JSON object a line
          
          [default: text]
          [possible values: text, json]

  -q, --quiet
          Say nothing but results that were asked for, and errors

  -v, --verbose
          Say more

      --color <WHEN>
          When to use colours; auto is on a terminal, unless NO_COLOR is set
          
          [default: auto]
          [possible values: auto, always, never]
--- exit code 0

"#]],
    );
}

#[test]
fn no_line_is_wider_than_a_narrow_terminal() {
    for command in [
        "init",
        "revision",
        "upgrade",
        "downgrade",
        "current",
        "history",
        "heads",
    ] {
        for line in help(&[command, "--help"]).lines() {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
    }
}

#[test]
fn the_version() {
    says(
        help(&["--version"]),
        str![[r#"
migrate 0.1.0
--- exit code 0

"#]],
    );
}

#[test]
fn a_misspelt_command_and_a_misspelt_option_are_corrected() {
    says(
        help(&["upgrad"]),
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
        help(&["upgrade", "--dryrun"]),
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
