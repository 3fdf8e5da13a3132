//! What MySQL's and MariaDB's rules make of a text.

use super::{ScriptError, pieces, split, whole};
use crate::Backend::Mysql;

#[test]
fn strings_and_names_hide_separators() {
    whole(
        Mysql,
        &[
            "SELECT 'it\\'s; \\\\', \"a\\\";\", `b\\`, `c``;`",
            "SELECT _utf8mb4'a\\';', N'b;', x'3b', 1e-5",
            "SELECT 'a''\\';', \"b\"\";\"",
            "SELECT '\\é;'",
        ],
    );
}

#[test]
fn comments_follow_the_server() {
    assert_eq!(
        pieces(
            Mysql,
            "SELECT 1; # a; b\nSELECT 5--1; -- c;\n--\nSELECT 2 --\t;"
        ),
        ["SELECT 1", "SELECT 5--1", "SELECT 2"]
    );
    assert_eq!(
        pieces(Mysql, "/* /* */ SELECT /*+ hint; */ 1"),
        ["SELECT /*+ hint; */ 1"]
    );
    assert_eq!(pieces(Mysql, "SELECT a--;"), ["SELECT a--"]);
}

#[test]
fn an_executable_comment_is_part_of_its_statement() {
    whole(
        Mysql,
        &[
            "/*!40101 SET NAMES utf8 */",
            "/*M!100100 SET x = 1 */",
            "SELECT /*! 1 + */ 1, /*!50000 'v;' */",
            "CREATE TABLE t (a int) /*!50100 PARTITION BY HASH (a) /* x; */ */",
            "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.a = 1; END */",
        ],
    );
}

#[test]
fn delimiter_is_never_sent() {
    let text = "DROP PROCEDURE IF EXISTS p;\ndelimiter //\nCREATE PROCEDURE p()\nBEGIN\n  SELECT 1; SELECT '//';\nEND//\nCREATE PROCEDURE q() SELECT 1;//\n  DELIMITER ;\nCALL p();";
    assert_eq!(
        pieces(Mysql, text),
        [
            "DROP PROCEDURE IF EXISTS p",
            "CREATE PROCEDURE p()\nBEGIN\n  SELECT 1; SELECT '//';\nEND",
            "CREATE PROCEDURE q() SELECT 1;",
            "CALL p()"
        ]
    );
    let text = "DELIMITER $$\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.a = 1; END$$ DELIMITER ;\nSELECT 1;";
    assert_eq!(pieces(Mysql, text).len(), 2);
    let text = "DELIMITER ;;\nCREATE PROCEDURE p() BEGIN SELECT 1; END ;;\nDELIMITER ;\nSELECT 2; SELECT 3";
    assert_eq!(pieces(Mysql, text).len(), 3);
    let text =
        "DELIMITER go\nSELECT category, golf, go_to FROM cargo go\nSELECT 2 go\nDELIMITER ;\n";
    assert_eq!(
        pieces(Mysql, text),
        ["SELECT category, golf, go_to FROM cargo", "SELECT 2"]
    );
    assert_eq!(
        pieces(Mysql, "DELIMITER '|'\nSELECT 1|SELECT 2|"),
        ["SELECT 1", "SELECT 2"]
    );
    assert_eq!(
        pieces(Mysql, "SELECT\n delimiter x\nFROM t; SELECT 2").len(),
        2
    );
}

#[test]
fn statements_between_delimiters_are_split_as_the_server_splits_them() {
    let text = "DELIMITER $$\nDROP PROCEDURE IF EXISTS p;\nCREATE PROCEDURE p() BEGIN SELECT 1; END;\nCALL p();\n$$\nDELIMITER ;";
    assert_eq!(
        pieces(Mysql, text),
        [
            "DROP PROCEDURE IF EXISTS p",
            "CREATE PROCEDURE p() BEGIN SELECT 1; END",
            "CALL p()"
        ]
    );
    let text = "DELIMITER $$\nCREATE PROCEDURE p() AS x INT; BEGIN SELECT 1; END;\n$$\nDELIMITER ;";
    assert_eq!(
        pieces(Mysql, text),
        ["CREATE PROCEDURE p() AS x INT; BEGIN SELECT 1; END"]
    );
}

#[test]
fn a_forgotten_separator_does_not_swallow_the_next_delimiter() {
    let text = "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END\nDELIMITER ;\nSELECT 1;";
    assert_eq!(pieces(Mysql, text).len(), 2);
}

