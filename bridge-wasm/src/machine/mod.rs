//! The flow of one page: events in, effects out.
//!
//! In scope: every decision between "the page started us" and "the widget has its fields". Out of scope: doing
//! anything; an [`Effect`] is carried out by the shell, its outcome comes back as an [`Event`]. `J` is a value
//! of the page that only passes through.
//!
//! Ordering: each channel (bootstrap, question, script, cart) numbers its calls. An outcome that carries an old
//! number is ignored, so a late answer never overtakes a newer one.

mod flow;
mod widget;

use contract::{Consent, ConsentState};

use crate::consent::{Mapping, Reading};
use crate::fields::{Properties, Written};
use crate::identity::{Presence, Signal};
use crate::retry::Failure;
use crate::session::Session;
use crate::status::{Code, State, Status};

/// Number of a call within its channel.
pub type Ticket = u32;

/// Custom events kept until the widget is ready; more than this is a loop in the shop's code.
const MAX_TRACKS: usize = 32;

/// Pause after a cart change before the edge is asked, in milliseconds: a shopper who clicks `+` five times
/// causes one call.
const CART_DEBOUNCE_MS: u32 = 400;

/// Settings of the shop that the decisions need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `wasm` or `js`, for the status.
    pub engine: &'static str,
    /// Time for the widget to become ready, in milliseconds.
    pub ready_timeout_ms: u32,
    /// Time for an answer of the edge, in milliseconds.
    pub edge_timeout_ms: u32,
    /// Time for the session function, in milliseconds.
    pub session_timeout_ms: u32,
    /// Reload the page after a withdrawal, for shops that want Tidio's script gone and not only its frames.
    pub reload_on_withdraw: bool,
    /// What the consent source said when the shopper said yes in place, earlier in this tab.
    pub said_yes: Option<Consent>,
    /// Reload the page when the person changes, instead of replacing the widget in place.
    pub reload_on_change: bool,
    /// What to load when the edge was never reached.
    pub fallback: Option<Bootstrap>,
    /// The shop's own mapping; an empty list leaves the edge's.
    pub mapping: Mapping,
}

/// Settings of the store, from the edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bootstrap {
    /// URL of the widget script.
    pub script: String,
    /// Widget language.
    pub language: String,
    /// Purposes of the store.
    pub mapping: Mapping,
}

/// What the edge found out about the visitor.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply<J> {
    /// Opaque id of a proven person.
    pub distinct_id: Option<String>,
    /// The person as the edge sent it, for the widget.
    pub person: J,
    /// Widget language.
    pub language: String,
    /// Currency as the edge sent it.
    pub currency: J,
    /// Visitor tags as the edge sent them.
    pub tags: J,
    /// Contact properties.
    pub properties: Properties,
    /// Correlation id of the call.
    pub correlation_id: Option<String>,
}

/// Whose chat lies in Tidio's storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A guest.
    Guest,
    /// A proven person, by distinct id.
    Person(String),
}

impl Owner {
    /// The stored form. A distinct id never is this word: it has dashes.
    pub fn as_marker(&self) -> &str {
        match self {
            Owner::Guest => "guest",
            Owner::Person(id) => id,
        }
    }

