//! The functions of `web.js`: vendors, bodies and answers, one crossing of the boundary each.
//!
//! Measured: with the platform's objects one by one, and bodies as streams, a request cost twice the CPU time
//! (docs/benchmarks.md).

use wasm_bindgen::prelude::*;
use worker::web_sys::{Request, Response};

#[wasm_bindgen(module = "/src/web.js")]
extern "C" {
    /// One request to a vendor; never rejects. See `web.js` for what it answers.
    pub async fn exchange(
        method: &str,
        url: &str,
        headers: &str,
        body: Option<&str>,
        timeout_ms: u32,
        max_bytes: u32,
        wanted: &str,
    ) -> JsValue;

    /// The body of a request up to a limit; never rejects. Bytes, or a word for why there are none.
    #[wasm_bindgen(js_name = bodyOf)]
    pub async fn body_of(request: &Request, max_bytes: u32) -> JsValue;

    /// Is it an RSA signature with SHA-256 over the text? Never rejects. Modulus and exponent in base64url.
    #[wasm_bindgen(js_name = isSignedRsa)]
    pub async fn is_signed_rsa(n: &str, e: &str, text: &[u8], signature: &[u8]) -> JsValue;

    /// What the first certificate of a PEM text says, see `web.js`.
    #[wasm_bindgen(js_name = certificateOf)]
    pub fn certificate_of(pem: &str) -> Option<String>;

    /// Waits for so many milliseconds; never rejects.
    pub async fn sleep(ms: f64);

    /// Method, URL and the wanted headers of a request, one a line; an absent header is empty.
    #[wasm_bindgen(js_name = headOf)]
    pub fn head_of(request: &Request, wanted: &str) -> String;

    /// An answer. Headers are lines `name: value`.
    #[wasm_bindgen(catch)]
    pub fn respond(status: u16, headers: &str, body: Option<&str>) -> Result<Response, JsValue>;
}

/// Lines `name: value` for `web.js`; `None` if a value would break out of its line.
pub fn header_lines(headers: &[(&str, &str)]) -> Option<String> {
    let fits = |text: &str| !text.chars().any(char::is_control);
    headers.iter().all(|(name, value)| fits(name) && fits(value)).then(|| {
        headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n")
    })
}

#[cfg(test)]
mod tests {
    use super::header_lines;

    #[test]
    fn a_value_cannot_become_a_second_header() {
        assert_eq!(header_lines(&[("a", "1"), ("b", "2: 3")]).as_deref(), Some("a: 1\nb: 2: 3"));
        for value in ["1\nb: 2", "1\r", "\u{0}"] {
            assert_eq!(header_lines(&[("a", value)]), None, "{value:?}");
        }
    }
}
