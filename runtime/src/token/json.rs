//! JSON text in, one strict object out.
//!
//! Everything that a stranger or Clerk sends as JSON passes here, once. Two readers that see
//! different values in the same text are how a token changes its meaning between two checks, so
//! whatever JSON leaves open is refused: names that repeat (RFC 8259 §4), numbers beyond what every
//! reader can hold (§6), half surrogate pairs (§8.2), text that is not UTF-8, a byte order mark,
//! anything but an object.

use std::{borrow::Cow, fmt};

use memchr::{memchr, memchr2};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// How many members an object is read with. One costs more memory than the eight bytes in which it
/// can be sent. Tokens have no room for so many (16 KiB), and what Clerk answers has a dozen.
const MOST_MEMBERS: usize = 4096;

/// Beyond this, readers that do not round exactly disagree on whether a double can hold a number.
const LARGEST_NUMBER: f64 = 1e308;

/// The bytes are not one strict JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAnObject;

/// What a member of an object holds, for a reader that wants a `T`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Member<T> {
    Absent,
    Null,
    /// Present, but of another JSON type than the one asked for.
    Mistyped,
    Is(T),
}

/// A JSON object: names decoded, values as the text that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Object<'j> {
    /// Sorted by name, so that a repeated name stands beside its twin.
    members: Vec<(Name<'j>, &'j RawValue)>,
    /// Whether no string in it has an escape: then each stands for itself.
    is_plain: bool,
}

/// A name, with its first eight bytes as a number: that alone tells most names apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'j> {
    start: u64,
    text: Cow<'j, str>,
}

impl<'j> Name<'j> {
    fn new(text: Cow<'j, str>) -> Self {
        Self { start: start(&text), text }
    }
}

#[inline]
fn start(name: &str) -> u64 {
    match name.as_bytes().first_chunk() {
        Some(bytes) => u64::from_be_bytes(*bytes),
        None => name.bytes().fold(0, |start, byte| start << 8 | u64::from(byte)),
    }
}

impl<'j> Object<'j> {
    pub(crate) fn parse(json: &'j [u8]) -> Result<Self, NotAnObject> {
        let json = str::from_utf8(json).map_err(|_| NotAnObject)?;
        Self::parse_text(json)
    }

    pub(crate) fn parse_text(json: &'j str) -> Result<Self, NotAnObject> {
        let Unsorted(mut members) = serde_json::from_str(json).map_err(|_| NotAnObject)?;
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let is_plain = memchr(b'\\', json.as_bytes()).is_none();
        let object = Self { members, is_plain };
        let names = object.members.windows(2);
        let repeats = names.into_iter().any(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
        let is_strict = |value: &RawValue| is_strict(value.get(), is_plain);
        if repeats || !object.members.iter().all(|(_, value)| is_strict(value)) {
            return Err(NotAnObject);
        }
        Ok(object)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| name.text.as_ref())
    }

