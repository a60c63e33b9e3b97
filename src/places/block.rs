//! A block of the table: up to some dozens of postcodes of one sector.
//!
//! It names its local authorities once, has a bit for each possible postcode from its first to its
//! last, and for each that exists the offset from its south-western corner, all in as few bits as the
//! largest needs. That makes a place about three bytes, and each can be read without the others.

use super::Postcode;
use super::postcode::SECTOR_KEYS;
use super::reader::Bits;
use super::reader::Reader;

/// The fixed part of a block, and where the rest of it lies.
pub(super) struct Block {
    first: u32,
    span: u16,
    south: i32,
    west: i32,
    height: u16,
    width: u16,
    authorities: u8,
    start: usize,
}

/// What the table says of one postcode.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// In units.
    pub(super) latitude: i32,
    /// In units.
    pub(super) longitude: i32,
    /// A number in the table's list, or one beyond it.
    pub(super) authority: u16,
}

impl Block {
    /// Reads a block and checks it.
    pub(super) fn read(reader: &mut Reader<'_>, authorities: u16) -> Option<Self> {
        let first = u32::from_le_bytes(reader.take()?);
        let span = u16::from_le_bytes(reader.take()?);
        let south = i32::from_le_bytes(reader.take()?);
        let west = i32::from_le_bytes(reader.take()?);
        let height = u16::from_le_bytes(reader.take()?);
        let width = u16::from_le_bytes(reader.take()?);
        let [own_authorities] = reader.take()?;
        let start = reader.position();
        let block =
            Self { first, span, south, west, height, width, authorities: own_authorities, start };

        let list = reader.slice(block.list_bytes())?;
        let present = reader.slice(block.present_bytes())?;
        reader.slice((count_ones(present) * block.entry_bits() as usize).div_ceil(8))?;

        let is_sound = block.is_within_sector()
            && block.is_on_earth()
            && block.is_filled_by(present)
            && are_authorities(list, authorities);
        is_sound.then_some(block)
    }

    fn is_within_sector(&self) -> bool {
        self.span > 0
            && self.first / SECTOR_KEYS == self.last_key() / SECTOR_KEYS
            && Postcode::of_key(self.first).is_some()
    }

    fn is_on_earth(&self) -> bool {
        let corners = [self.south_west(), self.north_east()];
        corners
            .iter()
            .all(|[latitude, longitude]| latitude.abs() <= 90.0 && longitude.abs() <= 180.0)
    }

    /// Tells whether the first and the last key are there and none beyond.
    fn is_filled_by(&self, present: &[u8]) -> bool {
        let (Some(first), Some(last)) = (present.first(), present.last()) else {
            return false;
        };
        let last_bit = u32::from(self.span).wrapping_sub(1) % 8;
        first & 1 == 1 && last.checked_ilog2() == Some(last_bit)
    }

    /// Returns the key of its first postcode.
    pub(super) fn first_key(&self) -> u32 {
        self.first
    }

    /// Returns the key of its last postcode.
    pub(super) fn last_key(&self) -> u32 {
        self.first.saturating_add(u32::from(self.span).saturating_sub(1))
    }

    /// Returns its least latitude and longitude in degrees.
    pub(super) fn south_west(&self) -> [f64; 2] {
        [self.south, self.west].map(degrees)
    }

    /// Returns its greatest latitude and longitude in degrees.
    pub(super) fn north_east(&self) -> [f64; 2] {
        [
            degrees(self.south.saturating_add(self.height.into())),
            degrees(self.west.saturating_add(self.width.into())),
        ]
    }

    /// Returns how many of its postcodes come before the one with a key, if that one is there.
    pub(super) fn rank(&self, file: &[u8], key: u32) -> Option<usize> {
        let place = key.checked_sub(self.first)? as usize;
        let (before, after) = self.present(file).split_at_checked(place / 8)?;
        let here = after.first()?;
        let bit = 1 << (place % 8);
        (here & bit != 0).then(|| count_ones(before) + count_ones(&[here & (bit - 1)]))
    }

    /// Returns how many postcodes it has.
    pub(super) fn count(&self, file: &[u8]) -> usize {
        count_ones(self.present(file))
    }

    /// Returns the keys of its postcodes in order.
    pub(super) fn keys(&self, file: &[u8]) -> impl Iterator<Item = u32> {
        let bytes = self.present(file).iter();
        let bits = bytes.flat_map(|byte| (0..8).map(move |bit| byte & (1 << bit) != 0));
        (self.first..).zip(bits).filter_map(|(key, is_there)| is_there.then_some(key))
    }

    /// Returns the entries of its postcodes in order.
    pub(super) fn entries(&self, file: &[u8]) -> impl Iterator<Item = Entry> {
        (0..self.count(file)).filter_map(move |rank| self.entry(file, rank))
    }

    /// Returns the entry of the postcode with a rank.
    pub(super) fn entry(&self, file: &[u8], rank: usize) -> Option<Entry> {
        let entries = self.start + self.list_bytes() + self.present_bytes();
        let mut bits = Bits::at(file, 8 * entries + rank * self.entry_bits() as usize)?;
        Some(Entry {
            latitude: self.south + i32::from(bits.take(bit_length(self.height))),
            longitude: self.west + i32::from(bits.take(bit_length(self.width))),
            authority: self.authority(file, bits.take(self.authority_bits()))?,
        })
    }

    /// Looks up the list of the block, by which its entries name authorities.
    fn authority(&self, file: &[u8], place: u16) -> Option<u16> {
        let at = self.start + 2 * usize::from(place);
        Some(u16::from_le_bytes(*file.get(at..)?.first_chunk()?))
    }

    fn present<'a>(&self, file: &'a [u8]) -> &'a [u8] {
        let start = self.start + self.list_bytes();
        file.get(start..start + self.present_bytes()).unwrap_or_default()
    }

    fn list_bytes(&self) -> usize {
        2 * usize::from(self.authorities)
    }

    fn present_bytes(&self) -> usize {
        usize::from(self.span).div_ceil(8)
    }

    fn entry_bits(&self) -> u32 {
        bit_length(self.height) + bit_length(self.width) + self.authority_bits()
    }

    fn authority_bits(&self) -> u32 {
        bit_length(self.authorities.saturating_sub(1).into())
    }
}

fn are_authorities(list: &[u8], count: u16) -> bool {
    let (numbers, _) = list.as_chunks();
    let mut numbers = numbers.iter().map(|number| u16::from_le_bytes(*number));
    !list.is_empty() && numbers.all(|number| number < count || number == NO_AUTHORITY)
}

fn count_ones(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| byte.count_ones()).sum::<u32>() as usize
}

fn bit_length(value: u16) -> u32 {
    u16::BITS - value.leading_zeros()
}

/// Turns units of the table into degrees.
pub(super) fn degrees(units: i32) -> f64 {
    f64::from(units) / UNITS_PER_DEGREE
}

/// Ten-thousandths of a degree are 11 m northward and about 7 m eastward.
const UNITS_PER_DEGREE: f64 = 10_000.0;
/// The number of no authority, for a place in none.
const NO_AUTHORITY: u16 = u16::MAX;
