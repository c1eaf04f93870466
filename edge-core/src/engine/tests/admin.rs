//! Operations: replay, traces, figures, retention.

use super::*;
use crate::engine::admin::AdminRequest;
use crate::engine::dead::Filter;

fn ask(engine: &Engine<World>, request: AdminRequest) -> serde_json::Value {
    engine.admin(&request).unwrap()
}

fn poisoned() -> (World, Engine<World>) {
    let world = World::new(1);
    let engine = world.open();
    world.vendor.poison.borrow_mut().push("c1@example.com".to_owned());
    submit(&engine, &[link(1, 1, 5, &[("ct_store", "de")])]);
    assert!(world.settle(&engine, 600_000));
    (world, engine)
}

#[test]
fn a_dead_letter_is_replayed_once_by_cause_or_time_or_number() {
    let all = Filter::default();
    let filters = [
        all.clone(),
        Filter { id: Some(1), ..all.clone() },
        Filter { cause: Some("rejected".to_owned()), ..all.clone() },
        Filter { from_ms: Some(1), until_ms: Some(u64::MAX >> 12), ..all },
    ];
    for filter in filters {
        let (world, engine) = poisoned();
        let missed = Filter { cause: Some("another".to_owned()), ..Filter::default() };
        assert_eq!(ask(&engine, AdminRequest::Replay(missed))["replayed"], 0);
        world.vendor.poison.borrow_mut().clear();
        assert_eq!(ask(&engine, AdminRequest::Replay(filter.clone()))["replayed"], 1, "{filter:?}");
        assert!(world.settle(&engine, 600_000));
        assert_eq!(world.vendor.contacts.borrow().len(), 1);
        assert_eq!(ask(&engine, AdminRequest::Replay(filter))["replayed"], 0);
    }
}

#[test]
fn a_replay_of_what_has_moved_on_sends_nothing_old() {
    let (world, engine) = poisoned();
    world.vendor.poison.borrow_mut().clear();
    submit(&engine, &[link(2, 1, 9, &[("ct_store", "uk")])]);
    assert!(world.settle(&engine, 600_000));
    let calls = world.vendor.calls.borrow().len();
    assert_eq!(ask(&engine, AdminRequest::Replay(Filter::default()))["replayed"], 1);
    assert!(world.settle(&engine, 600_000));
    let writes =
        world.vendor.calls.borrow()[calls..].iter().filter(|(_, call)| *call != "properties").count();
    assert_eq!(writes, 0);
}

#[test]
fn a_trace_by_order_number_tells_the_whole_story() {
    let world = World::new(1);
    let engine = world.open();
    let version = world.shop.change("o1", Some(1), "open");
    submit(&engine, &[order("a", "o1", Some(version))]);
    assert!(world.settle(&engine, 600_000));
    let story = ask(&engine, AdminRequest::Trace { term: "N-o1".to_owned() });
    let events: Vec<&str> =
        story["lines"].as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["received", "order", "orders_read", "waiting", "creating", "created"]);
}

#[test]
fn figures_are_prometheus_text_and_retention_empties_the_tables() {
    let (world, engine) = poisoned();
    engine.begin_sync(&["main".to_owned()]).unwrap();
    assert!(world.settle(&engine, 600_000));
    let metrics = ask(&engine, AdminRequest::Metrics { tidio: "eu".to_owned() });
    let text = metrics["text"].as_str().unwrap();
    assert!(text.contains("tidio_bridge_dead_letters{tidio=\"eu\"} 1\n"), "{text}");
    assert!(text.contains("tidio_bridge_sync_lag_ms{tidio=\"eu\",commercetools=\"main\"}"), "{text}");
    world.clock.set(world.clock.get() + 400 * 24 * 3_600_000);
    engine.tidy().unwrap();
    for table in ["journal", "dead_letter", "inbox"] {
        use crate::engine::sql::Sql;
        let rows = world.sql.exec(&format!("SELECT 1 FROM {table}"), &[]).unwrap();
        assert!(rows.is_empty(), "{table}");
    }
}
