//! Finds the postcode nearest to a point.
//!
//! Postcodes of a block lie close together, so it is enough to index the boxes of blocks: about fifty
//! thousand instead of two and a half million points. A search reads the few blocks whose boxes are
//! near enough, nearest box first, and stops when the next box is further than the best postcode.

use rstar::AABB;
use rstar::RTree;
use rstar::primitives::GeomWithData;
use rstar::primitives::Rectangle;

use super::BoundingBox;
use super::Ruler;
use super::block::Block;
use super::block::Entry;
use super::block::degrees;
use super::table::Table;

/// The boxes of the blocks of a table, with the number of each.
pub(super) struct Boxes(RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>);

/// Where a postcode stands in the table, and how far it is.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    block: usize,
    rank: usize,
    metres: f64,
}

impl Boxes {
    /// Indexes a table.
    pub(super) fn of(table: &Table) -> Self {
        let boxes = table.blocks.iter().enumerate().map(|(number, block)| {
            let corners = Rectangle::from_corners(block.south_west(), block.north_east());
            GeomWithData::new(corners, number)
        });
        Self(RTree::bulk_load(boxes.collect()))
    }

    /// Returns the block of the nearest postcode within a distance, and its rank therein.
    pub(super) fn nearest<'a>(
        &self,
        table: &'a Table,
        latitude: f64,
        longitude: f64,
        within_m: f64,
    ) -> Option<(&'a Block, usize)> {
        if !latitude.is_finite() || !longitude.is_finite() || within_m.is_nan() {
            return None;
        }
        let origin = Ruler::at(latitude, longitude);
        let furthest = within_m.min(FURTHEST_M);
        let mut radius = FIRST_RADIUS_M.min(furthest);
        loop {
            let best = self.nearest_near(table, &origin, radius);
            if let Some(best) = best.filter(|best| best.metres <= radius) {
                return Some((table.blocks.get(best.block)?, best.rank));
            }
            if radius >= furthest {
                return None;
            }
            // What was found beyond the radius bounds where the nearest can be.
            let next = best.map_or(radius * RADIUS_GROWTH, |best| best.metres * SLACK);
            radius = next.min(furthest);
        }
    }

    /// Returns the nearest postcode of those blocks that reach into a radius: surely the nearest of all
    /// if it is within the radius itself.
    fn nearest_near(&self, table: &Table, origin: &Ruler, radius: f64) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for (least_metres, number) in self.blocks_near(origin, radius) {
            if best.is_some_and(|best| best.metres < least_metres) {
                break;
            }
            let found = table
                .blocks
                .get(number)
                .and_then(|block| nearest_of(origin, block.entries(&table.file)));
            if let Some((rank, metres)) = found
                && best.is_none_or(|best| metres < best.metres)
            {
                best = Some(Candidate { block: number, rank, metres });
            }
        }
        best
    }

    /// Returns the numbers of blocks that reach into a radius, each with a distance that none of its
    /// postcodes is nearer than, in the order of that.
    fn blocks_near(&self, origin: &Ruler, radius: f64) -> Vec<(f64, usize)> {
        let bounds = BoundingBox::around(origin.latitude, origin.longitude, radius * SLACK);
        let bounds = AABB::from_corners(
            [bounds.min_latitude, bounds.min_longitude],
            [bounds.max_latitude, bounds.max_longitude],
        );
        let boxes = self.0.locate_in_envelope_intersecting(bounds);
        let mut blocks: Vec<_> = boxes
            .map(|found| (distance_to_box(origin, found.geom()) / SLACK, found.data))
            .collect();
        blocks.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        blocks
    }
}

fn nearest_of(origin: &Ruler, entries: impl Iterator<Item = Entry>) -> Option<(usize, f64)> {
    let squares =
        entries.map(|entry| origin.square_to(degrees(entry.latitude), degrees(entry.longitude)));
    let (rank, square) = squares.enumerate().min_by(|one, other| one.1.total_cmp(&other.1))?;
    Some((rank, square.sqrt()))
}

fn distance_to_box(origin: &Ruler, found: &Rectangle<[f64; 2]>) -> f64 {
    let ([south, west], [north, east]) = (found.lower(), found.upper());
    let latitude = origin.latitude.clamp(south, north);
    let longitude = origin.longitude.clamp(west, east);
    origin.square_to(latitude, longitude).sqrt()
}

/// Most points with a name are within this of a postcode.
const FIRST_RADIUS_M: f64 = 250.0;
const RADIUS_GROWTH: f64 = 4.0;
/// As far as the plane is good for; no point of Great Britain is this far from a postcode.
const FURTHEST_M: f64 = 500_000.0;
/// More than the plane is wrong by over that distance.
const SLACK: f64 = 1.01;
