//! `init --from-database`: a database that is there becomes a chain of one revision, and models that mean the same.

use std::fs;

use migrate_core::Backend;
use migrate_tests::{Database, on, on_each_backend};
use tempfile::TempDir;

use crate::run_on;

on_each_backend!(
    a_database_becomes_a_revision_and_models,
    what_a_database_has_twice_it_has_twice_again,
    what_is_no_beginning_is_refused_and_nothing_is_written,
);

const TABLES: &str = "\
CREATE TABLE orgs (id INTEGER PRIMARY KEY NOT NULL, name VARCHAR(50) NOT NULL UNIQUE);
CREATE TABLE members (
    id INTEGER PRIMARY KEY NOT NULL,
    org_id INTEGER NOT NULL REFERENCES orgs (id),
    score INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT score_is_there CHECK (score >= 0)
);
CREATE INDEX by_score ON members (score);
";
/// Without a key it can be no model.
const LOG: &str = "CREATE TABLE log (line VARCHAR(200));\n";

fn directory() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(directory.path().join("Cargo.toml"), manifest).expect("written");
    directory
}

fn a_database_becomes_a_revision_and_models(database: &Database) {
    database.run(&format!("{TABLES}{LOG}INSERT INTO orgs VALUES (1, 'x');\n"));
    let app = directory();
    let init = run_on(app.path(), database, &["init", "--from-database"]).expect(0);
    assert!(init.stdout.contains("which makes 3 tables"), "{init}");
    assert!(init.stdout.contains("created src/models.rs"), "{init}");
    assert!(init.stdout.contains("migrate stamp head"), "{init}");
    let settings = fs::read_to_string(app.path().join("migrate.toml")).expect("it is there");
    assert!(
        settings.contains("\nmodels = [\"src/**/*.rs\"]\n"),
        "{settings}"
    );
    assert!(settings.contains("\nexclude = [\"log\"]\n"), "{settings}");
    _ = run_on(app.path(), database, &["stamp", "head"]).expect(0);
    _ = run_on(app.path(), database, &["check"]).expect(0);
    // Another database gets the same from the revision, and is empty again after it.
    let Some(other) = Database::create(database.backend()) else {
        return;
    };
    _ = run_on(app.path(), &other, &["upgrade"]).expect(0);
    let equal = run_on(app.path(), database, &["diff", "database", other.url()]).expect(0);
    assert!(equal.stdout.contains("are equal"), "{equal}");
    _ = run_on(app.path(), &other, &["downgrade", "base", "--yes"]).expect(0);
    assert!(!other.has_table("orgs") && !other.has_table("log"));
    assert_eq!(
        database.value("SELECT name FROM orgs"),
        "x",
        "it was only read"
    );
}

fn what_a_database_has_twice_it_has_twice_again(database: &Database) {
    database.run(
        "CREATE TABLE pictures (id INTEGER PRIMARY KEY NOT NULL);\n\
         CREATE TABLE members (\n\
             id INTEGER PRIMARY KEY NOT NULL, picture INTEGER, email VARCHAR(50), UNIQUE (email),\n\
             FOREIGN KEY (picture) REFERENCES pictures (id) ON DELETE CASCADE,\n\
             FOREIGN KEY (picture) REFERENCES pictures (id) ON DELETE SET NULL\n\
         );\n",
    );
    match database.backend() {
        // To SQLite what is said in the same words is one.
        Backend::Sqlite => database.run(
            "CREATE TABLE notes (\n\
                 id INTEGER PRIMARY KEY NOT NULL CHECK (id > 0), member INTEGER UNIQUE REFERENCES members,\n\
                 UNIQUE (member), CHECK (id > 0), FOREIGN KEY (member) REFERENCES members (id)\n\
             );\n",
        ),
        Backend::Postgres | Backend::Mysql => database.run(
            "ALTER TABLE members ADD CONSTRAINT email_again UNIQUE (email);\n\
             ALTER TABLE members ADD CONSTRAINT key_again UNIQUE (id);\n",
        ),
    };
    let app = directory();
    _ = run_on(app.path(), database, &["init", "--from-database"]).expect(0);
    _ = run_on(app.path(), database, &["stamp", "head"]).expect(0);
    _ = run_on(app.path(), database, &["check"]).expect(0);
    let Some(other) = Database::create(database.backend()) else {
        return;
    };
    _ = run_on(app.path(), &other, &["upgrade"]).expect(0);
    _ = run_on(app.path(), &other, &["check"]).expect(0);
    _ = run_on(app.path(), database, &["diff", "database", other.url()]).expect(0);
}

