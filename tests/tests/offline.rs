//! Runs that are written down: the real clients run them as they are, and leave what a run leaves.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use migrate_core::{AnyConnection, Backend, Error, InDoubt, Migrations, OfflineError};
use migrate_tests::{Database, Project, dump, on, on_each_backend, real_chains};

on_each_backend!(
    the_chain_of_the_example_app_goes_up_and_down,
    a_database_that_is_elsewhere_is_refused_and_left_as_it_is,
    a_half_done_step_and_a_newer_log_are_refused,
    a_failure_leaves_the_whole_revisions_before_it_and_a_run_goes_on,
    another_run_is_waited_for_and_the_lock_is_given_back,
    what_a_script_sets_ends_with_it,
    scripts_without_a_transaction_are_recorded_statement_by_statement,
    bodies_quotes_and_letters_of_all_kinds_arrive_as_they_are,
    a_stamp_leaves_what_a_stamp_leaves_wherever_the_ledger_was,
    a_stamp_refuses_unknown_revisions_and_a_purge_takes_them_out,
);

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

fn the_chain_of_the_example_app_goes_up_and_down(database: &Database) {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let migrations = Migrations::from_directory(directory).unwrap();
    up_and_down(&migrations, database, migrations.chain().len());
    let first = migrations.chain().revisions()[0].id();
    let writer = migrations.offline(database.backend());
    runs(database, &writer.upgrade(&format!(":{first}")).unwrap().sql);
    runs(
        database,
        &writer.upgrade(&format!("{first}:+2")).unwrap().sql,
    );
    assert_eq!(database.applied().len(), 3);
    // A run and a script take turns.
    migrations.upgrade(&mut database.connect()).unwrap();
    runs(database, &writer.downgrade("head:base").unwrap().sql);
    assert_eq!(database.applied().len(), 0);
}

macro_rules! real {
    ($($name:ident),+ $(,)?) => {
        mod a_real_project {
            $(#[test]
            fn $name() {
                super::real_project(stringify!($name));
            })+
        }
    };
}

real!(
    aredl,
    crates_io,
    deepbook,
    hyperswitch_card_vault,
    libxmtp,
    miningpool_observer,
    retronomicon,
    splinter_pg,
    splinter_sqlite,
    syncstorage_mysql,
    tari_contacts,
    tari_wallet,
    tokenserver_mysql,
);

fn real_project(name: &str) {
    let Some(chain) =
        real_chains().and_then(|chains| chains.into_iter().find(|chain| chain.name == name))
    else {
        return;
    };
    let project = chain.adopt();
    let migrations = Migrations::from_directory(project.path().join("migrations")).unwrap();
    on(chain.backend, |database| {
        up_and_down(&migrations, database, chain.downs_here());
    });
}

fn a_database_that_is_elsewhere_is_refused_and_left_as_it_is(database: &Database) {
    let project = Project::tables(database.backend(), 3);
    let migrations = project.read();
    let writer = migrations.offline(database.backend());
    let later = writer.upgrade("02:head").unwrap().sql;
    let error = run_file(database, &later).unwrap_err();
    assert!(
        error.contains("the database is not at 02_t02, where this script begins"),
        "{error}"
    );
    assert!(error.contains("migrate current"), "{error}");
    assert!(!database.has_table("__migrate_log"));
    assert!(!database.has_table("__diesel_schema_migrations"));
    for applied in [
        &["01"][..],
        &["01", "03"],
        &["01", "02", "zz"],
        &["01", "02", "03"],
    ] {
        database.run(
            "DROP TABLE IF EXISTS __diesel_schema_migrations; DROP TABLE IF EXISTS __migrate_log",
        );
        migrations
            .upgrade_to(&mut database.connect(), "+0")
            .unwrap();
        migrations.stamp(&mut database.connect(), "head").unwrap();
        database.run("DELETE FROM __diesel_schema_migrations");
        for id in applied {
            database.run(&format!(
                "INSERT INTO __diesel_schema_migrations (version) VALUES ('{id}')"
            ));
        }
        let before = ledger(database);
        let error = run_file(database, &later).unwrap_err();
        assert!(error.contains("is not at 02_t02"), "{error}");
        assert_eq!(ledger(database), before);
        assert!(!database.has_table("t03"));
    }
}

