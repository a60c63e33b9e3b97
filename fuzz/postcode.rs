//! A postcode: one that is read is written the same way for ever, and looked up without a fault.

use baton::places::Gazetteer;
use baton::places::Postcode;

/// Returns postcodes of every form.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let seeds =
        ["BS1 5TR", "ox108aa", "EC1A 1BB", "W1A0AX", "M1 1AE", "CR2 6XH", "DN55 1PT", "GIR 0AA"];
    seeds.map(|seed| seed.as_bytes().to_vec()).to_vec()
}

/// # Panics
/// When what is read is not read again.
pub(crate) fn check(input: &[u8]) {
    thread_local! {
        static GAZETTEER: Gazetteer = Gazetteer::embedded().unwrap();
    }
    let text = String::from_utf8_lossy(input);
    let Some(postcode) = Postcode::parse(&text) else { return };
    let written = postcode.to_string();
    assert_eq!(Postcode::parse(&written), Some(postcode), "{text:?}");
    assert_eq!(written, format!("{} {}", postcode.outward(), postcode.inward()));
    assert!(postcode.outward().starts_with(postcode.area()), "{written}");
    let _spot = GAZETTEER.with(|gazetteer| gazetteer.find(&postcode));
}

pub(crate) const WORDS: [&str; 6] = [" ", "  ", "\u{a0}", "0", "O", "ＢＳ"];