#[test]
fn an_index_of_a_part_of_a_text_or_in_an_order_of_its_own_is_said_in_models() {
    for (backend, sql) in [
        (
            Backend::Mysql,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, KEY first_letters (a(20)), UNIQUE KEY u (a(10)));\n",
        ),
        (
            Backend::Sqlite,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);\nCREATE INDEX i ON t (a COLLATE RTRIM DESC);\n",
        ),
        (
            Backend::Postgres,
            "CREATE TABLE t (id INTEGER CONSTRAINT pk_t PRIMARY KEY, a TEXT);\nCREATE INDEX i ON t (a COLLATE \"C\" DESC);\n",
        ),
    ] {
        let Some(database) = Database::create(backend) else {
            continue;
        };
        database.run(sql);
        let app = directory();
        _ = run_on(app.path(), &database, &["init", "--from-database"]).expect(0);
        _ = run_on(app.path(), &database, &["diff", "database", "models"]).expect(0);
        let scripted = run_on(
            app.path(),
            &database,
            &["schema", "--from", "models", "--as", "sql"],
        );
        let scripted = scripted.expect(0).stdout;
        let Some(other) = Database::create(backend) else {
            continue;
        };
        other.run(&scripted);
        _ = run_on(app.path(), &database, &["diff", "database", other.url()]).expect(0);
    }
}

#[test]
fn a_form_that_postgres_reads_into_another_one_is_no_difference() {
    let Some(database) = Database::create(Backend::Postgres) else {
        return;
    };
    database.run(
        "CREATE TABLE jobs (\n\
             id INTEGER PRIMARY KEY, status VARCHAR(20) NOT NULL CHECK (status IN ('new', 'done'))\n\
         );\n\
         CREATE INDEX open_jobs ON jobs (id) WHERE status IN ('new', 'held');\n",
    );
    let app = directory();
    _ = run_on(app.path(), &database, &["init", "--from-database"]).expect(0);
    _ = run_on(app.path(), &database, &["stamp", "head"]).expect(0);
    let Some(other) = Database::create(Backend::Postgres) else {
        return;
    };
    _ = run_on(app.path(), &other, &["upgrade"]).expect(0);
    for (one, two) in [(&database, &other), (&other, &database)] {
        let equal = run_on(app.path(), one, &["diff", "database", two.url()]).expect(0);
        assert!(equal.stdout.contains("are equal"), "{equal}");
    }
    // Models of the one are those of the other.
    let models = run_on(app.path(), &other, &["schema", "--as", "models"]).expect(0);
    fs::write(app.path().join("src/models.rs"), models.stdout).expect("written");
    _ = run_on(app.path(), &database, &["check"]).expect(0);
    // What differs does so still, whatever only one of them can call.
    other.run(
        "CREATE FUNCTION fresh() RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$ SELECT 'new' $$;\n\
         ALTER TABLE jobs ALTER status SET DEFAULT fresh();\n",
    );
    for (one, two) in [(&database, &other), (&other, &database)] {
        let differ = run_on(app.path(), one, &["diff", "database", two.url()]).expect(3);
        assert!(differ.stderr.contains("1 change\n"), "{differ}");
    }
}

fn what_is_no_beginning_is_refused_and_nothing_is_written(database: &Database) {
    let app = directory();
    let init =
        |database: &Database| run_on(app.path(), database, &["init", "--from-database"]).expect(1);
    let empty = init(database);
    assert!(empty.stderr.contains("there is no table in "), "{empty}");
    database.run(LOG);
    database.run(
        "CREATE TABLE __diesel_schema_migrations \
         (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);\n\
         INSERT INTO __diesel_schema_migrations (version) VALUES ('20200101');\n",
    );
    let history = init(database);
    assert!(
        history
            .stderr
            .contains("revisions are applied there, 20200101 the last of them"),
        "{history}"
    );
    assert!(!app.path().join("migrations").exists() && !app.path().join("migrate.toml").exists());
    if database.backend() == Backend::Sqlite {
        let revision = app.path().join("migrations/01_first");
        fs::create_dir_all(&revision).expect("made");
        fs::write(revision.join("up.sql"), "SELECT 1;").expect("written");
        let there = init(database);
        assert!(
            there
                .stderr
                .contains("migrations has revisions already, such as 01_first"),
            "{there}"
        );
    }
}

