//! Scalar work beside the experts and the keys: how scores are normalized, experts chosen in groups, sinks attended to,
//! and positions added to scores.
//! The expected numbers are worked out by hand from transformers' modelling code, per token, in the comments.

use modelmeter::algebra::Rational;
use modelmeter::cost::Metric;
use modelmeter::model::{BoundModel, OpenRequest};

fn scalar_work(model: &str, overrides: &[&str]) -> Rational {
    let request = OpenRequest {
        model: model.to_owned(),
        overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
        ..OpenRequest::default()
    };
    let bound = BoundModel::open(&request).unwrap_or_else(|error| panic!("{model}: {}", error.render(false)));
    let view = bound.view().unwrap_or_else(|error| panic!("{model}: {}", error.render(false)));
    view.total(Metric::FlopsCudaCore).expect("a number")
}

fn whole(number: i64) -> Rational {
    Rational::from_integer(number.into())
}

#[test]
fn routers_choose_and_normalize_as_the_vendors_do() {
    // Everything of a token but its experts (5 a channel of each), the sum of theirs, the shared network and its addition.
    let router = |model: &str, top_k: i64, h: i64, i_moe: i64, shared: i64| {
        let all = scalar_work(&format!("{model}:MoE"), &["B=1", "S=1"]);
        let beside = if shared > 0 { 5 * shared + h } else { 0 };
        all - whole(5 * top_k * i_moe + h * (2 * top_k - 1) + beside)
    };
    // Sigmoid 3 * 256; correction 256; in each of 8 groups the best two of 32, 31 + 30; their sums 8; the best 4 of 8
    // groups, 7 + 6 + 5 + 4; the best 8 of 256, 255 + ... + 248; sum 7, epsilon 1, quotients 8, factor 8.
    assert_eq!(
        router("deepseek_v3_671b", 8, 7168, 2048, 2048),
        whole(768 + 256 + 488 + 8 + 22 + 2012 + 8 + 8 + 8)
    );
    // Softmax of 160: 798; in each of 8 groups the best of 20, 19; the best 3 of 8; the best 6 of 160; factor 6.
    assert_eq!(router("deepseek_v2_236b", 6, 5120, 1536, 2 * 1536), whole(798 + 8 * 19 + 18 + 939 + 6));
    // No groups: softmax of 64, the best 6, the factor.
    assert_eq!(router("deepseek_v2_lite", 6, 2048, 1408, 2 * 1408), whole(318 + 363 + 6));
    // Softmax of 8, the best 2, their sum, two quotients.
    assert_eq!(router("mixtral_8x7b", 2, 4096, 14336, 0), whole(38 + 13 + 1 + 2));
    // Normalized in Qwen3, not in OLMoE: softmax of 128 and of 64, the best 8 of them, then sum 7 and quotients 8.
    assert_eq!(router("qwen3_30b_a3b", 8, 2048, 768, 0), whole(638 + 988 + 7 + 8));
    assert_eq!(router("olmoe_1b_7b", 8, 2048, 1024, 0), whole(318 + 476));
}

/// A score more in the softmax of every query and head: a compare, a difference, an exponential, an addition, a quotient.
#[test]
fn a_sink_is_one_score_more_of_every_query() {
    let check = |overrides: &[&str]| {
        let of = |sinks: &str| {
            let sizes = [&["B=2", "S=7", "T=9", sinks], overrides].concat();
            scalar_work("gpt_oss_20b:CausalAttention", &sizes)
        };
        assert_eq!(of("sinks=true") - of("sinks=false"), whole(5 * 2 * 7 * 64), "{overrides:?}");
    };
    check(&[]);
    check(&["attention=eager"]);
    check(&["causal=half"]);
    check(&["causal=half", "attention=eager"]);
    check(&["window=deducted", "window=4"]);
}

/// ALiBi is one addition to the score of every pair of a query and a key that is counted, in every head: of 7 queries
/// over 9 keys 63, of which 21 are masked. Written out, scores are scaled and biased before the mask.
#[test]
fn alibi_is_one_addition_to_every_score() {
    let check = |overrides: &[&str], pairs: i64| {
        let of = |alibi: &str| {
            let sizes = [&["B=2", "S=7", "T=9", alibi], overrides].concat();
            scalar_work("bloom_560m:CausalAttention", &sizes)
        };
        assert_eq!(of("alibi=true") - of("alibi=false"), whole(2 * 16 * pairs), "{overrides:?}");
    };
    check(&[], 63);
    check(&["attention=eager"], 63);
    check(&["causal=half"], 42);
    check(&["causal=half", "attention=eager"], 63);
}
