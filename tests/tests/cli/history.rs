//! `history`: every form of a range, and a database that must be asked.

use std::fs;

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use crate::{finish, said, said_on_app, says, tool, two_tables};

#[test]
fn a_range_has_every_open_form() {
    let project = Project::tables(Backend::Sqlite, 6);
    said_on_app(&project.path(), &["upgrade", "t04"]);
    for (range, ids) in [
        (":", "06 05 04 03 02 01"),
        ("base:head", "06 05 04 03 02 01"),
        ("base:", "06 05 04 03 02 01"),
        (":head", "06 05 04 03 02 01"),
        ("current:", "06 05 04"),
        (":current", "04 03 02 01"),
        ("current:current", "04"),
        ("-3:current", "04 03 02 01"),
        ("-1:+1", "05 04 03"),
        ("+1:", "06 05"),
        (":-2", "02 01"),
        ("head-1:", "06 05"),
        ("02:t03", "03 02"),
        ("t02+1:head-2", "04 03"),
        ("02_t02:02", "02"),
        ("current-1:current+1", "05 04 03"),
    ] {
        let words = ["--database-url", "sqlite:app.db", "history", "-r", range];
        let outcome = finish(tool(&project.path(), &words)).expect(0);
        let shown: Vec<_> = outcome
            .stdout
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(shown.join(" "), ids, "{range}");
    }
    for (range, message) in [
        ("+3:", "`+3` is out of range: it is 1 past head"),
        ("-5:", "`-5` is out of range: it is 1 past base"),
        ("t05:t02", "`t05:t02` is empty: it ends before it begins"),
        (":base", "`:base` is empty: it ends before it begins"),
        ("t9:", "no revision is called `t9`"),
        ("01:02:03", "a range names two revisions"),
        ("", "`` is not a range"),
    ] {
        let words = ["--database-url", "sqlite:app.db", "history", "-r", range];
        let outcome = finish(tool(&project.path(), &words)).expect(2);
        assert!(outcome.stderr.contains(message), "{range}: {outcome}");
        assert_eq!(outcome.stdout, "", "{range}");
    }
}

