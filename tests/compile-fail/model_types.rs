//! Fields whose type no column is known for.
use migrate_core::Table;

#[derive(Table)]
struct Member {
    id: i32,
    lock: std::sync::Mutex<u8>,
}

struct Strange;

#[derive(Table)]
struct Other {
    id: i32,
    strange: Option<Strange>,
}

fn main() {}
