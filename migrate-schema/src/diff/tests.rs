use super::*;
use crate::{
    Action, Check, Column, Expression, ForeignKey, IdentityKind, Index, IndexPart, Type, Unique,
};

const ALL: [Dialect; 3] = Dialect::ALL;

fn column(name: &str, of: &str) -> Column {
    Column::new(name, Type::parse(Dialect::Postgres, of).unwrap())
}

fn table(name: &str, columns: &[(&str, &str)]) -> Table {
    let table = Table::new(name).with(column("id", "integer")).keyed(["id"]);
    columns.iter().fold(table, |table, (name, of)| {
        table.with(column(name, of).nullable())
    })
}

fn schema<const N: usize>(tables: [Table; N]) -> Schema {
    tables.into_iter().fold(Schema::default(), Schema::with)
}

fn told(before: &Schema, after: &Schema, dialect: Dialect, hints: &Renames) -> Vec<String> {
    let difference = Difference::between(before, after, dialect, hints);
    difference
        .changes()
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// The changes there, and those back; each followed by nothing.
fn both(before: &Schema, after: &Schema, dialect: Dialect) -> (Vec<String>, Vec<String>) {
    let there = Difference::between(before, after, dialect, &Renames::default());
    let back = there.inverse();
    let shown = |of: &Difference| of.changes().iter().map(ToString::to_string).collect();
    let none = Difference::between(there.after(), after, dialect, &Renames::default());
    assert_eq!(none.changes(), [], "a second comparison finds nothing");
    let none = Difference::between(back.after(), before, dialect, &Renames::default());
    assert_eq!(none.changes(), [], "nor does one on the way back");
    (shown(&there), shown(&back))
}

#[test]
fn a_schema_does_not_differ_from_itself() {
    let one = schema([
        table("b", &[("a", "text")]),
        table("a", &[("x", "numeric(10,2)")]),
    ]);
    let other = schema([
        table("a", &[("x", "numeric(10,2)")]),
        table("b", &[("a", "text")]),
    ]);
    for dialect in ALL {
        assert!(told(&one, &other, dialect, &Renames::default()).is_empty());
    }
}

#[test]
fn tables_come_after_those_they_refer_to_and_go_before() {
    let parent = table("z_parent", &[]);
    let child = table("a_child", &[("pid", "integer")])
        .foreign_key(ForeignKey::on(["pid"], "z_parent", ["id"]).named("fk"));
    for dialect in ALL {
        let (up, down) = both(
            &Schema::default(),
            &schema([child.clone(), parent.clone()]),
            dialect,
        );
        assert_eq!(up, ["create table z_parent", "create table a_child"]);
        assert_eq!(down, ["drop table a_child", "drop table z_parent"]);
    }
}

#[test]
fn a_circle_of_foreign_keys_is_closed_afterwards_and_opened_first() {
    let one = table("one", &[("other", "integer")])
        .foreign_key(ForeignKey::on(["other"], "two", ["id"]).named("fk_one"));
    let two = table("two", &[("other", "integer")])
        .foreign_key(ForeignKey::on(["other"], "one", ["id"]).named("fk_two"));
    let (up, down) = both(&Schema::default(), &schema([one, two]), Dialect::Postgres);
    assert_eq!(
        up,
        [
            "create table two",
            "create table one",
            "add foreign key fk_two to two"
        ]
    );
    assert_eq!(
        down,
        [
            "drop foreign key fk_two of two",
            "drop table one",
            "drop table two"
        ]
    );
}

#[test]
fn what_is_unknown_never_differs_and_stays() {
    let there = schema([table("members", &[("name", "text")])
        .with(column("score", "integer").default("0"))
        .index(Index::on([IndexPart::column("name")]).named("ix"))
        .check(Check::that("score > 0").named("ck"))]);
    let mut said = Table::unknown("members");
    for name in ["id", "score"] {
        said = said.with(Column::unknown(
            name,
            Type::from_diesel(Dialect::Postgres, "Int4", None).unwrap(),
        ));
    }
    let silent = schema([said.clone().with(Column::unknown("name", Facet::Unknown))]);
    assert!(told(&there, &silent, Dialect::Postgres, &Renames::default()).is_empty());
    let (up, down) = both(&there, &schema([said]), Dialect::Postgres);
    assert_eq!(up, ["drop index ix of members", "drop column members.name"]);
    assert_eq!(down, ["add column members.name", "add index ix to members"]);
}

#[test]
fn each_facet_of_a_column_is_seen() {
    type Edit = fn(&mut Column);
    let before = column("a", "varchar(30)");
    let changed: [(&str, Edit); 6] = [
        ("character varying(30) to character varying(50)", |column| {
            column.sql_type = Facet::Known(Type::parse(Dialect::Postgres, "varchar(50)").unwrap());
        }),
        ("takes NULL", |column| column.nullable = Facet::Known(true)),
        ("default 'x'", |column| {
            column.default = Facet::Known(Some("'x'".into()))
        }),
        ("collation C", |column| {
            column.collation = Facet::Known(Some("C".into()))
        }),
        ("comment", |column| {
            column.comment = Facet::Known(Some("a".into()))
        }),
        ("numbered", |column| {
            column.identity = Facet::Known(Some(IdentityKind::Always.into()))
        }),
    ];
    for (expected, change) in changed {
        let mut after = before.clone();
        change(&mut after);
        let of = |column: &Column| schema([table("t", &[]).with(column.clone())]);
        let (up, down) = both(&of(&before), &of(&after), Dialect::Postgres);
        assert_eq!(up, [format!("change column t.a: {expected}")]);
        assert_eq!(down.len(), 1);
    }
}

#[test]
fn each_facet_of_an_index_is_seen() {
    let plain = Index::on([IndexPart::column("a")]).named("ix");
    let changed: [fn(&mut Index); 7] = [
        |index| index.unique = true,
        |index| index.predicate = Some("a > 5".into()),
        |index| index.method = Some("gin".into()),
        |index| index.include = vec!["id".into()],
        |index| index.parts[0].descending = true,
        |index| index.parts[0] = IndexPart::expression("lower(a)"),
        |index| index.parts.push(IndexPart::column("id")),
    ];
    for change in changed {
        let mut other = plain.clone();
        change(&mut other);
        let of = |index: &Index| schema([table("t", &[("a", "text")]).index(index.clone())]);
        let (up, _) = both(&of(&plain), &of(&other), Dialect::Postgres);
        assert_eq!(up, ["drop index ix of t", "add index ix to t"]);
    }
}

#[test]
fn constraints_without_a_name_are_known_by_what_they_say() {
    let parent = table("p", &[]);
    let child = table("c", &[("pid", "integer")]);
    let before = schema([
        parent.clone(),
        child
            .clone()
            .foreign_key(ForeignKey::on(["pid"], "p", ["id"])),
    ]);
    let (up, down) = both(
        &before,
        &schema([parent.clone(), child.clone()]),
        Dialect::Sqlite,
    );
    assert_eq!(up, ["drop foreign key (pid) of c"]);
    assert_eq!(down, ["add foreign key (pid) to c"]);
    let cascading = ForeignKey::on(["pid"], "p", ["id"]).on_delete(Action::Cascade);
    let (up, _) = both(
        &before,
        &schema([parent, child.foreign_key(cascading)]),
        Dialect::Sqlite,
    );
    assert_eq!(
        up,
        ["drop foreign key (pid) of c", "add foreign key (pid) to c"]
    );
}

#[test]
fn a_name_by_the_template_is_no_difference_but_one_that_is_said_is() {
    let of = |name: Facet<String>| {
        let mut unique = Unique::on(["a"]);
        unique.name = name;
        schema([table("t", &[("a", "text")]).unique(unique)])
    };
    let there = of(Facet::Known("t_a_key".into()));
    let suggested = of(Facet::Suggested("uq_t_a".into()));
    assert!(told(&there, &suggested, Dialect::Postgres, &Renames::default()).is_empty());
    let named = of(Facet::Known("uq_t_a".into()));
    let (up, down) = both(&there, &named, Dialect::Postgres);
    assert_eq!(up, ["rename unique constraint t_a_key of t to uq_t_a"]);
    assert_eq!(down, ["rename unique constraint uq_t_a of t to t_a_key"]);
    assert!(told(&there, &named, Dialect::Sqlite, &Renames::default()).is_empty());
}

#[test]
fn a_rename_is_one_only_by_a_hint() {
    let before = schema([table("people", &[("nick", "text")])
        .check(Check::that("nick <> ''").named("ck"))
        .index(Index::on([IndexPart::column("nick")]).named("ix"))]);
    let after = schema([table("members", &[("nickname", "text")])
        .check(Check::that("nickname <> ''").named("ck"))
        .index(Index::on([IndexPart::column("nickname")]).named("ix"))]);
    let hints = Renames::default()
        .table("people", "members")
        .column("members", "nick", "nickname");
    for dialect in ALL {
        assert_eq!(
            told(&before, &after, dialect, &Renames::default()),
            [
                "drop table people",
                "create table members",
                "add index ix to members"
            ]
        );
        let up = Difference::between(&before, &after, dialect, &hints);
        let shown: Vec<_> = up.changes().iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "rename table people to members",
                "rename column members.nick to nickname"
            ]
        );
        let down: Vec<_> = up
            .inverse()
            .changes()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            down,
            [
                "rename table members to people",
                "rename column people.nickname to nick"
            ]
        );
        assert!(
            told(&after, &after, dialect, &hints).is_empty(),
            "a hint that was followed says nothing"
        );
    }
}

