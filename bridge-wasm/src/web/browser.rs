//! The page as the rules see it: reads that never fail.

use wasm_bindgen::JsValue;

use super::{host, storage};
use crate::page::Page;

/// The page this module runs in.
#[derive(Clone, Copy)]
pub struct Browser;

impl Browser {
    /// A global, `undefined` when there is none.
    pub fn global(&self, name: &str) -> JsValue {
        host::get(&self.window(), name)
    }
}

/// `undefined` is how the host says that there is nothing.
fn some(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined()).then_some(value)
}

impl Page for Browser {
    type Value = JsValue;

    fn window(&self) -> JsValue {
        js_sys::global().into()
    }

    fn get(&self, of: &JsValue, member: &str) -> Option<JsValue> {
        some(host::get(of, member))
    }

    fn call(&self, of: &JsValue, method: &str, argument: Option<&str>) -> Option<JsValue> {
        some(match argument {
            Some(text) => host::call_text(of, method, text),
            None => host::call0(of, method),
        })
    }

    fn boolean(&self, value: &JsValue) -> Option<bool> {
        value.as_bool()
    }

    fn text(&self, value: &JsValue) -> Option<String> {
        value.as_string()
    }

    fn items(&self, value: &JsValue) -> Vec<JsValue> {
        if host::is_array(value) { host::items(value) } else { Vec::new() }
    }

    fn keys(&self, value: &JsValue) -> Vec<String> {
        let mut names = Vec::new();
        if value.is_object() {
            for name in host::items(&host::keys(value)) {
                names.extend(name.as_string());
            }
        }
        names
    }

    fn parse(&self, json: &str) -> Option<JsValue> {
        some(host::parse(json))
    }

    fn claims(&self, token: &str) -> Option<JsValue> {
        some(host::claims(token))
    }

    fn cookie(&self, name: &str) -> Option<String> {
        host::cookie(name).as_string()
    }

    fn stored(&self, key: &str) -> Option<String> {
        storage::read(key)
    }
}
