//! The shop's own function. Its purposes are the two switches themselves.

use super::{Answer, Hook, Question, Source};
use crate::page::Page;

impl<P: Page> Source<P> {
    pub(super) const FUNCTION: Source<P> =
        Source { name: "function", hooks: &[Hook::Option("subscribe")], fixed_purposes: true, read };
}

fn read<P: Page>(question: &Question<P>) -> Answer {
    let page = question.page;
    let Some(said) =
        page.call(question.options, "read", &[]).and_then(|all| page.get(&all, question.purpose))
    else {
        return Answer::Pending;
    };
    match (page.boolean(&said), page.text(&said).as_deref()) {
        (Some(true), _) | (_, Some("granted")) => Answer::Granted,
        (Some(false), _) | (_, Some("denied")) => Answer::Denied,
        _ => Answer::Pending,
    }
}