#[test]
fn an_enum_grows_in_place_unless_its_new_value_is_used_at_once() {
    let of = |values: &[&str], default: &str| {
        let mood = Type::user(Name::new("mood"));
        let column = Column::new("mood", mood).default(default);
        schema([table("t", &[]).with(column)]).with_enum("mood", values.iter().copied())
    };
    let before = of(&["sad", "ok"], "'sad'::mood");
    let (up, down) = both(
        &before,
        &of(&["sad", "fine", "ok"], "'sad'::mood"),
        Dialect::Postgres,
    );
    assert_eq!(up, ["add values to type mood"]);
    assert_eq!(down, ["change the values of type mood"]);
    let (up, _) = both(
        &before,
        &of(&["sad", "ok", "happy"], "'happy'::mood"),
        Dialect::Postgres,
    );
    assert_eq!(up, ["change the values of type mood"]);
    let (up, down) = both(
        &Schema {
            enums: Facet::Known(Vec::new()),
            ..Schema::default()
        },
        &before,
        Dialect::Postgres,
    );
    assert_eq!(up, ["create type mood", "create table t"]);
    assert_eq!(down, ["drop table t", "drop type mood"]);
}

#[test]
fn a_foreign_key_steps_aside_for_what_it_holds_on_to() {
    let of = |id: &str| {
        let parent = Table::new("p").with(column("id", id)).keyed(["id"]);
        let child = table("c", &[("pid", "integer")])
            .foreign_key(ForeignKey::on(["pid"], "p", ["id"]).named("fk"));
        schema([parent, child])
    };
    let (up, _) = both(&of("integer"), &of("bigint"), Dialect::Mysql);
    assert_eq!(
        up,
        [
            "drop foreign key fk of c",
            "change column p.id: integer to bigint",
            "add foreign key fk to c"
        ]
    );
}

