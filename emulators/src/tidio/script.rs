//! The widget's HTTP side: the script, registration, reports and the event stream, open to any origin.

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{
    error::ApiError,
    flows::{self, Cause},
    input::Input,
    project::WidgetStart,
    stream, visitors,
    world::Shared,
};

/// Parts of the script in the order they are joined.
const PARTS: [&str; 8] = [
    include_str!("assets/widget/texts.js"),
    include_str!("assets/widget/key.js"),
    include_str!("assets/widget/store.js"),
    include_str!("assets/widget/server.js"),
    include_str!("assets/widget/frame.js"),
    include_str!("assets/widget/panel.js"),
    include_str!("assets/widget/api.js"),
    include_str!("assets/widget/start.js"),
];

const STYLE: &str = include_str!("assets/widget/widget.css");

/// Routes of the widget.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/{script}", get(script))
        .route("/widget/{key}/register", post(register))
        .route("/widget/{key}/{visitor}/send", post(send))
        .route("/widget/{key}/{visitor}/events", get(events))
        .layer(middleware::from_fn(open_to_all))
}

/// `GET /{publicKey}.js`
async fn script(
    State(tidio): State<Shared>,
    Path(script): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let key = script.strip_suffix(".js").ok_or_else(|| ApiError::missing("page"))?;
    let mode = tidio.with(|world| world.project(key).map(|project| project.widget.clone()))?;
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost");
    let settings = json!({
        "origin": format!("http://{host}"),
        "host": host,
        "readyDelayMs": mode.ready_delay_ms,
        "readyTwice": mode.start == WidgetStart::ReadyTwice,
        "neverReady": mode.start == WidgetStart::NeverReady,
        "ignoreWebdriver": mode.ignore_webdriver,
        "style": STYLE,
    });
    let body = match mode.start {
        WidgetStart::NeverAttaches => "/* loaded, and that is all */".to_owned(),
        WidgetStart::Throws => "throw new Error(\"the widget script failed\");".to_owned(),
        _ => {
            format!("(() => {{\n\"use strict\";\nconst SETTINGS = {settings};\n{}\n}})();\n", PARTS.concat())
        }
    };
    let kind =
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((kind, body).into_response())
}

async fn register(
    State(tidio): State<Shared>,
    Path(key): Path<String>,
    Input(report): Input,
) -> Result<Json<Value>, ApiError> {
    tidio.with(|world| visitors::register(world, &key, &report)).map(Json)
}

async fn send(
    State(tidio): State<Shared>,
    Path((key, visitor)): Path<(String, String)>,
    Input(report): Input,
) -> Result<Json<Value>, ApiError> {
    let answer = tidio.with(|world| visitors::report(world, &key, &visitor, &report))?;
    if let Some(cause) = cause(&report) {
        flows::start(&tidio, &key, &visitor, cause);
    }
    Ok(Json(answer))
}

/// What a report sets off in the merchant's flows.
fn cause(report: &Value) -> Option<Cause<'_>> {
    let word = |name: &str| report.get(name).and_then(Value::as_str);
    match word("type")? {
        "message" => word("text").map(Cause::Message),
        "event" => word("name").map(Cause::Event),
        _ => None,
    }
}

async fn events(
    State(tidio): State<Shared>,
    Path((key, visitor)): Path<(String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    stream::of_visitor(tidio, key, visitor)
}

/// Lets any page call the widget's server; answers preflight requests itself.
async fn open_to_all(request: Request, next: Next) -> Response {
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}
