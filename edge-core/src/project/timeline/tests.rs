//! What an agent reads of orders in every state, and that nothing in an order can break it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::config::Config;
use crate::testing::{config, config_with, numbers, order};

fn orders(list: &[Value]) -> Vec<Order> {
    list.iter().map(|order| crate::json::take(order).expect("an order")).collect()
}

fn told_in(config: &Config, locale: &str, list: &[Value]) -> String {
    let (store, project, _) = config.store("de").unwrap();
    timeline(&Context::new(store, project, locale, &numbers()), &orders(list))
}

fn told(locale: &str, list: &[Value]) -> String {
    told_in(&config(), locale, list)
}

/// An order with everything that can happen to one.
fn eventful() -> Value {
    order(&json!({
        "state": { "typeId": "state", "id": "s-1", "obj": {
            "id": "s-1", "key": "packed", "name": { "de": "Verpackt", "en": "Packed" },
        } },
        "shippingInfo": { "deliveries": [
            { "createdAt": "2026-10-02T09:30:00.000Z", "parcels": [
                { "createdAt": "2026-10-02T09:30:00.004Z", "trackingData": { "trackingId": "0034", "carrier": "DHL" } },
                { "createdAt": "2026-10-02T11:00:00.000Z", "trackingData": { "trackingId": "0035" } },
                { "createdAt": "2026-10-04T16:00:00.000Z",
                  "trackingData": { "trackingId": "R-9", "carrier": "DHL", "isReturn": true } },
            ] },
            { "createdAt": "2026-10-03T07:00:00.000Z" },
        ] },
        "returnInfo": [
            { "returnTrackingId": "R-9", "items": [
                { "quantity": 1, "shipmentState": "BackInStock", "paymentState": "Refunded",
                  "createdAt": "2026-10-04T15:00:00.000Z", "lastModifiedAt": "2026-10-06T08:00:00.000Z" },
                { "quantity": 2, "shipmentState": "Unusable", "paymentState": "NotRefunded",
                  "createdAt": "2026-10-04T15:00:00.000Z", "lastModifiedAt": "2026-10-06T08:00:00.000Z" },
            ] },
            { "items": [
                { "quantity": 1, "shipmentState": "Advised", "paymentState": "Initial",
                  "createdAt": "2026-10-07T10:00:00.000Z", "lastModifiedAt": "2026-10-07T10:00:00.000Z" },
            ] },
        ],
    }))
}

#[test]
fn everything_that_happened_is_told_newest_first() {
    assert_eq!(
        told("de-DE", &[eventful()]),
        "1001 · jetzt: abgeschlossen, bezahlt, zugestellt, Verpackt · 59,90 EUR\n\
         2026-10-07 10:00 UTC · 1001 · Retoure: 1 × angekündigt, Erstattung offen\n\
         2026-10-06 08:00 UTC · 1001 · Retoure: 2 × unbrauchbar, nicht erstattet (R-9)\n\
         2026-10-06 08:00 UTC · 1001 · Retoure: 1 × wieder auf Lager, erstattet (R-9)\n\
         2026-10-04 16:00 UTC · 1001 · Rücksendepaket: DHL R-9\n\
         2026-10-04 15:00 UTC · 1001 · Retoure: 2 × erfasst\n\
         2026-10-04 15:00 UTC · 1001 · Retoure: 1 × erfasst\n\
         2026-10-03 07:00 UTC · 1001 · Sendung\n\
         2026-10-02 11:00 UTC · 1001 · Paket: 0035\n\
         2026-10-02 09:30 UTC · 1001 · Sendung: DHL 0034\n\
         2026-10-01 08:00 UTC · 1001 · Bestellung eingegangen"
    );
}

#[test]
fn it_speaks_the_contacts_language_and_english_where_it_has_none() {
    let plain = order(&json!({ "shippingInfo": null, "returnInfo": null }));
    let cases = [
        ("en-GB", "1001 · now: complete, paid, delivered · 59.90 EUR", "Order placed"),
        ("de-CH", "1001 · jetzt: abgeschlossen, bezahlt, zugestellt · 59.90 EUR", "Bestellung eingegangen"),
        ("fr-FR", "1001 · actuellement: terminée, payée, livrée · 59,90 EUR", "Commande passée"),
        ("es-ES", "1001 · ahora: completado, pagado, entregado · 59,90 EUR", "Pedido realizado"),
        ("it-IT", "1001 · ora: completato, pagato, consegnato · 59,90 EUR", "Ordine effettuato"),
        ("nl-NL", "1001 · nu: afgerond, betaald, bezorgd · 59,90 EUR", "Bestelling geplaatst"),
        ("ja-JP", "1001 · now: complete, paid, delivered · 59.90 EUR", "Order placed"),
    ];
    for (locale, now, placed) in cases {
        let want = format!("{now}\n2026-10-01 08:00 UTC · 1001 · {placed}");
        assert_eq!(told(locale, std::slice::from_ref(&plain)), want, "{locale}");
    }
}

