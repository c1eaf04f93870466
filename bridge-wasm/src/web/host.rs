//! The functions of `host.js`: everything that may throw in a page, caught on its side.

use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/web/host.js")]
extern "C" {
    /// A member, `undefined` when there is none.
    pub fn get(of: &JsValue, member: &str) -> JsValue;
    /// Sets a member to any value.
    pub fn set(of: &JsValue, member: &str, value: &JsValue);
    /// Sets a member to a text.
    #[wasm_bindgen(js_name = set)]
    pub fn set_text(of: &JsValue, member: &str, value: &str);
    /// Sets the address of a script, also where Trusted Types are enforced.
    pub fn set_src(script: &JsValue, url: &str);
    /// Calls a method without arguments.
    #[wasm_bindgen(js_name = call)]
    pub fn call0(of: &JsValue, method: &str) -> JsValue;
    /// Calls a method with one value.
    #[wasm_bindgen(js_name = call)]
    pub fn call1(of: &JsValue, method: &str, value: &JsValue) -> JsValue;
    /// Calls a method with one text.
    #[wasm_bindgen(js_name = call)]
    pub fn call_text(of: &JsValue, method: &str, text: &str) -> JsValue;
    /// Calls a method with a text and a value.
    #[wasm_bindgen(js_name = call)]
    pub fn call2(of: &JsValue, method: &str, text: &str, value: &JsValue) -> JsValue;
    /// Removes a member; `false` when it resists.
    pub fn remove(of: &JsValue, member: &str) -> bool;
    /// A JSON text as a value, `undefined` when it is none.
    pub fn parse(text: &str) -> JsValue;
    /// The claims of a compact token, `undefined` when it is none.
    pub fn claims(token: &str) -> JsValue;
    /// The decoded value of a cookie, `undefined` when there is none.
    pub fn cookie(name: &str) -> JsValue;
    /// Expires every cookie whose name starts so, on this host and its parents.
    pub fn clear_cookies(prefix: &str);
    /// Calls a method of the shop and tells what it answered, now or later.
    pub fn ask(of: &JsValue, method: &str, done: &Function);
    /// Sends a request.
    pub fn send(url: &str, body: &JsValue, done: &Function);
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(run: &Function, pause: u32);
    #[wasm_bindgen(js_name = encodeURIComponent)]
    pub fn encode(text: &str) -> String;
    #[wasm_bindgen(js_namespace = JSON)]
    pub fn stringify(value: &JsValue) -> Option<String>;
    #[wasm_bindgen(js_namespace = Object)]
    pub fn keys(value: &JsValue) -> JsValue;
    #[wasm_bindgen(js_namespace = Array, js_name = from)]
    pub fn items(value: &JsValue) -> Vec<JsValue>;
    #[wasm_bindgen(js_namespace = Array, js_name = isArray)]
    pub fn is_array(value: &JsValue) -> bool;
}
