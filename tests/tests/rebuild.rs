//! What the next `cargo build` sees of a changed directory, and what a program says that was not built again.

use migrate_tests::App;

/// Prints every revision with its up script, and then brings a database up to date.
const MAIN: &str = r#"
use db::{AnyConnection, Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for revision in MIGRATIONS.chain().revisions() {
        print!("{} {}", revision.id(), revision.ups()[0].text());
    }
    let mut connection = AnyConnection::establish("sqlite::memory:")?;
    MIGRATIONS.upgrade(&mut connection)?;
    MIGRATIONS.ensure_current(&mut connection)?;
    Ok(())
}
"#;

fn app(name: &'static str) -> App {
    let app = App::new(name, MAIN);
    app.revision("2026-01-01_first", "base");
    app.revision("2026-01-02_second", "20260101");
    app.lock();
    app
}

/// Builds and runs; the ids and the scripts.
fn run(app: &App) -> Vec<String> {
    app.build();
    let outcome = app.run_as_built().expect(0);
    assert_eq!(outcome.stderr, "", "what was just built is not stale");
    outcome.stdout.lines().map(String::from).collect()
}

const FIRST: &str = "20260101 CREATE TABLE first (id INTEGER PRIMARY KEY);";
const SECOND: &str = "20260102 CREATE TABLE second (id INTEGER PRIMARY KEY);";

#[test]
fn an_edited_script_or_metadata_reaches_the_next_build() {
    let app = app("rebuild-edit");
    assert_eq!(run(&app), [FIRST, SECOND]);
    app.write(
        "migrations/2026-01-02_second/up.sql",
        "CREATE TABLE edited (id INTEGER);\n",
    );
    app.write(
        "migrations/2026-01-02_second/down.sql",
        "DROP TABLE edited;\n",
    );
    assert_eq!(
        run(&app),
        [FIRST, "20260102 CREATE TABLE edited (id INTEGER);"]
    );

    app.write(
        "migrations/2026-01-02_second/metadata.toml",
        "down_revision = \"20260101\"\n",
    );
    let refused = app.cargo(&["build"]).expect(101);
    assert!(
        refused.stderr.contains(
            "migrations/2026-01-02_second/metadata.toml: `run_in_transaction` is missing"
        ),
        "{refused}"
    );
}

#[test]
fn a_removed_and_a_renamed_directory_reach_the_next_build() {
    let app = app("rebuild-remove");
    assert_eq!(run(&app), [FIRST, SECOND]);
    let migrations = app.path("migrations");
    std::fs::rename(
        migrations.join("2026-01-02_second"),
        migrations.join("2026-01-03_second"),
    )
    .unwrap();
    let refused = app.cargo(&["build"]).expect(101);
    assert!(
        refused.stderr.contains("migrate.lock"),
        "the lock lists what is not there: {refused}"
    );
    app.lock();
    assert_eq!(
        run(&app),
        [
            FIRST,
            "20260103 CREATE TABLE second (id INTEGER PRIMARY KEY);"
        ]
    );

    std::fs::remove_dir_all(migrations.join("2026-01-03_second")).unwrap();
    app.lock();
    assert_eq!(run(&app), [FIRST]);
}

#[test]
fn a_new_revision_reaches_the_next_build_through_the_lock() {
    let app = app("rebuild-lock");
    assert_eq!(run(&app).len(), 2);
    app.revision("2026-01-03_third", "20260102");
    app.lock();
    assert_eq!(
        run(&app)[2],
        "20260103 CREATE TABLE third (id INTEGER PRIMARY KEY);"
    );
}

#[test]
fn a_directory_added_by_hand_reaches_the_next_build_through_the_build_script() {
    let app = app("rebuild-script");
    app.write(
        "build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n",
    );
    assert_eq!(run(&app).len(), 2);
    app.revision("2026-01-03_third", "20260102");
    assert_eq!(run(&app).len(), 3);
}

#[test]
fn a_debug_build_says_once_that_its_directory_has_moved_on() {
    let app = app("rebuild-stale");
    run(&app);
    let said = || app.run_as_built().expect(0).stderr;
    let line = |file: &str, what: &str| {
        let path = app.path("migrations").join(file);
        format!(
            "migrate: {} {what} since this build embedded it; build again\n",
            path.display()
        )
    };
    assert_eq!(said(), "", "nothing has changed yet");

    app.revision("2026-01-03_third", "20260102");
    assert_eq!(said(), line("2026-01-03_third", "was added"));
    std::fs::remove_dir_all(app.path("migrations/2026-01-03_third")).unwrap();
    assert_eq!(said(), "");

    app.write("migrations/2026-01-02_second/up.sqlite.sql", "SELECT 1;");
    assert_eq!(said(), line("2026-01-02_second/up.sqlite.sql", "was added"));
    std::fs::remove_file(app.path("migrations/2026-01-02_second/up.sqlite.sql")).unwrap();

    app.write(
        "migrations/2026-01-02_second/metadata.toml",
        "down_revision = \"base\"\n",
    );
    assert_eq!(
        said(),
        line("2026-01-02_second/metadata.toml", "was edited")
    );
    app.write(
        "migrations/2026-01-01_first/down.sql",
        "DROP TABLE IF EXISTS first;\n",
    );
    assert_eq!(said(), line("2026-01-01_first/down.sql", "was edited"));
    std::fs::remove_dir_all(app.path("migrations/2026-01-02_second")).unwrap();
    assert_eq!(said(), line("2026-01-02_second", "was removed"));

    std::fs::remove_dir_all(app.path("migrations")).unwrap();
    assert_eq!(
        said(),
        "",
        "a program that runs elsewhere has nothing to compare"
    );
}

#[test]
fn an_edited_migration_in_rust_reaches_the_next_build() {
    let app = app("rebuild-code");
    let manifest = std::fs::read_to_string(app.path("Cargo.toml")).unwrap();
    let diesel =
        "diesel = { version = \"2.3\", default-features = false, features = [\"sqlite\"] }\n";
    app.write(
        "Cargo.toml",
        &manifest.replace("[dependencies]\n", &format!("[dependencies]\n{diesel}")),
    );
    let code = |word: &str| {
        let text = format!(
            "pub fn up(_: &mut diesel::SqliteConnection) -> diesel::QueryResult<()> {{\n    println!(\"{word}\");\n    Ok(())\n}}\n"
        );
        app.write("migrations/2026-01-02_second/migration.rs", &text);
    };
    code("one");
    assert_eq!(run(&app), [FIRST, SECOND, "one"]);
    code("two");
    assert_eq!(
        app.run_as_built().expect(0).stderr,
        format!(
            "migrate: {} was edited since this build embedded it; build again\n",
            app.path("migrations/2026-01-02_second/migration.rs")
                .display()
        )
    );
    assert_eq!(run(&app), [FIRST, SECOND, "two"]);
}
