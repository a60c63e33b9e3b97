//! Postcodes as text: their shape, their parts and their order.
//!
//! The shape is that of BS 7666 as the National Statistics Postcode Products document it, not a list:
//! whether a postcode exists is for the gazetteer to say.

use std::fmt;

/// A postcode of the United Kingdom, such as `OX10 8AA`. Sorts as its text does.
///
/// Kept as the directories keep it: the outward code padded to four characters, then the inward code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode([u8; 7]);

impl Postcode {
    /// Reads a postcode in any case, with spaces anywhere or none: people put them in the wrong place,
    /// and it makes no other postcode. Anything else that is not of the shape is nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = [b' '; 7];
        let mut count = 0;
        for character in text.chars().filter(|character| !character.is_whitespace()) {
            *letters.get_mut(count)? = u8::try_from(character).ok()?.to_ascii_uppercase();
            count += 1;
        }
        let (outward, inward) = letters.get(..count)?.split_last_chunk::<3>()?;
        (is_outward(outward) && is_inward(*inward)).then(|| Self::of_parts(outward, *inward))
    }

    fn of_parts(outward: &[u8], inward: [u8; 3]) -> Self {
        let mut padded = [b' '; 7];
        for (place, letter) in padded.iter_mut().zip(outward) {
            *place = *letter;
        }
        let [.., sector, first, second] = &mut padded;
        [*sector, *first, *second] = inward;
        Self(padded)
    }

    /// Returns the part before the space, which names the district: `OX10`.
    pub fn outward(&self) -> &str {
        let [outward @ .., _, _, _] = &self.0;
        text_of(outward.trim_ascii_end())
    }

    /// Returns the part after the space: `8AA`.
    pub fn inward(&self) -> &str {
        let [_, _, _, _, inward @ ..] = &self.0;
        text_of(inward)
    }

    /// Returns the letters it starts with, which name the area: `OX`.
    pub fn area(&self) -> &str {
        match &self.0 {
            [_, second, ..] if second.is_ascii_digit() => text_of(self.0.split_at(1).0),
            both => text_of(both.split_at(2).0),
        }
    }

    /// Returns its number: the order of numbers is the order of postcodes, and those of one sector,
    /// `OX10 8`, follow each other without a gap.
    pub(super) fn key(self) -> u32 {
        let (first, second, digit, third, sector, unit) = match self.0 {
            [first, digit, third, _, sector, unit @ ..] if digit.is_ascii_digit() => {
                (first, 0, digit, third, sector, unit)
            }
            [first, second, digit, third, sector, unit @ ..] => {
                (first, ordinal(second), digit, third, sector, unit)
            }
        };
        let area = (ordinal(first) - 1) * 27 + second;
        let district = (area * 10 + value(digit)) * 37 + rank(third);
        let [left, right] = unit.map(inward_ordinal);
        (district * 10 + value(sector)) * SECTOR_KEYS + left * INWARD_COUNT + right
    }

    /// Returns the postcode with a number; nothing if there is none with it.
    pub(super) fn of_key(key: u32) -> Option<Self> {
        let unit = key % SECTOR_KEYS;
        let sector = key / SECTOR_KEYS;
        let district = sector / 10;
        let area = district / 370;
        let inward = [
            digit_of(sector % 10)?,
            inward_letter(unit / INWARD_COUNT)?,
            inward_letter(unit % INWARD_COUNT)?,
        ];
        let first = letter_of(area / 27 + 1)?;
        let second = letter_of(area % 27)?;
        let digit = digit_of(district / 37 % 10)?;
        let third = of_rank(district % 37)?;
        let padded = match second {
            b' ' => [first, digit, third, b' '],
            _ => [first, second, digit, third],
        };
        let outward = padded.trim_ascii_end();
        is_outward(outward).then(|| Self::of_parts(outward, inward))
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.outward(), self.inward())
    }
}

impl fmt::Debug for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postcode({self})")
    }
}

fn is_outward(outward: &[u8]) -> bool {
    match outward {
        [first, digit] => is_first(*first) && digit.is_ascii_digit(),
        [first, digit, third] if digit.is_ascii_digit() => {
            is_first(*first) && (third.is_ascii_digit() || THIRD_LETTERS.contains(third))
        }
        [first, second, digit] => is_area(*first, *second) && digit.is_ascii_digit(),
        [first, second, digit, fourth] => {
            let is_district = fourth.is_ascii_digit() || FOURTH_LETTERS.contains(fourth);
            is_area(*first, *second) && digit.is_ascii_digit() && is_district
        }
        _ => false,
    }
}

fn is_area(first: u8, second: u8) -> bool {
    is_first(first) && second.is_ascii_uppercase() && !b"IJZ".contains(&second)
}

fn is_first(letter: u8) -> bool {
    letter.is_ascii_uppercase() && !b"QVX".contains(&letter)
}

fn is_inward([digit, first, second]: [u8; 3]) -> bool {
    digit.is_ascii_digit() && INWARD_LETTERS.contains(&first) && INWARD_LETTERS.contains(&second)
}

fn text_of(ascii: &[u8]) -> &str {
    str::from_utf8(ascii).unwrap_or_default() // always ASCII
}

/// From 1 for A; a checked postcode has nothing below A where this is asked.
fn ordinal(letter: u8) -> u32 {
    u32::from(letter.saturating_sub(b'A')) + 1
}

fn value(digit: u8) -> u32 {
    u32::from(digit.saturating_sub(b'0'))
}

/// The place of the last character of an outward code in the order of text: none, digits, letters.
fn rank(character: u8) -> u32 {
    match character {
        b' ' => 0,
        b'0'..=b'9' => 1 + value(character),
        _ => 10 + ordinal(character),
    }
}

fn of_rank(rank: u32) -> Option<u8> {
    match rank {
        0 => Some(b' '),
        1..=10 => digit_of(rank - 1),
        _ => letter_of(rank - 10),
    }
}

fn letter_of(ordinal: u32) -> Option<u8> {
    match u8::try_from(ordinal).ok()? {
        0 => Some(b' '),
        known @ 1..=26 => Some(b'A' + known - 1),
        _ => None,
    }
}

fn digit_of(value: u32) -> Option<u8> {
    u8::try_from(value).ok().filter(|value| *value < 10).map(|value| b'0' + value)
}

fn inward_ordinal(letter: u8) -> u32 {
    (0..).zip(INWARD_LETTERS).find(|(_, known)| **known == letter).map_or(0, |(place, _)| place)
}

fn inward_letter(ordinal: u32) -> Option<u8> {
    INWARD_LETTERS.get(usize::try_from(ordinal).ok()?).copied()
}

/// How many numbers the postcodes of one sector take up.
pub(super) const SECTOR_KEYS: u32 = INWARD_COUNT * INWARD_COUNT;
const INWARD_COUNT: u32 = 20;
const INWARD_LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";
/// M N R V X Y are no longer given out, but stood in W1 until 2000 and are still met in old addresses.
const THIRD_LETTERS: &[u8] = b"ABCDEFGHJKMNPRSTUVWXY";
const FOURTH_LETTERS: &[u8] = b"ABEHMNPRVWXY";
