//! Which rows a table has, and their numbers.

use num_traits::Zero;

use super::meaning::Meaning;
use crate::algebra::{EvaluationError, Rational};
use crate::cost::{CostTree, Limit, Metric, NodeId, Numbers};
use crate::diagnostic::Result;
use crate::model::{BoundModel, View};

/// What a table shows.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many levels below the selected part.
    pub depth: usize,
    /// Only so many rows: the largest by the first metric, of those that no shown row is part of.
    pub top: Option<usize>,
    /// Columns; totals hold every metric whatever this says.
    pub metrics: Vec<Metric>,
}

/// A part of the model, over all its calls.
#[derive(Debug, Clone)]
pub struct Row {
    /// Path with the iterations in which it occurs: `decoder.layer.1..11.moe`; `decoder.(self)` for what a part runs
    /// itself beside its children.
    pub path: String,
    /// Layers or operators called there, `/` between them.
    pub layer: String,
    /// How often it runs.
    pub calls: Rational,
    /// Levels below the selected part, 1 for its children.
    pub depth: usize,
    /// One number a column; `None` for peaks of `(self)` rows, which are no sums.
    pub values: Vec<Option<Rational>>,
    /// What its bound of time comes from; none without hardware, and where nothing takes time.
    pub bound_by: Option<Limit>,
    /// What it runs and the convention does not count.
    pub not_counted: Vec<String>,
}

/// A table with everything that says what its numbers mean.
#[derive(Debug, Clone)]
pub struct Table {
    /// The model's id.
    pub model: String,
    /// The selected part's path, or the layer by itself.
    pub selection: Option<String>,
    /// What the numbers mean.
    pub meaning: Meaning,
    /// Values of the symbols.
    pub bindings: Vec<(String, Rational)>,
    /// How many of the bindings are runtime keys, which come first, or a layer's own symbols.
    pub runtime: usize,
    /// Columns of rows.
    pub metrics: Vec<Metric>,
    /// Every metric of the selected part.
    pub totals: Vec<(Metric, Rational)>,
    /// What the whole's bound of time comes from.
    pub bound_by: Option<Limit>,
    /// Rows stand below the row that they are part of; else they are the largest, in falling order.
    pub nested: bool,
    /// Rows in order of execution, or largest first.
    pub rows: Vec<Row>,
}

impl Table {
    /// Evaluates the selected part of a view.
    ///
    /// # Errors
    /// For symbols without a value.
    pub fn of(model: &BoundModel, view: &View<'_>, options: &Options) -> Result<Table> {
        let tree = &view.tree;
        let explain = |error: EvaluationError| view.explain(&error);
        let numbers = tree.numbers(&view.numbers).map_err(explain)?;
        let mut found = Rows { view, numbers: &numbers, options, rows: Vec::new() };
        found.below(view.selected, 1)?;
        let mut rows = found.rows;
        if let Some(most) = options.top {
            rows = largest(rows, most);
        }
        Ok(Table { rows, ..Table::without_rows(model, view, options, &numbers)? })
    }

    /// What a table says besides its rows.
    pub(super) fn without_rows(
        model: &BoundModel,
        view: &View<'_>,
        options: &Options,
        numbers: &Numbers<'_, '_>,
    ) -> Result<Table> {
        let explain = |error: EvaluationError| view.explain(&error);
        let metrics = Metric::ALL.into_iter().chain(view.machine.is_some().then_some(Metric::Time));
        let totals = metrics.map(|metric| Ok((metric, numbers.of(view.selected, metric)?)));
        let is_runtime =
            |name: &str| view.layer.is_some() || model.binding.phases[&view.phase].contains_key(name);
        Ok(Table {
            model: model.description.id.clone(),
            selection: model.selection.clone(),
            meaning: Meaning::of(view),
            bindings: view
                .symbols
                .iter()
                .map(|symbol| (symbol.name.clone(), symbol.number.clone()))
                .collect(),
            runtime: view.symbols.iter().take_while(|symbol| is_runtime(&symbol.name)).count(),
            metrics: options.metrics.clone(),
            totals: totals.collect::<std::result::Result<_, _>>().map_err(explain)?,
            bound_by: numbers.times(view.selected).ok().and_then(|times| times.greatest().1),
            nested: options.top.is_none(),
            rows: Vec::new(),
        })
    }

