//! A disk that is full, a file or a directory that takes no writes, and a power cut.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use migrate_core::{Backend, Error, Left};
use migrate_tests::{Client, Database, Project, Running, binary, migrate, on, say};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn on_sqlite_a_full_disk_rolls_the_revision_back_and_says_so() {
    on(Backend::Sqlite, |database| {
        let mut project = Project::tables(Backend::Sqlite, 1);
        project.read().upgrade(&mut database.connect()).unwrap();
        project.revision(
            "02_much",
            "CREATE TABLE much (t BLOB);\nINSERT INTO much SELECT zeroblob(1000000);\nCREATE TABLE more (id INTEGER);\n",
            "DROP TABLE more; DROP TABLE much;",
        );
        project.settings("[session]\nsqlite = [\"PRAGMA max_page_count = 60\"]\n");
        let failed = project.read().upgrade(&mut database.connect()).unwrap_err();
        let Error::Failed(failure) = &failed else {
            panic!("{failed:?}")
        };
        assert!(
            failure.error.message.contains("database or disk is full"),
            "{failure:?}"
        );
        assert_eq!((failure.left, failure.number), (Left::Nothing, 2));
        assert_eq!(failure.position.map(|position| position.line), Some(2));
        assert_eq!(database.applied(), ["01"]);
        assert!(!database.has_table("much"));
        assert_eq!(database.value("PRAGMA integrity_check"), "ok");

        project.write("migrate.toml", "backends = [\"sqlite\"]\n");
        project.read().upgrade(&mut database.connect()).unwrap();
        assert_eq!(database.applied(), ["01", "02"]);
    });
}

