//! Mistakes in layer files: what is said of them, and where; and hostile files, which cost no time and no crash.

mod language_models;

use std::fmt::Write;
use std::time::{Duration, Instant};

use language_models::{Given, Memory, error_of, measure, measure_files, open, shown};
use modelmeter::diagnostic::Diagnostic;
use modelmeter::lang::Library;

use Given::{Flag, None as Absent, Numbers, Size, Words};

/// Lines (from 1) that the labels stand on, in order.
fn lines(error: &Diagnostic) -> Vec<usize> {
    error.labels.iter().map(|label| label.span.source.line(label.span.range.start)).collect()
}

/// What a layer that is given nothing but a few sizes is refused for.
fn refused(text: &str) -> Box<Diagnostic> {
    let sizes =
        [("B", Size(2)), ("S", Size(6)), ("h", Size(8)), ("H", Size(2)), ("L", Size(5)), ("n", Size(3))];
    error_of(text, &sizes)
}

/// The code of the error, and the line of each place that it underlines.
fn check(text: &str, code: &str, places: &[usize]) {
    let error = refused(text);
    let rendered = error.render(false);
    assert_eq!(error.code, code, "{text}\n{rendered}");
    assert_eq!(lines(&error), places, "{text}\n{rendered}");
    assert!(error.labels.iter().all(|label| label.span.source.name() == "layer.py"), "{rendered}");
    assert!(rendered.contains("layer.py:"), "{rendered}");
}

/// A layer with one statement, on line 2.
fn one(statement: &str) -> String {
    format!("def Layer(x: (B, S, h), *, H, L, n):\n    {statement}\n    return x\n")
}

#[test]
fn shapes_that_do_not_fit_show_both_places() {
    let call = "def Inner(x: (B, S, h), y: (B, h)):\n    return x\n\n\ndef Layer(x: (B, S, h), *, n):\n    return Inner(x, linear(x, n))\n";
    check(call, "shape-mismatch", &[6, 1]);
    let size = "def Inner(x: (B, S, 2 * i), *, i):\n    return x\n\n\ndef Layer(x: (B, S, h)):\n    return Inner(x, i=h)\n";
    check(size, "shape-mismatch", &[6, 1]);
    let bound_twice = "def Inner(x: (a, a)):\n    return x\n\n\ndef Layer(x: (B, h)):\n    return Inner(x)\n";
    check(bound_twice, "shape-mismatch", &[6, 1]);
}

