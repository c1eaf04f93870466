//! What commercetools knows about a subject, by one GraphQL query.
//!
//! One request in the place of three, and only the members that are used: a cart of 100 lines is a tenth of the bytes.
//! Fields and types are those of the vendor's published schema (commercetools-api-reference,
//! `api-specs/graphql/schema.sdl`). Aliases and fragments give the records the shapes that they have over REST, so
//! [`super::model`] reads both.
//!
//! A document is put together from constant parts, which stand here as they stand in JSON: escaping two kilobytes took
//! a hundredth of a request's time. What varies travels as variables. Predicates have none of their own in GraphQL, so
//! an id is quoted into them, and an id that could end its quotation is read over REST, whose predicates have variables.
//!
//! Names of a cart's items are asked for in the visitor's language alone, which halves what comes and what is read of
//! it. Where one is missing, the caller asks again, and gets them in all languages, with stock keeping units.
//!
//! In scope: documents, variables, decoding, what an error means. Out of scope: whose the answers are
//! ([`super::owner`]).

use serde::{Deserialize, Serialize};

use super::{Cart, Commerce, CommerceError, Customer, Extent, Found, HISTORY_LIMIT, Order, Page, Shortcut};
use crate::config::{CommerceProject, WorkflowStates};
use crate::json;
use crate::localized::language;
use crate::proof::{ProvenSubject, Subject};

const CUSTOMER: &str = "customer(id:$customer){id customerNumber email firstName lastName locale} ";
const ACTIVE_CART: &str = "cart:customerActiveCart(customerId:$customer){...cart} ";
const CART_BY_ID: &str = "cart(id:$cart){...cart} ";
const NEWEST_CART: &str = r#"carts(where:$carts,sort:[\"lastModifiedAt desc\"],limit:1){results{...cart}} "#;
const ORDERS: &str = r#"orders(where:$orders,sort:[\"createdAt desc\"],limit:10){total results{...order}}"#;
/// The document is constant, so the number stands in it.
const _: () = assert!(HISTORY_LIMIT == 10, "the query reads as many orders as the REST read");

/// `totalPrice` is of type `Money` in the schema, which has no precise amount; a discount may have one.
const CART_FIELDS: &str = "fragment cart on Cart{id lastModifiedAt cartState customerId anonymousId \
    store:storeRef{key} locale totalPrice{...money} totalLineItemQuantity \
    shippingInfo{shippingMethodName} shipping{shippingInfo{shippingMethodName}} \
    discountOnTotalPrice{discountedAmount{currencyCode centAmount fractionDigits \
    ...on HighPrecisionMoney{preciseAmount}}} discountCodes{state} businessUnit:businessUnitRef{key} ";
/// commercetools gives the text of the first of these languages in which there is one.
const LINES: &str = "lineItems{name(acceptLanguage:$languages) quantity totalPrice{centAmount}} \
    customLineItems{name(acceptLanguage:$languages) quantity totalPrice{centAmount}}";
const LINES_IN_ALL_LANGUAGES: &str = "lineItems{name:nameAllLocales{locale value} variant{sku} quantity \
    totalPrice{centAmount}} customLineItems{name:nameAllLocales{locale value} quantity totalPrice{centAmount}}";
const PIECES: &str = "lineItems{quantity} customLineItems{quantity}";
const MONEY_FIELDS: &str = "}fragment money on Money{currencyCode centAmount fractionDigits}";
const ORDER_FIELDS: &str = "fragment order on Order{id version orderNumber createdAt completedAt orderState \
    paymentState shipmentState customerId anonymousId store:storeRef{key} locale totalPrice{...money} \
    shippingInfo{...sent} shipping{shippingInfo{...sent}} returnInfo{returnTrackingId returnDate \
    items{createdAt lastModifiedAt quantity shipmentState paymentState}}";
const STATE_FIELDS: &str = " state{key name:nameAllLocales{locale value}}";
const SENT_FIELDS: &str = "}fragment sent on ShippingInfo{shippingMethodName \
    deliveries{createdAt parcels{createdAt trackingData{trackingId carrier isReturn}}}}";

/// What varies in a request. What the document does not declare is left out.
#[derive(Serialize)]
struct Variables<'a> {
    store: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cart: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    carts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    orders: Option<String>,
    /// Best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    languages: Option<[&'a str; 2]>,
}

/// What is asked about a cart's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ItemFields {
    /// How many pieces.
    Pieces,
    /// With names in one language, and without what stands in for a missing name.
    Named,
    /// With all names.
    NamedInAllLanguages,
}

#[derive(Deserialize)]
struct Reply {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<Refusal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    customer: Option<Customer>,
    in_store: Option<InStore>,
}

#[derive(Deserialize)]
struct InStore {
    cart: Option<Cart>,
    carts: Option<Page<Cart>>,
    orders: Option<Page<Order>>,
}

