//! A chain packed into one string and one byte string. The compiler's work grows with the number of tokens, and so packed a
//! chain is two of them, whatever its length. `migrate_core` has the reader, and the two crates are always of one version.
//!
//! The index is a list of revisions; all its numbers are LEB128. A revision is: flags, lock time-out in milliseconds, four
//! names (directory, id, parent, why it is irreversible), the number of up scripts, the number of down scripts, the scripts.
//! A script is: its file's name, its code's file's name, its backends, the length of its text, the length of its facts, its
//! facts. A name is its length; its text is next in the names, which are one string.

use std::time::Duration;

use migrate_chain::{Chain, Revision, Script};

/// A packed chain.
#[derive(Default)]
pub(crate) struct Index {
    /// All names, in the order of the index, with nothing between them.
    pub(crate) names: String,
    /// All numbers and facts.
    pub(crate) bytes: Vec<u8>,
}

impl Index {
    pub(crate) fn of(chain: &Chain) -> Self {
        let mut index = Self::default();
        for revision in chain.revisions() {
            index.revision(revision);
        }
        index
    }

    fn revision(&mut self, revision: &Revision) {
        self.number(u64::from(revision.flags()));
        let wait = revision
            .lock_timeout()
            .as_ref()
            .map_or(0, Duration::as_millis);
        self.number(u64::try_from(wait).unwrap_or(u64::MAX));
        self.name(revision.directory());
        self.name(revision.id());
        self.name(revision.parent().unwrap_or_default());
        self.name(revision.irreversible().unwrap_or_default());
        self.number(revision.ups().len() as u64);
        self.number(revision.downs().len() as u64);
        for script in scripts(revision) {
            self.name(script.file());
            self.name(script.code().unwrap_or_default());
            self.number(u64::from(script.backends().bits()));
            self.number(script.text().len() as u64);
            self.number(script.facts().len() as u64);
            self.bytes.extend(script.facts());
        }
    }

    fn name(&mut self, name: &str) {
        self.number(name.len() as u64);
        self.names.push_str(name);
    }

    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

/// A revision's scripts in the order of the index: the ups, then the downs.
pub(crate) fn scripts(revision: &Revision) -> impl Iterator<Item = &Script> {
    revision.ups().iter().chain(revision.downs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_its_numbers_and_its_names() {
        let revision = Revision::new("b_second")
            .following("a")
            .with_lock_timeout(Duration::from_millis(300));
        let mut index = Index::default();
        index.revision(&revision);
        assert_eq!(index.names, "b_secondba");
        assert_eq!(index.bytes, [0b1111, 0xac, 0x02, 8, 1, 1, 0, 0, 0]);
    }
}
