//! Which crate may know which: the table of `docs/ARCHITECTURE.md` against the manifests. What a crate must not know
//! is not in its manifest; tests may look further.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who may depend on whom, beside itself.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("domain", &[]),
    ("engine", &["domain"]),
    ("store", &["domain"]),
    ("providers", &["domain"]),
    ("api", &["domain", "engine"]),
    ("gateway", &["domain", "engine", "store", "providers", "api"]),
];

/// What the heart must not be able to do, by the crates that do it.
const NO_IO: [&str; 8] =
    ["tokio", "hyper", "axum", "rusqlite", "reqwest", "object_store", "tokio-rustls", "socket2"];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names in a manifest's tables of that kind, those for one platform included.
fn names(manifest: &toml::Table, kind: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(table) = manifest.get(kind).and_then(toml::Value::as_table) {
        names.extend(table.keys().cloned());
    }
    for table in
        manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values)
    {
        if let Some(table) = table.as_table() {
            names.extend(self::names(table, kind));
        }
    }
    names
}

fn manifests() -> BTreeMap<String, toml::Table> {
    let mut manifests = BTreeMap::new();
    for entry in std::fs::read_dir(crates()).unwrap() {
        let folder = entry.unwrap().path();
        let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        manifests.insert(folder.file_name().unwrap().to_str().unwrap().to_owned(), text.parse().unwrap());
    }
    manifests
}

#[test]
fn every_crate_knows_only_what_the_table_allows() {
    let manifests = manifests();
    for (name, allowed) in ALLOWED {
        let manifest = &manifests[name];
        for kind in ["dependencies", "build-dependencies"] {
            for dependency in names(manifest, kind) {
                let Some(ours) = dependency.strip_prefix("spool-") else { continue };
                assert!(
                    allowed.contains(&ours),
                    "{name} must not know {ours}: crates/{name}/Cargo.toml, {kind}"
                );
            }
        }
    }
}

#[test]
fn there_are_six_crates_and_the_fakes_that_only_tests_know() {
    let manifests = manifests();
    let names_found: Vec<&str> = manifests.keys().map(String::as_str).collect();
    assert_eq!(names_found, ["api", "domain", "engine", "fakes", "gateway", "providers", "store"]);
    for (name, manifest) in &manifests {
        assert!(!names(manifest, "dependencies").contains("spool-fakes"), "{name} must not ship the fakes");
    }
    assert!(names(&manifests["fakes"], "dependencies").iter().all(|name| !name.starts_with("spool-")));
}

#[test]
fn domain_and_providers_cannot_do_any_io() {
    let manifests = manifests();
    for name in ["domain", "providers"] {
        let known = names(&manifests[name], "dependencies");
        for tool in NO_IO {
            assert!(!known.contains(tool), "crates/{name} must not know {tool}");
        }
    }
}
