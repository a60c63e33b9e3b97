//! Identifiers of Open Referral UK entities: derived from what they identify, never drawn.
//!
//! The same input gives the same ids on every machine, for ever. Everything a directory keeps hangs on
//! them, so the namespace and the key forms never change.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;
use sha1::Digest as _;
use sha1::Sha1;
use uuid::Builder;
use uuid::Uuid;
use uuid::uuid;

/// Identifier of an entity, a UUID as HSDS-UK demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(Uuid);

impl Id {
    /// The id of nothing.
    pub const NIL: Self = Self(Uuid::nil());

    /// Derives the id of an entity from its keys: UUID version 5 of the entity's word and the keys,
    /// one to a line. The word keeps a series and its organiser apart when they share a URI.
    pub fn derive(entity: &str, keys: &[&str]) -> Self {
        Self::of(entity, keys.iter().copied())
    }

    /// Derives the id of an entity that belongs to another, whose id is the first of its keys.
    pub fn derive_under(entity: &str, owner: Self, keys: &[&str]) -> Self {
        let mut buffer = [0; 36];
        let owner = std::iter::once(owner.encode(&mut buffer));
        Self::of(entity, owner.chain(keys.iter().copied()))
    }

    fn of<'a>(entity: &str, keys: impl Iterator<Item = &'a str>) -> Self {
        // Two dozen ids make up a service: this hash uses the processor's own instructions.
        let mut hash = Sha1::new();
        hash.update(NAMESPACE.as_bytes());
        hash.update(entity);
        for key in keys {
            hash.update("\n");
            hash.update(key);
        }
        let [bytes @ .., _, _, _, _]: [u8; 20] = hash.finalize().into();
        Self(Builder::from_sha1_bytes(bytes).into_uuid())
    }

    /// Takes over a UUID that a vocabulary publishes for a term, so that every publisher of Open
    /// Referral UK data uses the same id for the same term.
    pub fn of_concept(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Reads an id from a URL or a stored record; nothing unless it is a hyphenated UUID.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 36).then(|| Uuid::try_parse(text).ok().map(Self)).flatten()
    }

    /// Returns the id from its sixteen bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// Returns the sixteen bytes of the id.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Returns the hyphenated form without allocating.
    pub fn encode<'a>(&self, buffer: &'a mut [u8; 36]) -> &'a str {
        self.0.hyphenated().encode_lower(buffer)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `uuid5(NAMESPACE_URL, "urn:oa-oruk-gateway:v1")`.
const NAMESPACE: Uuid = uuid!("85c4e99c-c016-5e93-bee0-c712cc952e5a");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_the_published_one() {
        assert_eq!(NAMESPACE, Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:oa-oruk-gateway:v1"));
    }

    #[test]
    fn ids_are_of_version_5() {
        let expected = Uuid::new_v5(&NAMESPACE, "service\nhttps://x.org/é".as_bytes());
        assert_eq!(Id::derive("service", &["https://x.org/é"]), Id(expected));
    }

    #[test]
    fn the_entity_word_is_part_of_the_id() {
        assert_ne!(Id::derive("service", &["a"]), Id::derive("organization", &["a"]));
        assert_ne!(Id::derive("service", &["a", "b"]), Id::derive("service", &["ab"]));
    }

    #[test]
    fn the_id_of_an_owner_is_a_key() {
        let owner = Id::derive("service", &["a"]);
        let expected = Id::derive("language", &[&owner.to_string(), "en"]);
        assert_eq!(Id::derive_under("language", owner, &["en"]), expected);
    }

    #[test]
    fn only_hyphenated_uuids_are_read() {
        let id = Id::derive("service", &["a"]);
        assert_eq!(Id::parse(&id.to_string()), Some(id));
        assert_eq!(Id::parse("8e874fab05cb5bd08b0ef085df4298c8"), None);
        assert_eq!(Id::parse("x"), None);
    }
}
