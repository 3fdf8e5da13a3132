//! The Tab key, as a real bash asks for it, and the manual pages, as `man` reads them.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use migrate_core::Backend;
use migrate_tests::{Project, binary};

use crate::{finish, help, said, tool};

/// What bash offers after these words, of which the last is being typed.
fn offered(directory: &Path, words: &[&str]) -> Option<BTreeSet<String>> {
    let line = words.join("' '");
    let last = words.len() - 1;
    let typed = words[last];
    let script = format!(
        "source <(migrate completions bash) || exit 9
         COMP_WORDS=('{line}'); COMP_CWORD={last}; COMP_TYPE=9
         _clap_complete_migrate migrate '{typed}' x
         printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let folder = binary("migrate-cli", "migrate");
    let folder = folder.parent().expect("a folder").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", &script])
        .current_dir(directory)
        .env("PATH", format!("{folder}:{path}"));
    let Ok(output) = bash.output() else {
        migrate_tests::say("skipped: no bash to complete in");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(text.lines().map(|word| word.trim().to_owned()).collect())
}

fn project() -> Project {
    let mut project = Project::new(Backend::Sqlite);
    for (name, table) in [
        ("2026-01-01_create_members", "members"),
        ("2026-01-02_create_tags", "tags"),
        ("2026-02-01_add_phone", "phones"),
    ] {
        let up = format!("CREATE TABLE {table} (id INTEGER);");
        project.revision(name, &up, &format!("DROP TABLE {table};"));
    }
    project.settings("[env.staging]\ndatabase_url = \"sqlite:a\"\n[env.production]\ndatabase_url = \"sqlite:b\"\n");
    project
}

#[test]
fn bash_offers_commands_options_and_the_revisions_and_environments_that_are_here() {
    let project = project();
    let path = project.path();
    for (words, expected) in [
        (&["migrate", "downg"][..], &["downgrade"][..]),
        (&["migrate", "upgrade", "--dry"], &["--dry-run"]),
        (
            &["migrate", "upgrade", "create_"],
            &["create_members", "create_tags"],
        ),
        (&["migrate", "upgrade", "202602"], &["20260201"]),
        (
            &["migrate", "downgrade", ""],
            &["head", "base", "current", "add_phone", "create_members"],
        ),
        (
            &["migrate", "history", "-r", "create_members:add"],
            &["create_members:add_phone"],
        ),
        (&["migrate", "--env", "st", "upgrade"][..3], &["staging"]),
        (
            &["migrate", "completions", ""],
            &["bash", "elvish", "fish", "powershell", "zsh"],
        ),
        (&["migrate", "current", "--format", "j"], &["json"]),
    ] {
        let Some(offered) = offered(&path, words) else {
            return;
        };
        let missing: Vec<_> = expected
            .iter()
            .filter(|word| !offered.contains(**word))
            .collect();
        assert!(missing.is_empty(), "{words:?}: {missing:?} of {offered:?}");
        if !words.last().is_some_and(|word| word.is_empty()) {
            assert_eq!(offered.len(), expected.len(), "{words:?}: {offered:?}");
        }
    }
}

#[test]
fn revisions_of_a_directory_that_is_named_are_offered_too_and_nothing_where_there_is_none() {
    let project = project();
    let empty = tempfile::tempdir().expect("a directory");
    let there = format!("--dir={}", project.migrations_dir().display());
    let words = ["migrate", &there, "upgrade", "add"];
    if let Some(offered) = offered(empty.path(), &words) {
        assert_eq!(offered, BTreeSet::from(["add_phone".to_owned()]));
    }
    if let Some(offered) = offered(empty.path(), &["migrate", "upgrade", "add"]) {
        assert_eq!(offered, BTreeSet::from([String::new()]));
    }
}

#[test]
fn each_shell_has_a_script_and_an_unknown_one_is_told_the_others() {
    let here = std::env::temp_dir();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = said(&here, &["completions", shell]);
        assert!(script.contains("MIGRATE_COMPLETE"), "{script}");
        assert!(script.ends_with("--- exit code 0\n"), "{script}");
    }
    let unknown = finish(tool(&here, &["completions", "bsh"])).expect(2);
    assert!(unknown.stderr.contains("'bash'"), "{unknown}");
}

#[test]
fn every_command_has_a_manual_page_that_man_can_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let out = directory.path().join("man/man1");
    let arguments = ["man", "--out", &out.display().to_string()];
    let written = finish(tool(directory.path(), &arguments)).expect(0);
    let commands: BTreeSet<_> = help::commands()
        .iter()
        .map(|words| {
            [&["migrate".to_owned()], words.as_slice()]
                .concat()
                .join("-")
        })
        .collect();
    let files = fs::read_dir(&out).expect("made").map(|file| {
        let name = file.expect("a file").file_name();
        name.to_string_lossy().trim_end_matches(".1").to_owned()
    });
    assert_eq!(files.collect::<BTreeSet<_>>(), commands);
    assert_eq!(written.stdout.lines().count(), commands.len(), "{written}");
    for command in &commands {
        let page = out.join(format!("{command}.1"));
        let text = fs::read_to_string(&page).expect("read");
        for part in [
            ".TH",
            ".SH NAME",
            ".SH SYNOPSIS",
            ".SH OPTIONS",
            ".SH EXAMPLES",
        ] {
            assert!(text.contains(part), "{command}: no {part}");
        }
        let Ok(read) = Command::new("lexgrog").arg(&page).output() else {
            migrate_tests::say("no lexgrog to read manual pages with");
            continue;
        };
        let read = String::from_utf8_lossy(&read.stdout).into_owned();
        assert!(read.contains(&format!("{command} - ")), "{read}");
    }
    let printed = finish(tool(directory.path(), &["man"])).expect(0);
    let page = fs::read_to_string(out.join("migrate.1")).expect("read");
    assert_eq!(printed.stdout, page);
}
