//! Districts of postcodes: what the part before the space names, such as `OX10`. People say them, and
//! maps without streets are read by them.

use super::Gazetteer;
use super::Postcode;
use super::block::Block;

/// A district.
#[derive(Debug, Clone, PartialEq)]
pub struct District {
    /// Its name, such as `OX10`.
    pub outward: String,
    /// Its middle in degrees north, WGS84: that of its postcodes, within a few hundred metres.
    pub latitude: f64,
    /// Its middle in degrees east.
    pub longitude: f64,
    /// How many postcodes are in it, terminated ones included.
    pub postcodes: u32,
}

impl District {
    /// Tells whether text has the shape of a district's name; whether there is one is for
    /// [`Gazetteer::district`] to say.
    pub fn is_name(text: &str) -> bool {
        let name = text.trim();
        let is_word = !name.contains(char::is_whitespace);
        is_word
            && Postcode::parse(&format!("{name}{INWARD}")).is_some_and(|it| it.inward() == INWARD)
    }
}

impl Gazetteer {
    /// Returns all districts in order.
    pub fn districts(&self) -> Vec<District> {
        let blocks = self.table.blocks.chunk_by(|one, next| outward(one) == outward(next));
        blocks.filter_map(|blocks| self.district_of(blocks)).collect()
    }

    /// Returns the district of a name, in any case; spaces around it are nothing.
    pub fn district(&self, name: &str) -> Option<District> {
        let name = name.trim().to_ascii_uppercase();
        let blocks = &self.table.blocks;
        // The order of keys is that of text.
        let (_, rest) = blocks.split_at(blocks.partition_point(|block| outward(block) < name));
        let (of_it, _) = rest.split_at(rest.partition_point(|block| outward(block) == name));
        self.district_of(of_it)
    }

    /// The mean of the middles of blocks, by the number of their postcodes.
    fn district_of(&self, blocks: &[Block]) -> Option<District> {
        let outward = outward(blocks.first()?);
        let (mut postcodes, mut latitude, mut longitude) = (0_u32, 0.0, 0.0);
        for block in blocks {
            let count = u32::try_from(block.count(&self.table.file)).unwrap_or(u32::MAX);
            let ([south, west], [north, east]) = (block.south_west(), block.north_east());
            postcodes = postcodes.saturating_add(count);
            latitude += f64::midpoint(south, north) * f64::from(count);
            longitude += f64::midpoint(west, east) * f64::from(count);
        }
        let of = f64::from(postcodes.max(1));
        Some(District { outward, latitude: latitude / of, longitude: longitude / of, postcodes })
    }
}

fn outward(block: &Block) -> String {
    let postcode = Postcode::of_key(block.first_key());
    postcode.map(|postcode| postcode.outward().to_owned()).unwrap_or_default()
}

/// What makes a postcode of any district's name.
const INWARD: &str = "1AA";
