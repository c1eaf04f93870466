//! The Terraform module makes what the command line makes, with the scopes that the Worker asks for: its files are read
//! and evaluated, for every destination and every setting.
//!
//! In scope: resources, their attributes, what each evaluates to. Out of scope: the provider, which is labd's.
//! `UPDATE_DOCS=1 cargo test -p edge-core --test terraform` prints the Subscriptions anew; the command line's own test
//! compares with the same file.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test; its helpers stand outside of the test functions"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use edge_core::config::{AccessTokens, Config};
use edge_core::order_message;
use edge_core::token::Ed25519;
use hcl::eval::{Context, Evaluate, FuncArgs, FuncDef, ParamType};
use hcl::{Block, Body, Expression, Value, value};
use serde_json::json;

const SUBSCRIPTIONS: &str = "npm/test/cli/subscriptions.json";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// The module as one body.
fn module() -> Vec<Block> {
    let files = ["main", "variables", "outputs", "versions"];
    let bodies = files.map(|file| hcl::parse(&read(&format!("terraform/{file}.tf"))).unwrap());
    bodies.iter().flat_map(Body::blocks).cloned().collect()
}

fn labelled<'b>(blocks: &'b [Block], kind: &'b str) -> impl Iterator<Item = &'b Block> {
    blocks.iter().filter(move |block| block.identifier() == kind)
}

fn label(block: &Block, index: usize) -> &str {
    block.labels()[index].as_str()
}

fn attribute<'b>(block: &'b Block, name: &str) -> Option<&'b Expression> {
    block.body().attributes().find(|attribute| attribute.key() == name).map(hcl::Attribute::expr)
}

fn items(args: &FuncArgs) -> impl Iterator<Item = &Value> {
    args.iter().flat_map(|list| list.as_array().unwrap())
}

fn concat(args: FuncArgs) -> Result<Value, String> {
    Ok(items(&args).cloned().collect())
}

fn merge(args: FuncArgs) -> Result<Value, String> {
    let entries = args.iter().flat_map(|map| map.as_object().unwrap().clone());
    Ok(Value::Object(entries.collect()))
}

/// Terraform's `one`: the only element, null of an empty list, an error of several.
fn one(args: FuncArgs) -> Result<Value, String> {
    match args[0].as_array().unwrap().as_slice() {
        [] => Ok(Value::Null),
        [only] => Ok(only.clone()),
        _ => Err("several".to_owned()),
    }
}

fn file(args: FuncArgs) -> Result<Value, String> {
    Ok(Value::from(read(args[0].as_str().unwrap())))
}

fn jsondecode(args: FuncArgs) -> Result<Value, String> {
    serde_json::from_str(args[0].as_str().unwrap()).map_err(|error| error.to_string())
}

fn contains(args: FuncArgs) -> Result<Value, String> {
    Ok(Value::from(args[0].as_array().unwrap().contains(&args[1])))
}

fn functions<'a>() -> Context<'a> {
    let mut context = Context::new();
    let any = |count: usize| (0..count).fold(FuncDef::builder(), |builder, _| builder.param(ParamType::Any));
    context.declare_func("concat", FuncDef::builder().variadic_param(ParamType::Any).build(concat));
    context.declare_func("merge", FuncDef::builder().variadic_param(ParamType::Any).build(merge));
    context.declare_func("one", any(1).build(one));
    context.declare_func("file", any(1).build(file));
    context.declare_func("jsondecode", any(1).build(jsondecode));
    context.declare_func("contains", any(2).build(contains));
    context.declare_var("path", value!({ module = "terraform" }));
    context
}

/// Variables with their defaults or these inputs, and the locals that follow from them.
fn evaluated<'a>(blocks: &[Block], inputs: &BTreeMap<&str, Value>) -> Context<'a> {
    let mut context = functions();
    let default =
        |variable: &Block| attribute(variable, "default").map(|one| one.evaluate(&functions()).unwrap());
    let variables: hcl::Map<String, Value> = labelled(blocks, "variable")
        .map(|variable| {
            let name = label(variable, 0);
            let given = inputs.get(name).cloned().or_else(|| default(variable));
            (name.to_owned(), given.unwrap_or_else(|| panic!("{name} has no default and no value")))
        })
        .collect();
    for name in inputs.keys() {
        assert!(variables.contains_key(*name), "the module has no variable {name}");
    }
    context.declare_var("var", Value::Object(variables));
    let mut open: Vec<(String, Expression)> = labelled(blocks, "locals")
        .flat_map(|locals| locals.body().attributes())
        .map(|local| (local.key().to_owned(), local.expr().clone()))
        .collect();
    let mut locals = hcl::Map::new();
    // Locals may stand before those that they use.
    while !open.is_empty() {
        let before = open.len();
        open.retain(|(name, expression)| match expression.evaluate(&context) {
            Ok(value) => locals.insert(name.clone(), value).is_some(),
            Err(_not_yet) => true,
        });
        context.declare_var("local", Value::Object(locals.clone()));
        let last = open.first().map(|(name, expression)| (name, expression.evaluate(&context).err()));
        assert!(open.len() < before, "{last:?}");
    }
    context
}