    /// A member that holds a string.
    pub(crate) fn text(&self, name: &str) -> Member<Cow<'j, str>> {
        self.read(name, |json| match without_escapes(json, self.is_plain) {
            Some(text) => Some(Cow::Borrowed(text)),
            None if json.starts_with('"') => parse::<Text<'j>>(json).map(|Text(text)| text),
            None => None,
        })
    }

    /// A member that holds a number.
    pub(crate) fn number(&self, name: &str) -> Member<f64> {
        self.read(name, |json| small_integer(json).map(f64::from).or_else(|| number(json)))
    }

    pub(crate) fn boolean(&self, name: &str) -> Member<bool> {
        self.read(name, parse)
    }

    /// A member that holds a list of strings and nothing else.
    pub(crate) fn texts(&self, name: &str) -> Member<Vec<Cow<'j, str>>> {
        self.read(name, |json| {
            let texts = json.starts_with('[').then(|| parse::<Vec<Text<'j>>>(json))??;
            Some(texts.into_iter().map(|Text(text)| text).collect())
        })
    }

    /// A member that holds a list of numbers and nothing else.
    pub(crate) fn numbers(&self, name: &str) -> Member<Vec<f64>> {
        self.read(name, parse)
    }

    /// A member that holds an object.
    pub(crate) fn object(&self, name: &str) -> Member<Object<'j>> {
        self.read(name, |json| Object::parse_text(json).ok())
    }

    /// The JSON text of a member.
    pub(crate) fn raw(&self, name: &str) -> Option<&'j str> {
        // Tokens have a dozen members: a walk along their numbers is quicker than a search.
        let start = start(name);
        let is_wanted = |it: &Name<'j>| it.start == start && it.text == name;
        self.members.iter().find(|(name, _)| is_wanted(name)).map(|(_, value)| value.get())
    }

    /// The JSON text of this object without the members called `names`; `None` if that is empty.
    pub(crate) fn without(&self, names: &[&str]) -> Option<String> {
        let kept = self.members.iter().filter(|(name, _)| !names.contains(&name.text.as_ref()));
        let kept: std::collections::BTreeMap<&str, &RawValue> =
            kept.map(|(name, value)| (name.text.as_ref(), *value)).collect();
        if kept.is_empty() {
            return None;
        }
        serde_json::to_string(&kept).ok()
    }

    /// The JSON text of this object with another value of one member.
    pub(crate) fn with(&self, name: &str, value: &RawValue) -> Option<String> {
        let members = self.members.iter().map(|(name, value)| (name.text.as_ref(), *value));
        let mut members: std::collections::BTreeMap<&str, &RawValue> = members.collect();
        members.insert(name, value);
        serde_json::to_string(&members).ok()
    }

    /// `read` is given the text of a value that is not `null`.
    fn read<T>(&self, name: &str, read: impl FnOnce(&'j str) -> Option<T>) -> Member<T> {
        match self.raw(name) {
            None => Member::Absent,
            Some("null") => Member::Null,
            Some(json) => read(json).map_or(Member::Mistyped, Member::Is),
        }
    }
}

fn parse<'j, T: Deserialize<'j>>(json: &'j str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// A JSON number of digits alone, as every time of this era in seconds: quicker to read than
/// numbers in general.
fn small_integer(json: &str) -> Option<u32> {
    json.parse().ok()
}

/// A JSON number that every reader takes for about the same. The text is read here, because what
/// `serde_json` makes of it depends on the features that the rest of the program asks for.
fn number(json: &str) -> Option<f64> {
    json.parse().ok().filter(|number: &f64| number.abs() <= LARGEST_NUMBER)
}

/// Whether each number in a JSON text that was parsed before is such a number.
fn has_only_numbers_in_range(json: &str) -> bool {
    let mut rest = json.as_bytes();
    while let Some(byte) = rest.first() {
        let end = match byte {
            b'"' => end_of_string(rest),
            b'-' | b'0'..=b'9' => {
                let of_number = |byte: &&u8| byte.is_ascii_digit() || b"+-.eE".contains(*byte);
                let end = rest.iter().take_while(of_number).count();
                let text = rest.get(..end).and_then(|text| str::from_utf8(text).ok());
                if text.and_then(number).is_none() {
                    return false;
                }
                end
            }
            _ => 1,
        };
        rest = rest.get(end..).unwrap_or_default();
    }
    true
}

/// How many bytes the string takes that stands at the start of a JSON text.
fn end_of_string(json: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = json.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if json.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    json.len()
}

/// The text of a JSON string that was parsed before and holds no escape: then it stands for itself.
/// In plain JSON none does.
fn without_escapes(json: &str, is_plain: bool) -> Option<&str> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    (is_plain || memchr(b'\\', text.as_bytes()).is_none()).then_some(text)
}

/// A string that borrows from the JSON unless it holds an escape.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'j>(#[serde(borrow)] Cow<'j, str>);

/// The members of an object in the order they were sent.
struct Unsorted<'j>(Vec<(Name<'j>, &'j RawValue)>);

