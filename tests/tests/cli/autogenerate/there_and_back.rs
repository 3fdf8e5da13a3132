//! What is written makes the database what the models say, and takes it back, wherever it is compared.

use migrate_core::Backend;
use migrate_tests::{Database, dump, on_each_backend};

use super::{MEMBERS, ROWS, generate, project, revision, revisions};
use crate::{run_on, said_on_app};

on_each_backend!(
    a_changed_struct_becomes_a_revision_and_a_way_back,
    a_scratch_database_stands_in_for_ones_own_and_is_gone_afterwards,
    a_database_that_is_not_at_head_is_refused,
);

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

fn a_changed_struct_becomes_a_revision_and_a_way_back(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    let _ = run_on(&project, database, &["check"]).expect(0);
    database.run(ROWS);
    let before = dump(database);

    project.write("src/models.rs", LATER);
    let checked = run_on(&project, database, &["check"]).expect(3);
    assert!(
        checked.stdout.contains("rename column nick to nickname"),
        "{checked}"
    );
    let made = generate(&project, database, "nicknames and tags", &[]);
    assert!(made.stderr.contains("+ add column score"), "{made}");
    let _ = run_on(&project, database, &["check", "--locked"]).expect(0);
    let names = database.column("SELECT nickname FROM members");
    assert_eq!(names, ["ann"], "a rename keeps what is there");
    let again = run_on(
        &project,
        database,
        &["revision", "--autogenerate", "-m", "nothing"],
    )
    .expect(0);
    assert_eq!(again.stdout, "No changes in schema detected\n");
    assert_eq!(revisions(&project), 2);

    let _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(dump(database), before);
    assert_eq!(database.column("SELECT nick FROM members"), ["ann"]);
}

fn a_scratch_database_stands_in_for_ones_own_and_is_gone_afterwards(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    let scratch = ["revision", "--autogenerate", "--scratch", "-m"];
    let _ = run_on(
        &project,
        database,
        &[&scratch[..], &["create members"]].concat(),
    )
    .expect(0);
    let applied = database.applied();
    assert_eq!(applied, [""; 0], "the database itself was not touched");
    let _ = run_on(&project, database, &["check", "--scratch"]).expect(0);
    let _ = run_on(&project, database, &["check"]).expect(3);
    project.write("src/models.rs", LATER);
    let _ = run_on(&project, database, &["check", "--scratch"]).expect(3);
    let made = run_on(&project, database, &[&scratch[..], &["later"]].concat()).expect(0);
    assert!(
        made.stderr.contains("rename column nick to nickname"),
        "{made}"
    );
    let _ = run_on(&project, database, &["upgrade"]).expect(0);
    let _ = run_on(&project, database, &["check"]).expect(0);
}

fn a_database_that_is_not_at_head_is_refused(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    let words = ["revision", "--autogenerate", "-m", "create members"];
    let _ = run_on(&project, database, &words).expect(0);
    let refused = run_on(&project, database, &words).expect(3);
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
    let _ = run_on(&project, &postgres, &words).expect(0);
    for database in [&postgres, &mysql] {
        let _ = run_on(&project, database, &["upgrade"]).expect(0);
        let _ = run_on(&project, database, &["check"]).expect(0);
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
