//! One normalised answer from whichever consent manager the shop uses.
//!
//! In scope: the two switches, the mapping from a source's purposes to them, Global Privacy Control, and the
//! table of sources. Out of scope: showing or changing consent. Unknown is never granted.

mod function;
mod vanilla_cookieconsent;

use contract::{Consent, ConsentState};

use crate::page::Page;

/// What a source says about one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The source is not on this page, or not yet.
    Absent,
    /// It is there and has no answer yet.
    Pending,
    /// No.
    Denied,
    /// Yes.
    Granted,
}

/// How a source tells that something changed. The answer is always read afresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// An event on `window`.
    Window(&'static str),
    /// A method of the consent options that takes a callback.
    Option(&'static str),
}

/// A question to a source.
pub struct Question<'a, P: Page> {
    /// The page.
    pub page: &'a P,
    /// The shop's consent options.
    pub options: &'a P::Value,
    /// A purpose of the source's own, for example the category `functionality`.
    pub purpose: &'a str,
}

/// A consent source: one file each.
pub struct Source<P: Page> {
    /// Stable name, in options and status.
    pub name: &'static str,
    /// How it tells of changes.
    pub hooks: &'static [Hook],
    /// Whether purposes are the fixed words `chat` and `share` instead of the shop's mapping.
    pub fixed_purposes: bool,
    /// Its answer now.
    pub read: fn(&Question<P>) -> Answer,
}

impl<P: Page> Source<P> {
    /// Every source, in the order in which `auto` asks them.
    pub const ALL: &[Source<P>] = &[Source::FUNCTION, Source::VANILLA_COOKIECONSENT];

    /// The source that the options name.
    pub fn of(page: &P, options: &P::Value) -> Option<&'static Source<P>> {
        let name = page.text_at(options, "source")?;
        Source::ALL.iter().find(|source| source.name == name)
    }
}

/// Which purposes stand for the two switches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// All must be granted for chat to load.
    pub chat: Vec<String>,
    /// All must be granted for identity and cart to travel.
    pub share: Vec<String>,
}

/// The answer of both switches at this moment, and whether the source is there at all.
pub fn read<P: Page>(
    page: &P,
    options: &P::Value,
    source: Option<&Source<P>>,
    mapping: &Mapping,
) -> (ConsentState, bool) {
    let Some(source) = source else {
        return (
            ConsentState { chat: Consent::Pending, share: Consent::Pending, source: "none".into() },
            false,
        );
    };
    let ask = |purpose: &str| (source.read)(&Question { page, options, purpose });
    let (chat, share) = if source.fixed_purposes {
        (ask("chat"), ask("share"))
    } else {
        (all(&mapping.chat, ask), all(&mapping.share, ask))
    };
    let share = if share == Answer::Granted && gpc_denies(page, options) { Answer::Denied } else { share };
    let state = ConsentState { chat: normal(chat), share: normal(share), source: source.name.to_owned() };
    (state, chat != Answer::Absent)
}

/// All purposes must be granted; one refusal decides. No purpose at all is no permission.
fn all(purposes: &[String], ask: impl Fn(&str) -> Answer) -> Answer {
    let mut whole = if purposes.is_empty() { Answer::Denied } else { Answer::Granted };
    for purpose in purposes {
        whole = match (whole, ask(purpose)) {
            (Answer::Denied, _) | (_, Answer::Denied) => Answer::Denied,
            (Answer::Absent, _) | (_, Answer::Absent) => Answer::Absent,
            (Answer::Pending, _) | (_, Answer::Pending) => Answer::Pending,
            (Answer::Granted, Answer::Granted) => Answer::Granted,
        };
    }
    whole
}

fn normal(answer: Answer) -> Consent {
    match answer {
        Answer::Absent | Answer::Pending => Consent::Pending,
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
mod tests;
