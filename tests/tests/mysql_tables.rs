//! What MySQL's and MariaDB's tables say that no other database's do: read, made again, and kept by a change.

use migrate_core::{Backend, InspectError, Inspector};
use migrate_schema::{Check, Difference, Facet, Fills, Name, Renames, Schema};
use migrate_tests::{Database, beside, create, on, shape};

/// A table in which everything is that MariaDB knows.
const EVERYTHING: &str = r"
CREATE TABLE parents (id INT AUTO_INCREMENT PRIMARY KEY, word VARCHAR(64) UNIQUE, UNIQUE KEY backwards (id DESC, word(3)))
    COMMENT = 'it''s \\ a `parent`';
CREATE TABLE `Ta``ble` (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    choice ENUM('a', 'it''s', 'b\\c', 'd,e') NOT NULL DEFAULT 'it''s',
    several SET('x', 'y') CHARACTER SET latin1,
    binary_text VARCHAR(20) COLLATE utf8mb4_bin DEFAULT 'b\\c''d' COMMENT 'com''m',
    long_text TEXT DEFAULT 'abc',
    object JSON,
    checked JSON NOT NULL DEFAULT '{}' CHECK (json_length(checked) > 2),
    plain LONGTEXT,
    bytes VARBINARY(16), few BINARY(4), bits BIT(3) DEFAULT b'101',
    price DECIMAL(12, 3) DEFAULT 1.50,
    touched TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    exactly DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    changed DATETIME ON UPDATE CURRENT_TIMESTAMP,
    more INT AS (price + 1) VIRTUAL, most INT AS (price + 2) STORED COMMENT 'x',
    joined VARCHAR(40) AS (CONCAT(binary_text, 'x\\''y')) STORED,
    real4 FLOAT, real8 DOUBLE, year YEAR, clock TIME(3), filled INT(5) UNSIGNED ZEROFILL,
    yes TINYINT(1) DEFAULT TRUE, hidden INT INVISIBLE DEFAULT 4, sum INT DEFAULT (1 + 2), day DATE DEFAULT (CURDATE()),
    place POINT NOT NULL,
    small INT CHECK (small > 0 AND small <> 3),
    parent INT NOT NULL, word VARCHAR(64), empty VARCHAR(4) DEFAULT '', null_word VARCHAR(4) DEFAULT 'NULL', digits VARCHAR(4) DEFAULT '12',
    latin CHAR(5) DEFAULT 'x' COLLATE latin1_bin,
    PRIMARY KEY (id),
    KEY first_letters (binary_text(5), price DESC), UNIQUE KEY choices (choice, yes), FULLTEXT KEY words (long_text),
    SPATIAL KEY places (place), UNIQUE KEY whole (plain),
    CONSTRAINT dear CHECK (price > 1 OR long_text LIKE 'a%'),
    CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE,
    FOREIGN KEY (word) REFERENCES parents (word) ON UPDATE SET NULL
) DEFAULT CHARACTER SET utf8mb4;
CREATE TABLE old (id INT, name VARCHAR(10), other VARCHAR(10) COLLATE utf8mb4_bin) ENGINE = MyISAM DEFAULT CHARACTER SET latin1;
CREATE VIEW seen AS SELECT 1 AS one;
";

fn mysql(run: impl Fn(&Database)) {
    on(Backend::Mysql, run);
}

fn read(database: &Database) -> Schema {
    Inspector::new()
        .schema(&mut database.connect())
        .expect("it is read")
}

fn difference(database: &Database, wanted: &Schema) -> Result<Difference, InspectError> {
    Inspector::new().difference(&mut database.connect(), wanted, &Renames::default())
}

fn told(difference: &Difference) -> Vec<String> {
    let changes = difference.changes().iter();
    changes.map(ToString::to_string).collect()
}

#[test]
fn what_is_read_makes_the_same_tables_again() {
    mysql(|database| {
        database.run(EVERYTHING);
        let found = read(database);
        assert!(difference(database, &found).expect("it is read").is_empty());
        let again = Database::create(Backend::Mysql).expect("there was one");
        create(&again, &found);
        database.run("DROP VIEW seen");
        assert_eq!(beside(&shape(&again), &shape(database)), "");
    });
}

#[test]
fn a_change_of_a_column_keeps_what_else_it_says() {
    mysql(|database| {
        database.run(EVERYTHING);
        let there = shape(database);
        let mut wanted = read(database);
        let table = wanted
            .tables
            .iter_mut()
            .find(|table| table.name.name == "Ta`ble")
            .expect("it is there");
        for name in [
            "touched", "changed", "hidden", "small", "object", "filled", "latin",
        ] {
            let column = table.columns.iter_mut().find(|column| column.name == name);
            column.expect(name).comment = Facet::Known(Some("a word".into()));
        }
        let up = difference(database, &wanted).expect("it is read");
        assert_eq!(up.changes().len(), 7);
        database.run(&up.script(&Fills::default()).expect("types are known"));
        let words = |line: &String| match line.strip_suffix(" COMMENT 'a word'") {
            Some(line) => line.trim_end_matches(')').to_owned(),
            None => line.replace(" COMMENT 'a word'", ""),
        };
        let mut now: Vec<_> = shape(database).iter().map(words).collect();
        now.sort();
        assert_eq!(beside(&now, &there), "");
        database.run(
            &up.inverse()
                .script(&Fills::default())
                .expect("types are known"),
        );
        assert_eq!(beside(&shape(database), &there), "");
    });
}

