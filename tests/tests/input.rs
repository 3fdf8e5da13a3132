//! Odd input: line ends, marks, bytes that are no text, very large scripts, and scripts that naive splitters break.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use migrate_core::{Backend, Migrations};
use migrate_tests::{Database, Project, Running, dump, migrate, on, on_each_backend, shared};

on_each_backend!(
    a_script_saved_on_windows_runs_and_counts_as_the_same,
    a_byte_that_is_no_text_is_refused_with_its_place,
    one_statement_of_five_megabytes_runs,
);

fn a_script_saved_on_windows_runs_and_counts_as_the_same(database: &Database) {
    let mut project = Project::new(database.backend());
    let unix = "-- made\nCREATE TABLE notes (id INTEGER PRIMARY KEY, note VARCHAR(20));\nINSERT INTO notes VALUES (1, 'x');\n";
    let windows = format!("\u{feff}{}", unix.replace('\n', "\r\n"));
    project.revision("01_notes", &windows, "\u{feff}DROP TABLE notes;\r\n");
    let mut connection = database.connect();
    project.read().upgrade(&mut connection).unwrap();
    assert_eq!(database.value("SELECT note FROM notes"), "x");
    project.write("migrations/01_notes/up.sql", unix);
    project.read().upgrade(&mut connection).unwrap();
    assert!(
        project
            .read()
            .status(&mut connection)
            .unwrap()
            .changed
            .is_empty()
    );
    project
        .read()
        .downgrade_to(&mut connection, "base")
        .unwrap();
    assert!(!database.has_table("notes"));
}

fn a_byte_that_is_no_text_is_refused_with_its_place(database: &Database) {
    let cases: [(&[u8], &str); 2] = [
        (b"SELECT 1;\nSELECT '\0';\n", "18"),
        (b"SELECT 1;\nSELECT '\xff';\n", "18"),
    ];
    for (bytes, offset) in cases {
        let mut project = Project::new(database.backend());
        project.revision("01_odd", "SELECT 1", "SELECT 1");
        project.write("migrations/01_odd/up.sql", bytes);
        let problems = Migrations::from_directory(project.migrations_dir())
            .unwrap_err()
            .to_string();
        assert!(
            problems.contains("01_odd/up.sql") && problems.contains(offset),
            "byte {offset}: {problems}"
        );
        let outcome = Running::start(migrate(&project, database.url(), &["upgrade"]))
            .wait(Duration::from_secs(20))
            .expect(1);
        assert!(
            outcome.stderr.contains("01_odd/up.sql") && outcome.stderr.contains(offset),
            "{outcome}"
        );
        assert!(
            !database.has_table("__diesel_schema_migrations"),
            "nothing was touched"
        );
    }
}

/// The largest amount of memory that a process has had so far, in bytes.
fn peak(process: &Running) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes * 1024)
}

/// Runs `upgrade` and gives the most memory that was seen while it ran.
fn upgrade_within(project: &Project, database: &Database, patience: Duration) -> u64 {
    let mut process = Running::start(migrate(project, database.url(), &["upgrade"]));
    let (mut most, deadline) = (0, Instant::now() + patience);
    while process.is_running() && Instant::now() < deadline {
        most = peak(&process).map_or(most, |now| now.max(most));
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = process.wait(Duration::from_secs(1)).expect(0);
    most
}

fn one_statement_of_five_megabytes_runs(database: &Database) {
    let mut values = String::from("INSERT INTO big VALUES (0, 'it''s; the -- first')");
    let mut number = 0;
    while values.len() < 5_000_000 {
        number += 1;
        let _ = write!(values, ", ({number}, 'row {number}; with /* traps')");
    }
    let mut project = Project::new(database.backend());
    project.revision(
        "01_big",
        &format!("CREATE TABLE big (id INTEGER, t VARCHAR(99));\n{values};\n"),
        "DROP TABLE big",
    );
    let most = upgrade_within(&project, database, Duration::from_secs(120));
    assert_eq!(
        database.value("SELECT COUNT(*) FROM big"),
        (number + 1).to_string()
    );
    assert!(
        most < 150_000_000,
        "{most} bytes for a script of five megabytes"
    );
    // Such scripts are not kept in the log; their checksum is.
    assert_eq!(database.value("SELECT COUNT(*) FROM __migrate_log WHERE revision = '01' AND up_script IS NULL AND LENGTH(up_checksum) = 64"), "1");
}

/// MariaDB takes messages of 16 megabytes where nothing else is said.
#[test]
fn on_mysql_a_script_larger_than_one_message_may_be_runs() {
    on(Backend::Mysql, |database| {
        let row = format!("({}, '{}')", 7, "x".repeat(80));
        let insert = format!("INSERT INTO big VALUES {};\n", vec![row; 5000].join(","));
        let count = 17_000_000 / insert.len() + 1;
        let mut project = Project::new(Backend::Mysql);
        let up = format!(
            "CREATE TABLE big (id INTEGER, t VARCHAR(99));\n{}",
            insert.repeat(count)
        );
        project.revision("01_big", &up, "DROP TABLE big");
        let report = project.read().upgrade(&mut database.connect());
        report.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            database.value("SELECT COUNT(*) FROM big"),
            (5000 * count).to_string()
        );
    });
}

