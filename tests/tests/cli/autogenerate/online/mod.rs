//! `--online`: what takes long on PostgreSQL becomes revisions that let others read and write meanwhile.

mod written;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use migrate_core::Backend;
use migrate_tests::{Database, Outcome, Project, Running, dump, on, until};
use snapbox::str;

use super::{project, revisions};
use crate::{run_on, says, text, tool};

const BEFORE: &str = "
#[derive(Table)]
#[diesel(table_name = orgs)]
pub struct Org {
    pub id: i32,
}

#[derive(Table)]
#[diesel(table_name = members)]
#[table(index(columns(score)))]
pub struct Member {
    pub id: i32,
    pub org_id: Option<i32>,
    pub email: Option<String>,
    pub score: i32,
}
";

/// With something of each kind that takes long.
const AFTER: &str = "
#[derive(Table)]
#[diesel(table_name = orgs)]
pub struct Org {
    pub id: i32,
}

#[derive(Table)]
#[diesel(table_name = members)]
#[table(index(columns(nick)))]
pub struct Member {
    pub id: i32,
    #[table(references(orgs.id))]
    pub org_id: Option<i32>,
    #[table(unique)]
    pub email: String,
    #[table(check = \"score >= 0\")]
    pub score: i32,
    pub nick: Option<String>,
}
";

const ROWS: &str = "INSERT INTO orgs VALUES (1);
INSERT INTO members (id, org_id, email, score) SELECT n, 1, 'a' || n, n FROM generate_series(1, 1000) n;";

const WORDS: [&str; 5] = ["revision", "--autogenerate", "--online", "-m", "Stricter"];

fn postgres(test: impl FnOnce(&Database)) {
    on(Backend::Postgres, test);
}

/// A database with the tables before, with rows in them, and models that say what is to come.
fn at_head(database: &Database) -> Project {
    let project = project(Backend::Postgres, BEFORE);
    let words = [
        "revision",
        "--autogenerate",
        "-m",
        "tables",
        "--rev-id",
        "01",
    ];
    let _ = run_on(project.path(), database, &words).expect(0);
    let _ = run_on(project.path(), database, &["upgrade"]).expect(0);
    database.run(ROWS);
    project.write("src/models.rs", AFTER);
    project
}

fn online(project: &Project, database: &Database, more: &[&str]) -> Outcome {
    run_on(project.path(), database, &[&WORDS[..], more].concat())
}

/// The names of the revisions and what their metadata.toml says.
fn chain(project: &Project) -> String {
    let directories = fs::read_dir(project.migrations_dir()).expect("it is there");
    let mut paths: Vec<_> = directories
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let told = paths.iter().filter(|path| path.is_dir()).map(|path| {
        let metadata = fs::read_to_string(path.join("metadata.toml")).expect("it is there");
        let name = path.file_name().expect("a name").to_string_lossy();
        format!("{name}\n{metadata}")
    });
    told.collect()
}

