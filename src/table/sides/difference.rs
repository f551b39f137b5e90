//! What differs between two models, configurations, phases or conventions: part by part, in formulas and in numbers.

use num_traits::Zero;

use super::joined::{JoinedRow, Side, SideBySide};
use super::settings::{SettingRow, settings};
use super::symbols::{Standing, SymbolRow, Symbols};
use crate::algebra::{Algebra, Formula, Node, Rational, Verdict};
use crate::cost::{Metric, NodeId};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};
use crate::model::View;
use crate::table::build::Options;

/// Whether two formulas are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// Proved for all values of their symbols.
    Equal,
    /// There are values at which they differ.
    Different,
    /// Neither proved nor refuted.
    Undecided,
    /// Only the first side has the part.
    OnlyFirst,
    /// Only the second side has it.
    OnlySecond,
}

/// A metric of a part on both sides.
#[derive(Debug, Clone)]
pub struct Held {
    /// The formula of each side that has the part, readable. That of a peak with many moments is what is live at the
    /// moment that is the peak under the bound values.
    pub formulas: [Option<Formula>; 2],
    /// The second less the first, readable; `None` where it is not known.
    pub difference: Option<Formula>,
    /// Whether the formulas are the same.
    pub sameness: Sameness,
    /// The numbers; 0 where a side lacks the part.
    pub values: [Rational; 2],
}

/// A line of a difference: a part, or the totals.
#[derive(Debug, Clone)]
pub struct DifferenceRow {
    /// The part; `None` for the totals.
    pub row: Option<JoinedRow>,
    /// By metric; `None` for peaks of `(self)` rows, which are no sums.
    pub held: Vec<Option<Held>>,
}

/// What differs between two sides.
pub struct Difference {
    /// The two sides; its rows are below, with their formulas.
    pub table: SideBySide,
    /// Owner of the formulas.
    pub algebra: Algebra,
    /// The parts that have anything in one of the metrics, then the totals.
    pub rows: Vec<DifferenceRow>,
    /// The symbols of the formulas.
    pub symbols: Vec<SymbolRow>,
    /// What else is set differently.
    pub settings: Vec<SettingRow>,
}

impl Held {
    /// Whether no side has anything there, at any sizes.
    pub fn is_nothing(&self, algebra: &Algebra) -> bool {
        self.formulas.iter().flatten().all(|formula| algebra.constant_integer(*formula) == Some(0))
    }

    /// The second number less the first.
    pub fn change(&self) -> Rational {
        &self.values[1] - &self.values[0]
    }

    /// The second number over the first; `None` over 0.
    pub fn ratio(&self) -> Option<Rational> {
        (!self.values[0].is_zero()).then(|| &self.values[1] / &self.values[0])
    }
}

impl Sameness {
    /// The word in tables, CSV and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Sameness::Equal => "equal",
            Sameness::Different => "different",
            Sameness::Undecided => "not decided",
            Sameness::OnlyFirst => "only A",
            Sameness::OnlySecond => "only B",
        }
    }
}

/// The formulas of a metric of a part, in the algebra of its side.
struct Written {
    /// As it is shown.
    shown: Formula,
    /// For all sizes.
    whole: Formula,
    /// Whether both are the same.
    is_whole: bool,
    /// Is arranged already.
    as_it_is: bool,
}

