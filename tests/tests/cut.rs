//! A connection that is cut while something runs: what is said, and what the next run makes of it.

use std::time::Duration;

use migrate_core::Backend;
use migrate_tests::{Cut, Database, Project, Proxy, Running, migrate, on, until};
use url::Url;

const PATIENCE: Duration = Duration::from_secs(60);

/// The next run knows what was done, and does the rest once.
fn rerun(project: &Project, database: &Database, rows: &[&str]) {
    let _ = Running::start(migrate(project, database.url(), &["upgrade"]))
        .wait(PATIENCE)
        .expect(0);
    assert_eq!(database.column("SELECT id FROM t01 ORDER BY id"), rows);
    assert_eq!(database.applied(), ["01", "02", "03"]);
}

fn with_slow_revision(backend: Backend, sleep: &str) -> Project {
    let mut project = Project::tables(backend, 1);
    project.revision(
        "02_slow",
        &format!("INSERT INTO t01 VALUES (1);\n{sleep};\n"),
        "DELETE FROM t01",
    );
    project.revision(
        "03_last",
        "INSERT INTO t01 VALUES (3);",
        "DELETE FROM t01 WHERE id = 3",
    );
    project
}

#[test]
fn on_postgres_a_connection_ended_by_the_administrator_is_said_to_be_lost() {
    on(Backend::Postgres, |database| {
        let project = with_slow_revision(Backend::Postgres, "SELECT pg_sleep(1)");
        project
            .read()
            .upgrade_to(&mut database.connect(), "01")
            .unwrap();
        let mut process = Running::start(migrate(&project, database.url(), &["upgrade"]));
        let terminate = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() \
                         AND state = 'active' AND query LIKE '%pg_sleep(%' AND pid <> pg_backend_pid()";
        until("the revision runs", || database.value(terminate) == "1");
        let outcome = process.wait(PATIENCE).expect(1);
        assert!(
            outcome.stderr.contains("terminating connection")
                || outcome.stderr.contains("connection was lost"),
            "{outcome}"
        );
        assert!(outcome.stderr.contains("02_slow"), "{outcome}");
        assert_eq!(database.applied(), ["01"]);
        rerun(&project, database, &["1", "3"]);
    });
}

#[test]
fn on_mysql_a_killed_connection_is_said_to_be_lost() {
    on(Backend::Mysql, |database| {
        let project =
            with_slow_revision(Backend::Mysql, "UPDATE t01 SET id = id WHERE SLEEP(2) = 1");
        project
            .read()
            .upgrade_to(&mut database.connect(), "01")
            .unwrap();
        let mut process = Running::start(migrate(&project, database.url(), &["upgrade"]));
        let sleeping = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%SLEEP(2)%' AND id <> CONNECTION_ID()";
        until("the revision runs", || {
            let ids = database.column(sleeping);
            ids.first()
                .is_some_and(|id| database.client().run(&format!("KILL {id};")).is_ok())
        });
        let outcome = process.wait(PATIENCE).expect(1);
        let said = outcome.stderr.to_lowercase();
        assert!(
            said.contains("lost") || said.contains("gone away"),
            "{outcome}"
        );
        rerun(&project, database, &["1", "3"]);
    });
}

fn through(proxy: &Proxy, database: &Database) -> String {
    database.url_with(|url: &mut Url| {
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(proxy.port())).unwrap();
        if database.backend() == Backend::Postgres {
            // Under encryption the proxy would see nothing.
            url.query_pairs_mut()
                .append_pair("sslmode", "disable")
                .append_pair("gssencmode", "disable");
        }
    })
}

/// The answer to the message that contains a word never arrives, although the server has done what it says.
fn the_answer_is_lost(database: &Database, project: &Project, word: &str) {
    let url = Url::parse(database.url()).unwrap();
    let default = if database.backend() == Backend::Postgres {
        5432
    } else {
        3306
    };
    let proxy = Proxy::start(url.host_str().unwrap(), url.port().unwrap_or(default));
    project
        .read()
        .upgrade_to(&mut database.connect(), "01")
        .unwrap();
    proxy.cut(Cut {
        at: word.into(),
        skip: 0,
    });
    let outcome = Running::start(migrate(project, &through(&proxy, database), &["upgrade"]))
        .wait(PATIENCE)
        .expect(1);
    assert!(outcome.stderr.contains("02_slow"), "{outcome}");
    assert!(outcome.stderr.contains("connection was lost"), "{outcome}");
    assert!(
        !outcome.stderr.contains("nothing of this revision"),
        "nobody can know that: {outcome}"
    );
    rerun(project, database, &["1", "3"]);
    let ran = database
        .value("SELECT COUNT(*) FROM __migrate_log WHERE revision = '02' AND outcome = 'done'");
    assert_eq!(ran, "1", "{:?}", database.log());
}

#[test]
fn on_postgres_a_commit_whose_answer_is_lost_is_not_run_twice() {
    on(Backend::Postgres, |database| {
        the_answer_is_lost(
            database,
            &with_slow_revision(Backend::Postgres, "SELECT 'the word'"),
            "the word",
        );
    });
}

#[test]
fn on_mysql_a_commit_whose_answer_is_lost_is_not_run_twice() {
    on(Backend::Mysql, |database| {
        the_answer_is_lost(
            database,
            &with_slow_revision(
                Backend::Mysql,
                "UPDATE t01 SET id = id WHERE 'the word' = ''",
            ),
            "the word",
        );
    });
}

#[test]
fn on_postgres_a_statement_without_a_transaction_whose_answer_is_lost_is_not_run_twice() {
    on(Backend::Postgres, |database| {
        let mut project = Project::tables(Backend::Postgres, 1);
        project.bare(
            "02_slow",
            "INSERT INTO t01 VALUES (1);\nSELECT 1;\n",
            "DELETE FROM t01",
        );
        project.revision(
            "03_last",
            "INSERT INTO t01 VALUES (3);",
            "DELETE FROM t01 WHERE id = 3",
        );
        the_answer_is_lost(database, &project, "INSERT INTO t01 VALUES (1)");
    });
}
