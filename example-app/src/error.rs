//! What can go wrong in the app.

use migrate_core::ConnectError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Migrate(#[from] migrate_core::Error),
    #[error("cannot open the database: {0}")]
    Open(#[from] diesel::ConnectionError),
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    #[error("no connection is free: {0}")]
    Pool(#[from] diesel::r2d2::PoolError),
    #[error("cannot serve: {0}")]
    Serve(#[from] std::io::Error),
}

impl Error {
    /// What to do next, where that is known.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            Self::Connect(ConnectError::NotCompiled { backend }) => Some(format!(
                "add the feature: cargo run -p example-app --features {backend}"
            )),
            Self::Connect(error) => Some(error.help()),
            Self::Migrate(error) => error.help(),
            _ => None,
        }
    }
}
