//! Who gets to see what, from the request to the last property.

use contract::ErrorCode;
use pollster::block_on;
use serde_json::{Value, json};

use super::*;
use crate::commerce::CommerceError;
use crate::testing::{FakeCommerce, NOW_MS, cart, config, numbers, order, query_answer, token};

fn commerce() -> FakeCommerce {
    FakeCommerce::default()
        .with("/customers/c-1", &json!({
            "id": "c-1", "version": 1, "customerNumber": "C-1001", "email": "anna@example.com",
            "firstName": "Anna", "lastName": "Schmidt", "isEmailVerified": false, "addresses": [],
        }))
        .with("/in-store/key=de/carts/customer-id=c-1", &cart(&json!({})))
        .with("/in-store/key=de/carts/cart-9", &cart(&json!({"id": "cart-9", "customerId": null, "anonymousId": "a-1"})))
        .with("/in-store/key=de/orders", &json!({ "total": 12, "results": [
            order(&json!({})),
            order(&json!({"id": "abcdef01-2345", "orderNumber": null, "createdAt": "2026-09-01T08:00:00.000Z", "orderState": "Cancelled", "paymentState": null, "shipmentState": "Exploded", "shippingInfo": null, "returnInfo": null})),
        ] }))
}

fn request(changes: Value) -> IdentifyRequest {
    let mut request = json!({
        "contract": 1, "store": "de", "locale": "de-DE",
        "consent": { "chat": "granted", "share": "granted", "source": "test" },
    });
    for (name, value) in changes.as_object().unwrap() {
        request[name] = value.clone();
    }
    serde_json::from_value(request).unwrap()
}

fn run(request: &IdentifyRequest, commerce: &FakeCommerce) -> Result<Identified, ErrorCode> {
    let config = config();
    let place = Place::find(&config, &request.store, &request.locale)?;
    let memory = RefCell::new(Memory::default());
    let numbers = numbers();
    let call = Call {
        correlation_id: "0190a1b2-c3d4-7000-8000-0123456789ab",
        now_ms: NOW_MS,
        access_token: None,
        memory: &memory,
        numbers: &numbers,
    };
    block_on(identify(&config, place, request, commerce, call))
}

#[test]
fn a_customer_gets_cart_order_and_a_link() {
    let identified = run(&request(json!({"token": token("customer:c-1", None)})), &commerce()).unwrap();
    let reply = serde_json::to_value(&identified.reply).unwrap();
    let distinct_id = reply["person"]["distinctId"].as_str().unwrap().to_owned();
    assert_eq!(
        reply,
        json!({
            "contract": 1, "identity": "verified", "language": "de",
            "currency": { "code": "EUR", "exchangeRate": 1.0 },
            "person": { "distinctId": distinct_id, "email": "anna@example.com", "name": "Anna Schmidt" },
            "cart": { "id": "cart-1", "minorUnits": 123_450, "currency": "EUR", "items": 3 },
            "tags": ["known"], "correlationId": "0190a1b2-c3d4-7000-8000-0123456789ab",
            "properties": {
                "ct_identity": "verified", "ct_customer_number": "C-1001", "ct_store": "de", "ct_locale": "de-DE",
                "ct_country": "DE", "ct_currency": "EUR", "ct_consent": "chat and sharing", "ct_route": "known",
                "ct_cart_total": "1.234,50 EUR", "ct_cart_items": "3",
                "ct_cart_lines": "2 × Kanne – 79,80 EUR\n1 × M-2",
                "ct_cart_shipping": "DHL Paket", "ct_cart_updated": "2026-11-02 10:11 UTC",
                "ct_cart_link": "https://shop.example/cart/cart-1",
                "ct_order_number": "1001", "ct_order_status": "complete", "ct_order_payment": "paid",
                "ct_order_shipment": "delivered", "ct_order_shipping": "DHL Paket", "ct_order_tracking": "DHL 0034",
                "ct_order_returns": "1 × back in stock, refunded", "ct_order_total": "59,90 EUR",
                "ct_order_placed": "2026-10-01 08:00 UTC",
                "ct_order_link": "https://mc.eu-central-1.aws.commercetools.com/shop/orders/0b1c2d3e-0000-4000-8000-000000000001",
                "ct_orders": "12",
                "ct_timeline": "1001 · jetzt: abgeschlossen, bezahlt, zugestellt · 59,90 EUR\n2026-10-04 10:00 UTC · 1001 · Retoure: 1 × wieder auf Lager, erstattet\n2026-10-03 08:00 UTC · 1001 · Rücksendepaket: DHL back\n2026-10-02 08:00 UTC · 1001 · Sendung: DHL 0034\n2026-10-01 08:00 UTC · 1001 · Bestellung eingegangen\nabcdef01 · jetzt: storniert, exploded · 59,90 EUR\n2026-09-01 08:00 UTC · abcdef01 · Bestellung eingegangen",
                "ct_correlation_id": "0190a1b2-c3d4-7000-8000-0123456789ab",
            },
        })
    );
    let link = identified.link.unwrap();
    assert_eq!(link.contact, "shop:customer:c-1");
    assert_eq!(link.distinct_id, distinct_id);
    assert_eq!(link.properties, identified.reply.properties);
    assert_eq!((link.first_name.as_deref(), link.last_name.as_deref()), (Some("Anna"), Some("Schmidt")));
}

