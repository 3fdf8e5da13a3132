//! A database that is open to be looked at: one that is there, or one for the moment.

use migrate_core::AnyConnection;

use crate::scratch::Temporary;

/// The connection to a database, and the database itself where it goes with this value.
pub(crate) enum Opened {
    There(Box<AnyConnection>),
    Scratch(Box<Temporary>),
}

impl Opened {
    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        match self {
            Self::There(connection) => connection,
            Self::Scratch(scratch) => scratch.connection(),
        }
    }
}
