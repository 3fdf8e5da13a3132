//! How long the compiler takes over derived tables: `cargo check` of an app of many tables, whose `table!` blocks are written by
//! hand or derived, with and without Diesel's own derives on the same structs.
//!
//! The apps are touched and checked in turn, so that whatever else the machine does falls on all alike.
//!
//! Run it with `cargo bench -p migrate-tests --bench derives`; `-- 100 5` is of 100 tables, in five rounds.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The columns of each table, beside its key.
const COLUMNS: [(&str, &str, &str); 7] = [
    ("name", "String", "Text"),
    ("nick", "Option<String>", "Nullable<Text>"),
    ("score", "i32", "Integer"),
    ("total", "i64", "BigInt"),
    ("share", "Option<f64>", "Nullable<Double>"),
    ("active", "bool", "Bool"),
    ("photo", "Option<Vec<u8>>", "Nullable<Binary>"),
];

/// What an app is made of.
struct Kind {
    name: &'static str,
    shown: &'static str,
    /// Whether `Table` is derived; else `table!` is written out.
    derived: bool,
    /// Diesel's derives.
    diesel: &'static str,
}

const DIESEL: &str = "diesel::Queryable, diesel::Selectable, diesel::Insertable";

const KINDS: [Kind; 4] = [
    Kind {
        name: "written",
        shown: "table! by hand",
        derived: false,
        diesel: "",
    },
    Kind {
        name: "derived",
        shown: "derive(Table)",
        derived: true,
        diesel: "",
    },
    Kind {
        name: "written-diesel",
        shown: "table! by hand, Queryable, Selectable, Insertable",
        derived: false,
        diesel: DIESEL,
    },
    Kind {
        name: "derived-diesel",
        shown: "derive(Table), Queryable, Selectable, Insertable",
        derived: true,
        diesel: DIESEL,
    },
];

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let (tables, rounds) = (numbers.next().unwrap_or(1_000), numbers.next().unwrap_or(3));
    let directory = tempfile::tempdir().expect("a directory for the apps");
    let apps = KINDS.map(|kind| app(directory.path(), &kind, tables));
    // The first check builds what they depend on.
    apps.iter().for_each(|app| _ = check(app));
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..rounds {
        for (app, times) in apps.iter().zip(&mut times) {
            times.push(check(app));
        }
    }
    println!("`cargo check` of {tables} tables of 8 columns after a touch, median of {rounds}");
    println!("    wall     cpu");
    let medians = times.map(|times: Vec<Time>| {
        let part = |of: fn(&Time) -> Duration| median(times.iter().map(of).collect());
        [part(|time| time.wall), part(|time| time.cpu)]
    });
    for (kind, [wall, cpu]) in KINDS.iter().zip(medians) {
        println!("{wall:>7.1}s {cpu:>6.1}s  {}", kind.shown);
    }
    let added = |with: usize, without: usize| medians[with][1] - medians[without][1];
    println!(
        "the derive adds {:.1}s of processor time to table! by hand, and {:.1}s beside Diesel's derives, which add {:.1}s: {:.2} of them",
        added(1, 0),
        added(3, 2),
        added(2, 0),
        added(3, 2) / added(2, 0)
    );
}

/// An app of that many tables.
fn app(directory: &Path, kind: &Kind, tables: usize) -> PathBuf {
    let app = directory.join(kind.name);
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let core = workspace.join("migrate-core").canonicalize();
    let core = core.expect("migrate-core").display().to_string();
    let manifest = format!(
        "[package]\nname = \"bench-{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         diesel = {{ version = \"2.3\", default-features = false, features = [\"sqlite\"] }}\n\
         migrate-core = {{ path = \"{}\", features = [\"models\"] }}\n",
        kind.name,
        core.escape_default()
    );
    fs::create_dir_all(app.join("src")).expect("the app's directory");
    fs::write(app.join("Cargo.toml"), manifest).expect("its manifest");
    // The versions that are known to be on this machine.
    _ = fs::copy(workspace.join("Cargo.lock"), app.join("Cargo.lock"));
    let mut source = String::from("#![allow(dead_code)]\nfn main() {}\n");
    for number in 0..tables {
        source += &table(kind, number);
    }
    fs::write(app.join("src/main.rs"), source).expect("its source");
    app
}

fn table(kind: &Kind, number: usize) -> String {
    let mut fields = String::from("    id: i32,\n");
    let mut columns = String::from("        id -> Integer,\n");
    for (name, rust, diesel) in COLUMNS {
        _ = writeln!(fields, "    {name}: {rust},");
        _ = writeln!(columns, "        {name} -> {diesel},");
    }
    let written = format!("diesel::table! {{\n    t{number} (id) {{\n{columns}    }}\n}}\n");
    let (written, own) = match kind.derived {
        true => ("", "migrate_core::Table, "),
        false => (written.as_str(), ""),
    };
    // An attribute of a derive that is not there would be unknown.
    let name = match kind.derived || !kind.diesel.is_empty() {
        true => format!("#[diesel(table_name = t{number})]\n"),
        false => String::new(),
    };
    let derives = kind.diesel;
    format!("{written}#[derive({own}{derives})]\n{name}struct T{number} {{\n{fields}}}\n")
}

#[derive(Debug)]
struct Time {
    wall: Duration,
    cpu: Duration,
}

/// The time of one `cargo check` after its source was touched.
fn check(app: &Path) -> Time {
    let main = app.join("src/main.rs");
    let text = fs::read_to_string(&main).expect("its source");
    fs::write(&main, text).expect("its source is touched");
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command
        .current_dir(app)
        .args(["check", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", target());
    let (start, before) = (Instant::now(), cpu_of_children());
    let output = command.output().expect("cargo runs");
    let time = Time {
        wall: start.elapsed(),
        cpu: cpu_of_children() - before,
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    time
}

/// The processor time of all children that have ended, and of theirs; nothing where the system does not tell.
fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(13).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// A folder of the target directory that this benchmark was built in: `TARGET/release/deps/derives-123`.
fn target() -> PathBuf {
    let bench = std::env::current_exe().expect("a benchmark has a path");
    let target = bench.ancestors().nth(3).expect("a target directory");
    target.join("tests").join("derives")
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}
