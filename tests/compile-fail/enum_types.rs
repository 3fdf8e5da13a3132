//! Enums that a column cannot hold.
use migrate_core::EnumType;

#[derive(EnumType)]
#[table(nam = "mood")]
enum Mood {
    Sad(i32),
    Happy { very: bool },
    Fine,
    #[table(rename = "fine")]
    Again,
    #[table(rename = "")]
    Nothing,
    #[table(label = "x")]
    Labelled,
    #[table(rename = "0123456789012345678901234567890123456789012345678901234567890123")]
    Long,
}

#[derive(EnumType)]
enum Empty {}

#[derive(EnumType)]
enum Of<T> {
    One,
    #[allow(unused)]
    Two(T),
}

#[derive(EnumType)]
struct NoEnum;

fn main() {}
