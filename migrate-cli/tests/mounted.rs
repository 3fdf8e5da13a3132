//! The commands in an app's own command line, on the chain that the app brings.
#![cfg(feature = "sqlite")]

use std::fs;
use std::process::ExitCode;

use clap::Parser;
use migrate_cli::Commands;
use migrate_core::Migrations;

#[derive(Parser)]
enum App {
    /// The database's migrations
    #[command(subcommand)]
    Db(Commands),
}

fn code(arguments: &[&str], migrations: &Migrations) -> ExitCode {
    let App::Db(commands) = App::parse_from([&["app", "db"], arguments].concat());
    commands.run(migrations)
}

#[test]
fn an_embedded_chain_needs_no_directory() {
    let directory = tempfile::tempdir().expect("a directory");
    let revision = directory.path().join("migrations/2026-11-21_members");
    fs::create_dir_all(&revision).expect("made");
    fs::write(
        revision.join("up.sql"),
        "CREATE TABLE members (id INTEGER);",
    )
    .expect("written");
    fs::write(revision.join("down.sql"), "DROP TABLE members;").expect("written");
    let migrations =
        Migrations::from_directory(directory.path().join("migrations")).expect("a valid chain");
    fs::remove_dir_all(directory.path().join("migrations")).expect("removed");

    let file = directory.path().join("app.db");
    let url = format!("sqlite:{}", file.display());
    let on_app = |arguments: &[&str]| {
        code(
            &[&["--database-url", &url], arguments].concat(),
            &migrations,
        )
    };
    assert_eq!(on_app(&["current", "--check-heads"]), ExitCode::from(3));
    assert_eq!(on_app(&["upgrade", "--quiet"]), ExitCode::SUCCESS);
    assert_eq!(on_app(&["current", "--check-heads"]), ExitCode::SUCCESS);
    assert_eq!(on_app(&["history"]), ExitCode::SUCCESS);
    assert_eq!(on_app(&["downgrade", "base", "--yes"]), ExitCode::SUCCESS);
    assert_eq!(on_app(&["downgrade", "-1", "--yes"]), ExitCode::from(2));
    // A directory that is named goes before what is embedded.
    assert_eq!(
        on_app(&["heads", "--dir", "no/such/directory"]),
        ExitCode::from(1)
    );
}