    /// The total of a metric.
    pub fn total(&self, metric: Metric) -> Rational {
        let found = self.totals.iter().find(|(known, _)| *known == metric);
        found.map_or_else(Rational::zero, |(_, number)| number.clone())
    }

    /// Bytes of memory that the hardware has, less those that the selected part needs: negative where it does not fit.
    pub fn memory_left(&self) -> Option<Rational> {
        let machine = self.meaning.machine.as_ref()?;
        Some(machine.memory() - self.total(Metric::MemoryBytes))
    }
}

/// The rows of one view, as they are made.
pub(super) struct Rows<'t, 'v, 'm> {
    /// Whose rows.
    pub view: &'t View<'m>,
    /// Its numbers.
    pub numbers: &'t Numbers<'v, 'm>,
    /// What is shown.
    pub options: &'t Options,
    /// Those made so far.
    pub rows: Vec<Row>,
}

impl Rows<'_, '_, '_> {
    fn below(&mut self, id: NodeId, depth: usize) -> Result<()> {
        if depth > self.options.depth {
            return Ok(());
        }
        let tree = &self.view.tree;
        let children = &tree.node(id).children;
        let before = self.rows.len();
        for child in children {
            if self.is_nothing(*child)? {
                continue;
            }
            let row = self.row(*child, depth, false)?;
            self.rows.push(row);
            self.below(*child, depth + 1)?;
        }
        let split = self.rows.len() > before || depth == 1;
        if split && self.has_own(id) {
            let own = self.row(id, depth, true)?;
            self.rows.insert(before, own);
        }
        Ok(())
    }

    /// What a node itself runs and owns, of a metric that is no peak.
    pub fn own(&self, id: NodeId, metric: Metric) -> Option<Rational> {
        self.numbers.own(id, metric)
    }

    fn number(&self, id: NodeId, metric: Metric) -> Result<Rational> {
        self.numbers.of(id, metric).map_err(|error| self.view.explain(&error))
    }

    /// A node itself runs or owns something.
    pub fn has_own(&self, id: NodeId) -> bool {
        Metric::ALL.iter().any(|metric| self.own(id, *metric).is_some_and(|own| !own.is_zero()))
    }

    /// Nothing runs there and nothing is owned there.
    pub fn is_nothing(&self, id: NodeId) -> Result<bool> {
        for metric in Metric::ALL {
            if metric != Metric::MemoryBytes && !self.number(id, metric)?.is_zero() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The row of a node, or of what it itself runs and owns.
    pub fn row(&self, id: NodeId, depth: usize, own: bool) -> Result<Row> {
        let tree: &CostTree<'_> = &self.view.tree;
        let node = tree.node(id);
        let mut values = Vec::with_capacity(self.options.metrics.len());
        for metric in &self.options.metrics {
            values.push(if own { self.own(id, *metric) } else { Some(self.number(id, *metric)?) });
        }
        let times = if own { self.numbers.own_times(id) } else { self.numbers.times(id).ok() };
        let mut path = tree.shown_path(id);
        if own {
            path.push_str(if path.is_empty() { "(self)" } else { ".(self)" });
        }
        Ok(Row {
            path,
            layer: node.layers.join("/"),
            calls: self.view.evaluate(node.calls)?,
            depth,
            values,
            bound_by: times.and_then(|times| times.greatest().1),
            not_counted: tree.not_counted(id),
        })
    }
}

/// The largest rows by the first column, of those without rows of their own below them.
fn largest(rows: Vec<Row>, most: usize) -> Vec<Row> {
    let depths: Vec<usize> = rows.iter().map(|row| row.depth).collect();
    let leaf = |place: usize| depths.get(place + 1).is_none_or(|next| *next <= depths[place]);
    let mut leaves: Vec<Row> =
        rows.into_iter().enumerate().filter(|(place, _)| leaf(*place)).map(|(_, row)| row).collect();
    // Stable: order of execution where numbers are equal.
    leaves.sort_by(|a, b| b.values.first().cmp(&a.values.first()));
    leaves.truncate(most);
    leaves
}
