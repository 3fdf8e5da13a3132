//! The chain as Diesel sees it: `run_pending_migrations` and `revert_last_migration` of `diesel_migrations` run it as they run their own.

use diesel::backend::Backend as DieselBackend;
use diesel::connection::BoxableConnection;
use diesel::migration::{
    Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion, Result,
};
use migrate_chain::{Backend, Direction, Revision, Script};

use crate::migrations::Migrations;

/// A revision for one backend of Diesel's. A script without a statement runs as nothing.
struct Step {
    revision: Revision,
    backend: Backend,
    transactional: bool,
}

impl MigrationName for Step {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(self.revision.id())
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.revision.directory())
    }
}

impl MigrationMetadata for Step {
    fn run_in_transaction(&self) -> bool {
        self.transactional
    }
}

impl Step {
    /// One statement a message: it is the split that knows where each ends, also under MySQL's DELIMITER.
    fn run_script<DB: DieselBackend>(
        &self,
        connection: &mut dyn BoxableConnection<DB>,
        script: Option<&Script>,
    ) -> Result<()> {
        let Some(script) = script else {
            return Err(format!(
                "{} has no script for {}",
                self.revision.directory(),
                self.backend
            )
            .into());
        };
        for statement in script.statements() {
            connection.batch_execute(statement.text)?;
        }
        Ok(())
    }
}

impl<DB: DieselBackend> Migration<DB> for Step {
    fn run(&self, connection: &mut dyn BoxableConnection<DB>) -> Result<()> {
        self.run_script(connection, self.revision.up(self.backend))
    }

    fn revert(&self, connection: &mut dyn BoxableConnection<DB>) -> Result<()> {
        if let Some(reason) = self.revision.irreversible() {
            return Err(format!("{} is irreversible: {reason}", self.revision.directory()).into());
        }
        self.run_script(connection, self.revision.down(self.backend))
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        self
    }

    fn name(&self) -> &dyn MigrationName {
        self
    }
}

fn steps<DB: DieselBackend>(
    migrations: &Migrations,
    backend: Backend,
) -> Vec<Box<dyn Migration<DB>>> {
    let step = |revision: &Revision| {
        // Diesel has one flag for both directions: in a transaction where both may be.
        let transactional =
            revision.transactional(Direction::Up) && revision.transactional(Direction::Down);
        Box::new(Step {
            revision: revision.clone(),
            backend,
            transactional,
        }) as Box<dyn Migration<DB>>
    };
    migrations.chain().revisions().iter().map(step).collect()
}

#[cfg(feature = "sqlite")]
impl MigrationSource<diesel::sqlite::Sqlite> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>>> {
        Ok(steps(self, Backend::Sqlite))
    }
}

#[cfg(feature = "postgres")]
impl MigrationSource<diesel::pg::Pg> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::pg::Pg>>>> {
        Ok(steps(self, Backend::Postgres))
    }
}

#[cfg(feature = "mysql")]
impl MigrationSource<diesel::mysql::Mysql> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::mysql::Mysql>>>> {
        Ok(steps(self, Backend::Mysql))
    }
}
