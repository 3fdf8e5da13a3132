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
            "an order is",
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