    /// Reads the stored form.
    pub fn of_marker(marker: &str) -> Owner {
        if marker == "guest" { Owner::Guest } else { Owner::Person(marker.to_owned()) }
    }
}

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
    /// Outcome of [`Effect::Ask`]: yes, no, or closed without an answer.
    Answered(Option<bool>),
    /// Outcome of [`Effect::FetchBootstrap`].
    Bootstrapped(Ticket, Result<Bootstrap, Failure>),
    /// The consent source was read.
    Consent(Reading),
    /// Outcome of [`Effect::ReadSession`]: the session or a code, and who owns Tidio's storage now.
    SessionRead(Ticket, Result<Option<Session>, &'static str>, Option<Owner>),
    /// Outcome of [`Effect::Identify`].
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

/// What to do, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<J> {
    /// Tell the page.
    Publish(Status),
    /// Ask the edge for the store's settings. Safe to repeat: a read.
    FetchBootstrap(Ticket),
    /// Watch the consent source with this mapping, and read it now. Repeated calls replace the mapping.
    WatchConsent(Mapping),
    /// Read the consent source now.
    CheckConsent,
    /// The shopper wants chat and may not have it: ask in place. Repeated calls while it is asked change nothing.
    Ask,
    /// Read the session, if `allowed`, and the marker.
    ReadSession {
        /// Number of the question.
        ticket: Ticket,
        /// Whether the shop may be asked at all.
        allowed: bool,
    },
    /// Ask the edge who this is. Safe to repeat: the same state gives the same answer and one contact.
    Identify {
        /// Number of the question.
        ticket: Ticket,
        /// The proof, if any.
        token: Option<String>,
        /// Consent at this moment.
        consent: ConsentState,
    },
    /// Tell the edge that consent changed. Safe to repeat: the last one counts.
    TellConsent {
        /// The proof, if any.
        token: Option<String>,
        /// Consent from now on.
        consent: ConsentState,
    },
    /// Report [`Event::Elapsed`] after this many milliseconds.
    StartTimer(Timer, Ticket, u32),
    /// Remove every `tidio_*` item and cookie.
    ClearStorage,
    /// Store or remove the marker that says whose chat Tidio's storage holds.
    Remember(Option<Owner>),
    /// Set the globals and insert the script.
    Insert {
        /// Number of the script.
        ticket: Ticket,
        /// URL of the script.
        script: String,
        /// Widget language.
        language: String,
        /// Who to tell Tidio; nobody for a guest.
        person: Option<J>,
    },
    /// Take the widget off the page; report [`Event::Resisted`] when it stays.
    Remove,
    /// Reload the page.
    Reload,
    /// Hide the widget.
    Hide,
    /// Show the widget.
    Show,
    /// Show and open the widget.
    Open,
    /// Write contact properties.
    Write(Properties),
    /// Set the currency.
    Currency(J),
    /// Add tags.
    Tags(J),
    /// Send a custom event.
    Track(String, J),
}

/// Where the question "who is this?" stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    Session,
    Identify,
}

/// The flow's state. Feed it with [`Machine::handle`].
pub struct Machine<J> {
    settings: Settings,
    running: bool,
    bootstrap: Option<Bootstrap>,
    bootstrap_ticket: Ticket,
    bootstrap_attempts: u32,
    consent: ConsentState,
    /// What the source itself says about chat, whatever was answered in place.
    said: Consent,
    /// What it said when the shopper said yes in place. That yes holds until the source gives another answer.
    said_yes: Option<Consent>,
    asked: bool,
    /// The shopper said no in place: not asked again on this page.
    declined: bool,
    /// Chat is allowed and the question was asked.
    begun: bool,
    stage: Stage,
    question: Ticket,
    attempts: u32,
    /// An expired token was already renewed for this question.
    renewed: bool,
    session: Session,
    /// After `logout()` the shop's session is not asked until it says `refresh()`.
    logged_out: bool,
    presence: Presence,
    owner: Option<Owner>,
    /// The shop's hint under which the running person was proven.
    subject: Option<String>,
    reply: Option<Reply<J>>,
    script: Ticket,
    script_attempts: u32,
    ready: bool,
    hidden: bool,
    wants_open: bool,
    tracks: Vec<(String, J)>,
    written: Written,
    cart: Ticket,
    state: State,
    code: Option<Code>,
    correlation_id: Option<String>,
    published: Option<Status>,
    effects: Vec<Effect<J>>,
}

impl<J: Clone + PartialEq> Machine<J> {
    /// A machine at rest.
    pub fn new(settings: Settings) -> Self {
        Machine {
            said_yes: settings.said_yes,
            settings,
            running: false,
            bootstrap: None,
            bootstrap_ticket: 0,
            bootstrap_attempts: 0,
            consent: ConsentState { chat: Consent::Pending, share: Consent::Pending, source: "none".into() },
            said: Consent::Pending,
            asked: false,
            declined: false,
            begun: false,
            stage: Stage::Idle,
            question: 0,
            attempts: 0,
            renewed: false,
            session: Session::default(),
            logged_out: false,
            presence: Presence::Fresh,
            owner: None,
            subject: None,
            reply: None,
            script: 0,
            script_attempts: 0,
            ready: false,
            hidden: false,
            wants_open: false,
            tracks: Vec::new(),
            written: Written::default(),
            cart: 0,
            state: State::Waiting,
            code: None,
            correlation_id: None,
            published: None,
            effects: Vec::new(),
        }
    }

