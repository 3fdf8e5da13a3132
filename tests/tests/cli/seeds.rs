//! Seeds: once each, whole or not at all; and a database made anew with them.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use migrate_core::Backend;
use migrate_tests::{Database, Project, at_once, on, on_each_backend};

use crate::{run_on, said_on_app, says, tool};

on_each_backend!(
    each_runs_once_in_the_order_of_names,
    one_that_fails_is_rolled_back_and_those_before_stay,
    many_processes_run_each_once,
    a_reset_leaves_nothing_of_before,
    what_cannot_be_made_anew_is_not_dropped,
);

/// A table, and two files that fill it.
fn project(backend: Backend) -> Project {
    let mut project = Project::new(backend);
    project.revision(
        "01_people",
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20));",
        "DROP TABLE people;",
    );
    project.write(
        "seeds/02_more.sql",
        "INSERT INTO people VALUES (2, 'Bo');\n",
    );
    project.write(
        "seeds/01_first.sql",
        "INSERT INTO people VALUES (9, 'no');\n",
    );
    project.write(
        &format!("seeds/01_first.{backend}.sql"),
        format!(
            "-- For {backend}.\nDELETE FROM people;\nINSERT INTO people VALUES (1, '{backend}');\n"
        ),
    );
    project.write("seeds/README.md", "no seed");
    project
}

fn people(database: &Database) -> Vec<String> {
    database.column("SELECT name FROM people ORDER BY id")
}

fn seeded(database: &Database) -> Vec<String> {
    database.column(
        "SELECT revision FROM __migrate_log WHERE action = 'seed' AND outcome = 'done' ORDER BY id",
    )
}

fn each_runs_once_in_the_order_of_names(database: &Database) {
    let backend = database.backend();
    let project = project(backend);
    let behind = run_on(&project, database, &["seed"]).expect(3);
    assert!(behind.stderr.contains("the database is behind"), "{behind}");
    _ = run_on(&project, database, &["upgrade"]).expect(0);
    let first = run_on(&project, database, &["seed"]).expect(0);
    assert_eq!(first.stdout, "ran 2 of 2 seeds\n", "{first}");
    assert_eq!(people(database), [backend.name(), "Bo"]);
    assert_eq!(seeded(database), ["01_first.sql", "02_more.sql"]);
    let again = run_on(&project, database, &["seed"]).expect(0);
    assert_eq!(again.stdout, "nothing to do: every seed ran before\n");
    // Layout and comments do not count; statements do.
    project.write(
        "seeds/02_more.sql",
        "-- Bo.\nINSERT INTO people\n  VALUES (2, 'Bo');\n",
    );
    let again = run_on(&project, database, &["seed"]).expect(0);
    assert_eq!(again.stderr, "", "{again}");
    project.write(
        "seeds/02_more.sql",
        "INSERT INTO people VALUES (3, 'Cy');\n",
    );
    project.write(
        "seeds/03_last.sql",
        "INSERT INTO people VALUES (4, 'Di');\n",
    );
    let changed = run_on(&project, database, &["seed"]).expect(0);
    assert_eq!(changed.stdout, "ran 1 of 3 seeds\n");
    assert!(
        changed
            .stderr
            .contains("02_more.sql was changed since it ran; `migrate seed --again 02_more.sql`"),
        "{changed}"
    );
    assert_eq!(people(database), [backend.name(), "Bo", "Di"]);
    _ = run_on(
        &project,
        database,
        &["seed", "--again", "seeds/02_more.sql"],
    )
    .expect(0);
    assert_eq!(people(database), [backend.name(), "Bo", "Cy", "Di"]);
    let unknown = run_on(&project, database, &["seed", "02_mor.sql"]).expect(2);
    assert!(
        unknown.stderr.contains("there is no seed 02_mor.sql"),
        "{unknown}"
    );
    // A seed is no revision.
    let current = run_on(&project, database, &["current", "--check-heads"]).expect(0);
    assert_eq!(current.stdout, "01  people (head)\n");
    assert_eq!(database.applied(), ["01"]);
    _ = run_on(&project, database, &["downgrade", "base", "--yes"]).expect(0);
    assert_eq!(
        database.column("SELECT DISTINCT tool FROM __migrate_log WHERE action <> 'layout'"),
        [concat!("migrate ", env!("CARGO_PKG_VERSION"))],
        "the log names who ran a seed as it names who ran a revision"
    );
}

