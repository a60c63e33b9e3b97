//! Types of the source standard, declared together with their lenient readers.

/// Declares a type of the source standard together with its lenient reader.
///
/// Each field names the JSON properties it is read from; the first present one wins. `text => field`
/// says where a bare string goes when the object is published as text (a URI, a label); `allowed` behind
/// it, that the standard has text there too; `, uri => field`, where it goes when it is a web address, and
/// `, number => field`, where a bare number goes, which is passed over elsewhere;
/// `; alone`, that the standard has just one where this reads a list.
macro_rules! lenient_object {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident {
            $( $(#[$field_meta:meta])* $field:ident : $ty:ty = $first:literal $(| $key:literal)* ),+ $(,)?
        }
        text => $text_field:ident $($may_be_text:ident)? $(, uri => $uri_field:ident)? $(, number => $number_field:ident)?
        $(; $alone:ident)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $Name {
            $( $(#[$field_meta])* pub $field: $ty, )+
        }

        impl $crate::openactive::lenient::Absent for $Name {
            $( const STANDS_ALONE: bool = { _ = stringify!($alone); true }; )?

            fn is_absent(&self) -> bool {
                $( $crate::openactive::lenient::Absent::is_absent(&self.$field) )&&+
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            #[expect(clippy::too_many_lines, reason = "a visitor for each shape, a line each")]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[expect(non_camel_case_types, reason = "variants carry the field names")]
                enum Key { $($field,)+ Unknown_ }

                impl<'de> serde::Deserialize<'de> for Key {
                    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                        struct KeyVisitor;
                        impl serde::de::Visitor<'_> for KeyVisitor {
                            type Value = Key;
                            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                                f.write_str("a property name")
                            }
                            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Key, E> {
                                $crate::openactive::lenient::note_keyword(v);
                                Ok(match $crate::openactive::lenient::unprefixed(v) {
                                    $( $first $(| $key)* => Key::$field, )+
                                    _ => Key::Unknown_,
                                })
                            }
                        }
                        d.deserialize_identifier(KeyVisitor)
                    }
                }

                struct ObjectVisitor;
                impl<'de> serde::de::Visitor<'de> for ObjectVisitor {
                    type Value = $Name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(stringify!($Name))
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$Name, A::Error> {
                        let mut object = $Name::default();
                        while let Some(key) = map.next_key::<Key>()? {
                            match key {
                                $( Key::$field => {
                                    let value: $ty = $crate::openactive::lenient::value_of(&mut map, $first)?;
                                    if $crate::openactive::lenient::Absent::is_absent(&object.$field) {
                                        object.$field = value;
                                    }
                                } )+
                                Key::Unknown_ => { map.next_value::<serde::de::IgnoredAny>()?; }
                            }
                        }
                        Ok(object)
                    }
                    fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<$Name, E> {
                        let may_be_text = matches!(stringify!($($may_be_text)?), "allowed");
                        $crate::openactive::oddity::note_text_for_object(v, may_be_text);
                        if $crate::openactive::lenient::is_embedded_json(v) {
                            return Ok($crate::openactive::lenient::read_embedded(v));
                        }
                        let mut object = $Name::default();
                        $( if $crate::openactive::canonical_uri(v).is_some() {
                            object.$uri_field = v.into();
                            return Ok(object);
                        } )?
                        object.$text_field = v.into();
                        Ok(object)
                    }
                    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<$Name, A::Error> {
                        $crate::openactive::lenient::first_present(seq)
                    }
                    fn visit_unit<E: serde::de::Error>(self) -> Result<$Name, E> { Ok($crate::openactive::lenient::empty()) }
                    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<$Name, E> { Ok($Name::default()) }
                    fn visit_i64<E: serde::de::Error>(self, _v: i64) -> Result<$Name, E> {
                        Ok($Name { $($number_field: _v.to_string().as_str().into(),)? ..$Name::default() })
                    }
                    fn visit_u64<E: serde::de::Error>(self, _v: u64) -> Result<$Name, E> {
                        Ok($Name { $($number_field: _v.to_string().as_str().into(),)? ..$Name::default() })
                    }
                    fn visit_f64<E: serde::de::Error>(self, _v: f64) -> Result<$Name, E> {
                        Ok($Name { $($number_field: _v.to_string().as_str().into(),)? ..$Name::default() })
                    }
                }
                deserializer.deserialize_any(ObjectVisitor)
            }
        }
    };
}
pub(crate) use lenient_object;