#[test]
fn a_body_without_a_delimiter_ends_at_its_own_end() {
    whole(
        Mysql,
        &[
            "CREATE PROCEDURE p() BEGIN END",
            "CREATE DEFINER=`root`@`localhost` PROCEDURE p(IN a INT, OUT b DECIMAL(5,2)) COMMENT 'x;' SQL SECURITY INVOKER BEGIN SELECT 1; END",
            "CREATE OR REPLACE DEFINER = trigger@begin FUNCTION f(a INT) RETURNS VARCHAR(10) CHARACTER SET utf8 DETERMINISTIC BEGIN RETURN IF(a > 1, 'x', 'y'); END",
            "CREATE FUNCTION f() RETURNS SET('a', 'b') READS SQL DATA RETURN CASE WHEN 1 THEN 'a' ELSE 'b' END",
            "CREATE PROCEDURE p() IF a THEN SELECT 1; ELSEIF b THEN SELECT 2; ELSE SELECT 3; END IF",
            "CREATE PROCEDURE p() BEGIN IF (a > 1) THEN SELECT IF(a, b, c); END IF; DROP TABLE IF EXISTS t; END",
            "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; SELECT CASE a WHEN 1 THEN 2 END; END",
            "CREATE PROCEDURE p() l1: BEGIN `l2`: LOOP LEAVE l2; END LOOP `l2`; END l1",
            "CREATE PROCEDURE p() BEGIN WHILE i < 10 DO SET i = i + 1; END WHILE; REPEAT SET i = i - 1; UNTIL i = 0 END REPEAT; SELECT REPEAT('a', 3); END",
            "CREATE PROCEDURE p() BEGIN FOR i IN 1..3 DO SELECT i; END FOR; FOR r IN (SELECT 1 a) DO SELECT r.a; END FOR; END",
            "CREATE PROCEDURE p() BEGIN DECLARE x INT DEFAULT 0; DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLSTATE VALUE '23000', NOT FOUND BEGIN ROLLBACK; END; START TRANSACTION; COMMIT; END",
            "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR 1062 IF x THEN SET y = 1; END IF; DECLARE c CURSOR FOR SELECT start, end FROM t; SELECT 1; END",
            "CREATE PROCEDURE p() BEGIN SELECT CASE WHEN end > start THEN end ELSE t.end END AS end, begin FROM t; SELECT @end; END",
            "CREATE PROCEDURE p() BEGIN REPEAT SELECT end FROM t; UNTIL end = 1 END REPEAT; SELECT 1; END",
            "CREATE PROCEDURE begin() SELECT 1",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW FOLLOWS begin BEGIN SET NEW.a = 1; INSERT INTO b VALUES (1); END",
            "CREATE TRIGGER t AFTER UPDATE ON a FOR EACH ROW SET NEW.a = CASE WHEN OLD.a THEN 1 END",
            "CREATE TRIGGER t AFTER DELETE ON a FOR EACH ROW IF OLD.a THEN DELETE FROM b; END IF",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE COMMENT 'do; it' DO BEGIN DELETE FROM a; DELETE FROM b; END",
            "ALTER EVENT do ON SCHEDULE EVERY 2 DAY DO BEGIN DELETE FROM a; END",
            "BEGIN NOT ATOMIC DECLARE x INT; SET x = 1; END",
            "IF 1 THEN SELECT 1; END IF",
            "CREATE FUNCTION f(a INT) RETURNS INT l: BEGIN LOOP RETURN 1; END LOOP; END",
            "CREATE PROCEDURE p() BEGIN BEGIN NOT ATOMIC SELECT 1; END; XA BEGIN 'a'; DO SLEEP(1); END",
        ],
    );
}

#[test]
fn begin_alone_starts_a_transaction() {
    let text = "BEGIN; INSERT INTO t VALUES (1); COMMIT; BEGIN WORK; COMMIT; XA BEGIN 'a'; XA END 'a'; START TRANSACTION; COMMIT";
    assert_eq!(pieces(Mysql, text).len(), 9);
}

#[test]
fn what_only_looks_like_a_routine_has_no_body() {
    let texts = [
        "CREATE TABLE `procedure` (begin INT, end INT)",
        "CREATE TABLE event (`begin` INT)",
        "ALTER TABLE t ADD COLUMN begin INT",
        "DROP PROCEDURE IF EXISTS begin",
        "CREATE VIEW v AS SELECT CASE 1 WHEN 1 THEN begin END FROM t",
        "CREATE DEFINER = 'a'@'b' SQL SECURITY DEFINER VIEW v AS SELECT 1",
        "CREATE FUNCTION f RETURNS STRING SONAME 'f.so'",
        "CREATE USER event@localhost",
        "SHOW CREATE PROCEDURE p",
        "INSERT INTO t (a) VALUES (IF(1, 2, 3))",
        "ALTER EVENT e RENAME TO do",
    ];
    whole(Mysql, &texts);
}

#[test]
fn a_command_of_the_client_is_refused() {
    let error = ScriptError::ClientCommand {
        command: "\\G".into(),
        client: "mysql",
        at: 9,
    };
    assert_eq!(split(Mysql, "SELECT 1 \\G\nSELECT 2"), Err(error));
    whole(Mysql, &["INSERT INTO t VALUES (\\N)"]);
}
