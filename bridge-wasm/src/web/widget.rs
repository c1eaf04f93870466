//! The widget on the page: insertion, removal, its API.
//!
//! Tidio reads its identity from `document` once, while its script starts, and offers no way to end a session.
//! So the globals are set before every insertion, and a removal takes the frames in which the widget runs: with
//! its frame a script loses its timers and its socket.

use std::rc::Rc;

use js_sys::{Function, Object};
use wasm_bindgen::JsValue;

use super::{Shell, host};
use crate::machine::{Event, Ticket};
use crate::page::Page;

/// Everything that Tidio puts into a page, and the script that put it there.
const ELEMENTS: &str = "#tidio-chat,#tidio-chat-code,#tidio-chat-iframe,script[data-ct-tidio]";

impl Shell {
    pub(super) fn insert_widget(
        self: &Rc<Self>,
        ticket: Ticket,
        url: &str,
        language: &str,
        person: Option<JsValue>,
    ) {
        // The ready event does not say which script it belongs to; only the newest is awaited.
        self.script.set(ticket);
        let document = self.page.global("document");
        host::set_text(&document, "tidioChatLang", language);
        let identity = person.map_or(JsValue::UNDEFINED, |person| self.identity(&person));
        host::set(&document, "tidioIdentify", &identity);

        let script = host::call_text(&document, "createElement", "script");
        let failed: Function =
            self.callback(ticket, |shell, ticket, _, _| shell.dispatch(Event::ScriptFailed(ticket)));
        host::set(&script, "async", &JsValue::TRUE);
        host::set_text(&host::get(&script, "dataset"), "ctTidio", "");
        if let Some(nonce) = self.option("nonce") {
            host::set_text(&script, "nonce", &nonce);
        }
        host::set(&script, "onerror", &failed);
        host::set(
            &script,
            "onload",
            &self.callback(ticket, |shell, ticket, _, _| shell.script_loaded(ticket)),
        );
        host::set_src(&script, url);
        // A policy for script URLs refuses the assignment; to the shopper that is the same as a refused download.
        if host::get(&script, "src").as_string().is_none_or(|src| src.is_empty()) {
            return host::set_timeout(&failed, 0);
        }
        host::call1(&host::get(&document, "body"), "append", &script);
    }

    /// The API may be there before its ready event could be heard; `on` then calls back at once.
    fn script_loaded(self: &Rc<Self>, ticket: Ticket) {
        let ready = self.callback(ticket, |shell, ticket, _, _| shell.dispatch(Event::Ready(ticket)));
        host::call2(&self.page.global("tidioChatApi"), "on", "ready", &ready);
    }

    /// The members that Tidio keeps, under Tidio's names.
    fn identity(&self, person: &JsValue) -> JsValue {
        let identity = Object::new();
        for (ours, theirs) in
            [("distinctId", "distinct_id"), ("email", "email"), ("name", "name"), ("phone", "phone")]
        {
            if let Some(value) = self.page.get(person, ours) {
                host::set(&identity, theirs, &value);
            }
        }
        identity.into()
    }

    pub(super) fn remove_widget(self: &Rc<Self>) {
        self.api0("hide");
        let document = self.take_elements_away();
        host::set(&document, "tidioIdentify", &JsValue::UNDEFINED);
        if !host::remove(&self.page.window(), "tidioChatApi") {
            self.dispatch(Event::Resisted);
        }
    }

    /// Out of the document, which is given back.
    fn take_elements_away(&self) -> JsValue {
        let document = self.page.global("document");
        // Into another document, not only out of this one: a script that is still on its way runs although its
        // element was removed, but never once its document is not the one it was prepared for.
        let elsewhere = host::call0(&document, "cloneNode");
        for element in host::items(&host::call_text(&document, "querySelectorAll", ELEMENTS)) {
            host::call1(&elsewhere, "adoptNode", &element);
        }
        document
    }

    /// The next person's script may be on its way already when the last one's widget turns out to resist: it must not run
    /// while the page goes away.
    pub(super) fn reload(&self) {
        self.take_elements_away();
        host::call0(&self.page.global("location"), "reload");
    }

    /// Calls the widget's API. A widget that throws is its own affair.
    pub(super) fn api(&self, method: &str, argument: &JsValue) {
        host::call1(&self.page.global("tidioChatApi"), method, argument);
    }

    /// Calls the widget's API without an argument.
    pub(super) fn api0(&self, method: &str) {
        host::call0(&self.page.global("tidioChatApi"), method);
    }
}
