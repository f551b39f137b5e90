//! A model is data: the program's text names no architecture.

use std::path::{Path, PathBuf};

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|known| known == extension) {
            found.push(path);
        }
    }
}

/// Every word under `architectures` and `model_type` of the models' descriptions, lists or tables.
fn names(root: &Path) -> Vec<String> {
    let mut descriptions = Vec::new();
    files(&root.join("models"), "toml", &mut descriptions);
    let mut names = Vec::new();
    for path in descriptions {
        let text = std::fs::read_to_string(&path).expect("text");
        let table: toml::Table = text.parse().expect("TOML");
        for key in ["architectures", "model_type"] {
            match table.get(key) {
                Some(toml::Value::Array(all)) => {
                    names.extend(all.iter().filter_map(|name| name.as_str()).map(str::to_owned));
                }
                Some(toml::Value::Table(all)) => names.extend(all.keys().cloned()),
                _ => {}
            }
        }
    }
    names
}

#[test]
fn no_architecture_is_named_in_the_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = names(root);
    assert!(names.len() > 150, "only {} names", names.len());
    let mut sources = Vec::new();
    files(&root.join("src"), "rs", &mut sources);
    for path in sources {
        // There, `phi` is a Greek letter.
        if path.ends_with("notation/names.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("text");
        for name in &names {
            assert!(!text.contains(&format!("\"{name}\"")), "{} names {name}", path.display());
        }
    }
}
