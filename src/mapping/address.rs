//! Addresses and postcodes.

use super::context::Context;
use super::location::words;
use super::text;
use crate::openactive::Place;
use crate::openactive::PostalAddress;
use crate::openactive::lenient::Text;
use crate::oruk::Address;
use crate::oruk::Id;
use crate::oruk::LocationType;
use crate::places::Postcode;
use crate::quality::Code;

/// What an address turned out to be.
#[derive(Default)]
pub(super) struct Found {
    /// A structured address.
    pub(super) address: Option<Address>,
    /// Words that describe where the place is.
    pub(super) description: Option<String>,
}

/// Maps the address of a place; a place around it fills what it leaves out.
///
/// A string with a postcode is an address; without one it only says whereabouts.
pub(super) fn address(cx: &Context<'_>, place: &Place, location_id: Id, name: &str) -> Found {
    let mut found = Found::default();
    if let Some(text) = place.address.text.get().or_else(|| words(place)) {
        cx.find(Code::AddressInString, "location.address");
        let text = cx.clean(text::row(text));
        found.address = of_string(&text, location_id);
        if found.address.is_some() {
            return found;
        }
        found.description = Some(text);
    }
    found.address = structured(cx, place, location_id, name);
    found
}

fn structured(cx: &Context<'_>, place: &Place, location_id: Id, name: &str) -> Option<Address> {
    let around = place.contained_in_place.get().map(|outer| &outer.address);
    let address = &place.address;
    let part = |field: fn(&PostalAddress) -> &Text| -> String {
        let value = field(address).get().or_else(|| field(around?).get()).unwrap_or_default();
        cx.clean(text::row(value)).trim_matches([',', ' ']).to_owned()
    };
    let street = part(|a| &a.street_address.0);
    let region = part(|a| &a.address_region);
    let locality = part(|a| &a.address_locality);
    let code = part(|a| &a.postal_code);
    if [&street, &region, &locality, &code].iter().all(|part| part.is_empty()) {
        return None;
    }
    let postal_code = postcode_in(&code).map(|(postcode, _)| postcode);
    match &postal_code {
        None if !code.is_empty() => cx.find(Code::PostcodeInvalid, POSTCODE_PATH),
        Some(repaired) if *repaired != code => cx.find(Code::PostcodeRepaired, POSTCODE_PATH),
        _ => {}
    }
    let city = first_present([&locality, &region]);
    if city.is_empty() {
        cx.find(Code::CityMissing, "location.address.addressLocality");
    }
    Some(Address {
        id: address_id(location_id),
        location_id,
        address_1: first_present([&street, name]),
        state_province: first_present([&region, &city]),
        city,
        region: (!region.is_empty()).then_some(region),
        postal_code: postal_code.unwrap_or_default(),
        country: country(&part(|a| &a.address_country)),
        address_type: LocationType::Physical,
    })
}

const POSTCODE_PATH: &str = "location.address.postalCode";

/// Takes a string with a postcode apart; nothing without one.
fn of_string(text: &str, location_id: Id) -> Option<Address> {
    let (postal_code, rest) = postcode_in(text)?;
    let mut parts: Vec<&str> = rest.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
    while parts.last().is_some_and(|last| is_united_kingdom(last)) {
        parts.pop();
    }
    let city = if parts.len() > 1 { parts.pop().unwrap_or_default() } else { "" };
    Some(Address {
        id: address_id(location_id),
        location_id,
        address_1: parts.join(", "),
        city: city.to_owned(),
        region: None,
        state_province: city.to_owned(),
        postal_code,
        country: "GB".to_owned(),
        address_type: LocationType::Physical,
    })
}

/// Returns the postcode published for a place as a property of its own, normalised.
pub(super) fn structured_postcode(place: &Place) -> Option<String> {
    postcode_in(place.address.postal_code.get()?).map(|(postcode, _)| postcode)
}

/// Returns what else tells a place from others of its name, in small letters: its address as text, else the
/// parts of it, else the name of the place around it.
pub(super) fn whereabouts(place: &Place) -> String {
    if let Some(text) = place.address.text.get() {
        return text.to_lowercase();
    }
    let around = place.contained_in_place.get();
    let part = |field: fn(&PostalAddress) -> &Text| {
        field(&place.address).get().or_else(|| field(&around?.address).get())
    };
    let parts: Vec<&str> = [
        part(|a| &a.street_address.0),
        part(|a| &a.address_locality),
        part(|a| &a.address_region),
        part(|a| &a.postal_code),
        part(|a| &a.text),
    ]
    .into_iter()
    .flatten()
    .collect();
    let words = if parts.is_empty() {
        around.map_or("", |outer| outer.name.as_str()).to_owned()
    } else {
        parts.join(", ")
    };
    words.to_lowercase()
}

fn address_id(location_id: Id) -> Id {
    Id::derive_under("address", location_id, &["physical"])
}

fn first_present<const N: usize>(values: [&str; N]) -> String {
    values.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_owned()
}

/// Returns the code of a country: that of the United Kingdom unless another one is plainly meant.
fn country(text: &str) -> String {
    let name = text.trim().trim_end_matches('.').to_lowercase();
    if name.is_empty() || is_united_kingdom(&name) {
        return "GB".to_owned();
    }
    let name = name.strip_prefix("the ").unwrap_or(&name);
    if let Some((code, _)) = COUNTRIES.iter().find(|(_, names)| names.contains(&name)) {
        return (*code).to_owned();
    }
    let code = name.to_ascii_uppercase();
    let is_known = COUNTRY_CODES.split(' ').any(|known| known == code);
    if is_known { code } else { "GB".to_owned() }
}