impl<'j> Deserialize<'j> for Unsorted<'j> {
    fn deserialize<D: Deserializer<'j>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'j> Visitor<'j> for MembersVisitor {
            type Value = Unsorted<'j>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                // A session token has about 16 claims: one allocation for the usual case.
                let mut members = Vec::with_capacity(16);
                while let Some((Text(name), value)) = map.next_entry::<Text<'j>, &'j RawValue>()? {
                    if members.len() == MOST_MEMBERS {
                        return Err(serde::de::Error::custom("too many members"));
                    }
                    members.push((Name::new(name), value));
                }
                Ok(Unsorted(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Whether no object anywhere inside `json` repeats a name, each number is at most 1e308,
/// and each string is Unicode: another reader could make something else of the rest (RFC 8259 §6,
/// §8.2).
fn is_strict(json: &str, is_plain: bool) -> bool {
    match json.as_bytes() {
        // Nesting deeper than 128 is refused by the parser's own limit.
        [b'{' | b'[', ..] => {
            has_only_numbers_in_range(json) && parse::<UniqueNames>(json).is_some()
        }
        [b'"', ..] => {
            without_escapes(json, is_plain).is_some() || parse::<Text<'_>>(json).is_some()
        }
        [b'-' | b'0'..=b'9', ..] => small_integer(json).is_some() || number(json).is_some(),
        _ => true,
    }
}

/// Any JSON value; fails where an object repeats a name.
struct UniqueNames;

impl<'j> Deserialize<'j> for UniqueNames {
    fn deserialize<D: Deserializer<'j>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'j> Visitor<'j> for UniqueNames {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value without repeated names")
    }

    fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut names = Vec::new();
        while let Some((Text(name), Self)) = map.next_entry::<Text<'j>, Self>()? {
            names.push(name);
        }
        names.sort_unstable();
        if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(serde::de::Error::custom("a name repeats"));
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'j>>(self, mut sequence: A) -> Result<Self, A::Error> {
        while sequence.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_newtype_struct<D: Deserializer<'j>>(self, inner: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(inner).map(|_| self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_object_with_unique_names_is_read() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        let rejected: &[&[u8]] = &[
            b"",
            b"null",
            b"[]",
            b"\"text\"",
            b"7",
            b"{",
            b"{} {}",
            b"{\"a\":1,}",
            b"\xEF\xBB\xBF{}",
            b"{\"a\":\"\xFF\"}",
            b"{\"a\":NaN}",
            b"{\"a\":1,\"a\":1}",
            br#"{"a":1,"\u0061":2}"#,
            br#"{"o":{"id":1,"id":2}}"#,
            b"{\"a\":1e999}",
            br#"{"a":"\ud800"}"#,
            br#"{"o":{"a":["\udc00\ud800"]}}"#,
            br#"{"\ud800":1}"#,
            br#"{"o":{"\udc00":1}}"#,
            b"{\"o\":[-1e999]}",
            br#"{"o":[{"x":{"i\u0064":1,"id":2}}]}"#,
            deep.as_bytes(),
        ];
        for json in rejected {
            assert!(Object::parse(json).is_err(), "{}", String::from_utf8_lossy(json));
        }
        assert!(Object::parse(br#" {"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]} "#).is_ok());
    }

    #[test]
    fn value_is_nested_at_most_127_deep() {
        let lists = |depth| ["[".repeat(depth), "]".repeat(depth)].join("1");
        let objects = |depth| [r#"{"a":"#.repeat(depth), "}".repeat(depth)].join("1");
        for (depth, is_read) in [(126, true), (127, true), (128, false), (5000, false)] {
            for value in [lists(depth), objects(depth)] {
                let json = format!(r#"{{"x":{value}}}"#);
                assert_eq!(Object::parse_text(&json).is_ok(), is_read, "{depth}: {json}");
            }
        }
    }

    /// The same, whatever features of `serde_json` are on: the gate runs this test with them.
    #[test]
    fn number_out_of_range_is_rejected_wherever_it_stands() {
        let places = [
            r#"{"a":N}"#,
            r#"{"a":[N]}"#,
            r#"{"a":[0,N]}"#,
            r#"{"a":[ N ]}"#,
            r#"{"a":{"b":N}}"#,
            r#"{"a":[[{"b":[N]}]]}"#,
            r#"{"a":["N","\"",{"N":"\\"},N]}"#,
            r#"{"a":{"$serde_json::private::Number":N}}"#,
        ];
        let bad = ["1e309", "-1e999", "1.1e308", "1E+400", "1.7976931348623158e308"];
        let long = format!("1{}", "0".repeat(309));
        let good = ["0", "-0", "1e308", "-1e308", "1e-999", "0e999", "0.1", "18446744073709551616"];
        let tiny = format!("0.{}1", "0".repeat(400));
        for place in places {
            let is_read = |number| Object::parse_text(&place.replace('N', number)).is_ok();
            for number in bad.into_iter().chain([long.as_str()]) {
                assert!(!is_read(number), "{number} in {place}");
            }
            for number in good.into_iter().chain([tiny.as_str()]) {
                assert!(is_read(number), "{number} in {place}");
            }
        }
        // A text that looks like a number is not one.
        let text = r#"{"a":["1e999","\"1e999",{"1e999":"1e999"}],"b":"1e999"}"#;
        assert!(Object::parse_text(text).is_ok());
    }

    #[test]
    fn numbers_are_read_from_their_text() {
        let json = r#"{"a":1.5,"b":1e3,"c":[0,-1,1e3],"d":[1,"2"],"e":"1","f":-0,"g":4294967296}"#;
        let object = Object::parse_text(json).unwrap();
        assert_eq!(object.number("a"), Member::Is(1.5));
        assert_eq!(object.number("b"), Member::Is(1000.0));
        assert_eq!(object.numbers("c"), Member::Is(vec![0.0, -1.0, 1000.0]));
        assert_eq!(object.numbers("d"), Member::Mistyped);
        assert_eq!(object.number("e"), Member::Mistyped);
        assert_eq!(object.number("f"), Member::Is(0.0));
        assert_eq!(object.number("g"), Member::Is(4_294_967_296.0));
        assert_eq!(object.boolean("a"), Member::Mistyped);
        assert_eq!(object.texts("c"), Member::Mistyped);
    }

    #[test]
    fn an_object_of_more_members_than_anybody_means_is_not_read() {
        let object = |members: usize| {
            let members: Vec<_> = (0..members).map(|number| format!("\"{number}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(Object::parse_text(&object(MOST_MEMBERS)).is_ok());
        assert!(Object::parse_text(&object(MOST_MEMBERS + 1)).is_err());
        // Inside of a value they are looked at and not kept.
        let inside = format!(r#"{{"a":{}}}"#, object(MOST_MEMBERS + 1));
        let outer = Object::parse_text(&inside).unwrap();
        assert!(matches!(outer.object("a"), Member::Mistyped));
        // The longest token has no room for more: its payload is under 12 KiB.
        assert!(object(MOST_MEMBERS).len() > 12 * 1024);
    }

    #[test]
    fn a_member_is_read_as_the_type_asked_for_or_not_at_all() {
        let json =
            br#"{"t":"x\u0079","n":1.5,"null":null,"list":["a"],"mixed":["a",1],"yes":true}"#;
        let object = Object::parse(json).unwrap();
        assert_eq!(object.text("t"), Member::Is("xy".into()));
        assert_eq!(object.text("n"), Member::Mistyped);
        assert_eq!(object.text("none"), Member::Absent);
        assert_eq!(object.number("n"), Member::Is(1.5));
        assert_eq!(object.number("null"), Member::Null);
        assert_eq!(object.texts("list"), Member::Is(vec!["a".into()]));
        assert_eq!(object.texts("mixed"), Member::Mistyped);
        assert_eq!(object.boolean("yes"), Member::Is(true));
    }
}
