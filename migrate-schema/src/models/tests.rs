use std::fmt::Write as _;

use quote::quote;

use super::*;
use crate::{
    Action, Deferrable, Dialect, Facet, IdentityKind, IndexKey, IndexPart, Name, Naming, Schema,
    Type,
};

const MEMBER: &str = r#"
use chrono::NaiveDateTime;

#[derive(Debug, Table, Queryable)]
#[diesel(table_name = members)]
#[table(index(columns(org_id, joined_at desc, "lower(email)"), where = "score > 0", name = "ix_members_busy"))]
#[table(unique(email), comment = "people who joined", check("score < 100"))]
pub struct Member {
    #[table(primary_key, autoincrement)] pub id: i32,
    #[table(references(orgs.id, on_delete = cascade, deferred))] pub org_id: i64,
    #[table(sql_type = "Varchar(254)")] pub email: String,
    pub phone: Option<String>,
    #[table(default = "CURRENT_TIMESTAMP")] pub joined_at: NaiveDateTime,
    #[table(check = "score >= 0", default = 0)] pub score: i32,
    #[table(renamed_from = "nick")] pub nickname: Option<String>,
    #[diesel(column_name = kind)] #[table(name = "type", default(postgres = "'x'", mysql = "'y'"))] pub type_: String,
    #[table(skip)] pub cached: Vec<Box<dyn Fn()>>,
    #[table(generated = "score * 2")] pub doubled: Option<i64>,
    pub photo: Option<Vec<u8>>,
}

mod orgs {
    #[derive(migrate_core::Table)]
    struct Org { id: i64 }
}
"#;

pub(super) fn schema(dialect: Dialect, sources: &[&str]) -> Result<Schema, String> {
    let files: Vec<_> = (0..sources.len())
        .map(|at| format!("src/{at}.rs"))
        .collect();
    Models::from_sources(files.into_iter().zip(sources))
        .and_then(|models| models.schema(dialect, &Naming::default()))
        .map_err(|errors| errors.to_string())
}

#[test]
fn a_struct_says_the_whole_table() {
    let schema = schema(Dialect::Postgres, &[MEMBER]).unwrap();
    let table = schema.table(&Name::new("members")).unwrap();
    let mut shown = String::new();
    for column in &table.columns {
        let sql = column.sql_type.value().unwrap().sql(Dialect::Postgres);
        let null = if column.takes_null() { "" } else { " NOT NULL" };
        let default = column
            .default
            .get()
            .map(|text| format!(" DEFAULT {text}"))
            .unwrap_or_default();
        writeln!(shown, "{} {sql}{null}{default}", column.name).unwrap();
    }
    assert_eq!(
        shown,
        "id INTEGER NOT NULL\norg_id BIGINT NOT NULL\nemail VARCHAR(254) NOT NULL\nphone TEXT\n\
         joined_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP\nscore INTEGER NOT NULL DEFAULT 0\nnickname TEXT\n\
         type TEXT NOT NULL DEFAULT 'x'\ndoubled BIGINT\nphoto BYTEA\n"
    );
    assert_eq!(
        table.columns[0].identity.get().unwrap().kind,
        IdentityKind::ByDefault
    );
    assert_eq!(table.columns[6].renamed_from.as_deref(), Some("nick"));
    assert_eq!(
        table.comment,
        Facet::Known(Some("people who joined".into()))
    );
    assert!(
        table
            .column("doubled")
            .unwrap()
            .generated
            .get()
            .unwrap()
            .stored
    );
    let key = &table.foreign_keys.all()[0];
    assert_eq!(
        (key.table.name.as_str(), key.on_delete, key.deferrable),
        ("orgs", Action::Cascade, Deferrable::Deferred)
    );
    assert_eq!(key.name, Facet::Suggested("fk_members_org_id".into()));
    assert_eq!(
        table.uniques.all()[0].name,
        Facet::Suggested("uq_members_email".into())
    );
    let index = &table.indexes.all()[0];
    assert_eq!(index.name, Facet::Known("ix_members_busy".into()));
    assert!(index.parts[1].descending);
    assert_eq!(
        index.parts[2].key,
        IndexKey::Expression("lower(email)".into())
    );
    assert_eq!(index.predicate, Some("score > 0".into()));
    let checks: Vec<_> = table
        .checks
        .all()
        .iter()
        .map(|check| check.name.value().unwrap().as_str())
        .collect();
    assert_eq!(checks, ["ck_members_1", "ck_members_score"]);
}

