//! Thousands of random pairs of schemas, there and back: `cargo bench -p migrate-tests --bench round_trip -- sqlite 0..2000`. All that
//! fail are told; `-- postgres 17..18` looks at one again, `-- postgres online` goes by the steps that let others read and write.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use migrate_core::{Backend, dialect};
use migrate_tests::{Database, Generator, is_read, on, there_and_back};

fn main() {
    // Cargo adds a word of its own.
    let words: Vec<_> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let range = words.iter().find_map(|word| {
        let (from, to) = word.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    let range = range.unwrap_or(0..2000);
    let mut failed = 0;
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mysql] {
        let wanted = |word: &String| word == backend.name();
        let named = |word: &String| Backend::ALL.iter().any(|of| of.name() == word);
        if words.iter().any(wanted) || !words.iter().any(named) {
            let online = backend == Backend::Postgres && words.iter().any(|word| word == "online");
            on(backend, |database| {
                failed += pairs(database, range.clone(), online);
            });
        }
    }
    assert_eq!(failed, 0, "pairs that fail");
}

/// How many of the pairs fail.
fn pairs(database: &Database, range: std::ops::Range<u64>, online: bool) -> u64 {
    let (began, backend) = (Instant::now(), database.backend());
    let (mut failed, all) = (0, range.end - range.start);
    for seed in range {
        let which = format!("pair {seed}");
        let mut pair = Generator::new(seed, dialect(backend)).pair();
        pair.online = online;
        let run = AssertUnwindSafe(|| there_and_back(database, &pair, &which, is_read));
        if catch_unwind(run).is_err() {
            println!("{which} failed");
            failed += 1;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{backend}: {all} pairs, {failed} failed, {seconds:.1} s");
    failed
}
