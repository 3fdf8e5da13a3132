//! A server that comes up late, and a database that comes to head late: waited for, and given up in time.
#![cfg(unix)]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use migrate_core::Backend;
use migrate_tests::{Database, Project, Proxy, Running, migrate, on, signal};

const PATIENCE: Duration = Duration::from_secs(30);

fn start(project: &Project, url: &str, arguments: &[&str]) -> Running {
    Running::start(migrate(project, url, arguments))
}

/// A port that nobody listens on, and the database's URL by it.
fn later(database: &Database) -> (u16, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("a bound port").port();
    let url = database.url_with(|url| {
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
    });
    (port, url)
}

fn server(database: &Database) -> (String, u16) {
    let url = url::Url::parse(database.url()).expect("a URL");
    let default = if database.backend() == Backend::Mysql {
        3306
    } else {
        5432
    };
    (
        url.host_str().unwrap_or("127.0.0.1").to_owned(),
        url.port().unwrap_or(default),
    )
}

#[test]
fn a_server_that_comes_up_late_is_waited_for() {
    for backend in [Backend::Postgres, Backend::Mysql] {
        on(backend, |database| {
            let project = Project::tables(backend, 2);
            let (port, url) = later(database);
            let _ = start(&project, &url, &["upgrade"]).wait(PATIENCE).expect(1);
            let mut runs = [
                start(&project, &url, &["upgrade", "--wait", "20s"]),
                start(&project, &url, &["current", "--wait", "20s"]),
                start(&project, &url, &["wait", "--timeout", "20s"]),
            ];
            std::thread::sleep(Duration::from_millis(800));
            assert!(runs.iter_mut().all(Running::is_running));
            let (host, there) = server(database);
            let _proxy = Proxy::start_on(port, &host, there);
            for run in &mut runs {
                let outcome = run.wait(PATIENCE).expect(0);
                assert!(
                    outcome.stderr.contains("waiting: cannot connect"),
                    "{outcome}"
                );
            }
            assert_eq!(database.applied(), ["01", "02"]);
        });
    }
}

#[test]
fn a_server_that_does_not_come_up_is_given_up_in_time() {
    for backend in [Backend::Postgres, Backend::Mysql] {
        on(backend, |database| {
            let project = Project::tables(backend, 1);
            let (_, url) = later(database);
            for command in [
                &["upgrade", "--wait", "1s"][..],
                &["wait", "--timeout", "1s"],
            ] {
                let began = Instant::now();
                let outcome = start(&project, &url, command).wait(PATIENCE).expect(1);
                assert!(began.elapsed() >= Duration::from_secs(1), "{outcome}");
                assert!(
                    outcome.stderr.contains("error: cannot connect to"),
                    "{outcome}"
                );
            }
        });
    }
}

#[test]
fn who_is_refused_does_not_wait() {
    for backend in [Backend::Postgres, Backend::Mysql] {
        on(backend, |database| {
            let project = Project::tables(backend, 1);
            let missing = database.url_with(|url| url.set_path("no_such_database_here"));
            let began = Instant::now();
            let outcome = start(&project, &missing, &["upgrade", "--wait", "60s"]).wait(PATIENCE);
            let outcome = outcome.expect(1);
            assert!(
                outcome.stderr.contains("no_such_database_here"),
                "{outcome}"
            );
            let nobody = database.url_with(|url| {
                url.set_username("nobody_of_that_name").expect("a user");
                url.set_password(Some("wrong")).expect("a password");
            });
            for command in [&["upgrade", "--wait", "60s"][..], &["wait"]] {
                let _ = start(&project, &nobody, command).wait(PATIENCE).expect(1);
            }
            assert!(began.elapsed() < Duration::from_secs(20));
        });
    }
}

fn a_wait_ends_when_somebody_brings_the_database_to_head(database: &Database) {
    let project = Project::tables(database.backend(), 2);
    let mut waiting = start(&project, database.url(), &["wait", "--format", "json"]);
    std::thread::sleep(Duration::from_millis(500));
    let _ = start(&project, database.url(), &["upgrade", "+1"])
        .wait(PATIENCE)
        .expect(0);
    std::thread::sleep(Duration::from_millis(500));
    assert!(waiting.is_running());
    assert_eq!(database.applied(), ["01"], "a wait applies nothing");
    let _ = start(&project, database.url(), &["upgrade"])
        .wait(PATIENCE)
        .expect(0);
    let outcome = waiting.wait(PATIENCE).expect(0);
    assert!(outcome.stdout.contains("\"current\":\"02\""), "{outcome}");
    let _ = start(&project, database.url(), &["downgrade", "-1", "--yes"])
        .wait(PATIENCE)
        .expect(0);
    let outcome = start(&project, database.url(), &["wait", "--timeout", "300ms"])
        .wait(PATIENCE)
        .expect(3);
    assert!(
        outcome.stderr.contains("the database is behind"),
        "{outcome}"
    );
    // Nothing that is done here brings this one to that head.
    project.remove("02_t02");
    project.remove("01_t01");
    project.write("migrations/00_t00/up.sql", "CREATE TABLE t00 (id INTEGER);");
    project.write("migrations/00_t00/down.sql", "DROP TABLE t00;");
    let _ = start(&project, database.url(), &["wait"])
        .wait(PATIENCE)
        .expect(5);
}

#[test]
fn a_wait_for_a_file_that_is_not_there_does_not_make_it() {
    let project = Project::tables(Backend::Sqlite, 1);
    let arguments = ["wait", "--timeout", "300ms"];
    let outcome = start(&project, "sqlite:late.db", &arguments).wait(PATIENCE);
    assert!(
        outcome
            .expect(3)
            .stderr
            .contains("late.db is not there yet")
    );
    assert!(!project.path().join("late.db").exists());
}

#[test]
fn a_signal_ends_a_wait() {
    on(Backend::Postgres, |database| {
        let project = Project::tables(Backend::Postgres, 1);
        let (_, url) = later(database);
        for (url, arguments) in [
            (database.url(), &["wait"][..]),
            (&url, &["upgrade", "--wait", "60s"]),
        ] {
            let mut waiting = start(&project, url, arguments);
            std::thread::sleep(Duration::from_millis(700));
            signal(&waiting, "TERM");
            let _ = waiting.wait(Duration::from_secs(3)).expect(143);
        }
    });
}

migrate_tests::on_each_backend!(a_wait_ends_when_somebody_brings_the_database_to_head);
