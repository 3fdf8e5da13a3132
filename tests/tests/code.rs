//! Revisions in Rust: what they see, what is kept when they fail, what is written down, and who refuses to run them.

use diesel::Connection as _;
use diesel_migrations::MigrationHarness as _;
use migrate_core::{
    Backend, CodeError, Direction, Error, Failure, Left, Migrations, OfflineError, TransactionMode,
    embed_migrations,
};
use migrate_tests::{Database, on, on_each_backend};

static PEOPLE: Migrations = embed_migrations!("code/people");
static FAILS: Migrations = embed_migrations!("code/fails");
static ALONE: Migrations = embed_migrations!("code/alone");
static OTHER: Migrations = embed_migrations!("code/other");
static BESIDE: Migrations = embed_migrations!("code/beside");

on_each_backend!(
    code_runs_in_its_step_and_is_written_down,
    code_runs_after_the_script_up_and_before_it_down,
    one_transaction_takes_in_code_too,
    code_that_fails_leaves_nothing,
    what_happens_to_the_transaction_is_watched,
    code_without_a_transaction_is_called_again_as_a_whole,
    a_program_without_the_code_says_so_before_anything_runs,
    code_for_another_backend_is_refused_before_anything_runs,
    code_beside_what_cannot_be_rolled_back_is_refused_before_anything_runs,
    code_is_not_written_down_for_a_plain_client,
    code_is_redone_and_rehearsed,
);

fn initials(database: &Database) -> Vec<String> {
    database.column("SELECT initial FROM people WHERE initial IS NOT NULL ORDER BY id")
}

fn code_runs_in_its_step_and_is_written_down(database: &Database) {
    let mut connection = database.connect();
    let report = PEOPLE.upgrade_to(&mut connection, "set_initials").unwrap();
    assert_eq!(report.steps[1].statements, 1, "the code counts as one");
    assert_eq!(initials(database), ["A", "É"]);
    let attempts = PEOPLE.attempts(&mut connection).unwrap();
    let last = attempts.last().unwrap();
    assert_eq!(
        (last.revision.as_str(), last.statements_total),
        ("20260102", 1)
    );
    assert_eq!(
        database.column(
            "SELECT COUNT(*) FROM __migrate_log WHERE down_script IS NULL AND revision = '20260102'"
        ),
        ["1"],
        "no older build is led to believe that a script takes it back"
    );
    PEOPLE.ensure_current(&mut connection).unwrap_err();
    PEOPLE.downgrade_to(&mut connection, "-1").unwrap();
    assert!(initials(database).is_empty());
}

fn code_runs_after_the_script_up_and_before_it_down(database: &Database) {
    let mut connection = database.connect();
    PEOPLE.upgrade(&mut connection).unwrap();
    assert_eq!(initials(database), ["A", "É", "Z"]);
    PEOPLE.downgrade_to(&mut connection, "-1").unwrap();
    assert_eq!(database.column("SELECT COUNT(*) FROM people"), ["2"]);
    PEOPLE.upgrade(&mut connection).unwrap();
    PEOPLE.downgrade_to(&mut connection, "base").unwrap();
}

fn one_transaction_takes_in_code_too(database: &Database) {
    let mut connection = database.connect();
    PEOPLE.upgrade_to(&mut connection, "create_people").unwrap();
    let all = PEOPLE.runner().transaction(TransactionMode::All);
    all.upgrade_to(&mut connection, "head").unwrap();
    assert_eq!(initials(database), ["A", "É", "Z"]);
}

/// Upgrades to the revision that fails in this way.
fn fail(database: &Database, how: &str) -> Failure {
    let mut connection = database.connect();
    FAILS.upgrade_to(&mut connection, "create_notes").unwrap();
    database.run(&format!(
        "DELETE FROM notes; INSERT INTO notes VALUES (1, '{how}')"
    ));
    let error = FAILS.upgrade(&mut connection).unwrap_err();
    assert_eq!(
        database.column("SELECT id FROM notes ORDER BY id"),
        ["1"],
        "{how}: neither the script nor the code has left anything"
    );
    let attempts = FAILS.attempts(&mut connection).unwrap();
    let last = attempts.last().unwrap();
    assert_eq!(last.revision, "20260102");
    assert!(last.error.is_some(), "{how}: {last:?}");
    // The connection is as good as before.
    FAILS.downgrade_to(&mut connection, "base").unwrap();
    match error {
        Error::Failed(failure) => *failure,
        other => panic!("not a failed step: {other:?}"),
    }
}

