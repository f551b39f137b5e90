//! A formula as the sum of its named parts: `F = F_embed_tokens + F_decoder + F_lm_head`, and what each of them is.

use crate::algebra::Formula;
use crate::cost::{Metric, NodeId};
use crate::diagnostic::{Diagnostic, Result};
use crate::model::View;

/// `name = formula`
#[derive(Debug, Clone)]
pub struct Definition {
    /// The name.
    pub name: String,
    /// The part's path in the model; empty for the whole.
    pub path: String,
    /// What it is.
    pub formula: Formula,
}

/// The left side of the selected part's formula: `F`, `F_decoder`, `F_PatchEmbed`.
pub fn letter_name(view: &View<'_>, metric: Metric) -> String {
    let letter = metric.letter();
    if let Some(layer) = &view.layer {
        return format!("{letter}_{layer}");
    }
    match &*view.tree.node(view.selected).segment {
        "" => letter.to_owned(),
        segment => format!("{letter}_{segment}"),
    }
}

/// Names of the work of which the slowest bounds time, in the order of [`crate::cost::CostTree::work`].
const WORK: [&str; 3] = ["F_tensor_core", "F_cuda_core", "T_bytes"];

/// The whole in names of its parts, then each part.
pub fn parts(
    view: &View<'_>,
    metric: Metric,
    arrange: &dyn Fn(Formula) -> Formula,
) -> Result<Vec<Definition>> {
    let tree = &view.tree;
    let algebra = tree.algebra();
    let whole = view.selected;
    let mut names = Names::of(view, metric);
    let mut found = Vec::new();
    let mut add = |name: &str, path: String, formula: Formula, found: &mut Vec<Definition>| {
        let formula = arrange(formula);
        if algebra.constant_integer(formula) != Some(0) {
            found.push(Definition { name: names.unique(name), path, formula });
        }
    };
    // Work of the units and of memory by name, for a bound of time.
    let mut work = [algebra.integer(0); 3];
    match metric {
        Metric::ActivationsBytes => {
            return Err(Diagnostic::new("no-parts", "a peak of live values is no sum of parts")
                .help("ask for `--form factored` or `--form expanded`"));
        }
        Metric::MemoryBytes | Metric::Intensity => {
            let of: &[Metric] = match metric {
                Metric::MemoryBytes => {
                    &[Metric::WeightsBytes, Metric::ActivationsBytes, Metric::KvCacheBytes]
                }
                _ => &[Metric::Flops],
            };
            for part in of {
                add(part.letter(), tree.path(whole), tree.formula(whole, *part), &mut found);
            }
            if metric == Metric::Intensity {
                let bytes = tree.io(whole, tree.counting().intensity_io, None, true);
                add(Metric::IoBytes.letter(), tree.path(whole), bytes, &mut found);
            }
        }
        Metric::Time => {
            for ((part, formula), named) in WORK.into_iter().zip(tree.work(whole)).zip(&mut work) {
                let before = found.len();
                add(part, tree.path(whole), formula, &mut found);
                if let Some(part) = found.get(before) {
                    *named = algebra.named(&part.name, part.formula);
                }
            }
        }
        _ => {
            let own = tree.own(whole, metric);
            let children = &tree.node(whole).children;
            if !children.is_empty() {
                let path = tree.path(whole);
                let path = if path.is_empty() { "(self)".to_owned() } else { format!("{path}.(self)") };
                add(&format!("{}_self", metric.letter()), path, own, &mut found);
            }
            for child in children {
                let name = child_name(view, *child, metric);
                add(&name, tree.path(*child), tree.formula(*child, metric), &mut found);
            }
        }
    }
    let named: Vec<Formula> = found.iter().map(|part| algebra.named(&part.name, part.formula)).collect();
    let sum = match (metric, &named[..]) {
        (_, []) => arrange(tree.formula(whole, metric)),
        (Metric::Time, _) => tree.least_time(work),
        (Metric::Intensity, [flops, bytes]) => algebra.quotient(*flops, *bytes),
        _ => algebra.sum(&named),
    };
    let whole = Definition { name: letter_name(view, metric), path: tree.path(whole), formula: sum };
    found.insert(0, whole);
    Ok(found)
}

fn child_name(view: &View<'_>, child: NodeId, metric: Metric) -> String {
    format!("{}_{}", metric.letter(), view.tree.node(child).segment)
}

/// Names that are taken.
struct Names {
    taken: Vec<String>,
    whole: String,
}

impl Names {
    fn of(view: &View<'_>, metric: Metric) -> Names {
        let whole = letter_name(view, metric);
        let mut taken: Vec<String> = view.symbols.iter().map(|symbol| symbol.name.clone()).collect();
        taken.push(whole.clone());
        Names { taken, whole }
    }

    /// The name, longer where it is taken: `F_layer_layer`, `F_layer_layer_2`.
    fn unique(&mut self, name: &str) -> String {
        let segment = name.split_once('_').map_or(name, |(_, segment)| segment);
        let longer = format!("{}_{segment}", self.whole);
        let numbered = (2..).map(|number| format!("{longer}_{number}"));
        let mut candidates = [name.to_owned(), longer.clone()].into_iter().chain(numbered);
        let free = candidates.find(|candidate| !self.taken.contains(candidate)).unwrap_or_default();
        self.taken.push(free.clone());
        free
    }
}
