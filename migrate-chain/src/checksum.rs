//! The fingerprint of a script: SHA-256 over what its statements say, not over how they are laid out.

use std::fmt;

/// The SHA-256 of a script's statements. Comments, white space outside quotes, CR and a byte order mark do not count,
/// so that a formatter or a Windows checkout changes nothing.
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
