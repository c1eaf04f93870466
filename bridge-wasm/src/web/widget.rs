//! The widget on the page: insertion, removal, its API.
//!
//! Tidio reads its identity from `document` once, while its script starts, and offers no way to end a session.
//! So the globals are set before every insertion, and a removal takes the frames in which the widget runs: with
//! its frame a script loses its timers and its socket.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlScriptElement;

use super::{Call, Shell};
use crate::fields::Properties;
use crate::machine::{Event, Ticket};
use crate::page::Page;

/// Everything that Tidio puts into a page, and the script that put it there.
const ELEMENTS: &str = "#tidio-chat,#tidio-chat-code,#tidio-chat-iframe,script[data-ct-tidio]";

thread_local! {
    /// The script whose ready event is awaited. The event itself does not say which script it belongs to.
    static CURRENT: Cell<Ticket> = const { Cell::new(0) };
}

impl Shell {
    pub(super) fn insert_widget(
        self: &Rc<Self>,
        ticket: Ticket,
        script: &str,
        language: &str,
        person: Option<JsValue>,
    ) {
        CURRENT.set(ticket);
        let document = self.page.global("document");
        self.page.set(&document, "tidioChatLang", &language.into());
        self.page.set(
            &document,
            "tidioIdentify",
            &person.map_or(JsValue::UNDEFINED, |person| self.identity(&person)),
        );
        if self.append_script(ticket, script).is_none() {
            // A policy refused the element itself; to the shopper that is the same as a refused download.
            let failed = self.callback(Call::new(ticket), |shell, call, _| {
                shell.dispatch(Event::ScriptFailed(call.ticket));
            });
            super::set_timeout(&failed, 0);
        }
    }

    fn append_script(self: &Rc<Self>, ticket: Ticket, url: &str) -> Option<()> {
        let document = web_sys::window()?.document()?;
        let script: HtmlScriptElement = document.create_element("script").ok()?.unchecked_into();
        script.set_async(true);
        script.set_attribute("data-ct-tidio", "").ok()?;
        if let Some(nonce) = self.option("nonce") {
            script.set_attribute("nonce", &nonce).ok()?;
        }
        let loaded = self.callback(Call::new(ticket), |shell, call, _| shell.script_loaded(call.ticket));
        let failed = self.callback(Call::new(ticket), |shell, call, _| {
            shell.dispatch(Event::ScriptFailed(call.ticket));
        });
        script.add_event_listener_with_callback("load", &loaded).ok()?;
        script.add_event_listener_with_callback("error", &failed).ok()?;
        Reflect::set(&script, &"src".into(), &url.into()).ok()?;
        document.body()?.append_child(&script).ok().map(|_| ())
    }

    /// The API may be there before its ready event could be heard; `on` then calls back at once.
    fn script_loaded(self: &Rc<Self>, ticket: Ticket) {
        let ready =
            self.callback(Call::new(ticket), |shell, call, _| shell.dispatch(Event::Ready(call.ticket)));
        self.api("on", &["ready".into(), ready.into()]);
    }

    pub(super) fn widget_is_ready(self: &Rc<Self>) {
        self.dispatch(Event::Ready(CURRENT.get()));
    }

    /// The members that Tidio keeps, under Tidio's names.
    fn identity(&self, person: &JsValue) -> JsValue {
        let identity = Object::new();
        for (ours, theirs) in
            [("distinctId", "distinct_id"), ("email", "email"), ("name", "name"), ("phone", "phone")]
        {
            if let Some(value) = self.page.get(person, ours) {
                self.page.set(&identity, theirs, &value);
            }
        }
        identity.into()
    }

    pub(super) fn remove_widget(self: &Rc<Self>) {
        self.api("hide", &[]);
        let window = self.page.window();
        let document = self.page.global("document");
        if let Ok(found) = self.page.apply(&document, "querySelectorAll", &[ELEMENTS.into()]) {
            for element in js_sys::Array::from(&found).iter() {
                let _ = self.page.apply(&element, "remove", &[]);
            }
        }
        self.page.set(&document, "tidioIdentify", &JsValue::UNDEFINED);
        let deleted = Reflect::delete_property(window.unchecked_ref::<Object>(), &"tidioChatApi".into());
        if deleted != Ok(true) {
            self.dispatch(Event::Resisted);
        }
    }

    pub(super) fn write(&self, properties: &Properties) {
        let object = Object::new();
        for (name, value) in properties {
            self.page.set(&object, name, &value.into());
        }
        self.api("setContactProperties", &[object.into()]);
    }

    /// Calls the widget's API. A widget that throws is its own affair.
    pub(super) fn api(&self, method: &str, arguments: &[JsValue]) {
        let _ = self.page.apply(&self.page.global("tidioChatApi"), method, arguments);
    }
}
