//! `revision --autogenerate`: a struct changes, and both scripts are written; what cannot be guessed is asked or refused.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use migrate_core::Backend;
use migrate_tests::{Database, Outcome, Project, dump, on_each_backend};
use snapbox::str;

use crate::{finish, said, said_on_app, says, tool};

const MEMBERS: &str = "
#[derive(Table)]
#[diesel(table_name = orgs)]
pub struct Org {
    pub id: i32,
    pub name: String,
}

#[derive(Table)]
#[diesel(table_name = members)]
#[table(index(columns(org_id, nick)))]
pub struct Member {
    pub id: i32,
    #[table(unique)]
    pub email: String,
    #[table(references(orgs.id, on_delete = cascade))]
    pub org_id: i32,
    #[table(sql_type = \"varchar(40)\")]
    pub nick: Option<String>,
}
";

/// The same a while later.
const LATER: &str = "
#[derive(Table)]
#[diesel(table_name = orgs)]
pub struct Org {
    pub id: i32,
    pub name: String,
}

#[derive(Table)]
#[diesel(table_name = members)]
#[table(index(columns(org_id, nickname)))]
pub struct Member {
    pub id: i32,
    #[table(unique)]
    pub email: String,
    #[table(references(orgs.id, on_delete = cascade))]
    pub org_id: i32,
    #[table(sql_type = \"varchar(40)\", renamed_from = \"nick\")]
    pub nickname: Option<String>,
    #[table(default = 0, check = \"score >= 0\")]
    pub score: i32,
}

#[derive(Table)]
#[diesel(table_name = tags)]
pub struct Tag {
    pub id: i32,
    #[table(references(members.id))]
    pub member_id: i32,
}
";

const ROWS: &str = "INSERT INTO orgs (id, name) VALUES (1, 'one');
INSERT INTO members (id, email, org_id, nick) VALUES (7, 'a@b', 1, 'ann');";

/// A project whose models are these.
fn project(backend: Backend, models: &str) -> Project {
    let project = Project::new(backend);
    project.write("src/models.rs", models);
    project
}

fn on(project: &Project, database: &Database, words: &[&str]) -> Command {
    let url = ["--database-url", database.url()];
    tool(&project.path(), &[&url[..], words].concat())
}

fn run(project: &Project, database: &Database, words: &[&str]) -> Outcome {
    finish(on(project, database, words))
}

/// The only revision whose name ends so.
fn revision(project: &Project, slug: &str) -> PathBuf {
    let directories = fs::read_dir(project.migrations_dir()).expect("it is there");
    let mut found: Vec<_> = directories
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(&format!("_{slug}")))
        .collect();
    assert_eq!(found.len(), 1, "{slug}: {found:?}");
    found.remove(0)
}

fn script(project: &Project, slug: &str, file: &str) -> String {
    fs::read_to_string(revision(project, slug).join(file)).expect("it is there")
}

fn revisions(project: &Project) -> usize {
    let directories = fs::read_dir(project.migrations_dir()).expect("it is there");
    directories
        .filter(|entry| entry.as_ref().expect("an entry").path().is_dir())
        .count()
}

/// Generates a revision and applies it.
fn generate(project: &Project, database: &Database, message: &str, more: &[&str]) -> Outcome {
    let words = [&["revision", "--autogenerate", "-m", message], more].concat();
    let made = run(project, database, &words).expect(0);
    let _ = run(project, database, &["upgrade"]).expect(0);
    made
}

