//! The table of postcodes as it lies in the file; `data/README.md` draws the layout.
//!
//! Opening checks the sum over the file and the build of every block, so that a lookup later needs no
//! error. Nothing is unpacked: an entry is read from the file's bytes when it is asked for.

use std::borrow::Cow;

use super::GazetteerError;
use super::LocalAuthority;
use super::block::Block;
use super::block::Entry;
use super::reader::Reader;
use super::reader::adler32;

/// A checked table.
pub(super) struct Table {
    pub(super) file: Cow<'static, [u8]>,
    pub(super) edition: String,
    pub(super) blocks: Vec<Block>,
    pub(super) len: usize,
    pub(super) authorities: Vec<LocalAuthority>,
}

impl Table {
    /// Reads and checks a file.
    pub(super) fn parse(file: Cow<'static, [u8]>) -> Result<Self, GazetteerError> {
        let mut reader = Reader::new(content(&file)?);
        let header = Header::read(&mut reader).ok_or(GazetteerError::Truncated)?;
        let authorities = read_authorities(&mut reader, header.authorities)?;
        let blocks = read_blocks(&mut reader, &header)?;
        let len = blocks.iter().map(|block| block.keys(&file).count()).sum();
        if len != header.postcodes as usize || reader.rest() != TAIL {
            return Err(GazetteerError::Count);
        }
        Ok(Self { edition: header.edition, authorities, blocks, len, file })
    }

    /// Returns what is said of the postcode with a key.
    pub(super) fn find(&self, key: u32) -> Option<Entry> {
        let following = self.blocks.partition_point(|block| block.first_key() <= key);
        let block = self.blocks.get(following.checked_sub(1)?)?;
        block.entry(&self.file, block.rank(&self.file, key)?)
    }

    /// Returns the code of an entry's authority.
    pub(super) fn authority(&self, entry: Entry) -> Option<LocalAuthority> {
        self.authorities.get(usize::from(entry.authority)).copied()
    }
}

/// Returns what comes before the checksum, if it is what was summed up.
fn content(file: &[u8]) -> Result<&[u8], GazetteerError> {
    if !file.starts_with(MAGIC) {
        return Err(GazetteerError::Magic);
    }
    let (content, checksum) = file.split_last_chunk().ok_or(GazetteerError::Truncated)?;
    let found = content.get(MAGIC.len()..).and_then(<[u8]>::first_chunk);
    let found = u16::from_le_bytes(*found.ok_or(GazetteerError::Truncated)?);
    if found != VERSION {
        return Err(GazetteerError::Version { found });
    }
    if adler32(content) != u32::from_le_bytes(*checksum) {
        return Err(GazetteerError::Checksum);
    }
    Ok(content)
}

struct Header {
    authorities: u16,
    blocks: u32,
    postcodes: u32,
    edition: String,
}

impl Header {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.slice(MAGIC.len() + size_of_val(&VERSION))?;
        Some(Self {
            authorities: u16::from_le_bytes(reader.take()?),
            blocks: u32::from_le_bytes(reader.take()?),
            postcodes: u32::from_le_bytes(reader.take()?),
            edition: String::from_utf8_lossy(&reader.take::<16>()?).trim_matches('\0').to_owned(),
        })
    }
}

fn read_authorities(
    reader: &mut Reader<'_>,
    count: u16,
) -> Result<Vec<LocalAuthority>, GazetteerError> {
    (0..count)
        .map(|number| {
            let code = reader.take::<9>().ok_or(GazetteerError::Truncated)?;
            let code = str::from_utf8(&code).ok().and_then(LocalAuthority::parse);
            code.ok_or(GazetteerError::Authority { number })
        })
        .collect()
}

fn read_blocks(reader: &mut Reader<'_>, header: &Header) -> Result<Vec<Block>, GazetteerError> {
    let mut blocks: Vec<Block> = Vec::new();
    for number in 0..header.blocks {
        let malformed = GazetteerError::Block { number };
        let block = Block::read(reader, header.authorities).ok_or(malformed)?;
        if blocks.last().is_some_and(|before| before.last_key() >= block.first_key()) {
            return Err(malformed);
        }
        blocks.push(block);
    }
    blocks.shrink_to_fit();
    Ok(blocks)
}

const MAGIC: &[u8; 8] = b"UKPLACES";
const VERSION: u16 = 1;
/// Follows the last block, so that eight bytes can be read from wherever an entry starts.
const TAIL: [u8; 8] = [0; 8];