#[derive(Deserialize)]
struct Refusal {
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
struct Extensions {
    code: Option<String>,
}

impl Refusal {
    /// Is it about one record, and not about the query?
    fn is_absence(&self) -> bool {
        let code = self.extensions.as_ref().and_then(|extensions| extensions.code.as_deref());
        matches!(code, Some("ResourceNotFound" | "ObjectNotFound" | "ReferencedResourceNotFound"))
    }
}

/// Asks for everything at once; `None` if that is to be read over REST.
///
/// An answer with errors is never used, not even in part: what is missing in it may exist. Then the REST reads tell.
///
/// # Errors
/// As the port, without [`CommerceError::NotFound`] and [`CommerceError::Rejected`].
pub(super) async fn read(
    port: &impl Commerce,
    proven: &ProvenSubject,
    project: &CommerceProject,
    extent: Extent<'_>,
) -> Result<Option<Found>, CommerceError> {
    if !port.takes(Shortcut::Query) {
        return Ok(None);
    }
    let items = match extent.lines {
        false => ItemFields::Pieces,
        true if port.takes(Shortcut::Names(extent.locale)) => ItemFields::Named,
        true => ItemFields::NamedInAllLanguages,
    };
    let Some(request) = request(proven, project, extent, items) else { return Ok(None) };
    let reply = match port.query(&request).await {
        Ok(body) => json::read_text::<Reply>(&body).map_err(|_detail| CommerceError::Malformed)?,
        Err(CommerceError::Rejected | CommerceError::NotFound) => {
            port.leads_nowhere(Shortcut::Query);
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if !reply.errors.is_empty() {
        if !reply.errors.iter().all(Refusal::is_absence) {
            port.leads_nowhere(Shortcut::Query);
        }
        return Ok(None);
    }
    let data = reply.data.ok_or(CommerceError::Malformed)?;
    let in_store = data.in_store.ok_or(CommerceError::Malformed)?;
    let newest = in_store.carts.and_then(|page| page.results.into_iter().next());
    Ok(Some(Found {
        customer: data.customer,
        cart: in_store.cart.or(newest),
        orders: in_store.orders,
        may_miss_names: items == ItemFields::Named,
    }))
}

/// The body of the request about a subject; `None` if an id cannot be quoted, or there is nothing to ask.
fn request(
    proven: &ProvenSubject,
    project: &CommerceProject,
    extent: Extent<'_>,
    items: ItemFields,
) -> Option<String> {
    let cart = proven.cart();
    let languages =
        (items == ItemFields::Named).then(|| [extent.locale.as_str(), language(extent.locale.as_str())]);
    let store = extent.store.as_str();
    let mut variables = Variables { store, customer: None, cart, carts: None, orders: None, languages };
    let (customer, is_theirs) = match proven.subject() {
        Subject::Customer(id) => {
            variables.customer = Some(id);
            (CUSTOMER, Some(format!("customerId = {}", quoted(id)?)))
        }
        Subject::Anonymous(id) => ("", Some(format!("anonymousId = {}", quoted(id)?))),
        Subject::Guest => ("", None),
    };
    let its_cart = match (cart, proven.subject()) {
        (Some(_), _) => CART_BY_ID,
        (None, Subject::Customer(_)) => ACTIVE_CART,
        (None, Subject::Anonymous(_)) => {
            variables.carts = Some(format!("{} and cartState = \"Active\"", is_theirs.as_deref()?));
            NEWEST_CART
        }
        (None, Subject::Guest) => return None,
    };
    variables.orders = is_theirs.filter(|_predicate| extent.orders);
    // The document must declare what it uses, and nothing else.
    let declared = [
        (variables.customer.is_some(), ",$customer:String!"),
        (cart.is_some(), ",$cart:String!"),
        (variables.carts.is_some(), ",$carts:String!"),
        (variables.orders.is_some(), ",$orders:String!"),
        (languages.is_some(), ",$languages:[Locale!]"),
    ];
    let declared = declared.into_iter().filter_map(|(is_used, text)| is_used.then_some(text));
    let state = if project.workflow_states == WorkflowStates::Names { STATE_FIELDS } else { "" };
    let (orders, order_fields) = match variables.orders {
        Some(_) => (ORDERS, [ORDER_FIELDS, state, SENT_FIELDS]),
        None => Default::default(),
    };
    let lines = match items {
        ItemFields::Pieces => PIECES,
        ItemFields::Named => LINES,
        ItemFields::NamedInAllLanguages => LINES_IN_ALL_LANGUAGES,
    };
    let document =
        ["){", customer, "inStore(key:$store){", its_cart, orders, "}}", CART_FIELDS, lines, MONEY_FIELDS];
    let head = [r#"{"query":"query Identify($store:KeyReferenceInput!"#];
    let mut body = String::with_capacity(2_560);
    body.extend(head.into_iter().chain(declared).chain(document).chain(order_fields));
    body.push_str(r#"","variables":"#);
    body.push_str(&serde_json::to_string(&variables).ok()?);
    body.push('}');
    Some(body)
}

/// A string of a predicate; `None` for what could end it or mean something in it.
fn quoted(id: &str) -> Option<String> {
    let is_plain = id.chars().all(|c| !matches!(c, '"' | '\\') && !c.is_control());
    is_plain.then(|| format!("\"{id}\""))
}
