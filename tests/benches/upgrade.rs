//! A thousand small revisions on an empty database: this library beside Diesel's harness and beside the plain client fed the
//! same statements, ledger rows and transactions. Alternating rounds, medians, ratios; nothing is judged.
//!
//! `cargo bench -p migrate-tests --bench upgrade [-- ROUNDS [sqlite|disk|postgres|mysql]]`

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use migrate_core::{Backend, Migrations, TransactionMode};
use migrate_tests::{Database, Project};

const REVISIONS: usize = 1000;

/// One contender: what it is called, and a run on an empty database.
struct Contender<'a> {
    name: &'static str,
    run: Box<dyn Fn(&Database) + 'a>,
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let rounds = arguments
        .first()
        .and_then(|text| text.parse().ok())
        .unwrap_or(5);
    let only = arguments.get(1).map(String::as_str);
    println!(
        "{REVISIONS} revisions of one CREATE TABLE each on an empty database, medians of {rounds} rounds\n"
    );
    for (name, backend, disk) in [
        ("sqlite", Backend::Sqlite, false),
        ("disk", Backend::Sqlite, true),
        ("postgres", Backend::Postgres, false),
        ("mysql", Backend::Mysql, false),
    ] {
        if only.is_none_or(|only| only == name) {
            let create = || {
                if disk {
                    Some(Database::on_disk())
                } else {
                    Database::create(backend)
                }
            };
            compare(name, backend, rounds, &create);
        }
    }
}

fn compare(title: &str, backend: Backend, rounds: usize, create: &dyn Fn() -> Option<Database>) {
    let project = chain(backend);
    let reading = Instant::now();
    let migrations = project.read();
    println!(
        "{title} (reading and checking the directory takes ours {:.3} s, once)",
        reading.elapsed().as_secs_f64()
    );
    let contenders = contenders(&project, &migrations, backend);
    let mut times = vec![Vec::new(); contenders.len()];
    for round in 0..rounds {
        for place in 0..contenders.len() {
            // Whoever comes first in a round comes last in the next.
            let place = (place + round) % contenders.len();
            let Some(database) = create() else { return };
            let started = Instant::now();
            (contenders[place].run)(&database);
            times[place].push(started.elapsed());
            assert_eq!(
                database.value("SELECT COUNT(*) FROM __diesel_schema_migrations"),
                REVISIONS.to_string()
            );
        }
    }
    let medians: Vec<_> = times.iter_mut().map(|times| median(times)).collect();
    for (contender, time) in contenders.iter().zip(&medians) {
        println!(
            "  {:<44} {:>8.3} s   {:>6.2} x ours",
            contender.name,
            time.as_secs_f64(),
            time.as_secs_f64() / medians[0].as_secs_f64()
        );
    }
    println!();
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn contenders<'a>(
    project: &'a Project,
    migrations: &'a Migrations,
    backend: Backend,
) -> Vec<Contender<'a>> {
    let each = plain(backend, true);
    let one = plain(backend, false);
    let ours = |mode| {
        move |database: &Database| {
            migrations
                .runner()
                .transaction(mode)
                .upgrade_to(&mut database.connect(), "head")
                .expect("it upgrades");
        }
    };
    vec![
        Contender {
            name: "ours",
            run: Box::new(ours(TransactionMode::Auto)),
        },
        Contender {
            name: "ours, a transaction a revision",
            run: Box::new(ours(TransactionMode::Each)),
        },
        Contender {
            name: "diesel_migrations",
            run: Box::new(move |database| diesel(project, database)),
        },
        Contender {
            name: "plain client, a transaction a revision",
            run: Box::new(move |database| drop(database.run(&each))),
        },
        Contender {
            name: "plain client, one transaction",
            run: Box::new(move |database| drop(database.run(&one))),
        },
    ]
}

fn chain(backend: Backend) -> Project {
    let mut project = Project::new(backend);
    for number in 1..=REVISIONS {
        project.revision(
            &format!("{number:04}_table"),
            &create(number),
            &format!("DROP TABLE t{number:04};\n"),
        );
    }
    project
}

fn create(number: usize) -> String {
    format!(
        "CREATE TABLE t{number:04} (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL, score INTEGER);\n"
    )
}

fn diesel(project: &Project, database: &Database) {
    let files = FileBasedMigrations::from_path(project.migrations_dir())
        .expect("Diesel reads the directory");
    match database.backend() {
        Backend::Sqlite => drop(
            database
                .sqlite()
                .run_pending_migrations(files)
                .expect("it runs"),
        ),
        Backend::Postgres => drop(
            database
                .postgres()
                .run_pending_migrations(files)
                .expect("it runs"),
        ),
        Backend::Mysql => drop(
            database
                .mysql()
                .run_pending_migrations(files)
                .expect("it runs"),
        ),
    }
}

/// What the library writes, as a script for the plain client: the tables, and both ledger rows a revision.
fn plain(backend: Backend, each: bool) -> String {
    let (now, serial, options) = match backend {
        Backend::Sqlite => (
            "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
            "INTEGER PRIMARY KEY",
            "",
        ),
        Backend::Postgres => ("clock_timestamp()", "BIGSERIAL PRIMARY KEY", ""),
        Backend::Mysql => (
            "UTC_TIMESTAMP(6)",
            "BIGINT AUTO_INCREMENT PRIMARY KEY",
            " DEFAULT CHARSET = utf8mb4",
        ),
    };
    let word = if backend == Backend::Mysql {
        "VARCHAR(255)"
    } else {
        "TEXT"
    };
    let mut script = format!(
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);\n\
         CREATE TABLE __migrate_log (id {serial}, revision {word}, parent {word}, action {word}, outcome {word}, up_checksum {word}, \
         down_checksum {word}, statements_done BIGINT, statements_total BIGINT, statement_running BIGINT, started {word}, finished {word}, \
         duration_ms BIGINT, db_user {word}, os_user {word}, host {word}, tool {word}, app {word}, error TEXT, up_script TEXT, down_script TEXT){options};\n"
    );
    let (begin, commit) = ("BEGIN;\n", "COMMIT;\n");
    script.push_str(if each { "" } else { begin });
    let sum = "a".repeat(64);
    for number in 1..=REVISIONS {
        script.push_str(if each { begin } else { "" });
        let _ = write!(
            script,
            "{0}INSERT INTO __diesel_schema_migrations (version) VALUES ('{number:04}');\n\
             INSERT INTO __migrate_log (revision, parent, action, outcome, up_checksum, down_checksum, statements_done, statements_total, \
             statement_running, started, finished, duration_ms, error, db_user, os_user, host, tool, app, up_script, down_script) \
             VALUES ('{number:04}', '{1:04}', 'upgrade', 'done', '{sum}', '{sum}', 1, 1, 0, {now}, {now}, 1, NULL, 'postgres', 'root', 'host', \
             'migrate-core 0.1.0', NULL, '{0}', 'DROP TABLE t{number:04};\n');\n",
            create(number),
            number - 1
        );
        script.push_str(if each { commit } else { "" });
    }
    script.push_str(if each { "" } else { commit });
    script
}