#[test]
fn a_check_within_a_column_goes_and_comes_back() {
    mysql(|database| {
        database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT CHECK (a > 0), b INT CHECK (b > 0), c INT CHECK (c > 0))");
        let there = shape(database);
        let mut wanted = read(database);
        let table = &mut wanted.tables[0];
        table.columns.retain(|column| column.name != "b");
        let c = Check::that("c > 0").named("ck_c");
        table.checks = Facet::Known(vec![c]);
        let up = difference(database, &wanted).expect("it is read");
        assert_eq!(
            told(&up),
            [
                "drop check (`a` > 0) of t",
                "drop check (`b` > 0) of t",
                "drop column t.b"
            ]
        );
        database.run(&up.script(&Fills::default()).expect("types are known"));
        assert!(
            difference(database, &wanted)
                .expect("it is read")
                .is_empty()
        );
        database.run("INSERT INTO t VALUES (1, -1, 1)");
        assert!(
            database
                .client()
                .run("INSERT INTO t VALUES (2, 1, -1)")
                .is_err()
        );
        database.run("DELETE FROM t");
        database.run(
            &up.inverse()
                .script(&Fills::default())
                .expect("types are known"),
        );
        assert_eq!(beside(&shape(database), &there), "");
    });
}

#[test]
fn what_the_server_writes_in_its_own_way_is_no_difference() {
    mysql(|database| {
        database.run(
            "CREATE TABLE t (a INT PRIMARY KEY, b DECIMAL(10, 3) DEFAULT 1.5, c INT AS (a * 2 + 1) VIRTUAL, \
             d DATETIME DEFAULT NOW() ON UPDATE NOW(), e VARCHAR(40) DEFAULT (CONCAT('a', 'b')), f DATETIME ON UPDATE NOW(), \
             CONSTRAINT ck CHECK (a BETWEEN 1 AND 5 AND NOT (b IS NULL)), CONSTRAINT other CHECK (a IN (1, 2, 3)))",
        );
        let mut wanted = read(database);
        let table = &mut wanted.tables[0];
        let defaults = [
            (1, "1.5"),
            (3, "NOW() ON UPDATE NOW()"),
            (4, "CONCAT('a', 'b')"),
            (5, "ON UPDATE NOW()"),
        ];
        for (column, default) in defaults {
            table.columns[column].default = Facet::Known(Some(default.into()));
        }
        if let Facet::Known(Some(generated)) = &mut table.columns[2].generated {
            generated.expression = "a*2+1".into();
        }
        table.checks = Facet::Known(vec![
            Check::that("a between 1 and 5 and not (b is null)").named("ck"),
            Check::that("a in (1,2,3)").named("other"),
        ]);
        assert_eq!(
            told(&difference(database, &wanted).expect("it is read")),
            [""; 0]
        );
        let said = |wanted: &Schema| told(&difference(database, wanted).expect("it is read"));
        wanted.tables[0].checks = Facet::Known(vec![Check::that("a between 1 and 6").named("ck")]);
        assert_eq!(
            said(&wanted),
            [
                "drop check ck of t",
                "drop check other of t",
                "add check ck to t"
            ]
        );
        assert_eq!(
            database.query("SHOW TABLES").len(),
            1,
            "nothing stays behind"
        );
    });
}

#[test]
fn what_the_server_does_not_take_is_named() {
    mysql(|database| {
        database.run("CREATE TABLE t (a INT PRIMARY KEY, b INT)");
        let mut wanted = read(database);
        wanted.tables[0].checks = Facet::Known(vec![
            Check::that("a > 0").named("good"),
            Check::that("a > > 0").named("bad"),
        ]);
        let error = difference(database, &wanted)
            .expect_err("it is no SQL")
            .to_string();
        assert!(
            error.starts_with("the server does not take a check of t, `a > > 0`: "),
            "{error}"
        );
        assert_eq!(
            database.query("SHOW TABLES").len(),
            1,
            "nothing stays behind"
        );
    });
}

#[test]
fn tables_of_other_databases_are_qualified() {
    mysql(|database| {
        let other = Database::create(Backend::Mysql).expect("there was one");
        other.run("CREATE TABLE orgs (id INT PRIMARY KEY)");
        database.run(&format!(
            "CREATE TABLE members (id INT PRIMARY KEY, org INT, CONSTRAINT fk FOREIGN KEY (org) REFERENCES {}.orgs (id))",
            other.name()
        ));
        let found = Inspector::new()
            .schemas([other.name()])
            .schema(&mut database.connect())
            .expect("it is read");
        let orgs = Name::qualified(other.name(), "orgs");
        assert!(found.table(&orgs).is_some());
        let members = found.table(&Name::new("members")).expect("it is there");
        assert_eq!(members.foreign_keys.all()[0].table, orgs);
        database.run("DROP TABLE members");
    });
}
