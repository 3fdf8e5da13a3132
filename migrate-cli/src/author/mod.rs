//! What the commands that write revisions share: files written all or none, an order shown and carried out, an editor, hooks.

mod apply;
mod editor;
mod edits;
mod hooks;
mod journal;
mod standing;

pub(crate) use apply::{finish, line, put, put_lock, show, write_lock};
pub(crate) use editor::open;
pub(crate) use edits::Edits;
pub(crate) use journal::{WAS_STOPPED, recover};
pub(crate) use standing::{applied, cannot};
