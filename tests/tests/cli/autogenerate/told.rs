//! What it writes and says, to the letter.

use migrate_core::Backend;
use migrate_tests::Project;
use snapbox::str;

use super::{MEMBERS, project, revisions, script};
use crate::{said, said_on_app, says};

#[test]
fn what_it_writes_and_says() {
    let project = project(Backend::Sqlite, MEMBERS);
    says(
        said_on_app(
            &project.path(),
            &["revision", "--autogenerate", "-m", "create  members"],
        ),
        str![[r#"
migrations/[STAMP]_create_members/up.sql
migrations/[STAMP]_create_members/down.sql
migrations/[STAMP]_create_members/metadata.toml
--- stderr
app.db is not there yet
orgs
  + create table
members
  + create table
  + add index ix_members_org_id_nick
not compared: views, triggers, functions, rights and rows
next: look through both scripts, then `migrate upgrade`
--- exit code 0

"#]],
    );
    says(
        script(&project, "create_members", "up.sql"),
        str![[r#"
-- create members

-- create table orgs
CREATE TABLE "orgs" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    CONSTRAINT "pk_orgs" PRIMARY KEY ("id")
);

-- create table members
CREATE TABLE "members" (
    "id" INTEGER NOT NULL,
    "email" TEXT NOT NULL,
    "org_id" INTEGER NOT NULL,
    "nick" VARCHAR(40),
    CONSTRAINT "pk_members" PRIMARY KEY ("id"),
    CONSTRAINT "uq_members_email" UNIQUE ("email"),
    CONSTRAINT "fk_members_org_id" FOREIGN KEY ("org_id") REFERENCES "orgs" ("id") ON DELETE CASCADE
);

-- add index ix_members_org_id_nick to members
CREATE INDEX "ix_members_org_id_nick" ON "members" ("org_id", "nick");

"#]],
    );
    says(
        script(&project, "create_members", "down.sql"),
        str![[r#"
-- Takes back: create members

-- drop table members
-- loses data: every row of members
DROP TABLE "members";

-- drop table orgs
-- loses data: every row of orgs
DROP TABLE "orgs";

"#]],
    );
    says(
        script(&project, "create_members", "metadata.toml"),
        str![[r#"
down_revision = "base"
run_in_transaction = true

"#]],
    );
    said_on_app(&project.path(), &["upgrade"]);
    project.write(
        "src/models.rs",
        MEMBERS
            .replace("pub nick: Option<String>", "pub nickname: Option<String>")
            .replace("org_id, nick", "org_id, nickname"),
    );
    says(
        said_on_app(
            &project.path(),
            &["revision", "--autogenerate", "-m", "nicknames", "--dry-run"],
        ),
        str![[r#"
up.sql
-- drop index ix_members_org_id_nick of members
DROP INDEX "ix_members_org_id_nick";

-- drop column members.nick
-- loses data: what is in members.nick
ALTER TABLE "members" DROP COLUMN "nick";

-- add column members.nickname
ALTER TABLE "members" ADD COLUMN "nickname" VARCHAR(40);

-- add index ix_members_org_id_nickname to members
CREATE INDEX "ix_members_org_id_nickname" ON "members" ("org_id", "nickname");

down.sql
-- drop index ix_members_org_id_nickname of members
DROP INDEX "ix_members_org_id_nickname";

-- drop column members.nickname
-- loses data: what is in members.nickname
ALTER TABLE "members" DROP COLUMN "nickname";

-- add column members.nick
ALTER TABLE "members" ADD COLUMN "nick" VARCHAR(40);

-- add index ix_members_org_id_nick to members
CREATE INDEX "ix_members_org_id_nick" ON "members" ("org_id", "nick");

--- stderr
members.nick is gone, and members.nickname is new: taken as two columns. If it was renamed: --rename members.nick=nickname
members
  - drop index ix_members_org_id_nick
  - drop column nick                      loses data: what is in members.nick
  + add column nickname
  + add index ix_members_org_id_nickname
not compared: views, triggers, functions, rights and rows
--- exit code 0

"#]],
    );
    assert_eq!(revisions(&project), 1, "a dry run writes nothing");
    says(
        said_on_app(
            &project.path(),
            &[
                "revision",
                "--autogenerate",
                "-m",
                "nicknames",
                "--dry-run",
                "--format",
                "json",
            ],
        ),
        str![[r#"
{"revision":null,"compared":{"found":[{"backend":"sqlite","changes":[{"table":"members","change":"drop index ix_members_org_id_nick of members","loses":null},{"table":"members","change":"drop column members.nick","loses":"what is in members.nick"},{"table":"members","change":"add column members.nickname","loses":null},{"table":"members","change":"add index ix_members_org_id_nickname to members","loses":null}],"left":[]}],"likely_renames":[{"old":"members.nick","new":"members.nickname"}]},"scripts":[{"file":"up.sql","text":"-- drop index ix_members_org_id_nick of members\nDROP INDEX \"ix_members_org_id_nick\";\n\n-- drop column members.nick\n-- loses data: what is in members.nick\nALTER TABLE \"members\" DROP COLUMN \"nick\";\n\n-- add column members.nickname\nALTER TABLE \"members\" ADD COLUMN \"nickname\" VARCHAR(40);\n\n-- add index ix_members_org_id_nickname to members\nCREATE INDEX \"ix_members_org_id_nickname\" ON \"members\" (\"org_id\", \"nickname\");\n"},{"file":"down.sql","text":"-- drop index ix_members_org_id_nickname of members\nDROP INDEX \"ix_members_org_id_nickname\";\n\n-- drop column members.nickname\n-- loses data: what is in members.nickname\nALTER TABLE \"members\" DROP COLUMN \"nickname\";\n\n-- add column members.nick\nALTER TABLE \"members\" ADD COLUMN \"nick\" VARCHAR(40);\n\n-- add index ix_members_org_id_nick to members\nCREATE INDEX \"ix_members_org_id_nick\" ON \"members\" (\"org_id\", \"nick\");\n"}]}
--- stderr
members.nick is gone, and members.nickname is new: taken as two columns. If it was renamed: --rename members.nick=nickname
members
  - drop index ix_members_org_id_nick
  - drop column nick                      loses data: what is in members.nick
  + add column nickname
  + add index ix_members_org_id_nickname
not compared: views, triggers, functions, rights and rows
--- exit code 0

"#]],
    );
}

#[test]
fn a_model_that_nobody_imported_is_found_and_a_glob_of_nothing_is_no_empty_schema() {
    let project = project(Backend::Sqlite, MEMBERS);
    project.write(
        "src/deep/down/forgotten.rs",
        "#[derive(Table)]\n#[diesel(table_name = forgotten)]\nstruct Forgotten { id: i32 }\n",
    );
    said_on_app(
        &project.path(),
        &["revision", "--autogenerate", "-m", "all"],
    );
    assert!(script(&project, "all", "up.sql").contains("CREATE TABLE \"forgotten\""));
    said_on_app(&project.path(), &["upgrade"]);
    project.settings("models = [\"source/**/*.rs\"]\n");
    says(
        said_on_app(
            &project.path(),
            &["revision", "--autogenerate", "-m", "none"],
        ),
        str![[r#"
--- stderr
error: `source/**/*.rs`: no file is there for this glob
  help: `models` in migrate.toml names the files that have models, seen from its folder: models = ["src/**/*.rs"]
--- exit code 1

"#]],
    );
    project.write("source/main.rs", "fn main() {}\n");
    says(
        said_on_app(&project.path(), &["check"]),
        str![[r#"
--- stderr
error: `source/**/*.rs`: no model is in these files: no struct with #[derive(Table)] and no table! block
  help: `models` in migrate.toml names the files that have models, seen from its folder: models = ["src/**/*.rs"]
--- exit code 1

"#]],
    );
    assert_eq!(revisions(&project), 1);
}

#[test]
fn what_is_wrong_in_a_model_is_named_with_its_place() {
    let project = project(
        Backend::Sqlite,
        "#[derive(Table)]\n#[diesel(table_name = members)]\nstruct Member {\n    id: i32,\n    #[table(uniqe)]\n    name: String,\n}\n",
    );
    says(
        said(
            &project.path(),
            &["revision", "--autogenerate", "--scratch", "-m", "x"],
        ),
        str![[r#"
--- stderr
error: src/models.rs:5:13: not an attribute of a column: did you mean `unique`?
--- exit code 1

"#]],
    );
}

#[test]
fn a_type_that_diesel_does_not_have_is_told_with_the_ways_to_name_one() {
    let project = project(
        Backend::Sqlite,
        "diesel::table! { members (id) { id -> Integr, } }\n",
    );
    says(
        said(
            &project.path(),
            &["revision", "--autogenerate", "--scratch", "-m", "x"],
        ),
        str![[r#"
--- stderr
members
  + create table
not compared: views, triggers, functions, rights and rows
table! blocks say nothing of defaults, indexes, uniques and checks: those stay as they are
error: the type of members.id is not known
  help: a struct names it: #[table(sql_type = "...")]; a table! block has one of Diesel's types, or one that a sql_types module declares
--- exit code 1

"#]],
    );
}

#[test]
fn without_a_database_scratch_is_named() {
    let project = project(Backend::Sqlite, MEMBERS);
    says(
        said(&project.path(), &["revision", "--autogenerate", "-m", "x"]),
        str![[r#"
--- stderr
error: no database is named
  help: set DATABASE_URL to one at head, or let --scratch compare with what the chain builds
--- exit code 2

"#]],
    );
    says(
        said(&project.path(), &["revision", "--scratch", "-m", "x"]),
        str![[r#"
--- stderr
error: the following required arguments were not provided:
  --autogenerate

Usage: migrate revision --message <TEXT> --autogenerate --scratch

For more information, try '--help'.
--- exit code 2

"#]],
    );
    let several = Project::new(Backend::Sqlite);
    several.write("migrate.toml", "backends = [\"sqlite\", \"mysql\"]\n");
    several.write("src/models.rs", MEMBERS);
    says(
        said_on_app(&several.path(), &["revision", "--autogenerate", "-m", "x"]),
        str![[r#"
--- stderr
error: migrate.toml names mysql too, whose scripts are made from a comparison of their own
  help: name a server: --also mysql://user@host/, on which the chain builds a temporary database
--- exit code 2

"#]],
    );
}

#[test]
fn a_template_begins_the_scripts_and_a_hook_sees_them() {
    let project = project(Backend::Sqlite, MEMBERS);
    project.write("db/template/up.sql", "-- ${message}, by the book\n");
    project.write("db/template/down.sql", "-- back\n");
    project.write("db/template/NOTES", "look\n");
    project.settings("[templates]\ndefault = \"db/template\"\n");
    let said = said_on_app(
        &project.path(),
        &[
            "revision",
            "--autogenerate",
            "-m",
            "create members",
            "--rev-id",
            "01",
        ],
    );
    assert!(
        said.contains("migrations/01_create_members/NOTES"),
        "{said}"
    );
    let up = script(&project, "create_members", "up.sql");
    assert!(
        up.starts_with("-- create members, by the book\n\n-- create table orgs\nCREATE TABLE"),
        "{up}"
    );
    assert!(script(&project, "create_members", "down.sql").starts_with("-- back\n\n-- "));
}
