//! vanilla-cookieconsent 3: its API object, or its cookie when the shop imported it as a module.
//!
//! Purposes are the shop's category names. The API object decides when there is one, because only it knows of
//! a raised revision. The cookie alone counts only while the consent dialogue is not on screen: with a raised
//! revision, or on a first visit, the dialogue is.

use super::{Answer, Hook, Question, Source};
use crate::page::Page;

/// Class that the package puts on the root element while it asks.
const ASKING_CLASS: &str = "show--consent";

impl<P: Page> Source<P> {
    pub(super) const VANILLA_COOKIECONSENT: Source<P> = Source {
        name: "vanilla-cookieconsent",
        hooks: &[
            Hook::Window("cc:onFirstConsent"),
            Hook::Window("cc:onConsent"),
            Hook::Window("cc:onChange"),
            Hook::Window("cc:onModalHide"),
        ],
        fixed_purposes: false,
        read,
    };
}

fn read<P: Page>(question: &Question<P>) -> Answer {
    let page = question.page;
    let api = page.get(question.options, "api").or_else(|| page.get(&page.window(), "CookieConsent"));
    api.and_then(|api| from_api(question, &api)).unwrap_or_else(|| from_cookie(question))
}

fn from_api<P: Page>(question: &Question<P>, api: &P::Value) -> Option<Answer> {
    let page = question.page;
    let valid = page.call(api, "validConsent", &[])?;
    if !page.boolean(&valid)? {
        return Some(Answer::Pending);
    }
    let accepted = page.call(api, "acceptedCategory", &[question.purpose])?;
    Some(if page.boolean(&accepted)? { Answer::Granted } else { Answer::Denied })
}

fn from_cookie<P: Page>(question: &Question<P>) -> Answer {
    let page = question.page;
    let root = page.text_at(&page.window(), "document.documentElement.className").unwrap_or_default();
    if root.split(' ').any(|class| class == ASKING_CLASS) {
        return Answer::Pending;
    }
    let name = page.text_at(question.options, "cookie").unwrap_or_else(|| "cc_cookie".to_owned());
    let text = page.cookie(&name).or_else(|| page.stored(&name));
    let Some(record) = text.and_then(|text| page.parse(&text)) else {
        return Answer::Absent;
    };
    // The same members that the package itself demands of a valid record.
    let complete = ["consentId", "consentTimestamp", "lastConsentTimestamp"]
        .iter()
        .all(|member| page.text_at(&record, member).is_some());
    if !complete || page.get(&record, "categories").is_none() {
        return Answer::Pending;
    }
    let accepted = page.texts_at(&record, "categories").iter().any(|category| category == question.purpose);
    if accepted { Answer::Granted } else { Answer::Denied }
}
