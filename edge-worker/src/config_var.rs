//! The configuration, read from the Worker's variables and secrets once per isolate.

use std::cell::OnceCell;
use std::rc::Rc;

use edge_core::config::{Config, Path, Problem, Problems, SecretNeed, VARIABLE};
use edge_core::doctor::SecretSeen;
use edge_core::json;
use serde_json::Value;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::Env;

use crate::log::{self, Level};
use crate::platform_trust;

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
    let config = match value(env) {
        Some(value) => Config::read(&value, &|name| secret(env, name), platform_trust::ED25519),
        None => {
            let mut problems = Problems::default();
            problems.missing(
                &Path::root(),
                "is missing: deploy with `--env` and an environment of wrangler.toml.",
            );
            Err(problems.into_vec())
        }
    };
    if let Err(problems) = &config {
        log::write(Level::Error, "The configuration is invalid.", &[("problems", &&problems[..])]);
    }
    config
}

/// Every secret that the configuration needs, with the length of what is set.
pub fn secrets(env: &Env) -> Vec<SecretSeen> {
    let needs = value(env).map(|value| Config::secrets(&value)).unwrap_or_default();
    let seen =
        |need: SecretNeed| SecretSeen { bytes: secret(env, &need.name).map_or(0, |text| text.len()), need };
    needs.into_iter().map(seen).collect()
}

/// A secret's value.
pub fn secret(env: &Env, name: &str) -> Option<String> {
    variable(env, name)?.as_string()
}

/// Does the deployment have this binding?
pub fn is_bound(env: &Env, name: &str) -> bool {
    variable(env, name).is_some()
}

fn value(env: &Env) -> Option<Value> {
    let text = js_sys::JSON::stringify(&variable(env, VARIABLE)?).ok()?;
    json::read(String::from(text).as_bytes()).ok()
}

fn variable(env: &Env, name: &str) -> Option<JsValue> {
    let env: &JsValue = env.unchecked_ref();
    js_sys::Reflect::get(env, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}
