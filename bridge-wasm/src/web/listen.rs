//! What the page tells us: consent changes, other tabs, the back-forward cache.

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::{Call, Shell, storage};
use crate::consent::{self, Hook, Mapping, Source};
use crate::machine::Event;
use crate::page::Page;

impl Shell {
    /// Subscribes once, then reads: a change between the two is not missed.
    pub(super) fn watch_consent(self: &Rc<Self>, mapping: Mapping) {
        self.mapping.replace(mapping);
        if !self.watching.replace(true) {
            let options = self.consent_options();
            if let Some(source) = Source::of(&self.page, &options) {
                let changed = self.callback(Call::new(0), |shell, _, _| shell.check_consent());
                for hook in source.hooks {
                    self.subscribe(hook, &options, &changed);
                }
            }
            self.watch_page();
        }
        self.check_consent();
    }

    fn subscribe(&self, hook: &Hook, options: &JsValue, changed: &Function) {
        match hook {
            Hook::Window(name) => self.listen("window", name, changed),
            Hook::Option(name) => {
                let _ = self.page.apply(options, name, &[changed.into()]);
            }
        }
    }

    pub(super) fn check_consent(self: &Rc<Self>) {
        let options = self.consent_options();
        let source = Source::of(&self.page, &options);
        let (state, present) = consent::read(&self.page, &options, source, &self.mapping.borrow());
        self.dispatch(Event::Consent(state, present));
    }

    fn consent_options(&self) -> JsValue {
        self.page.get(&self.options, "consent").unwrap_or_default()
    }

    fn watch_page(self: &Rc<Self>) {
        let stored = self.callback(Call::new(0), |shell, _, event| {
            // No key at all: the whole storage was cleared.
            let key = shell.page.text_at(&event, "key");
            if key.is_none_or(|key| key == storage::MARKER) {
                shell.dispatch(Event::OtherTab(storage::owner()));
            }
        });
        self.listen("window", "storage", &stored);
        let shown = self.callback(Call::new(0), |shell, _, event| {
            let persisted = shell.page.get(&event, "persisted").and_then(|value| value.as_bool());
            if persisted == Some(true) {
                shell.dispatch(Event::Restored(storage::owner()));
            }
        });
        self.listen("window", "pageshow", &shown);
        let ready = self.callback(Call::new(0), |shell, _, _| shell.widget_is_ready());
        self.listen("document", "tidioChat-ready", &ready);
    }

    fn listen(&self, target: &str, event: &str, listener: &Function) {
        let target = self.page.global(target);
        let _ = self.page.apply(&target, "addEventListener", &[event.into(), listener.into()]);
    }
}
