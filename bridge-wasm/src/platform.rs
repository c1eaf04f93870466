//! The only place that draws randomness, and the choice of the allocator.

/// A random byte for the jitter of pauses. Not for secrets.
#[expect(clippy::disallowed_methods, reason = "the one place that draws")]
pub fn draw() -> u8 {
    (js_sys::Math::random() * 256.0) as u8
}

// SAFETY: the target has no threads, and a page's module is only ever entered by its page.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: lol_alloc::AssumeSingleThreaded<lol_alloc::FreeListAllocator> =
    unsafe { lol_alloc::AssumeSingleThreaded::new(lol_alloc::FreeListAllocator::new()) };
