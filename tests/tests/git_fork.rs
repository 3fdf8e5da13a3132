//! Two branches that each add a revision, merged by git: the next build names both and what they follow.

use std::process::Command;

use migrate_tests::App;

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