fn one_that_fails_is_rolled_back_and_those_before_stay(database: &Database) {
    let project = project(database.backend());
    project.write(
        "seeds/02_more.sql",
        "INSERT INTO people VALUES (2, 'Bo');\n\nINSERT INTO people VALUES (1, 'twice');\nINSERT INTO people VALUES (3, 'Cy');\n",
    );
    project.write(
        "seeds/03_last.sql",
        "INSERT INTO people VALUES (4, 'Di');\n",
    );
    _ = run_on(&project, database, &["upgrade"]).expect(0);
    let failed = run_on(&project, database, &["seed"]).expect(1);
    for words in [
        "seeds/02_more.sql:3:1",
        "statement 2 of 3",
        "nothing of this file was kept",
        "mend the file and run `migrate seed` again",
    ] {
        assert!(failed.stderr.contains(words), "{words}: {failed}");
    }
    assert_eq!(people(database), [database.backend().name()]);
    assert_eq!(seeded(database), ["01_first.sql"]);
    assert_eq!(
        database.log().last().map(String::as_str),
        Some("02_more.sql seed failed 0/3")
    );
    project.write(
        "seeds/02_more.sql",
        "INSERT INTO people VALUES (2, 'Bo');\n",
    );
    let mended = run_on(&project, database, &["seed"]).expect(0);
    assert_eq!(mended.stdout, "ran 2 of 3 seeds\n");
    assert_eq!(people(database), [database.backend().name(), "Bo", "Di"]);
}

fn many_processes_run_each_once(database: &Database) {
    let project = project(database.backend());
    _ = run_on(&project, database, &["upgrade"]).expect(0);
    let arguments = ["--database-url", database.url(), "seed"];
    let outcomes = at_once(4, Duration::from_secs(60), || {
        tool(&project.path(), &arguments)
    });
    assert!(
        outcomes.iter().all(|outcome| outcome.code == Some(0)),
        "{outcomes:?}"
    );
    assert_eq!(seeded(database), ["01_first.sql", "02_more.sql"]);
    assert_eq!(people(database), [database.backend().name(), "Bo"]);
}

/// A reader keeps SQLite from a commit, of the second seed as of the first.
#[test]
fn on_sqlite_seeds_wait_for_a_reader() {
    on(Backend::Sqlite, |database| {
        let project = project(Backend::Sqlite);
        _ = run_on(&project, database, &["upgrade"]).expect(0);
        _ = run_on(&project, database, &["seed"]).expect(0);
        project.write(
            "seeds/03_last.sql",
            "INSERT INTO people VALUES (4, 'Di');\n",
        );
        project.write("seeds/04_end.sql", "INSERT INTO people VALUES (5, 'Ed');\n");
        let mut reader = database.sqlite();
        reader
            .batch_execute("BEGIN; SELECT COUNT(*) FROM people")
            .unwrap();
        let released = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(1500));
            reader.batch_execute("COMMIT")
        });
        let waited = run_on(&project, database, &["seed"]).expect(0);
        released.join().unwrap().unwrap();
        assert_eq!(waited.stdout, "ran 2 of 4 seeds\n");
    });
}

fn a_reset_leaves_nothing_of_before(database: &Database) {
    let project = project(database.backend());
    _ = run_on(&project, database, &["upgrade"]).expect(0);
    database.run("CREATE TABLE leftover (id INTEGER);");
    let unasked = run_on(&project, database, &["reset"]).expect(2);
    assert!(
        unasked.stderr.contains("--yes goes without asking"),
        "{unasked}"
    );
    assert!(database.has_table("leftover"));
    let reset = run_on(&project, database, &["reset", "--yes"]).expect(0);
    assert!(reset.stdout.ends_with("ran 2 of 2 seeds\n"), "{reset}");
    assert!(!database.has_table("leftover"));
    assert_eq!(people(database), [database.backend().name(), "Bo"]);
    let bare = run_on(&project, database, &["reset", "--yes", "--no-seed"]).expect(0);
    assert!(!bare.stdout.contains("seed"), "{bare}");
    assert!(people(database).is_empty());
}

