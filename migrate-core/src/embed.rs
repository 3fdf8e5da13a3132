//! `embed_migrations!`, and what its expansion names.

#[doc(hidden)]
pub mod __private {
    pub use crate::stale::Origin;
}
