//! What the page tells us: consent changes, other tabs, the back-forward cache.

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::{Shell, host, storage};
use crate::consent::{self, Mapping};
use crate::machine::Event;
use crate::page::Page;

impl Shell {
    /// Subscribes once, then reads: a change between the two is not missed.
    pub(super) fn watch_consent(self: &Rc<Self>, mapping: Mapping) {
        self.mapping.replace(mapping);
        if !self.watching.replace(true) {
            let adapter = host::get(&self.consent_options(), "adapter");
            let changed = self.callback(0, |shell, _, _, _| shell.check_consent());
            host::call1(&adapter, "subscribe", &changed);
            self.watch_page();
        }
        self.check_consent();
    }

    pub(super) fn check_consent(self: &Rc<Self>) {
        let reading = consent::read(&self.page, &self.consent_options(), &self.mapping.borrow());
        self.dispatch(Event::Consent(reading));
    }

    fn consent_options(&self) -> JsValue {
        host::get(&self.options, "consent")
    }

    fn watch_page(self: &Rc<Self>) {
        let stored = self.callback(0, |shell, _, event, _| {
            // No key at all: the whole storage was cleared.
            let key = shell.page.text_at(&event, "key");
            if key.is_none_or(|key| key == storage::MARKER) {
                shell.dispatch(Event::OtherTab(storage::owner()));
            }
        });
        self.listen("window", "storage", &stored);
        let shown = self.callback(0, |shell, _, event, _| {
            if host::get(&event, "persisted").is_truthy() {
                shell.dispatch(Event::Restored(storage::owner()));
            }
        });
        self.listen("window", "pageshow", &shown);
        let ready = self.callback(0, |shell, _, _, _| shell.dispatch(Event::Ready(shell.script.get())));
        self.listen("document", "tidioChat-ready", &ready);
    }

    fn listen(&self, target: &str, event: &str, listener: &Function) {
        host::call2(&self.page.global(target), "addEventListener", event, listener);
    }
}
