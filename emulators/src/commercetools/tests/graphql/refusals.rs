//! What is refused, and how.

use super::super::{BACKEND, EDGE, NARROW, Shop, code};
use super::{ask, first_error};
use serde_json::{Value, json};

#[tokio::test]
async fn documents_that_do_not_fit_the_schema() {
    let shop = Shop::demo().await;
    let cases = [
        "{ order(id: \"x\") { colour } }",
        "{ ordre(id: \"x\") { id } }",
        "{ order(id: \"x\", colour: 1) { id } }",
        "{ order(id: 5) { id } }",
        "{ cart { id } }",
        "{ order(id: \"x\") }",
        "{ order(id: \"x\") { id { x } } }",
        "{ order(id: $missing) { id } }",
        "query ($id: Colour) { order(id: $id) { id } }",
        "query ($id: Int) { order(id: $id) { id } }",
        "query ($id: String) { cart(id: $id) { id } }",
        "query ($unused: Int) { orders { count } }",
        "{ orders { ...missing } }",
        "{ orders { count } } fragment unused on Order { id }",
        "{ orders { results { ... on Cart { id } } } }",
        "{ order(id: \"x\") { totalPrice { ... on HighPrecisionMoney { preciseAmount } } } }",
        "{ orders { results { ...a } } } fragment a on Order { ...b } fragment b on Order { ...a }",
        "{ orders { count @upper } }",
        "{ orders { count @member(of: \"x\") } }",
        "{ a: orders { count } a: carts { count } }",
        "mutation { deleteOrder(id: \"x\", version: 1) { id } }",
        "{ orders { count ",
        "",
        "colour",
    ];
    for query in cases {
        let answer = ask(&shop, query, Value::Null).await;
        assert_eq!(
            (answer.status, first_error(&answer).0),
            (400, "InvalidInput"),
            "{query}: {}",
            answer.body
        );
        assert!(answer.body.get("data").is_none(), "{query}");
    }
    let answer = ask(&shop, "{\n  orders { colour }\n}", Value::Null).await;
    assert_eq!(answer.body["errors"][0]["locations"][0]["line"], 2);
}

