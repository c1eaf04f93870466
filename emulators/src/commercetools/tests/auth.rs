//! Tokens, scopes, introspection.

use super::{BACKEND, EDGE, NARROW, Shop, code};
use serde_json::{Value, json};

const CLIENT: &str = "grant_type=client_credentials";
const ANNA: &str = "grant_type=password&username=Anna.Schmidt%40example.com&password=anna-demo";

#[tokio::test]
async fn token_endpoints() {
    let shop = Shop::demo().await;
    let cases = [
        (BACKEND, "token", CLIENT, 200, ""),
        ("demo-shop-backend:wrong", "token", CLIENT, 401, "invalid_client"),
        ("", "token", CLIENT, 401, "invalid_client"),
        (BACKEND, "token", "", 400, "invalid_request"),
        (BACKEND, "token", "grant_type=magic", 400, "unsupported_grant_type"),
        (
            NARROW,
            "token",
            "grant_type=client_credentials&scope=manage_orders%3Ademo-shop",
            400,
            "invalid_scope",
        ),
        (BACKEND, "token?scope=view_products%3Ademo-shop", CLIENT, 200, ""),
        (BACKEND, "demo-shop/customers/token", ANNA, 200, ""),
        (BACKEND, "demo-shop/in-store/key=uk/customers/token", ANNA, 200, ""),
        (BACKEND, "nowhere/customers/token", ANNA, 403, "insufficient_scope"),
        (BACKEND, "demo-shop/customers/token", CLIENT, 400, "unsupported_grant_type"),
        (
            BACKEND,
            "demo-shop/customers/token",
            "grant_type=password&username=anna.schmidt%40example.com&password=no",
            400,
            "invalid_customer_account_credentials",
        ),
        (BACKEND, "demo-shop/anonymous/token", CLIENT, 200, ""),
        (EDGE, "demo-shop/anonymous/token", CLIENT, 403, "insufficient_scope"),
        (BACKEND, "token", "grant_type=refresh_token&refresh_token=made-up", 400, "invalid_grant"),
        (BACKEND, "introspect", "", 400, "invalid_request"),
    ];
    for (client, path, form, status, wanted) in cases {
        let answer = shop.oauth(client, path, form).await;
        assert_eq!(answer.status, status, "{path} {form}: {}", answer.body);
        if status != 200 {
            assert_eq!(code(&answer), wanted, "{path} {form}");
            assert_eq!(answer.body["statusCode"], status);
            assert_eq!(answer.body["error"], wanted);
        }
    }
}

#[tokio::test]
async fn scopes_open_endpoints() {
    let shop = Shop::demo().await;
    let edge = shop.token_of(EDGE, "token", CLIENT).await;
    let narrow = shop.token_of(NARROW, "token", CLIENT).await;
    let store = "grant_type=client_credentials&scope=view_orders%3Ademo-shop%3Ade";
    let store = shop.token_of(BACKEND, "token", store).await;
    let anna = shop
        .token_of(
            BACKEND,
            "demo-shop/customers/token",
            &format!("{ANNA}&scope=manage_my_profile%3Ademo-shop"),
        )
        .await;
    let cases = [
        ("edge", &edge, "GET", "/orders", 200),
        ("edge", &edge, "GET", "/carts", 200),
        ("edge", &edge, "GET", "/customers", 200),
        ("edge", &edge, "GET", "/messages", 200),
        ("edge", &edge, "GET", "/stores", 200),
        ("edge", &edge, "GET", "", 200),
        ("edge", &edge, "HEAD", "/orders/order-number=KC-10041", 200),
        ("edge", &edge, "HEAD", "/orders/order-number=KC-0", 404),
        ("edge", &edge, "POST", "/carts", 403),
        ("edge", &edge, "GET", "/subscriptions", 403),
        ("edge", &edge, "GET", "/me", 403),
        ("narrow", &narrow, "GET", "/product-projections", 200),
        ("narrow", &narrow, "GET", "/orders", 403),
        ("narrow", &narrow, "GET", "", 403),
        ("store", &store, "GET", "/orders", 403),
        ("store", &store, "GET", "/in-store/key=de/orders", 200),
        ("store", &store, "GET", "/in-store/key=uk/orders", 403),
        ("anna", &anna, "GET", "/me", 200),
        ("anna", &anna, "GET", "/me/active-cart", 403),
        ("anna", &anna, "GET", "/customers", 403),
        ("made up", &"made-up".to_owned(), "GET", "/orders", 401),
    ];
    for (who, token, method, path, status) in cases {
        let answer = shop.call_as(token, method, path, Value::Null).await;
        assert_eq!(answer.status, status, "{who} {method} {path}: {}", answer.body);
        if status == 403 {
            assert_eq!(code(&answer), "insufficient_scope");
        }
    }
    let answer = shop.send("GET", "/demo-shop/orders", &[], "").await;
    assert_eq!((answer.status, code(&answer)), (401, "invalid_token"));
}