#[test]
fn the_answer_is_the_same_by_query_and_over_rest() {
    let rest = commerce();
    let answers = &rest.answers;
    let value = |path: &str| -> Value { serde_json::from_str(answers[path].as_ref().unwrap()).unwrap() };
    let (customer, cart) = (value("/customers/c-1"), value("/in-store/key=de/carts/customer-id=c-1"));
    let page = value("/in-store/key=de/orders");
    let answer = query_answer(Some(&customer), Some(&cart), page["results"].as_array().unwrap(), 12);
    let queried = FakeCommerce::default().answering_queries(Ok(answer));
    let request = request(json!({"token": token("customer:c-1", None)}));
    let replies =
        [&rest, &queried].map(|port| serde_json::to_value(run(&request, port).unwrap().reply).unwrap());
    assert_eq!(replies[0], replies[1]);
    assert_eq!(replies[0]["properties"]["ct_order_tracking"], "DHL 0034");
}

#[test]
fn a_minimal_policy_lets_out_no_order_and_no_line() {
    let commerce =
        commerce().with("/in-store/key=uk/carts/customer-id=c-1", &cart(&json!({"store": {"key": "uk"}})));
    let request = request(json!({"store": "uk", "locale": "en-GB", "token": token("customer:c-1", None)}));
    let names: Vec<String> = run(&request, &commerce).unwrap().reply.properties.into_keys().collect();
    assert_eq!(
        names,
        [
            "ct_cart_items",
            "ct_cart_total",
            "ct_consent",
            "ct_correlation_id",
            "ct_country",
            "ct_currency",
            "ct_identity",
            "ct_locale",
            "ct_route",
            "ct_store",
        ]
    );
}

#[test]
fn guests_and_people_who_did_not_agree_cause_no_read_and_name_nobody() {
    let consent = |chat: &str, share: &str| json!({ "chat": chat, "share": share, "source": "t" });
    let shared = [
        "ct_consent",
        "ct_correlation_id",
        "ct_country",
        "ct_currency",
        "ct_identity",
        "ct_locale",
        "ct_route",
        "ct_store",
    ];
    let unshared = ["ct_consent", "ct_identity", "ct_locale", "ct_store"];
    let token = token("customer:c-1", None);
    let cases: Vec<(&str, Value, &[&str])> = vec![
        ("no token", json!({}), &shared),
        ("guest token", json!({"token": crate::testing::token("guest", None)}), &shared),
        ("share denied", json!({"token": token, "consent": consent("granted", "denied")}), &unshared),
        ("share pending", json!({"token": token, "consent": consent("granted", "pending")}), &unshared),
        ("chat denied", json!({"token": token, "consent": consent("denied", "granted")}), &[]),
        ("chat pending", json!({"token": token, "consent": consent("pending", "pending")}), &[]),
    ];
    for (name, changes, want) in cases {
        let commerce = commerce();
        let identified = run(&request(changes), &commerce).unwrap();
        assert_eq!(identified.reply.properties.keys().collect::<Vec<_>>(), want, "{name}");
        assert_eq!(identified.reply.identity, Identity::Guest, "{name}");
        assert_eq!(identified.reply.cart, None, "{name}");
        assert!(identified.reply.person.is_none() && identified.link.is_none(), "{name}");
        assert!(commerce.asked.borrow().is_empty(), "{name}");
    }
}

