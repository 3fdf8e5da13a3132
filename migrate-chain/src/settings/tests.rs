use std::path::Path;

use super::*;

fn problems(text: &str) -> Vec<String> {
    Settings::parse("../migrate.toml", text)
        .unwrap_err()
        .render("migrations")
}

#[test]
fn all_keys_are_read() {
    let text = "backends = [\"sqlite\", \"mysql\"]\nirreversible = [\n  \"2019\",\n  \"2020_x\",\n]\n\
                database_url = \"postgres://${USER}@db/app\"\ndir = \"db/migrations\"\nfile_name = \"date\"\n\
                [session]\nmysql = [\"SET foreign_key_checks = 0\"]\n";
    let settings = Settings::parse("../migrate.toml", text).unwrap();
    assert_eq!(settings.backends.unwrap().to_string(), "sqlite, mysql");
    assert_eq!(settings.irreversible, ["2019", "2020_x"]);
    assert_eq!(
        settings.origin.irreversible(1),
        ("../migrate.toml".to_owned(), 4)
    );
    assert_eq!(
        settings.database_url.as_deref(),
        Some("postgres://${USER}@db/app")
    );
    assert_eq!(
        settings.directory.as_deref(),
        Some(Path::new("db/migrations"))
    );
    assert_eq!(settings.file_name, FileName::Date);
    assert_eq!(
        settings.session(Backend::Mysql),
        ["SET foreign_key_checks = 0"]
    );
    assert!(settings.session(Backend::Sqlite).is_empty());
}

#[test]
fn every_wrong_line_is_named_at_once() {
    let text = "backend = [\"sqlite\"]\nbackends = [\"postgresql\"]\nirreversible = \"2019\"\nfile_name = \"epoch\"\n\
                dir = \"\"\n[session]\nmysql = [\"SET a = 1; SET b = 2\"]\nmysq = []\n";
    assert_eq!(
        problems(text),
        [
            "migrate.toml:1: unknown key `backend`\n  help: did you mean `backends`?",
            "migrate.toml:2: `backends = \"postgresql\"`: a backend is sqlite, postgres or mysql\n  help: for example `backends = [\"sqlite\", \"postgres\"]`",
            "migrate.toml:3: `irreversible` is text and must be a list of texts\n  help: write a list of texts: `irreversible = [\"20190401101112\"]`",
            "migrate.toml:4: `file_name = \"epoch\"`: it must be `timestamp` or `date`\n  help: for example `file_name = \"timestamp\"`",
            "migrate.toml:5: `dir = \"\"`: it is empty\n  help: for example `dir = \"db/migrations\"`",
            "migrate.toml:7: `mysql = \"SET a = 1; SET b = 2\"`: it must be one statement\n  help: for example `mysql = [\"SET foreign_key_checks = 0\"]`",
            "migrate.toml:8: unknown key `mysq`\n  help: did you mean `mysql`?",
        ]
    );
}

#[test]
fn environments_are_read_with_the_lines_of_their_keys() {
    let text = "protected = true\n[env.dev]\nprotected = false\nseeds = \"db/dev\"\n\n[env.prod]\ndatabase_url = \"${PROD}\"\n";
    let settings = Settings::parse("../migrate.toml", text).unwrap();
    assert!(settings.protected);
    let dev = settings.environment("dev").unwrap();
    assert_eq!(
        (dev.protected, dev.seeds.as_deref()),
        (Some(false), Some(Path::new("db/dev")))
    );
    let prod = settings.environment("prod").unwrap();
    assert_eq!(
        (prod.protected, prod.database_url.as_deref()),
        (None, Some("${PROD}"))
    );
    assert_eq!(settings.origin.line("protected"), Some(1));
    assert_eq!(settings.origin.line("env.prod.database_url"), Some(7));
    assert_eq!(settings.origin.line("database_url"), None);
    assert_eq!(settings.environment("prd"), Err(Some("prod")));
    assert_eq!(settings.environment("staging"), Err(None));
}

#[test]
fn wrong_environments_are_named() {
    let text = "protected = \"yes\"\nseeds = \"\"\n[env]\nprod = 1\n[env.dev]\nurl = \"x\"\nprotect = true\ndatabase_url = \"\"\n";
    assert_eq!(
        problems(text),
        [
            "migrate.toml:1: `protected` is text and must be true or false\n  help: write true or false: `protected = true`",
            "migrate.toml:2: `seeds = \"\"`: it is empty\n  help: for example `seeds = \"db/seeds\"`",
            "migrate.toml:4: `prod` is a number and must be a table\n  help: write a table: `[env.prod]`",
            "migrate.toml:6: unknown key `url`\n  help: take it out",
            "migrate.toml:7: unknown key `protect`\n  help: did you mean `protected`?",
            "migrate.toml:8: `database_url = \"\"`: it is empty\n  help: for example `database_url = \"${DATABASE_URL}\"`",
        ]
    );
}

#[test]
fn an_empty_list_of_backends_is_shown_as_it_stands() {
    assert!(problems("backends = []\n")[0].starts_with(
        "migrate.toml:1: `backends = []`: it names none; without the key, they are those of the build"
    ));
}

