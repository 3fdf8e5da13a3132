//! A chain written in a few lines, in a directory of its own.

use std::fs;
use std::path::{Path, PathBuf};

use migrate_core::{Backend, Migrations};
use migrate_schema::Step;
use tempfile::TempDir;

/// A directory with `migrations/` and a `migrate.toml`.
#[derive(Debug)]
pub struct Project {
    directory: TempDir,
    last: String,
}

impl Project {
    /// An empty chain for one backend.
    ///
    /// # Panics
    /// Where the directory cannot be made.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("migrate-project")
            .tempdir()
            .expect("a directory for a test's chain");
        fs::create_dir(directory.path().join("migrations")).expect("migrations/ is made");
        let project = Self {
            directory,
            last: "base".into(),
        };
        project.write("migrate.toml", format!("backends = [\"{backend}\"]\n"));
        project
    }

    /// A chain of the small tables `t01`, `t02` and so on, made one by one.
    #[must_use]
    pub fn tables(backend: Backend, count: usize) -> Self {
        let mut project = Self::new(backend);
        for number in 1..=count {
            project.revision(
                &format!("{number:02}_t{number:02}"),
                &format!("CREATE TABLE t{number:02} (id INTEGER PRIMARY KEY);\n"),
                &format!("DROP TABLE t{number:02};\n"),
            );
        }
        project
    }

    /// A chain for PostgreSQL of the steps that let others read and write, a revision each.
    #[must_use]
    pub fn of_steps(steps: &[Step]) -> Self {
        let mut project = Self::new(Backend::Postgres);
        for (at, step) in steps.iter().enumerate() {
            let wait = step.lock_timeout;
            let wait = wait.map(|wait| format!("lock_timeout = \"{wait}\"\n"));
            let metadata = format!(
                "run_in_transaction = {}\nrevert_in_transaction = {}\n{}",
                step.in_transaction,
                step.revert_in_transaction,
                wait.unwrap_or_default()
            );
            let name = format!("{:03}_step", at + 1);
            project.with_metadata(&name, (&step.up, &step.down), &metadata);
        }
        project
    }

    /// Adds a revision after the last one, each of its scripts in a transaction.
    pub fn revision(&mut self, name: &str, up: &str, down: &str) -> &mut Self {
        self.with_metadata(name, (up, down), "run_in_transaction = true\n")
    }

    /// Adds a revision after the last one, without a transaction.
    pub fn bare(&mut self, name: &str, up: &str, down: &str) -> &mut Self {
        self.with_metadata(name, (up, down), "run_in_transaction = false\n")
    }

    /// Adds a revision after the last one, which cannot be taken back.
    pub fn irreversible(&mut self, name: &str, up: &str, reason: &str) -> &mut Self {
        self.with_metadata(
            name,
            (up, ""),
            &format!("run_in_transaction = true\nirreversible = \"{reason}\"\n"),
        )
    }

    /// Adds a revision after the last one, with what its metadata.toml says beside the link. An empty down is no file.
    pub fn with_metadata(
        &mut self,
        name: &str,
        (up, down): (&str, &str),
        metadata: &str,
    ) -> &mut Self {
        self.write(&format!("migrations/{name}/up.sql"), up);
        if !down.is_empty() {
            self.write(&format!("migrations/{name}/down.sql"), down);
        }
        self.write(
            &format!("migrations/{name}/metadata.toml"),
            format!("down_revision = \"{}\"\n{metadata}", self.last),
        );
        self.last = name.split('_').next().unwrap_or(name).replace('-', "");
        self
    }

    /// Adds a plain Diesel revision, without metadata.
    pub fn adopted(&mut self, name: &str, up: &str, down: &str) -> &mut Self {
        self.write(&format!("migrations/{name}/up.sql"), up);
        self.write(&format!("migrations/{name}/down.sql"), down);
        self.last = name.split('_').next().unwrap_or(name).replace('-', "");
        self
    }

    /// Takes a revision's directory away, as a branch without it would.
    ///
    /// # Panics
    /// Where it is not there.
    pub fn remove(&self, name: &str) {
        fs::remove_dir_all(self.migrations_dir().join(name)).expect("the revision is removed");
    }

    /// Adds settings to migrate.toml.
    pub fn settings(&self, text: &str) -> &Self {
        let before = fs::read_to_string(self.path().join("migrate.toml")).unwrap_or_default();
        self.write("migrate.toml", &(before + text));
        self
    }

    /// Writes a file of the project.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("the file's directory is made");
        }
        fs::write(path, text).expect("the file is written");
    }

    /// The project's directory.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.path().to_path_buf()
    }

    /// The directory of the revisions.
    #[must_use]
    pub fn migrations_dir(&self) -> PathBuf {
        self.path().join("migrations")
    }

    /// The chain, read and checked.
    ///
    /// # Panics
    /// With every problem, where it is not valid.
    #[must_use]
    pub fn read(&self) -> Migrations {
        Migrations::from_directory(self.migrations_dir())
            .unwrap_or_else(|problems| panic!("{problems}"))
    }
}

impl AsRef<Path> for Project {
    fn as_ref(&self) -> &Path {
        self.directory.path()
    }
}
