//! `GET /admin/doctor`: everything that is missing or mistyped, each with the fix.
//!
//! It answers also when the configuration is wrong, because that is when it is needed; so the token that opens it is
//! read by itself. Repeatable: it only asks. commercetools mints a token for each call, of all the client's scopes,
//! which is used for nothing and forgotten.

use contract::ErrorCode;
use edge_core::config::{ADMIN_TOKEN, Config, MIN_ADMIN_TOKEN_BYTES, Problem, Secret};
use edge_core::doctor::{Check, CommerceSeen, Seen, TidioSeen, examine};
use edge_core::engine::panel::Panel;
use serde::Serialize;
use worker::Env;

use super::admin::is_token;
use crate::commerce_access::granted_scopes;
use crate::commerce_client::CommerceClient;
use crate::config_var;
use crate::http::{CorrelationId, Incoming, Outgoing};
use crate::tidio_project_do::panel;
use edge_core::commerce::Commerce as _;

#[derive(Serialize)]
struct Report {
    checks: Vec<Check>,
}

/// Answers `GET /admin/doctor`.
pub async fn doctor(env: &Env, config: &Result<Config, Vec<Problem>>, incoming: &Incoming) -> Outgoing {
    let problem = |code| Outgoing::problem(code, &incoming.correlation_id);
    let token = config_var::secret(env, ADMIN_TOKEN).filter(|token| token.len() >= MIN_ADMIN_TOKEN_BYTES);
    let Some(token) = token.map(Secret::new) else { return problem(ErrorCode::RouteUnknown) };
    if !is_token(&token, incoming.bearer.as_ref()) {
        return problem(ErrorCode::CallerUnauthorized);
    }
    let mut seen = Seen::default();
    if let Ok(config) = config {
        seen = look(env, config, &incoming.correlation_id).await;
        add_scopes(config, &incoming.correlation_id, &mut seen).await;
    }
    let checks = examine(config.as_ref().map_err(Vec::as_slice), &config_var::secrets(env), &seen);
    Outgoing::json(200, &Report { checks })
}

/// The token in use may be older than a change of the client; this one is not.
async fn add_scopes(config: &Config, correlation_id: &CorrelationId, seen: &mut Seen) {
    for found in &mut seen.commercetools {
        let Some(project) = config.commercetools.get(&found.name) else { continue };
        match granted_scopes(project, correlation_id).await {
            Ok(scopes) => found.scopes = Some(scopes),
            Err(error) => found.error = Some(ErrorCode::from(error).as_str()),
        }
    }
}

/// What the vendors say now. `/readyz` asks it, too.
pub async fn look(env: &Env, config: &Config, correlation_id: &CorrelationId) -> Seen {
    let mut seen = Seen::default();
    for (name, project) in &config.commercetools {
        let refused = CommerceClient::new(env, project, correlation_id).prepare().await.err();
        seen.commercetools.push(CommerceSeen {
            name: name.clone(),
            error: refused.map(|error| ErrorCode::from(error).as_str()),
            scopes: None,
        });
    }
    for (name, project) in &config.tidio {
        if project.openapi.is_none() {
            continue;
        }
        let panel = panel(env, name)
            .await
            .unwrap_or_else(|word| Panel { cause: Some(word.to_owned()), ..Panel::default() });
        seen.tidio.push(TidioSeen { name: name.clone(), panel });
    }
    seen
}
