//! What cannot be guessed: asked on a terminal, elsewhere told or refused with the option that says it.

use std::fs;

use migrate_tests::{Database, dump, on_each_backend};

use super::{MEMBERS, ROWS, generate, project, revision, revisions};
use crate::run_on;

on_each_backend!(
    what_rows_get_in_a_new_column_is_said_or_refused,
    nulls_where_none_is_taken_any_more_are_filled_or_refused,
    a_rename_is_taken_as_one_when_somebody_says_so,
);

fn what_rows_get_in_a_new_column_is_said_or_refused(database: &Database) {
    let project = project(database.backend(), MEMBERS);
    generate(&project, database, "create members", &[]);
    database.run(ROWS);
    let before = dump(database);
    let phone = MEMBERS.replace("pub nick:", "pub phone: String,\n    pub nick:");
    project.write("src/models.rs", &phone);
    let words = ["revision", "--autogenerate", "-m", "add phone"];
    let refused = run_on(&project, database, &words).expect(1);
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
    let refused = run_on(&project, database, &[&words[..], &needless].concat()).expect(2);
    assert!(
        refused.stderr.contains("--fill members.nick: no row needs"),
        "{refused}"
    );
    let broken = ["--fill", "members.phone='none"];
    let refused = run_on(&project, database, &[&words[..], &broken].concat()).expect(2);
    assert!(refused.stderr.contains("is not closed"), "{refused}");
    generate(
        &project,
        database,
        "add phone",
        &["--fill", "members.phone='none'"],
    );
    assert_eq!(database.column("SELECT phone FROM members"), ["none"]);
    let _ = run_on(&project, database, &["check"]).expect(0);
    let _ = run_on(&project, database, &["downgrade", "-1", "--yes"]).expect(0);
    assert_eq!(dump(database), before);

    // NULL lets it take NULL for now, which the models do not say.
    let _ = run_on(
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
    let _ = run_on(&project, database, &["lock"]).expect(0);
    generate(
        &project,
        database,
        "add phone",
        &["--fill", "members.phone=NULL"],
    );
    let checked = run_on(&project, database, &["check"]).expect(3);
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
    let made = run_on(&project, database, &[&words[..], &["--dry-run"]].concat()).expect(0);
    assert!(
        made.stderr.contains("a row that has one stops the upgrade"),
        "nobody has none yet: {made}"
    );
    database.run("INSERT INTO members (id, email, org_id) VALUES (8, 'c@d', 1)");
    let refused = run_on(&project, database, &words).expect(1);
    assert!(
        refused.stderr.contains("there are rows that have one"),
        "{refused}"
    );
    generate(&project, database, "nicks", &["--fill", "members.nick='?'"]);
    assert_eq!(
        database.column("SELECT nick FROM members ORDER BY id"),
        ["ann", "?"]
    );
    let _ = run_on(&project, database, &["check"]).expect(0);
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
    let told = run_on(&project, database, &[&words[..], &["--dry-run"]].concat()).expect(0);
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
    let _ = run_on(&project, database, &["check"]).expect(0);
    let wrong = run_on(
        &project,
        database,
        &[&words[..], &["--rename", "people.x=y"]].concat(),
    )
    .expect(2);
    assert!(wrong.stderr.contains("--rename people.x=y: "), "{wrong}");
}

#[cfg(target_os = "linux")]
mod on_a_terminal {
    use migrate_core::Backend;
    use migrate_tests::Project;

    use super::super::{MEMBERS, project, revisions, script};
    use crate::said_on_app;
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
