//! What the file says, and what is wrong in it.

use super::*;

fn problems(text: &str) -> Vec<String> {
    Lock::parse(text).unwrap_err().render("migrations")
}

#[test]
fn what_it_prints_it_reads() {
    let sum = |byte| Checksum([byte; 32]);
    let lock = Lock {
        revisions: vec![
            Locked {
                id: "a\"\\\u{7f}é".to_owned(),
                parent: "base".to_owned(),
                tag: "v1.0".to_owned(),
                sums: vec![("up".to_owned(), sum(1)), ("down.mysql".to_owned(), sum(2))],
                line: 0,
            },
            Locked {
                id: "b".to_owned(),
                parent: "a".to_owned(),
                ..Locked::default()
            },
        ],
        models: Vec::new(),
    };
    let lines = |text: &str| vec![("column \"a = b\"".to_owned(), text.to_owned())];
    let lock = lock
        .with_models(
            Backend::Postgres,
            [
                ("b".to_owned(), lines("int")),
                ("a".to_owned(), lines("''")),
            ],
        )
        .with_models(Backend::Sqlite, [("b".to_owned(), lines(""))]);
    let read = Lock::parse(&lock.to_string()).unwrap();
    assert_eq!(read, lock);
    assert_eq!(read.revisions()[0].line, 4);
    assert_eq!(
        read.revisions()[0].checksum(Direction::Up, Backend::Sqlite),
        Some(sum(1))
    );
    assert_eq!(
        read.revisions()[0].checksum(Direction::Down, Backend::Mysql),
        Some(sum(2))
    );
    assert_eq!(
        read.revisions()[0].checksum(Direction::Down, Backend::Sqlite),
        None
    );
}

#[test]
fn models_of_a_backend_are_replaced_and_the_others_stay() {
    let model = |name: &str| {
        (
            name.to_owned(),
            vec![("column id".to_owned(), "int".to_owned())],
        )
    };
    let lock = Lock::default().with_models(Backend::Mysql, [model("a"), model("b")]);
    let lock = lock
        .with_models(Backend::Sqlite, [model("a")])
        .with_models(Backend::Mysql, [model("c")]);
    let names = |backend| {
        lock.models(backend)
            .map(LockedModel::name)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (
            names(Backend::Mysql),
            names(Backend::Sqlite),
            names(Backend::Postgres)
        ),
        (vec!["c"], vec!["a"], vec![])
    );
    assert_eq!(lock.sealed(), lock, "what no directory says is kept");
}

#[test]
fn of_models_that_the_sides_of_a_merge_do_not_agree_on_nothing_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let model = |backend: &str| {
        format!(
            "[[model]]\nname = \"members\"\nbackend = \"{backend}\"\n\"column id\" = \"INTEGER\"\n"
        )
    };
    // Ours dropped a column that theirs still has, or theirs added it.
    let text = format!(
        "version = 1\n\n{}\n{}<<<<<<< HEAD\n=======\n\"column phone\" = \"TEXT\"\n>>>>>>> other\n",
        model("postgres"),
        model("sqlite"),
    );
    std::fs::write(directory.path().join(Lock::FILE), text).unwrap();
    let lock = Lock::merged(directory.path()).unwrap().unwrap();
    assert_eq!(lock.models(Backend::Sqlite).count(), 0);
    assert_eq!(lock.models(Backend::Postgres).count(), 1);
}

#[test]
fn what_is_wrong_with_a_model_is_named() {
    assert_eq!(
        problems("[[model]]\nname = \"a\"\n[[model]]\nname = \"a\"\nbackend = \"oracle\"\n"),
        [
            "migrations/migrate.lock:1: `backend = \"\"`: it is missing\n  help: bring the lock back from git, or delete it: `migrate lock` writes it anew",
            "migrations/migrate.lock:5: `backend = \"oracle\"`: a backend is sqlite, postgres or mysql\n  help: bring the lock back from git, or delete it: `migrate lock` writes it anew"
        ]
    );
}

#[test]
fn a_conflict_in_git_is_a_problem_of_its_own() {
    let text = "version = 1\n<<<<<<< HEAD\n[[revision]]\nid = \"a\"\n=======\n[[revision]]\nid = \"b\"\n>>>>>>> other\n";
    assert_eq!(
        problems(text),
        [
            "migrations/migrate.lock:2: git left a conflict here: two branches each changed the chain\n  help: `migrate rebase` puts one side behind the other, and writes the lock anew"
        ]
    );
}

