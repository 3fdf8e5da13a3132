//! What must hold for a directory to be a chain: one file a matter.

mod adopted;
pub(crate) mod graph;
pub(crate) mod links;
pub(crate) mod lock;
pub(crate) mod names;
pub(crate) mod scripts;

pub(crate) use adopted::Adopted;
