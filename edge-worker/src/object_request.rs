//! Requests to a Durable Object: the question, and its answer.
//!
//! In scope: reading one and giving the other. Out of scope: what is asked, and by whom ([`crate::object_call`]).

use std::future::Future;

use edge_core::json;
use js_sys::Promise;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::web_sys::Request;

use crate::http::path_and_query;
use crate::{platform, promise, read_limited, web};

/// What an object was asked.
pub struct Question {
    /// Path of the address.
    pub path: String,
    body: Vec<u8>,
}

impl Question {
    /// The question as a value.
    ///
    /// # Errors
    /// The answer to what cannot be read.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Answer> {
        json::read(&self.body).map_err(|_detail| Answer::refusal(400, "unreadable"))
    }
}

/// What an object answers.
#[derive(Debug)]
pub struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    /// It was done, and there is nothing to say.
    pub fn done() -> Self {
        Answer { status: 200, body: String::new() }
    }

    /// A value.
    pub fn json(value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(body) => Answer { status: 200, body },
            Err(_cannot_happen_for_our_types) => Answer::refusal(500, "unprintable"),
        }
    }

    /// A stable word for why not.
    pub fn refusal(status: u16, word: &str) -> Self {
        Answer { status, body: word.to_owned() }
    }
}

/// A stable word for what failed here and may be asked again.
impl From<&'static str> for Answer {
    fn from(word: &'static str) -> Self {
        Answer::refusal(503, word)
    }
}

/// Promises the answer to a request. Only a POST asks something.
pub fn answered<F: Future<Output = Result<Answer, Answer>>>(
    request: Request,
    answer: impl FnOnce(Question) -> F + 'static,
) -> Promise {
    promise::kept_by(platform::now_ms(), async move |promised| {
        let given = match question(&request).await {
            Ok(question) => answer(question).await,
            Err(refusal) => Err(refusal),
        };
        let (Ok(Answer { status, body }) | Err(Answer { status, body })) = given;
        web::answer(promised, status, "content-type: application/json", Some(body.as_bytes()));
    })
}

async fn question(request: &Request) -> Result<Question, Answer> {
    if request.method() != "POST" {
        return Err(Answer::refusal(404, "no such path"));
    }
    // Whoever asks is this Worker.
    let body = read_limited(request, usize::MAX).await.map_err(|_code| Answer::refusal(400, "unreadable"))?;
    let path = path_and_query(&request.url()).0.to_owned();
    Ok(Question { path, body })
}
