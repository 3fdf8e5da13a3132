use super::*;
use crate::{
    Action, Check, Column, Dialect, Expression, Facet, ForeignKey, IdentityKind, Index, IndexPart,
    Name, Schema, Table, Type, Unique,
};

fn column(name: &str, of: &str, dialect: Dialect) -> Column {
    Column::new(name, Type::parse(dialect, of).unwrap())
}

/// Tables with everything that attributes can say, under names that are no trouble to a database alone.
fn shop(dialect: Dialect) -> Schema {
    let of = |name: &str, sql: &str| column(name, sql, dialect);
    // Only this type counts by itself on SQLite.
    let counting = match dialect {
        Dialect::Sqlite => "integer",
        Dialect::Postgres | Dialect::Mysql => "bigint",
    };
    let mut orgs = Table::new("orgs")
        .with(of("id", counting))
        .with(of("name", "varchar(80)"))
        .keyed(["id"])
        .unique(Unique::on(["name"]).named("orgs_by_name"));
    orgs.columns[0].identity = Facet::Known(Some(IdentityKind::Auto.into()));
    if dialect == Dialect::Postgres {
        orgs.columns[0].identity = Facet::Known(Some(IdentityKind::ByDefault.into()));
    }
    let mut key = ForeignKey::on(["org id"], "orgs", ["id"]).on_delete(Action::SetNull);
    key.name = Facet::Known("to_org".into());
    let mut partial = Index::on([
        IndexPart::column("type"),
        IndexPart::expression("lower(\"type\")"),
    ])
    .named("by_type");
    partial.parts[0].descending = true;
    partial.unique = true;
    partial.predicate = (dialect != Dialect::Mysql).then(|| Expression::from("score > 0"));
    let members = Table::new("members")
        .with(of("org", "bigint"))
        .with(of("no", "integer"))
        .with(of("org id", "bigint").nullable())
        .with(of("type", "varchar(20)").default("'it''s'"))
        .with(of("members", "text").nullable())
        .with(of("score", "integer").default("0"))
        .with(of("twice", "integer").generated("score * 2"))
        .with(of("at", "timestamp"))
        .with(of("day", "date").nullable())
        .with(of("price", "numeric(10, 2)"))
        .keyed(["no", "org"])
        .foreign_key(key)
        .foreign_key(ForeignKey::on(["org"], "orgs", ["id"]))
        .unique(Unique::on(["type", "score"]))
        .unique(Unique::on(["score"]))
        .index(Index::on([IndexPart::column("day")]))
        .index(partial)
        .check(Check::that("score >= 0").named("score_is_there"))
        .check(Check::that("\"type\" <> 'x'"));
    let odd = Table::new("1 odd-table")
        .with(of("id", "integer"))
        .with(of("a\"b", "text").nullable())
        .with(of("größe", "double precision"))
        .keyed(["id"])
        .foreign_key(ForeignKey::on(["id"], "members", ["score"]));
    Schema::default().with(orgs).with(members).with(odd)
}

#[cfg(feature = "models")]
mod round_trip {
    use super::*;
    use crate::{Difference, Models, Naming, Renames};

