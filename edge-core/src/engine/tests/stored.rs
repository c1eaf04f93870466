//! How contacts are stored: nothing is lost by it, and what an older version stored is read.

use std::rc::Rc;

use super::sqlite::{Fuse, Sqlite};
use crate::engine::contact::{self, Observed};
use crate::engine::sql::{Sql, first};
use crate::engine::stored::{desired_json, read_desired, read_written, written_json};
use crate::engine::{outbox, schema};

fn seen(value: &str, at_ms: u64, by: &str) -> Observed {
    Observed { value: value.to_owned(), at_ms, by: by.to_owned() }
}

#[test]
fn each_text_is_stored_once_and_everything_comes_back() {
    let desired = [
        ("@email", seen("a@example.com", 5, "identify:1")),
        ("ct_a", seen("one", 5, "identify:1")),
        ("ct_b", seen("", 7, "orders:7")),
        ("ct_c", seen("three", 7, "orders:7")),
        ("ct_d", seen("four", 7, "identify:1")),
    ];
    let desired = desired.map(|(name, seen)| (name.to_owned(), seen)).into();
    let text = desired_json(&desired).unwrap();
    assert_eq!(
        text,
        r#"[{"a":5,"b":"identify:1","v":{"@email":"a@example.com","ct_a":"one"}},{"a":7,"b":"identify:1","v":{"ct_d":"four"}},{"a":7,"b":"orders:7","v":{"ct_b":"","ct_c":"three"}}]"#
    );
    assert_eq!(read_desired(&text).unwrap(), desired);
    let written = [
        ("@email", Some("a@example.com")),
        ("ct_b", Some("two")),
        ("ct_c", None),
        ("of_others", Some("x")),
        ("ct_d", Some("")),
    ];
    let written = written.map(|(name, value)| (name.to_owned(), value.map(str::to_owned))).into();
    let text = written_json(&desired, &written).unwrap();
    assert_eq!(text, r#"{"absent":["ct_a"],"other":{"ct_b":"two","ct_c":null,"ct_d":"","of_others":"x"}}"#);
    assert_eq!(read_written(&desired, &text).unwrap(), written);
}

/// Version 5 stored each value with the id of its fact, and the written values in full.
#[test]
fn what_the_fifth_version_stored_is_taken_over() {
    let sql = Sqlite::new(Rc::new(Fuse::default()));
    schema::migrate_to(&sql, 5).unwrap();
    sql.exec(
        "INSERT INTO contact (key, distinct_id, tidio_id, stage, grace_until_ms, desired, written, refused, changed_ms)
         VALUES ('k', 'd', 't', 'ready', 0, ?1, ?2, '{}', 0)",
        &[
            r#"{"@email":{"v":"a@b.c","a":5,"b":"f1"},"ct_a":{"v":"1 \"x\"","a":6,"b":"f2"},"ct_b":{"v":"2","a":6,"b":"f2"},"ct_c":{"v":"","a":6,"b":"f2"}}"#
                .into(),
            r#"{"@email":"a@b.c","ct_a":"old","ct_b":null,"of_others":"x"}"#.into(),
        ],
    )
    .unwrap();
    let empty =
        "INSERT INTO contact (key, distinct_id, stage, grace_until_ms, desired, written, refused, changed_ms)
                 VALUES ('e', 'de', 'lookup', 0, '{}', '{}', '{}', 0)";
    sql.exec(empty, &[]).unwrap();
    let waiting = "INSERT INTO outbox (contact, priority, due_ms, correlation_id, queued_ms)
                   VALUES ('k', 1, 0, 'c', 0), ('nobody', 1, 0, 'c', 0)";
    sql.exec(waiting, &[]).unwrap();
    schema::migrate(&sql).unwrap();
    let found = contact::find(&sql, "k").unwrap().unwrap();
    let desired = [
        ("@email", seen("a@b.c", 5, "f1")),
        ("ct_a", seen("1 \"x\"", 6, "f2")),
        ("ct_b", seen("2", 6, "f2")),
        ("ct_c", seen("", 6, "f2")),
    ];
    assert_eq!(found.desired, desired.map(|(name, seen)| (name.to_owned(), seen)).into());
    let written =
        [("@email", Some("a@b.c")), ("ct_a", Some("old")), ("ct_b", None), ("of_others", Some("x"))];
    assert_eq!(
        found.written,
        written.map(|(name, value)| (name.to_owned(), value.map(str::to_owned))).into()
    );
    let found = contact::find(&sql, "e").unwrap().unwrap();
    assert!(found.desired.is_empty() && found.written.is_empty());
    let due = outbox::due(&sql, 1, outbox::Which::Ready, 10).unwrap();
    assert_eq!(due.iter().map(|(row, _)| row.contact.as_str()).collect::<Vec<_>>(), ["k"]);
}

/// The outbox's copy of a contact's stage cannot differ from it, in whatever order the two come and change.
#[test]
fn the_outbox_follows_the_stage_of_a_contact() {
    let sql = Sqlite::new(Rc::new(Fuse::default()));
    schema::migrate(&sql).unwrap();
    let stage = || {
        let rows = sql.exec("SELECT stage FROM outbox WHERE contact = 'k'", &[]).unwrap();
        first(rows).unwrap().optional_text(0).unwrap()
    };
    outbox::enqueue(&sql, "k", crate::engine::Priority::Event, "c", 0).unwrap();
    assert_eq!(stage(), None, "nobody of that name");
    let mut found = contact::find_or_new(&sql, "k", "d", 0).unwrap();
    contact::save(&sql, &found, 0).unwrap();
    assert_eq!(stage().as_deref(), Some("lookup"), "it has come");
    found.stage = contact::Stage::Ready;
    contact::save(&sql, &found, 0).unwrap();
    assert_eq!(stage().as_deref(), Some("ready"), "it was saved");
    sql.exec("UPDATE contact SET stage = 'absent' WHERE key = 'k'", &[]).unwrap();
    assert_eq!(stage().as_deref(), Some("absent"), "it was set");
    outbox::remove(&sql, "k").unwrap();
    outbox::enqueue(&sql, "k", crate::engine::Priority::Event, "c", 0).unwrap();
    assert_eq!(stage().as_deref(), Some("absent"), "it was there before");
}