impl Difference {
    /// Holds two sides against each other. Symbols of the names in `same` are the same, whatever they mean.
    ///
    /// # Errors
    /// For symbols without a value.
    pub fn of(sides: [Side<'_>; 2], options: &Options, same: &[String]) -> Result<Difference> {
        let table = SideBySide::of(&sides, options)?;
        let metrics = &table.metrics;
        let mut written: [Vec<Option<Written>>; 2] = [Vec::new(), Vec::new()];
        for (side, written) in written.iter_mut().enumerate() {
            let view = sides[side].view;
            for row in &table.rows {
                let (nodes, own) = &row.nodes;
                for metric in metrics {
                    written.push(nodes[side].map(|id| part(view, id, *own, *metric)).transpose()?.flatten());
                }
            }
            for metric in metrics {
                written.push(part(view, view.selected, false, *metric)?);
            }
        }
        let all = [0, 1].map(|side| {
            let written = written[side].iter().flatten();
            written.flat_map(|formula| [formula.shown, formula.whole]).collect::<Vec<Formula>>()
        });
        let symbols = Symbols::of(sides, [&all[0], &all[1]], same);
        for name in same {
            let lacking = sides.iter().enumerate().find(|(side, _)| !symbols.knows(*side, name));
            if let Some((_, side)) = lacking {
                let names = side.view.symbols.iter().map(|symbol| symbol.name.as_str());
                return Err(Diagnostic::new(
                    "unknown-symbol",
                    format!("`{}` has no symbol `{name}`", side.label),
                )
                .help_if(did_you_mean(name, names))
                .help("a symbol that is to be the same has one name on both sides"));
            }
        }
        let algebra = Algebra::new();
        symbols.declare(&algebra);
        for (side, all) in all.iter().enumerate() {
            let theirs = &sides[side].model.algebra;
            let here = algebra.import_as(theirs, all, &|symbol| symbols.name(side, symbol));
            let mut here = here.into_iter();
            for formula in written[side].iter_mut().flatten() {
                formula.shown = here.next().expect("as many as were given");
                formula.whole = here.next().expect("as many as were given");
            }
        }
        let mut rows = Vec::new();
        let [first, second] = written;
        let mut pairs = first.into_iter().zip(second);
        let totals = std::iter::once(None);
        for row in table.rows.iter().cloned().map(Some).chain(totals) {
            let mut held = Vec::with_capacity(metrics.len());
            for (column, metric) in metrics.iter().enumerate() {
                let (first, second) = pairs.next().expect("one for each row and metric");
                let values = [0, 1].map(|side| match &row {
                    Some(row) => row.value(side, column).unwrap_or_default(),
                    None => table.heads[side].table.total(*metric),
                });
                held.push(hold(&algebra, [first, second], values));
            }
            rows.push(DifferenceRow { row, held });
        }
        rows.retain(|line| {
            line.row.is_none() || line.held.iter().flatten().any(|held| !held.is_nothing(&algebra))
        });
        let shown = symbols.rows();
        // Where both sides are at one point, numbers that differ refute what no formula decides.
        let one_point =
            shown.iter().all(|row| row.standing == Standing::Shared && row.values[0] == row.values[1]);
        for held in rows.iter_mut().flat_map(|line| line.held.iter_mut().flatten()) {
            if one_point && held.sameness == Sameness::Undecided && held.values[0] != held.values[1] {
                held.sameness = Sameness::Different;
            }
        }
        let settings = settings(&sides, &shown);
        Ok(Difference { rows, symbols: shown, settings, algebra, table })
    }

    /// Whether anything differs, and whether anything is not decided.
    pub fn verdict(&self) -> Sameness {
        let held = || self.rows.iter().flat_map(|row| row.held.iter().flatten());
        let differs = |held: &Held| {
            !matches!(held.sameness, Sameness::Equal | Sameness::Undecided)
                || held.values[0] != held.values[1]
        };
        if held().any(differs) {
            Sameness::Different
        } else if held().any(|held| held.sameness == Sameness::Undecided) {
            Sameness::Undecided
        } else {
            Sameness::Equal
        }
    }
}

/// The formula of a metric of a part; `None` for the peak of what a part itself runs, which has none.
fn part(view: &View<'_>, id: NodeId, own: bool, metric: Metric) -> Result<Option<Written>> {
    let tree = &view.tree;
    let plain = |formula| Some(Written { shown: formula, whole: formula, is_whole: true, as_it_is: false });
    if own {
        return Ok(match metric {
            Metric::ActivationsBytes | Metric::MemoryBytes | Metric::Intensity | Metric::Time => None,
            _ => plain(tree.own(id, metric)),
        });
    }
    let whole = tree.formula(id, metric);
    if metric == Metric::Time {
        // The greatest of several quotients: each is readable, their common denominator is not.
        let shown = tree.least_time(tree.work(id).map(|work| tree.algebra().factored(work)));
        return Ok(Some(Written { shown, whole, is_whole: true, as_it_is: true }));
    }
    if !matches!(metric, Metric::ActivationsBytes | Metric::MemoryBytes) {
        return Ok(plain(whole));
    }
    let (mut shown, is_whole) = view.shown_peak(id)?;
    if metric == Metric::MemoryBytes {
        let stocks = [Metric::WeightsBytes, Metric::KvCacheBytes].map(|stock| tree.formula(id, stock));
        shown = tree.algebra().sum(&[stocks[0], shown, stocks[1]]);
    }
    Ok(Some(Written { shown, whole, is_whole, as_it_is: false }))
}

fn hold(algebra: &Algebra, written: [Option<Written>; 2], values: [Rational; 2]) -> Option<Held> {
    let readable = |written: &Written| {
        if written.as_it_is { written.shown } else { algebra.factored(written.shown) }
    };
    let less = |a: Formula, b: Formula| {
        algebra.factored(algebra.sum(&[b, algebra.product(&[algebra.integer(-1), a])]))
    };
    let formulas = [0, 1].map(|side| written[side].as_ref().map(readable));
    let (sameness, difference) = match &written {
        [None, None] => return None,
        [Some(_), None] => (Sameness::OnlyFirst, formulas[0].map(|first| less(first, algebra.integer(0)))),
        [None, Some(_)] => (Sameness::OnlySecond, formulas[1]),
        [Some(first), Some(second)] => match compared(algebra, first, second) {
            Sameness::Equal => (Sameness::Equal, Some(algebra.integer(0))),
            sameness if [first, second].iter().any(|one| is_greatest(algebra, one.shown)) => (sameness, None),
            sameness if first.is_whole && second.is_whole => {
                (sameness, Some(less(first.shown, second.shown)))
            }
            // At other sizes another moment may be the peak.
            sameness => (sameness, None),
        },
    };
    // A side that lacks a part has nothing there.
    let lacking = matches!(sameness, Sameness::OnlyFirst | Sameness::OnlySecond);
    let nothing = formulas.iter().flatten().all(|formula| algebra.constant_integer(*formula) == Some(0));
    let sameness = if lacking && nothing { Sameness::Equal } else { sameness };
    Some(Held { formulas, difference, sameness, values })
}

/// The greatest of several: what such formulas differ by is no formula that anybody reads.
fn is_greatest(algebra: &Algebra, formula: Formula) -> bool {
    matches!(algebra.node(formula), Node::Maximum(_))
}

fn compared(algebra: &Algebra, first: &Written, second: &Written) -> Sameness {
    if first.whole == second.whole {
        return Sameness::Equal;
    }
    if !(first.is_whole && second.is_whole) {
        return Sameness::Undecided;
    }
    match algebra.equal(first.whole, second.whole) {
        Verdict::Equal => Sameness::Equal,
        Verdict::Different { .. } => Sameness::Different,
        Verdict::Undecided { .. } => Sameness::Undecided,
    }
}
