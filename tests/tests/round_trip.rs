//! Random schemas on real servers: what is made is what is read, before and after a change and after the way back.

use migrate_core::{Backend, dialect};
use migrate_schema::Dialect;
use migrate_tests::{Database, Generator, is_read, on, on_each_backend, there_and_back};

/// A few: `cargo bench --bench round_trip` takes thousands of them.
const fn pairs(backend: Backend) -> u64 {
    match backend {
        Backend::Sqlite => 30,
        _ => 5,
    }
}

fn pairs_there_and_back(database: &Database) {
    for pair in 0..pairs(database.backend()) {
        let which = format!("pair {pair}");
        let pair = Generator::new(pair, dialect(database.backend())).pair();
        there_and_back(database, &pair, &which, is_read);
    }
}

on_each_backend!(pairs_there_and_back);

/// Up through all the revisions that let others read and write, and down through all.
#[test]
fn pairs_there_and_back_online() {
    on(Backend::Postgres, |database| {
        for seed in 0..3 {
            let mut pair = Generator::new(seed, Dialect::Postgres).pair();
            pair.online = true;
            there_and_back(database, &pair, &format!("pair {seed}, online"), is_read);
        }
    });
}
