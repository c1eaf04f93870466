//! The pure crates cannot leak a platform that they do not list.

/// Crates that know about a platform, a clock, randomness or a network.
const PLATFORM: &[&str] = &[
    "worker",
    "worker-sys",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "js-sys",
    "web-sys",
    "gloo-storage",
    "getrandom",
    "rand",
    "chrono",
    "tokio",
    "reqwest",
    "ureq",
    "hyper",
    "axum",
    "uuid",
    "rusqlite",
];

#[test]
fn pure_crates_list_no_platform() {
    for name in ["contract", "edge-core", "edge-json"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("Cargo.toml");
        let manifest: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let listed = manifest.get("dependencies").and_then(toml::Value::as_table).unwrap();
        for platform in PLATFORM {
            assert!(!listed.contains_key(*platform), "{name} lists {platform}");
        }
    }
}
