//! The name of a new revision's directory: an id after the head's, then the message as words.

use crate::{Chain, FileName, revision::id_of};

/// A moment in UTC, to the second.
///
/// ```
/// use migrate_chain::Moment;
/// assert_eq!(Moment::from_unix(0).to_string(), "1970-01-01-000000");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    seconds: u64,
}
const DAY: u64 = 86_400;
impl Moment {
    /// So many seconds after 1970 began.
    #[must_use]
    pub const fn from_unix(seconds: u64) -> Self {
        Self { seconds }
    }
}
impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.seconds / DAY)
    }
}
/// The name for a new revision's directory: its id comes after the head's, whatever the clock says.
#[must_use]
pub fn new_directory_name(chain: &Chain, now: Moment, message: &str, format: FileName) -> String {
    let _ = (chain, now, message, format, id_of(message));
    todo!()
}
