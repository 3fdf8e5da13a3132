//! One step of the chain.

use std::borrow::Cow;
use std::time::Duration;

use crate::{Backend, Script};

/// One step of the chain: a directory with an up and a down script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    directory: Cow<'static, str>,
    id: Cow<'static, str>,
    parent: Cow<'static, str>,
    linked: bool,
    transactions: Transactions,
    lock_timeout: Option<Duration>,
    irreversible: Cow<'static, str>,
    up: Cow<'static, [Script]>,
    down: Cow<'static, [Script]>,
}

/// Which of a revision's scripts run inside a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transactions {
    /// `run_in_transaction`, for the up script.
    pub up: bool,
    /// `revert_in_transaction`, for the down script; where it is not given, the same as `up`.
    pub down: bool,
}

impl Revision {
    /// The id: the directory's name up to the first `_`, without dashes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The directory's name.
    #[must_use]
    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// The id of the revision before it in the chain; `None` for the first.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        (!self.parent.is_empty()).then_some(&*self.parent)
    }

    /// The up script for this backend, if one is written.
    #[must_use]
    pub fn up(&self, backend: Backend) -> Option<&Script> {
        self.up.iter().find(|script| script.backends().contains(backend))
    }

    /// The down script for this backend, if one is written.
    #[must_use]
    pub fn down(&self, backend: Backend) -> Option<&Script> {
        self.down.iter().find(|script| script.backends().contains(backend))
    }

    /// Why it cannot be taken back, if its author wrote that down.
    #[must_use]
    pub fn irreversible(&self) -> Option<&str> {
        (!self.irreversible.is_empty()).then_some(&*self.irreversible)
    }
}
