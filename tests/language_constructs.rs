//! Constructs of the layer language one by one, each in closed form and unrolled.

mod language_models;

use language_models::{CACHE, Given, PEAK, TENSOR_CORE, WEIGHTS, both, error_of, measure_files, shown};

use Given::{Flag, None as Absent, Numbers, Size, Words};

#[test]
fn a_shared_layer_counts_its_weights_once() {
    let text = r#"
def Block(x: (B, S, h), *, i):
    y = linear(gelu(linear(x, i)), h)
    return x + y


def Layer(x: (B, S, h), *, L, i):
    block = shared(Block)
    for layer in range(L):
        x = block(x, i=i)
    return x
"#;
    let sizes = [("B", Size(2)), ("S", Size(5)), ("h", Size(6)), ("i", Size(7)), ("L", Size(4))];
    let found = both(text, &sizes);
    assert_eq!(found.integer(WEIGHTS), 6 * 7 + 7 + 7 * 6 + 6);
    assert_eq!(found.integer(TENSOR_CORE), 4 * 2 * (2 * 2 * 5 * 6 * 7));
    // Made in the loop, there is one for each iteration, however often it is called there.
    let inside = text
        .replace(
            "    block = shared(Block)\n    for layer in range(L):\n",
            "    for layer in range(L):\n        block = shared(Block)\n",
        )
        .replace("x = block(x, i=i)\n", "x = block(x, i=i)\n        x = block(x, i=i)\n");
    let found = both(&inside, &sizes);
    assert_eq!(found.integer(WEIGHTS), 4 * (6 * 7 + 7 + 7 * 6 + 6));
}

#[test]
fn tied_weights_are_one_and_work_twice() {
    let text = r#"
def Layer(ids: tokens(B, S), *, V, h):
    table = param(V, h)
    x = embedding(ids, table=table)
    logits = linear(x, V, bias=False, weight=table)
    return logits
"#;
    let found = both(text, &[("B", Size(2)), ("S", Size(3)), ("V", Size(11)), ("h", Size(4))]);
    assert_eq!(found.integer(WEIGHTS), 44);
    assert_eq!(found.integer(TENSOR_CORE), 2 * 2 * 3 * 4 * 11);
}

#[test]
fn states_have_a_constant_size_and_a_type_of_their_own() {
    let text = r#"
def Layer(x: (B, S, C), *, N, L, k):
    for layer in range(L):
        state = state_cache(constant(B, C, N), dtype="f32")
        window = state_cache(constant(B, C, k - 1))
        y = silu(linear(x, C))
        for t in range(S):
            update = einsum("bc,bcn->bn", reshape(crop(y, t, 1, dim=1), B, C), state)
        x = x + y
    return x
"#;
    let sizes =
        [("B", Size(2)), ("S", Size(5)), ("C", Size(6)), ("N", Size(3)), ("L", Size(4)), ("k", Size(4))];
    let found = both(text, &sizes);
    assert_eq!(found.integer(CACHE), 4 * (2 * 6 * 3 * 4 + 2 * 6 * 3 * 2));
    assert_eq!(found.integer(TENSOR_CORE), 4 * (2 * 2 * 5 * 6 * 6 + 5 * 2 * (2 * 6 * 3)));
}

