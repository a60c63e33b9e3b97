//! Distances on the ground and boxes around a point.

/// Returns the distance in metres between two points given in degrees, along the ground.
///
/// The Earth is taken as a sphere, which is wrong by half a percent at worst.
pub fn distance_m(latitude_1: f64, longitude_1: f64, latitude_2: f64, longitude_2: f64) -> f64 {
    let half_north = (latitude_2 - latitude_1).to_radians() / 2.0;
    let half_east = (longitude_2 - longitude_1).to_radians() / 2.0;
    let cosines = latitude_1.to_radians().cos() * latitude_2.to_radians().cos();
    let haversine = half_north.sin().powi(2) + cosines * half_east.sin().powi(2);
    2.0 * EARTH_RADIUS_M * haversine.min(1.0).sqrt().asin()
}

/// Measures from one point, many times: near it without trigonometry.
///
/// Within a seventh of a degree the ground is taken as flat, along the parallel halfway between; that is
/// off by less than 3 cm there. Beyond, it is [`distance_m`].
#[derive(Debug, Clone, Copy)]
pub struct Ruler {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    sine: f64,
    cosine: f64,
}

impl Ruler {
    /// Makes one for a point in degrees.
    pub fn at(latitude: f64, longitude: f64) -> Self {
        let (sine, cosine) = latitude.to_radians().sin_cos();
        Self { latitude, longitude, sine, cosine }
    }

    /// Returns the distance to a point in degrees, in metres.
    pub fn metres_to(&self, latitude: f64, longitude: f64) -> f64 {
        let (north, east) = (latitude - self.latitude, longitude - self.longitude);
        if north.abs().max(east.abs()) > FLAT_DEGREES {
            return distance_m(self.latitude, self.longitude, latitude, longitude);
        }
        self.square_to(latitude, longitude).sqrt()
    }

    /// Returns the square of the distance in metres, as on flat ground: enough to compare distances by, and needs
    /// no sines.
    pub(super) fn square_to(&self, latitude: f64, longitude: f64) -> f64 {
        let north = (latitude - self.latitude).to_radians();
        // The cosine of the latitude halfway, from that here, by its series.
        let half = north / 2.0;
        let cosine = self.cosine * (1.0 - half * half / 2.0) - self.sine * half;
        let east = (longitude - self.longitude).to_radians() * cosine;
        (north * north + east * east) * EARTH_RADIUS_M * EARTH_RADIUS_M
    }
}

/// Up to how far the ground may be taken as flat.
const FLAT_DEGREES: f64 = 0.15;

/// A box in degrees, for asking an index for candidates before distances are measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// The southern edge.
    pub min_latitude: f64,
    /// The western edge.
    pub min_longitude: f64,
    /// The northern edge.
    pub max_latitude: f64,
    /// The eastern edge.
    pub max_longitude: f64,
}

impl BoundingBox {
    /// Returns the smallest box that holds every point within a radius in metres. Where that would
    /// cross a pole or the 180th meridian it is all longitudes.
    pub fn around(latitude: f64, longitude: f64, radius_m: f64) -> Self {
        let angle = (radius_m.max(0.0) / EARTH_RADIUS_M).min(std::f64::consts::PI);
        let min_latitude = latitude - angle.to_degrees();
        let max_latitude = latitude + angle.to_degrees();
        // The circle is widest a little poleward of its centre, hence not just divided by the cosine.
        let sine = angle.sin() / latitude.to_radians().cos();
        let half_width = sine.min(1.0).asin().to_degrees();
        let (min_longitude, max_longitude) = (longitude - half_width, longitude + half_width);
        let holds_pole = min_latitude <= -90.0 || max_latitude >= 90.0;
        let is_split = min_longitude < -180.0 || max_longitude > 180.0;
        let is_whole = holds_pole || is_split;
        Self {
            min_latitude: min_latitude.max(-90.0),
            min_longitude: if is_whole { -180.0 } else { min_longitude },
            max_latitude: max_latitude.min(90.0),
            max_longitude: if is_whole { 180.0 } else { max_longitude },
        }
    }

    /// Tells whether a point is in the box, its edges included.
    pub fn contains(&self, latitude: f64, longitude: f64) -> bool {
        (self.min_latitude..=self.max_latitude).contains(&latitude)
            && (self.min_longitude..=self.max_longitude).contains(&longitude)
    }
}

/// The mean radius of the Earth.
const EARTH_RADIUS_M: f64 = 6_371_008.8;