#[test]
fn a_stores_own_language_wins() {
    let config = config_with(&|value| value["stores"]["de"]["timeline_language"] = json!("nl"));
    assert!(
        told_in(&config, "de-DE", &[eventful()])
            .starts_with("1001 · nu: afgerond, betaald, bezorgd, Verpackt")
    );
}

#[test]
fn lines_of_several_orders_are_sorted_by_time_and_states_stand_above_their_orders_newest_line() {
    let at = |number: &str, created: &str, more: Value| {
        let mut order = order(&json!({
            "orderNumber": number, "createdAt": created, "shippingInfo": null, "returnInfo": null,
            "paymentState": null, "shipmentState": null, "orderState": "Open",
        }));
        for (name, value) in more.as_object().unwrap() {
            order[name] = value.clone();
        }
        order
    };
    let returned = json!({ "returnInfo": [{ "items": [{ "quantity": 1, "shipmentState": "Returned",
        "createdAt": "2026-10-09T08:00:00.000Z", "lastModifiedAt": "2026-10-09T08:00:00.000Z" }] }] });
    let told = told(
        "en-GB",
        &[at("B", "2026-10-08T08:00:00.000Z", json!({})), at("A", "2026-10-01T08:00:00.000Z", returned)],
    );
    assert_eq!(
        told,
        "A · now: open · 59.90 EUR\n\
         2026-10-09 08:00 UTC · A · Return: 1 × returned\n\
         B · now: open · 59.90 EUR\n\
         2026-10-08 08:00 UTC · B · Order placed\n\
         2026-10-01 08:00 UTC · A · Order placed"
    );
}

#[test]
fn two_refunds_are_two_lines_and_what_was_done_at_once_is_one() {
    let item = |changed: &str| {
        json!({ "quantity": 1, "shipmentState": "Returned", "paymentState": "Refunded",
            "createdAt": "2026-10-02T08:00:00.000Z", "lastModifiedAt": changed })
    };
    let refunds = |infos: Value| {
        let order = order(&json!({ "shippingInfo": null, "returnInfo": infos }));
        told("en-GB", &[order]).matches("refunded").count()
    };
    let (one, two) = ("2026-10-03T08:00:00.000Z", "2026-10-03T08:00:00.001Z");
    assert_eq!(refunds(json!([{ "items": [item(one), item(two)] }])), 2, "of one return");
    assert_eq!(refunds(json!([{ "items": [item(one)] }, { "items": [item(one)] }])), 2, "of two returns");
    let together =
        order(&json!({ "shippingInfo": null, "returnInfo": [{ "items": [item(one), item(one)] }] }));
    assert!(told("en-GB", &[together]).contains("Return: 2 × returned, refunded"));
}

#[test]
fn nothing_has_a_date_that_the_order_does_not_hold() {
    let bare = order(&json!({
        "orderNumber": null, "createdAt": "yesterday", "state": { "typeId": "state", "id": "s-1" },
        "orderState": null, "paymentState": "PaidTwice", "shipmentState": null, "completedAt": null,
        "shippingInfo": { "deliveries": [{ "parcels": [{}] }] },
        "returnInfo": [{ "returnDate": "2026-10-02T00:00:00.000Z", "items": [{ "quantity": 1, "shipmentState": "Advised" }] }],
    }));
    assert_eq!(
        told("en-GB", &[bare]),
        "0b1c2d3e · now: paid twice · 59.90 EUR\n\
         0b1c2d3e · Shipment\n\
         0b1c2d3e · Order placed\n\
         2026-10-02 00:00 UTC · 0b1c2d3e · Return: 1 × announced"
    );
    assert_eq!(told("en-GB", &[]), "");
}

#[test]
fn an_imported_order_was_placed_elsewhere() {
    let imported = order(&json!({
        "createdAt": "2026-10-01T08:00:00.000Z", "completedAt": "2024-03-01T12:00:00.000Z",
        "shippingInfo": null, "returnInfo": null,
    }));
    assert!(told("en-GB", &[imported]).ends_with(
        "2026-10-01 08:00 UTC · 1001 · Order imported\n2024-03-01 12:00 UTC · 1001 · Order completed"
    ));
}

#[test]
fn what_a_store_keeps_back_by_name_is_not_told_here_either() {
    let cases = [
        ("ct_order_tracking", "0034"),
        ("ct_order_tracking", "R-9"),
        ("ct_order_returns", "Return:"),
        ("ct_order_total", "59.90"),
        ("ct_order_number", "1001"),
        ("ct_order_status", "Packed"),
        ("ct_order_status", "complete"),
        ("ct_order_payment", "paid"),
        ("ct_order_shipment", "delivered"),
    ];
    for (name, secret) in cases {
        assert!(told("en-GB", &[eventful()]).contains(secret), "{name} is told otherwise");
        let config = config_with(&|value| value["stores"]["de"]["deny"] = json!([name]));
        let told = told_in(&config, "en-GB", &[eventful()]);
        assert!(!told.contains(secret) && told.lines().count() > 3, "{name}: {told}");
    }
}

