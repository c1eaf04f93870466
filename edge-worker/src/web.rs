//! The functions of `web.js`: vendors, bodies and answers, one crossing of the boundary each.
//!
//! Measured: with the platform's objects one by one, and bodies as streams, a request cost twice the CPU time
//! (docs/benchmarks.md).

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use worker::Env;
use worker::web_sys::Request;
use worker::worker_sys::DurableObjectStorage;

use crate::call::Settle;

#[wasm_bindgen(module = "/src/web.js")]
extern "C" {
    /// Tells `web.js` where results of calls go, see [`crate::call`].
    pub fn connect(settled: &Closure<Settle>);

    /// One request to a vendor. It brings the status and the wanted headers, one a line, and the body; or a word for why
    /// there is none. The head is method, address, names of the wanted headers, then headers, see `web.js`.
    pub fn exchange(call: u32, head: &str, body: Option<&str>, timeout_ms: u32, max_bytes: u32);

    /// The body of a request up to a limit. It brings nothing and bytes, or a word for why there are none.
    #[wasm_bindgen(js_name = bodyOf)]
    pub fn body_of(call: u32, request: &Request, max_bytes: u32);

    /// A POST to one of our own Durable Objects. It brings bytes, or a word for why there are none.
    #[wasm_bindgen(js_name = askObject)]
    pub fn ask_object(call: u32, env: &Env, binding: &str, name: &str, path: &str, body: &str);

    /// The time of an object's alarm in milliseconds since the Unix epoch. It brings nothing if none is set; or no bytes, and
    /// it is not known.
    #[wasm_bindgen(js_name = alarmOf)]
    pub fn alarm_of(call: u32, storage: &DurableObjectStorage);

    /// Sets an object's alarm. It brings no bytes if that failed.
    #[wasm_bindgen(js_name = setAlarm)]
    pub fn set_alarm(call: u32, storage: &DurableObjectStorage, at_ms: f64);

    /// The text that an object keeps under a key. It brings nothing if there is none.
    #[wasm_bindgen(js_name = keptText)]
    pub fn kept_text(call: u32, storage: &DurableObjectStorage, key: &str);

    /// Keeps a text under a key. It brings no bytes if that failed.
    #[wasm_bindgen(js_name = keepText)]
    pub fn keep_text(call: u32, storage: &DurableObjectStorage, key: &str, text: &str);

    /// Runs a statement on an object's database. Parameters are a list in JSON, rows a list of lists.
    #[wasm_bindgen(catch)]
    pub fn rows(storage: &DurableObjectStorage, statement: &str, parameters: &str)
    -> Result<String, JsValue>;

    /// Writes a data point to Analytics Engine: the index, two blobs, one double. Repeating counts again.
    pub fn measure(env: &Env, binding: &str, index: &str, name: &str, about: &str, value: f64);

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

    /// Writes a line by one of the console's methods.
    pub fn say(method: &str, line: &str);

    /// Waits for so many milliseconds. It brings nothing.
    pub fn sleep(call: u32, ms: f64);

    /// Method, URL and the headers that our endpoints look at, one a line; an absent header is empty.
    #[wasm_bindgen(js_name = headOf)]
    pub fn head_of(request: &Request) -> String;

    /// Promises an answer.
    pub fn promised() -> Promised;

    /// Gives the promised answer. Headers are lines `name: value`.
    pub fn answer(promised: &Promised, status: u16, headers: &str, body: Option<&[u8]>);

    /// Keeps a promise of something done.
    pub fn keep(promised: &Promised);

    /// Breaks a promise, with a word for why.
    pub fn fail(promised: &Promised, why: &str);
}

#[wasm_bindgen]
extern "C" {
    /// A promise, and what it takes to keep it.
    pub type Promised;

    /// The promise itself, for the platform.
    #[wasm_bindgen(method, getter)]
    pub fn promise(this: &Promised) -> Promise;
}

/// Appends a part to lines for `web.js`; `None` if it would break out of its line.
fn push(lines: &mut String, part: &str) -> Option<()> {
    let is_plain = part.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    (is_plain || !part.chars().any(char::is_control)).then(|| lines.push_str(part))
}

/// Lines `name: value` for `web.js`, after those that there are; `None` if a value would break out of its line. A name is
/// a constant.
pub fn header_lines<'a>(
    mut lines: String,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
) -> Option<String> {
    for (name, value) in headers {
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(name);
        lines.push_str(": ");
        push(&mut lines, value)?;
    }
    Some(lines)
}

/// What [`exchange`] calls the head; `None` if something would break out of its line.
pub fn head_lines(method: &str, url: &str, wanted: &[&str], headers: &[(&str, &str)]) -> Option<String> {
    let mut lines = String::with_capacity(512);
    lines.push_str(method);
    lines.push('\n');
    push(&mut lines, url)?;
    lines.push('\n');
    for name in wanted {
        lines.push_str(name);
        lines.push(',');
    }
    lines.pop();
    header_lines(lines, headers.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::{head_lines, header_lines};

    #[test]
    fn a_value_cannot_become_a_second_header() {
        let lines =
            |headers: &[(&'static str, &'static str)]| header_lines(String::new(), headers.iter().copied());
        assert_eq!(lines(&[("a", "1"), ("b", "2: ü")]).as_deref(), Some("a: 1\nb: 2: ü"));
        for value in ["1\nb: 2", "1\r", "\u{0}", "\u{7f}", "ü\u{85}"] {
            assert_eq!(lines(&[("a", value)]), None, "{value:?}");
            assert_eq!(head_lines("GET", value, &["x"], &[]), None, "{value:?}");
            assert_eq!(head_lines("GET", "u", &["x"], &[("a", value)]), None, "{value:?}");
        }
    }

    #[test]
    fn a_head_is_method_address_wanted_headers_and_headers() {
        let head = head_lines("GET", "https://x.example/a", &["b", "c"], &[("d", "1"), ("e", "2")]);
        assert_eq!(head.as_deref(), Some("GET\nhttps://x.example/a\nb,c\nd: 1\ne: 2"));
    }
}