    fn read(text: &str, dialect: Dialect) -> Schema {
        let models = Models::from_sources([("src/models.rs", text)])
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        models
            .schema(dialect, &Naming::default())
            .unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[track_caller]
    fn mean_the_same(one: &Schema, other: &Schema, dialect: Dialect, text: &str) {
        for (from, to) in [(one, other), (other, one)] {
            let difference = Difference::between(from, to, dialect, &Renames::default());
            let changes: Vec<_> = difference
                .changes()
                .iter()
                .map(ToString::to_string)
                .collect();
            assert!(changes.is_empty(), "{dialect}: {changes:#?}\n{text}");
        }
    }

    #[test]
    fn models_that_are_written_mean_the_schema() {
        for dialect in Dialect::ALL {
            let schema = shop(dialect);
            let text = schema.models(dialect, &Naming::default());
            let mut again = read(&text, dialect);
            assert_eq!(again.tables.len(), schema.tables.len());
            again.enums = schema.enums.clone();
            mean_the_same(&schema, &again, dialect, &text);
        }
    }

    #[test]
    fn what_sqlite_keeps_from_null_is_no_option() {
        let dialect = Dialect::Sqlite;
        let null = |name: &str, sql: &str| column(name, sql, dialect).nullable();
        let mut bare = Table::new("bare").with(null("k", "text")).keyed(["k"]);
        bare.without_rowid = true.into();
        let schema = Schema::default()
            .with(Table::new("rows").with(null("id", "integer")).keyed(["id"]))
            .with(Table::new("odd").with(null("k", "text")).keyed(["k"]))
            .with(bare);
        let text = schema.models(dialect, &Naming::default());
        assert!(text.contains("pub id: i32,"), "{text}");
        assert!(text.contains("pub k: Option<String>,"), "{text}");
        assert!(text.contains("pub k: String,"), "{text}");
        mean_the_same(&schema, &read(&text, dialect), dialect, &text);
    }

    #[test]
    fn table_blocks_that_are_written_have_the_columns_and_keys() {
        for dialect in Dialect::ALL {
            let schema = shop(dialect);
            let text = PrintSchema::default().text(&schema, dialect);
            let again = read(&text, dialect);
            assert_eq!(again.tables.len(), schema.tables.len());
            let difference = Difference::between(&schema, &again, dialect, &Renames::default());
            assert!(difference.is_empty(), "{:?}\n{text}", difference.changes());
            for table in &again.tables {
                assert_eq!(
                    table.columns.len(),
                    schema.table(&table.name).unwrap().columns.len()
                );
            }
        }
    }

    #[test]
    fn tables_of_one_name_in_two_schemas_are_two_structs() {
        let dialect = Dialect::Postgres;
        let table = |name: Name| {
            Table::new(name)
                .with(column("id", "bigint", dialect))
                .keyed(["id"])
        };
        let schema = Schema::default()
            .with(table(Name::qualified("audit", "users")))
            .with(table(Name::new("users")));
        let text = schema.models(dialect, &Naming::default());
        assert!(
            text.contains(
                "table_name = audit_users)]\n#[table(name = \"users\", schema = \"audit\")]"
            ),
            "{text}"
        );
        mean_the_same(&schema, &read(&text, dialect), dialect, &text);
    }

    #[test]
    fn a_table_without_a_key_is_said_to_be_left_out() {
        let dialect = Dialect::Mysql;
        let schema =
            Schema::default().with(Table::new("log\n").with(column("line", "text", dialect)));
        let text = schema.models(dialect, &Naming::default());
        assert!(
            text.ends_with("\n// log  is left out: it has no primary key.\n"),
            "{text}"
        );
        let text = PrintSchema::default().text(&schema, dialect);
        assert!(
            text.ends_with("\n// log  is left out: it has no primary key\n"),
            "{text}"
        );
        // SQLite numbers the rows of such a table.
        let text = PrintSchema::default().text(&schema, Dialect::Sqlite);
        assert!(
            text.contains("(rowid) {\n        rowid -> Integer,\n        line -> Text,\n"),
            "{text}"
        );
    }
}

#[test]
fn sql_makes_parents_before_children_and_undoes_it_the_other_way_round() {
    let made = shop(Dialect::Postgres).from_nothing(Dialect::Postgres);
    let order = |difference: &crate::Difference| -> Vec<String> {
        let tables = difference
            .changes()
            .iter()
            .filter(|change| change.to_string().contains("table "));
        tables.map(ToString::to_string).collect()
    };
    assert_eq!(
        order(&made),
        [
            "create table orgs",
            "create table members",
            "create table 1 odd-table"
        ]
    );
    assert_eq!(
        order(&made.inverse()),
        [
            "drop table 1 odd-table",
            "drop table members",
            "drop table orgs"
        ]
    );
}

#[test]
fn enum_types_come_before_the_tables_that_use_them() {
    let of = Column::new("mood", Type::user(Name::new("mood")));
    let schema = Schema::default()
        .with(Table::new("t").with(of))
        .with_enum("mood", ["sad", "ok"]);
    let sql = schema.sql(Dialect::Postgres).unwrap();
    assert!(
        sql.find("CREATE TYPE").unwrap() < sql.find("CREATE TABLE").unwrap(),
        "{sql}"
    );
}

#[test]
fn print_schema_writes_what_diesel_does() {
    let of = |name: &str, sql: &str| column(name, sql, Dialect::Postgres);
    let mut parent = Table::new("orgs").with(of("id", "int")).keyed(["id"]);
    parent.comment = Facet::Known(Some("who  \n\npays".into()));
    parent.columns[0].comment = Facet::Known(Some("a number".into()));
    let child = Table::new(Name::new("user-roles"))
        .with(of("org_id", "int"))
        .with(of("all", "text[]").nullable())
        .with(of("bits", "varbit(4)"))
        .with(Column::new("role", Type::user(Name::new("userRole"))))
        .with(Column::new("other", Type::user(Name::new("userRole"))).nullable())
        .keyed(["role", "org_id"])
        .foreign_key(ForeignKey::on(["org_id"], "orgs", ["id"]));
    let schema = Schema::default().with(child).with(parent);
    let mut options = PrintSchema {
        docs: Docs::Comments,
        ..PrintSchema::default()
    };
    options.type_derives = vec!["Clone".into()];
    assert_eq!(
        options.text(&schema, Dialect::Postgres),
        r##"// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "userRole"))]
    pub struct UserRole;

    #[derive(Clone, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "varbit"))]
    pub struct Varbit;
}

diesel::table! {
    /// who
    ///
    /// pays
    orgs (id) {
        /// a number
        id -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Varbit;
    use super::sql_types::UserRole;

    #[sql_name = "user-roles"]
    user_roles (role, org_id) {
        org_id -> Int4,
        all -> Nullable<Array<Nullable<Text>>>,
        #[max_length = 4]
        bits -> Varbit,
        role -> UserRole,
        other -> Nullable<UserRole>,
    }
}

diesel::joinable!(user_roles -> orgs (org_id));

diesel::allow_tables_to_appear_in_same_query!(orgs, user_roles,);
"##
    );
    options.module = Some("audit".into());
    options.sql_types = false;
    options.same_query = SameQuery::None;
    options.import_types = vec!["crate::types::*".into()];
    let text = options.text(&schema, Dialect::Postgres);
    assert!(text.contains("\npub mod audit {\n    diesel::table! {\n        use crate::types::*;\n\n        /// who\n"), "{text}");
    assert!(
        !text.contains("same_query") && text.ends_with("(org_id));\n}\n"),
        "{text}"
    );
}

#[test]
fn a_second_key_between_two_tables_joins_neither_and_a_key_to_itself_none() {
    let of = |name: &str| column(name, "integer", Dialect::Sqlite);
    let a = Table::new("a")
        .with(of("id"))
        .with(of("up"))
        .keyed(["id"])
        .foreign_key(ForeignKey::on(["up"], "a", ["id"]));
    let b = Table::new("b")
        .with(of("id"))
        .with(of("x"))
        .with(of("y"))
        .keyed(["id"])
        .foreign_key(ForeignKey::on(["x"], "a", ["id"]))
        .foreign_key(ForeignKey::on(["y"], "a", ["id"]));
    let text = PrintSchema::default().text(&Schema::default().with(a).with(b), Dialect::Sqlite);
    assert!(
        !text.contains("joinable!") && text.contains("same_query!(a, b,);"),
        "{text}"
    );
}

#[test]
fn names_reach_no_picture_as_markup() {
    let of = |name: &str| column(name, "text", Dialect::Postgres);
    let bad = "</text><script>\"'&\n";
    let schema = Schema::default().with(Table::new(bad).with(of(bad)).foreign_key(ForeignKey::on(
        [bad],
        bad,
        [bad],
    )));
    let svg = schema.svg(Dialect::Postgres);
    assert!(
        !svg.contains("<script") && svg.contains("&lt;/text&gt;&lt;script&gt;&quot;&#39;&amp;\\n"),
        "{svg}"
    );
    let dot = schema.dot(Dialect::Postgres);
    assert!(!dot.contains("<script"), "{dot}");
    let mermaid = schema.mermaid(Dialect::Postgres);
    assert_eq!(mermaid.lines().count(), 5, "{mermaid}");
}

#[test]
fn tables_that_lead_to_each_other_are_drawn() {
    let of = |name: &str| column(name, "integer", Dialect::Sqlite);
    let table = |name: &str, other: &str| {
        Table::new(name)
            .with(of("id"))
            .keyed(["id"])
            .foreign_key(ForeignKey::on(["id"], other, ["id"]))
    };
    let schema = Schema::default()
        .with(table("a", "b"))
        .with(table("b", "c"))
        .with(table("c", "a"));
    assert_eq!(
        schema
            .svg(Dialect::Sqlite)
            .matches("class=\"line\"")
            .count(),
        3
    );
    assert_eq!(schema.svg(Dialect::Sqlite), schema.svg(Dialect::Sqlite));
}
