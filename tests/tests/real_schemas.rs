//! The schemas of real projects, made by their own migrations: read, held against the schema.rs that they keep, and made again.

use migrate_core::{Backend, Inspector, dialect};
use migrate_schema::{Dialect, Models, Naming, Renames, Schema};
use migrate_tests::{Database, RealChain, beside, create, facts, on, plain_run, real_chains};

/// What a schema.rs rightly finds in the database that its project's own migrations make.
const FOUND: &[(&str, &str)] = &[
    // Both columns came by `ALTER TABLE messages ADD ...` without NOT NULL; schema.rs says that they take none.
    ("tari_contacts", "change column messages.metadata: NOT NULL"),
    ("tari_contacts", "change column messages.sent_at: NOT NULL"),
    // Its indexer's framework makes that table when it starts.
    ("deepbook", "create table watermarks"),
    // Its schema.patch takes that column out.
    (
        "crates_io",
        "drop index path_gist_categories_idx of categories",
    ),
    ("crates_io", "drop column categories.path"),
    // The migrations make the sizes INT, and say NOT NULL of neither them nor the totals.
    (
        "syncstorage_mysql",
        "change column batch_upload_items.payload_size: int to bigint",
    ),
    (
        "syncstorage_mysql",
        "change column bso.payload_size: int to bigint, NOT NULL",
    ),
    (
        "syncstorage_mysql",
        "change column user_collections.count: NOT NULL",
    ),
    (
        "syncstorage_mysql",
        "change column user_collections.total_bytes: NOT NULL",
    ),
];

/// What a database has besides its tables, which a schema does not hold.
const BESIDE: &[(&str, &str)] = &[("libxmtp", "CREATE VIEW conversation_list ")];

/// Runs a test on each project of a backend, brought up by the plain client.
fn each(backend: Backend, test: impl Fn(&RealChain, &Database)) {
    let chains = real_chains().unwrap_or_default();
    for chain in chains.iter().filter(|chain| chain.backend == backend) {
        on(backend, |database| {
            plain_run(chain, database);
            test(chain, database);
        });
    }
}

/// What its schema.rs says, if it has one.
fn models(chain: &RealChain, dialect: Dialect) -> Option<Schema> {
    let folder = chain.migrations.parent().expect("a project's folder");
    if !folder.join("schema.rs").exists() {
        return None;
    }
    let models =
        Models::read(folder, &["schema*.rs".into()]).unwrap_or_else(|errors| panic!("{errors}"));
    let schema = models.schema(dialect, &Naming::default());
    Some(schema.unwrap_or_else(|errors| panic!("{errors}")))
}

fn its_own_models_find_nothing_but_what_is_so(backend: Backend) {
    each(backend, |chain, database| {
        let Some(wanted) = models(chain, dialect(backend)) else {
            return;
        };
        let difference = Inspector::new()
            .difference(&mut database.connect(), &wanted, &Renames::default())
            .unwrap_or_else(|error| panic!("{}: {error}", chain.name));
        let found: Vec<_> = difference
            .changes()
            .iter()
            .map(ToString::to_string)
            .collect();
        let right = FOUND.iter().filter(|(name, _)| *name == chain.name);
        let right: Vec<_> = right.map(|(_, change)| *change).collect();
        assert_eq!(found, right, "{}", chain.name);
    });
}

fn what_is_read_makes_the_same_tables(backend: Backend) {
    each(backend, |chain, database| {
        let mut schema = Inspector::new()
            .schema(&mut database.connect())
            .unwrap_or_else(|error| panic!("{}: {error}", chain.name));
        // By the values alone: from the text that SQLite keeps it would be too easy.
        schema.tables.iter_mut().for_each(|table| table.text = None);
        let again = Database::create(backend).expect("there was one");
        create(&again, &schema);
        let is_beside = |fact: &&String| {
            let mut all = BESIDE.iter();
            all.any(|(name, start)| *name == chain.name && fact.starts_with(start))
        };
        let there = facts(database);
        let left: Vec<_> = there
            .iter()
            .filter(|fact| !is_beside(fact))
            .cloned()
            .collect();
        assert_eq!(beside(&facts(&again), &left), "", "{}", chain.name);
        let listed = BESIDE
            .iter()
            .filter(|(name, _)| *name == chain.name)
            .count();
        assert_eq!(
            there.len() - left.len(),
            listed,
            "{}: what is beside",
            chain.name
        );
    });
}

mod sqlite {
    use super::*;

    #[test]
    fn its_own_models_find_nothing_but_what_is_so() {
        super::its_own_models_find_nothing_but_what_is_so(Backend::Sqlite);
    }

    #[test]
    fn what_is_read_makes_the_same_tables() {
        super::what_is_read_makes_the_same_tables(Backend::Sqlite);
    }
}

mod postgres {
    use super::*;

    #[test]
    fn its_own_models_find_nothing_but_what_is_so() {
        super::its_own_models_find_nothing_but_what_is_so(Backend::Postgres);
    }
}

mod mysql {
    use super::*;

    #[test]
    fn its_own_models_find_nothing_but_what_is_so() {
        super::its_own_models_find_nothing_but_what_is_so(Backend::Mysql);
    }

    #[test]
    fn what_is_read_makes_the_same_tables() {
        super::what_is_read_makes_the_same_tables(Backend::Mysql);
    }
}
