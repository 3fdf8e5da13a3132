//! The chains of real projects, read where they lie: up to head as the plain client takes them, and down as far as their own
//! downs go.

use migrate_chain::{Outline, Settings};
use migrate_core::{AnyConnection, Error, Migrations, PlanError, Revision, TransactionMode};
use migrate_tests::{Database, RealChain, dump, on, plain_run, real_chains};

fn with(name: &str, test: impl FnOnce(&RealChain, &Database, &Migrations)) {
    let Some(chain) =
        real_chains().and_then(|chains| chains.into_iter().find(|chain| chain.name == name))
    else {
        return;
    };
    let project = chain.adopt();
    let migrations = Migrations::from_directory(project.path().join("migrations"))
        .unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(migrations.chain().len(), chain.revisions);
    on(chain.backend, |database| {
        test(&chain, database, &migrations)
    });
}

/// Read by their links alone they are the same chain, and the same revisions once their scripts are asked for.
#[test]
fn the_links_alone_tell_the_same_chain() {
    let mut whole = 0;
    let chains = real_chains().unwrap_or_default();
    for chain in &chains {
        let project = chain.adopt();
        let directory = project.path().join("migrations");
        let settings = Settings::beside(&directory).unwrap();
        let migrations = Migrations::from_directory(&directory).unwrap();
        let mut outline = Outline::read(&directory, settings, Migrations::backends())
            .unwrap_or_else(|| panic!("{}", chain.name));
        let links = |revisions: &[Revision]| -> Vec<_> {
            let link = |revision: &Revision| {
                let parent = revision.parent().map(str::to_owned);
                (revision.directory().to_owned(), parent)
            };
            revisions.iter().map(link).collect()
        };
        let expected = migrations.chain().revisions();
        assert_eq!(links(outline.chain().revisions()), links(expected));
        // It refuses where a script is to be warned of.
        if outline.read_scripts(0..expected.len()) {
            assert_eq!(outline.chain(), migrations.chain(), "{}", chain.name);
            whole += 1;
        }
    }
    assert!(chains.is_empty() || whole > 0);
}

/// At head both schemas are the same, whichever way the revisions were grouped.
fn goes_up_as_the_plain_client_does(name: &str) {
    with(name, |chain, ours, migrations| {
        let plain = Database::create(chain.backend).unwrap();
        plain_run(chain, &plain);
        let expected = dump(&plain);
        assert!(expected.lines().count() > 10, "{expected}");

        let report = migrations
            .upgrade(&mut ours.connect())
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(report.steps.len(), chain.revisions);
        migrations.ensure_current(&mut ours.connect()).unwrap();
        assert_same(&expected, &dump(ours), "in groups");

        let each = Database::create(chain.backend).unwrap();
        let runner = migrations.runner().transaction(TransactionMode::Each);
        runner
            .upgrade_to(&mut each.connect(), "head")
            .unwrap_or_else(|error| panic!("{error}"));
        assert_same(&expected, &dump(&each), "one by one");
        assert_eq!(each.applied(), ours.applied());
    });
}

/// Every line that differs, which a dump of a thousand lines hides. One project lets a sequence start at a random number.
fn assert_same(expected: &str, found: &str, how: &str) {
    let settled = |text: &str| {
        let random = |line: &&str| {
            line.strip_prefix("    START WITH ")
                .is_some_and(|number| number.len() > 15)
        };
        text.lines()
            .filter(|line| !random(line))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (expected, found) = (settled(expected), settled(found));
    if expected != found {
        let lacks: Vec<_> = expected
            .lines()
            .filter(|line| !found.lines().any(|other| other == *line))
            .collect();
        let extra: Vec<_> = found
            .lines()
            .filter(|line| !expected.lines().any(|other| other == *line))
            .collect();
        panic!("{how}: the plain client's dump differs\nlacks: {lacks:#?}\nextra: {extra:#?}");
    }
}

/// Step by step, to base or to the first down that cannot be: that one is named and changes nothing.
fn goes_down_as_far_as_its_own_downs_go(name: &str) {
    with(name, |chain, database, migrations| {
        let mut connection = database.connect();
        migrations
            .upgrade(&mut connection)
            .unwrap_or_else(|error| panic!("{error}"));
        let newest_first: Vec<_> = migrations.chain().revisions().iter().rev().collect();
        let steps = chain.downs_here();
        for revision in &newest_first[..steps] {
            let report = migrations
                .downgrade_to(&mut connection, "-1")
                .unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(report.steps.len(), 1);
            assert_eq!(report.steps[0].directory, revision.directory());
        }
        match newest_first.get(steps) {
            Some(stuck) => stops_cleanly(&mut connection, migrations, stuck.directory(), database),
            None => assert_eq!(database.applied(), [""; 0]),
        }
    });
}

fn stops_cleanly(
    connection: &mut AnyConnection,
    migrations: &Migrations,
    stuck: &str,
    database: &Database,
) {
    let before = (dump(database), database.applied());
    match migrations.downgrade_to(connection, "-1").unwrap_err() {
        Error::Plan(PlanError::Irreversible { revision, .. }) => assert_eq!(revision, stuck),
        Error::Failed(failure) => {
            assert_eq!(failure.file, format!("{stuck}/down.sql"));
            assert!(
                failure.position.is_some() && failure.statement.is_some() && failure.line.is_some(),
                "{failure:?}"
            );
            assert!(
                failure
                    .to_string()
                    .starts_with(&format!("{stuck}/down.sql:")),
                "{failure}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((dump(database), database.applied()), before);
    let status = migrations.status(connection).unwrap();
    assert_eq!(status.partial, None);
    assert_eq!(
        status.current,
        before.1.last().cloned().filter(|_| !before.1.is_empty()),
        "{status:?}"
    );
}

macro_rules! real {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[test]
            fn goes_up_as_the_plain_client_does() {
                super::goes_up_as_the_plain_client_does(stringify!($name));
            }

            #[test]
            fn goes_down_as_far_as_its_own_downs_go() {
                super::goes_down_as_far_as_its_own_downs_go(stringify!($name));
            }
        })+

        #[test]
        fn every_folder_has_its_tests() {
            let Some(chains) = real_chains() else { return };
            let names: Vec<_> = chains.iter().map(|chain| chain.name.as_str()).collect();
            assert_eq!(names, [$(stringify!($name)),+]);
        }
    };
}

real!(
    aredl,
    crates_io,
    deepbook,
    hyperswitch_card_vault,
    libxmtp,
    miningpool_observer,
    retronomicon,
    splinter_pg,
    splinter_sqlite,
    syncstorage_mysql,
    tari_contacts,
    tari_wallet,
    tokenserver_mysql,
);