#[tokio::test]
async fn introspection_shows_what_the_caller_may_know() {
    let shop = Shop::demo().await;
    let anna = shop.token_of(BACKEND, "demo-shop/customers/token", ANNA).await;
    let form = format!("token={anna}");
    for (client, active) in [(BACKEND, true), (EDGE, true), (NARROW, false)] {
        let answer = shop.oauth(client, "introspect", &form).await;
        assert_eq!((answer.status, &answer.body["active"]), (200, &json!(active)), "{client}");
        if active {
            assert_eq!(answer.body["client_id"], "demo-shop-backend");
            assert!(answer.body["scope"].as_str().unwrap().contains("customer_id:"));
        } else {
            assert_eq!(answer.body, json!({ "active": false }));
        }
    }
    shop.oauth(BACKEND, "token/revoke", &form).await;
    let answer = shop.oauth(EDGE, "introspect", &form).await;
    assert_eq!(answer.body, json!({ "active": false }));
}

#[tokio::test]
async fn tokens_expire_and_refresh() {
    let shop = Shop::demo().await;
    let answer =
        shop.oauth(BACKEND, "demo-shop/anonymous/token", &format!("{CLIENT}&anonymous_id=guest-1")).await;
    assert!(answer.body["scope"].as_str().unwrap().ends_with("anonymous_id:guest-1"));
    let old = answer.body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(shop.call_as(&old, "GET", "/me/active-cart", Value::Null).await.status, 404);
    let jump = json!({ "advance_ms": answer.body["expires_in"].as_i64().unwrap() * 1000 + 1 }).to_string();
    shop.send("POST", "/__emulator/clock", &[("content-type", "application/json")], &jump).await;
    let late = shop.call_as(&old, "GET", "/me/active-cart", Value::Null).await;
    assert_eq!((late.status, code(&late)), (401, "invalid_token"));
    let form =
        format!("grant_type=refresh_token&refresh_token={}", answer.body["refresh_token"].as_str().unwrap());
    let fresh = shop.oauth(BACKEND, "token", &form).await;
    assert_eq!(fresh.status, 200);
    assert!(fresh.body.get("refresh_token").is_none(), "a refresh does not repeat the refresh token");
    let token = fresh.body["access_token"].as_str().unwrap();
    assert_eq!(shop.call_as(token, "GET", "/me/active-cart", Value::Null).await.status, 404);
}

#[tokio::test]
async fn correlation_ids_are_echoed_or_made() {
    let shop = Shop::demo().await;
    let given = shop.send("GET", "/demo-shop", &[("x-correlation-id", "abc-1")], "").await;
    assert_eq!(given.headers["x-correlation-id"], "abc-1");
    let made = shop.send("GET", "/demo-shop", &[], "").await;
    assert_eq!(made.headers["x-correlation-id"].len(), 36);
    let log = shop.send("GET", "/__emulator/requests?path_prefix=/demo-shop", &[], "").await;
    assert_eq!(log.body[0]["correlation_id"], "abc-1");
    assert_eq!(log.body[0]["status"], 401);
}