fn a_half_done_step_and_a_newer_log_are_refused(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    project.bare(
        "02_half",
        "CREATE TABLE a (id INTEGER); INSERT INTO nowhere VALUES (1)",
        "DROP TABLE a",
    );
    let migrations = project.read();
    migrations.upgrade(&mut database.connect()).unwrap_err();
    let writer = migrations.offline(database.backend());
    let before = ledger(database);
    for sql in [
        writer.upgrade("01:head").unwrap().sql,
        writer.downgrade("01:base").unwrap().sql,
    ] {
        let error = run_file(database, &sql).unwrap_err();
        assert!(error.contains("left half done"), "{error}");
        assert_eq!(ledger(database), before);
    }
    migrations.stamp(&mut database.connect(), "01").unwrap();
    database.run("UPDATE __migrate_log SET revision = '9' WHERE action = 'layout'");
    let error = run_file(database, &writer.downgrade("01:base").unwrap().sql).unwrap_err();
    assert!(error.contains("newer layout"), "{error}");
    assert!(database.has_table("t01"));
}

fn a_failure_leaves_the_whole_revisions_before_it_and_a_run_goes_on(database: &Database) {
    let mut project = Project::tables(database.backend(), 2);
    project.revision(
        "03_wrong",
        "CREATE TABLE a (id INTEGER);\nINSERT INTO later VALUES (1);",
        "DROP TABLE a",
    );
    let migrations = project.read();
    let sql = migrations
        .offline(database.backend())
        .upgrade("head")
        .unwrap()
        .sql;
    let error = run_file(database, &sql).unwrap_err();
    assert!(error.contains("later"), "{error}");
    assert_eq!(database.applied(), ["01", "02"]);
    assert!(database.has_table("t02"));
    // What cannot be rolled back is there, and recorded.
    let mysql = database.backend() == Backend::Mysql;
    assert_eq!(database.has_table("a"), mysql);
    database.run("CREATE TABLE later (id INTEGER)");
    migrations
        .runner()
        .in_doubt(InDoubt::Retry)
        .upgrade_to(&mut database.connect(), "head")
        .unwrap_or_else(|error| panic!("{error}"));
    migrations.ensure_current(&mut database.connect()).unwrap();
    assert_eq!(database.value("SELECT COUNT(*) FROM later"), "1");
}

fn another_run_is_waited_for_and_the_lock_is_given_back(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    let mut holder = database.connect();
    hold(&mut holder);
    let short = migrations
        .offline(database.backend())
        .lock_wait(Duration::from_secs(1));
    let began = Instant::now();
    let error = run_file(database, &short.upgrade("head").unwrap().sql).unwrap_err();
    let said = match database.backend() {
        Backend::Sqlite => "database is locked",
        _ => "waited 1 s for the migration lock",
    };
    assert!(error.contains(said), "{error}");
    assert!(began.elapsed() >= Duration::from_millis(900));
    let sql = migrations
        .offline(database.backend())
        .upgrade("head")
        .unwrap()
        .sql;
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| runs(database, &sql));
        std::thread::sleep(Duration::from_millis(700));
        assert!(!waiting.is_finished(), "it waits");
        drop(holder);
        waiting.join().expect("it goes on");
    });
    assert_eq!(database.applied(), ["01", "02"]);
    migrations
        .downgrade_to(&mut database.connect(), "base")
        .unwrap();
}

/// Takes the lock of a run; it is given back with the connection.
fn hold(connection: &mut AnyConnection) {
    use diesel::connection::SimpleConnection as _;
    match connection {
        AnyConnection::Sqlite(connection) => connection.batch_execute("BEGIN IMMEDIATE"),
        AnyConnection::Postgres(connection) => connection
            .batch_execute("SELECT pg_advisory_lock(1296648018, hashtext(current_schema()::text))"),
        AnyConnection::Mysql(connection) => {
            connection.batch_execute("DO GET_LOCK(CONCAT('migrate:', SHA1(DATABASE())), 5)")
        }
        _ => unreachable!("there are three"),
    }
    .unwrap_or_else(|error| panic!("{error}"));
}

