//! Calls to the edge, and to the shop's session.

use std::rc::Rc;

use contract::ConsentState;
use wasm_bindgen::JsValue;

use super::{Shell, Then, host, storage, value_of};
use crate::machine::{Bootstrap, Event, Ticket};
use crate::outgoing;
use crate::page::{Page, join};
use crate::retry::Failure;
use crate::session::Session;
use crate::status::code;
use crate::wire;

impl Shell {
    pub(super) fn fetch_bootstrap(self: &Rc<Self>, ticket: Ticket) {
        let part = |name: &str| host::encode(&self.option(name).unwrap_or_default());
        let path = join(&["/v1/bootstrap?store=", &part("store"), "&locale=", &part("locale")]);
        self.send(&path, &JsValue::UNDEFINED, ticket, |shell, ticket, body, status| {
            let mut outcome = shell.outcome(&body, &status, |body| wire::bootstrap(&shell.page, body));
            match &outcome {
                Ok(_) => {
                    shell.bootstrap.replace(host::stringify(&body));
                    shell.tell_page(&body);
                }
                // The shop's own mistake is not covered up.
                Err(Failure::Refused { status: ..500, .. }) => {}
                // An edge that is down must not take the chat of a known store with it.
                Err(_) => outcome = shell.remembered_bootstrap().map_or(outcome, Ok),
            }
            shell.dispatch(Event::Bootstrapped(ticket, outcome));
        });
    }

    /// The late files take the triggers from the settings, and from a reply the cart, and that a claim has served its
    /// turn.
    fn tell_page(&self, body: &JsValue) {
        host::call1(&self.options, "heard", body);
    }

    fn remembered_bootstrap(&self) -> Option<Bootstrap> {
        let value = self.page.parse(&storage::read(storage::SETTINGS)?)?;
        let same = |name| self.page.text_at(&value, name) == self.option(name);
        if !same("store") || !same("locale") {
            return None;
        }
        self.tell_page(&value);
        wire::bootstrap(&self.page, &value)
    }

    pub(super) fn identify(self: &Rc<Self>, ticket: Ticket, token: Option<&str>, consent: &ConsentState) {
        let (store, locale) = (self.option("store").unwrap_or_default(), self.option("locale"));
        let request = outgoing::request(&store, Some(locale.as_deref().unwrap_or_default()), token, consent);
        let body = value_of(&request);
        for name in outgoing::additions(token, consent) {
            host::set(&body, name, &host::call0(&self.options, name));
        }
        self.send("/v1/identify", &body, ticket, |shell, ticket, body, status| {
            let outcome = shell.outcome(&body, &status, |body| wire::reply(&shell.page, body));
            // The cart of somebody who has gone is no trigger's any more.
            if shell.machine.borrow().awaits(ticket) {
                shell.tell_page(&body);
            }
            shell.dispatch(Event::Identified(ticket, outcome));
        });
    }

    pub(super) fn tell_consent(self: &Rc<Self>, token: Option<&str>, consent: &ConsentState) {
        let store = self.option("store").unwrap_or_default();
        // Best effort: the switch has already acted here, and the next identify carries consent again.
        self.send(
            "/v1/consent",
            &value_of(&outgoing::request(&store, None, token, consent)),
            0,
            |_, _, _, _| {},
        );
    }

    fn send(self: &Rc<Self>, path: &str, body: &JsValue, ticket: Ticket, then: Then) {
        let edge = self.option("edge").unwrap_or_default();
        let url = join(&[edge.strip_suffix('/').unwrap_or(&edge), path]);
        host::send(&url, body, &self.callback(ticket, then));
    }

    /// What an answer amounts to: the value read from its body, or why not.
    fn outcome<T>(
        &self,
        body: &JsValue,
        status: &JsValue,
        read: impl FnOnce(&JsValue) -> Option<T>,
    ) -> Result<T, Failure> {
        match status.as_f64().map_or(0, |status| status as u16) {
            0 => Err(Failure::Unreachable),
            200..300 => read(body).ok_or(Failure::Malformed),
            status => Err(wire::refusal(&self.page, status, body)),
        }
    }

    /// Reads the session, if allowed, and reports it with the marker.
    pub(super) fn read_session(self: &Rc<Self>, ticket: Ticket, allowed: bool) {
        let source = if allowed { host::get(&self.options, "session") } else { JsValue::UNDEFINED };
        if !source.is_function() {
            return self.session_read(ticket, &self.stored_session(source));
        }
        let done = self.callback(ticket, |shell, ticket, value, threw| {
            if threw.is_undefined() {
                return shell.session_read(ticket, &value);
            }
            shell.dispatch(Event::SessionRead(ticket, Err(code::SESSION_THREW), storage::owner()));
        });
        host::ask(&self.options, "session", &done);
    }

    fn session_read(self: &Rc<Self>, ticket: Ticket, value: &JsValue) {
        self.dispatch(Event::SessionRead(ticket, self.session_of(value), storage::owner()));
    }

    /// What lies in local storage, or the option itself when it names no storage.
    fn stored_session(&self, source: JsValue) -> JsValue {
        let Some(key) = self.page.text_at(&source, "localStorage.key") else { return source };
        let Some(text) = storage::read(&key) else { return JsValue::UNDEFINED };
        // A text that is not JSON stays text, which is no session and therefore malformed.
        self.page.parse(&text).unwrap_or_else(|| JsValue::from_str(&text))
    }

    fn session_of(&self, value: &JsValue) -> Result<Option<Session>, &'static str> {
        if value.is_undefined() || value.is_null() {
            return Ok(None);
        }
        if !value.is_object() {
            return Err(code::SESSION_MALFORMED);
        }
        let paths = self.page.find(&self.options, "session.localStorage.paths");
        Ok(crate::session::read(&self.page, value, paths.as_ref()))
    }
}
