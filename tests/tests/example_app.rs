//! The example app as a user meets it: the first run, the second, and its server, on each backend.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use migrate_tests::{Database, Outcome, Running, binary, on_each_backend};

const HEAD: &str = "2026-11-21-191456_add_nickname_to_members";

fn app(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary("example-app", "example-app"));
    command
        .current_dir(directory)
        .env_remove("DATABASE_URL")
        .args(arguments);
    command
}

fn finish(command: Command) -> Outcome {
    Running::start(command).wait(Duration::from_secs(60))
}

/// A server that runs as long as this value lives.
struct Server {
    child: Child,
    address: String,
    /// Kept open: a server that cannot write is another test.
    _output: BufReader<ChildStdout>,
}

impl Server {
    fn start(directory: &Path, url: &str) -> Self {
        let mut command = app(
            directory,
            &["serve", "--listen", "127.0.0.1:0", "--database", url],
        );
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it says where it is");
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        Self {
            child,
            address,
            _output: output,
        }
    }

    /// The status and the body.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a time-out");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\r\n"
        )
        .expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (
            status.unwrap_or_else(|| panic!("{answer}")),
            body.to_owned(),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn the_first_run_upgrades_and_stores_and_the_second_finds_all_in_place(database: &Database) {
    let directory = tempfile::tempdir().expect("a directory");
    let run = || {
        let mut command = app(directory.path(), &[]);
        command.env("DATABASE_URL", database.url());
        finish(command).expect(0)
    };
    let first = run();
    assert!(first.stderr.contains("upgrading 1/6: "), "{first}");
    assert!(first.stdout.contains("applied 6 revisions\n"), "{first}");
    assert!(first.stdout.contains("stored 3 new members\n"), "{first}");
    let listed = "  Ada Lovelace <ada@example.org>, Analytical Society [mathematics, speaker]\n  Grace Hopper";
    assert!(first.stdout.contains(listed), "{first}");
    let current = format!("the database is at {HEAD}\n");
    assert!(first.stdout.ends_with(&current), "{first}");

    let second = run();
    assert!(second.stdout.contains("nothing to upgrade\n"), "{second}");
    assert!(second.stdout.contains("stored 0 new members\n"), "{second}");
    assert_eq!(
        second.stdout.matches("<ada@example.org>").count(),
        1,
        "{second}"
    );
    assert!(second.stdout.ends_with(&current), "{second}");
}

fn the_server_is_ready_once_the_database_is_at_head_and_never_upgrades_it(database: &Database) {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Server::start(directory.path(), database.url());
    assert_eq!(server.get("/healthz"), (200, "ok\n".to_owned()));
    for _ in 0..2 {
        let (status, body) = server.get("/readyz");
        assert_eq!(status, 503, "{body}");
        assert!(
            body.contains("\"ready\":false") && body.contains("6 of 6 revisions are pending"),
            "{body}"
        );
    }
    assert_eq!(server.get("/members").0, 500);

    let _ = finish(app(directory.path(), &["--database", database.url()])).expect(0);
    assert_eq!(server.get("/readyz"), (200, "{\"ready\":true}".to_owned()));
    let (status, body) = server.get("/members");
    assert_eq!(status, 200, "{body}");
    let members: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(members.as_array().map(Vec::len), Some(3), "{body}");
    assert_eq!(members[0]["tags"][0], "mathematics", "{body}");
    assert_eq!(server.get("/healthz").0, 200);
    assert_eq!(server.get("/nothing").0, 404);
}

fn its_migrations_run_from_a_folder_without_any(database: &Database) {
    let directory = tempfile::tempdir().expect("a directory");
    let migrate = |arguments: &[&str]| {
        let mut command = app(directory.path(), &[&["migrate"], arguments].concat());
        command.env("DATABASE_URL", database.url());
        finish(command)
    };
    let _ = migrate(&["upgrade", "+2"]).expect(0);
    let behind = migrate(&["current", "--check-heads"]).expect(3);
    let help = "help: run `example-app migrate upgrade`, or call";
    assert!(behind.stderr.contains(help), "{behind}");
    let wrong = migrate(&["--format", "json", "downgrade", "+1"]).expect(2);
    let help = "to go forward, use `example-app migrate upgrade +1`";
    assert!(wrong.stdout.contains(help), "{wrong}");
    let upgraded = migrate(&["upgrade"]).expect(0);
    let current = format!("the database is at {HEAD} (head)\n");
    assert!(upgraded.stdout.ends_with(&current), "{upgraded}");
    let _ = migrate(&["downgrade", "base", "--yes"]).expect(0);
    assert_eq!(migrate(&["current"]).expect(0).stdout, "base\n");
}

on_each_backend!(
    its_migrations_run_from_a_folder_without_any,
    the_first_run_upgrades_and_stores_and_the_second_finds_all_in_place,
    the_server_is_ready_once_the_database_is_at_head_and_never_upgrades_it,
);

#[test]
fn commands_that_write_files_want_a_checkout_and_write_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    for command in [
        &["init"][..],
        &["revision", "-m", "x"],
        &["edit"],
        &["adopt"],
        &["lock"],
        &["rebase"],
        &["import", "--from", "sqlx", "."],
    ] {
        let outcome = finish(app(directory.path(), &[&["migrate"], command].concat())).expect(1);
        let help = "help: this command works on files: run it in a checkout of the app's sources";
        assert!(outcome.stderr.contains(help), "{outcome}");
    }
    assert_eq!(std::fs::read_dir(&directory).expect("read").count(), 0);
    std::fs::create_dir(directory.path().join("migrations")).expect("made");
    let begun = finish(app(directory.path(), &["migrate", "init"])).expect(0);
    assert!(
        begun
            .stdout
            .contains("make the first revision: `example-app migrate revision -m"),
        "{begun}"
    );
    let made = finish(app(directory.path(), &["migrate", "revision", "-m", "x"])).expect(0);
    assert!(
        made.stderr.contains("then `example-app migrate upgrade`"),
        "{made}"
    );
}

