//! What the gazetteer must know, and that no damage to its table brings it down.

use std::sync::LazyLock;

use proptest::prelude::ProptestConfig;
use proptest::prop_assert;
use proptest::proptest;

use super::BoundingBox;
use super::District;
use super::Gazetteer;
use super::GazetteerError;
use super::Postcode;
use super::Ruler;
use super::block::Block;
use super::distance_m;
use super::reader::Reader;
use super::reader::adler32;

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| Gazetteer::embedded().unwrap());

fn postcode(text: &str) -> Postcode {
    Postcode::parse(text).unwrap()
}

#[test]
fn postcodes_are_read_in_any_case_and_spacing() {
    let cases = [
        ("OX10 8AA", "OX10 8AA"),
        ("ox108aa", "OX10 8AA"),
        ("  ox10   8aa\n", "OX10 8AA"),
        ("OX1 08AA", "OX10 8AA"),
        ("OX10\u{a0}8AA", "OX10 8AA"),
        ("m1 1ae", "M1 1AE"),
        ("B338TH", "B33 8TH"),
        ("W1A0AX", "W1A 0AX"),
        ("W1V 6DP", "W1V 6DP"),
        ("cr2 6xh", "CR2 6XH"),
        ("DN551PT", "DN55 1PT"),
        ("EC1A1BB", "EC1A 1BB"),
        ("BT1 5GS", "BT1 5GS"),
    ];
    for (text, wanted) in cases {
        assert_eq!(postcode(text).to_string(), wanted, "{text:?}");
    }
}

