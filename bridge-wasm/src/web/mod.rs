//! The shell: carries out effects in a page and reports what came of them.
//!
//! In scope: the exported class and the event loop. Out of scope: decisions. Nothing here may throw into the
//! page; every call into somebody else's code is a caught one.

mod browser;
mod edge;
mod host;
mod listen;
mod storage;
mod widget;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use contract::Consent;
use js_sys::Function;
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::consent::Mapping;
use crate::machine::{Effect, Event, Machine, Settings, Ticket, Timer};
use crate::outgoing::{self, Out};
use crate::page::Page;
use crate::wire::script_url;
use browser::Browser;

/// A continuation. One closure type for all of them keeps the module small.
type Then = fn(&Rc<Shell>, Ticket, JsValue, JsValue);

/// One bridge on one page.
struct Shell {
    page: Browser,
    options: JsValue,
    publish: Function,
    machine: RefCell<Machine<JsValue>>,
    queue: RefCell<Vec<Event<JsValue>>>,
    busy: Cell<bool>,
    watching: Cell<bool>,
    mapping: RefCell<Mapping>,
    /// The script whose ready event is awaited.
    script: Cell<Ticket>,
    /// The latest bootstrap as the edge sent it, kept for the next visit once consent allows storage.
    bootstrap: RefCell<Option<String>>,
}

impl Shell {
    /// Queues an event and works until the queue is empty. May be called from within an effect.
    fn dispatch(self: &Rc<Self>, event: Event<JsValue>) {
        self.queue.borrow_mut().push(event);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let queued = self.queue.take();
            if queued.is_empty() {
                break;
            }
            for event in queued {
                let effects = self.machine.borrow_mut().handle(event, crate::platform::draw());
                for effect in effects {
                    self.perform(effect);
                }
            }
        }
        self.busy.set(false);
    }

    fn perform(self: &Rc<Self>, effect: Effect<JsValue>) {
        match effect {
            Effect::Publish(status) => {
                // The boot part guards the shop's listeners; a failure there is not ours.
                let _ = self.publish.call1(&JsValue::UNDEFINED, &value_of(&outgoing::status(&status)));
            }
            Effect::FetchBootstrap(ticket) => self.fetch_bootstrap(ticket),
            Effect::WatchConsent(mapping) => self.watch_consent(mapping),
            Effect::CheckConsent => self.check_consent(),
            Effect::Ask => {
                host::call0(&self.options, "ask");
            }
            Effect::ReadSession { ticket, allowed } => self.read_session(ticket, allowed),
            Effect::Identify { ticket, token, consent } => self.identify(ticket, token.as_deref(), &consent),
            Effect::TellConsent { token, consent } => self.tell_consent(token.as_deref(), &consent),
            Effect::StartTimer(timer, ticket, pause) => self.start_timer(timer, ticket, pause),
            Effect::ClearStorage => storage::clear_tidio(&self.page),
            Effect::Remember(owner) => self.remember(owner),
            Effect::Insert { ticket, script, language, person } => {
                self.insert_widget(ticket, &script, &language, person);
            }
            Effect::Remove => self.remove_widget(),
            Effect::Reload => self.reload(),
            Effect::Hide => self.api0("hide"),
            Effect::Show => self.api0("show"),
            Effect::Open => {
                self.api0("show");
                self.api0("open");
            }
            Effect::Write(properties) => {
                self.api("setContactProperties", &value_of(&outgoing::properties(&properties)));
            }
            Effect::Currency(currency) => self.api("setVisitorCurrency", &currency),
            Effect::Tags(tags) => self.api("addVisitorTags", &tags),
            Effect::Track(name, data) => {
                host::call2(&self.page.global("tidioChatApi"), "track", &name, &data);
            }
        }
    }

    /// A function for the page that continues here. It lives as long as the page holds it.
    fn callback(self: &Rc<Self>, ticket: Ticket, then: Then) -> Function {
        let shell = Rc::clone(self);
        let closure: Closure<dyn FnMut(JsValue, JsValue)> =
            Closure::new(move |first, second| then(&shell, ticket, first, second));
        closure.into_js_value().unchecked_into()
    }

    fn start_timer(self: &Rc<Self>, timer: Timer, ticket: Ticket, pause: u32) {
        let shell = Rc::clone(self);
        let closure: Closure<dyn FnMut(JsValue, JsValue)> = Closure::new(move |_, _| {
            let attached = !shell.page.global("tidioChatApi").is_undefined();
            shell.dispatch(Event::Elapsed(timer, ticket, attached));
        });
        host::set_timeout(closure.into_js_value().unchecked_ref(), pause);
    }

    fn option(&self, path: &str) -> Option<String> {
        self.page.text_at(&self.options, path)
    }

    fn millis(page: &Browser, options: &JsValue, name: &str, default: u32) -> u32 {
        let value = page.get(options, name).and_then(|value| value.as_f64());
        value.filter(|value| *value > 0.0).map_or(default, |value| value as u32)
    }
}

