//! The Durable Object that owns the access token of a commercetools project; one object per project.
//!
//! Invariant: at most one token is asked for at a time. The lock is held while commercetools answers, because an
//! object takes further requests during that wait; whoever comes next finds the new token.
//!
//! The token is stored, so that it outlives the object's memory: an object that nobody asks for ten seconds is
//! put away, and with it what it only remembered. Storage is encrypted by the platform, as secrets are.

use std::rc::Rc;

use edge_core::config::{CommerceProject, Secret};
use edge_core::json;
use futures_util::lock::Mutex;
use js_sys::Promise;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use worker::Env;
use worker::web_sys::Request;
use worker::worker_sys::{DurableObjectState, DurableObjectStorage};

use crate::call::{Call, Outcome};
use crate::commerce_access::{AccessToken, Granted, Wanted, mint, word};
use crate::config_var;
use crate::http::CorrelationId;
use crate::log::{self, Level};
use crate::object_request::{self, Answer, Question};
use crate::{platform, web};

/// Where the token is stored.
const KEY: &str = "access_token";

#[derive(Serialize, Deserialize)]
struct Stored {
    access_token: String,
    expires_at_ms: u64,
    /// Fingerprint of the API client, so that a new client does not get the old one's token.
    client: String,
}

/// The object, as the platform sees it.
#[wasm_bindgen]
pub struct CommerceAccess(Rc<Access>);

#[wasm_bindgen]
impl CommerceAccess {
    /// A life of the object begins.
    #[wasm_bindgen(constructor)]
    pub fn new(state: &DurableObjectState, env: Env) -> Result<CommerceAccess, JsValue> {
        Ok(CommerceAccess(Rc::new(Access { storage: state.storage()?, env, token: Mutex::new(None) })))
    }

    /// A promise of an answer.
    pub fn fetch(&self, request: Request) -> Promise {
        let access = Rc::clone(&self.0);
        object_request::answered(request, async move |question| access.answer(&question).await)
    }
}

/// The object.
struct Access {
    storage: DurableObjectStorage,
    env: Env,
    token: Mutex<Option<AccessToken>>,
}

impl Access {
    async fn answer(&self, question: &Question) -> Result<Answer, Answer> {
        let wanted: Wanted = question.read()?;
        let loaded = config_var::load(&self.env);
        let config = loaded.as_ref().as_ref().ok();
        match config.and_then(|config| config.commercetools.get(wanted.project.as_str())) {
            Some(project) => Ok(Answer::json(&self.grant(project, &wanted).await)),
            None => Err(Answer::refusal(404, "unknown project")),
        }
    }

    /// 1. The token in memory or in storage, if it is live and not the refused one.
    /// 2. Else a new one; a second caller waits for it. May happen twice: both tokens are good.
    async fn grant(&self, project: &CommerceProject, wanted: &Wanted) -> Granted {
        let mut held = self.token.lock().await;
        let client = client(project);
        if held.is_none() {
            *held = self.stored(&client).await;
        }
        let is_usable = |token: &&AccessToken| {
            token.is_live(platform::now_ms()) && wanted.refused.as_ref() != Some(&token.fingerprint())
        };
        if let Some(token) = held.as_ref().filter(is_usable) {
            return granted(token);
        }
        let correlation_id =
            CorrelationId::accept_or_make(Some(&wanted.correlation_id), platform::random_bytes());
        match mint(project, &correlation_id).await {
            Ok(token) => {
                self.store(&token, client).await;
                let answer = granted(&token);
                *held = Some(token);
                answer
            }
            Err(error) => Granted { access_token: Err(word(error).to_owned()), expires_at_ms: 0 },
        }
    }

    async fn stored(&self, client: &str) -> Option<AccessToken> {
        let Outcome { text, .. } = Call::begin(|call| web::kept_text(call, &self.storage, KEY)).await;
        let stored: Stored = json::read(text.as_bytes()).ok()?;
        (stored.client == client).then(|| AccessToken {
            value: Secret::new(stored.access_token),
            expires_at_ms: stored.expires_at_ms,
        })
    }

    /// A failure costs one more token after the object has been put away.
    async fn store(&self, token: &AccessToken, client: String) {
        let stored = Stored {
            access_token: token.value.expose().to_owned(),
            expires_at_ms: token.expires_at_ms,
            client,
        };
        let Ok(stored) = serde_json::to_string(&stored) else { return };
        if Call::begin(|call| web::keep_text(call, &self.storage, KEY, &stored)).await.body.is_none() {
            log::write(Level::Warn, "An access token could not be stored.", &[]);
        }
    }
}

fn granted(token: &AccessToken) -> Granted {
    Granted { access_token: Ok(token.value.expose().to_owned()), expires_at_ms: token.expires_at_ms }
}

fn client(project: &CommerceProject) -> String {
    let client = format!("{}:{}", project.client_id.expose(), project.client_secret.expose());
    AccessToken { value: Secret::new(client), expires_at_ms: 0 }.fingerprint()
}