#[test]
fn what_is_not_of_the_shape_is_no_postcode() {
    let cases = [
        "",
        " ",
        "OX10",
        "8AA",
        "OX10 8A",
        "OX10 8AAA",
        "OX100 8AA",
        "OX1O 8AA",
        "0X10 8AA",
        "OX10 AA8",
        "OX10 8CA",
        "OX10 8AI",
        "OX10-8AA",
        "OX10 8AA.",
        "QX1 1AA",
        "VA1 1AA",
        "XB1 1AA",
        "AI1 1AA",
        "AJ1 1AA",
        "AZ1 1AA",
        "A1I 1AA",
        "AA1C 1AA",
        "A 1AA",
        "AA 1AA",
        "AAA 1AA",
        "AA11A 1AA",
        "1A1 1AA",
        "NPT 0AD",
        "GIR 0AA",
        "ÖX10 8AA",
        "OX10 ８AA",
        "Bristol",
        "12345",
    ];
    for text in cases {
        assert_eq!(Postcode::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_postcode_has_an_outward_code_an_inward_code_and_an_area() {
    let cases = [
        ("M1 1AE", "M1", "1AE", "M"),
        ("B33 8TH", "B33", "8TH", "B"),
        ("W1A 0AX", "W1A", "0AX", "W"),
        ("CR2 6XH", "CR2", "6XH", "CR"),
        ("DN55 1PT", "DN55", "1PT", "DN"),
        ("EC1A 1BB", "EC1A", "1BB", "EC"),
    ];
    for (text, outward, inward, area) in cases {
        let parts = postcode(text);
        assert_eq!((parts.outward(), parts.inward(), parts.area()), (outward, inward, area));
        assert_eq!(format!("{parts:?}"), format!("Postcode({text})"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,12}") {
        if let Some(read) = Postcode::parse(&text) {
            assert_eq!(Postcode::parse(&read.to_string()), Some(read));
        }
    }

    #[test]
    fn numbers_of_postcodes_keep_their_order(
        one in "[A-PR-UWYZ]([A-HK-Y]?[0-9]{1,2}|[0-9][AW]|[A-HK-Y][0-9][AY])[0-9][ABZ]{2}",
        other in "[A-PR-UWYZ]([A-HK-Y]?[0-9]{1,2}|[0-9][AW]|[A-HK-Y][0-9][AY])[0-9][ABZ]{2}",
    ) {
        let (one, other) = (postcode(&one), postcode(&other));
        assert_eq!(Postcode::of_key(one.key()), Some(one));
        assert_eq!(one.key().cmp(&other.key()), one.cmp(&other));
    }

    #[test]
    fn any_number_is_of_a_postcode_or_of_none(key: u32) {
        if let Some(found) = Postcode::of_key(key) {
            assert_eq!(found.key(), key);
        }
    }
}

/// Public buildings and landmarks; positions and areas from common knowledge, within 400 m.
const KNOWN: [(&str, f64, f64, &str); 14] = [
    ("SW1A 1AA", 51.501, -0.142, "E09000033"), // Buckingham Palace, Westminster
    ("SW1A 2AA", 51.5034, -0.1276, "E09000033"), // 10 Downing Street
    ("BS1 5TR", 51.4527, -2.6015, "E06000023"), // Bristol City Hall
    ("EH99 1SP", 55.952, -3.1747, "S12000036"), // Scottish Parliament, Edinburgh
    ("EH1 2NG", 55.9486, -3.1999, "S12000036"), // Edinburgh Castle
    ("CF10 3NP", 51.486, -3.177, "W06000015"), // Cathays Park, Cardiff
    ("LL57 2DG", 53.229, -4.130, "W06000002"), // Bangor University, Gwynedd
    ("M2 5DB", 53.479, -2.2446, "E08000003"),  // Albert Square, Manchester
    ("LS1 1UR", 53.802, -1.5486, "E08000035"), // Civic Hall, Leeds
    ("B1 1BB", 52.480, -1.9034, "E08000025"),  // Victoria Square, Birmingham
    ("CB2 1TN", 52.205, 0.1165, "E07000008"),  // Colleges, Cambridge
    ("TR19 7AA", 50.066, -5.7147, "E06000052"), // Land's End, Cornwall
    ("KW1 4YR", 58.6392, -3.0705, "S12000017"), // John o' Groats, Highland
    ("W1M 0AA", 51.518, -0.145, "E09000033"),  // Marylebone; ended in 2000
];

#[test]
fn known_postcodes_are_where_they_are() {
    for (text, latitude, longitude, authority) in KNOWN {
        let spot = GAZETTEER.find(&postcode(text)).unwrap();
        let metres = distance_m(latitude, longitude, spot.latitude, spot.longitude);
        assert!(metres < 400.0, "{text} is {metres} m off: {spot:?}");
        assert_eq!(spot.local_authority.unwrap().as_str(), authority, "{text}");
    }
}

#[test]
fn postcodes_that_are_not_in_the_table_are_unknown() {
    for text in
        ["AA1 1AA", "ZY99 9ZZ", "AB10 0AA", "BS1 0ZZ", "BT1 5GS", "JE2 3QA", "GY1 1WW", "IM1 1AA"]
    {
        assert_eq!(GAZETTEER.find(&postcode(text)), None, "{text}");
    }
}

#[test]
fn every_postcode_can_be_walked_to_and_found() {
    let mut count = 0;
    let mut before = None;
    for (each, spot) in GAZETTEER.iter() {
        assert!(before < Some(each), "{each} after {before:?}");
        before = Some(each);
        let is_in_britain =
            (49.8..60.9).contains(&spot.latitude) && (-8.7..1.8).contains(&spot.longitude);
        assert!(is_in_britain && spot.local_authority.is_some(), "{each} {spot:?}");
        if count % 97 == 0 {
            assert_eq!(GAZETTEER.find(&each), Some(spot));
        }
        count += 1;
    }
    assert_eq!(count, GAZETTEER.len());
    assert!(count > 2_600_000 && !GAZETTEER.is_empty());
}

#[test]
fn the_nearest_is_what_trying_all_finds() {
    let all: Vec<_> = GAZETTEER.iter().collect();
    let mut random = Random(7);
    for turn in 0..60 {
        let (latitude, longitude) = match turn % 3 {
            0 => (random.between(50.0, 59.0), random.between(-6.0, 1.7)),
            1 => (random.between(51.3, 51.7), random.between(-0.5, 0.3)),
            _ => (random.between(51.4, 53.6), random.between(-3.0, -1.0)),
        };
        let near = all.iter().filter(|(_, spot)| (spot.latitude - latitude).abs() < 0.2);
        let least = near
            .map(|(_, spot)| distance_m(latitude, longitude, spot.latitude, spot.longitude))
            .min_by(f64::total_cmp)
            .filter(|least| *least <= 20_000.0);
        let found = GAZETTEER.nearest(latitude, longitude, 20_000.0);
        assert_eq!(found.is_some(), least.is_some(), "{latitude} {longitude}");
        if let (Some((found, spot, metres)), Some(least)) = (found, least) {
            assert!((metres - least).abs() < 0.01, "{latitude} {longitude}: {metres} not {least}");
            assert_eq!(GAZETTEER.find(&found), Some(spot));
        }
    }
}

#[test]
fn the_nearest_is_sought_within_a_distance_only() {
    let (_, spot, metres) = GAZETTEER.nearest(51.4527, -2.6015, 100.0).unwrap();
    assert!(metres <= 100.0);
    assert_eq!(spot.local_authority.unwrap().as_str(), "E06000023");

    let in_the_north_sea = |within_m| GAZETTEER.nearest(56.0, 3.0, within_m);
    assert_eq!(in_the_north_sea(50_000.0), None);
    assert!(in_the_north_sea(400_000.0).is_some());
    assert_eq!(GAZETTEER.nearest(48.8566, 2.3522, 100_000.0), None);
}

#[test]
fn senseless_questions_have_no_nearest() {
    let (latitude, longitude) = (51.4527, -2.6015);
    assert_eq!(GAZETTEER.nearest(f64::NAN, longitude, 100.0), None);
    assert_eq!(GAZETTEER.nearest(latitude, f64::INFINITY, 100.0), None);
    assert_eq!(GAZETTEER.nearest(latitude, longitude, f64::NAN), None);
    assert_eq!(GAZETTEER.nearest(latitude, longitude, -1.0), None);
    assert_eq!(GAZETTEER.nearest(latitude, longitude, 0.0), None);
    assert!(GAZETTEER.nearest(latitude, longitude, f64::INFINITY).is_some());
    assert_eq!(GAZETTEER.nearest(-90.0, 180.0, f64::INFINITY), None);
}

#[test]
fn distances_are_those_of_the_atlas() {
    let cases = [
        ((51.5007, -0.1246), (40.6892, -74.0445), 5_574_840.0), // Big Ben to the Statue of Liberty
        ((50.0664, -5.7148), (58.6440, -3.0705), 968_200.0),    // Land's End to John o' Groats
        ((51.0, 0.0), (52.0, 0.0), 111_195.0),
        ((0.0, 0.0), (0.0, 180.0), 20_015_115.0),
        ((51.5, -0.1), (51.5, -0.1), 0.0),
    ];
    for ((latitude_1, longitude_1), (latitude_2, longitude_2), wanted) in cases {
        let metres = distance_m(latitude_1, longitude_1, latitude_2, longitude_2);
        assert!((metres - wanted).abs() <= wanted / 1000.0, "{metres} not {wanted}");
    }
}

proptest! {
    #[test]
    fn a_ruler_measures_as_the_atlas_does(
        latitude in -60.0..61.0_f64, longitude in -170.0..170.0_f64,
        north in -0.5..0.5_f64, east in -0.5..0.5_f64,
    ) {
        let ruler = Ruler::at(latitude, longitude);
        let metres = ruler.metres_to(latitude + north, longitude + east);
        let wanted = distance_m(latitude, longitude, latitude + north, longitude + east);
        prop_assert!((metres - wanted).abs() < 0.03, "{metres} not {wanted}");
    }
}

#[test]
fn a_box_holds_its_circle_and_little_more() {
    for (latitude, longitude) in [(51.45, -2.6), (60.15, -1.15), (0.0, 0.0), (-45.0, 170.0)] {
        let radius_m = 10_000.0;
        let bounds = BoundingBox::around(latitude, longitude, radius_m);
        let to_north = distance_m(latitude, longitude, bounds.max_latitude, longitude);
        let to_south = distance_m(latitude, longitude, bounds.min_latitude, longitude);
        let to_east = distance_m(latitude, longitude, latitude, bounds.max_longitude);
        let to_west = distance_m(latitude, longitude, latitude, bounds.min_longitude);
        for metres in [to_north, to_south, to_east, to_west] {
            assert!((9_999.9..10_010.0).contains(&metres), "{metres}");
        }
        assert!(bounds.contains(latitude, longitude));
        assert!(!bounds.contains(latitude + 0.1, longitude));
        assert!(!bounds.contains(latitude, longitude - 0.2));
    }
}

#[test]
fn a_box_over_a_pole_or_the_date_line_goes_round_the_earth() {
    for (latitude, longitude) in [(89.99, 20.0), (-90.0, 0.0), (10.0, 179.99), (10.0, -179.99)] {
        let bounds = BoundingBox::around(latitude, longitude, 10_000.0);
        assert!(bounds.contains(latitude, 0.0), "{bounds:?}");
        assert!(bounds.min_latitude >= -90.0 && bounds.max_latitude <= 90.0);
    }
}

#[test]
fn an_excerpt_of_the_table_is_a_table() {
    let gazetteer = Gazetteer::from_bytes(&excerpt()).unwrap();
    let walked: Vec<_> = gazetteer.iter().collect();
    assert_eq!(walked.len(), gazetteer.len());
    assert_eq!(gazetteer.edition(), GAZETTEER.edition());
    for (each, spot) in walked {
        assert_eq!(GAZETTEER.find(&each), Some(spot));
    }
    assert_eq!(gazetteer.find(&postcode("SW1A 1AA")), None);
}

#[test]
fn other_files_are_told_apart() {
    let open = |bytes: &[u8]| Gazetteer::from_bytes(bytes).unwrap_err();
    assert_eq!(open(b""), GazetteerError::Magic);
    assert_eq!(open(b"PK\x03\x04 something else"), GazetteerError::Magic);
    assert_eq!(open(b"UKPLACES"), GazetteerError::Truncated);
    let mut later = excerpt();
    later[8] = 2;
    assert_eq!(open(&later), GazetteerError::Version { found: 2 });
    assert_eq!(
        open(&later).to_string(),
        "the table of postcodes has a layout this program does not read: 2"
    );
}

#[test]
fn a_table_cut_short_is_an_error() {
    let whole = excerpt();
    for length in 0..whole.len() {
        assert!(Gazetteer::from_bytes(&whole[..length]).is_err(), "{length}");
    }
    for length in 0..whole.len() - CHECKSUM_BYTES {
        assert!(Gazetteer::from_bytes(&sealed(whole[..length].to_vec())).is_err(), "{length}");
    }
    for part in 0..10 {
        let length = EMBEDDED.len() * part / 10;
        assert!(Gazetteer::from_bytes(&EMBEDDED[..length]).is_err(), "{length}");
    }
}

#[test]
fn any_changed_byte_is_an_error() {
    let mut bytes = excerpt();
    for place in 0..bytes.len() {
        for change in [0x01, 0x80, 0xff] {
            bytes[place] ^= change;
            assert!(Gazetteer::from_bytes(&bytes).is_err(), "{place}");
            bytes[place] ^= change;
        }
    }
}

#[test]
fn a_damaged_table_with_a_good_checksum_brings_nothing_down() {
    let whole = excerpt();
    let content = &whole[..whole.len() - CHECKSUM_BYTES];
    let asked = postcode("BS1 5TR");
    for place in 0..content.len() {
        for change in [0x01, 0x10, 0x80, 0xff] {
            let mut damaged = content.to_vec();
            damaged[place] ^= change;
            if let Ok(gazetteer) = Gazetteer::from_bytes(&sealed(damaged)) {
                assert!(gazetteer.iter().count() <= gazetteer.len());
                gazetteer.find(&asked);
                gazetteer.nearest(51.4527, -2.6015, 5_000.0);
            }
        }
    }
}

const EMBEDDED: &[u8] = include_bytes!("../../data/postcodes.bin");
const HEADER_BYTES: usize = 36;
const CHECKSUM_BYTES: usize = 4;

/// Makes a small table of the dozen blocks around Bristol City Hall.
fn excerpt() -> Vec<u8> {
    let mut reader = Reader::new(EMBEDDED);
    let header = reader.slice(HEADER_BYTES).unwrap();
    let authorities = u16::from_le_bytes([header[10], header[11]]);
    reader.slice(usize::from(authorities) * 9).unwrap();
    let start = reader.position();

    let from = postcode("BS1 5AA").key();
    let (mut blocks, mut postcodes, mut kept) = (0_u32, 0_u32, start..start);
    while blocks < 12 {
        let position = reader.position();
        let block = Block::read(&mut reader, authorities).unwrap();
        if block.last_key() < from {
            continue;
        }
        if blocks == 0 {
            kept.start = position;
        }
        kept.end = reader.position();
        blocks += 1;
        postcodes += u32::try_from(block.keys(EMBEDDED).count()).unwrap();
    }
    let mut content = EMBEDDED[..start].to_vec();
    content[12..16].copy_from_slice(&blocks.to_le_bytes());
    content[16..20].copy_from_slice(&postcodes.to_le_bytes());
    content.extend(&EMBEDDED[kept]);
    content.extend([0; 8]);
    sealed(content)
}

/// Adds the checksum.
fn sealed(mut content: Vec<u8>) -> Vec<u8> {
    let checksum = adler32(&content);
    content.extend(checksum.to_le_bytes());
    content
}

/// Numbers that only look random, the same each time.
struct Random(u64);

impl Random {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let [.., high_byte_1, high_byte_0] = self.0.to_le_bytes();
        let share = f64::from(u16::from_le_bytes([high_byte_1, high_byte_0])) / 65_536.0;
        low + (high - low) * share
    }
}

#[test]
fn districts_are_known_by_name() {
    for (name, place) in
        [("OX10", "OX10 8AA"), ("bs1", "BS1 5TR"), (" M1 ", "M1 1AE"), ("EC1A", "EC1A 1BB")]
    {
        let district = GAZETTEER.district(name).unwrap();
        let spot = GAZETTEER.find(&postcode(place)).unwrap();
        let away = distance_m(district.latitude, district.longitude, spot.latitude, spot.longitude);
        assert_eq!(district.outward, postcode(place).outward());
        assert!(away < 5_000.0, "{name}: {away} m");
    }
    for name in ["", "BS", "BS1 5TR", "B S1", "BS1 5", "Bristol", "BS1É", "1AA"] {
        assert_eq!(GAZETTEER.district(name), None, "{name}");
        assert!(!District::is_name(name), "{name}");
    }
    for name in ["ZE99", " ze77", "ec1a"] {
        assert!(District::is_name(name), "{name}");
    }
    assert_eq!(GAZETTEER.district("ZE77"), None);
}

#[test]
fn all_postcodes_are_in_a_district() {
    let districts = GAZETTEER.districts();
    assert_eq!(
        districts.iter().map(|district| district.postcodes as usize).sum::<usize>(),
        GAZETTEER.len()
    );
    assert!(districts.is_sorted_by_key(|district| postcode(&format!("{} 1AA", district.outward))));
    assert!(
        districts
            .iter()
            .all(|district| GAZETTEER.district(&district.outward).as_ref() == Some(district))
    );
}