#[test]
fn an_anonymous_session_shows_its_cart_and_stays_a_guest() {
    let commerce = commerce();
    let identified = run(&request(json!({"token": token("anon:a-1", Some("cart-9"))})), &commerce).unwrap();
    assert_eq!(identified.reply.properties["ct_cart_total"], "1.234,50 EUR");
    assert_eq!(identified.reply.cart.as_ref().map(|cart| cart.minor_units), Some(123_450));
    assert_eq!(identified.reply.properties["ct_identity"], "guest");
    assert!(!identified.reply.properties.contains_key("ct_order_number"));
    assert!(identified.reply.person.is_none() && identified.link.is_none());
    let asked = commerce.asked.borrow();
    assert_eq!(asked[..2], ["prepare", "/in-store/key=de/carts/cart-9"]);
    assert!(asked[2].contains("anonymousId"), "{asked:?}");
}

#[test]
fn an_anonymous_session_sees_the_order_that_it_placed() {
    let own = order(&json!({ "customerId": null, "anonymousId": "a-1", "orderNumber": "2002" }));
    let commerce = commerce().with("/in-store/key=de/orders", &json!({ "total": 1, "results": [own] }));
    let identified = run(&request(json!({"token": token("anon:a-1", None)})), &commerce).unwrap();
    assert_eq!(identified.reply.properties["ct_order_number"], "2002");
    assert_eq!(identified.reply.properties["ct_identity"], "guest");
    assert!(identified.link.is_none());
}

#[test]
fn a_claim_is_no_proof_and_opens_nothing() {
    let claim = json!({ "name": "Anna Schmidt", "email": "anna@example.com" });
    let cases = [
        ("no token", json!({ "claimed": claim }), "claimed"),
        ("a guest's token", json!({ "claimed": claim, "token": token("guest", None) }), "claimed"),
        ("nothing said", json!({ "claimed": {} }), "guest"),
        ("nonsense said", json!({ "claimed": { "email": "asdf", "phone": "1" } }), "guest"),
        ("a customer's token", json!({ "claimed": claim, "token": token("customer:c-1", None) }), "verified"),
        (
            "no consent to share",
            json!({ "claimed": claim, "consent": { "chat": "granted", "share": "denied", "source": "t" } }),
            "guest",
        ),
    ];
    for (name, changes, want) in cases {
        let commerce = commerce();
        let identified = run(&request(changes), &commerce).unwrap();
        let reply = &identified.reply;
        assert_eq!(reply.identity.as_str(), want, "{name}");
        assert_eq!(reply.properties["ct_identity"], want, "{name}");
        if want != "verified" {
            assert!(reply.person.is_none() && identified.link.is_none(), "{name}");
            assert!(commerce.asked.borrow().is_empty(), "{name}: {:?}", commerce.asked.borrow());
            let text = serde_json::to_string(reply).unwrap();
            assert!(!text.contains("nna"), "{name}: the claim is repeated: {text}");
        }
    }
    for (name, changes) in [
        ("too long", json!({ "claimed": { "name": "x".repeat(255) } })),
        (
            "too long, by a customer",
            json!({ "claimed": { "name": "x".repeat(255) }, "token": token("customer:c-1", None) }),
        ),
    ] {
        let refused = run(&request(changes), &commerce()).map(|_| ()).unwrap_err();
        assert_eq!(refused, ErrorCode::BodyMalformed, "{name}");
    }
    let bad = json!({ "claimed": claim, "token": "x" });
    assert_eq!(run(&request(bad), &commerce()).map(|_| ()).unwrap_err(), ErrorCode::TokenMalformed);
}

