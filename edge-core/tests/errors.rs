//! `docs/errors.md` lists every code of the Worker with its status and its meaning, which stands beside it in
//! `contract/src/code.rs`. `UPDATE_DOCS=1 cargo test -p edge-core --test errors` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test; its helpers stand outside of the test functions")]

use std::path::Path;

use contract::{ErrorCode, MAX_REQUEST_BODY_BYTES, MAX_TOKEN_BYTES, MAX_TOKEN_LIFETIME_SECONDS};
use edge_core::intake::{MAX_EVENT_BYTES, MAX_WEBHOOK_BYTES};

const HEAD: &str = "# Errors of the Worker

Printed from the code that answers; a test keeps it so.

Every error is `application/problem+json` (RFC 9457):

```json
{
  \"type\": \"about:blank#token_expired\",
  \"title\": \"The identity token has expired.\",
  \"status\": 401,
  \"code\": \"token_expired\",
  \"correlationId\": \"7d7f2f4e-98a6-4f4a-8a2c-0d1a6a3f0c11\"
}
```

An answer without such a body is the platform's own: the Worker was not reached, or its module has ended (a 500; [ARCHITECTURE.md](../ARCHITECTURE.md#the-workers-size)).
A code never changes its meaning, and an error never holds what was sent. The correlation id stands in the header `X-Correlation-Id` too, in the Worker's log and in its calls to commercetools.
The bridge reports the code in its status ([npm/README.md](../npm/README.md) lists its own); the command line prints it ([operations.md](operations.md)).

| code | status | means |
| --- | ---: | --- |
";

/// What the comments refer to by name, for readers without the code.
fn limits() -> [(&'static str, String); 3] {
    [
        ("[`crate::MAX_REQUEST_BODY_BYTES`]", format!("{} KiB", MAX_REQUEST_BODY_BYTES / 1024)),
        ("[`crate::MAX_TOKEN_BYTES`]", format!("{} KiB", MAX_TOKEN_BYTES / 1024)),
        ("[`crate::MAX_TOKEN_LIFETIME_SECONDS`]", format!("{} minutes", MAX_TOKEN_LIFETIME_SECONDS / 60)),
    ]
}

/// The comment of a code.
fn meaning(source: &str, code: ErrorCode) -> String {
    let (before, _) = source.split_once(&format!(" = \"{}\", {};", code.as_str(), code.status())).unwrap();
    let lines: Vec<&str> =
        before.lines().rev().skip(1).map_while(|line| line.trim().strip_prefix("/// ")).collect();
    let comment = lines.into_iter().rev().collect::<Vec<_>>().join(" ");
    limits().iter().fold(comment, |text, (name, value)| text.replace(name, value))
}

#[test]
fn every_code_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let source = std::fs::read_to_string(root.join("contract/src/code.rs")).unwrap();
    let rows = ErrorCode::ALL.iter().map(|code| {
        let meaning = meaning(&source, *code);
        assert!(meaning.ends_with('.') && !meaning.contains("crate::"), "{}: {meaning}", code.as_str());
        format!("| `{}` | {} | {meaning} |\n", code.as_str(), code.status())
    });
    let page = HEAD.to_owned() + &rows.collect::<String>();
    let file = root.join("docs/errors.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    // Limits that the comment of `body_too_large` repeats, because the contract does not know them.
    assert_eq!((MAX_WEBHOOK_BYTES, MAX_EVENT_BYTES), (256 * 1024, 1024 * 1024));
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == page, "docs/errors.md is not what the code says; run this test with UPDATE_DOCS=1");
}