#[test]
fn templates_and_hooks_are_named_in_the_order_of_their_lines() {
    let text = "[templates]\ndefault = \"db/template\"\n\n[hooks]\nformat = [\"sqlfluff\", \"fix\"]\nadd = [\"git\", \"add\"]\n";
    let settings = Settings::parse("../migrate.toml", text).unwrap();
    assert_eq!(
        settings.templates,
        [("default".to_owned(), "db/template".into())]
    );
    let names: Vec<_> = settings.hooks.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["format", "add"]);
    assert_eq!(settings.hooks[0].1, ["sqlfluff", "fix"]);
    assert_eq!(
        problems("[hooks]\nformat = \"sqlfluff fix\"\nnone = []\n[templates]\ndefault = \"\"\n"),
        [
            "migrate.toml:2: `hooks.format` is text and must be a list of texts\n  help: write a list of texts: `hooks.format = [\"sqlfluff\", \"fix\"]`",
            "migrate.toml:3: `hooks.none = []`: it names no program\n  help: for example `hooks.format = [\"sqlfluff\", \"fix\"]`",
            "migrate.toml:5: `templates.default = \"\"`: it is empty\n  help: for example `templates.default = \"db/template\"`",
        ]
    );
}

#[test]
fn models_and_what_they_are_compared_with_are_read() {
    let text = "models = \"src/models/*.rs\"\nexclude = [\"spatial_*\"]\nschemas = [\"audit\"]\n\
                [naming]\nuq = \"{table}_{columns}_key\"\n";
    let settings = Settings::parse("../migrate.toml", text).unwrap();
    assert_eq!(settings.models.unwrap(), ["src/models/*.rs"]);
    assert_eq!(settings.exclude, ["spatial_*"]);
    assert_eq!(settings.schemas, ["audit"]);
    assert_eq!(
        settings.naming,
        [("uq".to_owned(), "{table}_{columns}_key".to_owned())]
    );
    assert_eq!(
        problems(
            "models = []\nexclude = 1\n[naming]\nix = \"ix_{tabel}\"\nuq = \"unique\"\nck = \"{referred}\"\nidx = \"x\"\n[print_schema]\nwith_doc = true\n"
        ),
        [
            "migrate.toml:1: `models = []`: it names no file\n  help: for example `models = [\"src/**/*.rs\"]`",
            "migrate.toml:2: `exclude` is a number and must be a list of texts\n  help: write a list of texts: `exclude = [\"spatial_*\"]`",
            "migrate.toml:4: `ix = \"ix_{tabel}\"`: `{tabel}` is none of its places, which are {table}, {columns}\n  help: for example `ix = \"ix_{table}_{columns}\"`",
            "migrate.toml:5: `uq = \"unique\"`: it has none of its places, which are {table}, {columns}, so that all would have one name\n  help: for example `uq = \"uq_{table}_{columns}\"`",
            "migrate.toml:6: `ck = \"{referred}\"`: `{referred}` is none of its places, which are {table}, {columns}\n  help: for example `ck = \"ck_{table}_{columns}\"`",
            "migrate.toml:7: unknown key `idx`\n  help: did you mean `ix`?",
            "migrate.toml:9: unknown key `with_doc`\n  help: did you mean `with_docs`?",
        ]
    );
}

#[test]
fn the_file_of_table_blocks_is_named_in_migrate_toml_or_else_in_diesel_toml() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    let diesel = "[print_schema]\nfile = \"models/src/schema.rs\"\npatch_file = \"fix.patch\"\n\
                  filter = { except_tables = [\"^spatial_\"] }\ncustom_type_derives = []\n";
    std::fs::create_dir_all(path("migrations")).unwrap();
    std::fs::write(path("diesel.toml"), diesel).unwrap();
    let migrations = path("migrations");
    let settings = Settings::beside(&migrations).unwrap();
    let print = settings.print_schema[0].clone();
    assert_eq!(print.file, path("models/src/schema.rs"));
    assert_eq!(print.patch_file, Some(path("fix.patch")));
    assert_eq!(print.except_tables, ["^spatial_"]);
    assert_eq!(settings.origin.files(), [path("diesel.toml")]);
    assert_eq!(settings.model_globs(&migrations), ["models/src/schema.rs"]);

    std::fs::create_dir(path("src")).unwrap();
    assert_eq!(
        settings.model_globs(&migrations),
        ["src/**/*.rs", "models/src/schema.rs"]
    );

    std::fs::write(
        path("migrate.toml"),
        "[print_schema]\nfile = \"src/schema.rs\"\n",
    )
    .unwrap();
    let settings = Settings::beside(&migrations).unwrap();
    assert_eq!(settings.print_schema[0].file, path("src/schema.rs"));
    assert_eq!(settings.model_globs(&migrations), ["src/**/*.rs"]);
}

#[test]
fn a_diesel_toml_may_name_a_file_a_schema_and_ask_for_what_is_not_known_here() {
    let root = tempfile::tempdir().unwrap();
    let diesel = "[print_schema.public]\nfile = \"a.rs\"\nschema = \"public\"\nwith_docs = true\ninclude_views = true\n\
                  [print_schema.audit]\nfile = \"b.rs\"\ncolumn_sorting = \"name\"\ngenerate_rust_enums = false\n";
    std::fs::create_dir_all(root.path().join("migrations")).unwrap();
    std::fs::write(root.path().join("diesel.toml"), diesel).unwrap();
    let settings = Settings::beside(&root.path().join("migrations")).unwrap();
    let [public, audit] = &settings.print_schema[..] else {
        panic!("{:?}", settings.print_schema);
    };
    assert_eq!(public.schema.as_deref(), Some("public"));
    assert_eq!(
        public.docs.as_deref(),
        Some("database-comments-fallback-to-auto-generated-doc-comment")
    );
    assert_eq!(public.unknown, ["include_views"]);
    assert!(audit.sort_columns && audit.unknown.is_empty());
    assert_eq!(
        settings.model_globs(&root.path().join("migrations")),
        ["a.rs", "b.rs"]
    );
}