fn what_a_script_sets_ends_with_it(database: &Database) {
    let mut project = Project::new(database.backend());
    let (set, look) = match database.backend() {
        Backend::Sqlite => (
            "CREATE TABLE p (id INTEGER PRIMARY KEY); PRAGMA recursive_triggers = 1; PRAGMA legacy_alter_table = 1",
            "CREATE TABLE seen AS SELECT recursive_triggers || '/' || (SELECT legacy_alter_table FROM pragma_legacy_alter_table) \
             || '/' || (SELECT foreign_keys FROM pragma_foreign_keys) AS what FROM pragma_recursive_triggers",
        ),
        Backend::Postgres => (
            "CREATE SCHEMA other; SET search_path TO other; CREATE TABLE p (id INTEGER); SET ROLE pg_monitor; SET lock_timeout = 77",
            "CREATE TABLE seen AS SELECT current_schema() || '/' || current_user || '/' || current_setting('TimeZone') \
             || '/' || current_setting('lock_timeout') AS what",
        ),
        Backend::Mysql => (
            "CREATE TABLE p (id INTEGER); SET sql_mode = ''; SET foreign_key_checks = 0; SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "CREATE TABLE seen (what VARCHAR(99)) AS SELECT CONCAT(@@sql_mode <> '', '/', @@foreign_key_checks, '/', @@session.lock_wait_timeout, '/', @@time_zone) AS what",
        ),
    };
    project.revision("01_set", set, "SELECT 1");
    project.revision("02_look", look, "DROP TABLE seen");
    let migrations = project.read();
    let online = Database::create(database.backend()).expect("there is one already");
    migrations.upgrade(&mut online.connect()).unwrap();
    runs(
        database,
        &migrations
            .offline(database.backend())
            .upgrade("head")
            .unwrap()
            .sql,
    );
    let what = "SELECT what FROM seen";
    assert_eq!(database.value(what), online.value(what));
    assert_same(&online, database);
}

fn scripts_without_a_transaction_are_recorded_statement_by_statement(database: &Database) {
    let mut project = Project::tables(database.backend(), 1);
    let up = match database.backend() {
        Backend::Sqlite => "CREATE TABLE a (id INTEGER); VACUUM; INSERT INTO a VALUES (1)",
        Backend::Postgres => {
            "CREATE TABLE a (id INTEGER); CREATE INDEX CONCURRENTLY a_id ON a (id); INSERT INTO a VALUES (1)"
        }
        Backend::Mysql => {
            "CREATE TABLE a (id INTEGER); LOCK TABLES a WRITE; INSERT INTO a VALUES (1); UNLOCK TABLES; \
             START TRANSACTION; INSERT INTO a VALUES (2); COMMIT"
        }
    };
    project.bare("02_bare", up, "DROP TABLE a");
    let migrations = project.read();
    up_and_down(&migrations, database, 2);
    let broken = up.replace("INSERT INTO a VALUES (1)", "INSERT INTO b VALUES (1)");
    project.write("migrations/02_bare/up.sql", &broken);
    let migrations = project.read();
    let sql = migrations
        .offline(database.backend())
        .upgrade("head")
        .unwrap()
        .sql;
    run_file(database, &sql).unwrap_err();
    let partial = migrations
        .status(&mut database.connect())
        .unwrap()
        .partial
        .expect("it is half done");
    assert!(partial.done > 0, "{partial:?}");
    assert_eq!(database.applied(), ["01"]);
}

fn bodies_quotes_and_letters_of_all_kinds_arrive_as_they_are(database: &Database) {
    let mut project = Project::new(database.backend());
    let text = "INSERT INTO t VALUES (1, 'a;b // it''s \"x\" $migrate$ äöü 漢 🦀 -- no comment\n.quit\ngo\n/\n')";
    let body = match database.backend() {
        Backend::Sqlite => {
            "CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET n = n; DELETE FROM t WHERE id < 0; END"
        }
        Backend::Postgres => {
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$"
        }
        Backend::Mysql => {
            "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.n = CONCAT(NEW.n, '//;'); SET @x = 1; END"
        }
    };
    project.revision(
        "01_t",
        &format!("CREATE TABLE t (id INTEGER, n VARCHAR(200));\n{body};\n{text};\n"),
        "DROP TABLE t",
    );
    let migrations = project.read();
    let online = Database::create(database.backend()).expect("there is one already");
    migrations.upgrade(&mut online.connect()).unwrap();
    let sql = migrations
        .offline(database.backend())
        .upgrade("head")
        .unwrap()
        .sql;
    runs(database, &sql);
    assert_same(&online, database);
    let value = "SELECT n FROM t";
    assert_eq!(database.value(value), online.value(value));
    assert!(database.value(value).contains("漢 🦀"));
    let script = "SELECT up_script FROM __migrate_log WHERE revision = '01'";
    assert_eq!(database.column(script), online.column(script));
}

