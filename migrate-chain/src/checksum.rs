//! The fingerprint of a script: SHA-256 over what its statements say, not over how they are laid out.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::Backend;
use crate::script::{Kind, Lexer};

/// The SHA-256 of a script's statements. Comments, white space outside quotes, CR and a byte order mark do not count,
/// so that a formatter or a Windows checkout changes nothing.
///
/// What is hashed: each token of each statement (word, number, quoted text, operator, punctuation mark), as the backend
/// reads tokens, with a NUL after it, and a line feed after the last of a statement. So `a+b` and `a + b` are the same,
/// `a b` and `ab` are not, and neither are `< =` and `<=`. Letter case counts. In quotes CR LF counts as LF, all else as
/// it stands. The text of MySQL's executable comments counts, separators do not.
///
/// It prints as 64 lower-case hexadecimal digits, and [`Checksum::from_hex`] reads them back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Checksum(pub [u8; 32]);

impl Checksum {
    /// Reads 64 hexadecimal digits; anything else is `None`.
    ///
    /// ```
    /// use migrate_chain::Checksum;
    /// let sum = Checksum([0xab; 32]);
    /// assert_eq!(Checksum::from_hex(&sum.to_string()), Some(sum));
    /// assert_eq!(Checksum::from_hex("abc"), None);
    /// ```
    #[must_use]
    pub fn from_hex(hex: &str) -> Option<Self> {
        let digits = hex.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high << 4 | low).ok()?;
        }
        Some(Self(bytes))
    }

    /// The fingerprint of these statements.
    pub(crate) fn of_statements<'s>(
        backend: Backend,
        statements: impl Iterator<Item = &'s str>,
    ) -> Self {
        let mut hash = Hash::default();
        for statement in statements {
            for token in Lexer::new(backend, statement) {
                let text = token.text(statement);
                if token.kind == Kind::Quoted {
                    hash.quoted(text);
                } else {
                    hash.add(text.as_bytes());
                }
                hash.add(b"\0");
            }
            hash.add(b"\n");
        }
        hash.finish()
    }
}

/// SHA-256 of many small pieces, gathered so that the hash is fed whole blocks.
#[derive(Default)]
struct Hash {
    sha: Sha256,
    gathered: Vec<u8>,
}

impl Hash {
    /// The most bytes that are gathered.
    const FULL: usize = 4096;

    fn add(&mut self, bytes: &[u8]) {
        if self.gathered.len() + bytes.len() > Self::FULL {
            self.sha.update(&self.gathered);
            self.gathered.clear();
        }
        if bytes.len() > Self::FULL {
            self.sha.update(bytes);
        } else {
            self.gathered.extend_from_slice(bytes);
        }
    }

    /// A text in quotes, whose line ends are the file's, not the author's.
    fn quoted(&mut self, text: &str) {
        for (index, line) in text.split("\r\n").enumerate() {
            if index > 0 {
                self.add(b"\n");
            }
            self.add(line.as_bytes());
        }
    }

    fn finish(mut self) -> Checksum {
        self.sha.update(&self.gathered);
        Checksum(self.sha.finalize().into())
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}