fn a_changed_struct_becomes_a_revision_and_a_way_back(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    let _ = run(&project, database, &["check"]).expect(0);
    database.run(ROWS);
    let before = dump(database);

    project.write("src/models.rs", LATER);
    let checked = run(&project, database, &["check"]).expect(3);
    assert!(
        checked.stdout.contains("rename column nick to nickname"),
        "{checked}"
    );
    let made = generate(&project, database, "nicknames and tags", &[]);
    assert!(made.stderr.contains("+ add column score"), "{made}");
    let _ = run(&project, database, &["check", "--locked"]).expect(0);
    let names = database.column("SELECT nickname FROM members");
    assert_eq!(names, ["ann"], "a rename keeps what is there");
    let again = run(
        &project,
        database,
        &["revision", "--autogenerate", "-m", "nothing"],
    )
    .expect(0);
    assert_eq!(again.stdout, "No changes in schema detected\n");
    assert_eq!(revisions(&project), 2);

    let _ = run(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(dump(database), before);
    assert_eq!(database.column("SELECT nick FROM members"), ["ann"]);
}

fn a_scratch_database_stands_in_for_ones_own_and_is_gone_afterwards(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    let scratch = ["revision", "--autogenerate", "--scratch", "-m"];
    let _ = run(
        &project,
        database,
        &[&scratch[..], &["create members"]].concat(),
    )
    .expect(0);
    let applied = database.applied();
    assert_eq!(applied, [""; 0], "the database itself was not touched");
    let _ = run(&project, database, &["check", "--scratch"]).expect(0);
    let _ = run(&project, database, &["check"]).expect(3);
    project.write("src/models.rs", LATER);
    let _ = run(&project, database, &["check", "--scratch"]).expect(3);
    let made = run(&project, database, &[&scratch[..], &["later"]].concat()).expect(0);
    assert!(
        made.stderr.contains("rename column nick to nickname"),
        "{made}"
    );
    let _ = run(&project, database, &["upgrade"]).expect(0);
    let _ = run(&project, database, &["check"]).expect(0);
}

fn a_database_that_is_not_at_head_is_refused(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    let words = ["revision", "--autogenerate", "-m", "create members"];
    let _ = run(&project, database, &words).expect(0);
    let refused = run(&project, database, &words).expect(3);
    assert!(
        refused.stderr.contains("the database is behind"),
        "{refused}"
    );
    assert!(
        refused
            .stderr
            .contains("`migrate upgrade` first; or --scratch"),
        "{refused}"
    );
    assert_eq!(revisions(&project), 1);
}

fn what_rows_get_in_a_new_column_is_said_or_refused(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    database.run(ROWS);
    let before = dump(database);
    let phone = MEMBERS.replace("pub nick:", "pub phone: String,\n    pub nick:");
    project.write("src/models.rs", &phone);
    let words = ["revision", "--autogenerate", "-m", "add phone"];
    let refused = run(&project, database, &words).expect(1);
    assert!(
        refused
            .stderr
            .contains("members.phone is new, takes no NULL and has no default"),
        "{refused}"
    );
    assert!(
        refused.stderr.contains("--fill \"members.phone=SQL\""),
        "{refused}"
    );
    assert_eq!(revisions(&project), 1, "nothing was written");
    let needless = ["--fill", "members.phone=''", "--fill", "members.nick='x'"];
    let refused = run(&project, database, &[&words[..], &needless].concat()).expect(2);
    assert!(
        refused.stderr.contains("--fill members.nick: no row needs"),
        "{refused}"
    );
    generate(
        &project,
        database,
        "add phone",
        &["--fill", "members.phone='none'"],
    );
    assert_eq!(database.column("SELECT phone FROM members"), ["none"]);
    let _ = run(&project, database, &["check"]).expect(0);
    let _ = run(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(dump(database), before);

    // NULL lets it take NULL for now, which the models do not say.
    let _ = run(
        &project,
        database,
        &[
            "revision",
            "--autogenerate",
            "--scratch",
            "--dry-run",
            "-m",
            "x",
        ],
    )
    .expect(0);
    fs::remove_dir_all(revision(&project, "add_phone")).expect("removed");
    let _ = run(&project, database, &["lock"]).expect(0);
    generate(
        &project,
        database,
        "add phone",
        &["--fill", "members.phone=NULL"],
    );
    let checked = run(&project, database, &["check"]).expect(3);
    assert!(
        checked.stdout.contains("change column phone: NOT NULL"),
        "{checked}"
    );
}

fn nulls_where_none_is_taken_any_more_are_filled_or_refused(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    database.run(ROWS);
    project.write("src/models.rs", MEMBERS.replace("Option<String>", "String"));
    let words = ["revision", "--autogenerate", "-m", "nicks"];
    let made = run(&project, database, &[&words[..], &["--dry-run"]].concat()).expect(0);
    assert!(
        made.stderr.contains("a row that has one stops the upgrade"),
        "nobody has none yet: {made}"
    );
    database.run("INSERT INTO members (id, email, org_id) VALUES (8, 'c@d', 1)");
    let refused = run(&project, database, &words).expect(1);
    assert!(
        refused.stderr.contains("there are rows that have one"),
        "{refused}"
    );
    generate(&project, database, "nicks", &["--fill", "members.nick='?'"]);
    assert_eq!(
        database.column("SELECT nick FROM members ORDER BY id"),
        ["ann", "?"]
    );
    let _ = run(&project, database, &["check"]).expect(0);
}

fn a_rename_is_taken_as_one_when_somebody_says_so(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    database.run(ROWS);
    let people = MEMBERS
        .replace("= members", "= people")
        .replace("nick", "nickname");
    project.write("src/models.rs", people);
    let words = ["revision", "--autogenerate", "-m", "rename"];
    let told = run(&project, database, &[&words[..], &["--dry-run"]].concat()).expect(0);
    assert!(
        told.stderr
            .contains("If it was renamed: --rename members=people"),
        "{told}"
    );
    assert!(
        told.stderr.contains("loses data: every row of members"),
        "{told}"
    );
    let renames = [
        "--rename",
        "members=people",
        "--rename",
        "people.nick=nickname",
    ];
    generate(&project, database, "rename", &renames);
    assert_eq!(database.column("SELECT nickname FROM people"), ["ann"]);
    let _ = run(&project, database, &["check"]).expect(0);
    let wrong = run(
        &project,
        database,
        &[&words[..], &["--rename", "people.x=y"]].concat(),
    )
    .expect(2);
    assert!(wrong.stderr.contains("--rename people.x=y: "), "{wrong}");
}

fn tables_that_no_model_has_go_only_if_the_chain_made_them(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    database.run("CREATE TABLE spatial_ref (id INTEGER PRIMARY KEY)");
    database.run("CREATE TABLE theirs (id INTEGER PRIMARY KEY)");
    let words = ["revision", "--autogenerate", "-m", "x"];
    let none = run(&project, database, &words).expect(0);
    assert!(
        none.stderr.contains("no model has spatial_ref, theirs"),
        "{none}"
    );
    assert_eq!(none.stdout, "No changes in schema detected\n");
    project.settings("exclude = [\"spatial_*\"]\n");
    let none = run(&project, database, &words).expect(0);
    assert!(none.stderr.contains("no model has theirs:"), "{none}");

    let only_orgs = MEMBERS
        .split("#[derive(Table)]\n#[diesel(table_name = members)]")
        .next();
    project.write("src/models.rs", only_orgs.expect("a part"));
    let made = generate(&project, database, "no members", &["--drop", "theirs"]);
    assert!(
        made.stderr.contains("loses data: every row of members"),
        "{made}"
    );
    assert!(!database.has_table("members") && !database.has_table("theirs"));
    assert!(database.has_table("spatial_ref"));
    let _ = run(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert!(database.has_table("members") && database.has_table("theirs"));
}

fn a_project_of_table_blocks_keeps_what_they_cannot_say(database: &Database) {
    let mut project = Project::new(database.backend());
    let text = if database.backend() == Backend::Mysql {
        "VARCHAR(40)"
    } else {
        "TEXT"
    };
    project.revision(
        "01_members",
        &format!(
            "CREATE TABLE members (id INTEGER PRIMARY KEY, name {text} NOT NULL DEFAULT 'x');\n\
             CREATE INDEX by_name ON members (name);\nCREATE TABLE unseen (name {text});\n"
        ),
        "DROP TABLE unseen;\nDROP TABLE members;\n",
    );
    let kind = if database.backend() == Backend::Mysql {
        "Varchar"
    } else {
        "Text"
    };
    let block = |more: &str| {
        format!(
            "diesel::table! {{\n    members (id) {{\n        id -> Integer,\n        name -> {kind},\n{more}    }}\n}}\n"
        )
    };
    project.write("src/schema.rs", block(""));
    let _ = run(&project, database, &["upgrade"]).expect(0);
    let before = dump(database);
    let _ = run(&project, database, &["check"]).expect(0);
    project.write(
        "src/schema.rs",
        block("        age -> Nullable<Integer>,\n"),
    );
    let made = generate(&project, database, "add age", &[]);
    assert!(
        made.stderr.contains("no model has unseen: left as it is"),
        "{made}"
    );
    assert!(
        made.stderr
            .contains("table! blocks say nothing of defaults"),
        "{made}"
    );
    let _ = run(&project, database, &["check"]).expect(0);
    let _ = run(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(dump(database), before);
}

fn a_table_block_of_a_view_is_no_table_that_is_missing(database: &Database) {
    let mut project = Project::new(database.backend());
    project.revision(
        "01_members",
        "CREATE TABLE members (id INTEGER PRIMARY KEY);\nCREATE VIEW seen AS SELECT id FROM members;\n",
        "DROP VIEW seen;\nDROP TABLE members;\n",
    );
    project.write(
        "src/schema.rs",
        "diesel::table! { members (id) { id -> Integer, } }\ndiesel::table! { seen (id) { id -> Integer, } }\n",
    );
    let _ = run(&project, database, &["upgrade"]).expect(0);
    let checked = run(&project, database, &["check", "-v"]).expect(0);
    assert!(
        checked
            .stderr
            .contains("not compared, because they are views: seen"),
        "{checked}"
    );
}

on_each_backend!(
    a_table_block_of_a_view_is_no_table_that_is_missing,
    a_changed_struct_becomes_a_revision_and_a_way_back,
    a_scratch_database_stands_in_for_ones_own_and_is_gone_afterwards,
    a_database_that_is_not_at_head_is_refused,
    what_rows_get_in_a_new_column_is_said_or_refused,
    nulls_where_none_is_taken_any_more_are_filled_or_refused,
    a_rename_is_taken_as_one_when_somebody_says_so,
    tables_that_no_model_has_go_only_if_the_chain_made_them,
    a_project_of_table_blocks_keeps_what_they_cannot_say,
);

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
fn a_project_for_several_databases_gets_scripts_for_each() {
    let (Some(postgres), Some(mysql)) = (
        Database::create(Backend::Postgres),
        Database::create(Backend::Mysql),
    ) else {
        return;
    };
    let project = project(Backend::Sqlite, MEMBERS);
    project.write(
        "migrate.toml",
        "backends = [\"sqlite\", \"postgres\", \"mysql\"]\n",
    );
    let words = [
        "revision",
        "--autogenerate",
        "--also",
        mysql.url(),
        "-m",
        "create members",
    ];
    let _ = run(&project, &postgres, &words).expect(0);
    for database in [&postgres, &mysql] {
        let _ = run(&project, database, &["upgrade"]).expect(0);
        let _ = run(&project, database, &["check"]).expect(0);
    }
    let applied = said_on_app(&project.path(), &["upgrade"]);
    assert!(applied.contains("--- exit code 0"), "{applied}");
    let checked = said_on_app(&project.path(), &["check"]);
    assert!(checked.contains("--- exit code 0"), "{checked}");
    let revision = revision(&project, "create_members");
    assert!(revision.join("up.mysql.sql").exists());
    assert!(revision.join("up.sql").exists(), "the other two share it");
    assert!(!revision.join("up.postgres.sql").exists());
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

#[cfg(target_os = "linux")]
mod on_a_terminal {
    use super::*;
    use crate::terminal::screen;

    fn at_head() -> Project {
        let project = project(Backend::Sqlite, MEMBERS);
        said_on_app(
            &project.path(),
            &["revision", "--autogenerate", "-m", "create members"],
        );
        said_on_app(&project.path(), &["upgrade"]);
        project
    }

    #[test]
    fn a_rename_is_asked_about() {
        let project = at_head();
        project.write("src/models.rs", MEMBERS.replace("nick", "nickname"));
        let words = "revision --autogenerate --dry-run -m x";
        let Some((shown, code)) = screen(&project.path(), &[], words, "y\n") else {
            return;
        };
        assert_eq!(code, Some(0), "{shown}");
        let question =
            "members.nick is gone, and members.nickname is new with the same type. Renamed? [y/N]";
        assert!(shown.contains(question), "{shown}");
        assert!(shown.contains("rename column nick to nickname"), "{shown}");
        let (shown, code) = screen(&project.path(), &[], words, "\n").expect("a terminal");
        assert_eq!(code, Some(0), "{shown}");
        assert!(
            shown.contains("drop column nick"),
            "no is the default: {shown}"
        );
    }

    #[test]
    fn a_value_for_the_rows_is_asked_for() {
        let project = at_head();
        let phone = MEMBERS.replace("pub nick:", "pub phone: String,\n    pub nick:");
        project.write("src/models.rs", phone);
        let words = "revision --autogenerate -m phones";
        let Some((shown, code)) = screen(&project.path(), &[], words, "\n") else {
            return;
        };
        assert_eq!(code, Some(1), "{shown}");
        assert!(
            shown.contains("not answered: nothing was written"),
            "{shown}"
        );
        assert_eq!(revisions(&project), 1);
        let (shown, code) = screen(&project.path(), &[], words, "'none'\n").expect("a terminal");
        assert_eq!(code, Some(0), "{shown}");
        assert!(script(&project, "phones", "up.sql").contains("'none'"));
    }
}
