//! What can happen, in the shop's calls, in the page and as outcomes of effects.

use super::{Bootstrap, Owner, Reply};
use crate::consent::Reading;
use crate::retry::Failure;
use crate::session::Session;

/// Number of a call within its channel.
pub type Ticket = u32;

/// What can happen.
#[derive(Clone, Debug)]
pub enum Event<J> {
    /// `start()` was called.
    Start,
    /// `stop()` was called.
    Stop,
    /// `open()` was called.
    Open,
    /// `refresh()` was called.
    Refresh,
    /// `cartChanged()` was called.
    CartChanged,
    /// `logout()` was called.
    Logout,
    /// `track()` was called.
    Track(String, J),
    /// Outcome of [`Effect::Ask`](super::Effect::Ask): yes, no, or closed without an answer.
    Answered(Option<bool>),
    /// Outcome of [`Effect::FetchBootstrap`](super::Effect::FetchBootstrap).
    Bootstrapped(Ticket, Result<Bootstrap, Failure>),
    /// The consent source was read.
    Consent(Reading),
    /// Outcome of [`Effect::ReadSession`](super::Effect::ReadSession): the session or a code, and who owns Tidio's storage now.
    SessionRead(Ticket, Result<Option<Session>, &'static str>, Option<Owner>),
    /// Outcome of [`Effect::Identify`](super::Effect::Identify).
    Identified(Ticket, Result<Reply<J>, Failure>),
    /// The script element reported an error.
    ScriptFailed(Ticket),
    /// The widget is ready.
    Ready(Ticket),
    /// A timer ran out; `attached` says whether the widget's API is on the page.
    Elapsed(Timer, Ticket, bool),
    /// Another tab changed the owner of Tidio's storage.
    OtherTab(Option<Owner>),
    /// The page came back from the back-forward cache.
    Restored(Option<Owner>),
    /// The page put another body in the place of the one in which the widget was.
    BodyReplaced,
    /// The old widget is still there after its removal.
    Resisted,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Bootstrap answers in time.
    Bootstrap,
    /// Pause before the next bootstrap.
    BootstrapRetry,
    /// The session function or the edge answers in time.
    Question,
    /// Pause before the next question.
    QuestionRetry,
    /// The widget is ready in time.
    Ready,
    /// Pause before the script is tried again.
    ScriptRetry,
    /// The cart has come to rest.
    Cart,
}
