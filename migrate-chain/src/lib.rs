#![doc = include_str!("../README.md")]

mod backend;
mod chain;
mod check;
mod checksum;
mod code;
mod directory;
mod document;
mod file_name;
mod folder;
mod import;
mod location;
mod lock;
mod metadata;
mod naming;
mod nearest;
mod outline;
mod parallel;
mod plan;
mod problem;
mod relink;
mod revision;
mod script;
mod seeds;
mod settings;
mod stamp;
mod target;
mod template;

pub use backend::{Backend, Backends};
pub use chain::{Chain, Place};
pub use checksum::Checksum;
pub use directory::Project;
pub use import::{Import, ImportError, Imported, Tool, import};
pub use location::find;
pub use lock::{Lock, Locked, LockedModel};
pub use naming::{Moment, new_directory_name};
pub use outline::Outline;
pub use plan::{Direction, Plan, PlanError};
pub use problem::{AdoptedDown, Change, Problem, Problems, Relink};
pub use relink::{
    Draft, Insertion, Pin, Placed, RelinkError, Wishes, insert, with_irreversible, with_link,
    with_lock_timeout, with_reason, with_transactions,
};
pub use revision::{Options, Revision, Transactions};
pub use script::{
    Loss, Piece, Position, Scan, Script, ScriptError, Statement, pieces, rebuilds_a_table, scan,
    split,
};
pub use seeds::Seed;
pub use settings::{Environment, FileName, Origin, PrintSchema, Settings, Written};
pub use stamp::Stamp;
pub use target::{Target, TargetError};
pub use template::{Unknown, filled};
