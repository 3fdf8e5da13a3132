//! How long it takes to find that nothing differs: PostgreSQL tables of ten columns, some with a default, a check, an index and a
//! reference, read and compared with what they should be. Where `ALEMBIC` names a Python that has alembic, sqlalchemy and psycopg2, `alembic`'s own
//! comparison of the same tables runs beside it, each in a process of its own; the ratio is printed. Nothing is judged.
//!
//! ```text
//! python3 -m venv alembic && alembic/bin/pip install alembic sqlalchemy psycopg2-binary
//! ALEMBIC=alembic/bin/python cargo bench -p migrate-tests --bench check [-- TABLES...]
//! ```

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use migrate_core::{AnyConnection, Backend, Inspector};
use migrate_schema::{Renames, Schema};
use migrate_tests::{Database, on};

const ROUNDS: usize = 5;
/// Tells a process that it is to do one comparison and say what it took.
const CHILD: &str = "MIGRATE_BENCH_CHECK";

/// The comparison that `alembic check` makes, of the tables of one database with the models that were reflected from another, so that
/// reading the models costs nothing; its own process says its time and its memory.
const COMPARISON: &str = r#"
import sys, time, resource
from sqlalchemy import create_engine, MetaData
from alembic.migration import MigrationContext
from alembic.autogenerate import compare_metadata
url = sys.argv[1].replace("postgres://", "postgresql+psycopg2://")
engine = create_engine(url)
models = MetaData()
models.reflect(engine)
with engine.connect() as connection:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    started = time.perf_counter()
    found = compare_metadata(context, models)
    took = time.perf_counter() - started
assert not found, found
print(took * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"#;

fn main() {
    if let Ok(url) = std::env::var(CHILD) {
        child(&url);
        return;
    }
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
    database.run(&script(tables));
    println!("{tables} tables of 10 columns, medians of {ROUNDS} alternating rounds");
    let python = std::env::var("ALEMBIC").ok();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut command = Command::new(std::env::current_exe().expect("a program has a path"));
        ours.push(sample(command.env(CHILD, database.url())));
        if let Some(python) = &python {
            let mut command = Command::new(python);
            theirs.push(sample(command.args(["-c", COMPARISON, database.url()])));
        }
    }
    let (time, memory) = median(ours);
    println!("  migrate   {time:>9.1} ms  {memory:>9.0} KiB");
    if python.is_some() {
        let (other, more) = median(theirs);
        println!("  alembic   {other:>9.1} ms  {more:>9.0} KiB");
        println!(
            "  ratio     {:>9.3}     {:>9.3}",
            time / other,
            memory / more
        );
    }
}

/// What a process says: its time in milliseconds and its memory in KiB.
fn sample(command: &mut Command) -> (f64, f64) {
    let output = command.output().expect("the process starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
    (
        numbers.next().expect("a time"),
        numbers.next().expect("memory"),
    )
}

fn median(mut samples: Vec<(f64, f64)>) -> (f64, f64) {
    let middle = samples.len() / 2;
    samples.sort_by(|one, other| one.0.total_cmp(&other.0));
    let time = samples[middle].0;
    samples.sort_by(|one, other| one.1.total_cmp(&other.1));
    (time, samples[middle].1)
}

/// Compares a database with what it is.
fn child(url: &str) {
    let mut connection = AnyConnection::establish(url).expect("it connects");
    let inspector = Inspector::new();
    let wanted: Schema = inspector.schema(&mut connection).expect("it is read");
    let mut connection = AnyConnection::establish(url).expect("it connects");
    let started = Instant::now();
    let difference = inspector
        .difference(&mut connection, &wanted, &Renames::default())
        .expect("they are compared");
    let took: Duration = started.elapsed();
    assert!(difference.is_empty());
    println!("{} {}", took.as_secs_f64() * 1000.0, peak());
}

/// The most memory that this process ever had, in KiB, where the system says so.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

fn script(tables: usize) -> String {
    let mut sql = String::from("BEGIN;\n");
    for number in 0..tables {
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
