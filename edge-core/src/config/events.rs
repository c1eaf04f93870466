//! Settings of the four ways in for events of a commercetools project. The shared secret of two of them is a Worker
//! secret; the other two are told from others by what the service signs.

use super::kinds::BaseUrl;
use super::section::{section, text};

/// Google's published keys (its discovery document names this address; read 2026-11).
pub const GOOGLE_KEYS_URL: &str = "https://www.googleapis.com/oauth2/v3/certs";

text! {
    /// What a push subscription puts into `aud`: by default its own address.
    PushAudience, "the audience of a Pub/Sub push subscription (1 to 500 visible characters)", Some("^[!-~]{1,500}$"),
    |text| (1..=500).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

text! {
    /// The service account that a push subscription signs as.
    ServiceAccount, "the e-mail address of a Google service account", Some("^[a-z0-9._-]{1,100}@[a-z0-9.-]{1,200}$"),
    |text| text.split_once('@').is_some_and(|(name, host)| {
        let fits = |part: &str, most: usize, extra: &str| {
            (1..=most).contains(&part.len())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || extra.contains(c))
        };
        fits(name, 100, "._-") && fits(host, 200, ".-")
    })
}

text! {
    /// Full name of a Pub/Sub subscription.
    PushSubscription, "projects/<project>/subscriptions/<name>", Some("^projects/[^/]{1,100}/subscriptions/[^/]{1,255}$"),
    |text| {
        let parts: Vec<&str> = text.split('/').collect();
        matches!(parts.as_slice(), ["projects", project, "subscriptions", name]
            if (1..=100).contains(&project.len()) && (1..=255).contains(&name.len()))
    }
}

text! {
    /// Name of an SNS topic.
    TopicArn, "the ARN of an SNS topic (arn:aws:sns:<region>:<account>:<name>)",
    Some("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$"),
    |text| {
        let parts: Vec<&str> = text.split(':').collect();
        matches!(parts.as_slice(), ["arn", partition, "sns", region, account, name]
            if partition.starts_with("aws")
                && partition.chars().chain(region.chars()).all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                && !region.is_empty()
                && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
                && (1..=256).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)))
    }
}

text! {
    /// Start of the `source` of EventBridge events.
    EventSource, "the start of an EventBridge source (1 to 256 visible characters)", Some("^[!-~]{1,256}$"),
    |text| (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

section! {
    /// Ways in for events.
    EventsSettings {
        /// An EventBridge API destination. It needs no settings beside the secret.
        optional eventbridge: EventBridgeSettings,
        /// A Pub/Sub push subscription with an OIDC token.
        optional pubsub: PubSubSettings,
        /// An SNS topic with an HTTPS subscription and signature version 2.
        optional sns: SnsSettings,
    }
}

section! {
    /// EventBridge.
    EventBridgeSettings {
        /// How the `source` of an event must begin; `aws.partner/commercetools.com/<project key>/` unless given.
        optional source: EventSource,
    }
}

section! {
    /// Pub/Sub.
    PubSubSettings {
        /// Audience of the push subscription's token, exactly.
        required audience: PushAudience,
        /// Service account that the push subscription signs as.
        required service_account: ServiceAccount,
        /// Push subscriptions that may deliver.
        required subscriptions: Vec<PushSubscription>,
        /// Another address of Google's keys, for tests.
        optional keys_url: BaseUrl,
    }
}

section! {
    /// SNS.
    SnsSettings {
        /// Topics that may deliver.
        required topics: Vec<TopicArn>,
        /// Another origin of certificates and confirmations, for tests.
        optional origin: BaseUrl,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services_have_their_forms() {
        for (text, fits) in [
            ("arn:aws:sns:eu-central-1:123456789012:commercetools", true),
            ("arn:aws-cn:sns:cn-north-1:123456789012:orders_1", true),
            ("arn:aws:sns:eu-central-1:12345:orders", false),
            ("arn:aws:sqs:eu-central-1:123456789012:orders", false),
            ("arn:aws:sns:eu-central-1:123456789012:orders:extra", false),
            ("arn:aws:sns::123456789012:orders", false),
        ] {
            assert_eq!(TopicArn::parse(text).is_some(), fits, "{text}");
        }
        for (text, fits) in [
            ("projects/demo-shop/subscriptions/commercetools", true),
            ("projects/demo-shop/topics/commercetools", false),
            ("projects//subscriptions/x", false),
            ("projects/a/subscriptions/x/y", false),
        ] {
            assert_eq!(PushSubscription::parse(text).is_some(), fits, "{text}");
        }
        for (text, fits) in [
            ("push@demo-shop.iam.gserviceaccount.com", true),
            ("push", false),
            ("@x", false),
            ("Push@x", false),
        ] {
            assert_eq!(ServiceAccount::parse(text).is_some(), fits, "{text}");
        }
    }
}
