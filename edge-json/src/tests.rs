use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Sample {
    text: String,
    small: Option<u8>,
    #[serde(default)]
    signed: i64,
    #[serde(default)]
    rate: f64,
    #[serde(default)]
    list: Vec<(String, bool)>,
    #[serde(default)]
    named: BTreeMap<String, Value>,
    #[serde(default)]
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Wrapped(Box<Sample>),
    Fields { a: u16 },
}

/// Both ways agree with `serde_json`.
fn check<T: DeserializeOwned + Debug + PartialEq>(text: &str) {
    let want = serde_json::from_str::<T>(text).ok();
    assert_eq!(read::<T>(text.as_bytes()).ok(), want, "{text}");
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        assert_eq!(take::<T>(&value).ok(), want, "{text}");
    }
}

#[test]
fn reads_what_serde_json_reads() {
    for text in [
        r#"{"text":"a","small":255,"signed":-7,"rate":0.5,"list":[["x",true]],"named":{"k":[1,null,{"d":-1.5}]}}"#,
        r#"{"text":"\u00fc \ud83d\ude00 \n","unknown":{"deep":[{}]},"small":null}"#,
        r#"{"text":"","rate":3,"kind":"plain"}"#,
        r#"{"text":"","kind":{"wrapped":{"text":"in"}}}"#,
        r#"{"text":"","kind":{"fields":{"a":1,"b":2}}}"#,
        r#"{"text":"","kind":null}"#,
        r#"{"text":"","named":{"big":18446744073709551615,"least":-9223372036854775808}}"#,
        "{}",
        r#"{"text":1}"#,
        r#"{"text":null}"#,
        r#"{"text":"","small":256}"#,
        r#"{"text":"","small":-1}"#,
        r#"{"text":"","small":1.5}"#,
        r#"{"text":"","small":"1"}"#,
        r#"{"text":"","list":[["x"]]}"#,
        r#"{"text":"","list":[["x",true,1]]}"#,
        r#"{"text":"","list":{}}"#,
        r#"{"text":"","named":[]}"#,
        r#"{"text":"","kind":"unheard"}"#,
        r#"{"text":"","kind":{"plain":1}}"#,
        r#"{"text":"","kind":{"plain":null,"fields":{"a":1}}}"#,
        r#"{"text":"","kind":"wrapped"}"#,
        r#"{"text":"","kind":7}"#,
        r#"{"text":""} x"#,
        r#"{"text":"a"#,
        "",
        "<html>",
    ] {
        check::<Sample>(text);
    }
    for text in ["7", "-7", "7.0", "1e3", "true", "null", "\"a\"", "[]", "{}", "[1,[2,{\"a\":\"\\\"\"}]]"] {
        check::<Value>(text);
        check::<u32>(text);
        check::<f64>(text);
        check::<Option<bool>>(text);
        check::<()>(text);
        check::<Vec<Value>>(text);
        check::<String>(text);
    }
}

#[test]
fn a_list_is_no_struct_and_a_repeated_member_is_refused() {
    assert_eq!(read::<Sample>(br#"["a",1,2,3.0,[],{},null]"#), Err(Unreadable));
    assert_eq!(read::<Sample>(br#"{"text":"a","text":"b"}"#), Err(Unreadable));
    assert_eq!(read::<String>(b"\"\xff\""), Err(Unreadable));
}

#[test]
fn half_a_pair_of_surrogates_costs_one_character() {
    for (text, want) in [
        (r#""a\ud83d""#, "a\u{fffd}"),
        (r#""\ude00 b""#, "\u{fffd} b"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        (r#""\ud83d\u0061\n""#, "\u{fffd}a\n"),
        (r#""\ud83dude00""#, "\u{fffd}ude00"),
    ] {
        assert_eq!(read::<String>(text.as_bytes()).as_deref(), Ok(want), "{text}");
    }
    for text in [r#""\ud83d\u00""#, r#""\ud83d\uzzzz""#, r#""\ud8""#] {
        assert_eq!(read::<String>(text.as_bytes()), Err(Unreadable), "{text}");
    }
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read::<Value>(nested(100).as_bytes()).is_ok());
    assert!(read::<Value>(nested(100_000).as_bytes()).is_err());
    assert_eq!(take::<Vec<u8>>(&json!([1, 2])), Ok(vec![1, 2]));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Sixteen binary digits, so that both readers of decimals give the same.
        (any::<i16>(), 0..5_i32).prop_map(|(whole, digits)| json!(f64::from(whole) / f64::powi(2.0, digits))),
        ".{0,12}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".{0,6}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_and_skipped(value in any_json(), is_pretty in any::<bool>()) {
        let text = if is_pretty { format!("{value:#}") } else { value.to_string() };
        prop_assert_eq!(read::<Value>(text.as_bytes()), Ok(value));
        prop_assert!(read::<serde::de::IgnoredAny>(text.as_bytes()).is_ok());
    }

    #[test]
    fn damaged_text_is_refused_whenever_serde_json_refuses_it(
        value in any_json(),
        at in any::<proptest::sample::Index>(),
        damage in prop_oneof![Just(None), any::<char>().prop_map(Some), proptest::sample::select("{}[],:\"\\0e-.ntu ".chars().collect::<Vec<_>>()).prop_map(Some)],
    ) {
        let mut characters: Vec<char> = value.to_string().chars().collect();
        let place = at.index(characters.len());
        match damage {
            Some(other) => characters[place] = other,
            None => characters.truncate(place),
        }
        let text: String = characters.into_iter().collect();
        let oracle = serde_json::from_str::<Value>(&text);
        // Members that stand there twice are nobody's business here, and the last one counts for both.
        prop_assert_eq!(read::<Value>(text.as_bytes()).is_ok(), oracle.is_ok(), "{}", text);
    }
}

#[test]
fn whole_numbers_beyond_64_bits_stay_exact_where_they_are_asked_for() {
    assert_eq!(read::<i128>(b"99999999999999999999"), Ok(99_999_999_999_999_999_999));
    assert_eq!(read::<Option<i128>>(b"-99999999999999999999"), Ok(Some(-99_999_999_999_999_999_999)));
    assert_eq!(read::<i128>(b"7"), Ok(7));
    assert_eq!(read::<i128>(b"1.5"), Err(Unreadable));
    assert_eq!(read::<Value>(b"99999999999999999999"), Ok(json!(1e20)));
}

#[test]
fn the_rows_of_a_list_are_texts_of_their_own() {
    let page =
        r#" {"limit": 2, "results" : [ {"a": [1, {"b": "]"}]} , 7,"x\"y" ,null], "more": {"results": [1]}} "#;
    assert_eq!(rows(page, "results").unwrap(), [r#"{"a": [1, {"b": "]"}]}"#, "7", r#""x\"y""#, "null"]);
    assert_eq!(rows(r#"{"results":[]}"#, "results").unwrap(), Vec::<&str>::new());
    for broken in [
        "",
        "[]",
        "{}",
        r#"{"results":{}}"#,
        r#"{"results":[1,]}"#,
        r#"{"results":[1]} x"#,
        r#"{"results":[1"#,
    ] {
        assert_eq!(rows(broken, "results"), Err(Unreadable), "{broken}");
    }
}
