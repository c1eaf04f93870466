//! Loading, removing and feeding the widget.

use contract::Consent;

use super::{Effect, MAX_TRACKS, Machine, Owner, Timer};
use crate::identity::Step;
use crate::status::{State, code};

/// Tries of the script before only the shopper's click tries again. A content blocker will not change its mind;
/// a network that was just switching will.
const MAX_SCRIPT_ATTEMPTS: u32 = 3;

impl<J: Clone + PartialEq> Machine<J> {
    pub(super) fn carry_out(&mut self, step: Step) {
        match step {
            Step::Nothing => self.unhide(),
            Step::Update => {
                self.unhide();
                self.write();
            }
            Step::Load => self.load(),
            Step::ClearAndLoad => {
                self.effect(Effect::ClearStorage);
                self.load();
            }
            Step::Restart => {
                self.remove();
                self.load_or_reload();
            }
            Step::ClearAndRestart => {
                // What the one who was here did is not told in the next one's chat.
                self.tracks.clear();
                self.remove();
                self.effect(Effect::ClearStorage);
                self.load_or_reload();
            }
            Step::Clear => {
                self.remove();
                self.effect(Effect::ClearStorage);
                self.effect(Effect::Remember(None));
                self.owner = None;
            }
            Step::HideAndAsk => {
                self.hidden = true;
                self.effect(Effect::Hide);
                self.ask_session();
            }
            Step::DropAndAsk => {
                self.remove();
                self.show(State::Loading, None);
                self.ask_session();
            }
            Step::Ask => self.ask_session(),
        }
    }

    fn load_or_reload(&mut self) {
        if self.settings.reload_on_change {
            return self.reload();
        }
        self.load();
    }

    /// The old widget may write its state once more while the page goes away. The marker therefore names a
    /// person that nobody is, so that the next page load clears before it loads.
    pub(super) fn reload(&mut self) {
        self.effect(Effect::Remember(Some(Owner::Person("unknown".to_owned()))));
        self.show(State::Loading, Some(code::PAGE_RELOAD));
        self.effect(Effect::Reload);
    }

    fn load(&mut self) {
        let Some(bootstrap) = self.bootstrap.clone() else { return };
        self.script += 1;
        self.script_attempts += 1;
        self.ready = false;
        self.hidden = false;
        self.written.reset();
        let owner = self.owner.clone().unwrap_or(Owner::Guest);
        let reply = self.reply.as_ref();
        let language = reply.map_or(&bootstrap.language, |reply| &reply.language).clone();
        let person = reply.filter(|reply| reply.distinct_id.is_some()).map(|reply| reply.person.clone());
        self.effect(Effect::Remember(Some(owner)));
        self.effect(Effect::Insert { ticket: self.script, script: bootstrap.script, language, person });
        self.effect(Effect::StartTimer(Timer::Ready, self.script, self.settings.ready_timeout_ms));
        self.state = State::Loading;
    }

    fn remove(&mut self) {
        self.script += 1;
        self.script_attempts = 0;
        self.ready = false;
        self.hidden = false;
        self.effect(Effect::Remove);
    }

    /// The same person's widget again, in the new body. Who is being asked about stays hidden.
    pub(super) fn body_replaced(&mut self) {
        if self.is_live() {
            let hidden = self.hidden;
            self.remove();
            self.load();
            self.hidden = hidden;
        }
    }

    /// Another try with the same identity. Only for a widget that never became ready.
    pub(super) fn load_again(&mut self) {
        if self.ready || !self.begun {
            return;
        }
        // Why the last try failed does not hold for this one.
        if self.state != State::Loading {
            self.code = None;
        }
        let attempts = self.script_attempts;
        self.remove();
        self.script_attempts = attempts;
        self.load();
    }

    pub(super) fn script_failed(&mut self, draw: u8) {
        self.show(State::Blocked, Some(code::SCRIPT_BLOCKED));
        if self.script_attempts < MAX_SCRIPT_ATTEMPTS {
            self.retry(Timer::ScriptRetry, self.script, self.script_attempts, draw);
        }
    }

    pub(super) fn never_ready(&mut self, attached: bool) {
        if self.state == State::Loading {
            let reason = if attached { code::READY_TIMEOUT } else { code::WIDGET_MISSING };
            self.show(State::Failed, Some(reason));
        }
    }

    pub(super) fn widget_ready(&mut self) {
        if self.ready {
            return;
        }
        self.ready = true;
        self.script_attempts = 0;
        // A reason of the way here is over, unless it still holds: identity could not be asked for.
        if self.state != State::Loading {
            self.code = None;
        }
        self.state = State::Ready;
        if self.hidden {
            self.effect(Effect::Hide);
        }
        self.write();
        self.send_tracks();
        if std::mem::take(&mut self.wants_open) {
            self.effect(Effect::Open);
        }
    }

    fn write(&mut self) {
        if !self.ready {
            return;
        }
        let Some(reply) = self.reply.clone() else {
            let gone = self.written.take_changes(Vec::new());
            return self.write_changes(gone);
        };
        let changes = self.written.take_changes(reply.properties);
        self.write_changes(changes);
        // Both are sets on Tidio's side: repeating them is harmless.
        self.effect(Effect::Currency(reply.currency));
        self.effect(Effect::Tags(reply.tags));
    }

    fn write_changes(&mut self, changes: crate::fields::Properties) {
        if !changes.is_empty() {
            self.effect(Effect::Write(changes));
        }
    }

    fn unhide(&mut self) {
        if std::mem::take(&mut self.hidden) {
            self.effect(Effect::Show);
        }
    }

    pub(super) fn open(&mut self) {
        if self.ready && !self.hidden {
            return self.effect(Effect::Open);
        }
        self.wants_open = true;
        match self.state {
            State::Blocked => self.load_again(),
            State::Failed if self.bootstrap.is_none() => {
                self.bootstrap_attempts = 0;
                self.ask_bootstrap();
            }
            State::Failed => self.load_again(),
            State::Waiting | State::Withdrawn if self.bootstrap.is_some() && !self.begun => self.ask(),
            State::Waiting | State::Loading | State::Ready | State::Withdrawn => {}
        }
    }

    /// Keeps the event, and sends it if it may go.
    pub(super) fn track(&mut self, name: String, data: J) {
        if self.tracks.len() < MAX_TRACKS {
            self.tracks.push((name, data));
        }
        self.send_tracks();
    }

    /// Sends what is kept. An event says what the shopper does in the shop, so it needs leave to share.
    pub(super) fn send_tracks(&mut self) {
        if self.is_live() && self.ready && self.consent.share == Consent::Granted {
            for (name, data) in std::mem::take(&mut self.tracks) {
                self.effect(Effect::Track(name, data));
            }
        }
    }
}
