//! What is written for tables that others use meanwhile.

use super::*;
use crate::{Check, Facet, ForeignKey, Index, IndexPart, Renames, Schema, Table, Type, Unique};

fn column(name: &str, of: &str) -> Column {
    Column::new(name, Type::parse(Dialect::Postgres, of).unwrap())
}

fn members() -> Table {
    Table::new("members")
        .with(column("id", "integer"))
        .with(column("org_id", "integer").nullable())
        .with(column("email", "text").nullable())
        .keyed(["id"])
}

fn schema(members: Table) -> Schema {
    let orgs = Table::new("orgs")
        .with(column("id", "integer"))
        .keyed(["id"]);
    Schema::default().with(orgs).with(members)
}

fn steps(before: Table, after: Table, fills: &Fills) -> Vec<Step> {
    let (before, after) = (schema(before), schema(after));
    let up = Difference::between(&before, &after, Dialect::Postgres, &Renames::default());
    up.online(fills).unwrap()
}

fn told(steps: &[Step]) -> String {
    let each = steps.iter().map(|step| {
        let bare = |script: &str| {
            let lines = script.lines().filter(|line| !line.starts_with("--"));
            lines.collect::<Vec<_>>().join("\n")
        };
        let mark = if step.in_transaction { "" } else { "!" };
        format!(
            "{mark}{}\nup   {}\ndown {}\n",
            step.title,
            bare(&step.up),
            bare(&step.down)
        )
    });
    each.collect()
}

#[test]
fn what_takes_long_is_a_step_of_its_own() {
    let gone = Index::on([IndexPart::column("org_id")]).named("ix_gone");
    let before = members().index(gone);
    let mut after = members()
        .with(column("nick", "text").nullable())
        .unique(Unique::on(["email"]).named("uq_email"))
        .check(Check::that("id > 0").named("ck_id"))
        .foreign_key(ForeignKey::on(["org_id"], "orgs", ["id"]).named("fk_org"));
    after.columns[2].nullable = Facet::Known(false);
    let steps = steps(
        before,
        after,
        &Fills::default().with("members", "email", "''"),
    );
    assert_eq!(
        told(&steps),
        r#"
up   ALTER TABLE "members" ADD COLUMN "nick" TEXT;
down ALTER TABLE "members" DROP COLUMN "nick";
!drop index ix_gone of members
up   DROP INDEX CONCURRENTLY "ix_gone";
down CREATE INDEX CONCURRENTLY "ix_gone" ON "members" ("org_id");
add check members_email_not_null to members for new rows
up   ALTER TABLE "members" ADD CONSTRAINT "members_email_not_null" CHECK ("email" IS NOT NULL) NOT VALID;
down ALTER TABLE "members" DROP CONSTRAINT "members_email_not_null";
prove check members_email_not_null of members
up   UPDATE "members" SET "email" = '' WHERE "email" IS NULL;
ALTER TABLE "members" VALIDATE CONSTRAINT "members_email_not_null";
down ALTER TABLE "members" DROP CONSTRAINT "members_email_not_null", ADD CONSTRAINT "members_email_not_null" CHECK ("email" IS NOT NULL) NOT VALID;
set members.email NOT NULL
up   ALTER TABLE "members" ALTER COLUMN "email" SET NOT NULL;
ALTER TABLE "members" DROP CONSTRAINT "members_email_not_null";
down ALTER TABLE "members" ALTER COLUMN "email" DROP NOT NULL, ADD CONSTRAINT "members_email_not_null" CHECK ("email" IS NOT NULL) NOT VALID;
!add unique constraint uq_email to members
up   CREATE UNIQUE INDEX CONCURRENTLY "uq_email" ON "members" ("email");
SET lock_timeout = '5s';
ALTER TABLE "members" ADD CONSTRAINT "uq_email" UNIQUE USING INDEX "uq_email";
down SET lock_timeout = '5s';
ALTER TABLE "members" DROP CONSTRAINT "uq_email";
add check ck_id to members for new rows
up   ALTER TABLE "members" ADD CONSTRAINT "ck_id" CHECK (id > 0) NOT VALID;
down ALTER TABLE "members" DROP CONSTRAINT "ck_id";
prove check ck_id of members
up   ALTER TABLE "members" VALIDATE CONSTRAINT "ck_id";
down ALTER TABLE "members" DROP CONSTRAINT "ck_id", ADD CONSTRAINT "ck_id" CHECK (id > 0) NOT VALID;
add foreign key fk_org to members for new rows
up   ALTER TABLE "members" ADD CONSTRAINT "fk_org" FOREIGN KEY ("org_id") REFERENCES "orgs" ("id") NOT VALID;
down ALTER TABLE "members" DROP CONSTRAINT "fk_org";
prove foreign key fk_org of members
up   ALTER TABLE "members" VALIDATE CONSTRAINT "fk_org";
down ALTER TABLE "members" DROP CONSTRAINT "fk_org", ADD CONSTRAINT "fk_org" FOREIGN KEY ("org_id") REFERENCES "orgs" ("id") NOT VALID;
"#
    );
}

