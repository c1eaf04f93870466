//! The only place that reads the clock, draws randomness or waits. Everything else takes them as arguments. And the
//! choice of the allocator.

use crate::call::Call;
use crate::web;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Milliseconds since the Unix epoch. In a Worker it stands still between two I/O operations.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "after 1970, and less than 2^53")]
pub fn now_ms() -> u64 {
    // `worker::Date` makes an object first, and asks it.
    js_sys::Date::now() as u64
}

/// Sixteen random bytes. They name requests, so they need to be different, not secret.
pub fn random_bytes() -> [u8; 16] {
    let mut bytes = [0_u8; 16];
    for chunk in bytes.chunks_mut(4) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "32 bits are what is wanted"
        )]
        let word = (draw() * 4_294_967_296.0) as u32;
        chunk.iter_mut().zip(word.to_le_bytes()).for_each(|(to, from)| *to = from);
    }
    bytes
}

/// A random duration below `limit_ms`.
pub fn jitter_ms(limit_ms: u64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "milliseconds are small"
    )]
    let drawn = (draw() * limit_ms as f64) as u64;
    drawn
}

#[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
fn draw() -> f64 {
    js_sys::Math::random()
}

/// Waits.
pub async fn sleep_ms(duration_ms: u64) {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds are small")]
    Call::begin(|call| web::sleep(call, duration_ms as f64)).await;
}
