//! Reads numbers from bytes and from bits, never beyond their end.

/// Reads from the front of a file and knows how far it has come.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, _) = self.rest().split_first_chunk()?;
        self.position += N;
        Some(*taken)
    }

    pub(super) fn slice(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, _) = self.rest().split_at_checked(count)?;
        self.position += count;
        Some(taken)
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }
}

/// Up to 64 bits, taken from the lowest on.
pub(super) struct Bits(u64);

impl Bits {
    /// Skips to a bit of some bytes; there must be eight bytes where it is.
    pub(super) fn at(bytes: &[u8], bit: usize) -> Option<Self> {
        let word = bytes.get(bit / 8..)?.first_chunk()?;
        Some(Self(u64::from_le_bytes(*word) >> (bit % 8)))
    }

    /// Takes a number of at most 16 bits.
    pub(super) fn take(&mut self, count: u32) -> u16 {
        let [low, high, ..] = (self.0 & ((1 << count) - 1)).to_le_bytes();
        self.0 >>= count;
        u16::from_le_bytes([low, high])
    }
}

/// Returns the Adler-32 checksum of RFC 1950.
pub(super) fn adler32(bytes: &[u8]) -> u32 {
    let (mut sum, mut sum_of_sums) = (1, 0);
    for chunk in bytes.chunks(ADLER_CHUNK) {
        for byte in chunk {
            sum += u32::from(*byte);
            sum_of_sums += sum;
        }
        sum %= ADLER_MODULUS;
        sum_of_sums %= ADLER_MODULUS;
    }
    sum_of_sums << 16 | sum
}

const ADLER_MODULUS: u32 = 65_521;
/// The most bytes whose sums cannot overflow.
const ADLER_CHUNK: usize = 5552;
