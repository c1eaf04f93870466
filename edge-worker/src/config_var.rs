//! The configuration, read from the Worker's variables and secrets once per isolate.

use std::cell::OnceCell;
use std::rc::Rc;

use edge_core::config::{Config, Path, Problem, Problems, VARIABLE};
use edge_core::json;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::Env;

use crate::log::{self, Level};

/// The checked configuration, or everything that is wrong with it.
pub type Loaded = Rc<Result<Config, Vec<Problem>>>;

thread_local! {
    // A deployment with other variables starts new isolates, so what was read stays right.
    static LOADED: OnceCell<Loaded> = const { OnceCell::new() };
}

/// The configuration of this isolate. The first call reads it and logs every problem.
pub fn load(env: &Env) -> Loaded {
    LOADED.with(|cell| Rc::clone(cell.get_or_init(|| Rc::new(read(env)))))
}

fn read(env: &Env) -> Result<Config, Vec<Problem>> {
    let value = variable(env, VARIABLE)
        .and_then(|value| js_sys::JSON::stringify(&value).ok())
        .and_then(|text| json::read(String::from(text).as_bytes()).ok());
    let config = match value {
        Some(value) => Config::read(&value, &|name| variable(env, name)?.as_string()),
        None => {
            let mut problems = Problems::default();
            problems
                .add(&Path::root(), "is missing: deploy with `--env` and an environment of wrangler.toml.");
            Err(problems.into_vec())
        }
    };
    if let Err(problems) = &config {
        log::write(Level::Error, "The configuration is invalid.", &[("problems", &&problems[..])]);
    }
    config
}

fn variable(env: &Env, name: &str) -> Option<JsValue> {
    let env: &JsValue = env.unchecked_ref();
    js_sys::Reflect::get(env, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}
