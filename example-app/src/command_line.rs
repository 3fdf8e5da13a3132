//! What the user can ask for. All printing is here.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line talks to its user"
)]

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use migrate_core::AnyConnection;

use crate::database::Database;
use crate::error::Error;
use crate::membership::{self, NewMember};
use crate::{MIGRATIONS, server, upgrade};

/// A small membership service on migrate-core
///
/// Without a command: brings the database up to date, stores a few members, and lists them.
#[derive(Parser)]
#[command(version)]
struct CommandLine {
    /// The database: a SQLite file, postgres://... or mysql://... [default: DATABASE_URL, or example.db]
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Serve /members, /healthz and /readyz; the database is checked and never upgraded
    Serve {
        /// Where to listen; port 0 takes a free one
        #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
        listen: SocketAddr,
    },
    /// Look at the database's migrations, or run them
    #[command(subcommand)]
    Migrate(migrate_cli::Commands),
}

pub(crate) fn run() -> ExitCode {
    let arguments = CommandLine::parse();
    let url = arguments.database.or_else(|| {
        std::env::var("DATABASE_URL")
            .ok()
            .filter(|url| !url.is_empty())
    });
    let url = url.unwrap_or_else(|| "example.db".to_owned());
    let done = match arguments.command {
        None => demonstrate(&url),
        Some(Command::Serve { listen }) => serve(&url, listen),
        // The chain is in the binary: it works wherever the app does.
        Some(Command::Migrate(commands)) => return commands.database_url(url).run(&MIGRATIONS),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            if let Some(help) = error.help() {
                eprintln!("  help: {help}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The people that the first run stores and the second finds.
const PEOPLE: [NewMember<'static>; 3] = [
    NewMember {
        name: "Ada Lovelace",
        email: "ada@example.org",
        phone: Some("+44 20 7946 0000"),
        tags: &["mathematics", "speaker"],
    },
    NewMember {
        name: "Grace Hopper",
        email: "grace@example.org",
        phone: None,
        tags: &["navy"],
    },
    NewMember {
        name: "Mary Somerville",
        email: "mary@example.org",
        phone: None,
        tags: &["mathematics"],
    },
];

fn demonstrate(url: &str) -> Result<(), Error> {
    println!("database: {}", migrate_core::without_password(url));
    let mut connection = AnyConnection::establish(url)?;
    let report = upgrade::with_progress(&mut connection)?;
    match report.steps.len() {
        0 => println!("nothing to upgrade"),
        count => println!("applied {count} revisions"),
    }

    let mut database = Database::open(url)?;
    let stored = membership::store(&mut database, "Analytical Society", &PEOPLE)?;
    println!("stored {stored} new members");
    for member in membership::list(&mut database)? {
        let tags = if member.tags.is_empty() {
            String::new()
        } else {
            format!(" [{}]", member.tags.join(", "))
        };
        println!(
            "  {} <{}>, {}{tags}",
            member.name, member.email, member.organisation
        );
    }

    let current = MIGRATIONS.current(&mut connection)?;
    println!(
        "the database is at {}",
        current.map_or("base", |revision| revision.directory())
    );
    Ok(())
}

fn serve(url: &str, listen: SocketAddr) -> Result<(), Error> {
    // Said once at the start for whoever reads the log; /readyz goes on saying it to whoever asks.
    if let Err(error) = upgrade::check(url) {
        eprintln!("not ready: {error}");
    }
    server::serve(url, listen, |address| {
        println!("listening on http://{address}")
    })
}
