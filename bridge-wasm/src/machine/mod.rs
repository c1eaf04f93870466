//! The flow of one page: events in, effects out.
//!
//! In scope: every decision between "the page started us" and "the widget has its fields". Out of scope: doing
//! anything; an [`Effect`] is carried out by the shell, its outcome comes back as an [`Event`]. `J` is a value
//! of the page that only passes through.
//!
//! Ordering: each channel (bootstrap, question, script, cart) numbers its calls. An outcome that carries an old
//! number is ignored, so a late answer never overtakes a newer one.

mod effect;
mod event;
mod flow;
mod settings;
mod widget;

use contract::{Consent, ConsentState};

use crate::fields::Written;
use crate::identity::{Presence, Signal};
use crate::retry::Failure;
use crate::session::Session;
use crate::status::{Code, State, Status};

pub use effect::Effect;
pub use event::{Event, Ticket, Timer};
pub use settings::{Bootstrap, Owner, Reply, Settings};

/// Custom events kept until the widget is ready; more than this is a loop in the shop's code.
const MAX_TRACKS: usize = 32;

/// Pause after a cart change before the edge is asked, in milliseconds: a shopper who clicks `+` five times
/// causes one call.
const CART_DEBOUNCE_MS: u32 = 400;

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
        // A widget that is only hidden still talks to Tidio, so consent counts for it after a stop as well.
        let is_consent_to_live = matches!(event, Event::Consent(_)) && self.is_live();
        if self.running || is_consent_to_live || matches!(event, Event::Start) {
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

    /// Whether the answer to this question is still waited for. Late answers are nobody's any more.
    pub fn awaits(&self, question: Ticket) -> bool {
        self.question == question
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
            Event::BodyReplaced => self.body_replaced(),
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
