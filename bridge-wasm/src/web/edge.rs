//! Calls to the edge.

use std::rc::Rc;

use contract::{CONTRACT_VERSION, ConsentState, IdentifyRequest};
use js_sys::{JSON, Promise};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::Response;

use super::{Call, Shell, Then, storage};
use crate::machine::{Event, Ticket};
use crate::page::Page;
use crate::retry::Failure;
use crate::session::Session;
use crate::wire;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch(url: &str, settings: &JsValue) -> Result<Promise, JsValue>;
}

#[derive(Serialize)]
struct Headers {
    #[serde(rename = "content-type")]
    content_type: &'static str,
}

#[derive(Serialize)]
struct FetchSettings<'a> {
    method: &'static str,
    credentials: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Headers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    /// Lets a last word arrive while the page goes away.
    keepalive: bool,
}

impl Shell {
    pub(super) fn fetch_bootstrap(self: &Rc<Self>, ticket: Ticket) {
        let part = |name: &str| js_sys::encode_uri_component(&self.option(name).unwrap_or_default());
        let query =
            ["/v1/bootstrap?store=", &String::from(part("store")), "&locale=", &String::from(part("locale"))];
        let settings =
            FetchSettings { method: "GET", credentials: "omit", headers: None, body: None, keepalive: false };
        self.send(
            &query.concat(),
            &settings,
            Call::new(ticket),
            [
                |shell, call, body| shell.bootstrap_answered(call, Some(body)),
                |shell, call, _| shell.bootstrap_answered(call, None),
            ],
        );
    }

    fn bootstrap_answered(self: &Rc<Self>, call: Call, body: Option<JsValue>) {
        let outcome =
            self.outcome(call, body, |body| wire::bootstrap(&self.page, body)).map(|(value, raw)| {
                let text = JSON::stringify(&raw).ok().map(String::from);
                self.bootstrap.replace(text);
                value
            });
        // An edge that is down must not take the chat of a known store with it.
        let outcome = match outcome {
            Err(Failure::Refused { status: ..500, .. }) | Ok(_) => outcome,
            Err(failure) => self.remembered_bootstrap().ok_or(failure),
        };
        self.dispatch(Event::Bootstrapped(call.ticket, outcome));
    }

    fn remembered_bootstrap(&self) -> Option<crate::machine::Bootstrap> {
        let value = self.page.parse(&storage::read(storage::SETTINGS)?)?;
        let same = |name| self.page.text_at(&value, name) == self.option(name);
        (same("store") && same("locale")).then(|| wire::bootstrap(&self.page, &value)).flatten()
    }

    pub(super) fn identify(self: &Rc<Self>, ticket: Ticket, token: Option<String>, consent: ConsentState) {
        let request = IdentifyRequest {
            contract: CONTRACT_VERSION,
            store: self.option("store").unwrap_or_default(),
            locale: self.option("locale").unwrap_or_default(),
            token,
            consent,
            product: None,
        };
        self.post(
            "/v1/identify",
            &request,
            Call::new(ticket),
            [
                |shell, call, body| shell.identify_answered(call, Some(body)),
                |shell, call, _| shell.identify_answered(call, None),
            ],
        );
    }

    fn identify_answered(self: &Rc<Self>, call: Call, body: Option<JsValue>) {
        let outcome = self.outcome(call, body, |body| wire::reply(&self.page, body)).map(|(reply, _)| reply);
        self.dispatch(Event::Identified(call.ticket, outcome));
    }

    pub(super) fn tell_consent(self: &Rc<Self>, token: Option<String>, consent: ConsentState) {
        let request = contract::ConsentRequest {
            contract: CONTRACT_VERSION,
            store: self.option("store").unwrap_or_default(),
            token,
            consent,
        };
        // Best effort: the switch has already acted here, and the next identify carries consent again.
        self.post("/v1/consent", &request, Call::new(0), [|_, _, _| {}, |_, _, _| {}]);
    }

    fn post(self: &Rc<Self>, path: &str, request: &impl Serialize, call: Call, then: [Then; 2]) {
        let value = serde_wasm_bindgen::to_value(request).unwrap_or_default();
        let body = JSON::stringify(&value).map(String::from).unwrap_or_default();
        let settings = FetchSettings {
            method: "POST",
            credentials: "omit",
            headers: Some(Headers { content_type: "application/json" }),
            body: Some(&body),
            keepalive: true,
        };
        self.send(path, &settings, call, then);
    }

