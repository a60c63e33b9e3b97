//! Codes of local authorities, as the Office for National Statistics gives them.

use std::fmt;

/// The code of a lower-tier or unitary local authority, such as `E06000023` for Bristol.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalAuthority([u8; 9]);

impl LocalAuthority {
    /// Reads a code: the letter of a nation and eight digits. Whether such an authority exists is not
    /// looked at.
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 9] = text.as_bytes().try_into().ok()?;
        let [nation, number @ ..] = &code;
        let is_code = b"ENSW".contains(nation) && number.iter().all(u8::is_ascii_digit);
        is_code.then_some(Self(code))
    }

    /// Returns the code as text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default() // always ASCII
    }
}

impl fmt::Display for LocalAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for LocalAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalAuthority({self})")
    }
}
