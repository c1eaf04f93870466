//! The only place that draws randomness.

/// A random byte for the jitter of pauses. Not for secrets.
#[expect(clippy::disallowed_methods, reason = "the one place that draws")]
pub fn draw() -> u8 {
    (js_sys::Math::random() * 256.0) as u8
}
