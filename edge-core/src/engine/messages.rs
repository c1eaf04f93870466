//! The Messages API beside the delta sync: what no order shows any more, such as its deletion, and what changed in
//! customers. For projects that keep messages.
//!
//! A message only says which order or customer to read, as it does when an event service delivers it, and it has the same
//! idempotency key: whoever brings it second brings nothing.

use serde_json::{Value, json};

use super::cursor::{self, Walk};
use super::predicate::{date_time, literal, read_date_time};
use super::reader::{Scope, query};
use super::shop::{MESSAGES_PER_PAGE, MessagesPage, ShopError, Window};
use super::sql::{SqlError, transaction};
use super::{Engine, Ports, Priority, Step, breaker, inbox};
use crate::commerce::Commerce;
use crate::config::{Config, MessagesApi};
use crate::fact::Fact;
use crate::intake;
use breaker::Vendor;

/// The commercetools projects among these whose messages are read; names as the user has them.
pub fn polled(config: &Config, projects: &[String]) -> Vec<String> {
    let is_polled = |name: &&String| {
        config.commercetools.get(name.as_str()).is_some_and(|project| project.messages == MessagesApi::Poll)
    };
    projects.iter().filter(is_polled).cloned().collect()
}

/// See [`Shop::messages`](super::shop::Shop::messages).
pub async fn messages(
    commerce: &impl Commerce,
    scope: Scope<'_>,
    correlation_id: &str,
    now_ms: u64,
    window: &Window,
    after: Option<&str>,
) -> Result<MessagesPage, ShopError> {
    let mut predicate = format!(
        "resource(typeId in (\"order\", \"customer\")) and createdAt >= \"{}\" and createdAt <= \"{}\"",
        date_time(window.from_ms),
        date_time(window.until_ms),
    );
    if let Some(after) = after {
        predicate.push_str(&format!(" and id > {}", literal(after).ok_or(ShopError::Rejected)?));
    }
    let page = query(commerce, "/messages", &predicate, "id asc", MESSAGES_PER_PAGE, "").await?;
    let rows: Vec<Value> = page.read();
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    let times = rows.iter().filter_map(|row| read_date_time(row.get("createdAt")?.as_str()?));
    let last = rows.last().and_then(|row| text(row, "id"));
    let (newest_ms, seen, is_full) = (times.max(), page.rows.len(), page.is_full);
    // As an event service would deliver them.
    let delivered = rows.into_iter().map(|mut row| {
        if let Some(members) = row.as_object_mut() {
            members.insert("notificationType".to_owned(), json!("Message"));
            members.insert("projectKey".to_owned(), json!(scope.project.project_key.as_str()));
        }
        row
    });
    let notices = delivered.map(|row| intake::notice(&row)).collect();
    Ok(MessagesPage {
        facts: intake::sort(scope.project, notices, correlation_id, now_ms).facts,
        seen: seen as u64,
        newest_ms,
        after: last.filter(|_| is_full),
    })
}

impl<P: Ports> Engine<P> {
    /// Opens the next window of messages of these commercetools projects, as [`Engine::begin_sync`] does for orders.
    ///
    /// # Errors
    /// The database failed.
    pub fn begin_messages(&self, projects: &[String]) -> Result<(), SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| cursor::open_windows(sql, projects, cursor::MESSAGES, now))
    }

    /// One block: facts, and where the walk stands.
    pub(super) fn take_messages(
        &self,
        walk: &Walk,
        page: &MessagesPage,
        correlation_id: &str,
    ) -> Result<Step, SqlError> {
        let now = self.ports.now_ms();
        transaction(self.ports.sql(), |sql| {
            breaker::close(sql, Vendor::Commercetools)?;
            let mut next = cursor::load(sql, &walk.project, &walk.kind)?;
            let receipt = inbox::store(sql, &self.apart(&page.facts), Priority::Event, now)?;
            next.changed += u64::from(receipt.stored);
            next.seen += page.seen;
            next.newest_ms = next.newest_ms.max(page.newest_ms);
            cursor::turn_page(sql, &mut next, page.after.as_ref(), correlation_id, now)
        })?;
        Ok(Step::Done)
    }

    /// One correlation id a message, not one a page: each has a story of its own.
    fn apart(&self, facts: &[Fact]) -> Vec<Fact> {
        let mut facts = facts.to_vec();
        for fact in &mut facts {
            match fact {
                Fact::Order(fact) => fact.correlation_id = self.new_correlation_id(),
                Fact::Customer(fact) => fact.correlation_id = self.new_correlation_id(),
                _ => {}
            }
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{read, sort};
    use crate::testing::{FakeCommerce, config_with, numbers};

    fn message(number: u64, type_id: &str, kind: &str) -> Value {
        json!({
            "id": format!("m-{number}"), "version": 1, "sequenceNumber": number, "type": kind, "resourceVersion": number,
            "resource": { "typeId": type_id, "id": "r-1" }, "createdAt": format!("1970-01-01T00:00:00.{number:03}Z"),
            "order": { "shippingAddress": { "streetName": "not read" } },
        })
    }

    #[test]
    fn a_polled_message_is_the_fact_that_an_event_service_would_bring() {
        let config = config_with(&|value| value["commercetools"]["main"]["messages"] = json!("poll"));
        let numbers = numbers();
        let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
        assert!(scope.project.scopes().any(|scope| scope == "view_messages"));
        assert_eq!(polled(&config, &["main".to_owned(), "other".to_owned()]), ["main"]);
        assert!(polled(&crate::testing::config(), &["main".to_owned()]).is_empty());
        let rows = [
            message(2, "order", "OrderDeleted"),
            message(1, "customer", "CustomerEmailChanged"),
            message(3, "review", "ReviewCreated"),
        ];
        let commerce = FakeCommerce::default().with("/messages?", &json!({ "results": rows }));
        let window = Window { from_ms: 0, until_ms: 1_000, store: None };
        let page = pollster::block_on(messages(&commerce, scope, "corr", 7, &window, Some("m-0"))).unwrap();
        assert_eq!((page.seen, page.newest_ms, page.after), (3, Some(3), None));
        let delivered: Vec<Value> = rows
            .into_iter()
            .map(|mut row| {
                (row["notificationType"], row["projectKey"]) = (json!("Message"), json!("shop"));
                row
            })
            .collect();
        let notices = read(json!(delivered).to_string().as_bytes()).unwrap();
        assert_eq!(page.facts, sort(scope.project, notices, "corr", 7).facts);
        assert!(matches!(&page.facts[..], [Fact::Order(order), Fact::Customer(_)] if order.deleted));
        let asked = commerce.asked.borrow().join("");
        assert!(asked.contains("typeId%20in%20%28%22order%22%2C%20%22customer%22%29"), "{asked}");
        assert!(asked.contains("%20and%20id%20%3E%20%22m-0%22") && asked.contains("&limit=100&"), "{asked}");
    }

    #[test]
    fn a_full_page_goes_on_after_its_last_message() {
        let config = crate::testing::config();
        let numbers = numbers();
        let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
        let rows: Vec<Value> = (1..=100).map(|number| message(number, "order", "OrderCreated")).collect();
        let commerce = FakeCommerce::default().with("/messages?", &json!({ "results": rows }));
        let window = Window { from_ms: 0, until_ms: 1_000, store: None };
        let page = pollster::block_on(messages(&commerce, scope, "corr", 7, &window, None)).unwrap();
        assert_eq!((page.seen, page.after.as_deref()), (100, Some("m-100")));
    }
}
