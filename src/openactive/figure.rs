//! Numbers where some publishers write words.

use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::de;
use serde::de::IntoDeserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;

use super::lenient::Absent;
use super::lenient::Number;
use super::lenient::Text;
use super::lenient::empty;
use super::lenient::first_present;

/// A number, or the words that stand where one belongs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figure {
    /// The number.
    pub number: Option<f64>,
    /// What is written where it is none.
    pub words: Text,
}

impl Absent for Figure {
    fn is_absent(&self) -> bool {
        self.number.is_none() && self.words.is_absent()
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "{number}"),
            None => f.write_str(self.words.as_str()),
        }
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FigureVisitor)
    }
}

struct FigureVisitor;

impl FigureVisitor {
    fn number<'de, E: de::Error, D: IntoDeserializer<'de, E>>(value: D) -> Result<Figure, E> {
        let number = Number::deserialize(value.into_deserializer())?.0;
        Ok(Figure { number, words: Text::default() })
    }
}

impl<'de> Visitor<'de> for FigureVisitor {
    type Value = Figure;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or words")
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Figure, E> {
        let figure = Self::number(v)?;
        Ok(if figure.is_absent() { Figure { number: None, words: v.into() } } else { figure })
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Figure, E> {
        Ok(Figure::default())
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Figure, E> {
        Self::number(v)
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Figure, E> {
        Self::number(v)
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Figure, E> {
        Self::number(v)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Figure, E> {
        Ok(empty())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Figure, A::Error> {
        first_present(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Figure, A::Error> {
        let text = Text::deserialize(de::value::MapAccessDeserializer::new(map))?;
        self.visit_str(text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_number_else_its_words() {
        for (json, number, words) in [
            ("5", Some(5.0), ""),
            ("0.5", Some(0.5), ""),
            (r#""5""#, Some(5.0), ""),
            (r#""5 years""#, None, "5 years"),
            (r#"["", "Year 6"]"#, None, "Year 6"),
            (r#"{"@value": "7"}"#, Some(7.0), ""),
            (r#""""#, None, ""),
            ("null", None, ""),
            ("true", None, ""),
        ] {
            let figure: Figure = serde_json::from_str(json).unwrap();
            assert_eq!((figure.number, figure.words.as_str()), (number, words), "{json}");
        }
    }
}
