//! One normalised answer from whichever consent manager the shop uses.
//!
//! In scope: the two switches, the mapping from a source's purposes to them, and Global Privacy Control. Out of
//! scope: reading a particular consent manager. That is an adapter's part, a few lines of JavaScript each, of
//! which a shopper downloads only the shop's own; and showing or changing consent, which is nobody's here.
//! Unknown is never granted.

use contract::{Consent, ConsentState};

use crate::page::Page;

/// What a source says about one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The source is not on this page, or not yet, or says something that is no answer.
    Absent,
    /// It is there and has no answer yet.
    Pending,
    /// It is asking again right now; what it said before still stands.
    Asking,
    /// No.
    Denied,
    /// Yes.
    Granted,
}

/// Which purposes stand for the two switches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// All must be granted for chat to load.
    pub chat: Vec<String>,
    /// All must be granted for identity and cart to travel.
    pub share: Vec<String>,
}

/// The answer of both switches at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Both switches and who answered.
    pub state: ConsentState,
    /// Whether the source is on the page at all.
    pub present: bool,
    /// The shopper is looking at the dialogue: an earlier answer stands until it is closed.
    pub asking: bool,
}

/// Reads the adapter in the shop's consent options.
///
/// An adapter has a `name` and an `answer(purpose)` that gives one of the words `granted`, `denied`, `pending`,
/// `asking`, `absent`. With `fixed`, its purposes are the switches `chat` and `share` themselves.
pub fn read<P: Page>(page: &P, options: &P::Value, mapping: &Mapping) -> Reading {
    let adapter = page.get(options, "adapter");
    let ask = |purpose: &str| {
        let word = adapter.as_ref().and_then(|adapter| page.call(adapter, "answer", Some(purpose)));
        answer_of(word.and_then(|word| page.text(&word)).as_deref())
    };
    let fixed = adapter.as_ref().and_then(|adapter| page.get(adapter, "fixed")).is_some();
    let (chat, share) =
        if fixed { (ask("chat"), ask("share")) } else { (all(&mapping.chat, ask), all(&mapping.share, ask)) };
    let share = if share == Answer::Granted && gpc_denies(page, options) { Answer::Denied } else { share };
    let source = adapter.and_then(|adapter| page.text_at(&adapter, "name"));
    Reading {
        state: ConsentState {
            chat: normal(chat),
            share: normal(share),
            source: source.unwrap_or_else(|| "none".to_owned()),
        },
        present: chat != Answer::Absent,
        asking: chat == Answer::Asking,
    }
}

fn answer_of(word: Option<&str>) -> Answer {
    match word {
        Some("granted") => Answer::Granted,
        Some("denied") => Answer::Denied,
        Some("pending") => Answer::Pending,
        Some("asking") => Answer::Asking,
        _ => Answer::Absent,
    }
}

/// All purposes must be granted; one refusal decides. No purpose at all is no permission.
fn all(purposes: &[String], ask: impl Fn(&str) -> Answer) -> Answer {
    let mut whole = if purposes.is_empty() { Answer::Denied } else { Answer::Granted };
    for purpose in purposes {
        let answer = ask(purpose);
        // The more careful of the two.
        whole = [Answer::Denied, Answer::Absent, Answer::Pending, Answer::Asking]
            .into_iter()
            .find(|careful| whole == *careful || answer == *careful)
            .unwrap_or(Answer::Granted);
    }
    whole
}

fn normal(answer: Answer) -> Consent {
    match answer {
        Answer::Absent | Answer::Pending | Answer::Asking => Consent::Pending,
        Answer::Denied => Consent::Denied,
        Answer::Granted => Consent::Granted,
    }
}

