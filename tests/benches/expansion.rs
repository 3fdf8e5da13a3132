//! How long the compiler takes over a chain: `cargo check` of an app that embeds it, beside the same app with Diesel's macro.
//!
//! Both apps are touched and checked in turn, so that whatever else the machine does falls on both alike, and beside them one
//! that embeds nothing. Run it with `cargo bench -p migrate-tests --bench expansion`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How many times each app is checked; the median counts.
const ROUNDS: usize = 9;

const SIZES: [usize; 3] = [100, 1_000, 5_000];

/// What an app is made of.
struct Kind {
    name: &'static str,
    dependencies: &'static str,
    main: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind {
        name: "nothing",
        dependencies: "",
        main: "fn main() {}\n",
    },
    Kind {
        name: "diesel",
        dependencies: "diesel_migrations = \"2.3\"\ndiesel = { version = \"2.3\", features = [\"sqlite\"] }\n",
        main: "use diesel_migrations::{EmbeddedMigrations, embed_migrations};\n\n\
               pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!(\"../migrations\");\n\nfn main() {}\n",
    },
    Kind {
        name: "migrate",
        dependencies: "migrate-core = { path = \"CORE\" }\n",
        main: "use migrate_core::{Migrations, embed_migrations};\n\n\
               pub static MIGRATIONS: Migrations = embed_migrations!(\"../migrations\");\n\nfn main() {}\n",
    },
];

fn main() {
    println!("revisions   nothing    diesel   migrate   migrate / diesel, less nothing");
    for size in SIZES {
        let directory = tempfile::tempdir().expect("a directory for the apps");
        chain(&directory.path().join("migrations"), size);
        let apps = KINDS.map(|kind| app(directory.path(), &kind));
        // The first check builds what they depend on.
        apps.iter().for_each(|app| _ = check(app));
        let mut times = [const { Vec::new() }; KINDS.len()];
        for _ in 0..ROUNDS {
            for (app, times) in apps.iter().zip(&mut times) {
                times.push(check(app));
            }
        }
        let [nothing, diesel, migrate] = times.map(median);
        let ratio = (migrate - nothing).as_secs_f64() / (diesel - nothing).as_secs_f64();
        let [nothing, diesel, migrate] =
            [nothing, diesel, migrate].map(|time| format!("{:.3} s", time.as_secs_f64()));
        println!("{size:>9} {nothing:>9} {diesel:>9} {migrate:>9}   {ratio:.2}");
    }
}

/// A linked chain of small tables; Diesel reads the same directory.
fn chain(migrations: &Path, size: usize) {
    let mut parent = "base".to_owned();
    for number in 0..size {
        let id = format!("2026-01-01-{number:06}");
        let directory = migrations.join(format!("{id}_create_t{number}"));
        fs::create_dir_all(&directory).expect("a revision's directory");
        let up = format!(
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);\n"
        );
        let metadata = format!("down_revision = \"{parent}\"\nrun_in_transaction = true\n");
        let files = [
            ("up.sql", up),
            ("down.sql", format!("DROP TABLE t{number};\n")),
            ("metadata.toml", metadata),
        ];
        for (file, text) in files {
            fs::write(directory.join(file), text).expect("a revision's file");
        }
        parent = id.replace('-', "");
    }
}

fn app(directory: &Path, kind: &Kind) -> PathBuf {
    let app = directory.join(kind.name);
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
        "[package]\nname = \"bench-{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}",
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
