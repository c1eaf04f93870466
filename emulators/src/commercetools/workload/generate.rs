//! Many customers and orders, fast. They are stored as they are: no messages, no events.

use super::super::error::{ApiError, Outcome};
use super::super::evaluate::moment;
use super::super::ids::seeded;
use super::super::kinds::Kind;
use super::super::money::money;
use super::super::project::{Project, text};
use crate::shared::platform::{Rng, rfc3339};
use serde::Deserialize;
use serde_json::{Value, json};

const DAY_MS: i64 = 86_400_000;
const FIRST_NAMES: [&str; 12] =
    ["Lena", "Jonas", "Mia", "Paul", "Olivia", "George", "Amelia", "Harry", "Emma", "Noah", "Ava", "Liam"];
const LAST_NAMES: [&str; 12] = [
    "Fischer", "Weber", "Wagner", "Becker", "Hughes", "Walker", "Wright", "Green", "Johnson", "Davis",
    "Wilson", "Moore",
];

/// What to make. The same seed makes the same data, apart from the times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub orders: u64,
    pub customers: u64,
    #[serde(default)]
    pub seed: u64,
    /// Time of the oldest order (RFC 3339); absent is 180 days ago.
    pub from: Option<String>,
    /// Time of the newest change; absent is now.
    pub to: Option<String>,
    /// Store of all of them; absent spreads them over the three stores.
    pub store: Option<String>,
}

/// A store's circumstances.
struct Market {
    store: &'static str,
    currency: &'static str,
    country: &'static str,
    locale: &'static str,
    city: &'static str,
}

const MARKETS: [Market; 3] = [
    Market { store: "de", currency: "EUR", country: "DE", locale: "de-DE", city: "Hamburg" },
    Market { store: "uk", currency: "GBP", country: "GB", locale: "en-GB", city: "Leeds" },
    Market { store: "us", currency: "USD", country: "US", locale: "en-US", city: "Portland" },
];

/// Makes the data; answers with the counts.
///
/// # Errors
/// 400 for times that are none.
pub fn run(project: &mut Project, plan: &Plan, now_ms: i64) -> Outcome<Value> {
    let from_ms = time_of(plan.from.as_deref(), "from")?.unwrap_or(now_ms - 180 * DAY_MS);
    let to_ms = time_of(plan.to.as_deref(), "to")?.unwrap_or(now_ms);
    if from_ms >= to_ms {
        return Err(ApiError::invalid_input("from must lie before to"));
    }
    let goods: Vec<Value> = project.walk(Kind::Product, None).map(|product| Value::clone(product)).collect();
    let mut dice = Rng::seeded(plan.seed);
    let customers: Vec<(String, String)> =
        (0..plan.customers).map(|number| person(project, plan, number, from_ms)).collect();
    for number in 0..plan.orders {
        let market = market_of(plan, dice.below(3));
        let created_ms = from_ms + below(&mut dice, to_ms - from_ms);
        let changed_ms = created_ms + below(&mut dice, (to_ms - created_ms).min(9 * DAY_MS));
        let owner = pick(&customers, &mut dice);
        let mut order = order(&goods, market, owner, &mut dice);
        order["id"] = json!(seeded(&format!("generated/{}/order/{number}", plan.seed)));
        order["orderNumber"] = json!(format!("G{}-{number:06}", plan.seed));
        stamp(&mut order, created_ms, changed_ms, 3);
        project.put(Kind::Order, order);
    }
    Ok(
        json!({ "orders": plan.orders, "customers": plan.customers, "from": rfc3339(from_ms), "to": rfc3339(to_ms) }),
    )
}

fn time_of(text: Option<&str>, name: &str) -> Outcome<Option<i64>> {
    let Some(text) = text else {
        return Ok(None);
    };
    let nanoseconds =
        moment(text).ok_or_else(|| ApiError::invalid_input(format!("{name} is no time: {text}")))?;
    Ok(i64::try_from(nanoseconds / 1_000_000).ok())
}

fn market_of(plan: &Plan, number: u64) -> &'static Market {
    let wanted = plan.store.as_deref();
    let by_name = MARKETS.iter().find(|market| Some(market.store) == wanted);
    let position = usize::try_from(number).unwrap_or(0);
    let [first, ..] = &MARKETS;
    by_name.or_else(|| MARKETS.get(position)).unwrap_or(first)
}

