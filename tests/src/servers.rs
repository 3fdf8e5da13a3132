//! Where the servers are, and whether they answer. It starts none: the test command does.

use std::io::Write as _;
use std::sync::LazyLock;

use migrate_core::Backend;
use url::Url;

use crate::client::Client;

static POSTGRES: LazyLock<Option<Url>> = LazyLock::new(|| look(Backend::Postgres));
static MYSQL: LazyLock<Option<Url>> = LazyLock::new(|| look(Backend::Mysql));

/// The URL of a server that answers, from `POSTGRES_URL` or `MYSQL_URL`. `None`: there is none, which was said once, and which
/// is a failure where `CI` or `MIGRATE_REQUIRE_BACKENDS` is set.
///
/// # Panics
/// For SQLite, which has no server, and where servers are demanded and missing.
pub fn server(backend: Backend) -> Option<&'static Url> {
    let found = match backend {
        Backend::Postgres => &*POSTGRES,
        Backend::Mysql => &*MYSQL,
        Backend::Sqlite => panic!("SQLite has no server"),
    };
    let demanded =
        std::env::var_os("CI").is_some() || std::env::var_os("MIGRATE_REQUIRE_BACKENDS").is_some();
    assert!(
        found.is_some() || !demanded,
        "no {backend} server at {}",
        migrate_core::without_password(&address(backend))
    );
    found.as_ref()
}

/// Writes a line past the capture of the test harness, so that what was skipped is seen.
pub fn say(line: &str) {
    // A closed stderr is no reason to fail.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn address(backend: Backend) -> String {
    let (variable, otherwise) = match backend {
        Backend::Postgres => (
            "POSTGRES_URL",
            "postgres://postgres@127.0.0.1:5432/postgres",
        ),
        _ => ("MYSQL_URL", "mysql://root@127.0.0.1:3306/mysql"),
    };
    std::env::var(variable).unwrap_or_else(|_| otherwise.to_owned())
}

fn look(backend: Backend) -> Option<Url> {
    let address = address(backend);
    let url = Url::parse(&address).unwrap_or_else(|error| panic!("{address}: {error}"));
    match Client::new(backend, url.as_str()).run("SELECT 1") {
        Ok(_) => Some(url),
        Err(error) => {
            say(&format!(
                "skipped: no {backend} server at {}: {error}",
                migrate_core::without_password(&address)
            ));
            None
        }
    }
}