#[test]
fn what_is_gone_is_cleared() {
    let commerce = FakeCommerce::default().with("/customers/c-1", &json!({"id": "c-1"}));
    let reply = run(&request(json!({"token": token("customer:c-1", None)})), &commerce).unwrap().reply;
    assert_eq!(reply.properties["ct_cart_items"], "0");
    assert_eq!(reply.properties["ct_orders"], "0");
    for name in [
        "ct_cart_total",
        "ct_cart_link",
        "ct_order_number",
        "ct_order_link",
        "ct_customer_number",
        "ct_timeline",
    ] {
        assert_eq!(reply.properties[name], "", "{name}");
    }
    assert_eq!(reply.person.map(|person| (person.email, person.name)), Some((None, None)));
}

#[test]
fn faults_have_their_codes_and_leave_nothing_behind() {
    let known =
        |commerce: FakeCommerce| run(&request(json!({"token": token("customer:c-1", None)})), &commerce);
    let cases: Vec<(&str, Result<Identified, ErrorCode>, ErrorCode)> = vec![
        (
            "another contract",
            run(&request(json!({"contract": 2})), &commerce()),
            ErrorCode::ContractUnsupported,
        ),
        ("contract 0", run(&request(json!({"contract": 0})), &commerce()), ErrorCode::ContractUnsupported),
        ("unknown store", run(&request(json!({"store": "fr"})), &commerce()), ErrorCode::StoreUnknown),
        ("unknown locale", run(&request(json!({"locale": "fr-FR"})), &commerce()), ErrorCode::LocaleUnknown),
        ("bad token", run(&request(json!({"token": "x"})), &commerce()), ErrorCode::TokenMalformed),
        ("deleted customer", known(FakeCommerce::default()), ErrorCode::NotFound),
        (
            "no cart service",
            known(
                commerce()
                    .failing("/in-store/key=de/carts", CommerceError::Unavailable)
                    .failing("/in-store/key=de/carts/customer-id=c-1", CommerceError::Unavailable),
            ),
            ErrorCode::CommerceUnavailable,
        ),
        (
            "slow orders",
            known(commerce().failing("/in-store/key=de/orders", CommerceError::Timeout)),
            ErrorCode::CommerceTimeout,
        ),
        (
            "rejected",
            known(commerce().failing("/customers/c-1", CommerceError::Rejected)),
            ErrorCode::CommerceRejected,
        ),
        (
            "HTML",
            known(commerce().with_text("/in-store/key=de/orders", "<html>")),
            ErrorCode::CommerceMalformed,
        ),
    ];
    for (name, got, want) in cases {
        assert_eq!(got.map(|_| ()).unwrap_err(), want, "{name}");
    }
}

#[test]
fn the_product_in_view_leads_to_the_shop_or_nowhere() {
    let cases = [
        ("https://shop.example/p/kanne?x=1", "https://shop.example/p/kanne?x=1"),
        ("https://shop.example.evil/p", ""),
        ("https://evil.example/https://shop.example/", ""),
        ("https://shop.example", ""),
        ("https://shop.example/a b", ""),
        ("javascript:alert(1)", ""),
    ];
    for (url, want) in cases {
        let product = json!({ "name": "Kanne\u{0} \u{202e}rot", "sku": "K-1", "url": url });
        let reply = run(&request(json!({"product": product})), &commerce()).unwrap().reply;
        assert_eq!(reply.properties["ct_product"], "Kanne rot (K-1)");
        assert_eq!(reply.properties["ct_product_link"], want, "{url}");
    }
}

#[test]
fn bootstrap_is_pinned() {
    let config = config();
    let reply = bootstrap(Place::find(&config, "de", "de-de").unwrap());
    assert_eq!(
        serde_json::to_string(&reply).unwrap(),
        format!(
            r#"{{"contract":1,"store":"de","locale":"de-DE","publicKey":"{}","scriptOrigin":"https://code.tidio.co","language":"de","currency":{{"code":"EUR","exchangeRate":1.0}},"consent":{{"chat":["functional"],"share":["functional"]}}}}"#,
            "a".repeat(32)
        )
    );
}
