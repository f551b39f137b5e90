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

#[test]
fn each_bad_file_is_refused_for_its_name() {
    let mut wrong = Vec::new();
    for (name, text) in files("bad") {
        let line = text.lines().position(|line| line.contains("# error")).map(|line| line + 1);
        let error = match read(text) {
            Ok(_) => {
                wrong.push(format!("{name} is read"));
                continue;
            }
            Err(error) => error,
        };
        let span = &error.labels[0].span;
        if error.code != name || line != Some(span.source.line(span.range.start)) {
            wrong.push(format!("{name}, expected on line {line:?}:\n{}", error.render(false)));
        }
        assert!(!error.help.is_empty(), "{name} says what to write");
        assert!(!span.range.is_empty(), "{name} underlines something");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_first_of_several_errors_is_told_and_the_others_counted() {
    let text = "def A(x: (h)):\n    y = x.view(1)\n    z = x[0]\n    return x\n\n\nfor i in a:\n    pass\n";
    let error = read(text).expect_err("three mistakes");
    assert_eq!(error.code, "method");
    assert_eq!(error.help[0], "write `reshape(x, …)` with every dimension");
    assert!(error.help[1].starts_with("one more error, on line 7"), "{:?}", error.help);
}

#[test]
fn a_misspelt_name_is_told_from_the_names_of_the_layer() {
    let error = read("def A(x: (B, width)):\n    return linear(x, widht)\n").expect_err("a misspelt name");
    assert_eq!(error.code, "unknown-name");
    assert_eq!(error.help[0], "did you mean `width`?");
}

#[test]
fn names_that_may_stand_for_operators_or_symbols_are_listed() {
    let module = read_ok(
        "def A(x: (h), *, act=gelu):\n    y = A2(act(x), act=quick_gelu)\n    return cached(linear, y, h, fill=True)\n\n\ndef A2(x: (h), *, act):\n    return act(x)\n\n\nmodel = shared(A)\n\n\ndef forward(x: (h)):\n    return model(linear(x, V))\n",
    );
    let free = |index: usize| -> Vec<&str> {
        module.layers[index].free.iter().map(|name| name.text.as_str()).collect()
    };
    assert_eq!(free(0), ["quick_gelu", "linear"]);
    assert_eq!(free(2), ["V"]);
}

#[test]
fn sizes_and_flags_that_nothing_reads_give_warnings_and_tensors_do_not() {
    let module = read_ok(
        "def A(x: (B, h), *, unused, n, kept, _hidden):\n    spare = param(h)\n    wide = 2 * n\n    twice = x + x\n    if kept:\n        x = silu(x)\n    return x\n",
    );
    let warnings: Vec<_> = module.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(warnings, ["nothing reads the keyword `unused`", "nothing reads the size `wide`"]);
}

#[test]
fn values_flow_through_branches_and_loops() {
    read_ok(
        "def A(x: (h), *, n, a):\n    if a is None:\n        y = x\n    elif a:\n        y = silu(x)\n    else:\n        y = gelu(x)\n    for i in range(n):\n        z = silu(y)\n    return z + y\n",
    );
    let missing = "def A(x: (h), *, a):\n    if a is None:\n        y = x\n    elif a:\n        y = silu(x)\n    return y\n";
    let error = read(missing).expect_err("no value if neither holds");
    assert_eq!(error.code, "one-branch-name");
    assert_eq!(error.labels.len(), 2);
}

#[test]
fn returns_in_all_branches_are_told_where_they_stand() {
    let text = "def A(x: (h), *, a):\n    if a:\n        return x\n    else:\n        return silu(x)\n";
    let error = read(text).expect_err("two returns");
    assert_eq!((error.code, error.labels[0].span.text()), ("early-return", "return x"));
}

#[test]
fn corners_of_the_grammar_are_read() {
    let texts = [
        "from a.b import (A, B,)",
        "def A(x: (h)): return x",
        "def A(x: (h)): y = x; return y",
        "def A(): return constant(1)",
        "def A(*, n): return constant(n,)",
        "def A(x: (), y: (...), z: (..., h,), ids: tokens(S,),): return x",
        "def A(x: (B, 2 * h, ceil_div(S, 2), widths[0])): return x",
        "def A(x: (h)):\n  (a, b) = split(x, [1, 2]); pass\n  return a, b,",
        "def A(x: (h)):\n  for a, (b, c) in (1, (2, 3)), (4, (5, 6)): x = x * a; x **= 2\n  return x",
        "def A(x: (h), *, a):\n  if not -a ** 2 == 4 or a not in [1, 2]: pass\n  return x",
        "def A(x: (h), *, a=-1, b=(1, 2), c='x'):\n  return a if b is not None else [[1]][0][0] if c else (1, 2)[1]",
        "p = param(h); q = shared(linear)",
    ];
    for text in texts {
        read_ok(text);
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    for (name, text) in files("good") {
        let plain = read_ok(text.as_str());
        for other in [text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
            let module = read_ok(other);
            assert_eq!(module.doc, plain.doc, "{name}");
            for (layer, expected) in module.layers.iter().zip(&plain.layers) {
                assert_eq!(layer.doc, expected.doc);
                assert_eq!(&module.source.text()[layer.name.range.clone()], expected.name.text);
            }
        }
    }
}

/// Reads a layer whose one statement assigns `value`, and gives the code of the error.
fn code_of(value: &str) -> &'static str {
    read(format!("def A(x: (h), *, a):\n    y = {value}\n    return x\n"))
        .map_or_else(|error| error.code, |_| "read")
}

#[test]
fn deep_text_is_refused_before_it_can_exhaust_the_stack() {
    let many = 60_000;
    let chains = [
        format!("{}a", "a + ".repeat(many)),
        format!("{}a", "a ** ".repeat(many)),
        format!("{}a", "-".repeat(many)),
        format!("{}a", "not ".repeat(many)),
        format!("{}a", "a if a else ".repeat(many)),
        format!("{}a", "lambda: ".repeat(many)),
        format!("{}a", "lambda b, c: ".repeat(many)),
        format!("a{}", "()".repeat(many)),
        format!("a{}", "[0]".repeat(many)),
        format!("a{}", ".b".repeat(many)),
        format!("1{}", ".b".repeat(many)),
        format!("{}a{}", "[".repeat(many), "]".repeat(many)),
        format!("{}a{}", "f(".repeat(many), ")".repeat(many)),
        format!("{}a", "await ".repeat(many)),
        format!("{}a", "yield a, ".repeat(many)),
        format!("{}a{}", "(a := ".repeat(many), ")".repeat(many)),
        format!("a\n    {}pass", "if a: ".repeat(many)),
        format!("a\n    {}pass", "async ".repeat(many)),
    ];
    for chain in &chains {
        assert_eq!(code_of(chain), "too-deep", "{}", &chain[..40]);
    }
    let parentheses = format!("{}a{}", "(".repeat(400_000), ")".repeat(400_000));
    assert_eq!(code_of(&parentheses), "too-deep");
    assert_eq!(read("(".repeat(1_000_000)).expect_err("open brackets").code, "too-deep");
    let blocks: String = (0..1_000).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect();
    assert_eq!(read(blocks).expect_err("deep blocks").code, "too-deep");
    let cases = "    elif a:\n        pass\n".repeat(20_000);
    let text = format!("def A(x: (h), *, a):\n    if a:\n        pass\n{cases}    return x\n");
    assert_eq!(read(text).expect_err("many cases").code, "too-deep");
}

#[test]
fn text_just_below_the_bounds_is_read() {
    let bracketed = |open: &str, close: &str| format!("{}a{}", open.repeat(490), close.repeat(490));
    let deep = [
        format!("{}a", "a + ".repeat(980)),
        format!("{}a", "a if a else ".repeat(980)),
        format!("{}a", "-".repeat(980)),
        format!("{}a", "not ".repeat(980)),
        format!("a{}", "[0]".repeat(900)),
        bracketed("(", ")"),
        bracketed("[", "]"),
        bracketed("[a, ", ", a]"),
        bracketed("f(", ")"),
        bracketed("f(a, b=", ")"),
        bracketed("a[", "]"),
        format!("{}a{}", "(a + ".repeat(330), ")".repeat(330)),
        format!("[{}]", "(a, a), ".repeat(20_000)),
    ];
    for value in deep {
        assert_eq!(code_of(&value), "read", "{}", &value[..40]);
    }
    let blocks: String = (1..98).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect();
    read_ok(format!("def A(x: (h), *, a):\n{blocks}{}x = silu(x)\n return x\n", " ".repeat(98)));
}

#[test]
fn odd_bytes_are_refused() {
    assert_eq!(read("#".repeat(2_000_000)).expect_err("two megabytes").code, "file-too-large");
    for text in ["\0", "x = 1\0", "# \0\n", "\"\u{7f}\"", "a\rb", "\u{c}"] {
        assert_eq!(read(text).expect_err("a control character").code, "control-character");
    }
    for text in ["\\", "x = 1 \\ ", "\\\n", "  \\\n x"] {
        assert_eq!(read(text).expect_err("a stray backslash").code, "stray-backslash");
    }
    for text in ["\"", "'''", "'\\", "x = r'\\'", "\"\"\"\"\""] {
        assert_eq!(read(text).expect_err("an open string").code, "unterminated-string", "{text}");
    }
    for text in ["", "\n", "# comment", "\"\"\"Doc.\"\"\""] {
        assert!(read(text).is_ok(), "{text:?}");
    }
}

/// Layer files under a folder and its folders.
fn layer_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            layer_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
}

#[test]
fn the_files_of_all_models_are_read_without_warnings() {
    let mut found = Vec::new();
    layer_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models"), &mut found);
    for path in found {
        let text = std::fs::read_to_string(&path).expect("a layer file is UTF-8");
        match read_module(&Source::new(path.to_string_lossy(), text)) {
            Ok(module) => {
                let warnings: String =
                    module.warnings.iter().map(|warning| warning.render_warning(false)).collect();
                assert!(warnings.is_empty(), "{warnings}");
            }
            Err(error) => panic!("{}", error.render(false)),
        }
    }
}
