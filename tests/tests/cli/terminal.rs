//! On a terminal: a question before anything is lost, a bar while something runs. The terminal is that of `script`.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use migrate_core::Backend;
use migrate_tests::{Database, Project, on, until};

use crate::{says, tool, two_tables};

/// A process on a terminal. `None` where there is no `script`.
fn start(
    directory: &Path,
    url: &str,
    variables: &[(&str, &str)],
    arguments: &str,
) -> Option<Child> {
    let plain = tool(directory, &[]);
    let command = format!(
        "exec '{}' --database-url '{url}' {arguments}",
        plain.get_program().display()
    );
    let mut script = Command::new("script");
    script
        .current_dir(directory)
        .args(["-qec", &command, "/dev/null"]);
    for (name, value) in plain.get_envs() {
        if value.is_none() {
            script.env_remove(name);
        }
    }
    script.env("TERM", "xterm").envs(variables.iter().copied());
    let spawned = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    if spawned.is_err() {
        migrate_tests::say("skipped: no `script` to make a terminal with");
    }
    spawned.ok()
}

/// Types, and gives what is on the screen at the end, and the exit code.
fn finish(mut child: Child, typed: &str) -> (String, Option<i32>) {
    let mut keyboard = child.stdin.take().expect("a keyboard");
    keyboard.write_all(typed.as_bytes()).expect("typed");
    let output = child.wait_with_output().expect("it ends");
    drop(keyboard);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (text, output.status.code())
}

/// What is on the screen at the end, and the exit code. `None` where there is no `script`.
fn on_a_terminal(directory: &Path, arguments: &str, typed: &str) -> Option<(String, Option<i32>)> {
    screen(directory, &[], arguments, typed)
}

/// The same with these variables.
pub(crate) fn screen(
    directory: &Path,
    variables: &[(&str, &str)],
    arguments: &str,
    typed: &str,
) -> Option<(String, Option<i32>)> {
    let child = start(directory, "sqlite:app.db", variables, arguments)?;
    Some(finish(child, typed))
}

#[test]
fn a_rebase_shows_the_order_and_asks() {
    let project = two_tables();
    project.write("migrations/03_t03/up.sql", "CREATE TABLE t03 (id INTEGER);");
    project.write("migrations/03_t03/down.sql", "DROP TABLE t03;");
    let metadata = "down_revision = \"01\"\nrun_in_transaction = true\n";
    project.write("migrations/03_t03/metadata.toml", metadata);
    let Some((shown, code)) = on_a_terminal(&project.path(), "rebase", "\n") else {
        return;
    };
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.contains("03_t03  (follows 02)"), "{shown}");
    assert!(shown.contains("Write this order? [y/N]"), "{shown}");
    let read = || std::fs::read_to_string(project.path().join("migrations/03_t03/metadata.toml"));
    assert_eq!(read().expect("there"), metadata, "nothing was written");
    let (shown, code) = on_a_terminal(&project.path(), "rebase", "y\n").expect("asked before");
    assert_eq!(code, Some(0), "{shown}");
    assert!(read().expect("there").starts_with("down_revision = \"02\""));
}

#[test]
fn a_downgrade_asks_and_no_is_the_default() {
    let project = two_tables();
    let Some(_) = on_a_terminal(&project.path(), "upgrade", "") else {
        return;
    };
    for typed in ["\n", "n\n", "x\n"] {
        let (screen, code) =
            on_a_terminal(&project.path(), "downgrade base", typed).expect("asked before");
        assert_eq!(code, Some(1), "{screen}");
        assert!(
            screen.contains(
                "would revert 02_t02\r\n  drops table t02 (02_t02/down.sql:1)\r\nwould revert 01_t01\r\n"
            ),
            "{screen}"
        );
        assert!(
            screen.contains("What is dropped or deleted is lost. Go on? [y/N]"),
            "{screen}"
        );
        assert!(
            screen.contains("not confirmed: nothing was changed"),
            "{screen}"
        );
    }
    let (screen, code) =
        on_a_terminal(&project.path(), "downgrade -1", "y\n").expect("asked before");
    assert_eq!(code, Some(0), "{screen}");
    let (screen, code) =
        on_a_terminal(&project.path(), "downgrade -1 --yes", "").expect("asked before");
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("Go on?"), "{screen}");
    assert!(screen.contains("the database is at base"), "{screen}");
    says(
        crate::said_on_app(&project.path(), &["current"]),
        snapbox::str![[r#"
base
--- exit code 0

"#]],
    );
}

#[test]
fn whoever_is_asked_sees_what_about_however_quiet_it_is_to_be() {
    let project = two_tables();
    let Some(_) = on_a_terminal(&project.path(), "upgrade", "") else {
        return;
    };
    let (screen, code) =
        on_a_terminal(&project.path(), "-q downgrade -1", "y\n").expect("asked before");
    assert_eq!(code, Some(0), "{screen}");
    assert!(
        screen.contains("  drops table t02 (02_t02/down.sql:1)\r\n"),
        "{screen}"
    );
    assert!(!screen.contains("reverted"), "{screen}");
}

#[test]
fn a_drop_asks_by_name() {
    let project = two_tables();
    let Some(_) = on_a_terminal(&project.path(), "upgrade", "") else {
        return;
    };
    let file = project.path().join("app.db");
    let (screen, code) = on_a_terminal(&project.path(), "drop", "\n").expect("asked before");
    assert_eq!(code, Some(1), "{screen}");
    assert!(
        screen.contains("This drops app.db and all that is in it. Go on? [y/N]"),
        "{screen}"
    );
    assert!(file.exists());
    let (screen, code) = on_a_terminal(&project.path(), "drop", "y\n").expect("asked before");
    assert_eq!(code, Some(0), "{screen}");
    assert!(!file.exists());
}

#[test]
fn a_run_has_a_bar_that_is_gone_when_it_is_done() {
    let project = two_tables();
    let Some((screen, code)) = on_a_terminal(&project.path(), "upgrade", "") else {
        return;
    };
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("0/2"), "a bar was there: {screen:?}");
    let last = screen.rsplit('\u{1b}').next().unwrap_or_default();
    assert!(
        last.contains("applied 2 revisions in "),
        "the bar is wiped: {screen:?}"
    );
}

#[test]
fn ctrl_c_ends_a_run_and_leaves_neither_a_bar_nor_a_lock() {
    on(Backend::Postgres, |database: &Database| {
        let mut project = Project::new(Backend::Postgres);
        for name in ["01_slow", "02_slow", "03_slow"] {
            project.revision(name, "SELECT pg_sleep(1.5);\n", "SELECT 1;\n");
        }
        let each = "upgrade --transaction each";
        let Some(child) = start(&project.path(), database.url(), &[], each) else {
            return;
        };
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' \
                        AND datname = current_database() AND query LIKE '%pg_sleep%' \
                        AND pid <> pg_backend_pid()";
        until("the first revision runs", || {
            database.value(sleeping) == "1"
        });
        let (screen, code) = finish(child, "\u{3}");
        assert_eq!(code, Some(130), "{screen:?}");
        assert!(screen.contains("stopped on request"), "{screen:?}");
        let after_the_bar = screen.rsplit("0/3").next().unwrap_or_default();
        assert!(
            after_the_bar.contains("\u{1b}[2K"),
            "it is wiped: {screen:?}"
        );
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        assert_eq!(database.value(locks), "0");
        assert!(database.applied().len() < 3, "{screen:?}");
    });
}
