//! Bootstrap, consent, session and identity.

use contract::Consent;

use super::{Bootstrap, CART_DEBOUNCE_MS, Effect, Machine, Owner, Reply, Stage, Timer};
use crate::consent::{Mapping, Reading};
use crate::identity::{Presence, Signal};
use crate::retry::{Disposition, Failure, delay_ms};
use crate::session::Session;
use crate::status::{Code, State, code};

impl<J: Clone + PartialEq> Machine<J> {
    pub(super) fn start(&mut self) {
        if self.running {
            return;
        }
        self.running = true;
        if self.bootstrap.is_some() {
            self.show(State::Waiting, Some(code::CONSENT_PENDING));
            self.effect(Effect::CheckConsent);
        } else {
            self.show(State::Waiting, Some(code::SETTINGS_PENDING));
            self.ask_bootstrap();
        }
        if self.is_live() {
            self.hidden = true;
            self.show(if self.ready { State::Ready } else { State::Loading }, None);
            self.ask_session();
        }
    }

    pub(super) fn stop(&mut self) {
        self.running = false;
        self.bootstrap_ticket += 1;
        self.drop_question();
        if self.is_live() {
            self.effect(Effect::Hide);
        } else {
            self.begun = false;
        }
        self.show(State::Waiting, Some(code::STOPPED));
    }

    pub(super) fn ask_bootstrap(&mut self) {
        self.bootstrap_ticket += 1;
        self.bootstrap_attempts += 1;
        self.effect(Effect::FetchBootstrap(self.bootstrap_ticket));
        self.effect(Effect::StartTimer(
            Timer::Bootstrap,
            self.bootstrap_ticket,
            self.settings.edge_timeout_ms,
        ));
    }

    pub(super) fn bootstrapped(&mut self, outcome: Result<Bootstrap, Failure>, draw: u8) {
        self.bootstrap_ticket += 1;
        let (bootstrap, problem) = match outcome {
            Ok(bootstrap) => (Some(bootstrap), None),
            Err(failure) => {
                // A store that the edge does not know is the shop's mistake; guessing would hide it.
                let retry = failure.disposition() == Disposition::Retry;
                let fallback = if retry { self.settings.fallback.clone() } else { None };
                if fallback.is_none() && retry {
                    self.retry(Timer::BootstrapRetry, self.bootstrap_ticket, self.bootstrap_attempts, draw);
                }
                (fallback, Some(failure))
            }
        };
        let problem = problem.as_ref().map(Failure::code);
        let Some(bootstrap) = bootstrap else {
            self.state = State::Failed;
            self.code = problem;
            return;
        };
        self.bootstrap_attempts = 0;
        self.code = problem.or(self.code.take());
        let own = self.settings.mapping.clone();
        let chosen = |own: Vec<String>, edge: &[String]| if own.is_empty() { edge.to_vec() } else { own };
        let mapping = Mapping {
            chat: chosen(own.chat, &bootstrap.mapping.chat),
            share: chosen(own.share, &bootstrap.mapping.share),
        };
        self.bootstrap = Some(bootstrap);
        self.effect(Effect::WatchConsent(mapping));
    }

    pub(super) fn consent_read(&mut self, mut reading: Reading) {
        self.said = reading.state.chat;
        // A source that is loading again has not changed its mind.
        if self.said != Consent::Pending && self.said_yes.is_some_and(|then| then != self.said) {
            self.said_yes = None;
        }
        if self.said_yes.is_some() {
            reading.state.chat = Consent::Granted;
            reading.state.source = "notice".to_owned();
        }
        if reading.asking && self.begun {
            return;
        }
        let present = reading.present;
        let before = std::mem::replace(&mut self.consent, reading.state);
        match self.consent.chat {
            Consent::Granted if !self.begun => self.begin(),
            Consent::Granted if before.share != self.consent.share => self.share_changed(),
            Consent::Granted => {}
            // What has begun stops on anything but yes. What an earlier visit stored goes on a clear no only:
            // a consent manager that is still loading is not a refusal.
            Consent::Pending if !self.begun => {
                let reason = if present { code::CONSENT_PENDING } else { code::CONSENT_ABSENT };
                self.wait(reason);
            }
            Consent::Denied if !self.begun && !self.holds_storage() => self.wait(code::CONSENT_DENIED),
            Consent::Pending | Consent::Denied => self.withdraw(),
        }
    }