#[test]
fn schemas_that_were_not_asked_for_are_named_with_the_way_to_ask() {
    on(Backend::Postgres, |database| {
        database.run(TABLES);
        let app = directory();
        let alone = run_on(app.path(), database, &["init", "--from-database"]).expect(0);
        assert!(!alone.stdout.contains("schemas"), "{alone}");

        database.run(
            "CREATE SCHEMA empty; CREATE SCHEMA audit; CREATE SCHEMA \"Bills\"; CREATE TEMPORARY TABLE here (id INTEGER);
             CREATE TABLE audit.log (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES public.members);
             CREATE TABLE audit.lines (line TEXT); CREATE TABLE \"Bills\".open (id INTEGER PRIMARY KEY)",
        );
        let app = directory();
        let init = run_on(app.path(), database, &["init", "--from-database"]).expect(0);
        let told = "  the schemas Bills and audit have tables too, which are not in it: to begin with them as well, delete migrations/ and \
             src/models.rs, write `schemas = [\"Bills\", \"audit\"]` into migrate.toml, and run this again\n";
        assert!(init.stdout.contains(told), "{init}");

        fs::remove_dir_all(app.path().join("migrations")).expect("deleted");
        fs::remove_file(app.path().join("src/models.rs")).expect("deleted");
        let settings = app.path().join("migrate.toml");
        let text = fs::read_to_string(&settings).expect("it is there");
        fs::write(
            &settings,
            format!("schemas = [\"Bills\", \"audit\"]\n{text}"),
        )
        .expect("written");
        let again = run_on(app.path(), database, &["init", "--from-database"]).expect(0);
        assert!(again.stdout.contains("which makes 5 tables"), "{again}");
        assert!(!again.stdout.contains("have tables too"), "{again}");
        // The settings were there before, so what cannot be a model is left to the user.
        let keyless = "  write `exclude = [\"audit.lines\"]` into migrate.toml: a table without a primary key can be no model\n";
        assert!(again.stdout.contains(keyless), "{again}");
        let text = fs::read_to_string(&settings).expect("it is there");
        fs::write(&settings, format!("exclude = [\"audit.lines\"]\n{text}")).expect("written");
        let _ = run_on(app.path(), database, &["stamp", "head"]).expect(0);
        let _ = run_on(app.path(), database, &["check"]).expect(0);
        let _ = run_on(app.path(), database, &["check", "--scratch"]).expect(0);
        let Some(other) = Database::create(Backend::Postgres) else {
            return;
        };
        other.run("CREATE SCHEMA audit; CREATE TABLE audit.log (id INTEGER PRIMARY KEY)");
        let none = run_on(directory().path(), &other, &["init", "--from-database"]).expect(1);
        let help =
            "help: the schema audit has tables: write `schemas = [\"audit\"]` into migrate.toml;";
        assert!(none.stderr.contains(help), "{none}");
    });
}

/// An empty database would refuse up.sql without some of them.
#[test]
fn what_the_revision_does_not_make_is_named() {
    on(Backend::Postgres, |database| {
        database.run(
            "CREATE EXTENSION citext;
             CREATE DOMAIN amount AS integer;
             CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
             CREATE TABLE members (id integer PRIMARY KEY, email citext, paid amount);
             CREATE TRIGGER touched BEFORE UPDATE ON members FOR EACH ROW EXECUTE FUNCTION touch();
             CREATE VIEW payers AS SELECT id FROM members;",
        );
        let app = directory();
        let init = run_on(app.path(), database, &["init", "--from-database"]).expect(0);
        let named = "write into it what is not in it and what it needs: domain amount, extension citext, function touch, trigger touched, \
            view payers\n";
        assert!(init.stdout.contains(named), "{init}");
    });
}
