use super::*;
use crate::{Action, Deferrable, IdentityKind, IndexKey, Type};

fn object<'a>(kind: &'a str, name: &'a str, text: &'a str) -> SqliteObject<'a> {
    SqliteObject {
        kind,
        name,
        table: "t",
        text,
    }
}

fn read(text: &str) -> Table {
    let found = Schema::from_sqlite([object("table", "t", text)]);
    found
        .unwrap_or_else(|error| panic!("{error}: {text}"))
        .tables
        .remove(0)
}

#[test]
fn a_table_is_read_as_sqlite_reads_it() {
    let table = read(
        "CREATE TABLE t (
            id INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT REPLACE AUTOINCREMENT, -- the key
            [two words] DOUBLE PRECISION /* none */ NOT NULL ON CONFLICT IGNORE DEFAULT -1.5e-3,
            `name` 'varchar'(20) DEFAULT ('a' || 'b') COLLATE nocase CHECK (length(name) > 1),
            'quoted' INT REFERENCES other ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
            bare, blob_ BLOB DEFAULT x'00', flag BOOLEAN DEFAULT TRUE NULL, said DEFAULT \"it's\",
            twice INT GENERATED ALWAYS AS (id * 2) VIRTUAL, \"thri\"\"ce\" AS (id * 3) STORED,
            CONSTRAINT named CHECK (bare IS NOT 'a, b)'),
            UNIQUE (NAME COLLATE NOCASE, bare DESC) ON CONFLICT FAIL
            CONSTRAINT fk FOREIGN KEY (bare, flag) REFERENCES \"a b\" (x, y) MATCH FULL NOT DEFERRABLE
         ) STRICT, WITHOUT ROWID",
    );
    let column = |name: &str| table.column(name).unwrap_or_else(|| panic!("{name}"));
    let default = |name: &str| column(name).default.get().unwrap().as_str().to_owned();
    assert_eq!(
        column("id").identity.get().unwrap().kind,
        IdentityKind::Auto
    );
    let key = table.primary_key.get().unwrap();
    assert_eq!(
        (key.name.known().unwrap().as_str(), &key.columns[..]),
        ("pk", &["id".to_owned()][..])
    );
    assert_eq!(
        column("two words").sql_type.value().unwrap().name(),
        "double precision"
    );
    assert!(!column("two words").takes_null());
    assert_eq!(default("two words"), "-1.5e-3");
    assert_eq!(default("name"), "'a' || 'b'");
    assert_eq!(column("name").collation.get().unwrap(), "NOCASE");
    assert_eq!(default("blob_"), "x'00'");
    assert_eq!(default("flag"), "TRUE");
    assert_eq!(default("said"), "'it''s'");
    let none = Type::parse(crate::Dialect::Sqlite, "").unwrap();
    assert_eq!(column("bare").sql_type.value(), Some(&none));
    assert_eq!(column("twice").sql_type.value().unwrap().name(), "int");
    assert!(!column("twice").generated.get().unwrap().stored);
    assert!(column("thri\"ce").generated.get().unwrap().stored);
    assert_eq!(table.checks.all().len(), 2);
    assert_eq!(
        table.checks.all()[1].expression.as_str(),
        "bare IS NOT 'a, b)'"
    );
    assert_eq!(table.uniques.all()[0].columns, ["name", "bare"]);
    let [quoted, fk] = table.foreign_keys.all() else {
        panic!("two keys")
    };
    assert_eq!(quoted.columns, ["quoted"]);
    assert!(quoted.referenced.is_empty());
    assert_eq!(
        (quoted.on_delete, quoted.on_update),
        (Action::SetNull, Action::Cascade)
    );
    assert_eq!(quoted.deferrable, Deferrable::Deferred);
    assert_eq!(
        (fk.table.name.as_str(), &fk.referenced[..]),
        ("a b", &["x".to_owned(), "y".to_owned()][..])
    );
    assert_eq!(fk.deferrable, Deferrable::No);
    assert_eq!(
        (table.strict.known(), table.without_rowid.known()),
        (Some(&true), Some(&true))
    );
}

#[test]
fn an_index_is_read_with_order_collation_expressions_and_predicate() {
    let schema = Schema::from_sqlite([
        object("table", "t", "CREATE TABLE t (a, \"b c\", d)"),
        object("index", "i", "CREATE UNIQUE INDEX i ON t (A, 'b c' collate Nocase DESC, max(d, (1)) asc, d COLLATE x || 1) WHERE d > ')' -- end"),
    ])
    .unwrap();
    let index = &schema.tables[0].indexes.all()[0];
    assert!(index.unique);
    assert_eq!(index.predicate.as_ref().unwrap().as_str(), "d > ')'");
    let keys: Vec<_> = index.parts.iter().map(|part| part.key.clone()).collect();
    let expression = |text: &str| IndexKey::Expression(text.into());
    assert_eq!(
        keys,
        [
            IndexKey::Column("a".into()),
            IndexKey::Column("b c".into()),
            expression("max(d, (1))"),
            expression("d COLLATE x || 1"),
        ]
    );
    assert_eq!(index.parts[1].collation.as_deref(), Some("NOCASE"));
    assert!(index.parts[1].descending && !index.parts[2].descending);
}

#[test]
fn a_reference_finds_its_table_and_key_in_either_case() {
    let schema = Schema::from_sqlite([
        object(
            "table",
            "child",
            "CREATE TABLE child (p REFERENCES PARENT, q REFERENCES Parent(B))",
        ),
        object(
            "table",
            "Parent",
            "CREATE TABLE Parent (Id INTEGER PRIMARY KEY, b UNIQUE)",
        ),
        object(
            "table",
            "sqlite_sequence",
            "CREATE TABLE sqlite_sequence(name,seq)",
        ),
        object("table", "words", "CREATE VIRTUAL TABLE words USING fts5(a)"),
    ])
    .unwrap();
    assert_eq!(schema.tables.len(), 2);
    let keys = schema.tables[0].foreign_keys.all();
    assert_eq!(
        (keys[0].table.name.as_str(), &keys[0].referenced[0][..]),
        ("Parent", "Id")
    );
    assert_eq!(keys[1].referenced, ["b"]);
}

#[test]
fn what_is_not_understood_is_named() {
    let error = Schema::from_sqlite([object(
        "table",
        "t",
        "CREATE TABLE t (a INT WHATEVER (1) NOT SO)",
    )]);
    assert_eq!(
        error.unwrap_err().to_string(),
        "the text of table t is not understood from `NOT SO)` on"
    );
}
