//! How long `migrate` takes to answer: the commands that need no database, and those that find nothing to do, with 10, 1,000 and
//! 5,000 revisions. Each process beside `migrate --version`, which reads nothing, and beside a bare connect where a database is
//! asked. Alternating rounds, medians; nothing is judged.
//!
//! `cargo bench -p migrate-tests --bench command_line [-- ROUNDS]`

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use migrate_core::{AnyConnection, Backend};
use migrate_tests::{Database, Project, binary};

const SIZES: [usize; 3] = [10, 1000, 5000];

/// What is measured without a database: the first is what all others are held against.
const OFFLINE: [&[&str]; 4] = [
    &["--version"],
    &["heads"],
    &["history", "-q"],
    &["show", "head", "-q"],
];

/// What is measured on a database at head.
const ONLINE: [&[&str]; 4] = [
    &["upgrade"],
    &["current"],
    &["history"],
    &["log", "-n", "10"],
];

fn main() {
    let rounds = std::env::args()
        .skip(1)
        .find_map(|text| text.parse().ok())
        .unwrap_or(20);
    println!("milliseconds a process, medians of {rounds} alternating rounds\n");
    for size in SIZES {
        let project = chain(size);
        println!("{size} revisions, no database");
        offline(&project.path(), rounds);
        for backend in Backend::ALL {
            if let Some(database) = Database::create(backend) {
                online(&project, &database, size, rounds);
            }
        }
        println!();
    }
}

fn chain(size: usize) -> Project {
    let mut project = Project::new(Backend::Sqlite);
    project.write("migrate.toml", "");
    for number in 1..=size {
        let (up, down) = match number {
            1 => (
                "CREATE TABLE t (n INTEGER);\n".to_owned(),
                "DROP TABLE t;\n",
            ),
            _ => (
                format!("INSERT INTO t VALUES ({number});\n"),
                "DELETE FROM t;\n",
            ),
        };
        project.revision(&format!("{number:04}_step"), &up, down);
    }
    run(&project.path(), &["lock"]);
    project
}

fn offline(directory: &Path, rounds: usize) {
    let mut times = vec![Vec::new(); OFFLINE.len()];
    for round in 0..rounds {
        for place in 0..OFFLINE.len() {
            let place = (place + round) % OFFLINE.len();
            times[place].push(run(directory, OFFLINE[place]));
        }
    }
    let medians: Vec<_> = times.iter_mut().map(|times| median(times)).collect();
    for (words, time) in OFFLINE.iter().zip(&medians) {
        say(&words.join(" "), *time, medians[0], "than --version");
    }
}

fn online(project: &Project, database: &Database, size: usize, rounds: usize) {
    let url = ["--database-url", database.url()];
    let migrations = project.read();
    migrations
        .upgrade(&mut database.connect())
        .expect("it upgrades");
    println!("{size} applied on {}", database.backend());
    let mut times = vec![Vec::new(); ONLINE.len() + 1];
    for round in 0..rounds {
        for place in 0..times.len() {
            let place = (place + round) % times.len();
            let time = match ONLINE.get(place) {
                Some(words) => run(&project.path(), &[&url, *words].concat()),
                // As much as every process does that asks a database.
                None => run(&project.path(), &["--version"]) + connect(database.url()),
            };
            times[place].push(time);
        }
    }
    let medians: Vec<_> = times.iter_mut().map(|times| median(times)).collect();
    for (words, time) in ONLINE.iter().zip(&medians) {
        say(
            &words.join(" "),
            *time,
            medians[ONLINE.len()],
            "than --version and a connect",
        );
    }
}

/// Runs `migrate` to its end.
fn run(directory: &Path, words: &[&str]) -> Duration {
    let mut command = Command::new(binary("migrate-cli", "migrate"));
    command.current_dir(directory).args(words);
    for name in ["DATABASE_URL", "MIGRATE_DATABASE_URL", "DATABASE_URL_FILE"] {
        command.env_remove(name);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let status = command.status().expect("it starts");
    let took = started.elapsed();
    assert!(status.success(), "{words:?}: {status}");
    took
}

fn connect(url: &str) -> Duration {
    let started = Instant::now();
    drop(AnyConnection::establish(url).expect("it connects"));
    started.elapsed()
}

fn say(words: &str, time: Duration, beside: Duration, than: &str) {
    println!(
        "  {words:<16} {:>7.1}   {:>+7.1} more {than}, {:.2} times",
        milliseconds(time),
        milliseconds(time) - milliseconds(beside),
        time.as_secs_f64() / beside.as_secs_f64()
    );
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
