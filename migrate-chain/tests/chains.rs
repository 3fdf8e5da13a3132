//! Real Diesel projects: each is read as it is, with what cannot be taken back named once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod common;

use migrate_chain::{Backend, Backends, Problem, Project, Settings};

const PROJECTS: [(&str, Backend); 13] = [
    ("aredl", Backend::Postgres),
    ("crates_io", Backend::Postgres),
    ("deepbook", Backend::Postgres),
    ("hyperswitch_card_vault", Backend::Postgres),
    ("libxmtp", Backend::Sqlite),
    ("miningpool_observer", Backend::Postgres),
    ("retronomicon", Backend::Postgres),
    ("splinter_pg", Backend::Postgres),
    ("splinter_sqlite", Backend::Sqlite),
    ("syncstorage_mysql", Backend::Mysql),
    ("tari_contacts", Backend::Sqlite),
    ("tari_wallet", Backend::Sqlite),
    ("tokenserver_mysql", Backend::Mysql),
];

#[test]
fn every_real_project_is_a_chain_once_its_missing_downs_are_named() {
    let Some(shared) = common::shared() else {
        return;
    };
    for (name, backend) in PROJECTS {
        let directory = shared.join("chains").join(name).join("migrations");
        let mut settings = Settings::default();
        if let Err(problems) = Project::read(&directory, settings.clone(), backend.into()) {
            // What `migrate init` writes: nothing but the names that the problem itself gives.
            let [Problem::AdoptedDowns { irreversible, .. }] = &problems[..] else {
                panic!("{name}: {}", problems.render(name).join("\n"));
            };
            settings.irreversible = irreversible.clone();
        }
        let project = Project::read(&directory, settings, backend.into())
            .unwrap_or_else(|problems| panic!("{name}: {}", problems.render(name).join("\n")));
        let expected = common::json(&shared.join("chains").join(name).join("expected.json"));
        assert_eq!(
            Some(project.chain.len() as u64),
            expected["revisions"].as_u64(),
            "{name}"
        );
        for revision in project.chain.revisions() {
            assert!(
                revision.up(backend).is_some(),
                "{name}: {}",
                revision.directory()
            );
        }
        for missing in expected["no_down"].as_array().into_iter().flatten() {
            let directory = missing.as_str().unwrap_or_default();
            let revision = project
                .chain
                .revisions()
                .iter()
                .find(|revision| revision.directory() == directory);
            assert!(
                revision.is_some_and(|revision| revision.irreversible().is_some()),
                "{name}: {directory}"
            );
        }
        let lock = migrate_chain::Lock::of(&project);
        assert_eq!(
            migrate_chain::Lock::parse(&lock.to_string()).as_ref(),
            Ok(&lock),
            "{name}"
        );
        println!(
            "{name}: {} revisions, {} named, {} warnings",
            project.chain.len(),
            project.settings.irreversible.len(),
            project.warnings.len()
        );
    }
}

#[test]
fn a_real_project_s_lock_is_the_same_whatever_the_build_can_do() {
    let Some(shared) = common::shared() else {
        return;
    };
    let directory = shared.join("chains/tokenserver_mysql/migrations");
    let lock = |backends| {
        let project = Project::read(&directory, Settings::default(), backends).unwrap();
        migrate_chain::Lock::of(&project).to_string()
    };
    assert_eq!(lock(Backend::Mysql.into()), lock(Backends::ALL));
}
