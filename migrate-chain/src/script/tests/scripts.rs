//! The script as a value, and its fingerprint.

use crate::script::{Script, Statement};
use crate::{Backend, Backends, Checksum};

fn read(backend: Backend, text: &str) -> Script {
    Script::read("up.sql".into(), backend.into(), text.into(), backend).unwrap()
}

fn sum(backend: Backend, text: &str) -> Checksum {
    read(backend, text).checksum()
}

#[test]
fn an_embedded_script_equals_the_one_that_was_read() {
    let text = "\u{feff}SELECT 1;\n\nSELECT 'é';";
    let one = read(Backend::Postgres, text);
    let facts: &'static [u8] = Box::leak(one.facts().to_vec().into_boxed_slice());
    let two = Script::embedded("up.sql", one.backends().bits(), text, facts);
    assert_eq!(one, two);
    let statements: Vec<_> = two.statements().collect();
    assert_eq!(
        statements,
        [
            Statement {
                text: "SELECT 1",
                start: 3
            },
            Statement {
                text: "SELECT 'é'",
                start: 14
            }
        ]
    );
    assert_eq!((two.statements().len(), two.is_empty()), (2, false));
    assert_eq!(two.position(14).to_string(), "3:1");
    assert_eq!(
        (two.file(), two.text(), two.facts().len()),
        ("up.sql", text, 48)
    );
    assert_eq!(
        two.clone().with_backends(Backends::ALL).backends(),
        Backends::ALL
    );
    assert!(read(Backend::Mysql, "-- nothing").is_empty());
}

#[test]
fn broken_facts_do_no_harm() {
    let facts: [&[u8]; 4] = [&[], &[1; 31], &[255; 45], &[255; 48]];
    for facts in facts {
        let script = Script::embedded(
            "up.sql",
            7,
            "SELECT 1",
            Box::leak(facts.to_vec().into_boxed_slice()),
        );
        let _ = script.checksum();
        assert!(
            script
                .statements()
                .all(|statement| statement.text.is_empty())
        );
    }
}

#[test]
fn layout_does_not_change_the_fingerprint() {
    for backend in Backend::ALL {
        let first = sum(
            backend,
            "CREATE TABLE t (a INT, b TEXT);\nINSERT INTO t SELECT a+b, f(-1, 'x') FROM u WHERE a>=-1;",
        );
        let second = "\u{feff}-- c\r\nCREATE TABLE t(a INT,b TEXT) ; ;\r\n/* d */INSERT INTO t\r\n\tSELECT a + b, f( - 1,'x' )\r\nFROM u WHERE a >= - 1";
        assert_eq!(first, sum(backend, second), "{backend}");
    }
    for backend in Backend::ALL {
        assert_eq!(
            sum(backend, "SELECT 'a\r\nb'"),
            sum(backend, "SELECT 'a\nb'")
        );
        assert_eq!(
            sum(backend, "SELECT t . a, 1.5e-3"),
            sum(backend, "SELECT t.a, 1.5e-3")
        );
    }
    assert_eq!(
        sum(Backend::Postgres, "SELECT $$\r\n$$, E'a'\n 'b'"),
        sum(Backend::Postgres, "SELECT $$\n$$, E'a'\r\n'b'")
    );
    let delimited = "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\n";
    assert_eq!(
        sum(Backend::Mysql, delimited),
        sum(Backend::Mysql, "CREATE PROCEDURE p() BEGIN SELECT 1; END;")
    );
}

#[test]
fn meaning_changes_the_fingerprint() {
    let pairs = [
        ("SELECT a b", "SELECT ab"),
        ("SELECT a < = b", "SELECT a <= b"),
        ("SELECT 'a'", "SELECT \"a\""),
        ("SELECT 'a  b'", "SELECT 'a b'"),
        ("SELECT 'a'", "select 'a'"),
        ("SELECT 1; 2", "SELECT; 1 2"),
        ("SELECT 1 2", "SELECT 1; 2"),
        ("SELECT 1, 2", "SELECT 12"),
        ("SELECT 1.5", "SELECT 1 .5"),
        ("SELECT 'a''b'", "SELECT 'a' 'b'"),
        ("", "SELECT 1"),
    ];
    for backend in Backend::ALL {
        for (one, two) in pairs {
            assert_ne!(
                sum(backend, one),
                sum(backend, two),
                "{backend}: {one} / {two}"
            );
        }
    }
    assert_ne!(
        sum(Backend::Sqlite, "SELECT - -1"),
        sum(Backend::Sqlite, "SELECT --1\n")
    );
    assert_ne!(
        sum(Backend::Postgres, "SELECT E'a'"),
        sum(Backend::Postgres, "SELECT E 'a'")
    );
    assert_ne!(
        sum(Backend::Postgres, "SELECT $$a  b$$"),
        sum(Backend::Postgres, "SELECT $$a b$$")
    );
    assert_ne!(
        sum(Backend::Mysql, "SELECT 1 /*! + 1 */"),
        sum(Backend::Mysql, "SELECT 1 /*! + 2 */")
    );
}

#[test]
fn a_fingerprint_is_stable() {
    let expected = "fda5dc406161af8d88f16fae1aa399063ec1ffa5633477b1da3612ae983ad5d0";
    assert_eq!(
        sum(Backend::Sqlite, "SELECT 'a' ;\nSELECT b+1").to_string(),
        expected
    );
}
