//! The gazetteer: postcodes to places and back.
//!
//! It reads the table where it lies and decodes only what is asked for: a lookup is a binary search
//! over the blocks, one bit and one word. In memory are the blocks' heads and boxes, about 6 MB.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use super::GazetteerError;
use super::LocalAuthority;
use super::Postcode;
use super::block::Block;
use super::block::Entry;
use super::block::degrees;
use super::distance_m;
use super::nearest::Boxes;
use super::table::Table;

/// Where something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Degrees north, WGS84, within about 10 m.
    pub latitude: f64,
    /// Degrees east, WGS84, within about 10 m.
    pub longitude: f64,
    /// The local authority it is in, where known.
    pub local_authority: Option<LocalAuthority>,
}

/// Knows the postcodes of Great Britain, live and terminated; not those of Northern Ireland, Jersey,
/// Guernsey and the Isle of Man.
pub struct Gazetteer {
    pub(super) table: Table,
    /// Made when they are first asked for: most who read a table ask where postcodes are, not which is near.
    boxes: OnceLock<Boxes>,
}

impl Gazetteer {
    /// Opens the table built into the program. Takes some milliseconds; keep the result.
    ///
    /// # Errors
    /// When the program was built with a damaged table.
    pub fn embedded() -> Result<Self, GazetteerError> {
        Self::over(Cow::Borrowed(include_bytes!("../../data/postcodes.bin")))
    }

    /// Opens a table, of which it keeps a copy.
    ///
    /// # Errors
    /// When this is not a table, not of the version this program reads, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, GazetteerError> {
        Self::over(Cow::Owned(bytes.to_vec()))
    }

    fn over(bytes: Cow<'static, [u8]>) -> Result<Self, GazetteerError> {
        let table = Table::parse(bytes)?;
        Ok(Self { table, boxes: OnceLock::new() })
    }

    /// Returns where a postcode is.
    pub fn find(&self, postcode: &Postcode) -> Option<Spot> {
        self.table.find(postcode.key()).map(|entry| self.spot(entry))
    }

    /// Returns the postcode nearest to a point in degrees, where it is, and how far in metres, if any
    /// is within a distance in metres, of which 500 km are looked at.
    ///
    /// The postcode may be terminated, or one of several in the same place: use this to learn in whose
    /// area a point is, not to make an address. The first to ask waits some tens of milliseconds longer.
    pub fn nearest(
        &self,
        latitude: f64,
        longitude: f64,
        within_m: f64,
    ) -> Option<(Postcode, Spot, f64)> {
        let boxes = self.boxes.get_or_init(|| Boxes::of(&self.table));
        let (block, rank) = boxes.nearest(&self.table, latitude, longitude, within_m)?;
        let postcode = Postcode::of_key(block.keys(&self.table.file).nth(rank)?)?;
        let spot = self.spot(block.entry(&self.table.file, rank)?);
        let metres = distance_m(latitude, longitude, spot.latitude, spot.longitude);
        (metres <= within_m).then_some((postcode, spot, metres))
    }

    /// Tells whether it knows postcodes in a local authority.
    pub fn knows(&self, authority: LocalAuthority) -> bool {
        self.table.authorities.contains(&authority)
    }

    /// Returns every postcode in order, with where it is.
    pub fn iter(&self) -> impl Iterator<Item = (Postcode, Spot)> {
        self.table.blocks.iter().flat_map(|block| self.iter_block(block))
    }

    fn iter_block(&self, block: &Block) -> impl Iterator<Item = (Postcode, Spot)> {
        let spots = block.entries(&self.table.file).map(|entry| self.spot(entry));
        let postcodes = block.keys(&self.table.file).map(Postcode::of_key);
        postcodes.zip(spots).filter_map(|(postcode, spot)| Some((postcode?, spot)))
    }

    /// Returns how many postcodes it knows.
    pub fn len(&self) -> usize {
        self.table.len
    }

    /// Tells whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the edition of the source the table was made from, such as `2026.1.1`.
    pub fn edition(&self) -> &str {
        &self.table.edition
    }

    fn spot(&self, entry: Entry) -> Spot {
        Spot {
            latitude: degrees(entry.latitude),
            longitude: degrees(entry.longitude),
            local_authority: self.table.authority(entry),
        }
    }
}

impl fmt::Debug for Gazetteer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gazetteer")
            .field("edition", &self.edition())
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
