//! Layer files: what is read, what is refused and where, and what hostile text does.

use std::path::Path;

use modelmeter::diagnostic::{Diagnostic, Source};
use modelmeter::lang::syntax::{ExpressionKind, Module, StatementKind, read_module};

fn read(text: impl Into<String>) -> Result<Module, Box<Diagnostic>> {
    read_module(&Source::new("layer.py", text))
}

fn read_ok(text: impl Into<String>) -> Module {
    match read(text) {
        Ok(module) => module,
        Err(error) => panic!("{}", error.render(false)),
    }
}

/// Files of a folder under `tests/data/layers`, by name, without the ending.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/layers").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of layer files exists")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a layer file is UTF-8"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn good_files_are_read() {
    let files = files("good");
    assert!(files.len() >= 12);
    for (name, text) in files {
        let module = read_ok(text);
        assert!(!module.doc.is_empty(), "{name} has a docstring");
        assert!(!module.layers.is_empty(), "{name} has layers");
    }
}

#[test]
fn a_layer_becomes_a_tree() {
    let module = read_ok(
        "def Norm(x: (..., h), ids: tokens(B, S), like: (h), *, act=gelu, eps):\n    \"\"\"First.\n\n      Second.\n    \"\"\"\n    x += 1\n    a, b = split(x, [1, 2], dim=-1)\n    return a, b\n",
    );
    let layer = &module.layers[0];
    assert_eq!(layer.doc, "First.\n\nSecond.");
    let shapes: Vec<_> =
        layer.tensors.iter().map(|tensor| (tensor.rest, tensor.shape.len(), tensor.tokens)).collect();
    assert_eq!(shapes, [(true, 1, false), (false, 2, true), (false, 1, false)]);
    let keywords: Vec<_> = layer.keywords.iter().map(|keyword| keyword.default.is_some()).collect();
    assert_eq!(keywords, [true, false]);
    let StatementKind::Assign { value, .. } = &layer.body[0].kind else { panic!("an assignment") };
    assert!(matches!(value.kind, ExpressionKind::Binary(..)));
    assert_eq!(layer.result.len(), 2);
}
