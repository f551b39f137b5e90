//! Laws that hold for every configuration of DeepSeek-OCR, at random sizes: closed forms against the model run with
//! numbers iteration by iteration, rows that add up, phases that are made of others, and what batch, units and
//! switches do.

use modelmeter::algebra::Rational;
use modelmeter::cost::{IoModel, IoPart, Metric, NodeId, NodeKind};
use modelmeter::model::{BoundModel, OpenRequest, View};
use proptest::prelude::*;

/// One configuration.
#[derive(Debug, Clone)]
struct Sizes {
    /// Decoder: heads per key-value head, key-value heads, width of a head, layers, dense ones at the start.
    decoder: (u32, u32, u32, u32, u32),
    /// Experts, of which a token uses, width of one, of the dense network, shared ones (0: none).
    experts: (u32, u32, u32, u32, u32),
    vocabulary: u32,
    /// SAM: heads, width of a head, layers, which of them attend globally, window, grid.
    sam: (u32, u32, u32, u8, u32, u32),
    /// CLIP: heads, half the width of a head, layers, grid.
    clip: (u32, u32, u32, u32),
    /// Height, width, rows, cols.
    pictures: (u32, u32, u32, u32),
    /// B, S, K, prompt.
    run: (u32, u32, u32, u32),
    flash: bool,
}

fn sizes() -> impl Strategy<Value = Sizes> {
    let decoder = (1..4u32, 1..4u32, 1..9u32, 1..6u32).prop_flat_map(|(group, kv, half, layers)| {
        (Just(group), Just(kv), Just(2 * half), Just(layers), 0..=layers)
    });
    let experts = (1..9u32).prop_flat_map(|all| (Just(all), 1..=all, 1..50u32, 1..90u32, 0..3u32));
    let sam = (1..4u32, 1..9u32, 1..7u32, any::<u8>(), 1..15u32, 1..20u32);
    (
        decoder,
        experts,
        1..1000u32,
        sam,
        (1..4u32, 1..9u32, 1..4u32, 1..9u32),
        // Three convolutions of stride 2 or 16 need some pixels; odd and not square ones are where floors bite.
        (64..700u32, 64..700u32, 0..4u32, 0..4u32),
        (1..4u32, 0..600u32, 1..9u32, 0..20u32),
        any::<bool>(),
    )
        .prop_map(|(decoder, experts, vocabulary, sam, clip, pictures, run, flash)| Sizes {
            decoder,
            experts,
            vocabulary,
            sam,
            clip,
            pictures,
            run,
            flash,
        })
}

impl Sizes {
    fn overrides(&self, phase: &str) -> Vec<String> {
        let (group, kv, d, layers, dense) = self.decoder;
        let (experts, top_k, width, dense_width, shared) = self.experts;
        let (sam_heads, sam_d, sam_layers, global, window, grid) = self.sam;
        let (clip_heads, clip_half, clip_layers, clip_grid) = self.clip;
        let (height, image_width, rows, cols) = self.pictures;
        let (b, s, k, prompt) = self.run;
        let h = group * kv * d;
        let clip_width = 2 * clip_half * clip_heads;
        let members: Vec<String> =
            (0..sam_layers).filter(|layer| global >> layer & 1 == 1).map(|layer| layer.to_string()).collect();
        let shared = if shared == 0 { "null".to_owned() } else { shared.to_string() };
        let mut all = vec![
            format!("phase={phase}"),
            format!("decoder.hidden_size={h}"),
            format!("hf.projector_config.n_embed={h}"),
            format!("decoder.num_heads={}", group * kv),
            format!("decoder.num_kv_heads={kv}"),
            format!("decoder.num_layers={layers}"),
            format!("decoder.first_k_dense={dense}"),
            format!("decoder.intermediate_size={dense_width}"),
            format!("decoder.num_experts={experts}"),
            format!("decoder.num_experts_per_token={top_k}"),
            format!("decoder.moe_intermediate_size={width}"),
            format!("decoder.num_shared_experts={shared}"),
            format!("decoder.flash_attention={}", self.flash),
            format!("head.vocab_size={}", self.vocabulary),
            format!("vision.sam.width={}", sam_heads * sam_d),
            format!("vision.sam.heads={sam_heads}"),
            format!("vision.sam.layers={sam_layers}"),
            format!("vision.sam.global_attn_indexes=[{}]", members.join(", ")),
            format!("vision.sam.downsample_channels=[{}, {clip_width}]", 3 * sam_d + 1),
            format!("vision.sam.mlp_width={}", 5 * sam_d + 2),
            format!("vision.sam.grid_size={grid}"),
            format!("vision.sam.window_size={window}"),
            format!("vision.clip.width={clip_width}"),
            format!("vision.clip.heads={clip_heads}"),
            format!("vision.clip.layers={clip_layers}"),
            format!("vision.clip.mlp_width={}", 7 * clip_half + 1),
            format!("vision.clip.grid_size={clip_grid}"),
            format!("hf.projector_config.input_dim={}", 2 * clip_width),
            format!("B={b}"),
        ];
        match phase {
            "view" => all.extend([format!("height={height}"), format!("width={image_width}")]),
            "vision" => all.extend([format!("rows={rows}"), format!("cols={cols}")]),
            "pipeline" => {
                all.extend([format!("rows={rows}"), format!("cols={cols}"), format!("prompt={prompt}")]);
            }
            "generate" => all.extend([format!("S={s}"), format!("K={k}")]),
            _ => all.push(format!("S={s}")),
        }
        all
    }