/// The ragged windows of Qwen2.5-VL: a loop over literal tuples, where the last window may have no rows.
#[test]
fn literal_tuples_unroll_with_ragged_and_empty_ends() {
    let text = r#"
def Layer(x: (m, n, C), *, w, H):
    qkv = linear(x, 3 * C)
    for rows, a in [(m // w, w), (1, m % w)]:
        for cols, b in [(n // w, w), (1, n % w)]:
            q = constant(rows * cols, H, a * b, C / H)
            y = sdpa(q, q, q)
    return qkv
"#;
    for (m, n) in [(8, 8), (9, 8), (10, 11), (3, 5)] {
        let sizes = [("m", Size(m)), ("n", Size(n)), ("C", Size(6)), ("w", Size(4)), ("H", Size(2))];
        let found = both(text, &sizes);
        let mut attention = 0;
        for (rows, a) in [(m / 4, 4), (1, m % 4)] {
            for (cols, b) in [(n / 4, 4), (1, n % 4)] {
                attention += rows * cols * 2 * 6 * (a * b) * (a * b) * 2;
            }
        }
        assert_eq!(found.integer(TENSOR_CORE), 2 * m * n * 6 * 18 + attention, "{m} x {n}");
    }
}

#[test]
fn conditions_on_the_index_split_sums_exactly() {
    let text = r#"
def Inner(x: (B, h), *, layer, kinds, wide, k, period, rest):
    if kinds[layer] == "wide":
        x = x + linear(linear(x, wide), h)
    if layer < k or not layer % period == rest:
        x = x + linear(x, h, bias=False)
    if layer == k:
        x = relu(x)
    if layer in [1, 4] and layer != 4:
        x = x + linear(x, h)
    return x


def Layer(x: (B, h), *, L, kinds, wide, k, period, rest):
    for layer in range(L):
        x = Inner(x, layer=layer, kinds=kinds, wide=wide, k=k, period=period, rest=rest)
    return x
"#;
    let kinds = Words(vec!["wide", "plain", "wide", "plain", "plain", "wide", "plain"]);
    for k in 0..8 {
        for (period, rest) in [(1, 0), (2, 1), (3, 2), (9, 8), (2, 5)] {
            both(
                text,
                &[
                    ("B", Size(3)),
                    ("h", Size(5)),
                    ("L", Size(7)),
                    ("wide", Size(11)),
                    ("k", Size(k)),
                    ("period", Size(period)),
                    ("rest", Size(rest)),
                    ("kinds", kinds.clone()),
                ],
            );
        }
    }
}

#[test]
fn a_prefix_and_a_period_have_a_closed_count() {
    let text = r#"
def Layer(x: (B, h), *, L, k, period):
    for layer in range(L):
        if layer < k:
            x = x + linear(x, h)
        if layer >= k and layer % period == 1:
            x = x + linear(linear(x, 2 * h), h)
    return x
"#;
    let given = |length, k, period| {
        [("B", Size(3)), ("h", Size(5)), ("L", Size(length)), ("k", Size(k)), ("period", Size(period))]
    };
    for (length, k, period) in [(10, 3, 2), (10, 4, 3), (7, 7, 2), (7, 0, 4), (2, 1, 5)] {
        both(text, &given(length, k, period));
    }
    // As long as one likes: the count is a formula.
    let found = shown(language_models::measure(text, &given(1_000_000_000_000, 1000, 3), false));
    assert_eq!(found.integer(WEIGHTS), 1000 * 30 + (1_000_000_000_000 - 1000_i64 + 2) / 3 * (60 + 55));
}

#[test]
fn loops_nest_and_depend_on_one_another() {
    let text = r#"
def Layer(x: (B, h), *, L):
    for outer in range(L):
        for inner in range(outer):
            x = x + linear(x, h)
            z = constant(B, inner + 1, h)
            y = linear(relu(z), h, bias=False)
    return x
"#;
    let found = both(text, &[("B", Size(2)), ("h", Size(3)), ("L", Size(6))]);
    assert_eq!(found.integer(WEIGHTS), 15 * (12 + 9));
}

#[test]
fn the_peak_grows_with_the_steps() {
    let text = r#"
def Layer(x: (B, S, h), late: (B, h), *, K):
    y = relu(x)
    for step in range(K):
        a = constant(B, S + step, h)
        b = exp(a)
        c = matmul(b, transpose(x, 1, 2))
        d = relu(late)
    return y
"#;
    for k in [1, 2, 5] {
        for s in [1, 3, 50] {
            let found = both(text, &[("B", Size(2)), ("S", Size(s)), ("h", Size(4)), ("K", Size(k))]);
            assert!(found.integer(PEAK) > 0);
        }
    }
}

/// What a loop takes over, hands on and leaves lives as long as somebody reads it, and no longer.
#[test]
fn values_live_around_loops_as_long_as_they_are_read() {
    for (before, body, after) in [
        ("y = exp(b)", "x = x + linear(x, h)", "return x + y"),
        ("y = exp(b)", "x = relu(linear(x, h))\n        z = linear(x, 3 * h)", "return x"),
        ("y = exp(b)", "x = relu(linear(x, h))\n        z = linear(x, 3 * h)", "return z"),
        ("y = exp(b)", "z = linear(x, 9 * h)\n        w = exp(z)\n        x = linear(w, h)", "return y"),
        (
            "z = exp(b)",
            "for inner in range(2):\n            x = relu(x)\n        z = linear(z, h)",
            "return z",
        ),
        ("z = exp(b)", "z = linear(x, 5 * h)\n        y = linear(z, h)\n        z = y", "return relu(z)"),
        (
            "z = exp(b)",
            "y = linear(z, 5 * h)\n        for inner in range(L):\n            y = exp(y)",
            "return y",
        ),
    ] {
        let text = format!(
            "def Layer(b: (B, h), *, L):\n    x = relu(b)\n    {before}\n    for layer in range(L):\n        {body}\n    {after}\n"
        );
        for length in [1, 2, 3, 5] {
            both(&text, &[("B", Size(2)), ("h", Size(4)), ("L", Size(length))]);
        }
    }
}

#[test]
fn lists_unroll_with_positions_and_pairs() {
    let text = r#"
def Layer(x: (B, C, m, n), *, widths, depths, first=None):
    for stage, (out, blocks) in enumerate(zip(widths, depths)):
        x = conv2d(x, out, 3, stride=1 if stage == 0 else 2, padding=1)
        for block in range(blocks - 1):
            x = x + conv2d(x, out, [1, 3], padding=[0, 1], groups=2, bias=False)
    if first is not None:
        x = x * 0.5
    return x
"#;
    let given = [
        ("B", Size(2)),
        ("C", Size(3)),
        ("m", Size(17)),
        ("n", Size(10)),
        ("widths", Numbers(vec![4, 6, 8])),
        ("depths", Numbers(vec![1, 3, 2])),
        ("first", Absent),
    ];
    let found = both(text, &given);
    let weights = 4 * 3 * 9 + 4 + 6 * 4 * 9 + 6 + 2 * (6 * 3 * 3) + 8 * 6 * 9 + 8 + 8 * 4 * 3;
    assert_eq!(found.integer(WEIGHTS), weights);
}

#[test]
fn experts_own_their_weights_and_work_once() {
    let text = r#"
def Expert(x: (rows, h), *, i):
    return linear(silu(linear(x, i)), h)


def Layer(x: (B, S, h), *, E, top_k, i, L):
    for layer in range(L):
        scores, chosen = topk(softmax(linear(x, E, bias=False)), top_k)
        routed = per_expert(Expert, route(x, chosen), experts=E, top_k=top_k, i=i)
        x = x + combine(routed, scores)
    return x
"#;
    let sizes = [
        ("B", Size(2)),
        ("S", Size(5)),
        ("h", Size(6)),
        ("E", Size(8)),
        ("top_k", Size(3)),
        ("i", Size(7)),
        ("L", Size(2)),
    ];
    let found = both(text, &sizes);
    assert_eq!(found.integer(WEIGHTS), 2 * (6 * 8 + 8 * (6 * 7 + 7 + 7 * 6 + 6)));
    assert_eq!(found.integer(TENSOR_CORE), 2 * (2 * 10 * 6 * 8 + 30 * (2 * 6 * 7 * 2)));
}

#[test]
fn a_cache_read_back_costs_no_work_and_keeps_its_weights() {
    let text = r#"
def Cross(x: (B, T, h), memory: (B, S, h), *, fill):
    q = linear(x, h)
    k = cached(linear, memory, h, bias=False, fill=fill)
    v = cached(Value, memory, fill=fill)
    return sdpa(reshape(q, B, 1, T, h), reshape(k, B, 1, S, h), reshape(v, B, 1, S, h))


def Value(x: (B, S, h)):
    return linear(x, h)


def Layer(x: (B, T, h), memory: (B, S, h), *, L, fill):
    for layer in range(L):
        x = reshape(Cross(x, memory, fill=fill), B, T, h)
    return x
"#;
    for fill in [false, true] {
        let given = [
            ("B", Size(2)),
            ("T", Size(3)),
            ("S", Size(7)),
            ("h", Size(4)),
            ("L", Size(5)),
            ("fill", Flag(fill)),
        ];
        let found = both(text, &given);
        assert_eq!(found.integer(WEIGHTS), 5 * (16 + 4 + 16 + 16 + 4));
        assert_eq!(found.integer(CACHE), 5 * 2 * (2 * 2 * 7 * 4));
        let filling = if fill { 2 * 2 * (2 * 7 * 4 * 4) } else { 0 };
        assert_eq!(found.integer(TENSOR_CORE), 5 * (2 * 2 * 3 * 16 + filling + 2 * (2 * 2 * 3 * 7 * 4)));
    }
}

/// Two files may each define an `Attention`; one calling the other is no recursion.
#[test]
fn layers_of_one_name_in_two_files_are_two_layers() {
    let own = "from other import Wrapper\n\n\ndef Attention(x: (B, h)):\n    return Wrapper(linear(x, h))\n\n\ndef Layer(x: (B, h)):\n    return Attention(x)\n";
    let other = "def Attention(x: (B, h)):\n    return relu(linear(x, h))\n\n\ndef Wrapper(x: (B, h)):\n    return Attention(x)\n";
    let files = [("layer.py", own), ("other.py", other)];
    let found = shown(measure_files(&files, &[("B", Size(2)), ("h", Size(3))], false));
    assert_eq!(found.integer(WEIGHTS), 24);
}

#[test]
fn sizes_stay_what_they_are_or_are_refused() {
    let after = r#"
def Layer(x: (B, h), *, L):
    n = 2
    for layer in range(L):
        n = 3
    return linear(x, n)
"#;
    let given = [("B", Size(2)), ("h", Size(5)), ("L", Size(4))];
    assert_eq!(both(after, &given).integer(TENSOR_CORE), 2 * 2 * 5 * 3);
    let last = after.replace("n = 3", "n = layer + 1");
    assert_eq!(both(&last, &given).integer(TENSOR_CORE), 2 * 2 * 5 * 4);
    let grows = after.replace("n = 3", "n = 2 * n");
    assert_eq!(error_of(&grows, &given).code, "loop-changes-size");
    let first = after
        .replace("    n = 2\n", "    first = True\n    n = 2\n")
        .replace("        n = 3\n", "        if first:\n            x = relu(x)\n        first = False\n");
    assert_eq!(error_of(&first, &given).code, "loop-changes-size");
    let differs = after.replace("n = 3", "n = 3 if layer < 2 else 4");
    assert_eq!(error_of(&differs, &given).code, "differs-by-iteration");
    let shapes = r#"
def Layer(x: (B, h), *, L):
    for layer in range(L):
        if layer == 0:
            y = linear(x, 3)
        else:
            y = linear(x, 4)
    return y
"#;
    assert_eq!(error_of(shapes, &given).code, "differs-by-iteration");
}
