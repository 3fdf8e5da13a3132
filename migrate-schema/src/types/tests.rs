use super::*;

fn parsed(dialect: Dialect, text: &str) -> Type {
    Type::parse(dialect, text).unwrap()
}

#[test]
fn one_type_in_several_words_is_one_type() {
    let cases = [
        (Dialect::Postgres, "INT", "int4"),
        (Dialect::Postgres, "varchar(50)", "CHARACTER VARYING(50)"),
        (Dialect::Postgres, "char", "character(1)"),
        (Dialect::Postgres, "bpchar(3)", "char(3)"),
        (Dialect::Postgres, "decimal(10)", "numeric(10, 0)"),
        (Dialect::Postgres, "float", "double precision"),
        (Dialect::Postgres, "float(24)", "real"),
        (
            Dialect::Postgres,
            "timestamp",
            "timestamp without time zone",
        ),
        (Dialect::Postgres, "timetz", "time with time zone"),
        (Dialect::Postgres, "text[]", "text[][]"),
        (Dialect::Postgres, "\"mood\"", "mood"),
        (Dialect::Postgres, "integer array", "int[]"),
        (Dialect::Mysql, "int(11)", "INTEGER"),
        (Dialect::Mysql, "bool", "tinyint(1)"),
        (Dialect::Mysql, "numeric", "decimal(10,0)"),
        (Dialect::Mysql, "int unsigned", "INT(10) UNSIGNED"),
        (Dialect::Mysql, "enum('a','b')", "ENUM( 'a', 'b' )"),
        (Dialect::Sqlite, "varchar (50)", "VARCHAR(50)"),
        (Dialect::Sqlite, "numeric(10,2)", "NUMERIC(10, 2)"),
    ];
    for (dialect, one, other) in cases {
        assert!(
            parsed(dialect, one).same(&parsed(dialect, other), dialect),
            "{one} and {other}"
        );
    }
}

#[test]
fn different_types_differ() {
    let cases = [
        (Dialect::Postgres, "varchar", "varchar(30)"),
        (Dialect::Postgres, "text", "varchar"),
        (Dialect::Postgres, "json", "jsonb"),
        (Dialect::Postgres, "timestamp", "timestamptz"),
        (Dialect::Postgres, "timestamp(3)", "timestamp"),
        (Dialect::Postgres, "int", "int[]"),
        (Dialect::Postgres, "\"Mood\"", "mood"),
        (Dialect::Mysql, "tinyint", "bool"),
        (Dialect::Mysql, "int", "int unsigned"),
        (Dialect::Mysql, "json", "longtext"),
        (Dialect::Mysql, "enum('a')", "enum('A')"),
        (Dialect::Sqlite, "INTEGER", "BOOLEAN"),
        (Dialect::Sqlite, "INT", "INTEGER"),
    ];
    for (dialect, one, other) in cases {
        assert!(
            !parsed(dialect, one).same(&parsed(dialect, other), dialect),
            "{one} and {other}"
        );
    }
}

#[test]
fn what_is_written_reads_back_the_same() {
    for (dialect, text) in [
        (Dialect::Postgres, "TIMESTAMPTZ(3)"),
        (Dialect::Postgres, "VARCHAR(50)[]"),
        (Dialect::Postgres, "BIT VARYING(5)"),
        (Dialect::Postgres, "NUMERIC(10, 2)"),
        (Dialect::Postgres, "\"audit\".\"Mo\"\"od\""),
        (Dialect::Postgres, "\"citext\""),
        (Dialect::Mysql, "BIGINT UNSIGNED"),
        (Dialect::Mysql, "ENUM('it''s', 'b')"),
        (Dialect::Mysql, "DOUBLE"),
        (Dialect::Mysql, "INT(5) UNSIGNED ZEROFILL"),
        (Dialect::Sqlite, "DOUBLE PRECISION"),
        (Dialect::Sqlite, "UNSIGNED BIG INT"),
    ] {
        assert_eq!(parsed(dialect, text).sql(dialect), text);
    }
}

#[test]
fn a_table_block_says_no_precision_and_only_the_length_that_it_has() {
    let same = |dialect, word, length, sql| {
        let of = Type::from_diesel(dialect, word, length).unwrap();
        of.same(&parsed(dialect, sql), dialect) && parsed(dialect, sql).same(&of, dialect)
    };
    use Dialect::{Mysql, Postgres};
    assert!(same(Postgres, "Numeric", None, "numeric(10, 2)"));
    assert!(same(Postgres, "Timestamptz", None, "timestamptz(3)"));
    assert!(same(Postgres, "Varchar", None, "varchar(9)"));
    assert!(same(Postgres, "Varchar", Some(9), "varchar(9)"));
    assert!(!same(Postgres, "Varchar", Some(9), "varchar(8)"));
    assert!(!same(Postgres, "Varchar", None, "text"));
    assert!(same(Mysql, "Decimal", None, "decimal(12, 4)"));
    assert!(same(Mysql, "Datetime", None, "datetime(6)"));
    assert!(!same(Mysql, "Bool", None, "tinyint"));
    assert!(!same(Mysql, "TinyInt", None, "tinyint(1)"));
}

#[test]
fn what_is_no_type_is_refused() {
    for text in ["", "(3)", "int)", "varchar(", "int; drop table x", "'a'"] {
        assert!(Type::parse(Dialect::Mysql, text).is_err(), "{text}");
    }
}

#[test]
fn diesels_words_leave_lengths_open_on_mysql() {
    let word = |word| Type::from_diesel(Dialect::Mysql, word, None).unwrap();
    for (said, there) in [
        ("Varchar", "varchar(64)"),
        ("Datetime", "datetime(3)"),
        ("Decimal", "decimal(12, 3)"),
        ("Longtext", "json"),
        ("Json", "longtext"),
        ("Bool", "tinyint(1)"),
    ] {
        assert!(
            word(said).same(&parsed(Dialect::Mysql, there), Dialect::Mysql),
            "{said}"
        );
    }
    for (said, there) in [
        ("Varchar", "text"),
        ("BigInt", "bigint unsigned"),
        ("TinyInt", "tinyint(1)"),
    ] {
        assert!(
            !word(said).same(&parsed(Dialect::Mysql, there), Dialect::Mysql),
            "{said}"
        );
    }
    let short = Type::from_diesel(Dialect::Mysql, "Varchar", Some(20)).unwrap();
    assert!(!short.same(&parsed(Dialect::Mysql, "varchar(30)"), Dialect::Mysql));
}

#[test]
fn a_type_and_diesels_word_for_it_agree() {
    for dialect in Dialect::ALL {
        for word in [
            "SmallInt",
            "Integer",
            "BigInt",
            "Double",
            "Text",
            "Binary",
            "Bool",
            "Date",
            "Timestamp",
        ] {
            let of = Type::from_diesel(dialect, word, None).unwrap();
            assert_eq!(of.diesel(dialect), Some(word), "{dialect}");
        }
    }
    let word = |text| parsed(Dialect::Mysql, text).diesel(Dialect::Mysql);
    assert_eq!(word("bigint unsigned"), Some("Unsigned<BigInt>"));
    assert_eq!(word("tinyint"), Some("TinyInt"));
    assert_eq!(Type::from_diesel(Dialect::Mysql, "Jsonb", None), None);
    assert_eq!(
        parsed(Dialect::Postgres, "citext").diesel(Dialect::Postgres),
        Some("Citext")
    );
}
