//! The chain as Diesel sees it: `run_pending_migrations` and `revert_last_migration` of `diesel_migrations` run it as they run their own.

use diesel::backend::Backend as DieselBackend;
use diesel::connection::BoxableConnection;
use diesel::migration::{
    Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion, Result,
};
use migrate_chain::{Backend, Direction, Revision, Script};

use crate::code::{self, Codes, Connected, Run};
use crate::migrations::Migrations;

/// A revision for one backend of Diesel's. A script without a statement runs as nothing.
struct Step<DB: DieselBackend> {
    revision: Revision,
    backend: Backend,
    transactional: bool,
    codes: Codes,
    connected: Connect<DB>,
}

/// The connection behind the trait object that Diesel's harness hands out.
type Connect<DB> =
    for<'c> fn(&'c mut (dyn BoxableConnection<DB> + 'static)) -> Option<Connected<'c>>;

impl<DB: DieselBackend> MigrationName for Step<DB> {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(self.revision.id())
    }
}

impl<DB: DieselBackend> std::fmt::Display for Step<DB> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.revision.directory())
    }
}

impl<DB: DieselBackend> MigrationMetadata for Step<DB> {
    fn run_in_transaction(&self) -> bool {
        self.transactional
    }
}

impl<DB: DieselBackend> Step<DB> {
    fn run_direction(
        &self,
        connection: &mut dyn BoxableConnection<DB>,
        direction: Direction,
    ) -> Result<()> {
        let Some(script) = self.revision.script(direction, self.backend) else {
            return Err(format!(
                "{} has no script for {}",
                self.revision.directory(),
                self.backend
            )
            .into());
        };
        let code = code::function(self.codes, script, direction, self.backend)?;
        match direction {
            Direction::Up => {
                run_statements(connection, script)?;
                self.call(connection, code)
            }
            Direction::Down => {
                self.call(connection, code)?;
                run_statements(connection, script)
            }
        }
    }

    fn call(&self, connection: &mut dyn BoxableConnection<DB>, code: Option<Run>) -> Result<()> {
        let Some(code) = code else {
            return Ok(());
        };
        let connected = (self.connected)(connection).ok_or_else(|| {
            format!(
                "{} is code for a connection of Diesel's own, and this one wraps it",
                self.revision.directory()
            )
        })?;
        code(connected)
    }
}

/// One statement a message: it is the split that knows where each ends, also under MySQL's DELIMITER.
fn run_statements<DB: DieselBackend>(
    connection: &mut dyn BoxableConnection<DB>,
    script: &Script,
) -> Result<()> {
    for statement in script.statements() {
        connection.batch_execute(statement.text)?;
    }
    Ok(())
}

impl<DB: DieselBackend> Migration<DB> for Step<DB> {
    fn run(&self, connection: &mut dyn BoxableConnection<DB>) -> Result<()> {
        self.run_direction(connection, Direction::Up)
    }

    fn revert(&self, connection: &mut dyn BoxableConnection<DB>) -> Result<()> {
        if let Some(reason) = self.revision.irreversible() {
            return Err(format!("{} is irreversible: {reason}", self.revision.directory()).into());
        }
        self.run_direction(connection, Direction::Down)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        self
    }

    fn name(&self) -> &dyn MigrationName {
        self
    }
}

fn steps<DB: DieselBackend + 'static>(
    migrations: &Migrations,
    backend: Backend,
    connected: Connect<DB>,
) -> Vec<Box<dyn Migration<DB>>> {
    let step = |revision: &Revision| {
        // Diesel has one flag for both directions: in a transaction where both may be.
        let transactional =
            revision.transactional(Direction::Up) && revision.transactional(Direction::Down);
        Box::new(Step {
            revision: revision.clone(),
            backend,
            transactional,
            codes: migrations.codes(),
            connected,
        }) as Box<dyn Migration<DB>>
    };
    migrations.chain().revisions().iter().map(step).collect()
}

#[cfg(feature = "sqlite")]
impl MigrationSource<diesel::sqlite::Sqlite> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>>> {
        Ok(steps(self, Backend::Sqlite, |connection| {
            let connection = connection.downcast_mut::<diesel::SqliteConnection>();
            connection.map(Connected::Sqlite)
        }))
    }
}

#[cfg(feature = "postgres")]
impl MigrationSource<diesel::pg::Pg> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::pg::Pg>>>> {
        Ok(steps(self, Backend::Postgres, |connection| {
            let connection = connection.downcast_mut::<diesel::PgConnection>();
            connection.map(Connected::Postgres)
        }))
    }
}

#[cfg(feature = "mysql")]
impl MigrationSource<diesel::mysql::Mysql> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::mysql::Mysql>>>> {
        Ok(steps(self, Backend::Mysql, |connection| {
            let connection = connection.downcast_mut::<diesel::MysqlConnection>();
            connection.map(Connected::Mysql)
        }))
    }
}