    fn open(&self, phase: &str) -> BoundModel {
        open(self.overrides(phase))
    }

    /// Visual tokens of a page: 273 of the global view, and those of its tiles with their newlines.
    fn image_tokens(&self) -> u32 {
        let (_, _, rows, cols) = self.pictures;
        10 * rows * (10 * cols + 1) + 273
    }
}

fn open(overrides: Vec<String>) -> BoundModel {
    let request = OpenRequest { model: "deepseek_ocr".to_owned(), overrides, ..OpenRequest::default() };
    BoundModel::open(&request).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn view(model: &BoundModel) -> View<'_> {
    model.view().unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn number(view: &View<'_>, node: NodeId, metric: Metric) -> Rational {
    view.number(node, metric).unwrap_or_else(|error| panic!("{}: {}", metric.name(), error.render(false)))
}

fn root(view: &View<'_>, metric: Metric) -> Rational {
    number(view, view.tree.root(), metric)
}

/// Traffic of one I/O model: values, or bytes.
fn io(view: &View<'_>, node: NodeId, model: IoModel, part: Option<IoPart>, bytes: bool) -> Rational {
    view.evaluate(view.tree.io(node, model, part, bytes)).unwrap_or_else(|error| panic!("{error:?}"))
}

const PHASES: [&str; 6] = ["view", "vision", "prefill", "pipeline", "decode", "generate"];

const PARTS: [IoPart; 5] =
    [IoPart::Input, IoPart::Intermediate, IoPart::Output, IoPart::Weights, IoPart::KvCache];

/// The closed forms of a phase against the same phase with every size a number and every loop unrolled.
fn closed_forms_agree(sizes: &Sizes, phase: &str) -> std::result::Result<(), TestCaseError> {
    let model = sizes.open(phase);
    let closed = view(&model);
    let unrolled = model.unrolled_phase_view(phase).unwrap_or_else(|error| panic!("{}", error.render(false)));
    for metric in Metric::ALL {
        // The unrolled phase knows no weights of other phases.
        let whole_model = matches!(metric, Metric::Weights | Metric::WeightsBytes | Metric::MemoryBytes);
        if whole_model && phase != "pipeline" {
            continue;
        }
        let (a, b) = (root(&closed, metric), root(&unrolled, metric));
        prop_assert_eq!(a, b, "{} of {}", metric.name(), phase);
    }
    for io_model in IoModel::ALL {
        for part in PARTS {
            for bytes in [false, true] {
                let a = io(&closed, closed.tree.root(), io_model, Some(part), bytes);
                let b = io(&unrolled, unrolled.tree.root(), io_model, Some(part), bytes);
                prop_assert_eq!(a, b, "{} {:?} of {}", io_model.name(), part, phase);
            }
        }
    }
    for part in ["sam", "clip", "projector", "decoder", "lm_head", "embed_tokens"] {
        if let Some(other) = unrolled.tree.find(part) {
            let own = closed.tree.find(part).expect("the same parts");
            for metric in [Metric::Flops, Metric::Io, Metric::KvCacheBytes, Metric::Weights] {
                let (a, b) = (number(&closed, own, metric), number(&unrolled, other, metric));
                prop_assert_eq!(a, b, "{} of {} in {}", metric.name(), part, phase);
            }
        }
    }
    // The formula of the peak, not only its evaluation by live ranges. That of vision is a maximum of very many.
    if matches!(phase, "prefill" | "decode" | "generate") {
        let formula = closed.tree.formula(closed.tree.root(), Metric::ActivationsBytes);
        let value = closed.evaluate(formula).unwrap_or_else(|error| panic!("{}", error.render(false)));
        prop_assert_eq!(value, root(&closed, Metric::ActivationsBytes), "peak of {}", phase);
    }
    within_bounds(&closed, &unrolled)
}

/// The peak holds every tensor that goes in or comes out, and whatever one operator returns; it is no more than all
/// that is read or written.
fn within_bounds(closed: &View<'_>, unrolled: &View<'_>) -> std::result::Result<(), TestCaseError> {
    let peak = root(closed, Metric::ActivationsBytes);
    let all = closed.tree.root();
    let sum = PARTS[..3].iter().map(|part| io(closed, all, IoModel::Unfused, Some(*part), true));
    prop_assert!(peak <= sum.sum::<Rational>() + inputs(closed), "the peak is more than all tensors");
    prop_assert!(peak >= inputs(closed));
    for node in unrolled.tree.in_order(unrolled.tree.root()) {
        let once = unrolled.evaluate(unrolled.tree.node(node).calls).expect("numbers");
        if unrolled.tree.node(node).kind == NodeKind::Operator && once == Rational::from_integer(1.into()) {
            let made = io(unrolled, node, IoModel::Unfused, Some(IoPart::Output), true);
            prop_assert!(peak >= made, "{}", unrolled.tree.path(node));
        }
    }
    Ok(())
}

/// Bytes of all inputs, token ids as integers of eight.
fn inputs(view: &View<'_>) -> Rational {
    let bytes = |name: &str| Rational::from_integer(if name == "ids" { 8.into() } else { 2.into() });
    let size =
        |shape: &[_]| shape.iter().map(|size| view.evaluate(*size).expect("numbers")).product::<Rational>();
    view.inputs.iter().map(|(name, shape)| bytes(name) * size(shape)).sum()
}

/// The children of each node and its own operators are the node; so are the parts of flows.
fn rows_add_up(view: &View<'_>) -> std::result::Result<(), TestCaseError> {
    let flows = Metric::ALL.into_iter().filter(|metric| metric.is_flow());
    let metrics: Vec<Metric> = flows.chain([Metric::Weights, Metric::KvCacheBytes]).collect();
    let zero = || Rational::from_integer(0.into());
    let at_once = view.tree.numbers(&view.numbers).expect("all symbols have numbers");
    for node in view.tree.in_order(view.tree.root()) {
        let children = &view.tree.node(node).children;
        let own = |metric| {
            let below: Rational = children.iter().map(|child| number(view, *child, metric)).sum();
            number(view, node, metric) - below
        };
        for metric in &metrics {
            let rest = own(*metric);
            prop_assert!(rest >= zero(), "{} of {}", metric.name(), view.tree.path(node));
            prop_assert_eq!(Some(rest.clone()), at_once.own(node, *metric));
            prop_assert_eq!(Some(number(view, node, *metric)), at_once.of(node, *metric).ok());
            // Operators have rows of their own: above them nothing is left.
            if !children.is_empty() {
                prop_assert_eq!(rest, zero(), "{} of {}", metric.name(), view.tree.path(node));
            }
        }
        let of = |metric| number(view, node, metric);
        prop_assert_eq!(of(Metric::Flops), of(Metric::FlopsTensorCore) + of(Metric::FlopsCudaCore));
        prop_assert_eq!(of(Metric::IoBits), of(Metric::IoBytes) * Rational::from_integer(8.into()));
        let parts =
            [Metric::IoInput, Metric::IoIntermediate, Metric::IoOutput, Metric::IoWeights, Metric::IoKvCache];
        prop_assert_eq!(of(Metric::Io), parts.into_iter().map(of).sum::<Rational>());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn closed_forms_are_the_sum_over_all_operators(sizes in sizes()) {
        for phase in PHASES {
            closed_forms_agree(&sizes, phase)?;
        }
    }

    #[test]
    fn rows_add_up_at_every_depth(sizes in sizes(), phase in 0..PHASES.len()) {
        rows_add_up(&view(&sizes.open(PHASES[phase])))?;
    }

    #[test]
    fn one_step_of_generating_is_decoding(sizes in sizes()) {
        let mut sizes = sizes;
        sizes.run.2 = 1;
        let (one, other) = (sizes.open("generate"), sizes.open("decode"));
        let (generate, decode) = (view(&one), view(&other));
        for metric in Metric::ALL {
            prop_assert_eq!(root(&generate, metric), root(&decode, metric), "{}", metric.name());
        }
    }

    #[test]
    fn generating_is_decoding_step_by_step(sizes in sizes()) {
        let whole = sizes.open("generate");
        let generate = view(&whole);
        let mut total = Rational::from_integer(0.into());
        let mut last = None;
        for step in 0..sizes.run.2 {
            let mut one = sizes.clone();
            one.run.1 += step;
            let model = one.open("decode");
            let decode = view(&model);
            total += root(&decode, Metric::Flops);
            last = Some((root(&decode, Metric::KvCacheBytes), root(&decode, Metric::ActivationsBytes)));
        }
        prop_assert_eq!(root(&generate, Metric::Flops), total);
        let (cache, peak) = last.expect("a step at least");
        prop_assert_eq!(root(&generate, Metric::KvCacheBytes), cache);
        // The token that all steps start from lives until the last one has read it.
        let found = root(&generate, Metric::ActivationsBytes);
        prop_assert!(peak <= found && found <= peak + inputs(&generate));
    }

    #[test]
    fn a_pipeline_is_vision_and_prefill(sizes in sizes()) {
        let (pipeline, vision) = (sizes.open("pipeline"), sizes.open("vision"));
        let mut rest = sizes.clone();
        rest.run.1 = sizes.image_tokens() + sizes.run.3;
        let prefill = rest.open("prefill");
        let (pipeline, vision, prefill) = (view(&pipeline), view(&vision), view(&prefill));
        for metric in [Metric::Flops, Metric::FlopsTensorCore, Metric::KvCacheBytes] {
            prop_assert_eq!(root(&pipeline, metric), root(&vision, metric) + root(&prefill, metric));
        }
        prop_assert_eq!(root(&pipeline, Metric::Weights), root(&prefill, Metric::Weights));
    }

    #[test]
    fn twice_the_batch_is_twice_the_flow(sizes in sizes(), phase in 0..PHASES.len()) {
        let phase = PHASES[phase];
        let models = [1, 2, 3].map(|times| {
            let mut more = sizes.clone();
            more.run.0 *= times;
            more.open(phase)
        });
        let [once, twice, thrice] = [view(&models[0]), view(&models[1]), view(&models[2])];
        // Every operator doubles, but for tables of positions of another size than the grid's: as PyTorch does, a pass
        // resizes them once for the batch.
        let flops = [Metric::Flops, Metric::FlopsTensorCore, Metric::FlopsCudaCore];
        for metric in flops {
            let operators = once.tree.operators(once.tree.root(), metric);
            let resized = operators.iter().filter(|operator| operator.operator == "resize");
            let tables: Rational = resized.map(|operator| once.evaluate(operator.formula).unwrap()).sum();
            let doubled = root(&once, metric) * Rational::from_integer(2.into());
            prop_assert_eq!(root(&twice, metric), doubled - tables, "{} of {}", metric.name(), phase);
        }
        for metric in Metric::ALL.into_iter().filter(|metric| metric.is_flow()) {
            let [once, twice, thrice] = [root(&once, metric), root(&twice, metric), root(&thrice, metric)];
            let tables = &once + &once - &twice;
            let vision = matches!(phase, "view" | "vision" | "pipeline");
            if !vision || metric == Metric::FlopsTensorCore {
                prop_assert_eq!(&tables, &Rational::from_integer(0.into()), "{} of {}", metric.name(), phase);
            }
            prop_assert!(tables >= Rational::from_integer(0.into()) && (tables < once || tables == once && tables == twice), "{} of {}", metric.name(), phase);
            prop_assert_eq!(&twice - &once, thrice - &twice, "{} of {}", metric.name(), phase);
        }
        prop_assert_eq!(root(&once, Metric::Weights), root(&twice, Metric::Weights));
    }

    #[test]
    fn switches_change_only_what_they_name(sizes in sizes(), phase in 2..PHASES.len()) {
        let plain = sizes.open(PHASES[phase]);
        let plain = view(&plain);
        for (switch, may_change) in [("causal=half", ["decoder", "decoder"]), ("logits=last", ["lm_head", "lm_head"])] {
            let mut overrides = sizes.overrides(PHASES[phase]);
            overrides.push(switch.to_owned());
            let switched = open(overrides);
            let switched = view(&switched);
            for node in plain.tree.in_order(plain.tree.root()) {
                let path = plain.tree.path(node);
                let leaf = plain.tree.node(node).children.is_empty();
                let operator = plain.tree.node(node).layers.first().map(|name| name.to_string());
                let named = may_change.iter().any(|part| path.starts_with(part))
                    && (switch != "causal=half" || operator.is_some_and(|name| {
                        matches!(name.as_str(), "matmul" | "softmax" | "sdpa")
                    }));
                if !leaf || named {
                    continue;
                }
                let other = switched.tree.find(&path).expect("the same rows");
                prop_assert_eq!(
                    number(&plain, node, Metric::Flops),
                    number(&switched, other, Metric::Flops),
                    "{} changes {}", switch, path
                );
            }
            prop_assert!(root(&switched, Metric::Flops) <= root(&plain, Metric::Flops));
        }
    }
}
