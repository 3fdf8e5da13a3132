//! How long `migrate check` takes to find that nothing differs, and how much memory: PostgreSQL tables of ten columns, some with a
//! default, a check, an index and a reference, and models of them in one file. Where `ALEMBIC` names a Python that has alembic,
//! sqlalchemy and psycopg2, `alembic check` of the same tables runs in turn with it, and the ratios are printed: of models as an app has
//! them, a declarative class each, and of bare tables made in a loop, the least that it can do with. Whole processes, from their start to
//! their end. Nothing is judged.
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
from models import metadata
engine = create_engine(os.environ["CHECKED"].replace("postgres://", "postgresql+psycopg2://"))
def include_name(name, kind, parents):
    return kind != "table" or not name.startswith("__")
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, include_name=include_name,
                      compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()
"#;

/// The same tables as `script` makes, in a loop.
const TABLES_PY: &str = r#"
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

/// The same as classes: what stands before them, and one of them with its number and its parent's.
const CLASSES_PY: &str = r#"
import datetime, decimal
from typing import Any, Optional
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase):
    pass
metadata = Base.metadata
"#;

const CLASS_PY: &str = r#"
class T{number}(Base):
    __tablename__ = "t{number}"
    __table_args__ = (CheckConstraint("score >= 0", name="ck_t{number}"), Index("ix_t{number}", "name"))
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent: Mapped[Optional[int]] = mapped_column(ForeignKey("t{parent}.id"))
    name: Mapped[str] = mapped_column(String(50))
    email: Mapped[Optional[str]] = mapped_column(Text, server_default=text("'nobody'::text"))
    score: Mapped[int] = mapped_column(server_default=text("0"))
    price: Mapped[Optional[decimal.Decimal]] = mapped_column(Numeric(10, 2))
    seen: Mapped[Optional[datetime.datetime]] = mapped_column(DateTime(timezone=True), server_default=text("now()"))
    data: Mapped[Optional[dict[str, Any]]] = mapped_column(JSONB)
    done: Mapped[bool] = mapped_column(server_default=text("false"))
    tags: Mapped[Optional[list[str]]] = mapped_column(ARRAY(Text))
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
    let mut measured = vec![("migrate check", migrate(&ours, database.url(), &["check"]))];
    if let Ok(python) = std::env::var("ALEMBIC") {
        for (what, models) in [
            ("alembic, classes", classes(tables)),
            ("alembic, bare tables", TABLES_PY.to_owned()),
        ] {
            let project = directory.path().join(what);
            let theirs = alembic(&project, &python, &models, database, tables);
            measured.push((what, theirs));
        }
    }
    println!("{tables} tables of 10 columns, medians of {ROUNDS} alternating rounds");
    let mut samples = vec![Vec::new(); measured.len()];
    for _ in 0..ROUNDS {
        for ((_, command), samples) in measured.iter_mut().zip(&mut samples) {
            samples.push(sample(command));
        }
    }
    let medians: Vec<_> = samples.into_iter().map(median).collect();
    let (ours, our_memory) = medians[0];
    for ((what, _), (time, memory)) in measured.iter().zip(medians) {
        let (times, memories) = (ours / time, our_memory / memory);
        println!("  {what:<21}{time:>8.0} ms ({times:.3})  {memory:>8.0} KiB ({memories:.3})");
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

fn classes(tables: usize) -> String {
    let class = |number: usize| {
        let parent = number.saturating_sub(1).to_string();
        let class = CLASS_PY.replace("{number}", &number.to_string());
        class.replace("{parent}", &parent)
    };
    CLASSES_PY.to_owned() + &(0..tables).map(class).collect::<String>()
}

fn alembic(
    project: &Path,
    python: &str,
    models: &str,
    database: &Database,
    tables: usize,
) -> Command {
    fs::create_dir_all(project.join("alembic/versions")).expect("a directory");
    for (file, text) in [
        ("alembic.ini", ALEMBIC_INI),
        ("models.py", models),
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
