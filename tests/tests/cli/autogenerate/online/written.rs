//! What --online writes, shows and refuses.

use std::fs;

use migrate_core::Backend;
use migrate_tests::{Database, on};
use snapbox::str;

use super::{AFTER, BEFORE, WORDS, at_head, chain, online, postgres};
use crate::autogenerate::{project, revisions};
use crate::{run_on, said_on_app, says, text, tool};

#[test]
fn a_dry_run_shows_every_revision_and_writes_none() {
    postgres(|database| {
        let project = at_head(database);
        project.write(
            "src/models.rs",
            BEFORE
                .replace("columns(score)", "columns(email)")
                .replace("pub score", "pub nick: Option<String>,\n    pub score"),
        );
        let shown = online(&project, database, &["--dry-run"]).expect(0);
        says(
            text(&shown),
            str![[r#"
1 of 3
up.sql
-- add column members.nick
ALTER TABLE "members" ADD COLUMN "nick" TEXT;

down.sql
-- drop column members.nick
-- loses data: what is in members.nick
ALTER TABLE "members" DROP COLUMN "nick";

2 of 3: drop index ix_members_score of members
up.sql
-- drop index ix_members_score of members
DROP INDEX CONCURRENTLY "ix_members_score";

down.sql
-- take back: drop index ix_members_score of members
CREATE INDEX CONCURRENTLY "ix_members_score" ON "members" ("score");

metadata.toml
run_in_transaction = false
lock_timeout = "1h"

3 of 3: build index ix_members_email of members
up.sql
-- build index ix_members_email of members
CREATE INDEX CONCURRENTLY "ix_members_email" ON "members" ("email");

down.sql
-- take back: build index ix_members_email of members
DROP INDEX CONCURRENTLY "ix_members_email";

metadata.toml
run_in_transaction = false
lock_timeout = "1h"

--- stderr
members
  - drop index ix_members_score
  + add column nick
  + add index ix_members_email
not compared: views, triggers, functions, rights and rows
--- exit code 0

"#]],
        );
        let shown = online(&project, database, &["--dry-run", "--format", "json"]).expect(0);
        says(
            shown.stdout,
            str![[r#"
{"revision":null,"compared":{"found":[{"backend":"postgres","changes":[{"table":"members","change":"drop index ix_members_score of members","loses":null},{"table":"members","change":"add column members.nick","loses":null},{"table":"members","change":"add index ix_members_email to members","loses":null}],"left":[]}],"likely_renames":[]},"parts":[{"title":"","run_in_transaction":true,"revert_in_transaction":true,"lock_timeout":null,"scripts":[{"file":"up.sql","text":"-- add column members.nick\nALTER TABLE \"members\" ADD COLUMN \"nick\" TEXT;\n"},{"file":"down.sql","text":"-- drop column members.nick\n-- loses data: what is in members.nick\nALTER TABLE \"members\" DROP COLUMN \"nick\";\n"}]},{"title":"drop index ix_members_score of members","run_in_transaction":false,"revert_in_transaction":false,"lock_timeout":"1h","scripts":[{"file":"up.sql","text":"-- drop index ix_members_score of members\nDROP INDEX CONCURRENTLY \"ix_members_score\";\n"},{"file":"down.sql","text":"-- take back: drop index ix_members_score of members\nCREATE INDEX CONCURRENTLY \"ix_members_score\" ON \"members\" (\"score\");\n"}]},{"title":"build index ix_members_email of members","run_in_transaction":false,"revert_in_transaction":false,"lock_timeout":"1h","scripts":[{"file":"up.sql","text":"-- build index ix_members_email of members\nCREATE INDEX CONCURRENTLY \"ix_members_email\" ON \"members\" (\"email\");\n"},{"file":"down.sql","text":"-- take back: build index ix_members_email of members\nDROP INDEX CONCURRENTLY \"ix_members_email\";\n"}]}]}

"#]],
        );
        assert_eq!(revisions(&project), 1);
        let made = online(&project, database, &["--format", "json"]).expect(0);
        says(
            made.stdout,
            str![[r#"
{"revision":"[ID]","directory":"[STAMP]_stricter","down_revision":"01","files":["migrations/[STAMP]_stricter/up.sql","migrations/[STAMP]_stricter/down.sql","migrations/[STAMP]_stricter/metadata.toml"],"relinked":[],"following":[{"revision":"[ID]","directory":"[STAMP]_stricter_drop_index_ix_members_score_of_members","down_revision":"[ID]","files":["migrations/[STAMP]_stricter_drop_index_ix_members_score_of_members/up.sql","migrations/[STAMP]_stricter_drop_index_ix_members_score_of_members/down.sql","migrations/[STAMP]_stricter_drop_index_ix_members_score_of_members/metadata.toml"]},{"revision":"[ID]","directory":"[STAMP]_stricter_build_index_ix_members_email_of_members","down_revision":"[ID]","files":["migrations/[STAMP]_stricter_build_index_ix_members_email_of_members/up.sql","migrations/[STAMP]_stricter_build_index_ix_members_email_of_members/down.sql","migrations/[STAMP]_stricter_build_index_ix_members_email_of_members/metadata.toml"]}],"compared":{"found":[{"backend":"postgres","changes":[{"table":"members","change":"drop index ix_members_score of members","loses":null},{"table":"members","change":"add column members.nick","loses":null},{"table":"members","change":"add index ix_members_email to members","loses":null}],"left":[]}],"likely_renames":[]}}

"#]],
        );
    });
}

#[test]
fn what_is_quick_is_one_revision_as_without_it() {
    postgres(|database| {
        let project = at_head(database);
        let quick = BEFORE.replace("pub score", "pub nick: Option<String>,\n    pub score");
        project.write("src/models.rs", quick);
        let _ = online(&project, database, &["--rev-id", "02"]).expect(0);
        let files = || {
            ["up.sql", "down.sql", "metadata.toml"]
                .map(|file| crate::read(&project, &format!("migrations/02_stricter/{file}")))
        };
        let written = files();
        assert_eq!(revisions(&project), 2);
        project.remove("02_stricter");
        let _ = run_on(project.path(), database, &["lock"]).expect(0);
        let plain = [
            "revision",
            "--autogenerate",
            "-m",
            "Stricter",
            "--rev-id",
            "02",
        ];
        let _ = run_on(project.path(), database, &plain).expect(0);
        assert_eq!(files(), written);
        let _ = run_on(project.path(), database, &["upgrade"]).expect(0);
        let none = online(&project, database, &[]).expect(0);
        assert_eq!(none.stdout, "No changes in schema detected\n");
    });
}

#[test]
fn rows_get_the_value_that_is_said_before_it_is_proved_that_they_have_one() {
    postgres(|database| {
        let project = at_head(database);
        database.run("UPDATE members SET email = NULL WHERE id = 5");
        let refused = online(&project, database, &[]).expect(1);
        assert!(
            refused.stderr.contains("there are rows that have one"),
            "{refused}"
        );
        let _ = online(&project, database, &["--fill", "members.email='nobody'"]).expect(0);
        let _ = run_on(project.path(), database, &["upgrade"]).expect(0);
        let _ = run_on(project.path(), database, &["check"]).expect(0);
        assert_eq!(
            database.value("SELECT email FROM members WHERE id = 5"),
            "nobody"
        );
    });
}

/// What takes long on PostgreSQL is a step for another database, too, all of it in one revision, in a transaction.
#[test]
fn another_database_of_the_project_gets_all_of_it_in_one_revision() {
    postgres(|database| {
        for (models, revision) in [
            // Beside what is quick ...
            (AFTER.to_owned(), "stricter"),
            // ... or ahead of what is not.
            (
                BEFORE.replace("columns(score)", "columns(email)"),
                "stricter",
            ),
        ] {
            let database = Database::create(database.backend()).expect("there was one");
            let project = project(Backend::Sqlite, BEFORE);
            project.write("migrate.toml", "backends = [\"sqlite\", \"postgres\"]\n");
            let tables = [
                "revision",
                "--autogenerate",
                "-m",
                "tables",
                "--rev-id",
                "01",
            ];
            let _ = run_on(project.path(), &database, &tables).expect(0);
            let _ = run_on(project.path(), &database, &["upgrade"]).expect(0);
            said_on_app(&project.path(), &["upgrade"]);
            project.write("src/models.rs", models);
            let _ = online(&project, &database, &["--rev-id", "02"]).expect(0);
            let first = project.migrations_dir().join(format!("02_{revision}"));
            let metadata = fs::read_to_string(first.join("metadata.toml")).expect("it is there");
            assert!(metadata.contains("run_in_transaction = true"), "{metadata}");
            let script = fs::read_to_string(first.join("up.sqlite.sql")).expect("it is there");
            assert!(script.contains("CREATE INDEX"), "{script}");
            let _ = run_on(project.path(), &database, &["upgrade"]).expect(0);
            let _ = run_on(project.path(), &database, &["check"]).expect(0);
            for words in [&["upgrade"][..], &["check"], &["downgrade", "01", "--yes"]] {
                let said = said_on_app(&project.path(), words);
                assert!(said.ends_with("--- exit code 0\n"), "{words:?}: {said}");
            }
            let _ = run_on(project.path(), &database, &["downgrade", "01", "--yes"]).expect(0);
        }
    });
}

#[test]
fn template_hooks_and_editor_see_all_of_it() {
    postgres(|database| {
        let project = at_head(database);
        project.write(
            "db/template/up.sql",
            "-- ${message}: ${id} after ${down_revision}\n",
        );
        project.write("db/template/down.sql", "-- back\n");
        project.write(
            "db/template/metadata.toml",
            "run_in_transaction = true # as ever\nrevert_in_transaction = true\n",
        );
        project.settings(
            "[templates]\ndefault = \"db/template\"\n[hooks]\ncount = [\"sh\", \"-c\", \"echo $# files\", \"hook\"]\n",
        );
        let words = ["--edit", "--rev-id", "02"];
        let mut command = tool(
            &project.path(),
            &[&["--database-url", database.url()], &WORDS[..], &words].concat(),
        );
        command.env(
            "EDITOR",
            "sh -c 'for file; do echo \"-- seen\" >> $file; done' editor",
        );
        let made = crate::finish(command).expect(0);
        let count = revisions(&project) - 1;
        assert!(
            made.stderr.contains(&format!("count: {} files", 3 * count)),
            "{made}"
        );
        let read = |file: &str| {
            crate::read(
                &project,
                &format!("migrations/03_stricter_drop_index_ix_members_score_of_members/{file}"),
            )
        };
        says(
            read("up.sql"),
            str![[r#"
-- Stricter (2 of 11): 03 after 02

-- drop index ix_members_score of members
DROP INDEX CONCURRENTLY "ix_members_score";
-- seen

"#]],
        );
        says(
            read("metadata.toml"),
            str![[r#"
down_revision = "02"
run_in_transaction = false # as ever
revert_in_transaction = false
lock_timeout = "1h"

"#]],
        );
        let _ = run_on(project.path(), database, &["lock", "--check"]).expect(0);
        let _ = run_on(project.path(), database, &["upgrade"]).expect(0);
        let _ = run_on(project.path(), database, &["downgrade", "01", "--yes"]).expect(0);
    });
}

#[test]
fn where_one_of_them_cannot_be_written_none_is_left() {
    postgres(|database| {
        let project = at_head(database);
        project.write("db/template/up.sql", "SELECT 'open;\n");
        project.write("db/template/down.sql", "-- back\n");
        project.settings("[templates]\ndefault = \"db/template\"\n");
        let before = chain(&project);
        let refused = online(&project, database, &[]).expect(1);
        assert_eq!(chain(&project), before, "{refused}");
        let _ = run_on(project.path(), database, &["lock", "--check"]).expect(0);
    });
}

#[test]
fn where_there_is_no_such_form_it_is_refused() {
    let project = project(Backend::Sqlite, BEFORE);
    says(
        said_on_app(&project.path(), &WORDS),
        str![[r#"
--- stderr
error: --online: sqlite has no such form, only postgres has
  help: leave it out: whatever changes a SQLite file has it for itself meanwhile, and is quick
--- exit code 2

"#]],
    );
    assert_eq!(revisions(&project), 0);
    on(Backend::Mysql, |database| {
        let project = super::project(Backend::Mysql, BEFORE);
        says(
            text(&online(&project, database, &[])),
            str![[r#"
--- stderr
error: --online: mysql has no such form, only postgres has
  help: leave it out: ALTER TABLE of MySQL lets others read and write by itself where it can
--- exit code 2

"#]],
        );
    });
}

#[test]
fn what_has_no_such_form_is_told() {
    postgres(|database| {
        let project = at_head(database);
        let wider = BEFORE.replace("pub score: i32", "pub score: i64");
        project.write("src/models.rs", wider);
        let made = online(&project, database, &["--dry-run"]).expect(0);
        says(
            made.stderr,
            str![[r#"
members
  ~ change column score: integer to bigint
not compared: views, triggers, functions, rights and rows
change column members.score: integer to bigint: keeps others from the table while its rows are written anew, and has no other form

"#]],
        );
    });
}