#[test]
fn an_option_of_the_commands_goes_before_the_apps_database() {
    let directory = tempfile::tempdir().expect("a directory");
    let chosen = ["migrate", "upgrade", "--database-url", "sqlite:other.db"];
    let _ = finish(app(directory.path(), &chosen)).expect(0);
    assert!(directory.path().join("other.db").exists());
    assert!(!directory.path().join("example.db").exists());
    let own = ["--database", "own.db", "migrate", "upgrade"];
    let _ = finish(app(directory.path(), &own)).expect(0);
    assert!(directory.path().join("own.db").exists());
}

#[test]
fn without_a_url_it_makes_a_file_here() {
    let directory = tempfile::tempdir().expect("a directory");
    let outcome = finish(app(directory.path(), &[])).expect(0);
    assert!(
        outcome.stdout.starts_with("database: example.db\n"),
        "{outcome}"
    );
    assert!(directory.path().join("example.db").exists());
}

#[test]
fn a_server_without_its_database_lives_and_is_not_ready() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Server::start(
        directory.path(),
        "postgres://app:Xyzzy-Plugh@127.0.0.1:1/none",
    );
    assert_eq!(server.get("/healthz").0, 200);
    let (status, body) = server.get("/readyz");
    assert_eq!(status, 503, "{body}");
    assert!(
        body.contains("cannot connect to postgres://app:***@"),
        "{body}"
    );
    assert!(!body.contains("Plugh"), "{body}");
}

#[test]
fn a_url_that_nobody_knows_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let outcome = finish(app(directory.path(), &["--database", "oracle://h/d"])).expect(1);
    assert!(
        outcome
            .stderr
            .starts_with("error: `oracle:` is not the scheme"),
        "{outcome}"
    );
    assert!(
        outcome.stderr.contains("  help: use sqlite:FILE"),
        "{outcome}"
    );
}

#[cfg(unix)]
#[test]
fn a_server_stops_when_it_is_asked_to() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut server = Server::start(directory.path(), "example.db");
    let asked = Command::new("kill")
        .arg(server.child.id().to_string())
        .status();
    assert!(asked.is_ok_and(|status| status.success()));
    let status = server.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
}
