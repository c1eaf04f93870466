//! What a cart costs: lines, shipping, discounts, taxes.

use super::error::{ApiError, Outcome};
use super::kinds::Kind;
use super::money::{cents, currency, money, rate_millionths, share};
use super::project::{Project, text};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const WHOLE: i64 = 1_000_000;
/// Discounts are given in hundredths of a percent.
const PERMYRIAD: i64 = 10_000;

/// Computes all prices of the cart anew from its unit prices.
///
/// # Errors
/// 400 `MissingTaxRateForCountry` if the shipping address lies where a product has no tax rate.
pub fn recalculate(project: &Project, cart: &mut Value) -> Outcome<()> {
    let code = currency(&cart["totalPrice"]).to_owned();
    let address = cart.get("shippingAddress").cloned();
    let mut items = take(cart, "lineItems");
    for line in &mut items {
        price_line(project, line, &code, address.as_ref())?;
    }
    let mut customs = take(cart, "customLineItems");
    for line in &mut customs {
        let total = cents(&line["money"]) * line["quantity"].as_i64().unwrap_or(1);
        line["totalPrice"] = money(&code, total);
    }
    let subtotal: i64 = items.iter().chain(&customs).map(|line| cents(&line["totalPrice"])).sum();
    price_shipping(project, cart, subtotal, &code);
    let shipping = cart.get("shippingInfo").map_or(0, |info| cents(&info["price"]));
    let quantity: i64 = items.iter().chain(&customs).filter_map(|line| line["quantity"].as_i64()).sum();
    if let Some(members) = cart.as_object_mut() {
        if quantity > 0 {
            members.insert("totalLineItemQuantity".to_owned(), json!(quantity));
        } else {
            members.remove("totalLineItemQuantity");
        }
    }
    cart["lineItems"] = json!(items);
    cart["customLineItems"] = json!(customs);
    let discount = discount(project, cart, subtotal, &code);
    cart["totalPrice"] = money(&code, subtotal + shipping - discount);
    tax_total(cart, subtotal + shipping, discount, &code);
    Ok(())
}

