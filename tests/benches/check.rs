//! How long `migrate check` takes to find that nothing differs, and how much memory: PostgreSQL tables of ten columns, some with a
//! default, a check, an index and a reference, and models of them in one file. Where `ALEMBIC` names a Python that has alembic,
//! sqlalchemy and psycopg2, `alembic check` of the same tables runs in turn with it, and the ratios are printed. Whole processes, from
//! their start to their end. Nothing is judged.
//!
//! ```text
//! python3 -m venv alembic && alembic/bin/pip install alembic sqlalchemy psycopg2-binary
//! ALEMBIC=alembic/bin/python cargo bench -p migrate-tests --bench check [-- TABLES...]
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use migrate_core::Backend;
use migrate_tests::{Database, binary, on};

const ROUNDS: usize = 7;

/// A transaction of more tables would hold more locks than PostgreSQL has room for by default.
const TOGETHER: usize = 200;

/// Alembic's own project: what `alembic init` writes, cut down to what a check needs.
const ALEMBIC_INI: &str = "[alembic]\nscript_location = %(here)s/alembic\n";

const ENV_PY: &str = r#"
import os, sys
from alembic import context
from sqlalchemy import create_engine
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import models
engine = create_engine(os.environ["CHECKED"].replace("postgres://", "postgresql+psycopg2://"))
def include_name(name, kind, parents):
    return kind != "table" or not name.startswith("__")
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=models.metadata, include_name=include_name,
                      compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()
"#;

/// The same tables as `script` makes.
const MODELS_PY: &str = r#"
import os
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
metadata = MetaData()
for number in range(int(os.environ["TABLES"])):
    Table(f"t{number}", metadata, Column("id", Integer, primary_key=True, autoincrement=False),
        Column("parent", Integer, ForeignKey(f"t{max(number - 1, 0)}.id")), Column("name", String(50), nullable=False),
        Column("email", Text, server_default=text("'nobody'::text")),
        Column("score", Integer, nullable=False, server_default=text("0")), Column("price", Numeric(10, 2)),
        Column("seen", DateTime(timezone=True), server_default=text("now()")), Column("data", JSONB),
        Column("done", Boolean, nullable=False, server_default=text("false")), Column("tags", ARRAY(Text)),
        CheckConstraint("score >= 0", name=f"ck_t{number}"), Index(f"ix_t{number}", "name"))
"#;

fn main() {
    let sizes: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![500, 2000]
    } else {
        sizes
    };
    for tables in sizes {
        on(Backend::Postgres, |database| measure(database, tables));
    }
}

fn measure(database: &Database, tables: usize) {
    for from in (0..tables).step_by(TOGETHER) {
        _ = database.run(&script(from..tables.min(from + TOGETHER)));
    }
    let directory = tempfile::tempdir().expect("a directory for the projects");
    let ours = project(directory.path(), database.url());
    let python = std::env::var("ALEMBIC").ok();
    let mut theirs = python.map(|python| alembic(directory.path(), &python, database, tables));
    println!("{tables} tables of 10 columns, medians of {ROUNDS} alternating rounds");
    let mut samples = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        samples[0].push(sample(&mut migrate(&ours, database.url(), &["check"])));
        if let Some(theirs) = &mut theirs {
            samples[1].push(sample(theirs));
        }
    }
    let [(time, memory), (other, more)] = samples.map(median);
    println!("  migrate check   {time:>9.1} ms  {memory:>9.0} KiB");
    if theirs.is_some() {
        println!("  alembic check   {other:>9.1} ms  {more:>9.0} KiB");
        println!(
            "  ratio           {:>9.3}     {:>9.3}",
            time / other,
            memory / more
        );
    }
}

/// A project whose models and first revision are those of the database, recorded there as applied.
fn project(directory: &Path, url: &str) -> std::path::PathBuf {
    let project = directory.join("migrate");
    fs::create_dir_all(project.join("src")).expect("a directory");
    let manifest = "[package]\nname = \"checked\"\nversion = \"0.1.0\"\n";
    fs::write(project.join("Cargo.toml"), manifest).expect("its manifest");
    for words in [
        &["init", "--from-database"][..],
        &["stamp", "head"],
        &["check"],
    ] {
        let output = migrate(&project, url, words).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
    }
    project
}

fn migrate(project: &Path, url: &str, words: &[&str]) -> Command {
    let mut command = Command::new(binary("migrate-cli", "migrate"));
    command
        .current_dir(project)
        .args(["--database-url", url])
        .args(words);
    command
}

fn alembic(directory: &Path, python: &str, database: &Database, tables: usize) -> Command {
    let project = directory.join("alembic");
    fs::create_dir_all(project.join("alembic/versions")).expect("a directory");
    for (file, text) in [
        ("alembic.ini", ALEMBIC_INI),
        ("models.py", MODELS_PY),
        ("alembic/env.py", ENV_PY),
    ] {
        fs::write(project.join(file), text).expect("a file of it");
    }
    let python = fs::canonicalize(Path::new(python).parent().unwrap_or(Path::new(".")))
        .expect("ALEMBIC is the path of a Python")
        .join(Path::new(python).file_name().unwrap_or_default());
    let mut command = Command::new(python);
    command
        .current_dir(project)
        .args(["-m", "alembic", "check"])
        .env("CHECKED", database.url())
        .env("TABLES", tables.to_string());
    command
}

/// The time of a process in milliseconds, and the most memory that it had in KiB, where the system says so while it runs.
fn sample(command: &mut Command) -> (f64, f64) {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().expect("the process starts");
    let mut memory = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is waited for") {
            break status;
        }
        memory = memory.max(peak(child.id()));
        std::thread::sleep(Duration::from_millis(1));
    };
    let took = started.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    (took.as_secs_f64() * 1000.0, f64::from(memory))
}

fn peak(process: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

fn median(samples: Vec<(f64, f64)>) -> (f64, f64) {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    let (times, memory) = samples.into_iter().unzip();
    (middle(times), middle(memory))
}

fn script(tables: std::ops::Range<usize>) -> String {
    let mut sql = String::from("BEGIN;\n");
    for number in tables {
        let parent = number.saturating_sub(1);
        let _ = writeln!(
            sql,
            "CREATE TABLE t{number} (id integer PRIMARY KEY, parent integer REFERENCES t{parent} (id), name varchar(50) NOT NULL, \
             email text DEFAULT 'nobody', score integer NOT NULL DEFAULT 0, price numeric(10,2), seen timestamptz DEFAULT now(), \
             data jsonb, done boolean NOT NULL DEFAULT false, tags text[], CONSTRAINT ck_t{number} CHECK (score >= 0));\n\
             CREATE INDEX ix_t{number} ON t{number} (name);"
        );
    }
    sql + "COMMIT;\n"
}
