//! The page as the rules see it: reads that never fail.

use js_sys::{Array, Function, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::storage;
use crate::page::Page;

/// The page this module runs in.
#[derive(Clone, Copy)]
pub struct Browser;

impl Browser {
    /// A global, `undefined` when there is none.
    pub fn global(&self, name: &str) -> JsValue {
        self.get(&self.window(), name).unwrap_or_default()
    }

    /// Calls a method with any arguments. An exception of the method is an `Err`, a missing method is `Ok`.
    pub fn apply(&self, of: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
        match self.get(of, method).map(|function| function.dyn_into::<Function>()) {
            Some(Ok(function)) => Reflect::apply(&function, of, &arguments.iter().collect::<Array>()),
            _ => Ok(JsValue::UNDEFINED),
        }
    }

    /// Sets a member; a page that forbids it is left alone.
    pub fn set(&self, of: &JsValue, member: &str, value: &JsValue) {
        let _ = Reflect::set(of, &member.into(), value);
    }
}

impl Page for Browser {
    type Value = JsValue;

    fn window(&self) -> JsValue {
        js_sys::global().into()
    }

    fn get(&self, of: &JsValue, member: &str) -> Option<JsValue> {
        // Reflect.get throws for primitives, and so may a getter.
        let value = Reflect::get(of, &member.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    fn call(&self, of: &JsValue, method: &str, arguments: &[&str]) -> Option<JsValue> {
        let arguments: Vec<JsValue> = arguments.iter().map(|text| JsValue::from_str(text)).collect();
        let value = self.apply(of, method, &arguments).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    fn boolean(&self, value: &JsValue) -> Option<bool> {
        value.as_bool()
    }

    fn text(&self, value: &JsValue) -> Option<String> {
        value.as_string()
    }

    fn items(&self, value: &JsValue) -> Vec<JsValue> {
        if Array::is_array(value) { value.unchecked_ref::<Array>().iter().collect() } else { Vec::new() }
    }

    fn entries(&self, value: &JsValue) -> Vec<(String, JsValue)> {
        if !value.is_object() {
            return Vec::new();
        }
        let names = Object::keys(value.unchecked_ref::<Object>());
        let named = |name: JsValue| {
            let name = name.as_string()?;
            self.get(value, &name).map(|value| (name, value))
        };
        names.iter().filter_map(named).collect()
    }

    fn parse(&self, json: &str) -> Option<JsValue> {
        JSON::parse(json).ok()
    }

    fn cookie(&self, name: &str) -> Option<String> {
        let all = self.text_at(&self.window(), "document.cookie")?;
        let value = all.split("; ").find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        js_sys::decode_uri_component(value).ok().map(String::from)
    }

    fn stored(&self, key: &str) -> Option<String> {
        storage::read(key)
    }
}
