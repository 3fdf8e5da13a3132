//! Whole chains, up and down, once by a run and once by scripts.

use migrate_core::Migrations;
use migrate_tests::{Database, on, on_each_backend, real_chains};

use super::{runs, up_and_down};

on_each_backend!(the_chain_of_the_example_app_goes_up_and_down,);

fn the_chain_of_the_example_app_goes_up_and_down(database: &Database) {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");
    let migrations = Migrations::from_directory(directory).unwrap();
    up_and_down(&migrations, database, migrations.chain().len());
    let first = migrations.chain().revisions()[0].id();
    let writer = migrations.offline(database.backend());
    runs(database, &writer.upgrade(&format!(":{first}")).unwrap().sql);
    runs(
        database,
        &writer.upgrade(&format!("{first}:+2")).unwrap().sql,
    );
    assert_eq!(database.applied().len(), 3);
    // A run and a script take turns.
    migrations.upgrade(&mut database.connect()).unwrap();
    runs(database, &writer.downgrade("head:base").unwrap().sql);
    assert_eq!(database.applied().len(), 0);
}

macro_rules! real {
    ($($name:ident),+ $(,)?) => {
        mod a_real_project {
            $(#[test]
            fn $name() {
                super::real_project(stringify!($name));
            })+
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

fn real_project(name: &str) {
    let Some(chain) =
        real_chains().and_then(|chains| chains.into_iter().find(|chain| chain.name == name))
    else {
        return;
    };
    let project = chain.adopt();
    let migrations = Migrations::from_directory(project.path().join("migrations")).unwrap();
    on(chain.backend, |database| {
        up_and_down(&migrations, database, chain.downs_here());
    });
}
