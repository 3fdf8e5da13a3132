//! Runs that are written down: the real clients run them as they are, and leave what a run leaves.

mod guards;
mod projects;
mod ranges;
mod scripts;
mod stamps;

use std::fs;
use std::process::{Command, Stdio};

use migrate_core::{Backend, Migrations};
use migrate_tests::{Database, dump};

/// Runs a file as a user would, with nothing that would help it.
fn run_file(database: &Database, sql: &str) -> Result<String, String> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("run.sql");
    fs::write(&file, sql).expect("the script is written");
    let mut command = match database.backend() {
        Backend::Postgres => {
            let mut command = Command::new("psql");
            command
                .args(["-X", "-q", "-d", database.url(), "-f"])
                .arg(&file);
            // What the scripts themselves have the server say is not looked at.
            command.env("PGOPTIONS", "-c client_min_messages=warning");
            command
        }
        Backend::Sqlite => {
            let mut command = Command::new("sqlite3");
            command.arg(database.path());
            command
        }
        Backend::Mysql => database.client().command(),
    };
    if database.backend() != Backend::Postgres {
        command.stdin(fs::File::open(&file).expect("the script is there"));
    }
    let output = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .expect("the client runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        assert_eq!(text(&output.stderr), "", "nothing to complain of");
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stdout) + &text(&output.stderr))
    }
}

#[track_caller]
fn runs(database: &Database, sql: &str) {
    if let Err(error) = run_file(database, sql) {
        let keep = std::env::temp_dir().join("offline-failed.sql");
        let _ = fs::write(&keep, sql);
        panic!("{error}\nin {}", keep.display());
    }
}

/// Everything that the ledger says, but for times and for who ran it.
fn ledger(database: &Database) -> Vec<Vec<String>> {
    if !database.has_table("__migrate_log") {
        return Vec::new();
    }
    let mut rows = database.query(
        "SELECT id, revision, COALESCE(parent, '-'), action, outcome, COALESCE(up_checksum, '-'), COALESCE(down_checksum, '-'), \
         COALESCE(statements_done, -1), COALESCE(statements_total, -1), COALESCE(statement_running, -1), COALESCE(tool, '-'), \
         COALESCE(app, '-'), COALESCE(error, '-'), COALESCE(LENGTH(up_script), -1), COALESCE(LENGTH(down_script), -1) \
         FROM __migrate_log ORDER BY id",
    );
    rows.push(database.applied());
    let odd = "SELECT COUNT(*) FROM __migrate_log WHERE action <> 'layout' AND (started IS NULL OR finished IS NULL \
               OR finished < started OR duration_ms IS NULL OR duration_ms < 0 OR duration_ms > 600000)";
    rows.push(database.column(odd));
    rows
}

fn settled(database: &Database) -> String {
    // One project lets a sequence start at a random number.
    let random = |line: &&str| {
        line.strip_prefix("    START WITH ")
            .is_some_and(|number| number.len() > 15)
    };
    let text = dump(database);
    let lines: Vec<_> = text.lines().filter(|line| !random(line)).collect();
    lines.join("\n")
}

#[track_caller]
fn assert_same(online: &Database, offline: &Database) {
    let (expected, found) = (ledger(online), ledger(offline));
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found, "the ledger");
    }
    assert_eq!(expected.len(), found.len(), "the ledger's rows");
    let (expected, found) = (settled(online), settled(offline));
    if expected != found {
        let lacks: Vec<_> = expected
            .lines()
            .filter(|line| !found.lines().any(|other| other == *line))
            .collect();
        let extra: Vec<_> = found
            .lines()
            .filter(|line| !expected.lines().any(|other| other == *line))
            .collect();
        panic!("the schema\nlacks: {lacks:#?}\nextra: {extra:#?}");
    }
}

/// Up to head, and so many steps down, once by a run and once by scripts.
fn up_and_down(migrations: &Migrations, offline: &Database, downs: usize) {
    let online = Database::create(offline.backend()).expect("there is one already");
    let mut connection = online.connect();
    migrations
        .upgrade(&mut connection)
        .unwrap_or_else(|error| panic!("{error}"));
    let writer = migrations.offline(offline.backend());
    let script = writer.upgrade("head").unwrap();
    assert_eq!(script.steps.len(), migrations.chain().len());
    runs(offline, &script.sql);
    assert_same(&online, offline);
    migrations.ensure_current(&mut offline.connect()).unwrap();
    let target = format!("-{downs}");
    migrations
        .downgrade_to(&mut connection, &target)
        .unwrap_or_else(|error| panic!("{error}"));
    let script = writer.downgrade(&format!("head:{target}")).unwrap();
    assert_eq!(script.steps.len(), downs);
    runs(offline, &script.sql);
    assert_same(&online, offline);
}
