//! From the tree to values: serde's reader with an error that says nothing.

use std::fmt;
use std::slice::Iter;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

use super::tree::Node;

/// The text is no JSON, or JSON of another form than the wanted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("not the JSON that was expected")
    }
}

impl std::error::Error for Unreadable {}

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_wording: T) -> Self {
        Unreadable
    }
}

impl<'n> IntoDeserializer<'n, Unreadable> for &'n Node<'n> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A number may arrive as any of the three; the visitor converts it or refuses.
macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            match self {
                Node::Unsigned(number) => visitor.visit_u64(*number),
                Node::Signed(number) => visitor.visit_i64(*number),
                Node::Float(number) => visitor.visit_f64(*number),
                _ => Err(Unreadable),
            }
        }
    )*};
}

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            match self {
                Node::Text(text) => visitor.visit_str(text),
                _ => Err(Unreadable),
            }
        }
    )*};
}

impl<'n> Deserializer<'n> for &'n Node<'n> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Text(text) => visitor.visit_str(text),
            Node::List(items) => visitor.visit_seq(Items(items.iter())),
            Node::Object(members) => visitor.visit_map(Members::of(members)),
            number => number.deserialize_f64(visitor),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_bool<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Node::Bool(value) = self else { return Err(Unreadable) };
        visitor.visit_bool(*value)
    }

    /// JSON has no bytes.
    fn deserialize_bytes<V: Visitor<'n>>(self, _visitor: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable)
    }

    fn deserialize_byte_buf<V: Visitor<'n>>(self, _visitor: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable)
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if matches!(self, Node::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if matches!(self, Node::Null) { visitor.visit_unit() } else { Err(Unreadable) }
    }

    fn deserialize_unit_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Node::List(items) = self else { return Err(Unreadable) };
        visitor.visit_seq(Items(items.iter()))
    }

    fn deserialize_tuple<V: Visitor<'n>>(self, length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Node::List(items) if items.len() == length => visitor.visit_seq(Items(items.iter())),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Node::Object(members) = self else { return Err(Unreadable) };
        visitor.visit_map(Members::of(members))
    }

    fn deserialize_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match self {
            Node::Text(_) => visitor.visit_enum(Variant { name: self, content: &Node::Null }),
            Node::Object(members) => match members.as_slice() {
                [(name, content)] => visitor.visit_enum(Variant { name, content }),
                _ => Err(Unreadable),
            },
            _ => Err(Unreadable),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }
}

struct Items<'n>(Iter<'n, Node<'n>>);

impl<'n> SeqAccess<'n> for Items<'n> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'n>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Members<'n> {
    rest: Iter<'n, (Node<'n>, Node<'n>)>,
    value: &'n Node<'n>,
}

impl<'n> Members<'n> {
    fn of(members: &'n [(Node<'n>, Node<'n>)]) -> Self {
        Members { rest: members.iter(), value: &Node::Null }
    }
}

impl<'n> MapAccess<'n> for Members<'n> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'n>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        seed.deserialize(self.value)
    }
}

/// A variant is its name, or an object whose only member it is.
struct Variant<'n> {
    name: &'n Node<'n>,
    content: &'n Node<'n>,
}

impl<'n> EnumAccess<'n> for Variant<'n> {
    type Error = Unreadable;
    type Variant = &'n Node<'n>;

    fn variant_seed<V: DeserializeSeed<'n>>(self, seed: V) -> Result<(V::Value, &'n Node<'n>), Unreadable> {
        Ok((seed.deserialize(self.name)?, self.content))
    }
}

impl<'n> VariantAccess<'n> for &'n Node<'n> {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        if matches!(self, Node::Null) { Ok(()) } else { Err(Unreadable) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'n>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'n>>(self, length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }
}
