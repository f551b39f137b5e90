//! Recompiles the crate when the embedded data changes: `rules/` and `models/` are part of the binary.

fn main() {
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=models");
    println!("cargo:rerun-if-changed=build.rs");
}