/// `migrate` as a user whom the system stops at file modes, which root is not.
fn as_nobody(project: &Project, url: &str) -> Option<Command> {
    if !is_root() {
        return Some(migrate(project, url, &["upgrade"]));
    }
    let tool = Command::new("setpriv").arg("--version").output();
    if !tool.is_ok_and(|output| output.status.success()) {
        say(
            "skipped: root is stopped by no file mode, and there is no setpriv to run as somebody else",
        );
        return None;
    }
    // The other user must reach the binary and the chain.
    let copy = project.path().join("migrate");
    fs::copy(binary("migrate-cli", "migrate"), &copy).unwrap();
    let opened = Command::new("chmod")
        .args(["-R", "a+rX"])
        .arg(project.path())
        .status();
    assert!(opened.is_ok_and(|status| status.success()));
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(copy);
    command
        .current_dir(project.path())
        .args(["--database-url", url, "upgrade"]);
    Some(command)
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n")
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn on_sqlite_a_file_without_write_right_is_named_and_unchanged() {
    on(Backend::Sqlite, |database| {
        let project = Project::tables(Backend::Sqlite, 2);
        project
            .read()
            .upgrade_to(&mut database.connect(), "01")
            .unwrap();
        mode(database.path().parent().unwrap(), 0o755);
        mode(&database.path(), 0o444);
        let Some(command) = as_nobody(&project, database.url()) else {
            return;
        };
        let outcome = Running::start(command).wait(PATIENCE).expect(1);
        assert!(outcome.stderr.contains("readonly database"), "{outcome}");
        assert_eq!(database.applied(), ["01"]);
    });
}

#[test]
fn on_sqlite_a_directory_without_write_right_is_an_error_and_nothing_is_half_done() {
    on(Backend::Sqlite, |database| {
        let project = Project::tables(Backend::Sqlite, 2);
        project
            .read()
            .upgrade_to(&mut database.connect(), "01")
            .unwrap();
        // The file may be written, but no journal can be made beside it.
        mode(&database.path(), 0o666);
        mode(database.path().parent().unwrap(), 0o555);
        let Some(command) = as_nobody(&project, database.url()) else {
            return;
        };
        let outcome = Running::start(command).wait(PATIENCE).expect(1);
        assert!(
            outcome.stderr.contains("unable to open database file")
                || outcome.stderr.contains("readonly"),
            "{outcome}"
        );
        mode(database.path().parent().unwrap(), 0o755);
        assert_eq!(database.applied(), ["01"]);
        assert_eq!(database.value("PRAGMA integrity_check"), "ok");
    });
}

#[test]
fn on_sqlite_a_directory_that_is_not_there_is_named() {
    let project = Project::tables(Backend::Sqlite, 1);
    let outcome = Running::start(migrate(&project, "sqlite:/nowhere/at/all.db", &["upgrade"]))
        .wait(PATIENCE)
        .expect(1);
    assert!(outcome.stderr.contains("/nowhere/at/all.db"), "{outcome}");
}

/// Copies a database as a power cut would leave it: first what is written ahead or back, then the file.
fn snapshot(database: &Path, number: usize, into: &Path) -> Option<PathBuf> {
    let copy = into.join(format!("copy{number}.db"));
    for suffix in ["-journal", "-wal"] {
        let name = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        let _ = fs::copy(name(database), name(&copy));
    }
    fs::copy(database, &copy).ok().map(|_| copy)
}

/// A process that is stopped writes nothing while its files are copied, so that each copy is one moment.
fn pause(process: &Running, word: &str) {
    let _ = Command::new("kill")
        .arg(format!("-{word}"))
        .arg(process.id().to_string())
        .stderr(std::process::Stdio::null())
        .status();
}

fn power_is_cut_while_sqlite_runs(journal: &str) {
    on(Backend::Sqlite, |database| {
        database.run(&format!("PRAGMA journal_mode = {journal};"));
        let mut project = Project::new(Backend::Sqlite);
        for number in 1..=12 {
            let up = format!(
                "CREATE TABLE a{number} (n INTEGER);\nINSERT INTO a{number} WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 60000) SELECT n FROM c;\nCREATE TABLE b{number} (n INTEGER);\n"
            );
            project.revision(
                &format!("{number:02}_step"),
                &up,
                &format!("DROP TABLE b{number}; DROP TABLE a{number};"),
            );
        }
        let copies = tempfile::tempdir().unwrap();
        let mut process = Running::start(migrate(
            &project,
            database.url(),
            &["upgrade", "--transaction", "each"],
        ));
        let mut taken = Vec::new();
        while process.is_running() {
            pause(&process, "STOP");
            taken.extend(snapshot(&database.path(), taken.len(), copies.path()));
            pause(&process, "CONT");
            std::thread::sleep(Duration::from_millis(7));
        }
        let _ = process.wait(PATIENCE).expect(0);
        let mut between = 0;
        for copy in &taken {
            between += usize::from(is_at_a_whole_revision(copy));
        }
        assert!(
            between > 2,
            "{} copies, of which {between} from the middle of the run",
            taken.len()
        );
        // One of them goes on to the end.
        let middle = &taken[taken.len() / 2];
        let _ = Running::start(migrate(
            &project,
            &format!("sqlite:{}", middle.display()),
            &["upgrade"],
        ))
        .wait(PATIENCE)
        .expect(0);
        assert!(
            is_at_a_whole_revision(middle)
                || Client::new(Backend::Sqlite, &middle.to_string_lossy())
                    .run("SELECT 1 FROM b12")
                    .is_ok()
        );
    });
}

/// Whether some revisions are there and some not; fails where one is half there.
fn is_at_a_whole_revision(copy: &Path) -> bool {
    let client = Client::new(Backend::Sqlite, &copy.to_string_lossy());
    assert_eq!(
        client.run("PRAGMA integrity_check").unwrap().trim(),
        "ok",
        "{}",
        copy.display()
    );
    let tables = client
        .query("SELECT name FROM sqlite_master WHERE type = 'table'")
        .unwrap();
    let has = |name: &str| tables.iter().any(|row| row[0] == name);
    let versions = if has("__diesel_schema_migrations") {
        client
            .query("SELECT version FROM __diesel_schema_migrations")
            .unwrap()
    } else {
        Vec::new()
    };
    for number in 1..=12 {
        let applied = versions.iter().any(|row| row[0] == format!("{number:02}"));
        for table in ["a", "b"] {
            assert_eq!(
                has(&format!("{table}{number}")),
                applied,
                "{table}{number} of {}",
                copy.display()
            );
        }
        if applied {
            assert_eq!(
                client
                    .run(&format!("SELECT COUNT(*) FROM a{number}"))
                    .unwrap()
                    .trim(),
                "60000"
            );
        }
    }
    (1..12).contains(&versions.len())
}

#[test]
fn on_sqlite_a_power_cut_leaves_a_whole_revision() {
    power_is_cut_while_sqlite_runs("DELETE");
}

#[test]
fn on_sqlite_a_power_cut_leaves_a_whole_revision_in_wal_mode() {
    power_is_cut_while_sqlite_runs("WAL");
}

/// A cluster of the test's own, whose server can be stopped as a power cut would stop it.
struct Cluster {
    directory: tempfile::TempDir,
    port: u16,
    tools: PathBuf,
}

impl Cluster {
    fn create() -> Option<Self> {
        let Some(tools) = postgres_tools() else {
            say("skipped: no initdb and pg_ctl here to cut the power of a PostgreSQL with");
            return None;
        };
        let directory = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .unwrap()
            .port();
        let cluster = Self {
            directory,
            port,
            tools,
        };
        if is_root() {
            let owned = Command::new("chown")
                .arg("postgres")
                .arg(cluster.directory.path())
                .status();
            if !owned.is_ok_and(|status| status.success()) {
                say("skipped: PostgreSQL does not run as root, and there is no user postgres");
                return None;
            }
        }
        cluster
            .tool("initdb", &["-A", "trust", "-U", "postgres", "-N"])
            .unwrap_or_else(|error| panic!("{error}"));
        cluster.start();
        Some(cluster)
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> Result<(), String> {
        let program = self.tools.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        let log = self.directory.path().join("output");
        command
            .arg("-D")
            .arg(self.directory.path().join("data"))
            .args(arguments)
            .current_dir(self.directory.path());
        // The server inherits what it is given here, so a pipe would never end.
        let file = fs::File::create(&log).unwrap();
        let status = command
            .stdin(std::process::Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            other => Err(format!(
                "{name}: {other:?}\n{}",
                fs::read_to_string(&log).unwrap_or_default()
            )),
        }
    }

    fn start(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=on -c full_page_writes=on",
            self.port
        );
        self.tool("pg_ctl", &["-w", "-o", &options, "start"])
            .unwrap_or_else(|error| panic!("{error}"));
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.tool("pg_ctl", &["-m", "immediate", "stop"]);
    }
}

/// The folder with `initdb` and `pg_ctl`: beside those on the path, or where Debian keeps the newest.
fn postgres_tools() -> Option<PathBuf> {
    let whole =
        |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    let path = std::env::var_os("PATH")?;
    let mut debian: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    debian.sort();
    std::env::split_paths(&path)
        .find(whole)
        .or_else(|| debian.into_iter().rev().find(whole))
}

#[test]
fn on_postgres_a_power_cut_leaves_a_whole_revision() {
    let Some(cluster) = Cluster::create() else {
        return;
    };
    let client = Client::new(Backend::Postgres, &cluster.url());
    let mut project = Project::new(Backend::Postgres);
    for number in 1..=30 {
        let up = format!(
            "CREATE TABLE a{number} AS SELECT generate_series(1, 2000) AS n;\nSELECT pg_sleep(0.03);\nCREATE TABLE b{number} (n INTEGER);\n"
        );
        project.revision(
            &format!("{number:02}_step"),
            &up,
            &format!("DROP TABLE b{number}; DROP TABLE a{number};"),
        );
    }
    let mut middle = 0;
    for moment in [250, 600, 300] {
        let mut process = Running::start(migrate(
            &project,
            &cluster.url(),
            &["upgrade", "--transaction", "each"],
        ));
        std::thread::sleep(Duration::from_millis(moment));
        cluster
            .tool("pg_ctl", &["-m", "immediate", "-w", "stop"])
            .unwrap_or_else(|error| panic!("{error}"));
        let outcome = process.wait(PATIENCE);
        assert!(
            outcome.code == Some(1) || outcome.code == Some(0),
            "{outcome}"
        );
        cluster.start();
        let ledger = client
            .run("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL")
            .unwrap();
        let applied = if ledger.trim() == "t" {
            client
                .query("SELECT version FROM __diesel_schema_migrations")
                .unwrap()
        } else {
            Vec::new()
        };
        let tables = client
            .query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            .unwrap();
        for number in 1..=30 {
            let known = applied.iter().any(|row| row[0] == format!("{number:02}"));
            for table in [format!("a{number}"), format!("b{number}")] {
                assert_eq!(
                    tables.iter().any(|row| row[0] == table),
                    known,
                    "{table} after {moment} ms"
                );
            }
        }
        middle += usize::from((1..30).contains(&applied.len()));
    }
    assert!(middle > 0, "the power was cut in the middle at least once");
    let _ = Running::start(migrate(&project, &cluster.url(), &["upgrade"]))
        .wait(PATIENCE)
        .expect(0);
    assert_eq!(
        client
            .query("SELECT COUNT(*) FROM __diesel_schema_migrations")
            .unwrap(),
        [["30"]]
    );
}

/// The whole of a database is one file, so that a copy of it is a database too.
#[test]
fn a_copy_of_a_database_is_at_the_same_revision() {
    on(Backend::Sqlite, |database: &Database| {
        let project = Project::tables(Backend::Sqlite, 2);
        project.read().upgrade(&mut database.connect()).unwrap();
        let copy = Database::create(Backend::Sqlite).unwrap();
        fs::copy(database.path(), copy.path()).unwrap();
        project.read().ensure_current(&mut copy.connect()).unwrap();
    });
}