#[test]
fn a_lock_of_another_version_is_left_to_who_wrote_it() {
    assert_eq!(
        problems("version = 2\nnew = [1]\n[[revision]]\nid = 1\n"),
        [
            "migrations/migrate.lock:1: it is of version 2, and this build reads version 1\n  help: use the release of migrate that wrote it, here and on the command line"
        ]
    );
}

#[test]
fn a_lock_cut_short_is_brought_back_not_mended() {
    for text in ["[[revision]]\nid = \"a\n", "[[revision]]\nid = \"a\"\n"] {
        let found = problems(text);
        assert!(
            found[0].ends_with(
                "\n  help: bring the lock back from git, or delete it: `migrate lock` writes it anew"
            ),
            "{found:?}"
        );
    }
}

#[test]
fn an_id_that_is_listed_twice_is_named_with_both_lines() {
    let entry = "[[revision]]\nid = \"a\"\nparent = \"base\"\n";
    let found = problems(&entry.repeat(2));
    assert!(
        found[0].starts_with(
            "migrations/migrate.lock:4: `id = \"a\"`: it is listed already, in line 1\n"
        ),
        "{found:?}"
    );
}

#[test]
fn every_wrong_line_is_named_at_once() {
    let text = "version = \"2\"\n[[revision]]\nid = \"a\"\nparent = \"base\"\nup = \"zz\"\nupp = \"x\"\n[[revision]]\ntag = 1\n";
    let found = problems(text);
    let starts = [
        "migrations/migrate.lock:1: `version` is text and must be a number\n  help: bring the lock back from git, or delete it: `migrate lock` writes it anew",
        "migrations/migrate.lock:5: `up = \"zz\"`: it must be 64 hexadecimal digits",
        "migrations/migrate.lock:6: unknown key `upp`\n  help: did you mean `up`?",
        "migrations/migrate.lock:8: `tag` is a number and must be text",
        "migrations/migrate.lock:7: `id = \"\"`: it is missing",
        "migrations/migrate.lock:7: `parent = \"\"`: it is missing",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (found, start) in found.iter().zip(starts) {
        assert!(found.starts_with(start), "{found}");
    }
}

/// A directory that is read for one backend is held against a lock as if it were read for all.
#[test]
fn a_lock_agrees_with_a_directory_until_something_in_it_changes() {
    let directory = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = directory.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let read = |backends| {
        let settings = crate::Settings::default();
        Project::read(directory.path(), settings, backends).unwrap()
    };
    let sqlite = Backends::from(Backend::Sqlite);
    write("1_a/up.sql", "SELECT 1;");
    write("1_a/down.sql", "SELECT 2;");
    write("2_b/up.sql", "SELECT 'a\\'; -- ';\n");
    write("2_b/down.sql", "SELECT 1 # 2\n");
    write(
        "2_b/metadata.toml",
        "down_revision = \"1\"\nrun_in_transaction = true\n",
    );
    let mut lock = Lock::default();
    for (file, text) in [
        ("1_a/up.sql", "SELECT 2;"),
        ("1_a/down.sql", "SELECT 3;"),
        ("1_a/up.mysql.sql", "SELECT 3;"),
        ("1_a/down.mysql.sql", "SELECT 4;"),
        ("1_a/up.mysql.sql", "SELECT 4;"),
        ("2_b/down.sql", "SELECT 1 # 3\n"),
        ("3_c/up.sql", "SELECT 1;"),
    ] {
        if file.starts_with('3') {
            write("3_c/down.sql", "SELECT 1;");
            write(
                "3_c/metadata.toml",
                "down_revision = \"2\"\nrun_in_transaction = true\n",
            );
        }
        write(file, text);
        for backends in [sqlite, Backends::ALL] {
            assert!(!lock.agrees_with(&read(backends)), "{file} changed");
        }
        lock = Lock::of(&read(sqlite));
        assert_eq!(lock, Lock::of(&read(Backends::ALL)));
        for backends in [sqlite, Backends::ALL] {
            assert!(lock.agrees_with(&read(backends)), "{file}");
        }
    }
}