fn resource<'b>(blocks: &'b [Block], kind: &str, name: &str) -> &'b Block {
    labelled(blocks, "resource").find(|block| (label(block, 0), label(block, 1)) == (kind, name)).unwrap()
}

/// The bodies of a block inside a resource: itself, or one for each element of a dynamic one.
fn nested<'b>(within: &'b Block, name: &str, context: &Context<'_>) -> Vec<BTreeMap<String, Value>> {
    let attributes = |body: &'b Body, context: &Context<'_>| -> BTreeMap<String, Value> {
        let evaluated = |one: &hcl::Attribute| (one.key().to_owned(), one.expr().evaluate(context).unwrap());
        body.attributes().map(evaluated).collect()
    };
    let plain = within.body().blocks().filter(|block| block.identifier() == name);
    let mut found: Vec<_> = plain.map(|block| attributes(block.body(), context)).collect();
    let dynamic =
        within.body().blocks().filter(|block| block.identifier() == "dynamic" && label(block, 0) == name);
    for block in dynamic {
        let each = attribute(block, "for_each").unwrap().evaluate(context).unwrap();
        let content = block.body().blocks().find(|inner| inner.identifier() == "content").unwrap();
        for element in each.as_array().unwrap() {
            let mut inner = context.clone();
            inner.declare_var(
                name,
                Value::Object([("value".to_owned(), element.clone())].into_iter().collect()),
            );
            found.push(attributes(content.body(), &inner));
        }
    }
    found
}

fn as_json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

/// The provider's attributes under the names of commercetools' interface.
const MEMBERS: [(&str, &str); 8] = [
    ("type", "type"),
    ("account_id", "accountId"),
    ("region", "region"),
    ("project_id", "projectId"),
    ("topic", "topic"),
    ("topic_arn", "topicArn"),
    ("uri", "uri"),
    ("access_key", "accessKey"),
];

/// The Subscription that the module makes, as commercetools takes it.
fn subscription(blocks: &[Block], context: &Context<'_>) -> serde_json::Value {
    let made = resource(blocks, "commercetools_subscription", "orders");
    let member = |name: &str| MEMBERS.iter().find(|(attribute, _)| *attribute == name).unwrap().1.to_owned();
    let destination = nested(made, "destination", context).remove(0);
    let destination: serde_json::Map<String, serde_json::Value> = destination
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (member(name), as_json(value)))
        .collect();
    let messages: Vec<_> = nested(made, "message", context)
        .iter()
        .map(|message| json!({ "resourceTypeId": as_json(&message["resource_type_id"]), "types": as_json(&message["types"]) }))
        .collect();
    let changes: Vec<_> = nested(made, "changes", context)
        .iter()
        .flat_map(|changes| changes["resource_type_ids"].as_array().unwrap().clone())
        .map(|id| json!({ "resourceTypeId": as_json(&id) }))
        .collect();
    let format = match nested(made, "format", context).as_slice() {
        [] => json!({ "type": "Platform" }),
        [format] => {
            json!({ "type": as_json(&format["type"]), "cloudEventsVersion": as_json(&format["cloud_events_version"]) })
        }
        several => panic!("{} formats", several.len()),
    };
    let key = attribute(made, "key").unwrap().evaluate(context).unwrap();
    json!({ "key": as_json(&key), "destination": destination, "messages": messages, "changes": changes, "format": format })
}

/// Inputs of the four destinations; the command line's test gives the same to its options.
fn destinations() -> [(&'static str, Vec<(&'static str, Value)>); 4] {
    [
        (
            "eventbridge",
            vec![("eventbridge", value!({ account_id = "123456789012", region = "eu-central-1" }))],
        ),
        ("pubsub", vec![("pubsub", value!({ project_id = "my-project", topic = "orders" }))]),
        ("sns", vec![("sns", value!({ topic_arn = "arn:aws:sns:eu-central-1:123456789012:orders" }))]),
        (
            "eventgrid",
            vec![
                ("eventgrid", value!({ uri = "https://t.example/api/events" })),
                ("eventgrid_access_key", Value::from("the-key")),
            ],
        ),
    ]
}

#[test]
fn the_module_makes_the_subscriptions_that_the_command_line_makes() {
    let blocks = module();
    let mut printed = serde_json::Map::new();
    for (service, inputs) in destinations() {
        for notify in ["changes", "messages"] {
            let mut inputs: BTreeMap<&str, Value> = inputs.iter().cloned().collect();
            inputs.insert("project_key", Value::from("my-shop"));
            inputs.insert("notify", Value::from(notify));
            let made = subscription(&blocks, &evaluated(&blocks, &inputs));
            printed.insert(format!("{service} {notify}"), made);
        }
    }
    let types = &printed["pubsub messages"]["messages"][0]["types"];
    assert_eq!(types, &serde_json::from_str::<serde_json::Value>(&order_message::json()).unwrap());
    let text = format!("{:#}\n", serde_json::Value::Object(printed));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path(SUBSCRIPTIONS), &text).unwrap();
    }
    assert!(
        read(SUBSCRIPTIONS) == text,
        "{SUBSCRIPTIONS} is not what the module makes; run with UPDATE_DOCS=1"
    );
}

