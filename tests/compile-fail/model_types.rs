//! A field whose type no column is known for.
use migrate_core::Table;

#[derive(Table)]
struct Member {
    id: i32,
    lock: std::sync::Mutex<u8>,
}

fn main() {}