    /// Takes one event and answers what to do. `draw` is a random byte, for the jitter of pauses.
    pub fn handle(&mut self, event: Event<J>, draw: u8) -> Vec<Effect<J>> {
        if self.running || matches!(event, Event::Start) {
            self.react(event, draw);
        }
        let status = Status {
            state: self.state,
            code: self.code.clone(),
            engine: self.settings.engine,
            consent: self.consent.clone(),
            correlation_id: self.correlation_id.clone(),
        };
        if self.published.as_ref() != Some(&status) {
            self.published = Some(status.clone());
            self.effects.push(Effect::Publish(status));
        }
        std::mem::take(&mut self.effects)
    }

    fn react(&mut self, event: Event<J>, draw: u8) {
        match event {
            Event::Start => self.start(),
            Event::Stop => self.stop(),
            Event::Open => self.open(),
            Event::Refresh => self.refresh(),
            Event::CartChanged => self.cart_changed(),
            Event::Logout => self.logout(),
            Event::Track(name, data) => self.track(name, data),
            Event::Bootstrapped(ticket, outcome) if ticket == self.bootstrap_ticket => {
                self.bootstrapped(outcome, draw)
            }
            Event::Answered(said) => self.answered(said),
            Event::Consent(reading) => self.consent_read(reading),
            Event::SessionRead(ticket, outcome, owner) if ticket == self.question => {
                self.session_read(outcome, owner)
            }
            Event::Identified(ticket, outcome) if ticket == self.question => self.identified(outcome, draw),
            Event::ScriptFailed(ticket) if ticket == self.script => self.script_failed(draw),
            Event::Ready(ticket) if ticket == self.script => self.widget_ready(),
            Event::Elapsed(timer, ticket, attached) => self.elapsed(timer, ticket, attached, draw),
            Event::OtherTab(owner) => self.other_tab(owner),
            Event::Restored(owner) => self.restored(owner),
            Event::Resisted => self.reload(),
            // Late outcomes of calls that a newer one has replaced.
            Event::Bootstrapped(..)
            | Event::SessionRead(..)
            | Event::Identified(..)
            | Event::ScriptFailed(_)
            | Event::Ready(_) => {}
        }
    }

    fn elapsed(&mut self, timer: Timer, ticket: Ticket, attached: bool, draw: u8) {
        match timer {
            Timer::Bootstrap if ticket == self.bootstrap_ticket => {
                self.bootstrapped(Err(Failure::Timeout), draw)
            }
            Timer::BootstrapRetry if ticket == self.bootstrap_ticket => self.ask_bootstrap(),
            Timer::Question if ticket == self.question => self.question_timeout(draw),
            Timer::QuestionRetry if ticket == self.question => self.ask_session(),
            Timer::Ready if ticket == self.script && !self.ready => self.never_ready(attached),
            Timer::ScriptRetry if ticket == self.script => self.load_again(),
            Timer::Cart if ticket == self.cart && self.begun => self.ask_session(),
            _ => {}
        }
    }

    fn effect(&mut self, effect: Effect<J>) {
        self.effects.push(effect);
    }

    fn is_live(&self) -> bool {
        matches!(self.presence, Presence::LiveGuest | Presence::LivePerson)
    }

    fn show(&mut self, state: State, code: Option<&'static str>) {
        self.state = state;
        self.code = code.map(Code::Borrowed);
    }

    fn signal(&mut self, signal: Signal) {
        let (step, presence) = crate::identity::next(self.presence, signal);
        self.presence = presence;
        self.carry_out(step);
    }
}

#[cfg(test)]
mod tests;
