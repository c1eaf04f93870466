//! What each service hears: the one table of verdicts and answers, and what the service does after it.
//!
//! Facts about the services: their documentation, as of 2026-11. A status that a service repeats is only used for
//! what may pass; what can never succeed ends at once.

use std::fmt::Write as _;

use contract::ErrorCode;

/// A service that delivers events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// AWS EventBridge, API destination.
    EventBridge,
    /// Google Cloud Pub/Sub, push.
    PubSub,
    /// AWS SNS, HTTPS subscription.
    Sns,
    /// Azure Event Grid, webhook.
    EventGrid,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Kept, or nothing in it was for us.
    Taken,
    /// From a proven sender, but no notification: it will never be one.
    Unreadable,
    /// Longer than anything that commercetools sends.
    TooLarge,
    /// Not proven to come from who it says.
    Unproven,
    /// This door is not configured.
    NotSetUp,
    /// The keys that would prove it cannot be had right now.
    KeysUnreachable,
    /// It could not be stored.
    NotKept,
}

impl Verdict {
    /// The code of the answer; none for what was taken.
    pub const fn code(self) -> Option<ErrorCode> {
        match self {
            Verdict::Taken => None,
            Verdict::Unreadable => Some(ErrorCode::BodyMalformed),
            Verdict::TooLarge => Some(ErrorCode::BodyTooLarge),
            Verdict::Unproven => Some(ErrorCode::CallerUnauthorized),
            Verdict::NotSetUp => Some(ErrorCode::RouteUnknown),
            Verdict::KeysUnreachable => Some(ErrorCode::KeysUnavailable),
            Verdict::NotKept => Some(ErrorCode::NotKept),
        }
    }
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// 204: the service is done with it.
    Acknowledge,
    /// A problem document.
    Refuse(ErrorCode),
}

impl Reply {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Reply::Acknowledge => 204,
            Reply::Refuse(code) => code.status(),
        }
    }
}

impl Service {
    /// All of them.
    pub const ALL: [Service; 4] = [Service::EventBridge, Service::PubSub, Service::Sns, Service::EventGrid];

    /// Stable word for logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Service::EventBridge => "eventbridge",
            Service::PubSub => "pubsub",
            Service::Sns => "sns",
            Service::EventGrid => "eventgrid",
        }
    }

    /// What the service is told.
    pub const fn reply(self, verdict: Verdict) -> Reply {
        // Pub/Sub repeats whatever is not acknowledged, for days: the only way to end it is to take it.
        if matches!((self, verdict), (Service::PubSub, Verdict::Unreadable | Verdict::TooLarge)) {
            return Reply::Acknowledge;
        }
        match verdict.code() {
            None => Reply::Acknowledge,
            Some(code) => Reply::Refuse(code),
        }
    }

    /// Does the service deliver again after this status?
    pub const fn repeats(self, status: u16) -> bool {
        match self {
            Service::EventBridge => status == 429 || status >= 500,
            Service::PubSub => !matches!(status, 102 | 200 | 201 | 202 | 204),
            Service::Sns => status == 429 || status >= 500 || (status >= 300 && status < 400),
            Service::EventGrid => status >= 300 && !matches!(status, 400 | 413),
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Service::EventBridge => "EventBridge",
            Service::PubSub => "Pub/Sub",
            Service::Sns => "SNS",
            Service::EventGrid => "Event Grid",
        }
    }

    const fn patience(self) -> &'static str {
        match self {
            Service::EventBridge | Service::EventGrid => "24 hours",
            Service::PubSub => "7 days",
            Service::Sns => "1 hour",
        }
    }
}

const VERDICTS: [(Verdict, &str); 7] = [
    (Verdict::Taken, "kept, or nothing for us in it: unknown types, the test, our own changes"),
    (Verdict::Unreadable, "proven, but no notification"),
    (Verdict::TooLarge, "longer than 1 MiB"),
    (Verdict::Unproven, "forged, or another secret, topic, subscription, audience"),
    (Verdict::NotSetUp, "the door is not configured"),
    (Verdict::KeysUnreachable, "keys or certificate cannot be fetched now"),
    (Verdict::NotKept, "could not be stored"),
];

/// The table of answers, for the documentation.
pub fn markdown() -> String {
    let mut text = String::from("| what arrived |");
    for service in Service::ALL {
        let _infallible = write!(text, " {} |", service.title());
    }
    text.push_str("\n| --- |");
    text.push_str(&" --- |".repeat(Service::ALL.len()));
    text.push('\n');
    for (verdict, words) in VERDICTS {
        let _infallible = write!(text, "| {words} |");
        for service in Service::ALL {
            let reply = service.reply(verdict);
            let after = match reply {
                Reply::Acknowledge => "done".to_owned(),
                Reply::Refuse(code) if service.repeats(code.status()) => {
                    format!("`{}`, repeated for up to {}", code.as_str(), service.patience())
                }
                Reply::Refuse(code) => format!("`{}`, ended", code.as_str()),
            };
            let _infallible = write!(text, " {}, {after} |", reply.status());
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_repeated_and_what_can_never_succeed_ends() {
        for service in Service::ALL {
            let repeats = |verdict| service.repeats(service.reply(verdict).status());
            assert!(repeats(Verdict::KeysUnreachable) && repeats(Verdict::NotKept), "{service:?}");
            assert!(!repeats(Verdict::Taken) && !repeats(Verdict::Unreadable), "{service:?}");
            assert!(!repeats(Verdict::TooLarge), "{service:?}");
        }
    }
}
