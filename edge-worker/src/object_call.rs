//! A request to one of our own Durable Objects, one crossing of the boundary. The crate `worker` would build it from a
//! dozen of the platform's objects, and brings their forms (images, caches, streams) whether they are used or not.
//!
//! In scope: reaching the object. Out of scope: what is asked and answered.

use serde::Serialize;
use worker::Env;

use crate::call::{Call, Outcome};
use crate::web;

/// The body of an object's answer to a POST. Whether it may be asked again is the caller's to know.
///
/// # Errors
/// A stable word for the log: `object_unbound` and `request_unprintable`, nothing happened; `object_unreachable`, it may
/// have happened; `object_refused`, it answered something else than 200.
pub async fn ask<T: Serialize>(
    env: &Env,
    binding: &str,
    name: &str,
    path: &str,
    question: &T,
) -> Result<Vec<u8>, &'static str> {
    let question = serde_json::to_string(question).map_err(|_detail| "request_unprintable")?;
    let begin = |call| web::ask_object(call, env, binding, name, path, &question);
    let Outcome { text, body } = Call::begin(begin).await;
    body.ok_or(match text.as_str() {
        "unbound" => "object_unbound",
        "refused" => "object_refused",
        _ => "object_unreachable",
    })
}
