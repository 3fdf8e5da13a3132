//! The fingerprint of a script: SHA-256 over what its statements say, not over how they are laid out.

use std::fmt;

use sha2::block_api::compress256;

use crate::script::Kind;

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
}

/// A checksum that is being taken, token by token. The tokens are gathered, because SHA-256 is hashed in blocks of 64 bytes;
/// they are padded here, since in a build without optimisation the general way costs more than the blocks themselves.
pub(crate) struct Hash {
    state: [u32; 8],
    /// How many bytes are in the state already: whole blocks.
    hashed: usize,
    gathered: Vec<u8>,
}

/// What SHA-256 begins with (FIPS 180-4, 5.3.3).
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

impl Default for Hash {
    fn default() -> Self {
        Self {
            state: START,
            hashed: 0,
            gathered: Vec::new(),
        }
    }
}

impl Hash {
    /// How many bytes are gathered before they are hashed.
    const FULL: usize = 4096;

    pub(crate) fn token(&mut self, kind: Kind, text: &str) {
        if kind == Kind::Quoted && text.contains('\r') {
            self.quoted(text);
        } else {
            self.gathered.extend_from_slice(text.as_bytes());
        }
        self.gathered.push(b'\0');
        if self.gathered.len() >= Self::FULL {
            self.blocks();
        }
    }

    /// The sum of a part, such as the code beside a script.
    pub(crate) fn part(&mut self, part: Checksum) {
        self.gathered.extend_from_slice(&part.0);
    }

    pub(crate) fn end_of_statement(&mut self) {
        self.gathered.push(b'\n');
    }

    /// A text in quotes, whose line ends are the file's, not the author's.
    fn quoted(&mut self, text: &str) {
        for (index, line) in text.split("\r\n").enumerate() {
            if index > 0 {
                self.gathered.push(b'\n');
            }
            self.gathered.extend_from_slice(line.as_bytes());
        }
    }

    pub(crate) fn finish(mut self) -> Checksum {
        let bits = (self.hashed + self.gathered.len()) as u64 * 8;
        self.gathered.push(0x80);
        let end = (self.gathered.len() + size_of_val(&bits)).next_multiple_of(64);
        self.gathered.resize(end - size_of_val(&bits), 0);
        self.gathered.extend_from_slice(&bits.to_be_bytes());
        self.blocks();
        let mut sum = [0; 32];
        for (bytes, word) in sum.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        Checksum(sum)
    }

    /// Hashes the blocks that are whole.
    fn blocks(&mut self) {
        let (blocks, rest) = self.gathered.as_chunks();
        compress256(&mut self.state, blocks);
        let whole = self.gathered.len() - rest.len();
        self.hashed += whole;
        self.gathered.drain(..whole);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(text: &str) -> String {
        let mut hash = Hash::default();
        hash.token(Kind::Word, text);
        hash.finish().to_string()
    }

    /// The right sides are what `sha256sum` prints.
    #[test]
    fn it_is_sha_256_of_the_text_and_a_nul() {
        for (length, expected) in [
            (
                0,
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            ),
            (
                54,
                "2a901cf2cb51c2e1ba621f03ade0fbb4e2d6c0f4168121612b7abec027294c20",
            ),
            (
                55,
                "a67ae5729ad66f3ff35f3fdc16a95201f855a6dcaefcec78e86d711ccb08fe48",
            ),
            (
                62,
                "e4cfd7dcc4076ba9f56a1b7c3a5d9aed9fb94ee655d3a21008a86bbb2ec04ee0",
            ),
            (
                63,
                "e273060a5481988f9efaa18997d080e0543f58f2ee5df896baa048cd05680c4f",
            ),
            (
                64,
                "597756d4e75277b687fb68b19d52bffc45d496357a969f283d0678de21e9b0b4",
            ),
            (
                5_000,
                "58926bdb36e9ff75caec4fb034fdc79ef5ed1a3a8b66d094f8c577dd87920056",
            ),
            (
                1_000_000,
                "e2b5b1853df32b18e85cab0b0e5e6df71addcd4f8990bfddf9acb817cb086cc6",
            ),
        ] {
            assert_eq!(sum(&"a".repeat(length)), expected, "{length}");
        }
    }

    #[test]
    fn pieces_make_the_same_sum_as_the_whole() {
        for length in [0, 1, 63, 4_094, 4_095, 4_096, 10_000] {
            let mut hash = Hash::default();
            let text = "b".repeat(length);
            hash.token(Kind::Word, &text);
            hash.token(Kind::Quoted, "\'c\r\nd\'");
            hash.end_of_statement();
            assert_eq!(
                hash.finish().to_string(),
                sum_of(&format!("{text}\0'c\nd'\0\n")),
                "{length}"
            );
        }
    }

    fn sum_of(text: &str) -> String {
        let mut hash = Hash::default();
        hash.gathered.extend_from_slice(text.as_bytes());
        hash.finish().to_string()
    }
}
