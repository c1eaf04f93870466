//! The functions of `web.js`: vendors, bodies and answers, one crossing of the boundary each.
//!
//! Measured: with the platform's objects one by one, and bodies as streams, a request cost twice the CPU time
//! (docs/benchmarks.md).

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use worker::Env;
use worker::web_sys::Request;

use crate::call::Settle;

#[wasm_bindgen(module = "/src/web.js")]
extern "C" {
    /// Tells `web.js` where results of calls go, see [`crate::call`].
    pub fn connect(settled: &Closure<Settle>);

    /// One request to a vendor. It brings the status and the wanted headers, one a line, and the body; or a word for why
    /// there is none.
    pub fn exchange(
        call: u32,
        method: &str,
        url: &str,
        headers: &str,
        body: Option<&str>,
        timeout_ms: u32,
        max_bytes: u32,
        wanted: &str,
    );

    /// The body of a request up to a limit. It brings nothing and bytes, or a word for why there are none.
    #[wasm_bindgen(js_name = bodyOf)]
    pub fn body_of(call: u32, request: &Request, max_bytes: u32);

    /// A POST to one of our own Durable Objects. It brings bytes, or a word for why there are none.
    #[wasm_bindgen(js_name = askObject)]
    pub fn ask_object(call: u32, env: &Env, binding: &str, name: &str, path: &str, body: &str);

    /// Runs a statement on an object's database. Parameters are a list in JSON, rows a list of lists.
    #[wasm_bindgen(catch)]
    pub fn rows(storage: &JsValue, statement: &str, parameters: &str) -> Result<String, JsValue>;

    /// Asks a rate limiter. It brings `yes`, `no` or `failed`.
    #[wasm_bindgen(js_name = mayAsk)]
    pub fn may_ask(call: u32, env: &Env, binding: &str, key: &str);

    /// Is it an RSA signature with SHA-256 over the text? It brings `yes` or `no`. Modulus and exponent in base64url.
    #[wasm_bindgen(js_name = isSignedRsa)]
    pub fn is_signed_rsa(call: u32, n: &str, e: &str, text: &[u8], signature: &[u8]);

    /// Is it an Ed25519 signature over the text? The key in base64url.
    #[wasm_bindgen(js_name = isSignedEd25519)]
    pub fn is_signed_ed25519(key: &str, text: &[u8], signature: &[u8]) -> bool;

    /// Is it a point of the curve Ed25519? The key in base64url.
    #[wasm_bindgen(js_name = isEd25519Point)]
    pub fn is_ed25519_point(key: &str) -> bool;

    /// What the first certificate of a PEM text says, see `web.js`.
    #[wasm_bindgen(js_name = certificateOf)]
    pub fn certificate_of(pem: &str) -> Option<String>;

    /// Waits for so many milliseconds. It brings nothing.
    pub fn sleep(call: u32, ms: f64);

    /// Method, URL and the headers that our endpoints look at, one a line; an absent header is empty.
    #[wasm_bindgen(js_name = headOf)]
    pub fn head_of(request: &Request) -> String;

    /// Promises an answer.
    pub fn promised() -> Promised;

    /// Gives the promised answer. Headers are lines `name: value`.
    pub fn answer(promised: &Promised, status: u16, headers: &str, body: Option<&str>);
}

#[wasm_bindgen]
extern "C" {
    /// A promise, and what it takes to keep it.
    pub type Promised;

    /// The promise itself, for the platform.
    #[wasm_bindgen(method, getter)]
    pub fn promise(this: &Promised) -> Promise;
}

/// Lines `name: value` for `web.js`; `None` if a value would break out of its line. A name is a constant.
pub fn header_lines<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut lines = String::with_capacity(512);
    for (name, value) in headers {
        let is_plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if !is_plain && value.chars().any(char::is_control) {
            return None;
        }
        for part in [if lines.is_empty() { "" } else { "\n" }, name, ": ", value] {
            lines.push_str(part);
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::header_lines;

    #[test]
    fn a_value_cannot_become_a_second_header() {
        let lines = |headers: &[(&'static str, &'static str)]| header_lines(headers.iter().copied());
        assert_eq!(lines(&[("a", "1"), ("b", "2: ü")]).as_deref(), Some("a: 1\nb: 2: ü"));
        for value in ["1\nb: 2", "1\r", "\u{0}", "\u{7f}", "ü\u{85}"] {
            assert_eq!(lines(&[("a", value)]), None, "{value:?}");
        }
    }
}
