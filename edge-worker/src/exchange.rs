//! One exchange with a vendor: a request, and its answer read to the end within a time limit.
//!
//! In scope: what both vendors' clients share. Out of scope: what an answer means, and repetitions.

use crate::call::{Call, Outcome};
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
    /// It was never sent: a header, or the address, holds a control character.
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
        let head = web::head_lines(self.method, &self.url, &wanted, self.headers);
        let head = head.ok_or(Lost::Unsendable)?;
        let outcome = Call::begin(|call| {
            web::exchange(call, &head, self.body, limits.timeout_ms, limits.max_bytes);
        });
        let Outcome { text, body } = outcome.await;
        let Some(body) = body else {
            return Err(match text.as_str() {
                "timeout" => Lost::Timeout,
                "too_large" => Lost::TooLarge,
                _ => Lost::Broken,
            });
        };
        let mut lines = text.split('\n');
        let status = lines.next().and_then(|status| status.parse().ok()).ok_or(Lost::Broken)?;
        let headers =
            wanted.map(|_name| lines.next().filter(|value| !value.is_empty()).map(ToOwned::to_owned));
        Ok(Received { status, headers, body })
    }
}
