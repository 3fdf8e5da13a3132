//! What is wrong in models, as it is told.

use super::tests::{SCHEMA_RS, schema};
use super::*;
use crate::Dialect;

#[test]
fn errors_name_file_line_and_column() {
    let wrong = "#[derive(Table)]\nstruct T {\n    id: i32,\n    #[table(colour = \"red\")] a: i32,\n    #[table(identity = never)] b: i32,\n}\n";
    let errors = schema(Dialect::Sqlite, &[wrong]).unwrap_err();
    let lines: Vec<_> = errors.lines().collect();
    assert!(
        lines[0].starts_with("src/0.rs:4:13: not an attribute of a column"),
        "{errors}"
    );
    assert!(
        lines[1].starts_with("src/0.rs:5:24: an identity is"),
        "{errors}"
    );
}

#[test]
fn what_cannot_be_is_an_error_at_its_token() {
    let cases = [
        ("struct T { a: i32 }", "a table needs a primary key"),
        ("struct T(i32);", "a struct with named fields"),
        (
            "struct T { id: Vec<std::sync::Mutex<u8>> }",
            "no type of postgres is known for `Vec<std::sync::Mutex<u8>>`",
        ),
        (
            "struct T { id: i32, #[table(references(gone.id))] a: i32 }",
            "no model has the table `gone`",
        ),
        (
            "struct T { id: i32, #[table(references(ts.a, on_delete = vanish))] a: i32 }",
            "an action is",
        ),
        (
            "#[table(unique(b))] struct T { id: i32 }",
            "there is no column `b`",
        ),
        (
            "#[table(index(columns(id sideways)))] struct T { id: i32 }",
            "after a part of an index stands asc, desc",
        ),
        (
            "#[table(foreign_key(columns(id), references(ts(id, a))))] struct T { id: i32, a: i32 }",
            "the key has 1 columns",
        ),
        (
            "struct T { id: i32, #[diesel(embed)] more: More }",
            "names each of its columns",
        ),
        (
            "struct T { id: i32, #[table(name = \"id\")] a: i32 }",
            "two columns `id`",
        ),
        (
            "struct T { id: i32, #[table(sql_type = \"(3)\")] a: i32 }",
            "is no type of SQL",
        ),
        ("enum T { A }", "a struct with named fields"),
        (
            "struct T { id: i32, #[table(default = now)] a: i32 }",
            "a default is SQL in quotes",
        ),
        (
            "struct T { id: i32, #[table(check = \"a > (0\")] a: i32 }",
            "a parenthesis is not closed",
        ),
        (
            "struct T { id: i32, #[table(default = \"\")] a: String }",
            "an expression is missing",
        ),
        (
            "#[table(unique(a))] struct T { id: i32, #[table(unique)] a: i32 }",
            "ts has this unique constraint already",
        ),
        (
            "#[table(index(columns(a)))] struct T { id: i32, #[table(index)] a: i32 }",
            "ts has this index already",
        ),
        ("struct T { id: i32, ", "a bracket or a quote is not closed"),
    ];
    for (text, expected) in cases {
        let errors = schema(Dialect::Postgres, &[&format!("#[derive(Table)] {text}")]).unwrap_err();
        assert!(errors.contains(expected), "{text}: {errors}");
    }
}

#[test]
fn a_wrong_attribute_makes_no_other_error_and_hides_none() {
    let source = "#[derive(Table)]
struct T {
    id: i32,
    #[table(index)] #[table(uniqe)] a: i32,
    b: std::sync::Mutex<u8>,
    #[table(primary_key = false, unique = true)] c: std::rc::Weak<u8>,
}
diesel::table! { others { id -> Integer, id -> Text, } }";
    let read = |source: &str| schema(Dialect::Postgres, &[source]).unwrap_err();
    assert_eq!(
        read(source),
        "src/0.rs:4:29: not an attribute of a column: did you mean `unique`?\n\
         src/0.rs:8:42: there are two columns `id`"
    );
    let types = source
        .replace("uniqe", "unique")
        .replace("id -> Text", "no -> Text");
    let types = read(&types);
    assert!(
        types.contains("0.rs:5:5") && types.contains("0.rs:6:"),
        "{types}"
    );
    assert!(
        !types.contains("EnumType"),
        "neither can be an enum: {types}"
    );
}

