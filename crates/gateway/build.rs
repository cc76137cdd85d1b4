//! Has the crate built anew when the web app was.

fn main() {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist");
    // A folder that is not there cannot be watched: cargo would build anew every time. Where it cannot be made, that is all.
    let _ = std::fs::create_dir_all(built);
    println!("cargo::rerun-if-changed={built}");
}