#[test]
fn fifty_megabytes_of_statements_run_in_bounded_memory() {
    on(Backend::Sqlite, |database| {
        let mut script = String::from("CREATE TABLE big (id INTEGER, t TEXT);\n");
        let mut rows = 0;
        while script.len() < 50_000_000 {
            script.push_str("INSERT INTO big VALUES ");
            for row in 0..1000 {
                let comma = if row == 0 { "" } else { "," };
                let _ = write!(script, "{comma}({rows},'a row of this; large '' table')");
                rows += 1;
            }
            script.push_str(";\n");
        }
        let mut project = Project::new(Backend::Sqlite);
        project.revision("01_big", &script, "DROP TABLE big");
        let most = upgrade_within(&project, database, Duration::from_secs(300));
        assert_eq!(database.value("SELECT COUNT(*) FROM big"), rows.to_string());
        assert!(
            most < 8 * script.len() as u64,
            "{most} bytes for a script of {}",
            script.len()
        );
    });
}

/// The scripts that naive splitters break: this library and the server's own client come to the same schema.
#[test]
fn the_splitter_cases_run_as_the_plain_client_runs_them() {
    let Some(folder) = shared("cases/splitter") else {
        return;
    };
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let mut compared = 0;
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "sql"))
    {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let backend = match &name[..2] {
            "pg" => Backend::Postgres,
            "sl" => Backend::Sqlite,
            _ => Backend::Mysql,
        };
        let text = fs::read_to_string(file).unwrap();
        on(backend, |ours| {
            let plain = Database::create(backend).unwrap();
            let client = if text.to_uppercase().contains("DELIMITER") || backend != Backend::Mysql {
                plain.client().run(&text)
            } else {
                // Without DELIMITER the plain client needs the script in one piece.
                plain
                    .client()
                    .run(&format!("DELIMITER ~~~~\n{text}\n~~~~\n"))
            };
            let mut project = Project::new(backend);
            project.with_metadata(
                &format!("01_{name}"),
                (&text, "SELECT 1"),
                "run_in_transaction = false\n",
            );
            let Ok(migrations) = Migrations::from_directory(project.migrations_dir()) else {
                assert!(
                    ["pg24_copy_from_stdin", "pg25_psql_meta"].contains(&name.as_str()),
                    "{name} is refused"
                );
                return;
            };
            let result = migrations.upgrade(&mut ours.connect());
            match (client, result) {
                (Ok(_), Ok(_)) => {
                    assert_eq!(dump(&plain), dump(ours), "{name}");
                    compared += 1;
                }
                (Err(_), Err(_)) => {}
                (client, result) => panic!("{name}: the plain client {client:?}, here {result:?}"),
            }
        });
    }
    migrate_tests::say(&format!(
        "{compared} of {} splitter cases ran on both sides and came to the same schema",
        files.len() - 1
    ));
}

#[test]
fn what_an_editor_leaves_behind_is_not_read() {
    on(Backend::Sqlite, |database| {
        let project = Project::tables(Backend::Sqlite, 2);
        project.write("migrations/.hidden/up.sql", "SELECT wrong");
        project.write("migrations/README.md", "notes");
        project.write("migrations/loose.sql", "SELECT wrong");
        project.write("migrations/01_t01/up.sql~", "SELECT wrong");
        project.write("migrations/01_t01/.up.sql.swp", [0xff, 0x00]);
        let elsewhere = Project::tables(Backend::Sqlite, 1);
        elsewhere.write("third/up.sql", "CREATE TABLE linked (id INTEGER)");
        elsewhere.write("third/down.sql", "DROP TABLE linked");
        elsewhere.write(
            "third/metadata.toml",
            "down_revision = \"02\"\nrun_in_transaction = true\n",
        );
        std::os::unix::fs::symlink(
            elsewhere.path().join("third"),
            project.migrations_dir().join("03_linked"),
        )
        .unwrap();
        project.read().upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.applied(), ["01", "02", "03"]);
        assert!(database.has_table("linked"));
    });
}

#[test]
fn on_mysql_no_message_is_larger_than_the_server_takes() {
    on(Backend::Mysql, |database| {
        let mut project = Project::new(Backend::Mysql);
        let row = "x".repeat(900_000);
        for number in 10..20 {
            project.revision(
                &format!("{number}_big"),
                &format!(
                    "CREATE TABLE t{number} (v LONGTEXT); INSERT INTO t{number} VALUES ('{row}');"
                ),
                &format!("DROP TABLE t{number}"),
            );
        }
        project.read().upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.applied().len(), 10);
    });
}