#[test]
fn what_one_database_alone_cannot_have_is_told_for_it() {
    let fails = |dialect, fields: &str| {
        let source = format!("#[derive(Table)] struct T {{ {fields} }}");
        schema(dialect, &[&source]).err()
    };
    let cases = "a: i32, #[table(primary_key)] id: i32, A: i32";
    assert!(fails(Dialect::Postgres, cases).is_none());
    for dialect in [Dialect::Sqlite, Dialect::Mysql] {
        let error = fails(dialect, cases).unwrap();
        assert!(error.contains("`a` and `A` are one column"), "{error}");
    }
    for counting in [
        "id: i32, #[table(autoincrement)] no: i32",
        "#[table(autoincrement)] id: i16",
    ] {
        assert!(fails(Dialect::Postgres, counting).is_none());
        let error = fails(Dialect::Sqlite, counting).unwrap();
        assert!(error.contains("counts by itself"), "{error}");
    }
    assert!(fails(Dialect::Sqlite, "#[table(autoincrement)] id: i64").is_none());
}

/// PostgreSQL cuts such a name and says so in a notice alone; each comparison would find another name than the model's.
#[test]
fn a_name_that_the_database_would_cut_is_an_error_at_its_token() {
    let long = |length| "n".repeat(length);
    let source = |length| {
        let name = long(length);
        format!(
            "#[derive(EnumType)] #[table(name = \"{name}\")] enum Mood {{ Sad }}
#[derive(Table)]
#[table(name = \"{name}\", unique(a, name = \"{name}\"), primary_key_name = \"{name}\")]
#[table(index(columns(a), name = \"{name}\"), check(\"a > 0\", name = \"{name}\"))]
struct T {{
    id: i32,
    #[table(name = \"{name}\", references(ts.id, name = \"{name}\"))] a: i32,
}}"
        )
    };
    let told = |dialect, length| schema(dialect, &[&source(length)]).err();
    assert_eq!(told(Dialect::Postgres, 63), None);
    assert_eq!(told(Dialect::Mysql, 64), None);
    assert_eq!(told(Dialect::Sqlite, 300), None);
    let places = |errors: Option<String>, message: &str| -> Vec<String> {
        let errors = errors.unwrap();
        let lines = errors.lines().map(|line| line.split_once(": ").unwrap());
        lines
            .map(|(place, told)| {
                assert_eq!(told, message);
                place.to_owned()
            })
            .collect()
    };
    let postgres = format!(
        "the name `{}` has 64 bytes, and postgres takes 63: shorten it",
        long(64)
    );
    assert_eq!(places(told(Dialect::Postgres, 64), &postgres).len(), 8);
    let mysql = format!(
        "the name `{}` has 65 characters, and mysql takes 64: shorten it",
        long(65)
    );
    let of_mysql = places(told(Dialect::Mysql, 65), &mysql);
    assert_eq!(of_mysql.len(), 7, "it has no types of its own");
    assert_eq!(of_mysql[0], "src/0.rs:5:8", "the table at the struct");
    // Bytes on one, characters on the other.
    let umlauts = format!("table! {{ {} (id) {{ id -> Integer, }} }}", "ä".repeat(40));
    assert!(schema(Dialect::Mysql, &[&umlauts]).is_ok());
    let error = schema(Dialect::Postgres, &[&umlauts]).unwrap_err();
    assert!(error.contains("has 80 bytes"), "{error}");
}

const ORGS: &str = "
#[derive(Table)]
#[table(unique(b, c), unique(d, deferrable), index(columns(e), unique), index(columns(f), unique, where = \"f > 0\"))]
#[table(index(columns(g, a)))]
struct Org {
    id: i32,
    a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32,
    #[table(sql_type = \"varchar(20)\", unique)] name: String,
    #[table(unique)] big: i64,
}
table! { others (id) { id -> Integer, a -> Integer, } }
";

/// What a model of a member says wrong of its key, as it is told on a database.
fn refused(dialect: Dialect, key: &str, of: &str) -> Option<String> {
    let source = format!(
        "{ORGS}#[derive(Table)]\n#[table({key})]\nstruct Member {{ id: i32, x: {of}, y: i32 }}"
    );
    schema(dialect, &[&source]).err()
}