/// Countries by the names and three-letter codes (ISO 3166-1) publishers may write: those whose people
/// and venues are near, or where publishers work as well.
const COUNTRIES: [(&str, &[&str]); 42] = [
    ("AE", &["are", "united arab emirates"]),
    ("AT", &["aut", "austria"]),
    ("AU", &["aus", "australia"]),
    ("BE", &["bel", "belgium"]),
    ("BG", &["bgr", "bulgaria"]),
    ("CA", &["can", "canada"]),
    ("CH", &["che", "switzerland"]),
    ("CN", &["chn", "china"]),
    ("CY", &["cyp", "cyprus"]),
    ("CZ", &["cze", "czechia", "czech republic"]),
    ("DE", &["deu", "germany"]),
    ("DK", &["dnk", "denmark"]),
    ("EE", &["est", "estonia"]),
    ("ES", &["esp", "spain"]),
    ("FI", &["fin", "finland"]),
    ("FR", &["fra", "france"]),
    ("GG", &["ggy", "guernsey"]),
    ("GI", &["gib", "gibraltar"]),
    ("GR", &["grc", "greece"]),
    ("HR", &["hrv", "croatia"]),
    ("HU", &["hun", "hungary"]),
    ("IE", &["irl", "ireland", "republic of ireland", "eire", "éire"]),
    ("IM", &["imn", "isle of man"]),
    ("IN", &["ind", "india"]),
    ("IS", &["isl", "iceland"]),
    ("IT", &["ita", "italy"]),
    ("JE", &["jey", "jersey"]),
    ("JP", &["jpn", "japan"]),
    ("LT", &["ltu", "lithuania"]),
    ("LU", &["lux", "luxembourg"]),
    ("LV", &["lva", "latvia"]),
    ("MT", &["mlt", "malta"]),
    ("NL", &["nld", "netherlands", "holland"]),
    ("NO", &["nor", "norway"]),
    ("NZ", &["nzl", "new zealand"]),
    ("PL", &["pol", "poland"]),
    ("PT", &["prt", "portugal"]),
    ("RO", &["rou", "romania"]),
    ("SE", &["swe", "sweden"]),
    ("TR", &["tur", "turkey", "türkiye"]),
    ("US", &["usa", "united states", "united states of america", "america"]),
    ("ZA", &["zaf", "south africa"]),
];

/// The two-letter codes of ISO 3166-1.
const COUNTRY_CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN \
    BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE \
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU \
    ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY \
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM \
    PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS \
    ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS \
    YE YT ZA ZM ZW";

/// Tells whether a text names the United Kingdom or a part of it. `NI` is Northern Ireland here, not Nicaragua.
fn is_united_kingdom(text: &str) -> bool {
    const NAMES: [&str; 10] = [
        "uk",
        "gb",
        "gbr",
        "united kingdom",
        "great britain",
        "england",
        "scotland",
        "wales",
        "northern ireland",
        "ni",
    ];
    let text = text.trim_end_matches('.').to_lowercase();
    NAMES.contains(&text.as_str())
}

/// Finds the last UK postcode in a text; returns it normalised (`OX10 8AA`) and the text without it.
pub(super) fn postcode_in(text: &str) -> Option<(String, String)> {
    let words: Vec<(usize, &str)> = word_positions(text).collect();
    for (index, (start, word)) in words.iter().enumerate().rev() {
        let end = start + word.len();
        if let Some(postcode) = Postcode::parse(word) {
            return Some((postcode.to_string(), without(text, *start, end)));
        }
        let Some((before, outward)) = index.checked_sub(1).map(|i| words[i]) else { continue };
        let joined = format!("{outward}{word}");
        let touching = text.get(before + outward.len()..*start);
        if touching.is_some_and(|gap| gap.trim().is_empty())
            && word.len() == 3
            && let Some(postcode) = Postcode::parse(&joined)
        {
            return Some((postcode.to_string(), without(text, before, end)));
        }
    }
    None
}

fn word_positions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

fn without(text: &str, start: usize, end: usize) -> String {
    let (before, after) = (text.get(..start), text.get(end..));
    format!("{}{}", before.unwrap_or_default(), after.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_are_found_and_normalised() {
        for (text, expected) in [
            ("OX108AA", Some(("OX10 8AA", ""))),
            ("se30tp", Some(("SE3 0TP", ""))),
            ("SE13 7BN NB", Some(("SE13 7BN", " NB"))),
            ("Hall, Road, Town, ox108ab", Some(("OX10 8AB", "Hall, Road, Town, "))),
            ("EC1A 1BB.", Some(("EC1A 1BB", "."))),
            ("In Victoria Park, near the lake", None),
            ("Unit 12 9AB", None),
            ("Gate QX1 1AA", None),
            ("é W1A 0AX", Some(("W1A 0AX", "é "))),
        ] {
            let found = postcode_in(text);
            let found = found.as_ref().map(|(code, rest)| (code.as_str(), rest.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn countries_become_codes() {
        for (text, code) in [
            ("UK", "GB"),
            ("", "GB"),
            ("ie", "IE"),
            ("NI", "GB"),
            ("EN", "GB"),
            ("fr", "FR"),
            ("England", "GB"),
            ("??", "GB"),
            ("West Yorkshire", "GB"),
            ("Republic of Ireland", "IE"),
            ("IRL", "IE"),
            ("France", "FR"),
            ("The Netherlands", "NL"),
            ("Isle of Man", "IM"),
        ] {
            assert_eq!(country(text), code, "{text}");
        }
    }
}
