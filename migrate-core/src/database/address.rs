//! What the text of a URL says of the database's name and server.

use std::borrow::Cow;
use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What Diesel's MySQL has in other letters before it takes the name as it then is: <https://url.spec.whatwg.org/#path-percent-encode-set>.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'^');

/// A database's name and server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) name: String,
    /// `host:port`; nothing for a file.
    pub(super) server: String,
    /// The port that goes without saying.
    port: &'static str,
}

impl Address {
    /// Of a server's URL. PostgreSQL's may have the name and the host among its options, and in the letters of a URL; Diesel's
    /// MySQL takes the name as it is written. `None`: it has no name.
    pub(super) fn of_server(url: &str, postgres: bool) -> Option<Self> {
        let (_, rest) = url.split_once("://")?;
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = place.split_once('/').unwrap_or((place, ""));
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let option = |name: &str| {
            let mut pairs = options.split('&').filter_map(|pair| pair.split_once('='));
            // The last one counts.
            pairs.rfind(|(key, _)| *key == name)
        };
        let (name, server) = if postgres {
            let name = option("dbname").map_or(path, |(_, name)| name);
            let server = option("host").map_or(host, |(_, host)| host);
            (decoded(name), decoded(server))
        } else {
            let server = option("unix_socket").map_or(host, |(_, socket)| socket);
            let name = path.split('#').next()?;
            (utf8_percent_encode(name, PATH).to_string(), decoded(server))
        };
        let server = if server.is_empty() {
            "localhost".to_owned()
        } else {
            server
        };
        let port = if postgres { ":5432" } else { ":3306" };
        (!name.is_empty()).then_some(Self { name, server, port })
    }

    /// Of a SQLite file. `None`: the database is in memory, or a temporary one without a name.
    pub(super) fn of_file(address: &str) -> Option<Self> {
        let name = match address.strip_prefix("file:") {
            Some(uri) => of_uri(uri)?,
            None => address.to_owned(),
        };
        let named = !name.is_empty() && name != ":memory:";
        named.then_some(Self {
            name,
            server: String::new(),
            port: "",
        })
    }

    /// What is the same for the same database, however it is written.
    pub(super) fn key(&self) -> (String, Cow<'_, str>) {
        if self.server.is_empty() {
            let path = std::fs::canonicalize(&self.name);
            let path = path.or_else(|_| std::path::absolute(Path::new(&self.name)));
            let path = path.map(|path| path.to_string_lossy().into_owned());
            return (
                String::new(),
                path.map_or(Cow::Borrowed(&*self.name), Cow::Owned),
            );
        }
        let server = self.server.to_ascii_lowercase();
        let server = server.strip_suffix(self.port).unwrap_or(&server);
        let server = match server {
            "127.0.0.1" | "[::1]" => "localhost",
            other => other,
        };
        (server.to_owned(), Cow::Borrowed(&self.name))
    }
}

/// A server's URL with another name in it. PostgreSQL's has it among its options, where the last one counts.
#[cfg(any(feature = "schema", feature = "postgres", feature = "mysql"))]
pub(super) fn renamed(url: &str, name: &str, postgres: bool) -> String {
    if postgres {
        let sign = if url.contains('?') { '&' } else { '?' };
        return format!("{url}{sign}dbname={name}");
    }
    let (place, options) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, place) = place.split_once("://").unwrap_or(("mysql", place));
    let server = place.split('/').next().unwrap_or_default();
    format!("{scheme}://{server}/{name}?{options}")
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The path of SQLite's own form of a URL: <https://www.sqlite.org/uri.html>.
fn of_uri(uri: &str) -> Option<String> {
    let uri = uri.split('#').next().unwrap_or_default();
    let (path, options) = uri.split_once('?').unwrap_or((uri, ""));
    if options.split('&').any(|option| option == "mode=memory") {
        return None;
    }
    let path = match path.strip_prefix("//") {
        // What stands before the path is this host, or nothing.
        Some(rest) => rest.find('/').map_or("", |at| &rest[at..]),
        None => path,
    };
    Some(decoded(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Option<(String, String)> {
        let postgres = url.starts_with("postgres");
        Address::of_server(url, postgres).map(|address| (address.name, address.server))
    }

    #[test]
    #[cfg(feature = "schema")]
    fn a_server_has_other_databases_whether_its_url_names_one_or_not() {
        for (url, expected) in [
            ("mysql://u@db/app?a=b", "mysql://u@db/x?a=b"),
            ("mysql://u@db/", "mysql://u@db/x?"),
            ("mysql://u@db", "mysql://u@db/x?"),
        ] {
            assert_eq!(renamed(url, "x", false), expected);
        }
        assert_eq!(
            renamed("postgres://u@db", "x", true),
            "postgres://u@db?dbname=x"
        );
    }

    #[test]
    fn names_and_servers_are_read_as_the_drivers_read_them() {
        for (url, expected) in [
            ("postgres://u:p@db:5433/app", Some(("app", "db:5433"))),
            (
                "postgres://u:p@db/my%20app?sslmode=require",
                Some(("my app", "db")),
            ),
            ("postgres:///app?host=%2Frun%2Fpg", Some(("app", "/run/pg"))),
            ("postgresql://db?dbname=app", Some(("app", "db"))),
            ("postgres://db/other?dbname=app", Some(("app", "db"))),
            ("postgres://a,b:5433/app", Some(("app", "a,b:5433"))),
            ("postgres://u:p@db", None),
            ("postgres://u:p@db/", None),
            (
                "mysql://u:p@db:3306/app?ssl_mode=required",
                Some(("app", "db:3306")),
            ),
            (
                "mysql://u@localhost/app?unix_socket=/run/m.sock",
                Some(("app", "/run/m.sock")),
            ),
            ("mysql://u@db/a%20b", Some(("a%20b", "db"))),
            ("mysql://u@db", None),
            ("mysql://u@db/?ssl_mode=required", None),
        ] {
            let expected = expected.map(|(name, server)| (name.to_owned(), server.to_owned()));
            assert_eq!(server(url), expected, "{url}");
        }
    }

    #[test]
    fn files_are_read_as_sqlite_reads_them() {
        for (address, path) in [
            ("app.db", Some("app.db")),
            ("/var/app.db", Some("/var/app.db")),
            ("file:app.db?cache=shared", Some("app.db")),
            ("file:///var/my%20app.db#x", Some("/var/my app.db")),
            ("file://localhost/var/app.db", Some("/var/app.db")),
            ("file:x?mode=memory", None),
            ("file::memory:", None),
            (":memory:", None),
            ("", None),
        ] {
            let name = Address::of_file(address).map(|address| address.name);
            assert_eq!(name.as_deref(), path, "{address}");
        }
    }
}