fn what_cannot_be_made_anew_is_not_dropped(database: &Database) {
    let project = project(database.backend());
    _ = run_on(&project, database, &["reset", "--yes"]).expect(0);
    let still_there = || assert_eq!(people(database), [database.backend().name(), "Bo"]);
    project.write("seeds/03_last.sql", "INSERT INTO people VALUES (4, 'Di);\n");
    let seeds = run_on(&project, database, &["reset", "--yes"]).expect(1);
    assert!(seeds.stderr.contains("seeds/03_last.sql:1:"), "{seeds}");
    assert!(seeds.stderr.contains("the seeds cannot be read"), "{seeds}");
    still_there();
    project.write(
        "seeds/03_last.sql",
        "INSERT INTO people VALUES (4, 'Di');\n",
    );
    project.write("migrations/01_people/down.sql", "");
    let chain = run_on(&project, database, &["reset", "--yes"]).expect(1);
    assert!(chain.stderr.contains("01_people/down.sql"), "{chain}");
    still_there();
    project.write("migrations/01_people/down.sql", "DROP TABLE people;");
    project.settings("protected = true\n");
    let protected = run_on(&project, database, &["reset", "--yes"]).expect(1);
    assert!(protected.stderr.contains("is protected"), "{protected}");
    still_there();
}

#[test]
fn a_reset_keeps_the_limits_of_a_run() {
    on(Backend::Postgres, |database| {
        let mut project = Project::new(Backend::Postgres);
        project.revision("01_slow", "SELECT pg_sleep(20);", "SELECT 1;");
        let reset = ["reset", "--yes", "--statement-timeout", "100ms"];
        let slow = run_on(&project, database, &reset).expect(1);
        assert!(slow.stderr.contains("statement timeout"), "{slow}");
    });
}

#[test]
fn seeds_are_found_where_the_settings_say_and_are_missed_with_advice() {
    let project = project(Backend::Sqlite);
    let directory = project.path();
    std::fs::rename(directory.join("seeds"), directory.join("rows")).expect("renamed");
    _ = said_on_app(&directory, &["upgrade", "-q"]);
    says(
        said_on_app(&directory, &["seed"]),
        snapbox::str![[r#"
--- stderr
error: there is no seeds/
  help: write the statements into files there, such as 01_users.sql, or name the directory by `seeds` in migrate.toml
--- exit code 1

"#]],
    );
    project.settings("seeds = \"nowhere\"\n[env.test]\nseeds = \"rows\"\n");
    says(
        said_on_app(&directory, &["seed", "--env", "test"]),
        snapbox::str![[r#"
ran 2 of 2 seeds
--- stderr
seeded 01_first.sql ([TIME])
seeded 02_more.sql ([TIME])
--- exit code 0

"#]],
    );
    says(
        said_on_app(&directory, &["seed", "-v", "--env", "test"]),
        snapbox::str![[r#"
nothing to do: every seed ran before
--- stderr
database: sqlite:app.db (--database-url)
chain: migrations, 1 revision
01_first.sql ran before
02_more.sql ran before
--- exit code 0

"#]],
    );
}

#[test]
fn what_a_seed_sets_is_not_left_to_the_next() {
    let Some(database) = Database::create(Backend::Postgres) else {
        return;
    };
    let project = project(Backend::Postgres);
    project.write(
        "seeds/01_first.postgres.sql",
        "CREATE SCHEMA other;\nSET search_path = other;\n",
    );
    _ = run_on(&project, &database, &["upgrade"]).expect(0);
    _ = run_on(&project, &database, &["seed"]).expect(0);
    assert_eq!(people(&database), ["Bo"]);
}
