//! Lists the files of `catalog/`, so that a new one becomes part of the program without a change of code.

use std::fmt::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let name =
            entry?.file_name().into_string().map_err(|name| format!("catalog: {name:?} is not UTF-8"))?;
        names.extend(name.ends_with(".toml").then_some(name));
    }
    names.sort();
    let mut list = String::from("[\n");
    for name in names {
        let path = folder.join(&name);
        writeln!(
            list,
            "    ({:?}, include_str!({:?})),",
            format!("catalog/{name}"),
            path.display().to_string()
        )?;
    }
    list.push_str("]\n");
    Ok(std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("catalog.rs"), list)?)
}
