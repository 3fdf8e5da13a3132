//! SIGTERM and SIGINT while a run waits or works, and a lock that somebody else holds.
#![cfg(unix)]

use std::time::{Duration, Instant};

use migrate_core::Backend;
use migrate_tests::{Database, Project, Running, on, signal};

use crate::tool;

/// Each revision takes a while on its server.
fn slow(seconds: &str) -> Project {
    let mut project = Project::new(Backend::Postgres);
    for number in 1..=3 {
        let up = format!("CREATE TABLE t{number} (id INTEGER);\nSELECT pg_sleep({seconds});\n");
        project.revision(
            &format!("{number:02}_slow"),
            &up,
            &format!("DROP TABLE t{number};"),
        );
    }
    project
}

fn start(project: &Project, url: &str, arguments: &[&str]) -> Running {
    Running::start(tool(
        &project.path(),
        &[&["--database-url", url], arguments].concat(),
    ))
}

#[test]
fn a_signal_stops_at_a_whole_statement_and_says_so_by_its_exit_code() {
    on(Backend::Postgres, |database: &Database| {
        for (name, code) in [("TERM", 143), ("INT", 130)] {
            let project = slow("1");
            let url = database.url();
            let mut run = start(&project, url, &["upgrade", "--transaction", "each"]);
            std::thread::sleep(Duration::from_millis(700));
            signal(&run, name);
            let outcome = run.wait(Duration::from_secs(20)).expect(code);
            assert!(outcome.stderr.contains("stopped on request"), "{outcome}");
            // The lock is free, and what was done is whole.
            let mut again = start(&project, url, &["upgrade", "--lock-wait", "0s"]);
            let outcome = again.wait(Duration::from_secs(20)).expect(0);
            assert!(outcome.stdout.contains("(head)"), "{outcome}");
            let _ = start(&project, url, &["downgrade", "base", "--yes"])
                .wait(Duration::from_secs(20))
                .expect(0);
        }
    });
}

#[test]
fn a_second_signal_does_not_wait() {
    on(Backend::Postgres, |database: &Database| {
        let project = slow("30");
        let mut run = start(&project, database.url(), &["upgrade"]);
        std::thread::sleep(Duration::from_millis(700));
        let begun = Instant::now();
        signal(&run, "TERM");
        std::thread::sleep(Duration::from_millis(200));
        if run.is_running() {
            signal(&run, "TERM");
        }
        let _ = run.wait(Duration::from_secs(10)).expect(143);
        assert!(begun.elapsed() < Duration::from_secs(5));
    });
}

#[test]
fn a_run_that_waits_names_who_holds_the_lock_and_gives_up_with_its_own_exit_code() {
    on(Backend::Postgres, |database: &Database| {
        let project = slow("4");
        let url = database.url();
        let mut first = start(&project, url, &["upgrade", "+1"]);
        std::thread::sleep(Duration::from_millis(1000));
        let outcome = start(&project, url, &["upgrade", "--lock-wait", "1s"])
            .wait(Duration::from_secs(20))
            .expect(4);
        assert!(
            outcome
                .stderr
                .contains("waiting for the migration lock, held by "),
            "{outcome}"
        );
        assert!(outcome.stderr.contains("error: waited 1."), "{outcome}");
        let json = start(
            &project,
            url,
            &["upgrade", "--lock-wait", "0s", "--format", "json"],
        );
        let mut json = json;
        let outcome = json.wait(Duration::from_secs(20)).expect(4);
        let last = outcome.stdout.lines().last().unwrap_or_default();
        assert!(last.contains("\"kind\":\"lock_timeout\""), "{outcome}");
        let _ = first.wait(Duration::from_secs(20)).expect(0);
    });
}

#[test]
fn a_signal_ends_a_seed_which_is_rolled_back_and_says_so_by_its_exit_code() {
    for (backend, sleep) in [
        (Backend::Postgres, "SELECT pg_sleep(60)"),
        (Backend::Mysql, "DO SLEEP(60)"),
    ] {
        on(backend, |database: &Database| {
            let project = Project::tables(backend, 1);
            let (first, slow) = (
                "INSERT INTO t01 VALUES (1);\n",
                "INSERT INTO t01 VALUES (2);\n",
            );
            project.write("seeds/01_first.sql", first);
            project.write("seeds/02_slow.sql", format!("{slow}{sleep};\n"));
            let url = database.url();
            let _ = start(&project, url, &["upgrade"])
                .wait(Duration::from_secs(20))
                .expect(0);
            let began = Instant::now();
            let mut run = start(&project, url, &["seed"]);
            migrate_tests::until("the first seed has run", || {
                database.value("SELECT COUNT(*) FROM t01") == "1"
            });
            std::thread::sleep(Duration::from_millis(500));
            signal(&run, "INT");
            let outcome = run.wait(Duration::from_secs(20)).expect(130);
            assert!(began.elapsed() < Duration::from_secs(20));
            assert!(
                outcome
                    .stderr
                    .contains("error: stopped on request after 01_first.sql"),
                "{outcome}"
            );
            assert_eq!(database.column("SELECT id FROM t01"), ["1"]);
            project.write("seeds/02_slow.sql", slow);
            let outcome = start(&project, url, &["seed"])
                .wait(Duration::from_secs(20))
                .expect(0);
            assert!(outcome.stdout.contains("ran 1 of 2 seeds"), "{outcome}");
        });
    }
}

/// A database for the moment goes with the command that made it.
#[test]
fn a_signal_drops_the_database_that_was_made_for_the_moment() {
    on(Backend::Postgres, |database: &Database| {
        let project = slow("30");
        for (name, code) in [("TERM", 143), ("INT", 130)] {
            let command = ["diff", "chain", "chain@base"];
            let mut run = start(&project, database.url(), &command);
            let named = format!(
                "SELECT count(*) FROM pg_database WHERE datname LIKE 'migrate_scratch_{}_%'",
                run.id()
            );
            let until = Instant::now() + Duration::from_secs(20);
            while database.value(&named) == "0" && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(50));
            }
            assert_ne!(database.value(&named), "0", "it is made");
            signal(&run, name);
            _ = run.wait(Duration::from_secs(20)).expect(code);
            assert_eq!(database.value(&named), "0", "it is gone");
        }
    });
}