fn below(dice: &mut Rng, bound: i64) -> i64 {
    i64::try_from(dice.below(u64::try_from(bound).unwrap_or(0))).unwrap_or(0)
}

fn pick<'a, T>(list: &'a [T], dice: &mut Rng) -> Option<&'a T> {
    let position = dice.below(u64::try_from(list.len()).unwrap_or(0));
    usize::try_from(position).ok().and_then(|position| list.get(position))
}

fn stamp(doc: &mut Value, created_ms: i64, changed_ms: i64, version: i64) {
    let actor = json!({ "clientId": "generator", "isPlatformClient": false });
    doc["version"] = json!(version);
    doc["createdAt"] = json!(rfc3339(created_ms));
    doc["lastModifiedAt"] = json!(rfc3339(changed_ms));
    doc["createdBy"] = actor.clone();
    doc["lastModifiedBy"] = actor;
}

/// Stores a customer; his id and e-mail.
fn person(project: &mut Project, plan: &Plan, number: u64, from_ms: i64) -> (String, String) {
    let id = seeded(&format!("generated/{}/customer/{number}", plan.seed));
    let email = format!("shopper.{}.{number}@example.com", plan.seed);
    let mut dice = Rng::seeded(plan.seed ^ number.wrapping_mul(0x9E37_79B9));
    let mut customer = json!({
        "id": id, "email": email, "lowercaseEmail": email, "customerNumber": format!("G{}-{number}", plan.seed),
        "firstName": pick(&FIRST_NAMES, &mut dice), "lastName": pick(&LAST_NAMES, &mut dice),
        "isEmailVerified": true, "authenticationMode": "ExternalAuth", "addresses": [], "stores": [],
    });
    stamp(&mut customer, from_ms, from_ms, 1);
    project.put(Kind::Customer, customer);
    (id, email)
}

fn order(goods: &[Value], market: &Market, owner: Option<&(String, String)>, dice: &mut Rng) -> Value {
    const STATES: [(&str, &str, &str); 5] = [
        ("Open", "Pending", "Pending"),
        ("Confirmed", "Paid", "Ready"),
        ("Confirmed", "Paid", "Shipped"),
        ("Complete", "Paid", "Delivered"),
        ("Cancelled", "CreditOwed", "Canceled"),
    ];
    let lines: Vec<Value> =
        (0..1 + dice.below(3)).filter_map(|_| line(pick(goods, dice)?, market, dice)).collect();
    let total: i64 = lines.iter().filter_map(|line| line["totalPrice"]["centAmount"].as_i64()).sum();
    let quantity: i64 = lines.iter().filter_map(|line| line["quantity"].as_i64()).sum();
    let (state, payment, shipment) = pick(&STATES, dice).copied().unwrap_or(("Open", "Pending", "Pending"));
    let mut order = json!({
        "orderState": state, "paymentState": payment, "shipmentState": shipment,
        "totalPrice": money(market.currency, total), "totalLineItemQuantity": quantity,
        "store": { "typeId": "store", "key": market.store }, "country": market.country, "locale": market.locale,
        "lineItems": lines, "customLineItems": [], "origin": "Customer", "shippingMode": "Single", "shipping": [],
        "shippingAddress": { "country": market.country, "city": market.city },
        "shippingInfo": {
            "shippingMethodName": "Standard", "price": money(market.currency, 0), "deliveries": [],
            "shippingRate": { "price": money(market.currency, 0), "tiers": [] },
            "shippingMethodState": "MatchesCart",
        },
        "discountCodes": [], "syncInfo": [], "returnInfo": [],
    });
    if let Some((id, email)) = owner {
        order["customerId"] = json!(id);
        order["customerEmail"] = json!(email);
    }
    order
}

fn line(product: &Value, market: &Market, dice: &mut Rng) -> Option<Value> {
    let current = &product["masterData"]["current"];
    let variant = &current["masterVariant"];
    let price = super::super::lines::price(variant, market.currency, None)?;
    let quantity = 1 + below(dice, 3);
    let total = price["value"]["centAmount"].as_i64()? * quantity;
    Some(json!({
        "id": seeded(&format!("line/{}", dice.next_u64())), "productId": product["id"], "name": current["name"],
        "variant": { "id": 1, "sku": text(variant, "sku") }, "price": price, "quantity": quantity,
        "totalPrice": money(market.currency, total), "priceMode": "Platform", "lineItemMode": "Standard", "state": [],
    }))
}
