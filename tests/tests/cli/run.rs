//! `upgrade` and `downgrade`: what they say while they run and afterwards.

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use crate::{said_on_app, says, two_tables};

#[test]
fn an_upgrade_tells_each_step_and_where_the_database_is() {
    let project = two_tables();
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
applied 2 revisions in [TIME]: the database is at 02_t02 (head)
--- stderr
applied 01_t01
applied 02_t02
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
nothing to do: the database is at 02_t02 (head)
--- exit code 0

"#]],
    );
}

#[test]
fn an_upgrade_in_json_is_a_line_an_event_and_a_report() {
    let project = two_tables();
    says(
        said_on_app(&project.path(), &["upgrade", "+1", "--format", "json"]),
        str![[r#"
{"event":"plan","direction":"up","from":null,"to":"01","steps":[{"revision":"01","directory":"01_t01","destroys":[]}]}
{"event":"started","revision":"01","direction":"up","number":1,"of":1}
{"event":"finished","revision":"01","direction":"up","duration_ms":[MS],"statements":1}
{"event":"report","direction":"up","rehearsed":false,"current":"01","steps":[{"revision":"01","directory":"01_t01","direction":"up","duration_ms":[MS],"statements":1}],"duration_ms":[MS]}
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "+0", "--format", "json"]),
        str![[r#"
{"event":"plan","direction":"up","from":"01","to":"01","steps":[]}
{"event":"report","direction":"up","rehearsed":false,"current":"01","steps":[],"duration_ms":[MS]}
--- exit code 0

"#]],
    );
}

#[test]
fn a_downgrade_tells_each_step() {
    let project = two_tables();
    said_on_app(&project.path(), &["upgrade"]);
    says(
        said_on_app(&project.path(), &["downgrade", "-1", "--yes"]),
        str![[r#"
reverted 1 revision in [TIME]: the database is at 01_t01
--- stderr
reverted 02_t02 ([TIME])
--- exit code 0

"#]],
    );
    says(
        said_on_app(
            &project.path(),
            &["downgrade", "base", "--yes", "--format", "json"],
        ),
        str![[r#"
{"event":"plan","direction":"down","from":"01","to":null,"steps":[{"revision":"01","directory":"01_t01","destroys":[{"what":"drops table t01","file":"01_t01/down.sql","line":1}]}]}
{"event":"started","revision":"01","direction":"down","number":1,"of":1}
{"event":"finished","revision":"01","direction":"down","duration_ms":[MS],"statements":1}
{"event":"report","direction":"down","rehearsed":false,"current":null,"steps":[{"revision":"01","directory":"01_t01","direction":"down","duration_ms":[MS],"statements":1}],"duration_ms":[MS]}
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["downgrade", "base"]),
        str![[r#"
nothing to do: the database is at base
--- exit code 0

"#]],
    );
}

#[test]
fn what_destroys_data_must_be_meant_where_nobody_can_be_asked() {
    let mut project = two_tables();
    project.revision(
        "03_index",
        "CREATE INDEX by_id ON t01 (id);",
        "DROP INDEX by_id;",
    );
    said_on_app(&project.path(), &["upgrade"]);
    // An index is made again whenever it is wanted.
    says(
        said_on_app(&project.path(), &["downgrade", "-1"]),
        str![[r#"
reverted 1 revision in [TIME]: the database is at 02_t02
--- stderr
reverted 03_index ([TIME])
--- exit code 0

"#]],
    );
    for command in [&["downgrade", "base"][..], &["redo", "base"]] {
        says(
            said_on_app(&project.path(), command),
            str![[r#"
--- stderr
error: this destroys data: drops table t02 (02_t02/down.sql:1), and 1 more
  help: --dry-run shows all of it; --yes says that it is meant
--- exit code 2

"#]],
        );
    }
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
02  t02
--- exit code 0

"#]],
    );
}

#[test]
fn a_dry_run_shows_the_plan_and_makes_nothing() {
    let project = two_tables();
    says(
        said_on_app(&project.path(), &["upgrade", "--dry-run"]),
        str![[r#"
would apply 01_t01
would apply 02_t02
a dry run: nothing was changed
--- stderr
app.db is not there yet
--- exit code 0

"#]],
    );
    says(
        said_on_app(
            &project.path(),
            &["upgrade", "--dry-run", "--format", "json"],
        ),
        str![[r#"
{"event":"plan","direction":"up","from":null,"to":"02","steps":[{"revision":"01","directory":"01_t01","destroys":[]},{"revision":"02","directory":"02_t02","destroys":[]}]}
--- stderr
app.db is not there yet
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
base
--- stderr
app.db is not there yet
--- exit code 0

"#]],
    );
    said_on_app(&project.path(), &["upgrade"]);
    says(
        said_on_app(&project.path(), &["downgrade", "-1", "--dry-run"]),
        str![[r#"
would revert 02_t02
  drops table t02 (02_t02/down.sql:1)
a dry run: nothing was changed
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["current"]),
        str![[r#"
02  t02 (head)
--- exit code 0

"#]],
    );
}

#[test]
fn quiet_says_nothing_and_verbose_more() {
    let project = two_tables();
    says(
        said_on_app(&project.path(), &["upgrade", "+1", "--quiet"]),
        str![[r#"
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "--verbose"]),
        str![[r#"
applied 1 revision in [TIME]: the database is at 02_t02 (head)
--- stderr
database: sqlite:app.db (--database-url)
chain: migrations, 2 revisions
applied 02_t02 ([TIME])
--- exit code 0

"#]],
    );
}

#[test]
fn a_target_may_be_a_name_and_a_part_of_an_id() {
    let project = Project::tables(Backend::Sqlite, 4);
    says(
        said_on_app(&project.path(), &["upgrade", "t02"]),
        str![[r#"
applied 2 revisions in [TIME]: the database is at 02_t02
--- stderr
applied 01_t01
applied 02_t02
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "03"]),
        str![[r#"
applied 1 revision in [TIME]: the database is at 03_t03
--- stderr
applied 03_t03 ([TIME])
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["downgrade", "t03-2", "--yes"]),
        str![[r#"
reverted 2 revisions in [TIME]: the database is at 01_t01
--- stderr
reverted 03_t03 ([TIME])
reverted 02_t02 ([TIME])
--- exit code 0

"#]],
    );
}

#[test]
fn an_empty_revision_is_applied_and_says_that_it_is_empty() {
    let mut project = Project::new(Backend::Sqlite);
    project.revision("01_nothing", "-- nothing\n;;;\n", "SELECT 1;");
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
applied 1 revision in [TIME]: the database is at 01_nothing (head)
--- stderr
applied 01_nothing (empty, [TIME])
--- exit code 0

"#]],
    );
}

#[test]
fn gaps_are_refused_and_filled_when_it_is_asked_for() {
    let mut project = Project::new(Backend::Sqlite);
    project.adopted(
        "01_first",
        "CREATE TABLE first (id INTEGER);",
        "DROP TABLE first;",
    );
    project.adopted(
        "03_third",
        "CREATE TABLE third (id INTEGER);",
        "DROP TABLE third;",
    );
    said_on_app(&project.path(), &["upgrade"]);
    project.adopted(
        "02_second",
        "CREATE TABLE second (id INTEGER);",
        "DROP TABLE second;",
    );
    says(
        said_on_app(&project.path(), &["upgrade"]),
        str![[r#"
--- stderr
error: the database is at 03 but lacks a revision before it: 02
  help: `migrate upgrade --fill-gaps` runs what is missing, in chain order
--- exit code 5

"#]],
    );
    says(
        said_on_app(&project.path(), &["upgrade", "--fill-gaps"]),
        str![[r#"
applied 1 revision in [TIME]: the database is at 03_third (head)
--- stderr
applied 02_second ([TIME])
--- exit code 0

"#]],
    );
}

#[test]
fn a_step_that_cannot_be_taken_back_is_found_before_anything_runs() {
    let mut project = two_tables();
    project.irreversible("03_t03", "DROP TABLE t02;", "the rows of t02 are gone");
    project.revision(
        "04_t04",
        "CREATE TABLE t04 (id INTEGER);",
        "DROP TABLE t04;",
    );
    said_on_app(&project.path(), &["upgrade"]);
    says(
        said_on_app(&project.path(), &["downgrade", "base"]),
        str![[r#"
--- stderr
error: 03_t03 is irreversible: the rows of t02 are gone
  help: a downgrade can go back to 03_t03, and no further
--- exit code 1

"#]],
    );
    says(
        said_on_app(&project.path(), &["downgrade", "-1", "--yes"]),
        str![[r#"
reverted 1 revision in [TIME]: the database is at 03_t03
--- stderr
reverted 04_t04 ([TIME])
--- exit code 0

"#]],
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = two_tables();
    let mut command = std::process::Command::new("sh");
    command
        .current_dir(project.path())
        .arg("-c")
        .arg("exec 3>&1; { \"$0\" history -q; echo $? >&3; } | true");
    command.arg(migrate_tests::binary("migrate-cli", "migrate"));
    assert_eq!(crate::finish(command).stdout, "0\n");
}
