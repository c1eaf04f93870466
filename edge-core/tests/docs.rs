//! Documentation that is printed from the code must be what the code prints.
//! `UPDATE_DOCS=1 cargo test -p edge-core --test docs` writes it anew.

use std::path::Path;

use edge_core::{config, property};

fn check(name: &str, printed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let written = std::fs::write(&path, printed);
        assert!(written.is_ok(), "docs/{name}: {written:?}");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == printed,
        "docs/{name} is not what the code prints; run this test with UPDATE_DOCS=1"
    );
}

#[test]
fn the_schema_is_printed_from_the_settings() {
    check("configuration.schema.json", &format!("{:#}\n", config::json_schema()));
}

#[test]
fn the_settings_are_printed_from_the_settings() {
    check("configuration.md", &config::markdown());
}

#[test]
fn the_panel_guide_is_printed_from_the_catalogue() {
    check("contact-properties.md", &property::markdown());
}