#[test]
fn mysql_keeps_the_index_that_a_foreign_key_needs() {
    let parent = table("p", &[]);
    let child = table("c", &[("pid", "integer")])
        .foreign_key(ForeignKey::on(["pid"], "p", ["id"]).named("fk"));
    let there = child
        .clone()
        .index(Index::on([IndexPart::column("pid")]).named("fk"));
    let (before, after) = (schema([parent.clone(), there]), schema([parent, child]));
    assert!(told(&before, &after, Dialect::Mysql, &Renames::default()).is_empty());
    assert_eq!(
        told(&before, &after, Dialect::Postgres, &Renames::default()),
        ["drop index fk of c"]
    );
}

#[test]
fn what_loses_data_says_so_and_what_stops_at_a_row_too() {
    let before = schema([
        table("t", &[("a", "text"), ("b", "bigint")]),
        table("gone", &[]),
    ]);
    let after = schema([table("t", &[("b", "integer")])
        .with(column("c", "text"))
        .with(column("d", "text").default("''"))]);
    let difference = Difference::between(&before, &after, Dialect::Postgres, &Renames::default());
    let lost: Vec<_> = difference
        .changes()
        .iter()
        .filter_map(Change::loses)
        .collect();
    assert_eq!(
        lost,
        [
            "every row of gone",
            "what is in t.a",
            "what of t.b does not fit"
        ]
    );
    let unfilled: Vec<_> = difference.unfilled().collect();
    assert_eq!(unfilled, [(&Name::new("t"), "c")]);
}

#[test]
fn what_is_computed_anew_takes_its_indexes_along() {
    let of = |expression: &str| {
        let computed = column("b", "integer").generated(Expression::from(expression));
        schema([table("t", &[("a", "integer")])
            .with(computed)
            .index(Index::on([IndexPart::column("b")]).named("ix"))])
    };
    let (up, _) = both(&of("a + 1"), &of("a + 2"), Dialect::Postgres);
    assert_eq!(
        up,
        [
            "drop index ix of t",
            "drop column t.b",
            "add column t.b",
            "add index ix to t"
        ]
    );
    let (up, _) = both(&of("a + 1"), &of("a + 2"), Dialect::Sqlite);
    assert_eq!(up, ["change column t.b: computed from a + 2"]);
}

#[test]
fn the_order_of_tables_in_the_source_changes_nothing() {
    let tables = || {
        (0..30).map(|at| {
            let parent = format!("t{:02}", (at * 7 + 3) % 30);
            table(&format!("t{at:02}"), &[("p", "integer")])
                .foreign_key(ForeignKey::on(["p"], parent.as_str(), ["id"]).named("fk"))
        })
    };
    let forwards = Schema {
        tables: tables().collect(),
        ..Schema::default()
    };
    let backwards = Schema {
        tables: tables().rev().collect(),
        ..Schema::default()
    };
    let nothing = Schema::default();
    assert_eq!(
        told(&nothing, &forwards, Dialect::Postgres, &Renames::default()),
        told(&nothing, &backwards, Dialect::Postgres, &Renames::default())
    );
}
