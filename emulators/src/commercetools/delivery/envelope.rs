//! The request that each service makes of a notification.

use super::keys::Keys;
use super::notification::Notification;
use super::target::{Service, Target};
use crate::shared::platform::rfc3339;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A request to a target.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What an envelope needs to know beside the notification.
pub struct Context<'a> {
    pub target: &'a Target,
    pub keys: &'a Keys,
    pub project: &'a str,
    /// Topic of the SNS destination.
    pub topic_arn: &'a str,
    /// This emulator's own address.
    pub origin: &'a str,
    /// The service's own id of the message; the same for every attempt.
    pub id: &'a str,
    /// When the service took the message in; the same for every attempt.
    pub published_ms: i64,
    /// Now: tokens are made for each attempt.
    pub now_ms: i64,
}

/// The request for one notification; Event Grid may take several.
pub fn wrap(context: &Context<'_>, notifications: &[Notification]) -> Option<Outgoing> {
    let first = notifications.first()?;
    Some(match context.target.kind {
        Service::EventBridge => event_bridge(context, first),
        Service::PubSub => pub_sub(context, first),
        Service::Sns => sns(context, first),
        Service::EventGrid => event_grid(context, notifications),
    })
}

fn post(context: &Context<'_>, content_type: &str, body: String) -> Outgoing {
    Outgoing {
        method: "POST",
        url: context.target.url.clone(),
        headers: vec![("content-type".to_owned(), content_type.to_owned())],
        body,
    }
}

fn header(outgoing: &mut Outgoing, name: &str, value: impl Into<String>) {
    outgoing.headers.push((name.to_owned(), value.into()));
}

fn secret_header<'a>(context: &'a Context<'_>, default: &'a str) -> &'a str {
    context.target.options.secret_header.as_deref().unwrap_or(default)
}

fn event_bridge(context: &Context<'_>, notification: &Notification) -> Outgoing {
    let detail = notification.body.clone();
    let body = if context.target.options.wrapped {
        json!({
            "version": "0", "id": context.id, "detail-type": notification.kind,
            "source": format!("aws.partner/commercetools.com/{}/{}", context.project, context.target.subscription),
            "account": "123456789012", "time": rfc3339(context.published_ms), "region": "eu-central-1",
            "resources": [], "detail": detail,
        })
    } else {
        detail
    };
    let mut outgoing = post(context, "application/json; charset=utf-8", body.to_string());
    header(&mut outgoing, "user-agent", "Amazon/EventBridge/ApiDestinations");
    header(&mut outgoing, secret_header(context, "x-api-key"), &context.target.secret);
    outgoing
}

fn pub_sub(context: &Context<'_>, notification: &Notification) -> Outgoing {
    /// Google's tokens are good for an hour.
    const TOKEN_SECONDS: i64 = 3600;
    let options = &context.target.options;
    let body = json!({
        "message": {
            "data": STANDARD.encode(notification.body.to_string()), "attributes": {},
            "messageId": context.id, "message_id": context.id,
            "publishTime": rfc3339(context.published_ms), "publish_time": rfc3339(context.published_ms),
        },
        "subscription": options.push_subscription,
    });
    let issued = context.now_ms / 1000;
    let token = context.keys.google_token(&json!({
        "iss": "https://accounts.google.com", "aud": options.audience.as_deref().unwrap_or(&context.target.url),
        "azp": "100000000000000000001", "sub": "100000000000000000001", "email": options.email,
        "email_verified": true, "iat": issued, "exp": issued + TOKEN_SECONDS,
    }));
    let mut outgoing = post(context, "application/json", body.to_string());
    header(&mut outgoing, "authorization", format!("Bearer {token}"));
    header(
        &mut outgoing,
        "user-agent",
        "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
    );
    outgoing
}

fn sns(context: &Context<'_>, notification: &Notification) -> Outgoing {
    let members = vec![("Message", notification.body.to_string()), ("MessageId", context.id.to_owned())];
    sns_message(context, "Notification", members)
}

