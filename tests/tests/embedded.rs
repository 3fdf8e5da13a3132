//! The chains of real projects, embedded into one app.

use std::fmt::Write;

use migrate_tests::{App, real_chains};

#[test]
fn every_real_chain_is_embedded_whole_and_equals_what_a_run_reads() {
    let Some(chains) = real_chains() else { return };
    let adopted: Vec<_> = chains.iter().map(|chain| (chain, chain.adopt())).collect();
    let mut main = String::from(
        "use db::{Migrations, embed_migrations};\n\n#[allow(deprecated)]\nfn main() {\n    let chains = [\n",
    );
    let mut expected = String::new();
    for (chain, directory) in &adopted {
        let path = directory.path().join("migrations");
        let path = path.to_str().expect("its path is UTF-8");
        let name = &chain.name;
        writeln!(main, "        ({name:?}, {path:?}, {{ static CHAIN: Migrations = embed_migrations!({path:?}); &CHAIN }}),").unwrap();
        writeln!(expected, "{name} {} true", chain.revisions).unwrap();
    }
    main += "    ];\n    for (name, path, embedded) in chains {\n        let read = Migrations::from_directory(path).unwrap();\n        \
             println!(\"{name} {} {}\", embedded.chain().len(), embedded.chain() == read.chain());\n    }\n}\n";
    let app = App::new("real-chains", &main);
    assert_eq!(app.cargo(&["run"]).expect(0).stdout, expected);
}

#[test]
fn an_app_for_no_database_is_told_which_there_are() {
    let app = App::new("no-database", "fn main() {}\n");
    let manifest = std::fs::read_to_string(app.path("Cargo.toml")).unwrap();
    app.write("Cargo.toml", &manifest.replace("[\"sqlite\"]", "[]"));
    let refused = app.cargo(&["check"]).expect(101).stderr;
    assert!(
        refused.starts_with("error: migrate-core is for no database: turn on its feature `sqlite`, `postgres` or `mysql`"),
        "{refused}"
    );
    assert_eq!(
        refused.matches("error: ").count(),
        2,
        "that, and that it could not compile: {refused}"
    );
    assert!(!refused.contains("warning"), "{refused}");
}
