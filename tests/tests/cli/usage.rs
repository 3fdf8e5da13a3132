//! A wrong command line, or a database that cannot be meant: what was probably meant, for people and for programs.

use migrate_core::Backend;
use migrate_tests::Database;
use serde_json::Value;
use snapbox::str;

use crate::{finish, said, says, tool, two_tables};

#[test]
fn a_usage_error_says_what_was_probably_meant() {
    let project = two_tables();
    for arguments in [
        &["revision", "add phone"][..],
        &["revision", "add", "phone", "--edit"],
        &["revision"],
        &["downgrade"],
        &["stamp"],
        &["show"],
    ] {
        let outcome = finish(tool(&project.path(), arguments));
        let tip = match arguments {
            ["revision", _, ..] => "did you mean -m \"add phone\"?",
            ["revision"] => "say what it does: -m \"add phone to members\"",
            ["downgrade"] => "say how far: -1 for the newest revision, base for all of them",
            ["show"] => "say which: head",
            _ => "say where the database is: head, base",
        };
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(outcome.stderr.contains(tip), "{outcome}");
    }
    // An option that is written wrongly is no message.
    let outcome = finish(tool(&project.path(), &["revision", "--mesage"])).expect(2);
    assert!(!outcome.stderr.contains("-m \""), "{outcome}");
}

#[test]
fn a_program_that_asked_for_json_gets_its_wrong_words_back_as_json() {
    let project = two_tables();
    for words in [
        &["--format", "json", "upgrad"][..],
        &["--format=json", "heads", "--colour"],
        &["revision", "--format", "json"],
        &["--format", "json", "log", "-n", "0"],
    ] {
        let outcome = finish(tool(&project.path(), words)).expect(2);
        let value: Value = serde_json::from_str(&outcome.stdout).expect("one line of JSON");
        assert_eq!(
            (&value["kind"], &value["exit_code"]),
            (&"usage".into(), &2.into())
        );
        let message = value["message"].as_str().unwrap_or_default();
        assert!(
            !message.contains('\n')
                && outcome
                    .stderr
                    .contains(message.split_once(": ").map_or(message, |(what, _)| what)),
            "{outcome}"
        );
        assert!(
            value["help"]
                .as_str()
                .is_some_and(|help| help.contains("--help")),
            "{outcome}"
        );
    }
    let help = finish(tool(&project.path(), &["--format", "json", "--help"])).expect(0);
    assert!(!help.stdout.contains("\"event\""), "{help}");
    let url = "postgres://u:s3cret@h/d";
    let outcome = finish(tool(&project.path(), &["--format=json", "heads", url])).expect(2);
    assert!(!outcome.stdout.contains("s3cret"), "{outcome}");
}

#[test]
fn a_sqlite_url_without_a_file_is_none() {
    let project = two_tables();
    for url in ["sqlite:", "sqlite://", "sqlite3:"] {
        says(
            said(&project.path(), &["upgrade", "--database-url", url]),
            str![[r#"
--- stderr
error: the URL of the SQLite database names no file (--database-url)
  help: write sqlite:FILE, or sqlite::memory: for one that is not kept
--- exit code 2

"#]],
        );
    }
}

#[test]
fn a_sqlite_file_that_cannot_be_one_is_told_from_a_server() {
    let project = two_tables();
    says(
        said(
            &project.path(),
            &["upgrade", "--database-url", "no/such/folder/app.db"],
        ),
        str![[r#"
--- stderr
error: cannot connect to no/such/folder/app.db: unable to open database file (--database-url)
  help: check the path: its folder must be there, and you must be allowed to read and write the file
--- exit code 1

"#]],
    );
    project.write(
        "notes.txt",
        "This is no database, but long enough to be taken for one.",
    );
    says(
        said(&project.path(), &["current", "--database-url", "notes.txt"]),
        str![[r#"
--- stderr
error: cannot read the ledger: file is not a database
  help: look at the path: that file is something else, or it is encrypted
--- exit code 1

"#]],
    );
}

#[test]
fn a_mysql_url_without_a_database_is_told_to_name_one() {
    migrate_tests::on(Backend::Mysql, |database: &Database| {
        let project = migrate_tests::Project::tables(Backend::Mysql, 1);
        let (server, _) = database.url().rsplit_once('/').expect("a server");
        for command in ["current", "upgrade"] {
            let outcome = finish(tool(&project.path(), &["--database-url", server, command]));
            assert_eq!(outcome.code, Some(1), "{outcome}");
            assert!(
                outcome
                    .stderr
                    .contains("help: name one in the URL: mysql://user@host/NAME"),
                "{outcome}"
            );
        }
    });
}