#[test]
fn the_workers_client_gets_the_scopes_that_the_worker_asks_for_and_no_others() {
    let blocks = module();
    let client = resource(&blocks, "commercetools_api_client", "worker");
    for access_tokens in ["off", "introspection", "me"] {
        for workflow_states in ["off", "names"] {
            for messages in ["off", "poll"] {
                let settings = [
                    ("access_tokens", access_tokens),
                    ("workflow_states", workflow_states),
                    ("messages", messages),
                ];
                let mut inputs: BTreeMap<&str, Value> =
                    settings.iter().map(|(name, value)| (*name, Value::from(*value))).collect();
                inputs.insert("project_key", Value::from("my-shop"));
                let scopes =
                    attribute(client, "scope").unwrap().evaluate(&evaluated(&blocks, &inputs)).unwrap();
                let mut given: Vec<String> = scopes
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|scope| scope.as_str().unwrap().to_owned())
                    .collect();
                given.sort();
                assert_eq!(given, asked_for(&settings), "{settings:?}");
            }
        }
    }
}

/// What a Worker with these settings asks for.
fn asked_for(settings: &[(&str, &str)]) -> Vec<String> {
    let mut project = json!({ "project_key": "my-shop", "region": "eu-central-1.aws" });
    for (name, value) in settings {
        project[*name] = json!(value);
    }
    let value = json!({
        "identity": { "audience": "https://edge.example", "keys": [{ "kid": "k", "algorithm": "HS256", "secret": "KEY" }] },
        "commercetools": { "main": project },
        "tidio": { "eu": { "public_key": "a".repeat(32) } },
        "stores": { "de": {
            "commercetools": "main", "tidio": "eu", "origins": ["https://shop.example"],
            "locales": [{ "tag": "de-DE", "language": "de", "currency": "EUR", "country": "DE" }],
            "consent": { "chat": ["functional"], "share": ["functional"] },
        } },
    });
    let curve = Ed25519 { is_point: |_| false, is_signed: |_, _, _| false };
    let config = Config::read(&value, &|_| Some("k".repeat(32)), curve).unwrap();
    let project = config.commercetools.values().next().unwrap();
    let introspection =
        (project.access_tokens == AccessTokens::Introspection).then_some("introspect_oauth_tokens");
    let mut scopes: Vec<String> =
        project.scopes().chain(introspection).map(|scope| format!("{scope}:my-shop")).collect();
    scopes.sort();
    scopes
}

#[test]
fn the_module_has_these_resources_of_that_provider_and_no_others() {
    let blocks = module();
    let names: Vec<String> = labelled(&blocks, "resource")
        .map(|block| format!("{}.{}", label(block, 0), label(block, 1)))
        .collect();
    assert_eq!(names, ["commercetools_subscription.orders", "commercetools_api_client.worker"]);
    let text = read("terraform/versions.tf");
    assert!(text.contains("\"labd/commercetools\""), "{text}");
    // One destination, and not two.
    let two = [destinations()[0].1.clone(), destinations()[2].1.clone()].concat();
    let mut inputs: BTreeMap<&str, Value> = two.into_iter().collect();
    inputs.insert("project_key", Value::from("my-shop"));
    assert!(std::panic::catch_unwind(|| evaluated(&blocks, &inputs)).is_err(), "two destinations are taken");
}

#[test]
fn values_that_a_variable_refuses_and_takes_are_the_settings_of_the_worker() {
    let blocks = module();
    for (name, taken) in [
        ("notify", &["changes", "messages"][..]),
        ("access_tokens", &["off", "introspection", "me"]),
        ("workflow_states", &["off", "names"]),
        ("messages", &["off", "poll"]),
    ] {
        let variable = labelled(&blocks, "variable").find(|block| label(block, 0) == name).unwrap();
        let validation = variable.body().blocks().find(|inner| inner.identifier() == "validation").unwrap();
        let condition = attribute(validation, "condition").unwrap();
        for value in taken.iter().chain(&["other", ""]) {
            let mut context = functions();
            let given: hcl::Map<String, Value> =
                [(name.to_owned(), Value::from(*value))].into_iter().collect();
            context.declare_var("var", Value::Object(given));
            assert_eq!(
                condition.evaluate(&context).unwrap(),
                Value::from(taken.contains(value)),
                "{name} {value}"
            );
        }
    }
}

#[test]
fn the_example_of_the_documentation_names_variables_of_the_module() {
    let page = read("docs/operations.md");
    let example = page.split("```hcl\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let body = hcl::parse(example).unwrap();
    let call = body.blocks().find(|block| block.identifier() == "module").unwrap();
    let mut inputs: BTreeMap<&str, Value> = BTreeMap::new();
    for input in call.body().attributes().filter(|input| input.key() != "source") {
        inputs.insert(input.key(), input.expr().evaluate(&functions()).unwrap());
    }
    let blocks = module();
    let made = subscription(&blocks, &evaluated(&blocks, &inputs));
    assert_eq!(made["destination"]["type"], "EventBridge");
}