#[test]
fn each_step_that_must_be_is_a_revision_and_ids_ascend() {
    postgres(|database| {
        let project = at_head(database);
        let made = online(&project, database, &["--rev-id", "02"]).expect(0);
        says(
            text(&made),
            str![[r#"
migrations/02_stricter/up.sql
migrations/02_stricter/down.sql
migrations/02_stricter/metadata.toml
migrations/03_stricter_drop_index_ix_members_score_of_members/up.sql
migrations/03_stricter_drop_index_ix_members_score_of_members/down.sql
migrations/03_stricter_drop_index_ix_members_score_of_members/metadata.toml
migrations/04_stricter_add_check_members_email_not_null_to_members_for_new_rows/up.sql
migrations/04_stricter_add_check_members_email_not_null_to_members_for_new_rows/down.sql
migrations/04_stricter_add_check_members_email_not_null_to_members_for_new_rows/metadata.toml
migrations/05_stricter_prove_check_members_email_not_null_of_members/up.sql
migrations/05_stricter_prove_check_members_email_not_null_of_members/down.sql
migrations/05_stricter_prove_check_members_email_not_null_of_members/metadata.toml
migrations/06_stricter_set_members_email_not_null/up.sql
migrations/06_stricter_set_members_email_not_null/down.sql
migrations/06_stricter_set_members_email_not_null/metadata.toml
migrations/07_stricter_add_unique_constraint_uq_members_email_to_members/up.sql
migrations/07_stricter_add_unique_constraint_uq_members_email_to_members/down.sql
migrations/07_stricter_add_unique_constraint_uq_members_email_to_members/metadata.toml
migrations/08_stricter_add_check_ck_members_score_to_members_for_new_rows/up.sql
migrations/08_stricter_add_check_ck_members_score_to_members_for_new_rows/down.sql
migrations/08_stricter_add_check_ck_members_score_to_members_for_new_rows/metadata.toml
migrations/09_stricter_prove_check_ck_members_score_of_members/up.sql
migrations/09_stricter_prove_check_ck_members_score_of_members/down.sql
migrations/09_stricter_prove_check_ck_members_score_of_members/metadata.toml
migrations/10_stricter_build_index_ix_members_nick_of_members/up.sql
migrations/10_stricter_build_index_ix_members_nick_of_members/down.sql
migrations/10_stricter_build_index_ix_members_nick_of_members/metadata.toml
migrations/11_stricter_add_foreign_key_fk_members_org_id_to_members_for_new_rows/up.sql
migrations/11_stricter_add_foreign_key_fk_members_org_id_to_members_for_new_rows/down.sql
migrations/11_stricter_add_foreign_key_fk_members_org_id_to_members_for_new_rows/metadata.toml
migrations/12_stricter_prove_foreign_key_fk_members_org_id_of_members/up.sql
migrations/12_stricter_prove_foreign_key_fk_members_org_id_of_members/down.sql
migrations/12_stricter_prove_foreign_key_fk_members_org_id_of_members/metadata.toml
--- stderr
members.email takes no NULL any more: a row that has one stops the upgrade, unless --fill members.email=SQL gives it a value
members
  - drop index ix_members_score
  ~ change column email: NOT NULL
  + add column nick
  + add unique constraint uq_members_email
  + add check ck_members_score
  + add index ix_members_nick
  + add foreign key fk_members_org_id
not compared: views, triggers, functions, rights and rows
next: look through the scripts of each revision, then `migrate upgrade`
--- exit code 0

"#]],
        );
        says(
            chain(&project),
            str![[r#"
01_tables
down_revision = "base"
run_in_transaction = true
02_stricter
down_revision = "01"
run_in_transaction = true
03_stricter_drop_index_ix_members_score_of_members
down_revision = "02"
run_in_transaction = false
lock_timeout = "1h"
04_stricter_add_check_members_email_not_null_to_members_for_new_rows
down_revision = "03"
run_in_transaction = true
05_stricter_prove_check_members_email_not_null_of_members
down_revision = "04"
run_in_transaction = true
06_stricter_set_members_email_not_null
down_revision = "05"
run_in_transaction = true
07_stricter_add_unique_constraint_uq_members_email_to_members
down_revision = "06"
run_in_transaction = false
lock_timeout = "1h"
08_stricter_add_check_ck_members_score_to_members_for_new_rows
down_revision = "07"
run_in_transaction = true
09_stricter_prove_check_ck_members_score_of_members
down_revision = "08"
run_in_transaction = true
10_stricter_build_index_ix_members_nick_of_members
down_revision = "09"
run_in_transaction = false
lock_timeout = "1h"
11_stricter_add_foreign_key_fk_members_org_id_to_members_for_new_rows
down_revision = "10"
run_in_transaction = true
12_stricter_prove_foreign_key_fk_members_org_id_of_members
down_revision = "11"
run_in_transaction = true

"#]],
        );
        let script = |name: &str| crate::read(&project, &format!("migrations/{name}"));
        says(
            script("02_stricter/up.sql"),
            str![[r#"
-- Stricter (1 of 11)

-- add column members.nick
ALTER TABLE "members" ADD COLUMN "nick" TEXT;

"#]],
        );
        says(
            script("07_stricter_add_unique_constraint_uq_members_email_to_members/down.sql"),
            str![[r#"
-- Takes back: Stricter (6 of 11)

-- take back: add unique constraint uq_members_email to members
SET lock_timeout = '5s';
ALTER TABLE "members" DROP CONSTRAINT "uq_members_email";

"#]],
        );
    });
}

/// Others go on reading and writing while all of it is applied and taken back; what is left is what was to be.
#[test]
fn others_read_and_write_while_it_is_applied_and_taken_back_step_by_step() {
    postgres(|database| {
        let project = at_head(database);
        let before = dump(database);
        let _ = online(&project, database, &[]).expect(0);
        let steps = revisions(&project) - 1;
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let others = scope.spawn(|| read_and_write(database, &done));
            let _ = run_on(project.path(), database, &["upgrade"]).expect(0);
            let _ = run_on(project.path(), database, &["check"]).expect(0);
            let _ = run_on(project.path(), database, &["check", "--locked"]).expect(0);
            for _ in 0..steps {
                let _ = run_on(project.path(), database, &["downgrade", "-1", "--yes"]).expect(0);
            }
            done.store(true, Ordering::Relaxed);
            assert!(others.join().expect("no panic") > 0);
        });
        database.run("DELETE FROM members WHERE id > 1000");
        assert_eq!(dump(database), before);
        let _ = run_on(project.path(), database, &["upgrade"]).expect(0);
        let _ = run_on(project.path(), database, &["check"]).expect(0);
    });
}

/// Writes and reads until it is done, each time with little patience; how often.
fn read_and_write(database: &Database, done: &AtomicBool) -> usize {
    let mut connection = database.postgres();
    let mut execute = |sql: &str| {
        connection
            .batch_execute(sql)
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    };
    execute("SET lock_timeout = '3s'");
    let mut times = 0;
    while !done.load(Ordering::Relaxed) {
        let id = 2_000 + times;
        execute(&format!(
            "INSERT INTO members (id, org_id, email, score) VALUES ({id}, 1, 'other {id}', 1)"
        ));
        execute("SELECT count(*) FROM members");
        times += 1;
        thread::sleep(Duration::from_millis(5));
    }
    times
}

#[test]
fn an_upgrade_that_is_killed_in_the_middle_of_a_step_goes_on() {
    postgres(|database| {
        let project = at_head(database);
        let _ = online(&project, database, &[]).expect(0);
        // What is quick wants the table for a moment.
        let _ = run_on(project.path(), database, &["upgrade", "+1"]).expect(0);
        let mut writer = database.postgres();
        writer
            .batch_execute("BEGIN; INSERT INTO members (id, email, score) VALUES (2000, 'open', 1)")
            .expect("it is written");
        let url = ["--database-url", database.url(), "upgrade"];
        let upgrade = Running::start(tool(&project.path(), &url));
        until("a step waits for the writer", || {
            let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                         AND wait_event_type = 'Lock' AND query ~ 'INDEX CONCURRENTLY'";
            database.value(waits) != "0"
        });
        assert_eq!(upgrade.kill().code, None, "it was killed in the middle");
        writer.batch_execute("COMMIT").expect("it is committed");
        let _ = run_on(project.path(), database, &["upgrade"]).expect(0);
        let _ = run_on(project.path(), database, &["check"]).expect(0);
        let broken = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
        assert_eq!(database.value(broken), "0");
    });
}