/// The message that asks a new HTTP(S) subscription to confirm.
pub fn sns_confirmation(context: &Context<'_>, token: &str) -> Outgoing {
    let base = context.target.options.subscribe_url.clone();
    let base = base.unwrap_or_else(|| format!("{}/__emulator/sns/confirm", context.origin));
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", "ConfirmSubscription")
        .append_pair("TopicArn", context.topic_arn)
        .append_pair("Token", token)
        .finish();
    let text = format!("You have chosen to subscribe to the topic {}.", context.topic_arn);
    let members = vec![
        ("Message", text),
        ("MessageId", context.id.to_owned()),
        ("SubscribeURL", format!("{base}?{query}")),
        ("Token", token.to_owned()),
    ];
    sns_message(context, "SubscriptionConfirmation", members)
}

/// Signs over the members in the order of their names, each name and each value on a line of its own.
fn sns_message(context: &Context<'_>, kind: &str, mut members: Vec<(&str, String)>) -> Outgoing {
    members.push(("Timestamp", rfc3339(context.published_ms)));
    members.push(("TopicArn", context.topic_arn.to_owned()));
    members.push(("Type", kind.to_owned()));
    members.sort();
    let canonical: String = members.iter().map(|(name, value)| format!("{name}\n{value}\n")).collect();
    let mut body: Value = members.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let certificate = context.target.options.signing_cert_url.clone();
    body["SignatureVersion"] = json!("2");
    body["Signature"] = json!(context.keys.sns_signature(&canonical));
    body["SigningCertURL"] =
        json!(certificate.unwrap_or_else(|| format!("{}/__emulator/sns/cert.pem", context.origin)));
    if kind == "Notification" {
        body["UnsubscribeURL"] = json!(format!("{}/__emulator/sns/unsubscribe", context.origin));
    }
    let mut outgoing = post(context, "text/plain; charset=UTF-8", body.to_string());
    header(&mut outgoing, "user-agent", "Amazon Simple Notification Service Agent");
    header(&mut outgoing, "x-amz-sns-message-type", kind);
    header(&mut outgoing, "x-amz-sns-message-id", context.id);
    header(&mut outgoing, "x-amz-sns-topic-arn", context.topic_arn);
    if kind == "Notification" {
        header(
            &mut outgoing,
            "x-amz-sns-subscription-arn",
            format!("{}:{}", context.topic_arn, context.target.subscription),
        );
    }
    outgoing
}

fn event_grid(context: &Context<'_>, notifications: &[Notification]) -> Outgoing {
    let batch = context.target.options.batch > 1;
    let mut outgoing = if batch {
        let all: Vec<&Value> = notifications.iter().map(|notification| &notification.body).collect();
        post(context, "application/cloudevents-batch+json; charset=utf-8", json!(all).to_string())
    } else {
        let body = notifications.first().map_or(Value::Null, |notification| notification.body.clone());
        post(context, "application/cloudevents+json; charset=utf-8", body.to_string())
    };
    header(&mut outgoing, "aeg-event-type", "Notification");
    header(&mut outgoing, "aeg-subscription-name", context.target.subscription.to_uppercase());
    header(&mut outgoing, "aeg-delivery-count", "0");
    authenticate_event_grid(context, &mut outgoing);
    outgoing
}

fn authenticate_event_grid(context: &Context<'_>, outgoing: &mut Outgoing) {
    let secret = &context.target.secret;
    match &context.target.options.secret_query {
        Some(name) => {
            let pair: String =
                url::form_urlencoded::Serializer::new(String::new()).append_pair(name, secret).finish();
            let separator = if outgoing.url.contains('?') { '&' } else { '?' };
            outgoing.url = format!("{}{separator}{pair}", outgoing.url);
        }
        None => header(outgoing, secret_header(context, "x-eventgrid-secret"), secret),
    }
}

/// The question whether the webhook wants to receive anything at all.
pub fn event_grid_handshake(context: &Context<'_>) -> Outgoing {
    let mut outgoing = Outgoing {
        method: "OPTIONS",
        url: context.target.url.clone(),
        headers: Vec::new(),
        body: String::new(),
    };
    header(&mut outgoing, "webhook-request-origin", "eventgrid.azure.net");
    header(&mut outgoing, "webhook-request-rate", "120");
    authenticate_event_grid(context, &mut outgoing);
    outgoing
}
