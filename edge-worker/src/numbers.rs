//! The port of [`edge_core::number`] on `Intl.NumberFormat`.

use std::rc::Rc;

use edge_core::number::{NumberFormats, Writer};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type NumberFormat;

    // Throws a `RangeError` for what is no language tag; js-sys would not catch it.
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(tag: &str) -> Result<NumberFormat, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn format(this: &NumberFormat, decimal: &str) -> Result<String, JsValue>;
}

thread_local! {
    static FORMATS: Rc<NumberFormats> = Rc::new(NumberFormats::new(writer));
}

/// The number formats of this isolate.
pub fn formats() -> Rc<NumberFormats> {
    FORMATS.with(Rc::clone)
}

fn writer(tag: &str) -> Option<Writer> {
    let format = NumberFormat::new(tag).ok()?;
    Some(Box::new(move |decimal| format.format(decimal).ok()))
}