fn code_that_fails_leaves_nothing(database: &Database) {
    let file = format!("2026-01-02_fail/migration.{}.rs", database.backend());
    for (how, words) in [
        ("error", "there is no luck today"),
        ("server", "nowhere"),
        ("panic", "it panicked: on purpose"),
    ] {
        let failure = fail(database, how);
        assert_eq!(
            (failure.file.as_str(), failure.direction),
            (file.as_str(), Direction::Up)
        );
        assert_eq!((failure.number, failure.of), (2, 2), "{how}");
        assert!(failure.error.message.contains(words), "{how}: {failure:?}");
        assert_eq!(failure.left, Left::Nothing);
        assert_eq!(failure.current.as_deref(), Some("20260101"));
        assert!(failure.help().is_some_and(|help| help.contains("build it")));
    }
}

fn what_happens_to_the_transaction_is_watched(database: &Database) {
    let failure = fail(database, "open");
    assert_eq!(failure.error.message, "it left a transaction open");

    let mut connection = database.connect();
    FAILS.upgrade_to(&mut connection, "create_notes").unwrap();
    database.run("INSERT INTO notes VALUES (1, 'close')");
    let error = FAILS.upgrade(&mut connection).unwrap_err();
    assert!(
        error.to_string().contains("it ended the transaction"),
        "{error}"
    );
    assert_eq!(FAILS.pending(&mut connection).unwrap().len(), 1);
}

fn code_without_a_transaction_is_called_again_as_a_whole(database: &Database) {
    let mut connection = database.connect();
    ALONE.upgrade_to(&mut connection, "create_marks").unwrap();
    let error = ALONE.upgrade(&mut connection).unwrap_err();
    assert!(
        error.to_string().ends_with("called for the first time"),
        "{error}"
    );
    assert_eq!(
        database.column("SELECT id FROM marks"),
        ["2"],
        "there is nothing that took it back"
    );
    ALONE.upgrade(&mut connection).unwrap();
    assert_eq!(
        database.column("SELECT id FROM marks ORDER BY id"),
        ["1", "2"]
    );
    let attempts = ALONE.attempts(&mut connection).unwrap();
    let failed: Vec<_> = attempts
        .iter()
        .map(|attempt| attempt.error.is_some())
        .collect();
    assert_eq!(failed, [false, true, false], "{attempts:?}");
}

fn a_program_without_the_code_says_so_before_anything_runs(database: &Database) {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/code/people");
    let read = Migrations::from_directory(directory).unwrap();
    let mut connection = database.connect();
    let error = read.upgrade(&mut connection).unwrap_err();
    assert!(
        matches!(&error, Error::Code(CodeError::NotCompiledIn { .. })),
        "{error:?}"
    );
    assert!(
        error
            .help()
            .is_some_and(|help| help.contains("from the app"))
    );
    assert_eq!(
        read.current(&mut connection).unwrap(),
        None,
        "not even the first revision ran"
    );
    read.upgrade_to(&mut connection, "create_people").unwrap();
    // What the app has run is as it should be to who reads the directory, and cannot be taken back by it.
    PEOPLE.upgrade(&mut connection).unwrap();
    read.ensure_current(&mut connection).unwrap();
    let error = read.downgrade_to(&mut connection, "-1").unwrap_err();
    assert!(matches!(&error, Error::Code(_)), "{error:?}");
}

fn code_for_another_backend_is_refused_before_anything_runs(database: &Database) {
    let mut connection = database.connect();
    let result = OTHER.upgrade(&mut connection);
    let backend = database.backend();
    if backend == Backend::Sqlite {
        result.unwrap();
        assert_eq!(database.column("SELECT id FROM marks"), ["2"]);
        return;
    }
    let error = result.unwrap_err();
    let Error::Code(refused) = &error else {
        panic!("{error:?}");
    };
    let expected = CodeError::OtherBackend {
        file: "2026-01-02_mark/migration.rs".to_owned(),
        written_for: Backend::Sqlite,
        backend,
    };
    assert_eq!(*refused, expected);
    let help = error.help().unwrap();
    assert!(help.contains(&format!("migration.{backend}.rs")), "{help}");
    assert!(!database.has_table("marks"), "nothing ran");
}