fn take(cart: &mut Value, member: &str) -> Vec<Value> {
    match cart.get_mut(member).map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn price_line(project: &Project, line: &mut Value, code: &str, address: Option<&Value>) -> Outcome<()> {
    let price = &line["price"];
    let unit = cents(price.get("discounted").map_or(&price["value"], |discounted| &discounted["value"]));
    let total = unit * line["quantity"].as_i64().unwrap_or(0);
    line["totalPrice"] = money(code, total);
    let rate = match address.and_then(|address| text(address, "country")) {
        None => None,
        Some(country) => Some(line_tax_rate(project, line, country)?),
    };
    let members = line.as_object_mut();
    match (rate, members) {
        (Some(rate), Some(members)) => {
            members.insert("taxedPrice".to_owned(), taxed(&rate, total, code));
            members.insert("taxRate".to_owned(), rate);
        }
        (None, Some(members)) => {
            members.remove("taxRate");
            members.remove("taxedPrice");
        }
        _ => {}
    }
    Ok(())
}

fn line_tax_rate(project: &Project, line: &Value, country: &str) -> Outcome<Value> {
    let product = line["productId"].as_str().and_then(|id| project.get(Kind::Product, id));
    let category = product.as_ref().and_then(|product| text(&product["taxCategory"], "id"));
    let rate = category.and_then(|id| tax_rate(project, id, country));
    rate.ok_or_else(|| {
        let message = format!("The tax category has no rate for country '{country}'.");
        ApiError::new(axum::http::StatusCode::BAD_REQUEST, "MissingTaxRateForCountry", message)
            .with("country", json!(country))
            .with("taxCategoryId", json!(category))
    })
}

fn tax_rate(project: &Project, category: &str, country: &str) -> Option<Value> {
    let category = project.get(Kind::TaxCategory, category)?;
    category["rates"].as_array()?.iter().find(|rate| text(rate, "country") == Some(country)).cloned()
}

/// Net, gross and tax of an amount under a rate.
fn taxed(rate: &Value, amount: i64, code: &str) -> Value {
    let (net, gross) = net_and_gross(rate, amount);
    taxed_price(net, gross, vec![portion(rate, gross - net, code)], code)
}

fn net_and_gross(rate: &Value, amount: i64) -> (i64, i64) {
    let with_tax = WHOLE + rate_millionths(&rate["amount"]);
    if rate["includedInPrice"] == json!(true) {
        (share(amount, WHOLE, with_tax), amount)
    } else {
        (amount, share(amount, with_tax, WHOLE))
    }
}

fn portion(rate: &Value, tax: i64, code: &str) -> Value {
    json!({ "name": rate["name"], "rate": rate["amount"], "amount": money(code, tax) })
}

fn taxed_price(net: i64, gross: i64, portions: Vec<Value>, code: &str) -> Value {
    json!({
        "totalNet": money(code, net), "totalGross": money(code, gross),
        "taxPortions": portions, "totalTax": money(code, gross - net),
    })
}

/// Keeps the shipping method, computes its price again: it may be free above an amount.
fn price_shipping(project: &Project, cart: &mut Value, subtotal: i64, code: &str) {
    let country = text(&cart["shippingAddress"], "country").map(str::to_owned);
    let Some(info) = cart.get("shippingInfo").cloned() else {
        return;
    };
    let method = text(&info["shippingMethod"], "id").and_then(|id| project.get(Kind::ShippingMethod, id));
    let (Some(country), Some(method)) = (country, method) else {
        return;
    };
    let Some(rate) = shipping_rate(project, &method, code, &country) else {
        return;
    };
    let free = rate.get("freeAbove").is_some_and(|limit| subtotal >= cents(limit));
    let price = if free { 0 } else { cents(&rate["price"]) };
    let mut info = info;
    info["shippingMethodName"] = method["name"].clone();
    info["price"] = money(code, price);
    info["shippingRate"] = rate;
    info["taxCategory"] = method["taxCategory"].clone();
    let tax = text(&method["taxCategory"], "id").and_then(|id| tax_rate(project, id, &country));
    if let Some(tax) = tax {
        let taxed = taxed(&tax, price, code);
        cart["taxedShippingPrice"] = taxed.clone();
        info["taxedPrice"] = taxed;
        info["taxRate"] = tax;
    }
    cart["shippingInfo"] = info;
}

/// The rate of a shipping method for a currency and a country, if it delivers there.
pub fn shipping_rate(project: &Project, method: &Value, code: &str, country: &str) -> Option<Value> {
    let zone_rates = method["zoneRates"].as_array()?;
    zone_rates.iter().find_map(|zone_rate| {
        let zone = project.get(Kind::Zone, text(&zone_rate["zone"], "id")?)?;
        let covered =
            zone["locations"].as_array()?.iter().any(|place| text(place, "country") == Some(country));
        let rates = zone_rate["shippingRates"].as_array().filter(|_| covered)?;
        rates.iter().find(|rate| currency(&rate["price"]) == code).cloned()
    })
}

/// What the cart's discount codes take off the total; writes `discountOnTotalPrice`.
fn discount(project: &Project, cart: &mut Value, subtotal: i64, code: &str) -> i64 {
    let mut included = Vec::new();
    let mut total = 0;
    for entry in cart["discountCodes"].as_array().into_iter().flatten() {
        let found = text(&entry["discountCode"], "id").and_then(|id| project.get(Kind::DiscountCode, id));
        for reference in found.iter().flat_map(|found| found["cartDiscounts"].as_array()).flatten() {
            let rule = text(reference, "id").and_then(|id| project.get(Kind::CartDiscount, id));
            let Some(rule) = rule else { continue };
            let amount = match rule["value"]["type"].as_str() {
                Some("relative") => {
                    share(subtotal, rule["value"]["permyriad"].as_i64().unwrap_or(0), PERMYRIAD)
                }
                _ => rule["value"]["money"]
                    .as_array()
                    .and_then(|amounts| amounts.iter().find(|amount| currency(amount) == code))
                    .map_or(0, cents),
            };
            let amount = amount.min(subtotal - total);
            total += amount;
            included.push(json!({ "discount": reference, "discountedAmount": money(code, amount) }));
        }
    }
    let Some(members) = cart.as_object_mut() else {
        return 0;
    };
    if total > 0 {
        let summary = json!({ "discountedAmount": money(code, total), "includedDiscounts": included });
        members.insert("discountOnTotalPrice".to_owned(), summary);
    } else {
        members.remove("discountOnTotalPrice");
    }
    total
}

/// Writes `taxedPrice`: taxes by rate, the discount spread over all of them.
fn tax_total(cart: &mut Value, before: i64, discount: i64, code: &str) {
    let mut by_rate: BTreeMap<String, (Value, i64, i64)> = BTreeMap::new();
    let lines = cart["lineItems"].as_array().into_iter().flatten();
    let shipping = cart.get("shippingInfo").into_iter();
    for part in lines.chain(shipping) {
        if let (Some(rate), Some(taxed)) = (part.get("taxRate"), part.get("taxedPrice")) {
            let name = format!("{}{}", rate["name"], rate["amount"]);
            let sums = by_rate.entry(name).or_insert_with(|| (rate.clone(), 0, 0));
            sums.1 += cents(&taxed["totalNet"]);
            sums.2 += cents(&taxed["totalGross"]);
        }
    }
    let Some(members) = cart.as_object_mut() else {
        return;
    };
    if by_rate.is_empty() {
        members.remove("taxedPrice");
        return;
    }
    members.insert("taxedPrice".to_owned(), sum_of_taxes(by_rate, before, discount, code));
    members.entry("taxRoundingMode").or_insert_with(|| json!("HalfEven"));
}

fn sum_of_taxes(
    by_rate: BTreeMap<String, (Value, i64, i64)>,
    before: i64,
    discount: i64,
    code: &str,
) -> Value {
    let (mut net, mut gross, mut portions) = (0, 0, Vec::new());
    for (rate, rate_net, rate_gross) in by_rate.into_values() {
        let (rate_net, rate_gross) = if discount == 0 || before == 0 {
            (rate_net, rate_gross)
        } else {
            (share(rate_net, before - discount, before), share(rate_gross, before - discount, before))
        };
        net += rate_net;
        gross += rate_gross;
        portions.push(portion(&rate, rate_gross - rate_net, code));
    }
    taxed_price(net, gross, portions, code)
}

/// Members that an order does not take from its cart.
pub fn without_cart_members(cart: &Value) -> Map<String, Value> {
    const OWN: [&str; 12] = [
        "id",
        "version",
        "key",
        "cartState",
        "createdAt",
        "createdBy",
        "lastModifiedAt",
        "lastModifiedBy",
        "versionModifiedAt",
        "deleteDaysAfterLastModification",
        "lastMessageSequenceNumber",
        "lock",
    ];
    let mut members = cart.as_object().cloned().unwrap_or_default();
    members.retain(|name, _| !OWN.contains(&name.as_str()));
    members
}