    fn wait(&mut self, reason: &'static str) {
        if self.state != State::Withdrawn {
            self.show(State::Waiting, Some(if self.declined { code::CONSENT_DECLINED } else { reason }));
        }
        if self.wants_open && !self.asked {
            self.ask();
        }
    }

    /// Asks for chat in place. Only the shopper's wish leads here.
    pub(super) fn ask(&mut self) {
        if !self.declined {
            self.asked = true;
            self.effect(Effect::Ask);
        }
    }

    pub(super) fn answered(&mut self, said: Option<bool>) {
        match said {
            Some(true) => {
                self.said_yes = Some(self.said);
                self.effect(Effect::CheckConsent);
            }
            Some(false) => {
                self.declined = true;
                self.wants_open = false;
                if !self.begun {
                    self.show(State::Waiting, Some(code::CONSENT_DECLINED));
                }
            }
            None => self.wants_open = false,
        }
    }

    fn holds_storage(&self) -> bool {
        matches!(self.presence, Presence::StoredGuest | Presence::StoredPerson)
    }

    fn begin(&mut self) {
        self.begun = true;
        self.attempts = 0;
        self.show(State::Loading, None);
        self.ask_session();
    }

    fn share_changed(&mut self) {
        self.tell_edge();
        if self.consent.share != Consent::Granted {
            // Nothing of the person may stay in the fields either.
            self.reply = None;
            self.tracks.clear();
        }
        self.send_tracks();
        self.ask_session();
    }

    fn withdraw(&mut self) {
        self.tell_edge();
        self.drop_question();
        self.begun = false;
        self.session = Session::default();
        self.reply = None;
        self.wants_open = false;
        self.tracks.clear();
        self.said_yes = None;
        let reload = self.settings.reload_on_withdraw && self.is_live();
        self.signal(Signal::Withdraw);
        self.show(State::Withdrawn, Some(code::CONSENT_WITHDRAWN));
        if reload {
            self.effect(Effect::Reload);
        }
    }

    fn tell_edge(&mut self) {
        let token = self.session.token.clone();
        self.effect(Effect::TellConsent { token, consent: self.consent.clone() });
    }

    pub(super) fn ask_session(&mut self) {
        self.question += 1;
        self.stage = Stage::Session;
        let allowed = self.consent.share == Consent::Granted && !self.logged_out;
        self.effect(Effect::ReadSession { ticket: self.question, allowed });
        self.effect(Effect::StartTimer(Timer::Question, self.question, self.settings.session_timeout_ms));
    }

    pub(super) fn session_read(
        &mut self,
        outcome: Result<Option<Session>, &'static str>,
        owner: Option<Owner>,
    ) {
        if !self.is_live() {
            self.take_owner(owner);
        }
        if let Err(problem) = outcome {
            self.code = Some(Code::Borrowed(problem));
        }
        self.session = outcome.ok().flatten().unwrap_or_default();
        self.question += 1;
        self.stage = Stage::Identify;
        self.attempts += 1;
        let (ticket, token) = (self.question, self.session.token.clone());
        self.effect(Effect::Identify { ticket, token, consent: self.consent.clone() });
        self.effect(Effect::StartTimer(Timer::Question, ticket, self.settings.edge_timeout_ms));
    }

    /// Takes over who owns Tidio's storage when no widget of ours runs.
    pub(super) fn take_owner(&mut self, owner: Option<Owner>) {
        self.presence = match (&owner, self.presence) {
            (Some(Owner::Person(_)), _) => Presence::StoredPerson,
            (Some(Owner::Guest), _) => Presence::StoredGuest,
            (None, Presence::Withdrawn) => Presence::Withdrawn,
            (None, _) => Presence::Fresh,
        };
        self.owner = owner;
    }

    pub(super) fn question_timeout(&mut self, draw: u8) {
        match self.stage {
            Stage::Session => self.session_late(),
            Stage::Identify => self.identified(Err(Failure::Timeout), draw),
            Stage::Idle => {}
        }
    }

