//! The authorization server: token endpoints, introspection, revocation.

use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::project::{Project, id_of, text};
use super::scopes::Scopes;
use super::world::World;
use crate::shared::platform::new_uuid;
use axum::http::StatusCode;
use base64::Engine;
use serde_json::{Value, json};
use std::collections::HashMap;

/// An API client of a project.
#[derive(Clone, Debug)]
pub struct ApiClient {
    pub secret: String,
    pub scopes: Scopes,
    /// Lifetime of its access tokens in seconds.
    pub token_seconds: i64,
}

/// An access token, or what a refresh token stands for.
#[derive(Clone, Debug)]
pub struct Grant {
    pub client_id: String,
    pub scopes: Scopes,
    pub expires_at_ms: i64,
    pub customer_id: Option<String>,
    pub anonymous_id: Option<String>,
}

/// Clients and tokens.
#[derive(Default)]
pub struct Authority {
    pub clients: HashMap<String, ApiClient>,
    access: HashMap<String, Grant>,
    refresh: HashMap<String, Grant>,
}

/// Refresh tokens live this long without use.
const REFRESH_MS: i64 = 17_280_000 * 1000;
/// Expired tokens are swept when there are this many.
const SWEEP_AT: usize = 10_000;

/// A call of an authorization endpoint.
pub struct AuthCall<'a> {
    pub segments: &'a [&'a str],
    /// Parameters of query and form together; the form's come last and win.
    pub parameters: &'a [(String, String)],
    /// `Authorization` header.
    pub authorization: Option<&'a str>,
    pub now_ms: i64,
}

impl AuthCall<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        super::query::parameter(self.parameters, name)
    }

    fn required(&self, name: &str) -> Outcome<&str> {
        self.parameter(name).ok_or_else(|| invalid_request(format!("The parameter '{name}' is missing.")))
    }
}

fn invalid_request(message: String) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "invalid_request", message)
}

fn invalid_grant(message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "invalid_grant", message)
}

/// Answers `/oauth/…`; the second member is the API client that called.
pub fn handle(world: &mut World, call: &AuthCall<'_>) -> (Outcome<Value>, Option<String>) {
    match client_of(&world.authority, call.authorization) {
        Ok(client_id) => (route(world, call, &client_id), Some(client_id)),
        Err(error) => (Err(error), None),
    }
}

fn route(world: &mut World, call: &AuthCall<'_>, client_id: &str) -> Outcome<Value> {
    match call.segments {
        ["token"] => match call.required("grant_type")? {
            "client_credentials" => {
                let scopes = own_scopes(world, client_id)?.grant(call.parameter("scope"))?;
                Ok(issue(world, call, Subject::Client, scopes, client_id))
            }
            "refresh_token" => refresh(world, call, client_id),
            other => Err(unsupported(other)),
        },
        [project, "customers", "token"] => password(world, call, client_id, project, None),
        [project, store, "customers", "token"] | [project, "in-store", store, "customers", "token"] => {
            let store = store.strip_prefix("key=").unwrap_or(store);
            password(world, call, client_id, project, Some(store))
        }
        [project, "anonymous", "token"] | [project, "in-store", _, "anonymous", "token"] => {
            anonymous(world, call, client_id, project)
        }
        ["introspect"] => introspect(world, call, client_id),
        ["token", "revoke"] => {
            let token = call.required("token")?;
            world.authority.access.remove(token);
            world.authority.refresh.remove(token);
            Ok(json!({}))
        }
        _ => Err(ApiError::not_found("this path")),
    }
}

fn unsupported(grant_type: &str) -> ApiError {
    let message = format!("The grant type '{grant_type}' is not supported here.");
    ApiError::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", message)
}

/// The client that HTTP Basic credentials belong to.
fn client_of(authority: &Authority, authorization: Option<&str>) -> Outcome<String> {
    let refused = || {
        let message = "Please provide valid client credentials using HTTP Basic Authentication.";
        ApiError::new(StatusCode::UNAUTHORIZED, "invalid_client", message)
    };
    let encoded = authorization
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .map(|(_, credentials)| credentials.trim());
    let decoded = encoded.and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
    let pair = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(refused)?;
    let (id, secret) = pair.split_once(':').ok_or_else(refused)?;
    let known = authority.clients.get(id).is_some_and(|client| client.secret == secret);
    if known { Ok(id.to_owned()) } else { Err(refused()) }
}

fn own_scopes(world: &World, client_id: &str) -> Outcome<Scopes> {
    let client = world.authority.clients.get(client_id);
    client.map(|client| client.scopes.clone()).ok_or_else(|| invalid_request("Unknown client.".to_owned()))
}

enum Subject {
    Client,
    Customer(String),
    Anonymous(String),
}

fn issue(world: &mut World, call: &AuthCall<'_>, subject: Subject, scopes: Scopes, client_id: &str) -> Value {
    let seconds = world.authority.clients.get(client_id).map_or(172_800, |client| client.token_seconds);
    let (scopes, customer_id, anonymous_id) = match subject {
        Subject::Client => (scopes, None, None),
        Subject::Customer(id) => (scopes.plus(format!("customer_id:{id}")), Some(id), None),
        Subject::Anonymous(id) => (scopes.plus(format!("anonymous_id:{id}")), None, Some(id)),
    };
    let personal = customer_id.is_some() || anonymous_id.is_some();
    let expires_at_ms = call.now_ms + seconds * 1000;
    let grant = Grant { client_id: client_id.to_owned(), scopes, expires_at_ms, customer_id, anonymous_id };
    let mut answer = token_answer(world, &grant, seconds, call.now_ms);
    if personal {
        let token = format!("{}:{}", client_id, opaque());
        answer["refresh_token"] = json!(token);
        let expires_at_ms = call.now_ms + REFRESH_MS;
        world.authority.refresh.insert(token, Grant { expires_at_ms, ..grant });
    }
    answer
}

