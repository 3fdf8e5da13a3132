//! Branches that each add a revision, merged by git: the next build names both and what they follow, and `migrate rebase` makes
//! one line of them.

use std::process::Command;

use migrate_tests::{App, Outcome, binary};

const MAIN: &str = "static MIGRATIONS: db::Migrations = db::embed_migrations!();\n\nfn main() {\n    println!(\"{}\", MIGRATIONS.chain().len());\n}\n";

fn git(app: &App, arguments: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.current_dir(app.path("")).args([
        "-c",
        "user.name=Test",
        "-c",
        "user.email=test@example.com",
    ]);
    git.args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
        .args(arguments);
    let output = git.output().expect("git is there");
    output.status.success()
}

fn commit(app: &App, message: &str) {
    assert!(
        git(app, &["add", "migrations", "src", "Cargo.toml"]),
        "git add"
    );
    assert!(
        git(app, &["commit", "--quiet", "-m", message]),
        "git commit"
    );
}

/// An app whose two branches each add a revision after the same one; the merge has just stopped at the lock.
fn merged(name: &'static str) -> App {
    let app = App::new(name, MAIN);
    app.revision("2026-01-01_members", "base");
    app.lock();
    assert!(
        git(&app, &["init", "--quiet", "--initial-branch", "main"]),
        "git init"
    );
    commit(&app, "members");
    for (branch, revision) in [("phones", "2026-01-02_phones"), ("tags", "2026-01-03_tags")] {
        assert!(
            git(&app, &["checkout", "--quiet", "-b", branch, "main"]),
            "git checkout"
        );
        app.revision(revision, "20260101");
        app.lock();
        commit(&app, branch);
    }
    assert!(
        !git(&app, &["merge", "--quiet", "phones"]),
        "two branches that each add a revision conflict in the lock"
    );
    app
}

const FORK: &str = "a fork: 2026-01-02_phones and 2026-01-03_tags both follow 2026-01-01_members";

#[test]
fn a_fork_made_by_a_merge_names_both_revisions_and_their_parent() {
    let app = merged("git-fork");
    assert!(
        git(
            &app,
            &["checkout", "--quiet", "--ours", "migrations/migrate.lock"]
        ),
        "the lock is taken from one side"
    );
    commit(&app, "merged");
    let refused = app.cargo(&["check"]).expect(101);
    assert!(refused.stderr.contains(FORK), "{refused}");
    assert!(
        refused
            .stderr
            .contains("write `down_revision = \"20260102\"` in 2026-01-03_tags/metadata.toml"),
        "{refused}"
    );
    let errors = refused
        .stderr
        .lines()
        .filter(|line| line.starts_with("error"));
    assert_eq!(
        errors.count(),
        2,
        "the fork, and cargo's last line: {refused}"
    );

    // What the message says mends it.
    app.write(
        "migrations/2026-01-03_tags/metadata.toml",
        "down_revision = \"20260102\"\nrun_in_transaction = true\n",
    );
    assert_eq!(app.cargo(&["run"]).expect(0).stdout, "3\n");
}

#[test]
fn a_conflict_left_in_the_lock_is_named_beside_the_fork() {
    let app = merged("git-conflict");
    let refused = app.cargo(&["check"]).expect(101);
    assert!(
        refused.stderr.contains("migrations/migrate.lock:"),
        "{refused}"
    );
    assert!(
        refused.stderr.contains("git left a conflict here"),
        "{refused}"
    );
    assert!(refused.stderr.contains(FORK), "{refused}");
}

/// `migrate` in the app.
fn migrate(app: &App, arguments: &[&str]) -> Outcome {
    let mut command = Command::new(binary("migrate-cli", "migrate"));
    command.current_dir(app.path("")).args(arguments);
    for name in ["DATABASE_URL", "MIGRATE_DATABASE_URL", "DATABASE_URL_FILE"] {
        command.env_remove(name);
    }
    let output = command.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Outcome {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

#[test]
fn a_rebase_mends_what_a_merge_left() {
    let app = merged("git-rebase");
    _ = app.cargo(&["check"]).expect(101);
    let rebased = migrate(&app, &["rebase", "--yes"]).expect(0);
    assert!(
        rebased
            .stdout
            .starts_with("2026-01-02_phones\n2026-01-03_tags  (follows 20260102)\n"),
        "{rebased}"
    );
    assert_eq!(app.cargo(&["run"]).expect(0).stdout, "3\n");
    _ = migrate(&app, &["lock", "--check"]).expect(0);
    commit(&app, "merged and rebased");

    // A third branch, which began where the others did and is on the trunk already.
    assert!(git(&app, &["checkout", "--quiet", "main"]), "git checkout");
    app.revision("2026-01-04_notes", "20260101");
    app.lock();
    commit(&app, "notes");
    assert!(git(&app, &["checkout", "--quiet", "tags"]), "git checkout");
    assert!(
        !git(&app, &["merge", "--quiet", "main"]),
        "a conflict again"
    );
    _ = app.cargo(&["check"]).expect(101);
    let rebased = migrate(&app, &["rebase", "--yes"]).expect(0);
    assert!(
        rebased
            .stderr
            .contains("on main already, so in front: 2026-01-04_notes"),
        "{rebased}"
    );
    assert!(
        rebased.stdout.starts_with(
            "2026-01-04_notes\n\
             2026-01-04-02_phones  (was 2026-01-02_phones, follows 20260104)\n\
             2026-01-04-03_tags  (was 2026-01-03_tags, follows 2026010402)\n"
        ),
        "{rebased}"
    );
    assert_eq!(app.cargo(&["run"]).expect(0).stdout, "4\n");
}

#[test]
fn three_branches_that_are_merged_at_once_become_one_line() {
    let app = App::new("git-three", MAIN);
    app.revision("2026-01-01_members", "base");
    for name in ["2026-01-02_phones", "2026-01-03_tags", "2026-01-04_notes"] {
        app.revision(name, "20260101");
    }
    _ = app.cargo(&["check"]).expect(101);
    _ = migrate(&app, &["rebase", "--yes"]).expect(0);
    assert_eq!(app.cargo(&["run"]).expect(0).stdout, "4\n");
}

#[test]
fn the_side_that_is_applied_already_stays_in_front() {
    let app = merged("git-applied");
    // The database was brought up from the branch before the merge.
    assert!(git(&app, &["merge", "--abort"]), "git merge --abort");
    let url = ["--database-url", "sqlite:app.db"];
    let run = |words: &[&str]| migrate(&app, &[&url[..], words].concat());
    _ = run(&["upgrade"]).expect(0);
    assert!(!git(&app, &["merge", "--quiet", "phones"]), "the conflict");
    let rebased = run(&["rebase", "--yes"]).expect(0);
    assert!(
        rebased.stdout.starts_with(
            "2026-01-03_tags\n2026-01-03-02_phones  (was 2026-01-02_phones, follows 20260103)\n"
        ),
        "{rebased}"
    );
    assert_eq!(app.cargo(&["run"]).expect(0).stdout, "3\n");
    let upgraded = run(&["upgrade"]).expect(0);
    assert!(upgraded.stdout.contains("applied 1 revision"), "{upgraded}");
}
