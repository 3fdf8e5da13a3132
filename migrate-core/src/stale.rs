//! Where a chain came from, and whether the directory still says what was embedded.

use migrate_chain::Chain;

/// Where a chain came from.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Origin {
    app: &'static str,
    directory: Option<&'static str>,
}

impl Origin {
    pub(crate) const NOWHERE: Self = Self { app: "", directory: None };

    pub(crate) const fn app(&self) -> &str {
        self.app
    }

    pub(crate) fn stale(&self, _: &Chain) -> Option<String> {
        None
    }
}

/// Says it where nobody observes.
#[allow(clippy::print_stderr)]
pub(crate) fn say(what: &str) {
    eprintln!("migrate: {what}");
}