fn token_answer(world: &mut World, grant: &Grant, seconds: i64, now_ms: i64) -> Value {
    let token = opaque();
    if world.authority.access.len() >= SWEEP_AT {
        world.authority.access.retain(|_, grant| grant.expires_at_ms > now_ms);
    }
    world.authority.access.insert(token.clone(), grant.clone());
    json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": grant.scopes.text() })
}

fn opaque() -> String {
    new_uuid().replace('-', "")
}

fn refresh(world: &mut World, call: &AuthCall<'_>, client_id: &str) -> Outcome<Value> {
    let token = call.required("refresh_token")?;
    let grant = world.authority.refresh.get_mut(token);
    let grant = grant.filter(|grant| grant.client_id == client_id && grant.expires_at_ms > call.now_ms);
    let grant =
        grant.ok_or_else(|| invalid_grant("The refresh token was not found. It may have expired."))?;
    grant.expires_at_ms = call.now_ms + REFRESH_MS;
    let mut grant = grant.clone();
    let seconds = world.authority.clients.get(client_id).map_or(172_800, |client| client.token_seconds);
    grant.expires_at_ms = call.now_ms + seconds * 1000;
    Ok(token_answer(world, &grant, seconds, call.now_ms))
}

fn password(
    world: &mut World,
    call: &AuthCall<'_>,
    client_id: &str,
    project: &str,
    store: Option<&str>,
) -> Outcome<Value> {
    let grant_type = call.required("grant_type")?;
    if grant_type != "password" {
        return Err(unsupported(grant_type));
    }
    let scopes = own_scopes(world, client_id)?;
    if !scopes.mention(project) {
        return Err(ApiError::insufficient_scope(&[format!("manage_my_profile:{project}")]));
    }
    let scopes = scopes.grant(call.parameter("scope"))?;
    let (email, secret) = (call.required("username")?, call.required("password")?);
    let customer = sign_in(world.project(project)?, email, secret, store).ok_or_else(|| {
        let message = "Customer account with the given credentials not found.";
        ApiError::new(StatusCode::BAD_REQUEST, "invalid_customer_account_credentials", message)
    })?;
    Ok(issue(world, call, Subject::Customer(customer), scopes, client_id))
}

/// The id of the customer with this e-mail and password, if he may enter this store (or, without a
/// store, is a global customer).
pub fn sign_in(project: &Project, email: &str, secret: &str, store: Option<&str>) -> Option<String> {
    let found = project.find(Kind::Customer, "lowercaseEmail", &email.to_lowercase());
    found.iter().find_map(|customer| {
        let id = id_of(customer);
        let matches = project.passwords.get(id).is_some_and(|known| known == secret);
        (matches && may_enter(customer, store)).then(|| id.to_owned())
    })
}

/// Customers without stores are global and may enter everywhere.
fn may_enter(customer: &Value, store: Option<&str>) -> bool {
    match customer["stores"].as_array().filter(|stores| !stores.is_empty()) {
        None => true,
        Some(stores) => stores.iter().any(|known| text(known, "key") == store),
    }
}

fn anonymous(world: &mut World, call: &AuthCall<'_>, client_id: &str, project: &str) -> Outcome<Value> {
    let grant_type = call.required("grant_type")?;
    if grant_type != "client_credentials" {
        return Err(unsupported(grant_type));
    }
    world.project(project)?;
    let own = own_scopes(world, client_id)?;
    own.require(&["create_anonymous_token"], project, None)?;
    let scopes = own.grant(call.parameter("scope"))?;
    let given = call.parameter("anonymous_id").filter(|id| !id.is_empty());
    if let Some(id) = given
        && world.authority.refresh.values().any(|grant| grant.anonymous_id.as_deref() == Some(id))
    {
        return Err(invalid_request(format!("The anonymous id '{id}' is already in use.")));
    }
    let id = given.map_or_else(new_uuid, str::to_owned);
    Ok(issue(world, call, Subject::Anonymous(id), scopes, client_id))
}

/// RFC 7662: what the caller may not know about is simply not active.
fn introspect(world: &World, call: &AuthCall<'_>, client_id: &str) -> Outcome<Value> {
    let token = call.required("token")?;
    let own = own_scopes(world, client_id)?;
    let grant = world.authority.access.get(token).filter(|grant| grant.expires_at_ms > call.now_ms);
    let visible = grant.filter(|grant| {
        grant.client_id == client_id
            || world.projects.keys().any(|project| {
                grant.scopes.mention(project) && own.allow(&["introspect_oauth_tokens"], project, None)
            })
    });
    Ok(visible.map_or_else(
        || json!({ "active": false }),
        |grant| {
            json!({
                "active": true, "scope": grant.scopes.text(),
                "exp": grant.expires_at_ms, "client_id": grant.client_id,
            })
        },
    ))
}

impl Authority {
    /// No tokens yet.
    pub fn with_clients(clients: HashMap<String, ApiClient>) -> Self {
        Self { clients, ..Self::default() }
    }

    /// The grant behind a bearer token.
    ///
    /// # Errors
    /// 401 `invalid_token` when missing, unknown or expired.
    pub fn bearer(&self, authorization: Option<&str>, now_ms: i64) -> Outcome<Grant> {
        let header = authorization.ok_or_else(|| ApiError::invalid_token("The access token is missing."))?;
        let token = header
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(|| ApiError::invalid_token("The Authorization header holds no bearer token."))?;
        let grant = self.access.get(token).filter(|grant| grant.expires_at_ms > now_ms);
        grant.cloned().ok_or_else(|| ApiError::invalid_token("The access token is invalid or has expired."))
    }
}