#[test]
fn who_wants_the_current_one_shown_learns_that_it_cannot_be() {
    let project = two_tables();
    says(
        said(&project.path(), &["history", "-i"]),
        str![[r#"
--- stderr
error: no database is named
  help: set DATABASE_URL, or give --database-url sqlite:FILE, postgres://... or mysql://...
--- exit code 2

"#]],
    );
    let url = "postgres://nobody@127.0.0.1:1/none";
    let outcome = finish(tool(
        &project.path(),
        &["history", "-i", "--database-url", url],
    ))
    .expect(1);
    assert!(outcome.stderr.contains("cannot connect to"), "{outcome}");
    assert_eq!(outcome.stdout, "");
    said_on_app(&project.path(), &["upgrade", "+1"]);
    says(
        said_on_app(&project.path(), &["history", "-i"]),
        str![[r#"
02  t02 (head)     pending
01  t01 (current)  applied [DATE]
--- exit code 0

"#]],
    );
}

#[test]
fn what_is_odd_is_said_beside_its_revision() {
    let mut project = Project::tables(Backend::Sqlite, 3);
    said_on_app(&project.path(), &["upgrade"]);
    project.revision(
        "04_half",
        "CREATE TABLE four (id INTEGER);",
        "DROP TABLE four;",
    );
    project.write(
        "migrations/01_t01/up.sql",
        "CREATE TABLE t01 (id BIGINT PRIMARY KEY);\n",
    );
    migrate_tests::Client::new(
        Backend::Sqlite,
        &project.path().join("app.db").to_string_lossy(),
    )
    .run(
        "DELETE FROM __diesel_schema_migrations WHERE version = '02'; \
             INSERT INTO __diesel_schema_migrations (version) VALUES ('99');",
    )
    .expect("the ledger is changed by hand");
    says(
        said_on_app(&project.path(), &["history"]),
        str![[r#"
99                 applied, unknown to this build
04  half (head)    pending
03  t03 (current)  applied [DATE]
02  t02            missing
01  t01            applied [DATE], changed since
--- exit code 0

"#]],
    );
}

#[test]
fn a_line_is_no_wider_than_a_terminal_unless_a_name_is() {
    let mut project = Project::new(Backend::Sqlite);
    for (name, table) in [
        ("2026-11-21-101112_create_organisations", "a"),
        ("2026-11-22-101112_add_a_phone_number_to_members", "b"),
        ("2026-11-23-101112_x", "c"),
    ] {
        project.revision(
            name,
            &format!("CREATE TABLE {table} (id INTEGER);"),
            &format!("DROP TABLE {table};"),
        );
    }
    said_on_app(&project.path(), &["upgrade"]);
    let words = ["--database-url", "sqlite:app.db", "history"];
    let history = finish(tool(&project.path(), &words)).expect(0).stdout;
    let widths: Vec<_> = history.lines().map(str::len).collect();
    assert!(widths.iter().all(|&width| width <= 80), "{history}");
}

#[test]
fn history_is_newest_first_and_asks_the_database_where_one_is_named() {
    let project = two_tables();
    says(
        said(&project.path(), &["history"]),
        str![[r#"
02  t02 (head)
01  t01
--- stderr
no database is named: what is applied is not shown
--- exit code 0

"#]],
    );
    said_on_app(&project.path(), &["upgrade", "+1"]);
    says(
        said_on_app(&project.path(), &["history"]),
        str![[r#"
02  t02 (head)     pending
01  t01 (current)  applied [DATE]
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["history", "--verbose"]),
        str![[r#"
02  t02 (head)     pending
    follows  01
    scripts  up.sql, down.sql
01  t01 (current)  applied [DATE]
    follows  base
    scripts  up.sql, down.sql
--- stderr
chain: migrations, 2 revisions
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["history", "--format", "json"]),
        str![[r#"
{"database":"sqlite:app.db","revisions":[{"revision":"02","directory":"02_t02","down_revision":"01","linked":true,"head":true,"current":false,"state":"pending","applied":false,"applied_at":null,"scripts":["up.sql","down.sql"],"run_in_transaction":true,"revert_in_transaction":true,"lock_timeout_ms":null,"irreversible":null},{"revision":"01","directory":"01_t01","down_revision":null,"linked":true,"head":false,"current":true,"state":"applied","applied":true,"applied_at":"[DATE]","scripts":["up.sql","down.sql"],"run_in_transaction":true,"revert_in_transaction":true,"lock_timeout_ms":null,"irreversible":null}],"unknown":[]}
--- exit code 0

"#]],
    );
}

#[test]
fn history_goes_on_without_a_database_that_cannot_be_reached() {
    let project = two_tables();
    let url = "sqlite:no/such/directory/app.db";
    fs::write(project.path().join("no"), "").expect("a file where a directory is wanted");
    says(
        said(&project.path(), &["history", "--database-url", url]),
        str![[r#"
02  t02 (head)  pending
01  t01         pending
--- stderr
no/such/directory/app.db is not there yet
--- exit code 0

"#]],
    );
    let said = said(
        &project.path(),
        &[
            "history",
            "--database-url",
            "postgres://nobody@127.0.0.1:1/none",
        ],
    );
    assert!(
        said.contains(
            "the database was not asked: cannot connect to postgres://nobody@127.0.0.1:1/none"
        ),
        "{said}"
    );
    assert!(said.starts_with("02  t02 (head)\n01  t01\n"), "{said}");
    assert!(said.ends_with("--- exit code 0\n"), "{said}");
}

#[test]
fn history_shows_a_range() {
    let project = Project::tables(Backend::Sqlite, 5);
    said_on_app(&project.path(), &["upgrade", "t03"]);
    says(
        said_on_app(&project.path(), &["history", "-r", "t02:t03"]),
        str![[r#"
03  t03 (current)  applied [DATE]
02  t02            applied [DATE]
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["history", "-r", "-1:current"]),
        str![[r#"
03  t03 (current)  applied [DATE]
02  t02            applied [DATE]
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["history", "-r", "04:"]),
        str![[r#"
05  t05 (head)  pending
04  t04         pending
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["history", "-r", ":01"]),
        str![[r#"
01  t01  applied [DATE]
--- exit code 0

"#]],
    );
    says(
        said_on_app(&project.path(), &["history", "-r", "03:02"]),
        str![[r#"
--- stderr
error: `03:02` is empty: it ends before it begins
--- exit code 2

"#]],
    );
    says(
        said_on_app(&project.path(), &["history", "-r", "03"]),
        str![[r#"
--- stderr
error: `03` is not a range
  help: write A:B; a side that is left out is the end of the chain
--- exit code 2

"#]],
    );
    says(
        said(&project.path(), &["history", "-r", "current:"]),
        str![[r#"
--- stderr
no database is named: what is applied is not shown
error: `current` is seen from the database, which was not asked
  help: name one with DATABASE_URL or --database-url
--- exit code 2

"#]],
    );
}