#[test]
fn an_index_on_a_column_that_goes_goes_with_it() {
    let before = members().index(Index::on([IndexPart::column("email")]).named("ix"));
    let mut after = members();
    after.columns.retain(|column| column.name != "email");
    let steps = steps(before, after, &Fills::default());
    assert_eq!(steps.len(), 1, "{}", told(&steps));
    assert!(steps[0].in_transaction);
}

#[test]
fn a_new_table_comes_with_everything_but_what_must_wait() {
    let before = schema(members());
    let mut after = schema(members().unique(Unique::on(["email"]).named("uq_email")));
    after = after.with(
        Table::new("letters")
            .with(column("id", "integer"))
            .with(column("email", "text").nullable())
            .with(column("org_id", "integer").nullable())
            .keyed(["id"])
            .foreign_key(ForeignKey::on(["email"], "members", ["email"]).named("fk_email"))
            .foreign_key(ForeignKey::on(["org_id"], "orgs", ["id"]).named("fk_org"))
            .index(Index::on([IndexPart::column("email")]).named("ix_email")),
    );
    let up = Difference::between(&before, &after, Dialect::Postgres, &Renames::default());
    let titles: Vec<_> = up
        .online(&Fills::default())
        .unwrap()
        .into_iter()
        .map(|step| step.title)
        .collect();
    assert_eq!(
        titles,
        [
            "",
            "add unique constraint uq_email to members",
            "add foreign key fk_email to letters for new rows",
            "prove foreign key fk_email of letters"
        ]
    );
}

#[test]
fn an_enum_has_its_values_before_they_are_used() {
    let mood = || Type::user(Name::new("mood"));
    let of = |values: &[&str]| {
        let table = Table::new("t").with(Column::new("mood", mood()));
        Schema::default()
            .with(table)
            .with_enum("mood", values.iter().copied())
    };
    let mut after = of(&["sad", "ok"]);
    after.tables[0]
        .columns
        .push(Column::new("other", mood()).nullable());
    let up = Difference::between(
        &of(&["sad"]),
        &after,
        Dialect::Postgres,
        &Renames::default(),
    );
    let steps = up.online(&Fills::default()).unwrap();
    assert_eq!(steps[0].title, "add values to enum types");
    assert!(!steps[0].in_transaction && steps[0].revert_in_transaction);
    assert!(
        steps[1].up.contains("ADD COLUMN \"other\""),
        "{}",
        steps[1].up
    );
}

#[test]
fn a_way_back_uses_no_value_of_an_enum_that_goes_later_on_it() {
    let of = |values: &[&str], columns: &[&str]| {
        let mut table = Table::new("t").with(column("id", "integer"));
        for name in columns {
            table = table.with(Column::new(*name, Type::user(Name::new("mood"))));
        }
        Schema::default()
            .with(table)
            .with_enum("mood", values.iter().copied())
    };
    let (before, after) = (of(&["sad"], &["mood"]), of(&["new", "sad"], &[]));
    let up = Difference::between(&before, &after, Dialect::Postgres, &Renames::default());
    let steps = up.online(&Fills::default()).unwrap();
    assert!(steps[1].down.contains("DEFAULT 'sad'"), "{}", steps[1].down);
}

#[test]
fn elsewhere_it_is_one_step() {
    let table = |name: &str| {
        Schema::default().with(Table::new(name).with(Column::new(
            "a",
            Type::parse(Dialect::Sqlite, "TEXT").unwrap(),
        )))
    };
    let up = Difference::between(
        &table("a"),
        &table("b"),
        Dialect::Sqlite,
        &Renames::default(),
    );
    assert_eq!(up.online(&Fills::default()).unwrap().len(), 1);
    let none = Difference::between(
        &table("a"),
        &table("a"),
        Dialect::Sqlite,
        &Renames::default(),
    );
    assert_eq!(none.online(&Fills::default()).unwrap(), []);
}