fn code_beside_what_cannot_be_rolled_back_is_refused_before_anything_runs(database: &Database) {
    let mut connection = database.connect();
    let backend = database.backend();
    // What makes a table is committed by MySQL itself; what has no transaction is kept by all.
    let directory = match backend {
        Backend::Mysql => "2026-01-02_table",
        Backend::Sqlite | Backend::Postgres => "2026-01-03_bare",
    };
    let error = BESIDE.upgrade(&mut connection).unwrap_err();
    let Error::Code(refused) = &error else {
        panic!("{error:?}");
    };
    let expected = CodeError::NotAtomic {
        file: format!("{directory}/migration.{backend}.rs"),
        backend,
    };
    assert_eq!(*refused, expected);
    assert!(error.help().unwrap().contains("two revisions"));
    assert!(!database.has_table("marks"), "nothing ran");
    let report = BESIDE.upgrade_to(&mut connection, "table");
    assert_eq!(report.is_ok(), backend != Backend::Mysql, "{report:?}");
    assert_eq!(database.has_table("more"), backend != Backend::Mysql);
}

fn code_is_not_written_down_for_a_plain_client(database: &Database) {
    let backend = database.backend();
    let offline = PEOPLE.offline(backend);
    for (error, directory) in [
        (offline.upgrade("head"), "2026-01-02_set_initials"),
        (offline.downgrade("head:base"), "2026-01-03_add_zoe"),
    ] {
        let error = error.unwrap_err();
        let Error::Offline(OfflineError::Code { file }) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(*file, format!("{directory}/migration.{backend}.rs"));
        assert!(error.help().unwrap().contains("from the app"));
    }
    // Those before it can be.
    offline.upgrade("base:create_people").unwrap();
}

fn code_is_redone_and_rehearsed(database: &Database) {
    let mut connection = database.connect();
    PEOPLE.upgrade(&mut connection).unwrap();
    // Whatever was done to them since is gone after a redo, and is there after a rehearsal of one.
    database.run("UPDATE people SET initial = '?'");
    let rehearsed = PEOPLE.runner().rehearse(true).redo(&mut connection, "-2");
    match (database.backend(), rehearsed) {
        // Nobody knows whether the code does what MySQL commits by itself.
        (Backend::Mysql, Err(Error::CannotRehearse { directory, .. })) => {
            assert_eq!(directory, "2026-01-03_add_zoe");
        }
        (Backend::Sqlite | Backend::Postgres, Ok(report)) => assert_eq!(report.steps.len(), 4),
        (backend, other) => panic!("{backend}: {other:?}"),
    }
    assert_eq!(initials(database), ["?", "?", "?"]);
    let report = PEOPLE.runner().redo(&mut connection, "-2").unwrap();
    assert_eq!(report.steps.len(), 4);
    assert_eq!(initials(database), ["A", "É", "Z"]);
    PEOPLE.ensure_current(&mut connection).unwrap();
}

#[test]
fn diesels_own_harness_runs_code_too() {
    on(Backend::Sqlite, |database| {
        let mut connection = database.sqlite();
        connection.run_pending_migrations(PEOPLE.clone()).unwrap();
        assert_eq!(initials(database), ["A", "É", "Z"]);
        connection.revert_all_migrations(PEOPLE.clone()).unwrap();
    });
}

#[test]
fn a_caller_s_transaction_holds_the_code() {
    on(Backend::Sqlite, |database| {
        let mut connection = database.sqlite();
        let result: Result<(), Box<dyn std::error::Error>> = connection.transaction(|connection| {
            PEOPLE.upgrade(connection)?;
            assert_eq!(PEOPLE.pending(connection)?.len(), 0);
            Err("take it back".into())
        });
        assert_eq!(result.unwrap_err().to_string(), "take it back");
        assert_eq!(PEOPLE.current(&mut connection).unwrap(), None);
    });
}
