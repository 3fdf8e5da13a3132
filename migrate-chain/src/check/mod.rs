//! What must hold for a directory to be a chain: one file a matter.

pub(crate) mod links;
