//! How long the compiler takes over a chain: `cargo check` of an app that embeds it, beside the same app with Diesel's macro.
//!
//! The apps are touched and checked in turn, so that whatever else the machine does falls on all alike, and so is each without
//! its macro: what cargo and the compiler do for the crates that it depends on is no matter of the macro. A plain chain has scripts alone, a
//! linked one has a metadata.toml a revision besides, which Diesel's macro reads and does not track.
//!
//! Run it with `cargo bench -p migrate-tests --bench expansion`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How many revisions there are, and how many times each app is checked; the median counts.
const SIZES: [(usize, usize); 3] = [(100, 41), (1_000, 21), (5_000, 9)];

/// What an app is made of.
struct Kind {
    name: &'static str,
    dependencies: &'static str,
    main: &'static str,
    /// The same without the macro; it names the crate, so that the compiler loads it as well.
    bare: &'static str,
}

const DIESEL: Kind = Kind {
    name: "diesel",
    dependencies: "diesel_migrations = \"2.3\"\ndiesel = { version = \"2.3\", features = [\"sqlite\"] }\n",
    main: "use diesel_migrations::{EmbeddedMigrations, embed_migrations};\n\n\
           pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!(\"../../migrations\");\n\nfn main() {}\n",
    bare: "pub const MIGRATIONS: Option<diesel_migrations::EmbeddedMigrations> = None;\n\nfn main() {}\n",
};

const MIGRATE: Kind = Kind {
    name: "migrate",
    dependencies: "migrate-core = { path = \"CORE\" }\n",
    main: "use migrate_core::{Migrations, embed_migrations};\n\n\
           pub static MIGRATIONS: Migrations = embed_migrations!(\"../../migrations\");\n\nfn main() {}\n",
    bare: "pub static MIGRATIONS: Option<migrate_core::Migrations> = None;\n\nfn main() {}\n",
};

/// The medians of one kind of app.
struct Times {
    with: Duration,
    without: Duration,
}

fn main() {
    println!("`cargo check` after a touch, median: whole, and what the macro adds");
    println!("revisions               diesel           migrate   migrate / diesel, added");
    for (size, rounds) in SIZES {
        for linked in [false, true] {
            let kind = if linked { "linked" } else { "plain" };
            let [diesel, migrate] = measure(size, rounds, linked);
            let ratio = migrate.added() / diesel.added();
            println!("{size:>9} {kind:<6} {diesel} {migrate}   {ratio:.2}");
        }
    }
}

impl Times {
    fn added(&self) -> f64 {
        self.with.saturating_sub(self.without).as_secs_f64()
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:>6.3} + {:.3} s",
            self.with.as_secs_f64(),
            self.added()
        )
    }
}

/// Checks all apps in turn.
fn measure(size: usize, rounds: usize, linked: bool) -> [Times; 2] {
    let directory = tempfile::tempdir().expect("a directory for the apps");
    chain(&directory.path().join("migrations"), size, linked);
    let apps = [DIESEL, MIGRATE].map(|kind| {
        let without = Kind {
            main: kind.bare,
            ..kind
        };
        [("with", kind), ("without", without)]
            .map(|(word, kind)| app(&directory.path().join(word), &kind))
    });
    // The first check builds what they depend on.
    apps.iter().flatten().for_each(|app| _ = check(app));
    let mut times = [const { [const { Vec::new() }; 2] }; 2];
    for _ in 0..rounds {
        for (app, times) in apps.iter().flatten().zip(times.iter_mut().flatten()) {
            times.push(check(app));
        }
    }
    times.map(|times| {
        let [with, without] = times.map(median);
        Times { with, without }
    })
}

/// A chain of small tables, which both macros read.
fn chain(migrations: &Path, size: usize, linked: bool) {
    let mut parent = "base".to_owned();
    for number in 0..size {
        let id = format!("2026-01-01-{number:06}");
        let directory = migrations.join(format!("{id}_create_t{number}"));
        fs::create_dir_all(&directory).expect("a revision's directory");
        let write = |file: &str, text: String| {
            fs::write(directory.join(file), text).expect("a revision's file")
        };
        write(
            "up.sql",
            format!(
                "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);\n"
            ),
        );
        write("down.sql", format!("DROP TABLE t{number};\n"));
        if linked {
            write(
                "metadata.toml",
                format!("down_revision = \"{parent}\"\nrun_in_transaction = true\n"),
            );
        }
        parent = id.replace('-', "");
    }
}

/// An app beside which the migrations are those of the directory above.
fn app(directory: &Path, kind: &Kind) -> PathBuf {
    let app = directory.join(kind.name);
    let word = directory.file_name().unwrap_or_default().display();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the workspace");
    let core = workspace
        .join("migrate-core")
        .display()
        .to_string()
        .escape_default()
        .to_string();
    let manifest = format!(
        "[package]\nname = \"bench-{}-{word}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}",
        kind.name,
        kind.dependencies.replace("CORE", &core)
    );
    fs::create_dir_all(app.join("src")).expect("the app's directory");
    fs::write(app.join("Cargo.toml"), manifest).expect("its manifest");
    fs::write(app.join("src/main.rs"), kind.main).expect("its source");
    // The versions that are known to be on this machine.
    _ = fs::copy(workspace.join("Cargo.lock"), app.join("Cargo.lock"));
    app
}

/// The time of one `cargo check` after its source was touched.
fn check(app: &Path) -> Duration {
    let main = app.join("src/main.rs");
    let text = fs::read_to_string(&main).expect("its source");
    fs::write(&main, text).expect("its source is touched");
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command
        .current_dir(app)
        .args(["check", "--quiet", "--offline"]);
    command.env("CARGO_TARGET_DIR", target());
    let start = Instant::now();
    let output = command.output().expect("cargo runs");
    let time = start.elapsed();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    time
}

/// A folder of the target directory that this benchmark was built in: `TARGET/release/deps/expansion-123`.
fn target() -> PathBuf {
    let bench = std::env::current_exe().expect("a benchmark has a path");
    let target = bench
        .ancestors()
        .nth(3)
        .expect("a benchmark lies in a target directory");
    target.join("tests").join("expansion")
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