    /// Sends a request; `then` gets the parsed body, or nothing when there was no JSON or no answer at all
    /// (status 0).
    fn send(self: &Rc<Self>, path: &str, settings: &FetchSettings, call: Call, [json, none]: [Then; 2]) {
        let url = [self.option("edge").unwrap_or_default().trim_end_matches('/'), path].concat();
        let settings = serde_wasm_bindgen::to_value(settings).unwrap_or_default();
        let Ok(promise) = fetch(&url, &settings) else {
            // Not at once: the machine is in the middle of its effects and expects outcomes afterwards.
            return super::set_timeout(&self.callback(call, none), 0);
        };
        let answered = Answered { shell: Rc::clone(self), call, json, none };
        let closure: Closure<dyn FnMut(JsValue)> = Closure::new(move |response| answered.read(response));
        then2(&promise, closure.into_js_value().unchecked_ref(), &self.callback(call, none));
    }

    /// What an answer amounts to: the value read from its body, or why not.
    fn outcome<T>(
        &self,
        call: Call,
        body: Option<JsValue>,
        read: impl FnOnce(&JsValue) -> Option<T>,
    ) -> Result<(T, JsValue), Failure> {
        match (call.status, body) {
            (0, _) => Err(Failure::Unreachable),
            (200..300, Some(body)) => read(&body).map(|value| (value, body)).ok_or(Failure::Malformed),
            (200..300, None) => Err(Failure::Malformed),
            (status, body) => Err(wire::refusal(&self.page, status, body.as_ref())),
        }
    }

    /// Reads the session, if allowed, and reports it with the marker. Always later, never within the caller.
    pub(super) fn read_session(self: &Rc<Self>, ticket: Ticket, allowed: bool) {
        let source = if allowed { self.page.get(&self.options, "session") } else { None };
        let value = match source {
            Some(source) if source.is_function() => {
                self.page.apply(&self.options, "session", &[]).map(|value| Promise::resolve(&value))
            }
            Some(source) => Ok(Promise::resolve(&self.stored_session(source))),
            None => Ok(Promise::resolve(&JsValue::NULL)),
        };
        let promise = value.unwrap_or_else(|error| Promise::reject(&error));
        let read = self.callback(Call::new(ticket), |shell, call, value| {
            shell.dispatch(Event::SessionRead(call.ticket, shell.session_of(&value), storage::owner()));
        });
        let threw = self.callback(Call::new(ticket), |shell, call, _| {
            let outcome = Err(crate::status::code::SESSION_THREW);
            shell.dispatch(Event::SessionRead(call.ticket, outcome, storage::owner()));
        });
        then2(&promise, &read, &threw);
    }

    /// What lies in local storage, or the option itself when it names no storage.
    fn stored_session(&self, source: JsValue) -> JsValue {
        let Some(key) = self.page.text_at(&source, "localStorage.key") else { return source };
        let text = storage::read(&key).unwrap_or_else(|| "null".to_owned());
        // A text that is not JSON stays text, which is no session and therefore malformed.
        self.page.parse(&text).unwrap_or_else(|| JsValue::from_str(&text))
    }

    fn session_of(&self, value: &JsValue) -> Result<Option<Session>, &'static str> {
        if value.is_undefined() || value.is_null() {
            return Ok(None);
        }
        if !value.is_object() {
            return Err(crate::status::code::SESSION_MALFORMED);
        }
        let paths = self.page.find(&self.options, "session.localStorage.paths");
        Ok(crate::session::read(&self.page, value, paths.as_ref()))
    }
}

#[wasm_bindgen]
extern "C" {
    /// `promise.then` with plain functions: js-sys wants closures that somebody keeps alive.
    type Thenable;
    #[wasm_bindgen(method, js_name = then)]
    fn then(this: &Thenable, ok: &js_sys::Function, err: &js_sys::Function);
}

fn then2(promise: &Promise, ok: &js_sys::Function, err: &js_sys::Function) {
    promise.unchecked_ref::<Thenable>().then(ok, err);
}

/// Goes from the response to its body.
struct Answered {
    shell: Rc<Shell>,
    call: Call,
    json: Then,
    none: Then,
}

impl Answered {
    fn read(&self, response: JsValue) {
        let response: Response = response.unchecked_into();
        let call = Call { status: response.status(), ..self.call };
        match response.json() {
            Ok(body) => {
                then2(&body, &self.shell.callback(call, self.json), &self.shell.callback(call, self.none))
            }
            Err(_) => (self.none)(&self.shell, call, JsValue::UNDEFINED),
        }
    }
}