/// Global Privacy Control speaks about sharing, so it closes the second switch unless the shop says otherwise.
fn gpc_denies<P: Page>(page: &P, options: &P::Value) -> bool {
    let honoured = page.get(options, "honorGpc").and_then(|value| page.boolean(&value)) != Some(false);
    let signal = page.find(&page.window(), "navigator.globalPrivacyControl");
    honoured && signal.and_then(|value| page.boolean(&value)) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::fake::*;
    use serde_json::{Value as Json, json};

    fn options(adapter: Value, honour: Json) -> Value {
        object([("adapter", adapter), ("honorGpc", honour.into())])
    }

    fn adapter(words: &'static [(&'static str, Json)]) -> Value {
        let answer = function(|purpose| {
            words.iter().find(|(name, _)| *name == purpose).map_or(json!(null), |(_, word)| word.clone())
        });
        object([("name", json!("some-cmp").into()), ("answer", answer)])
    }

    #[test]
    fn words_become_answers_and_anything_else_is_none() {
        let cases = [
            (json!("granted"), Consent::Granted, true, false),
            (json!("denied"), Consent::Denied, true, false),
            (json!("pending"), Consent::Pending, true, false),
            (json!("asking"), Consent::Pending, true, true),
            (json!("absent"), Consent::Pending, false, false),
            (json!(true), Consent::Pending, false, false),
            (json!("GRANTED"), Consent::Pending, false, false),
            (json!(null), Consent::Pending, false, false),
        ];
        let mapping = Mapping { chat: vec!["f".into()], share: vec!["f".into()] };
        for (word, expected, present, asking) in cases {
            let said = word.clone();
            let adapter =
                object([("name", json!("cmp").into()), ("answer", function(move |_| said.clone()))]);
            let reading = read(&FakePage::default(), &options(adapter, json!(null)), &mapping);
            let state = ConsentState { chat: expected, share: expected, source: "cmp".into() };
            assert_eq!(reading, Reading { state, present, asking }, "{word}");
        }
    }

    #[test]
    fn an_adapter_that_throws_or_is_missing_allows_nothing() {
        let mapping = Mapping { chat: vec!["f".into()], share: vec!["f".into()] };
        for adapter in [object([("answer", throwing())]), Value::Json(json!(5)), Value::Json(json!(null))] {
            let reading = read(&FakePage::default(), &options(adapter, json!(null)), &mapping);
            assert_eq!((reading.state.chat, reading.present), (Consent::Pending, false));
            assert_eq!(reading.state.source, "none");
        }
    }

    #[test]
    fn the_mapping_asks_for_each_purpose_and_fixed_adapters_for_the_switches() {
        const WORDS: &[(&str, Json)] = &[];
        let mapping = Mapping { chat: vec!["a".into()], share: vec!["a".into(), "b".into()] };
        let by_purpose = object([(
            "answer",
            function(|purpose| json!(if purpose == "a" { "granted" } else { "denied" })),
        )]);
        let state = read(&FakePage::default(), &options(by_purpose, json!(null)), &mapping).state;
        assert_eq!((state.chat, state.share), (Consent::Granted, Consent::Denied));
        let fixed = object([
            ("fixed", json!(true).into()),
            ("answer", function(|purpose| json!(if purpose == "chat" { "granted" } else { "denied" }))),
        ]);
        let state = read(&FakePage::default(), &options(fixed, json!(null)), &Mapping::default()).state;
        assert_eq!((state.chat, state.share), (Consent::Granted, Consent::Denied));
        let state =
            read(&FakePage::default(), &options(adapter(WORDS), json!(null)), &Mapping::default()).state;
        assert_eq!(
            (state.chat, state.share),
            (Consent::Denied, Consent::Denied),
            "no purpose, no permission"
        );
    }

    #[test]
    fn one_refusal_decides_then_absence_then_waiting() {
        use Answer::*;
        let cases = [
            ([Granted, Granted], Granted),
            ([Granted, Asking], Asking),
            ([Asking, Pending], Pending),
            ([Pending, Absent], Absent),
            ([Absent, Denied], Denied),
            ([Granted, Denied], Denied),
        ];
        for (answers, expected) in cases {
            for order in [["0", "1"], ["1", "0"]] {
                let purposes = order.map(str::to_owned);
                assert_eq!(all(&purposes, |purpose| answers[usize::from(purpose == "1")]), expected);
            }
        }
    }

    #[test]
    fn global_privacy_control_closes_the_second_switch_only() {
        let ask = |signal: Json, honour: Json| {
            let page = FakePage::default();
            let navigator = json!({"globalPrivacyControl": signal});
            page.globals.borrow_mut().insert("navigator".into(), navigator.into());
            let adapter = object([("fixed", json!(true).into()), ("answer", function(|_| json!("granted")))]);
            let state = read(&page, &options(adapter, honour), &Mapping::default()).state;
            (state.chat, state.share)
        };
        let (yes, no) = (Consent::Granted, Consent::Denied);
        assert_eq!(ask(json!(true), json!(null)), (yes, no));
        assert_eq!(ask(json!(true), json!(true)), (yes, no));
        assert_eq!(ask(json!(true), json!(false)), (yes, yes));
        assert_eq!(ask(json!(false), json!(null)), (yes, yes));
        assert_eq!(ask(json!("1"), json!(null)), (yes, yes));
    }
}