#[test]
fn a_rust_type_is_what_each_database_calls_it() {
    let sql = |dialect| {
        let schema = schema(dialect, &[MEMBER]).unwrap();
        let table = schema.table(&Name::new("members")).unwrap().clone();
        let names = ["phone", "joined_at", "photo"];
        names.map(|name| {
            table
                .column(name)
                .unwrap()
                .sql_type
                .value()
                .unwrap()
                .sql(dialect)
        })
    };
    assert_eq!(sql(Dialect::Sqlite), ["TEXT", "TIMESTAMP", "BLOB"]);
    assert_eq!(sql(Dialect::Mysql), ["VARCHAR(255)", "DATETIME", "BLOB"]);
    let sqlite = schema(Dialect::Sqlite, &[MEMBER]).unwrap();
    let id = &sqlite.table(&Name::new("orgs")).unwrap().columns[0];
    assert_eq!(
        id.sql_type.value().unwrap().sql(Dialect::Sqlite),
        "INTEGER",
        "SQLite's own row number"
    );
}

pub(super) const SCHEMA_RS: &str = r#"
pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "mood", schema = "app"))]
    pub struct Mood;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Mood;

    /// A comment.
    posts (id, user_id) {
        id -> Int8,
        user_id -> Int4,
        #[sql_name = "type"]
        #[max_length = 50]
        kind -> Nullable<Varchar>,
        tags -> Nullable<Array<Nullable<Text>>>,
        mood -> Mood,
        odd -> Postcode,
    }
}
table! { audit.users { id -> Integer, } }
diesel::joinable!(posts -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(posts, users);

#[cfg(test)]
mod tests { diesel::table! { forgotten { id -> Integer, } } }
"#;

#[test]
fn a_table_block_knows_columns_and_key_and_is_silent_of_the_rest() {
    let schema = schema(Dialect::Postgres, &[SCHEMA_RS]).unwrap();
    assert_eq!(
        schema.tables.len(),
        2,
        "a table for tests is no part of the schema"
    );
    let posts = schema.table(&Name::new("posts")).unwrap();
    assert_eq!(posts.primary_key.get().unwrap().columns, ["id", "user_id"]);
    let types: Vec<_> = posts
        .columns
        .iter()
        .map(|column| {
            column
                .sql_type
                .value()
                .map(|of| of.sql(Dialect::Postgres))
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(
        types,
        [
            "BIGINT",
            "INTEGER",
            "VARCHAR(50)",
            "TEXT[]",
            "\"app\".\"mood\"",
            ""
        ]
    );
    assert_eq!(posts.columns[2].name, "type");
    assert!(posts.columns[2].takes_null() && !posts.columns[0].takes_null());
    assert_eq!(posts.columns[0].default, Facet::Unknown);
    assert_eq!(posts.indexes, Facet::Unknown);
    let Facet::Suggested(keys) = &posts.foreign_keys else {
        panic!("a joinable! is a suggestion");
    };
    assert_eq!(
        (&keys[0].table, keys[0].referenced.as_slice()),
        (&Name::qualified("audit", "users"), &["id".into()][..])
    );
}

#[test]
fn the_expansion_is_what_diesel_needs() {
    let input = syn::parse_quote! {
        #[table(schema = "app", name = "the members")]
        struct Member {
            id: i32,
            #[table(references(crate::org::orgs.id))] org_id: Option<i64>,
            #[table(references(members.id))] friend: i32,
            #[table(sql_type = "Varchar(20)")] name: String,
            #[table(name = "the tags")] tags: Option<Vec<Option<String>>>,
            #[table(diesel_type = crate::sql::Mood, sql_type = "mood")] mood: Mood,
            at: DateTime<Utc>,
        }
    };
    let model = Model::from_struct(&input).unwrap();
    let expanded = model.expand(&quote!(diesel), &[Dialect::Postgres]).unwrap();
    let expected = quote! {
        diesel::table! {
            #[allow(missing_docs)]
            #[sql_name = "the members"]
            app.members (id) {
                id -> Integer,
                org_id -> Nullable<BigInt>,
                friend -> Integer,
                name -> Text,
                #[sql_name = "the tags"]
                tags -> Nullable<Array<Nullable<Text>>>,
                mood -> crate::sql::Mood,
                at -> Timestamptz,
            }
        }
        const _: () = {
            use crate::org::orgs;
            diesel::joinable!(members -> orgs (org_id));
            diesel::allow_tables_to_appear_in_same_query!(members, orgs);
        };
    };
    assert_eq!(expanded.to_string(), expected.to_string());
}

/// Every schema.rs that is at hand is read, and each of its types is known.
#[test]
fn real_schemas_are_read() {
    let shared = std::env::var("MIGRATE_SHARED").unwrap_or_else(|_| "../../shared".into());
    let chains = std::path::Path::new(&shared).join("chains");
    let Ok(folders) = std::fs::read_dir(&chains) else {
        println!("skipped: no {}", chains.display());
        return;
    };
    let mut tables = 0;
    for folder in folders {
        let folder = folder.unwrap().path();
        let mysql = folder.to_string_lossy().ends_with("mysql");
        let sqlite = ["libxmtp", "tari", "sqlite"]
            .iter()
            .any(|name| folder.to_string_lossy().contains(name));
        let dialect = match (mysql, sqlite) {
            (true, _) => Dialect::Mysql,
            (_, true) => Dialect::Sqlite,
            _ => Dialect::Postgres,
        };
        let Ok(models) = Models::read(&folder, &["schema*.rs".into()]) else {
            continue;
        };
        for table in models.schema(dialect, &Naming::default()).unwrap().tables {
            tables += 1;
            for column in &table.columns {
                let shown = column.sql_type.value().map(|of: &Type| of.sql(dialect));
                assert!(
                    shown.is_some(),
                    "{}: {}.{}",
                    folder.display(),
                    table.name,
                    column.name
                );
            }
        }
    }
    assert!(tables > 100, "{tables} tables");
}

#[test]
fn a_part_of_an_index_says_only_what_is_not_the_default() {
    let source = "#[derive(Table)] #[table(index(columns(id desc nulls first, a nulls first), unique, method = \"btree\"))] struct T { id: i32, a: i32 }";
    let schema = schema(Dialect::Postgres, &[source]).unwrap();
    let index = &schema.tables[0].indexes.all()[0];
    let mut descending = IndexPart::column("id");
    descending.descending = true;
    let mut first = IndexPart::column("a");
    first.nulls_first = Some(true);
    assert_eq!(index.parts, [descending, first]);
    assert!(index.unique && index.method.is_none());
}

#[test]
fn what_stands_before_the_first_item_is_no_item_and_moves_no_line() {
    let wrong = "#[derive(Table)]\nstruct Member { name: String }";
    for first in [
        "",
        "\u{feff}",
        "#!/usr/bin/env rust\n",
        "#![allow(unused)]\n//! Members.\n",
    ] {
        let good = format!("{first}{}", wrong.replace("name", "id"));
        let found = schema(Dialect::Sqlite, &[&good]).unwrap();
        assert_eq!(found.tables.len(), 1, "{first}");
        let line = first
            .lines()
            .filter(|line| line.contains(['#', '/']))
            .count()
            + 2;
        let error = schema(Dialect::Sqlite, &[&format!("{first}{wrong}")]).unwrap_err();
        assert!(
            error.contains(&format!("src/0.rs:{line}:")),
            "{first}: {error}"
        );
    }
}

#[test]
fn what_a_feature_turns_on_is_there_and_what_is_for_tests_is_not() {
    let source = "
        #[cfg_attr(feature = \"database\", derive(Clone, Table), diesel(table_name = members))]
        #[cfg_attr(test, derive(Debug))]
        struct Member {
            id: i32,
            #[cfg_attr(feature = \"database\", table(unique))]
            email: String,
            #[cfg(test)]
            seen: bool,
        }
    ";
    let plain = "
        #[derive(Clone, Table)] #[diesel(table_name = members)]
        struct Member { id: i32, #[table(unique)] email: String }
    ";
    let read = |source| schema(Dialect::Postgres, &[source]);
    assert_eq!(read(source), read(plain));
    assert!(read(source).is_ok());
}

#[cfg(unix)]
#[test]
fn a_file_is_read_once_whatever_links_lead_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    std::fs::create_dir(&source).unwrap();
    std::fs::write(
        source.join("a.rs"),
        "diesel::table! { a (id) { id -> Integer, } }",
    )
    .unwrap();
    std::os::unix::fs::symlink(".", source.join("again")).unwrap();
    let models = Models::read(folder.path(), &["src/**/*.rs".into()]).unwrap();
    assert_eq!(models.len(), 1);
    assert_eq!(models.files(), [source.join("a.rs")]);
}
