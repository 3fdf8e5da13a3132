//! `stamp`: what it says.

use snapbox::str;

use crate::{said_on_app, says, two_tables};

#[test]
fn a_stamp_tells_what_became_of_each_record() {
    let project = two_tables();
    let stamp =
        |arguments: &[&str]| said_on_app(&project.path(), &[&["stamp"], arguments].concat());
    says(
        stamp(&["head", "--dry-run"]),
        str![[r#"
01_t01: recorded as applied
02_t02: recorded as applied
a dry run: nothing was changed
--- stderr
app.db is not there yet
--- exit code 0

"#]],
    );
    says(
        stamp(&["head"]),
        str![[r#"
01_t01: recorded as applied
02_t02: recorded as applied
no script ran: the database is recorded at 02_t02 (head)
--- exit code 0

"#]],
    );
    says(
        stamp(&["head"]),
        str![[r#"
nothing to do: the database is at 02_t02 (head)
--- exit code 0

"#]],
    );
    says(
        stamp(&["-1", "--format", "json"]),
        str![[r#"
{"event":"stamp","current":"01","steps":[{"revision":"02","directory":"02_t02","change":"removed"}],"dry_run":false}
--- exit code 0

"#]],
    );
    says(
        stamp(&["+2"]),
        str![[r#"
--- stderr
error: `+2` is out of range: it is 1 past head
  help: the chain ends at its head; name `head` for all of it
--- exit code 2

"#]],
    );
}

#[test]
fn a_purge_names_what_this_chain_does_not_have() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade"]);
    project.remove("02_t02");
    says(
        said_on_app(&project.path(), &["stamp", "head"]),
        str![[r#"
--- stderr
error: the database has a revision unknown to this build: 02
  help: they are in the table __diesel_schema_migrations: an older or newer build, or another branch, applied them; use the build that has them, or `migrate downgrade head`, which takes them back by the scripts that the ledger kept; where they are gone for good, `migrate stamp REV --purge` clears the table and sets it to REV
--- exit code 5

"#]],
    );
    says(
        said_on_app(&project.path(), &["stamp", "head", "--purge"]),
        str![[r#"
02: recorded as not applied
no script ran: the database is recorded at 01_t01 (head)
--- exit code 0

"#]],
    );
}
