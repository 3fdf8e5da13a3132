//! What the next `cargo build` says of models that have moved on since the head of the chain was made.

use migrate_chain::{Backend, Backends, Lock, Project, Settings};
use migrate_schema::{Dialect, Models, Naming, Outline};
use migrate_tests::App;

const MAIN: &str = r#"
static MIGRATIONS: db::Migrations = db::embed_migrations!();

fn main() {
    println!("{}", MIGRATIONS.chain().len());
}
"#;

const MEMBER: &str =
    "#[derive(Table)]\nstruct Member {\n    id: i32,\n    nick: Option<String>,\n}\n";

/// An app with a model, and with a lock that keeps it.
fn app(name: &'static str) -> App {
    let app = App::new(name, MAIN);
    let manifest = std::fs::read_to_string(app.path("Cargo.toml")).unwrap();
    let manifest = manifest.replace("[\"sqlite\"]", "[\"models\", \"sqlite\"]");
    app.write("Cargo.toml", &manifest);
    app.revision("2026-01-01_members", "base");
    app.write("migrate.toml", "models = [\"models/*.rs\"]\n");
    app.write("models/member.rs", MEMBER);
    app.lock();
    keep(&app);
    app
}

/// What `migrate check` does to the lock where models and database agree.
fn keep(app: &App) {
    let migrations = app.path("migrations");
    let settings = Settings::beside(&migrations).unwrap();
    let globs = settings.model_globs(&migrations);
    let models = Models::read(&settings.folder(&migrations), &globs).unwrap();
    let project = Project::read(&migrations, settings, Backends::ALL).unwrap();
    let mut lock = Lock::of(&project);
    for (backend, dialect) in [
        (Backend::Sqlite, Dialect::Sqlite),
        (Backend::Mysql, Dialect::Mysql),
    ] {
        let schema = models.schema(dialect, &Naming::default()).unwrap();
        let outlines = Outline::of(&schema, dialect);
        lock = lock.with_models(backend, outlines.map(|of| (of.name, of.lines)));
    }
    app.write("migrations/migrate.lock", &lock.to_string());
}

/// What the compiler warns of.
fn warnings(app: &App) -> String {
    app.cargo(&["build"]).expect(0).stderr
}

#[test]
fn an_edited_a_new_and_a_broken_model_reach_the_next_build() {
    let app = app("rebuild-models");
    let build = "fn main() {\n    println!(\"cargo::rerun-if-changed=models\");\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n";
    app.write("build.rs", build);
    assert_eq!(warnings(&app), "", "they say the same");

    let phone = MEMBER.replace("nick", "phone: Option<String>,\n    nick");
    app.write("models/member.rs", &phone);
    let said = warnings(&app);
    assert!(
        said.contains("members.phone is in the models, and no revision has it")
            && said
                .contains("`migrate revision --autogenerate` writes the revision that is missing"),
        "{said}"
    );
    assert_eq!(
        said.matches("members.phone").count(),
        1,
        "once for both databases: {said}"
    );

    keep(&app);
    assert_eq!(warnings(&app), "", "a new lock reaches the build too");

    app.write("models/tag.rs", "#[derive(Table)] struct Tag { id: i32 }");
    let said = warnings(&app);
    assert!(
        said.contains("tags is in the models, and no revision has it"),
        "{said}"
    );

    app.write(
        "models/tag.rs",
        "#[derive(Table)] struct Tag { id: i32, org: Strange }",
    );
    let said = warnings(&app);
    assert!(
        said.contains("models/tag.rs:1:40: no type of sqlite is known for `Strange`"),
        "{said}"
    );
    std::fs::remove_file(app.path("models/tag.rs")).unwrap();
    assert_eq!(warnings(&app), "");
}

#[test]
fn what_the_compiler_says_of_a_model_is_not_said_again() {
    let app = app("rebuild-broken-model");
    let broken = MEMBER.replace("nick", "nick nick");
    app.write("models/member.rs", &format!("use db::Table;\n\n{broken}"));
    let main = format!("#[path = \"../models/member.rs\"]\nmod member;\n{}", MAIN);
    app.write("src/main.rs", &main);
    let refused = app.cargo(&["build"]).expect(101).stderr;
    assert_eq!(
        refused.matches("error: ").count(),
        3,
        "rustc's own, the derive's, and that it stops there: {refused}"
    );
    assert!(
        !refused.contains("the models and the revisions"),
        "{refused}"
    );
}

#[test]
fn a_lock_without_models_and_an_app_that_knows_none_ask_for_none() {
    let app = app("rebuild-no-models");
    app.write("migrate.toml", "models = [\"gone/*.rs\"]\n");
    let said = warnings(&app);
    assert!(
        said.contains("gone/*.rs: no file is there for this glob"),
        "{said}"
    );
    app.lock();
    assert_eq!(warnings(&app), "", "a lock without models");

    app.write("migrate.toml", "");
    keep_nothing_of(&app, "gone");
    let manifest = std::fs::read_to_string(app.path("Cargo.toml")).unwrap();
    app.write("Cargo.toml", &manifest.replace("\"models\", ", ""));
    assert_eq!(warnings(&app), "", "a build without the feature");
}

/// A lock with a table that no model has.
fn keep_nothing_of(app: &App, table: &str) {
    let text = std::fs::read_to_string(app.path("migrations/migrate.lock")).unwrap();
    let lock = Lock::parse(&text).unwrap();
    let lines = vec![("column id".to_owned(), "INTEGER not null".to_owned())];
    let lock = lock.with_models(Backend::Sqlite, [(table.to_owned(), lines)]);
    app.write("migrations/migrate.lock", &lock.to_string());
}
