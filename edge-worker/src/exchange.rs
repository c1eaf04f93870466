//! One exchange with a vendor: a request, and its answer read to the end within a time limit.
//!
//! In scope: what both vendors' clients share. Out of scope: what an answer means, and repetitions.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast as _;

use crate::web;

/// A request to a vendor; it can be sent more than once.
pub struct Exchange<'a> {
    /// Method.
    pub method: &'static str,
    /// Absolute address.
    pub url: String,
    /// Names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// Body.
    pub body: Option<&'a str>,
}

/// How far a vendor's answer may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest wait for the whole answer, in milliseconds.
    pub timeout_ms: u32,
    /// Largest body, in bytes after decompression. It is in memory when it is counted, so this is no shield against a
    /// vendor that means harm: the platform's own limit is.
    pub max_bytes: u32,
}

/// An answer.
pub struct Received<const N: usize> {
    /// HTTP status.
    pub status: u16,
    /// Values of the wanted headers, in their order.
    pub headers: [Option<String>; N],
    /// Body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It was never sent: a header holds a control character.
    Unsendable,
    /// Not in time. What the request asked for may have happened.
    Timeout,
    /// The connection failed or broke. What the request asked for may have happened.
    Broken,
    /// Longer than [`Limits::max_bytes`].
    TooLarge,
}

impl Exchange<'_> {
    /// Sends it. Whether it may be sent again is the caller's to know.
    ///
    /// # Errors
    /// As [`Lost`].
    pub async fn send<const N: usize>(
        &self,
        limits: Limits,
        wanted: [&'static str; N],
    ) -> Result<Received<N>, Lost> {
        let headers = web::header_lines(self.headers).ok_or(Lost::Unsendable)?;
        let (timeout_ms, max_bytes) = (limits.timeout_ms, limits.max_bytes);
        let names = wanted.join("\n");
        let answer =
            web::exchange(self.method, &self.url, &headers, self.body, timeout_ms, max_bytes, &names).await;
        let Some(parts) = answer.dyn_ref::<Array>() else {
            return Err(match answer.as_string().as_deref() {
                Some("timeout") => Lost::Timeout,
                Some("too_large") => Lost::TooLarge,
                _ => Lost::Broken,
            });
        };
        let head = parts.get(0).as_string().unwrap_or_default();
        let mut lines = head.split('\n');
        let status = lines.next().and_then(|status| status.parse().ok()).ok_or(Lost::Broken)?;
        let headers =
            wanted.map(|_name| lines.next().filter(|value| !value.is_empty()).map(ToOwned::to_owned));
        Ok(Received { status, headers, body: Uint8Array::new(&parts.get(1)).to_vec() })
    }
}
