//! A real app in a directory of its own, built by a real cargo: it depends on migrate-core under another name and has its chain
//! in `migrations/`.
//!
//! All apps share one target directory, so that what they depend on is built once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use migrate_chain::{Backends, Lock, Project, Settings};
use tempfile::TempDir;

use crate::binaries::target_directory;
use crate::process::Outcome;

const MANIFEST: &str = r#"[package]
name = "NAME"
version = "1.2.3"
edition = "2024"

[workspace]

[dependencies]
db = { package = "migrate-core", path = "CORE", default-features = false, features = ["sqlite"] }

[profile.dev]
debug = false
"#;

/// An app.
#[derive(Debug)]
pub struct App {
    name: &'static str,
    directory: TempDir,
}

impl App {
    /// An app of that name (no two at a time may share one) whose `src/main.rs` is this text. In it migrate-core is called `db`.
    ///
    /// # Panics
    /// Where it cannot be written.
    #[must_use]
    pub fn new(name: &'static str, main: &str) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("migrate-app")
            .tempdir()
            .expect("a directory for an app");
        let app = Self { name, directory };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let core = workspace
            .join("migrate-core")
            .canonicalize()
            .expect("migrate-core is beside the tests");
        let core = core
            .to_str()
            .expect("its path is UTF-8")
            .escape_default()
            .to_string();
        app.write(
            "Cargo.toml",
            &MANIFEST.replace("NAME", name).replace("CORE", &core),
        );
        // The versions that are known to be on this machine.
        if let Ok(lock) = fs::read_to_string(workspace.join("Cargo.lock")) {
            app.write("Cargo.lock", &lock);
        }
        app.write("src/main.rs", main);
        app
    }

    /// A file or directory of the app.
    #[must_use]
    pub fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }

    /// Writes a file of the app.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a file is in a directory"))
            .expect("its directory is made");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Writes a revision that makes one table, called as the name after the id.
    pub fn revision(&self, directory: &str, down_revision: &str) {
        let table = directory
            .split_once('_')
            .map_or(directory, |(_, name)| name);
        let file = |name: &str| format!("migrations/{directory}/{name}");
        self.write(
            &file("up.sql"),
            &format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY);\n"),
        );
        self.write(&file("down.sql"), &format!("DROP TABLE {table};\n"));
        let metadata = format!("down_revision = \"{down_revision}\"\nrun_in_transaction = true\n");
        self.write(&file("metadata.toml"), &metadata);
    }

    /// Brings migrate.lock up to date, as every command does.
    ///
    /// # Panics
    /// Where the chain is broken.
    pub fn lock(&self) {
        let migrations = self.path("migrations");
        _ = fs::remove_file(migrations.join(Lock::FILE));
        let settings = Settings::beside(&migrations).expect("the settings are right");
        let project =
            Project::read(&migrations, settings, Backends::ALL).expect("the chain is right");
        self.write("migrations/migrate.lock", &Lock::of(&project).to_string());
    }

    /// Runs cargo in the app.
    ///
    /// # Panics
    /// Where there is no cargo.
    #[must_use]
    pub fn cargo(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
        command
            .args(arguments)
            .args(["--quiet", "--offline", "--color", "never"]);
        command.env("CARGO_TARGET_DIR", target());
        self.output(command)
    }

    /// Builds the app.
    ///
    /// # Panics
    /// With cargo's words, where it does not build.
    pub fn build(&self) {
        _ = self.cargo(&["build"]).expect(0);
    }

    /// Runs the program that cargo built last, without asking cargo whether it is still fresh.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn run_as_built(&self) -> Outcome {
        let file = format!("{}{}", self.name, std::env::consts::EXE_SUFFIX);
        self.output(Command::new(target().join("debug").join(file)))
    }

    fn output(&self, mut command: Command) -> Outcome {
        command.current_dir(self.directory.path());
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Outcome {
            code: status.code(),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }
}

fn target() -> PathBuf {
    target_directory().join("tests").join("apps")
}