    fn session_late(&mut self) {
        // The marker is not known either, so keep what is: the careful table does the rest.
        let owner = self.owner.clone();
        self.session_read(Err(code::SESSION_TIMEOUT), owner);
    }

    pub(super) fn identified(&mut self, outcome: Result<Reply<J>, Failure>, draw: u8) {
        self.question += 1;
        self.stage = Stage::Idle;
        match outcome {
            Ok(reply) => self.resolved(reply),
            Err(failure) => self.unresolved(&failure, draw),
        }
    }

    fn resolved(&mut self, reply: Reply<J>) {
        self.attempts = 0;
        self.renewed = false;
        if !self.code.as_deref().is_some_and(|code| code.starts_with("session_")) {
            self.code = None;
        }
        self.correlation_id.clone_from(&reply.correlation_id);
        let owner = reply.distinct_id.clone().map_or(Owner::Guest, Owner::Person);
        let signal = match &owner {
            Owner::Guest => Signal::Guest,
            Owner::Person(_) if self.owner.as_ref() == Some(&owner) => Signal::Same,
            Owner::Person(_) => Signal::Other,
        };
        self.owner = Some(owner);
        self.subject.clone_from(&self.session.subject);
        self.reply = Some(reply);
        self.signal(signal);
    }

    fn unresolved(&mut self, failure: &Failure, draw: u8) {
        let disposition = failure.disposition();
        if disposition == Disposition::RenewToken && !self.renewed {
            self.renewed = true;
            return self.ask_session();
        }
        let hinted = self.session.subject.is_some() && self.session.subject == self.subject;
        let signal = match disposition {
            Disposition::Retry if hinted => Signal::UnsureSame,
            Disposition::Retry => Signal::UnsureOther,
            Disposition::GiveUp | Disposition::RenewToken => Signal::Guest,
        };
        let keeps_person = self.presence == Presence::LivePerson && signal == Signal::UnsureSame;
        if !keeps_person {
            self.owner = Some(Owner::Guest);
            self.subject = None;
            self.reply = None;
        }
        self.signal(signal);
        self.code = Some(failure.code());
        if disposition == Disposition::Retry {
            self.retry(Timer::QuestionRetry, self.question, self.attempts, draw);
        }
    }

    pub(super) fn retry(&mut self, timer: Timer, ticket: u32, attempts: u32, draw: u8) {
        if let Some(pause) = delay_ms(attempts, draw) {
            self.effect(Effect::StartTimer(timer, ticket, pause));
        }
    }

    fn drop_question(&mut self) {
        self.question += 1;
        self.stage = Stage::Idle;
        self.cart += 1;
    }

    pub(super) fn refresh(&mut self) {
        self.logged_out = false;
        self.attempts = 0;
        self.renewed = false;
        if self.begun {
            self.ask_session();
        }
    }

    pub(super) fn cart_changed(&mut self) {
        if self.begun && self.consent.share == Consent::Granted {
            self.cart += 1;
            self.effect(Effect::StartTimer(Timer::Cart, self.cart, CART_DEBOUNCE_MS));
        }
    }

    pub(super) fn logout(&mut self) {
        self.logged_out = true;
        self.tracks.clear();
        self.drop_question();
        self.session = Session::default();
        self.subject = None;
        self.reply = None;
        self.owner = Some(Owner::Guest);
        self.signal(Signal::Logout);
        if self.begun {
            self.ask_session();
        }
    }

    pub(super) fn other_tab(&mut self, owner: Option<Owner>) {
        if self.is_live() && owner == self.owner {
            return;
        }
        self.signal(Signal::OtherTab);
        if self.presence != Presence::Withdrawn {
            self.take_owner(owner);
        }
        // Consent may have been taken back there as well.
        self.effect(Effect::CheckConsent);
    }

    pub(super) fn restored(&mut self, owner: Option<Owner>) {
        if self.is_live() && owner != self.owner {
            return self.other_tab(owner);
        }
        self.effect(Effect::CheckConsent);
        if self.begun {
            self.attempts = 0;
            self.signal(Signal::Restored);
        }
    }
}