#[test]
fn hostile_texts_stay_in_their_line() {
    let long = format!("x\n2026-01-01 00:00 UTC · refunded\u{202e}\u{7}{}", "9".repeat(5_000));
    let parcel = json!({ "createdAt": "2026-10-02T09:30:00.000Z", "trackingData": { "trackingId": long, "carrier": long } });
    let hostile = order(&json!({
        "orderNumber": long, "orderState": long, "paymentState": long,
        "state": { "obj": { "key": long, "name": { "en": long } } },
        "shippingInfo": { "deliveries": [{ "createdAt": "2026-10-02T09:30:00.000Z", "parcels": vec![parcel; 400] }] },
        "returnInfo": [{ "returnTrackingId": long, "items": [{ "quantity": 1, "shipmentState": long, "paymentState": long }] }],
    }));
    let told = told("en-GB", &[hostile]);
    assert!(told.chars().count() <= MAX_PROPERTY_CHARS);
    assert!(told.lines().all(|line| line.contains(" · ") || line.starts_with("… +")), "{told}");
    assert!(!told.contains(['\u{202e}', '\u{7}']));
    assert!(told.contains(", +395"), "{told}");
}

fn any_time() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        4 => (1..28_u8, 0..24_u8, 0..3_u8).prop_map(|(day, hour, milli)| {
            Some(format!("2026-10-{day:02}T{hour:02}:00:00.00{milli}Z"))
        }),
        1 => Just(None),
    ]
}

/// Orders as commercetools could have them, with any number of parcels and returns.
fn any_orders() -> impl Strategy<Value = Vec<Value>> {
    let parcel = (any_time(), ".{0,80}", any::<bool>()).prop_map(|(at, id, back)| {
        json!({ "createdAt": at, "trackingData": { "trackingId": id, "carrier": "DHL", "isReturn": back } })
    });
    let delivery = (any_time(), prop::collection::vec(parcel, 0..9))
        .prop_map(|(at, parcels)| json!({ "createdAt": at, "parcels": parcels }));
    let state = prop::sample::select(vec!["Refunded", "Initial", "NotRefunded"]);
    let item = (any_time(), any_time(), state).prop_map(|(made, changed, state)| {
        json!({ "quantity": 1, "createdAt": made, "lastModifiedAt": changed, "paymentState": state })
    });
    let returns = prop::collection::vec(prop::collection::vec(item, 0..4), 0..3)
        .prop_map(|infos| infos.into_iter().map(|items| json!({ "items": items })).collect::<Vec<_>>());
    let one = (any_time(), ".{0,80}", prop::collection::vec(delivery, 0..3), returns).prop_map(
        |(at, number, deliveries, returns)| {
            order(&json!({ "createdAt": at, "orderNumber": number,
                "shippingInfo": { "deliveries": deliveries }, "returnInfo": returns }))
        },
    );
    prop::collection::vec(one, 0..11)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_cut_keeps_whole_lines_and_counts_the_others(list in any_orders()) {
        let config = config();
        let (store, project, _) = config.store("de").unwrap();
        let context = Context::new(store, project, "de-DE", &numbers());
        let orders = orders(&list);
        let (all, told) = (lines(&context, &orders), timeline(&context, &orders));
        prop_assert!(told.chars().count() <= MAX_PROPERTY_CHARS);
        let mut kept: Vec<&str> = told.lines().collect();
        if let Some(rest) = kept.last().and_then(|last| last.strip_prefix("… +")) {
            prop_assert_eq!(rest.parse::<usize>().unwrap(), all.len() - (kept.len() - 1));
            kept.pop();
        } else {
            prop_assert_eq!(kept.len(), all.len());
        }
        prop_assert!(all.iter().all(|line| !line.contains('\n')));
        prop_assert_eq!(&all[..kept.len()], &kept[..]);
        prop_assert!(kept.len() > 2 || kept.len() == all.len(), "hardly anything is told: {}", told);
    }

    #[test]
    fn dates_fall_from_line_to_line_and_several_refunds_stay_several(list in any_orders()) {
        let config = config();
        let (store, project, _) = config.store("de").unwrap();
        let orders = orders(&list);
        let all = lines(&Context::new(store, project, "en-GB", &numbers()), &orders);
        let dates: Vec<&str> = all.iter().filter(|line| line.starts_with("2026-")).map(|line| &line[..16]).collect();
        prop_assert!(dates.is_sorted_by(|a, b| a >= b), "{:#?}", all);
        // A thing that was refunded is told once, in a line of its own or counted in one.
        let items = orders.iter().flat_map(|order| &order.return_info).flat_map(|info| &info.items);
        let refunded = items.filter(|item| item.payment_state.as_deref() == Some("Refunded")).count();
        let counted: usize = all
            .iter()
            .filter(|line| line.ends_with("× refunded"))
            .map(|line| line.split(" × ").next().unwrap().rsplit(' ').next().unwrap().parse::<usize>().unwrap())
            .sum();
        prop_assert_eq!(counted, refunded, "{:#?}", all);
    }
}