#[test]
fn operators_refuse_what_does_not_fit() {
    let mut wrong = String::new();
    for (statement, code) in [
        ("y = x + linear(x, n)", "shape-mismatch"),
        ("y = reshape(x, B, S, H, h)", "shape-mismatch"),
        ("y = reshape(x, B, -1)", "reshape"),
        ("y = matmul(x, x)", "shape-mismatch"),
        ("y = concat(x, linear(x, n), dim=1)", "shape-mismatch"),
        ("y, z = split(x, [n, n])", "shape-mismatch"),
        ("y, z = unbind(x)", "unbind"),
        ("y, z = unbind(reshape(x, 1, B, S, h))", "cannot-unpack"),
        ("y = permute(x, 0, 1)", "permute"),
        ("y = permute(x, 0, 1, 1)", "permute"),
        ("y = transpose(x, 1, 3)", "no-such-dimension"),
        ("y = transpose(x, n, 1)", "no-such-dimension"),
        ("y = expand(x, B, S, n)", "shape-mismatch"),
        ("y = resize(x, B, S)", "shape-mismatch"),
        ("y = crop(x, 2, S, dim=1)", "crop"),
        ("y = crop(x, 0, S - 7, dim=1)", "negative-size"),
        ("y = pad(x, 0, n - 4, dim=1)", "negative-size"),
        ("y = einsum(\"bsh,hk\", x, x)", "einsum-subscripts"),
        ("y = einsum(\"bs,bsh->b\", x, x)", "einsum-subscripts"),
        ("y = einsum(\"bsh,bsh->bk\", x, x)", "einsum-subscripts"),
        ("y = einsum(\"bsh,bsh->bb\", x, x)", "einsum-subscripts"),
        ("y = einsum(\"bsh->b\", x, x)", "einsum-subscripts"),
        ("y = einsum(\"bsh,bhs->b\", x, x)", "shape-mismatch"),
        ("y = conv1d(x, n, 9)", "window-too-large"),
        ("y = conv1d(x, n, 1, stride=0)", "division-by-zero"),
        ("y = linear(x)", "wrong-arguments"),
        ("y = linear(x, n, n)", "wrong-arguments"),
        ("y = linear(n, x)", "wrong-arguments"),
        ("y = linear(x, x)", "shape-mismatch"),
        ("y = relu(x, x)", "wrong-arguments"),
        ("y = sdpa(x, x)", "wrong-arguments"),
        ("y = linear(x, 0.5)", "wrong-arguments"),
        ("y = linear(x, [n])", "wrong-arguments"),
        ("y = crop(x, [0], 1)", "wrong-arguments"),
        ("y = crop(x, 0, length=None)", "wrong-arguments"),
        ("y = conv1d(x, n, 1, groups=None)", "wrong-arguments"),
        ("y = conv1d(x, n, 1, groups=[1])", "wrong-arguments"),
        ("y = conv1d(x, n, 1, padding=[1, 1])", "wrong-arguments"),
        ("y = kv_cache(x, past=None)", "wrong-arguments"),
        ("y = kv_cache(crop(x, 0, 1, dim=n - 3), x, window=[1])", "no-such-dimension"),
        ("y = linear(x, n, bias=\"yes\", weights=x)", "unknown-keyword"),
        ("y = linear(x, n, bais=False)", "unknown-keyword"),
        ("y = lineer(x, n)", "unknown-operator"),
        ("y = h(x)", "not-callable"),
        ("y = linear(x, h // 0)", "division-by-zero"),
        ("y = linear(x, h % (n - 3))", "division-by-zero"),
        ("y = linear(x, ceil_div(h, n - 3))", "division-by-zero"),
        ("y = linear(x, h / (n - 3))", "division-by-zero"),
        ("y = linear(x, h ** n)", "power-exponent"),
        ("y = linear(x, h ** 65)", "exponent"),
        ("y = x % x", "tensor-arithmetic"),
        ("y = x + None", "arithmetic"),
        ("y = topk(x, n) + x", "arithmetic"),
        ("y = linear(x, min(n))", "wrong-arguments"),
        ("y = linear(x, len(h))", "wrong-arguments"),
        ("y = per_expert(x, experts=n, top_k=1)", "wrong-arguments"),
        ("y = per_expert(linear, x, n)", "wrong-arguments"),
        ("y = cached(x)", "wrong-arguments"),
        ("y = shared(n)", "shared-form"),
        ("y = 1 if n > 2 else 0", "condition-on-size"),
        ("y = 1 if x == n else 0", "condition-on-size"),
        ("y = 1 if n else 0", "not-a-condition"),
        ("y = 1 if h == H * 4 else 0", "condition-on-size"),
        ("assert h <= n", "fact-broken"),
        ("assert h != n", "unknown-fact"),
        ("a, b, c = split(x, [1, h - 1])", "cannot-unpack"),
        ("a, b = h", "cannot-unpack"),
        ("y = [1, 2][2]", "indexing"),
        ("y = [1, 2][n]", "indexing"),
    ] {
        let text = one(statement);
        let outcome = std::panic::catch_unwind(|| refused(&text));
        let Ok(error) = outcome else {
            let _ = writeln!(wrong, "{statement}: no error");
            continue;
        };
        if error.code != code || lines(&error).first() != Some(&2) {
            let _ = writeln!(wrong, "{statement}: not {code}: {}", error.render(false));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn suggestions_name_what_was_meant() {
    for (statement, meant) in
        [("y = lineer(x, n)", "linear"), ("y = linear(x, n, bais=False)", "bias"), ("y = Iner(x)", "Inner")]
    {
        let text = format!("def Inner(x: (B, h)):\n    return x\n\n\n{}", one(statement));
        let error = refused(&text);
        assert!(error.help.iter().any(|help| help.contains(meant)), "{}", error.render(false));
    }
}

#[test]
fn calls_of_layers_are_checked() {
    let inner = "def Inner(x: (B, S, h), *, wide, bias=False):\n    return linear(x, wide, bias=bias)\n\n\n";
    for (statement, code, places) in [
        ("y = Inner(x)", "missing-size", vec![1, 6]),
        ("y = Inner(x, width=3)", "unknown-keyword", vec![6]),
        ("y = Inner(x, x, wide=3)", "wrong-arguments", vec![6, 1]),
        ("y = Inner(n, wide=3)", "wrong-arguments", vec![6, 1]),
        ("y = Inner(x, wide=None)", "wrong-arguments", vec![2]),
        ("y = Inner(x, wide=3, bias=4) + x", "shape-mismatch", vec![6]),
    ] {
        check(&format!("{inner}{}", one(statement)), code, &places);
    }
    let unsolved = "def Inner(x: (B, S, a * b)):\n    return x\n\n\n";
    let error = refused(&format!("{unsolved}{}", one("y = Inner(x)")));
    assert_eq!(lines(&error), [1], "{}", error.render(false));
    let remainder = "def Inner(x: (B, S, a % 3)):\n    return x\n\n\n";
    check(&format!("{remainder}{}", one("y = Inner(x)")), "cannot-solve", &[1]);
}

#[test]
fn loops_are_checked() {
    for (body, code, places) in [
        ("for layer in range(L):\n        x = linear(x, n)", "loop-changes-shape", vec![2]),
        ("for layer in range(L):\n        y = linear(x, layer + 1)", "weight-depends-on-index", vec![3]),
        ("for layer in range(n - 7):\n        y = relu(x)", "loop-count", vec![2]),
        ("for layer in range(2, L):\n        y = relu(x)", "loop-form", vec![2]),
        ("for a, b in range(L):\n        y = relu(x)", "loop-form", vec![2]),
        ("for a in n:\n        y = relu(x)", "loop-form", vec![2]),
        ("for a, b in [1, 2]:\n        y = relu(x)", "cannot-unpack", vec![2]),
        ("for a, b in zip([1, 2], [1]):\n        y = relu(x)", "lists-differ", vec![2]),
        ("for layer in range(L):\n        y = 1 if layer * layer < 9 else 2", "index-not-linear", vec![3]),
        ("for layer in range(L):\n        y = 1 if 2 * layer % 3 == 1 else 2", "index-not-linear", vec![3]),
        (
            "for layer in range(L):\n        y = 1 if [\"a\", \"b\"][layer] == \"a\" else 2",
            "indexing",
            vec![3],
        ),
        ("for layer in range(L):\n        y = linear(x, [1, 2, 3, 4, 5][layer])", "wrong-arguments", vec![3]),
        (
            "for layer in range(L):\n        k = [\"a\", \"b\", \"a\", \"b\", \"a\"][layer]\n    y = 1 if k == \"a\" else 2",
            "differs-by-iteration",
            vec![4],
        ),
        ("for layer in range(L):\n        y = 1 if layer % (n - 3) == 1 else 2", "division-by-zero", vec![3]),
        (
            "for layer in range(L):\n        if layer % 2 == 1:\n            y = exp(constant(layer, h))",
            "index-in-scattered-class",
            vec![2],
        ),
        (
            "for layer in range(L):\n        if layer % 2 == 1:\n            k = kv_cache(x, past=layer)",
            "index-in-scattered-class",
            vec![2],
        ),
    ] {
        check(&one(body), code, &places);
    }
}

#[test]
fn recursion_and_cycles_are_told() {
    let two =
        "def Other(x: (B, S, h)):\n    return Layer(x)\n\n\ndef Layer(x: (B, S, h)):\n    return Other(x)\n";
    let error = refused(two);
    assert!(matches!(error.code, "recursion" | "defined-later"), "{}", error.render(false));
    let own = "def Layer(x: (B, S, h)):\n    return Layer(x)\n";
    assert_eq!(refused(own).code, "recursion");
    let passed = "def Apply(x: (B, S, h), *, f):\n    return f(x, f=f)\n\n\ndef Layer(x: (B, S, h)):\n    return Apply(x, f=Apply)\n";
    check(passed, "recursion", &[2]);
    let files = [
        ("layer.py", "from other import Other\n\n\ndef Layer(x: (B, h)):\n    return Other(x)\n"),
        ("other.py", "from layer import Layer\n\n\ndef Other(x: (B, h)):\n    return Layer(x)\n"),
    ];
    let error = measure_files(&files, &[], false).expect_err("a cycle");
    assert_eq!(error.code, "import-cycle", "{}", error.render(false));
    for (import, code) in [("missing", "missing-file"), ("other", "unknown-layer")] {
        let text =
            format!("from {import} import Nothing\n\n\ndef Layer(x: (B, h)):\n    return Nothing(x)\n");
        let files = Memory::new(&[("layer.py", text.as_str()), ("other.py", files[1].1)]);
        let other = "def Other(x: (B, h)):\n    return x\n";
        let error = match import {
            "other" => {
                Library::load("layer.py", &Memory::new(&[("layer.py", text.as_str()), ("other.py", other)]))
            }
            _ => Library::load("layer.py", &files),
        };
        let error = error.expect_err("nothing to import");
        assert_eq!(error.code, code, "{}", error.render(false));
        assert_eq!(lines(&error), [1]);
    }
}

/// A model of one file, in a folder of its own.
fn model(name: &str, text: &str) -> modelmeter::diagnostic::Result<modelmeter::algebra::Rational> {
    let folder = language_models::library().join(name);
    std::fs::create_dir_all(folder.join("configs/hf")).expect("a folder");
    let description = format!(
        "id = '{name}'\ntitle = 'T'\ndefault_phase = 'prefill'\n\
         [[symbol]]\nname = 'h'\nmeaning = 'width'\nkey = 'hf.h'\n\
         [[symbol]]\nname = 'H'\nmeaning = 'heads'\nkey = 'hf.H'\n\
         [[runtime]]\nname = 'S'\nmeaning = 'tokens'\nkey = 'runtime.S'\ndefault = 4\n\
         [[phase]]\nname = 'prefill'\nabout = 'tokens'\nkeys = ['S']\n"
    );
    std::fs::write(folder.join("model.toml"), description).expect("written");
    std::fs::write(
        folder.join("configs").join(format!("{name}.yaml")),
        "defaults: [{hf: a}, _self_]\nruntime: {S: 4}\n",
    )
    .expect("written");
    std::fs::write(folder.join("configs/hf/a.yaml"), "h: 12\nH: 5\n").expect("written");
    std::fs::write(folder.join(format!("{name}.py")), text).expect("written");
    let bound = open(name, &[])?;
    let view = bound.view()?;
    view.number(view.tree.root(), modelmeter::cost::Metric::Flops)
}

#[test]
fn phases_are_checked() {
    for (name, text, code, places) in [
        ("no_phase", "def decode(x: (S, h)):\n    return x\n", "missing-phase", vec![]),
        (
            "own_weight",
            "def prefill(x: (S, h), *, h):\n    return linear(x, h)\n",
            "weight-in-phase",
            vec![2],
        ),
        ("own_param", "def prefill(x: (S, h), *, h):\n    return x + param(h)\n", "weight-in-phase", vec![2]),
        (
            "layer_weight",
            "def Own(x: (S, h)):\n    return linear(x, h)\n\n\ndef prefill(x: (S, h)):\n    return Own(x)\n",
            "weight-in-phase",
            vec![2],
        ),
        (
            "broken_division",
            "def Own(x: (S, h), *, H):\n    return reshape(x, S, H, h / H)\n\n\nown = shared(Own)\n\n\n\
             def prefill(x: (S, h)):\n    return own(x)\n",
            "fact-broken",
            vec![2],
        ),
        (
            "broken_solution",
            "def Own(x: (S, H * d), *, H):\n    return reshape(x, S, H, d)\n\n\nown = shared(Own)\n\n\n\
             def prefill(x: (S, h)):\n    return own(x)\n",
            "fact-broken",
            vec![1],
        ),
        (
            "broken_assertion",
            "def Own(x: (S, h), *, H):\n    assert h % H == 0\n    return reshape(x, S, H, h / H)\n\n\nown = shared(Own)\n\n\n\
             def prefill(x: (S, h)):\n    return own(x)\n",
            "fact-broken",
            vec![2],
        ),
        ("no_key", "def prefill(x: (S, h), *, T):\n    return relu(x)\n", "missing-size", vec![1]),
    ] {
        let error = model(name, text).expect_err(name);
        assert_eq!(error.code, code, "{name}: {}", error.render(false));
        assert_eq!(lines(&error), places, "{name}: {}", error.render(false));
    }
    assert!(shown(model("good", "def prefill(x: (S, h)):\n    return relu(x)\n")).is_integer());
}

#[test]
fn errors_in_classes_that_do_not_occur_do_not_count() {
    let text = "def Layer(x: (B, h), *, L, k, i=None):\n    for layer in range(L):\n        if layer < k:\n            x = x + linear(linear(x, i), h)\n        else:\n            x = relu(x)\n    return x\n";
    let sizes = |k| [("B", Size(2)), ("h", Size(4)), ("L", Size(6)), ("k", Size(k)), ("i", Absent)];
    assert!(measure(text, &sizes(0), false).is_ok());
    assert_eq!(error_of(text, &sizes(1)).code, "wrong-arguments");
}

// ---- hostile ---------------------------------------------------------------------------------------------------------

fn quick<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    // Generous: other programs may share the machine. Work in proportion to the numbers would take for ever.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    done
}

#[test]
fn long_loops_cost_no_more_than_short_ones() {
    let text = "def Layer(x: (B, h), *, L, k, full):\n    for layer in range(L):\n        if layer < k:\n            x = x + linear(x, h)\n        if layer in full:\n            x = relu(x)\n        if layer == k + 4:\n            x = exp(x)\n    return x\n";
    for length in [12, 1_000_000, i64::MAX] {
        let given = [
            ("B", Size(1)),
            ("h", Size(1)),
            ("L", Size(length)),
            ("k", Size(3)),
            ("full", Numbers(vec![2, 5, 11])),
        ];
        let found = quick(|| shown(measure(text, &given, false)));
        assert_eq!(found.integer(language_models::WEIGHTS), 6, "{length}");
    }
    // Far beyond machine numbers, through a model.
    let huge = "hf.num_hidden_layers=1000000000000000000000000000000";
    let bound = shown(open("decoders", &["hf=mixtral_8x7b", huge]));
    let view = quick(|| shown(bound.view()));
    let weights = shown(view.number(view.tree.root(), modelmeter::cost::Metric::Weights));
    assert!(weights > modelmeter::algebra::Rational::from_integer(num_bigint::BigInt::from(10).pow(38)));
}

#[test]
fn long_lists_are_quick_or_refused() {
    let length = 100_000;
    let every_other: Vec<i64> = (0..length).filter(|layer| layer % 2 == 0).collect();
    let member = "def Layer(x: (B, h), *, L, full):\n    for layer in range(L):\n        if layer in full:\n            x = x + linear(x, h)\n        else:\n            x = relu(x)\n    return x\n";
    let given = [("B", Size(1)), ("h", Size(1)), ("L", Size(length)), ("full", Numbers(every_other.clone()))];
    let found = quick(|| shown(measure(member, &given, false)));
    assert_eq!(found.integer(language_models::WEIGHTS), length);
    let words = member.replace("layer in full", "full[layer] == \"a\"");
    let names = (0..length).map(|layer| if layer % 2 == 0 { "a" } else { "b" }).collect();
    let given = [("B", Size(1)), ("h", Size(1)), ("L", Size(length)), ("full", Words(names))];
    let found = quick(|| shown(measure(&words, &given, false)));
    assert_eq!(found.integer(language_models::WEIGHTS), length);
    let unrolled = "def Layer(x: (B, h), *, full):\n    for width in full:\n        x = x + linear(x, h)\n    return x\n";
    let given = [("B", Size(1)), ("h", Size(1)), ("full", Numbers(every_other))];
    let error = quick(|| error_of(unrolled, &given));
    assert_eq!(error.code, "list-too-long");
    assert_eq!(lines(&error), [2]);
    let widths: Vec<i64> = (1..=200).collect();
    let found = quick(|| {
        shown(measure(unrolled, &[("B", Size(1)), ("h", Size(1)), ("full", Numbers(widths))], false))
    });
    assert_eq!(found.integer(language_models::WEIGHTS), 400);
}

#[test]
fn many_conditions_are_refused_and_not_tried_one_by_one() {
    let mut flags = String::from("def Layer(x: (B, h), *, L, all):\n    for layer in range(L):\n");
    let mut residues = flags.clone();
    for (at, prime) in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].into_iter().enumerate() {
        let _ =
            writeln!(flags, "        if layer in [{at}, {}, {}]:\n            x = relu(x)", at + 3, 40 - at);
        let _ = writeln!(residues, "        if layer % {prime} == 0:\n            x = relu(x)");
    }
    flags.push_str("    return x\n");
    residues.push_str("    return x\n");
    for length in [60, 50_000, i64::MAX] {
        let given = [("B", Size(1)), ("h", Size(1)), ("L", Size(length)), ("all", Flag(true))];
        assert!(quick(|| measure(&flags, &given, false)).is_ok(), "{length}");
        match quick(|| measure(&residues, &given, false)) {
            Ok(_) => assert_eq!(length, 60),
            Err(error) => {
                assert!(
                    matches!(error.code, "too-many-classes" | "conditions-too-mixed"),
                    "{}",
                    error.render(false)
                );
                assert!(lines(&error)[0] >= 2);
            }
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    // Each layer calls the next within many calls of an operator: far more frames than a stack holds.
    let mut text = String::from("def Layer0(x: (B, h)):\n    return relu(x)\n\n\n");
    for layer in 1..90 {
        let inner = format!("Layer{}(x)", layer - 1);
        let nested = format!("{}{inner}{}", "relu(".repeat(100), ")".repeat(100));
        let _ = write!(text, "def Layer{layer}(x: (B, h)):\n    return {nested}\n\n\n");
    }
    text.push_str("def Layer(x: (B, h)):\n    return Layer89(x)\n");
    let run = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let error = quick(|| error_of(&text, &[("B", Size(1)), ("h", Size(1))]));
        assert_eq!(error.code, "too-deep", "{}", error.render(false));
        let mut chain = String::from("def Layer0(x: (B, h)):\n    return relu(x)\n\n\n");
        for layer in 1..150 {
            let _ = write!(chain, "def Layer{layer}(x: (B, h)):\n    return Layer{}(x)\n\n\n", layer - 1);
        }
        chain.push_str("def Layer(x: (B, h)):\n    return Layer149(x)\n");
        let error = quick(|| error_of(&chain, &[("B", Size(1)), ("h", Size(1))]));
        assert_eq!(error.code, "too-deep", "{}", error.render(false));
    });
    run.expect("a thread").join().expect("no panic");
}

/// Doubling calls: each layer calls the next twice, so that a short file would run for ever.
#[test]
fn layers_that_multiply_are_refused() {
    let mut text = String::from("def Layer0(x: (B, h)):\n    return relu(x)\n\n\n");
    for layer in 1..60 {
        let before = layer - 1;
        let _ =
            write!(text, "def Layer{layer}(x: (B, h)):\n    return Layer{before}(Layer{before}(x))\n\n\n");
    }
    text.push_str("def Layer(x: (B, h)):\n    return Layer59(x)\n");
    let run = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let error = quick(|| error_of(&text, &[("B", Size(1)), ("h", Size(1))]));
        assert_eq!(error.code, "too-large", "{}", error.render(false));
    });
    run.expect("a thread").join().expect("no panic");
}
