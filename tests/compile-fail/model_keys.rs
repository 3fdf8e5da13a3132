//! Structs that make no table.
use migrate_core::Table;

#[derive(Table)]
struct Keyless {
    name: String,
}

#[derive(Table)]
#[table(primary_key(a, b))]
struct Twice {
    #[table(primary_key)]
    a: i32,
    b: i32,
}

#[derive(Table)]
#[diesel(primary_key(a))]
#[table(primary_key(a, c))]
struct Gone {
    a: i32,
}

#[derive(Table)]
struct Tuple(i32, String);

#[derive(Table)]
enum Either {
    One,
}

#[derive(Table)]
struct Same {
    id: i32,
    #[table(name = "id")]
    other: i32,
}

fn main() {}