fn a_stamp_leaves_what_a_stamp_leaves_wherever_the_ledger_was(database: &Database) {
    let project = Project::tables(database.backend(), 4);
    project.read().upgrade(&mut database.connect()).unwrap();
    let online = Database::create(database.backend()).expect("there is one already");
    project.read().upgrade(&mut online.connect()).unwrap();
    project.write(
        "migrations/02_t02/up.sql",
        "CREATE TABLE t02 (id INTEGER, x INTEGER)",
    );
    let migrations = project.read();
    for target in ["head", "01", "base", "t03", "02", "head-1", "head"] {
        migrations.stamp(&mut online.connect(), target).unwrap();
        let script = migrations
            .offline(database.backend())
            .stamp(target)
            .unwrap();
        runs(database, &script.sql);
        // Running it again changes nothing.
        runs(database, &script.sql);
        let rows = |database: &Database| {
            let mut rows = database.log();
            rows.extend(database.applied());
            rows
        };
        let sorted = |database: &Database| {
            let mut rows = rows(database);
            rows.sort();
            rows
        };
        assert_eq!(sorted(&online), sorted(database), "{target}");
    }
    migrations.ensure_current(&mut database.connect()).unwrap();
}

fn a_stamp_refuses_unknown_revisions_and_a_purge_takes_them_out(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let migrations = project.read();
    migrations.upgrade(&mut database.connect()).unwrap();
    database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('zz')");
    let writer = migrations.offline(database.backend());
    let error = run_file(database, &writer.stamp("01").unwrap().sql).unwrap_err();
    assert!(
        error.contains("were unknown where this script was written"),
        "{error}"
    );
    assert_eq!(database.applied(), ["01", "02", "zz"]);
    runs(database, &writer.purge(true).stamp("01").unwrap().sql);
    assert_eq!(database.applied(), ["01"]);
    assert_eq!(
        database.log()[2..],
        ["zz unstamp done 0/0", "02 unstamp done 0/0"]
    );
}

#[test]
fn a_range_needs_no_database_or_says_what_to_write_instead() {
    let project = Project::tables(Backend::Sqlite, 4);
    let migrations = project.read();
    let writer = migrations.offline(Backend::Sqlite);
    for (range, steps) in [
        ("head", &["01", "02", "03", "04"][..]),
        ("t02", &["01", "02"]),
        ("02:head", &["03", "04"]),
        ("02:", &["03", "04"]),
        (":t02", &["01", "02"]),
        (":", &["01", "02", "03", "04"]),
        ("base:+1", &["01"]),
        ("01:+2", &["02", "03"]),
        ("head-1:head", &["04"]),
        ("head:head", &[]),
    ] {
        assert_eq!(writer.upgrade(range).unwrap().steps, steps, "{range}");
    }
    for (range, steps) in [
        ("head:base", &["04", "03", "02", "01"][..]),
        ("head:-1", &["04"]),
        (":-2", &["04", "03"]),
        ("02:", &["02", "01"]),
        ("t03:t01", &["03", "02"]),
    ] {
        assert_eq!(writer.downgrade(range).unwrap().steps, steps, "{range}");
    }
    for (range, instead) in [
        ("+2", "base:+2"),
        ("current", "base:head"),
        ("current:head", "base:head"),
        ("01:current", "base:head"),
        ("+1:head", "base:+1"),
    ] {
        let error = writer.upgrade(range).unwrap_err();
        assert!(
            matches!(error, Error::Offline(OfflineError::Relative { .. })),
            "{range}: {error}"
        );
        assert!(
            error.help().unwrap().contains(instead),
            "{range}: {:?}",
            error.help()
        );
    }
    let error = writer.downgrade("-1").unwrap_err();
    assert!(error.help().unwrap().contains("`head:-1`"), "{error}");
    for range in ["head:01", "nowhere", "01:02:03", "01:+9"] {
        assert!(writer.upgrade(range).is_err(), "{range}");
    }
    for range in ["01:head", "base", "head:+1"] {
        assert!(writer.downgrade(range).is_err(), "{range}");
    }
}

#[test]
fn a_script_that_leaves_the_database_is_refused_for_mysql() {
    let mut project = Project::new(Backend::Mysql);
    project.revision("01_x", "SELECT 1;\nUSE other", "SELECT 1");
    let error = project
        .read()
        .offline(Backend::Mysql)
        .upgrade("head")
        .unwrap_err();
    assert!(
        error.to_string().starts_with("01_x/up.sql:2: USE"),
        "{error}"
    );
}