/// A plain object of the page.
fn value_of(out: &Out) -> JsValue {
    out.serialize(&Serializer::json_compatible()).unwrap_or_default()
}

/// The bridge's late part. One instance per page and configuration.
#[wasm_bindgen]
pub struct BridgeCore(Rc<Shell>);

#[wasm_bindgen]
impl BridgeCore {
    /// Takes the shop's options as they are, a function that gets every status, and which build this is.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, publish: Function, engine: &str) -> BridgeCore {
        let page = Browser;
        let fallback = page.get(&options, "fallback").and_then(|fallback| {
            let origin =
                page.text_at(&fallback, "scriptOrigin").unwrap_or("https://code.tidio.co".to_owned());
            let script = script_url(&origin, &page.text_at(&fallback, "publicKey")?)?;
            let language = page.text_at(&fallback, "language").or_else(|| page.text_at(&options, "locale"));
            Some(crate::machine::Bootstrap { script, language: language?, mapping: Mapping::default() })
        });
        let mapping = Mapping {
            chat: page.texts_at(&options, "consent.chat"),
            share: page.texts_at(&options, "consent.share"),
        };
        let settings = Settings {
            engine: if engine == "js" { "js" } else { "wasm" },
            ready_timeout_ms: Shell::millis(&page, &options, "readyTimeoutMs", 15_000),
            edge_timeout_ms: Shell::millis(&page, &options, "edgeTimeoutMs", 4_000),
            session_timeout_ms: Shell::millis(&page, &options, "sessionTimeoutMs", 3_000),
            reload_on_change: page.text_at(&options, "onPersonChange").as_deref() == Some("reload"),
            reload_on_withdraw: page.text_at(&options, "onWithdraw").as_deref() == Some("reload"),
            said_yes: match page.text_at(&options, "saidYes").as_deref() {
                Some("denied") => Some(Consent::Denied),
                Some(_) => Some(Consent::Pending),
                None => None,
            },
            fallback,
            mapping,
        };
        BridgeCore(Rc::new(Shell {
            page,
            options,
            publish,
            machine: RefCell::new(Machine::new(settings)),
            queue: RefCell::default(),
            busy: Cell::new(false),
            watching: Cell::new(false),
            mapping: RefCell::default(),
            script: Cell::new(0),
            bootstrap: RefCell::default(),
        }))
    }

    /// Begins, or resumes after `stop`. Repeatable.
    pub fn start(&self) {
        self.0.dispatch(Event::Start);
    }

    /// Hides the widget and stops reacting. Repeatable.
    pub fn stop(&self) {
        self.0.dispatch(Event::Stop);
    }

    /// Opens the chat as soon as it can be.
    pub fn open(&self) {
        self.0.dispatch(Event::Open);
    }

    /// The shopper answered the notice; nothing when it was closed.
    pub fn answered(&self, said: Option<bool>) {
        self.0.dispatch(Event::Answered(said));
    }

    /// The session changed.
    pub fn refresh(&self) {
        self.0.dispatch(Event::Refresh);
    }

    /// The cart changed.
    pub fn cart_changed(&self) {
        self.0.dispatch(Event::CartChanged);
    }

    /// The page has another body.
    pub fn body_replaced(&self) {
        self.0.dispatch(Event::BodyReplaced);
    }

    /// Sends a custom event once the widget is ready.
    pub fn track(&self, name: String, data: JsValue) {
        self.0.dispatch(Event::Track(name, data));
    }

    /// The shopper has logged out.
    pub fn logout(&self) {
        self.0.dispatch(Event::Logout);
    }
}