#[tokio::test]
async fn variables_that_do_not_fit() {
    let shop = Shop::demo().await;
    let query = "query ($id: String!, $limit: Int) { cart(id: $id) { id } orders(limit: $limit) { count } }";
    for variables in [
        Value::Null,
        json!({}),
        json!({ "id": null }),
        json!({ "id": 5 }),
        json!({ "id": "x", "limit": "many" }),
        json!({ "id": "x", "limit": 1.5 }),
    ] {
        let answer = ask(&shop, query, variables.clone()).await;
        assert_eq!(
            (answer.status, first_error(&answer).0),
            (400, "InvalidInput"),
            "{variables}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn bodies_that_are_no_request() {
    let shop = Shop::demo().await;
    for body in [
        json!({}),
        json!([]),
        json!({ "query": 5 }),
        json!({ "query": "{ orders { count } }", "variables": "x" }),
        json!({ "query": "{ orders { count } }", "operationName": 5 }),
    ] {
        let answer = shop.call("POST", "/graphql", body.clone()).await;
        assert_eq!((answer.status, code(&answer)), (400, "InvalidJsonInput"), "{body}");
    }
    assert_eq!(shop.call("GET", "/graphql", Value::Null).await.status, 404);
    assert_eq!(
        shop.call("POST", "/in-store/key=de/graphql", json!({ "query": "{ orders { count } }" }))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn arguments_that_make_no_sense_fail_their_field() {
    let shop = Shop::demo().await;
    let fields = [
        ("orders(limit: 501) { count }", "InvalidInput"),
        ("orders(limit: -1) { count }", "InvalidInput"),
        ("orders(offset: 10001) { count }", "InvalidInput"),
        ("orders(where: \"colour = 1\") { count }", "InvalidInput"),
        ("orders(where: \"orderNumber = = 1\") { count }", "InvalidInput"),
        ("orders(sort: [\"colour asc\"]) { count }", "InvalidInput"),
        ("order { id }", "InvalidInput"),
        ("order(id: \"x\", orderNumber: \"y\") { id }", "InvalidInput"),
        ("inStore(key: \"nowhere\") { orders { count } }", "ResourceNotFound"),
        ("inStore(key: 5) { orders { count } }", "InvalidInput"),
    ];
    for (field, expected) in fields {
        let answer = ask(&shop, &format!("{{ f: {field} }}"), Value::Null).await;
        assert_eq!(answer.status, 200, "{field}");
        assert_eq!(first_error(&answer), (expected, r#"["f"]"#.to_owned()), "{field}: {}", answer.body);
        let nullable = field.starts_with("order ") || field.starts_with("order(");
        assert_eq!(answer.body["data"], if nullable { json!({ "f": null }) } else { Value::Null }, "{field}");
    }
}

#[tokio::test]
async fn scopes_are_those_of_rest() {
    let shop = Shop::demo().await;
    let narrow = shop.token_of(NARROW, "token", "grant_type=client_credentials").await;
    let fields = [
        "cart(id: \"x\") { id }",
        "customer(id: \"x\") { id }",
        "order(id: \"x\") { id }",
        "store(key: \"de\") { id }",
    ];
    for field in fields {
        let answer =
            shop.call_as(&narrow, "POST", "/graphql", json!({ "query": format!("{{ f: {field} }}") })).await;
        assert_eq!((answer.status, &answer.body["data"]), (200, &json!({ "f": null })), "{field}");
        assert_eq!(first_error(&answer), ("insufficient_scope", r#"["f"]"#.to_owned()), "{field}");
    }
    let answer = shop.call_as(&narrow, "POST", "/graphql", json!({ "query": "{ orders { count } }" })).await;
    assert_eq!((answer.status, &answer.body["data"]), (200, &Value::Null));
    let edge = shop.token_of(EDGE, "token", "grant_type=client_credentials").await;
    let answer = shop
        .call_as(
            &edge,
            "POST",
            "/graphql",
            json!({ "query": "{ orders { count } carts { count } customers { count } }" }),
        )
        .await;
    assert_eq!(answer.body["errors"], Value::Null);
}

#[tokio::test]
async fn a_scope_for_one_store_reaches_into_that_store_only() {
    let shop = Shop::demo().await;
    let form = "grant_type=client_credentials&scope=view_orders:demo-shop:de";
    let token = shop.token_of(BACKEND, "token", form).await;
    let query = "{ de: inStore(key: \"de\") { order(orderNumber: \"KC-10041\") { orderNumber } }
        uk: inStore(key: \"uk\") { order(orderNumber: \"KC-10057\") { orderNumber } }
        order(orderNumber: \"KC-10041\") { orderNumber } }";
    let answer = shop.call_as(&token, "POST", "/graphql", json!({ "query": query })).await;
    let expected =
        json!({ "de": { "order": { "orderNumber": "KC-10041" } }, "uk": { "order": null }, "order": null });
    assert_eq!(answer.body["data"], expected);
    let paths: Vec<String> =
        answer.body["errors"].as_array().unwrap().iter().map(|error| error["path"].to_string()).collect();
    assert_eq!(paths, [r#"["uk","order"]"#, r#"["order"]"#]);
}

#[tokio::test]
async fn tokens_projects_correlation_and_faults_as_everywhere() {
    let shop = Shop::demo().await;
    let body = json!({ "query": "{ orders { count } }" }).to_string();
    for headers in [&[][..], &[("authorization", "Bearer nonsense")]] {
        let answer = shop.send("POST", "/demo-shop/graphql", headers, &body).await;
        assert_eq!((answer.status, answer.body["error"].as_str()), (401, Some("invalid_token")));
    }
    let token = shop.token_of(BACKEND, "token", "grant_type=client_credentials").await;
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("x-correlation-id", "abc")];
    assert_eq!(shop.send("POST", "/nowhere/graphql", &headers, &body).await.status, 404);
    let answer = shop.send("POST", "/demo-shop/graphql", &headers, &body).await;
    assert_eq!(answer.headers["x-correlation-id"], "abc");
    assert_eq!(answer.headers["content-type"], "application/json");
    let faults = json!([
        { "path_prefix": "/demo-shop/graphql", "kind": "status", "value": 429, "times": 1, "headers": { "retry-after": "7" } },
        { "path_prefix": "/demo-shop/graphql", "kind": "html", "value": 502, "times": 1 },
        { "path_prefix": "/demo-shop/graphql", "kind": "empty", "times": 1 },
    ]);
    assert_eq!(
        shop.send("POST", "/__emulator/faults", &[("content-type", "application/json")], &faults.to_string())
            .await
            .status,
        204
    );
    let answer = shop.send("POST", "/demo-shop/graphql", &headers, &body).await;
    assert_eq!((answer.status, answer.headers["retry-after"].as_bytes()), (429, &b"7"[..]));
    let answer = shop.send("POST", "/demo-shop/graphql", &headers, &body).await;
    assert_eq!((answer.status, answer.body.is_null()), (502, true));
    let answer = shop.send("POST", "/demo-shop/graphql", &headers, &body).await;
    assert_eq!((answer.status, answer.body.is_null()), (200, true));
    assert_eq!(
        shop.send("POST", "/demo-shop/graphql", &headers, &body).await.body["data"]["orders"]["count"],
        2
    );
}

#[tokio::test]
async fn queries_without_bounds_are_refused() {
    let shop = Shop::demo().await;
    let wide: String = (0..20_001).map(|index| format!("a{index}: id ")).collect();
    let answer = ask(&shop, &format!("{{ order(id: \"x\") {{ {wide} }} }}"), Value::Null).await;
    assert_eq!((answer.status, first_error(&answer).0), (400, "QueryComplexityLimitExceeded"));
    let mut chain = "{ orders { results { ...f0 } } }".to_owned();
    for link in 0..3_000 {
        chain += &format!(" fragment f{link} on Order {{ id ...f{} }}", link + 1);
    }
    chain += " fragment f3000 on Order { id }";
    let answer = ask(&shop, &chain, Value::Null).await;
    assert!(matches!(answer.status, 200 | 400), "{}", answer.status);
}