#[test]
fn a_reference_to_what_is_surely_not_unique_is_an_error() {
    let refers = |dialect, columns: &str, there: &str| {
        refused(
            dialect,
            &format!("foreign_key(columns({columns}), references({there}))"),
            "i32",
        )
    };
    for dialect in Dialect::ALL {
        for (columns, there) in [
            ("x", "orgs"),
            ("x, y", "orgs(c, b)"),
            ("x", "orgs(e)"),
            // A block does not say what is unique.
            ("x", "others(a)"),
        ] {
            assert_eq!(refers(dialect, columns, there), None, "{dialect}: {there}");
        }
        if dialect == Dialect::Sqlite {
            // It takes each of them, and databases have them.
            let taken = ["orgs(a)", "orgs(f)", "orgs(g)", "orgs(d)"];
            assert!(
                taken
                    .iter()
                    .all(|there| refers(dialect, "x", there).is_none())
            );
            continue;
        }
        let plain = refers(dialect, "x", "orgs(a)").unwrap();
        assert_eq!(
            plain,
            "src/0.rs:13:44: orgs (a) is neither the primary key nor unique, and a foreign key can reference nothing else: \
             `#[table(unique)]` on `a` there, or reference the primary key"
        );
        assert!(refers(dialect, "x, y", "orgs(c, a)").is_some());
        // MySQL takes any index that begins with the columns.
        assert_eq!(
            refers(dialect, "x", "orgs(f)").is_some(),
            dialect != Dialect::Mysql
        );
        assert_eq!(
            refers(dialect, "x", "orgs(g)").is_some(),
            dialect != Dialect::Mysql
        );
        let deferred = refers(dialect, "x", "orgs(d)");
        assert_eq!(
            deferred.is_some(),
            dialect == Dialect::Postgres,
            "{deferred:?}"
        );
    }
    let deferred = refers(Dialect::Postgres, "x", "orgs(d)").unwrap();
    assert!(
        deferred.contains("is deferrable, and postgres lets no foreign key"),
        "{deferred}"
    );
    let pair = refers(Dialect::Postgres, "x, y", "orgs(c, a)").unwrap();
    assert!(
        pair.contains("`#[table(unique(c, a))]` on the struct there"),
        "{pair}"
    );
}

#[test]
fn a_reference_between_types_that_are_never_equal_is_an_error() {
    let refers = |dialect, there: &str, of: &str| {
        refused(
            dialect,
            &format!("foreign_key(columns(x), references(orgs({there})))"),
            of,
        )
    };
    for (there, of, sqlite, postgres, mysql) in [
        ("id", "i32", false, false, false),
        ("name", "String", false, false, false),
        ("id", "String", false, true, true),
        ("name", "i32", false, true, true),
        ("id", "bool", false, true, true),
        // PostgreSQL compares numbers of all sizes; to MySQL both are the same or nothing.
        ("id", "i64", false, false, true),
        ("big", "i32", false, false, true),
    ] {
        for (dialect, expected) in [
            (Dialect::Sqlite, sqlite),
            (Dialect::Postgres, postgres),
            (Dialect::Mysql, mysql),
        ] {
            let error = refers(dialect, there, of);
            assert_eq!(
                error.is_some(),
                expected,
                "{dialect}: {of} to {there}: {error:?}"
            );
        }
    }
    assert_eq!(
        refers(Dialect::Postgres, "id", "String").unwrap(),
        "src/0.rs:13:29: `x` is text, and orgs.id, which it references, is integer: give both the same type"
    );
}

#[test]
fn two_owners_of_a_table_are_an_error_that_names_both() {
    let one = "#[derive(Table)] #[diesel(table_name = crate::schema::ts)] struct One { id: i32 }";
    let two = "\n#[derive(Table)] struct T { id: i32 }";
    let errors = schema(Dialect::Sqlite, &[one, two]).unwrap_err();
    assert_eq!(
        errors,
        "src/1.rs:2:25: the table ts has a second model; the first is in src/0.rs. Only one struct of a table derives Table"
    );
}

#[test]
fn a_glob_without_a_model_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("src")).unwrap();
    std::fs::write(directory.path().join("src/a.rs"), "struct Nothing;").unwrap();
    let read = |glob: &str| {
        Models::read(directory.path(), &[glob.into()]).map_err(|errors| errors.to_string())
    };
    assert!(
        read("src/**/*.rs")
            .unwrap_err()
            .contains("no model is in these files")
    );
    assert!(
        read("sorce/**/*.rs")
            .unwrap_err()
            .contains("no file is there for this glob")
    );
    assert!(read("src/***").unwrap_err().contains("not a glob"));
    std::fs::write(directory.path().join("src/b.rs"), SCHEMA_RS).unwrap();
    let models = read("src/**/*.rs").unwrap();
    assert_eq!((models.len(), models.files().len()), (2, 2));
    let twice = ["src/**/*.rs".into(), "src/b.rs".into()];
    let twice = Models::read(directory.path(), &twice);
    assert_eq!(
        twice.map(|models| models.len()),
        Ok(2),
        "a file may be named twice"
    );
    std::fs::write(directory.path().join("src/b.rs"), "table! { a ( }").unwrap();
    assert!(read("src/**/*.rs").unwrap_err().starts_with("src/b.rs:1:"));
}

#[test]
fn two_of_other_names_may_be_alike_as_real_databases_have_them() {
    let twice = "#[derive(Table)] #[table(unique(a, name = \"one\"), unique(a, name = \"two\"), index(columns(a), name = \"x\"), \
        index(columns(a)))] struct T { id: i32, a: i32 }";
    let found = schema(Dialect::Postgres, &[twice]).unwrap();
    let table = &found.tables[0];
    assert_eq!(
        (table.uniques.all().len(), table.indexes.all().len()),
        (2, 2)
    );
}
