#![doc = include_str!("../README.md")]

mod author;
mod commands;
mod completion;
mod config;
mod connecting;
mod context;
mod database_url;
mod environment;
mod error;
mod files;
mod git;
mod known;
mod mask;
mod models;
mod mounted;
mod observer;
mod opened;
mod origin;
mod print_schema;
mod program;
mod protection;
mod report;
mod scratch;
mod search;
mod signals;
mod source;
mod style;
mod ui;
mod variables;
mod waiting;

pub use mask::without_passwords;
pub use mounted::Commands;
