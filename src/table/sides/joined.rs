//! Several configurations in one table: parts that stand for each other are one row.

use num_traits::Zero;

use super::matching::{Likeness, Matched, matched};
use crate::algebra::Rational;
use crate::cost::{Metric, NodeId};
use crate::diagnostic::Result;
use crate::model::{BoundModel, View};
use crate::table::build::{Options, Row, Rows, Table};

/// One model with its configuration, as it was asked for.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What was asked for: `llama_3_8b phase=decode`.
    pub label: &'a str,
    /// The model.
    pub model: &'a BoundModel,
    /// What is selected of it.
    pub view: &'a View<'a>,
}

/// What a table says of one side besides its rows.
#[derive(Debug, Clone)]
pub struct Head {
    /// The letter that stands for it: `A`, `B`, …
    pub letter: String,
    /// What was asked for.
    pub label: String,
    /// What its phase is.
    pub phase: String,
    /// What the numbers mean, values of symbols, totals. No rows.
    pub table: Table,
}

/// A part over all sides.
#[derive(Debug, Clone)]
pub struct JoinedRow {
    /// Its row in each side that has it.
    pub cells: Vec<Option<Row>>,
    /// How the parts were found to belong together.
    pub likeness: Likeness,
    /// Levels below the selected part, 1 for its children.
    pub depth: usize,
    /// Its nodes, and whether only what they themselves run is meant.
    pub nodes: (Vec<Option<NodeId>>, bool),
}

/// Several configurations in one table.
#[derive(Debug, Clone)]
pub struct SideBySide {
    /// The sides.
    pub heads: Vec<Head>,
    /// Columns of rows, of each side.
    pub metrics: Vec<Metric>,
    /// Rows stand below the row that they are part of.
    pub nested: bool,
    /// Rows, in order of execution, or largest first.
    pub rows: Vec<JoinedRow>,
}

/// The letter of a side: `A` for the first.
pub fn letter(place: usize) -> String {
    char::from_u32('A' as u32 + place as u32).unwrap_or('?').to_string()
}

impl SideBySide {
    /// Evaluates the selected parts of several models.
    ///
    /// # Errors
    /// For symbols without a value.
    pub fn of(sides: &[Side<'_>], options: &Options) -> Result<SideBySide> {
        let models: Vec<&BoundModel> = sides.iter().map(|side| side.model).collect();
        let views: Vec<&View<'_>> = sides.iter().map(|side| side.view).collect();
        let mut numbers = Vec::with_capacity(sides.len());
        for view in &views {
            numbers.push(view.tree.numbers(&view.numbers).map_err(|error| view.explain(&error))?);
        }
        let mut heads = Vec::with_capacity(sides.len());
        let mut makers = Vec::with_capacity(sides.len());
        for (place, (side, numbers)) in sides.iter().zip(&numbers).enumerate() {
            let phase = side.model.description.phase(&side.view.phase);
            heads.push(Head {
                letter: letter(place),
                label: side.label.to_owned(),
                phase: phase.map(|phase| phase.about.clone()).unwrap_or_default(),
                table: Table::without_rows(side.model, side.view, options, numbers)?,
            });
            makers.push(Rows { view: side.view, numbers, options, rows: Vec::new() });
        }
        let root = matched(&models, &views, options.depth);
        let mut joined = Joining { makers, rows: Vec::new() };
        joined.below(&root, 1)?;
        let mut rows = joined.rows;
        if let Some(most) = options.top {
            rows = largest(rows, most);
        }
        Ok(SideBySide { heads, metrics: options.metrics.clone(), nested: options.top.is_none(), rows })
    }
}

struct Joining<'t, 'v, 'm> {
    makers: Vec<Rows<'t, 'v, 'm>>,
    rows: Vec<JoinedRow>,
}

impl Joining<'_, '_, '_> {
    fn below(&mut self, parent: &Matched, depth: usize) -> Result<()> {
        if self.makers.iter().all(|maker| depth > maker.options.depth) {
            return Ok(());
        }
        let before = self.rows.len();
        for child in &parent.children {
            let row = self.row(child, depth, false)?;
            if row.cells.iter().any(Option::is_some) {
                self.rows.push(row);
                self.below(child, depth + 1)?;
            }
        }
        // A side in which the part is a leaf has nothing to tell apart.
        let sides = 0..self.makers.len();
        let split: Vec<bool> = sides
            .map(|side| depth == 1 || self.rows[before..].iter().any(|row| row.cells[side].is_some()))
            .collect();
        let mut own = self.row(parent, depth, true)?;
        own.keep(&split);
        if own.cells.iter().any(Option::is_some) {
            self.rows.insert(before, own);
        }
        Ok(())
    }

    /// The row of a matched part; sides in which nothing runs there, and nothing is owned, have none.
    fn row(&self, part: &Matched, depth: usize, own: bool) -> Result<JoinedRow> {
        let mut cells = Vec::with_capacity(self.makers.len());
        for (maker, node) in self.makers.iter().zip(&part.nodes) {
            cells.push(match node {
                Some(node) if own && !maker.has_own(*node) => None,
                Some(node) if !own && maker.is_nothing(*node)? => None,
                Some(node) => Some(maker.row(*node, depth, own)?),
                None => None,
            });
        }
        let nodes = cells.iter().zip(&part.nodes).map(|(cell, node)| cell.as_ref().and(*node)).collect();
        Ok(JoinedRow { cells, likeness: part.likeness, depth, nodes: (nodes, own) })
    }
}

impl JoinedRow {
    /// Only these sides.
    fn keep(&mut self, sides: &[bool]) {
        for (side, _) in sides.iter().enumerate().filter(|(_, kept)| !**kept) {
            self.cells[side] = None;
            self.nodes.0[side] = None;
        }
    }

    /// Whether all sides have the part.
    pub fn is_whole(&self) -> bool {
        self.cells.iter().all(Option::is_some)
    }

    /// The number of a column in a side; 0 where the side lacks the part, `None` for peaks of `(self)` rows.
    pub fn value(&self, side: usize, column: usize) -> Option<Rational> {
        match &self.cells[side] {
            Some(row) => row.values[column].clone(),
            None => Some(Rational::zero()),
        }
    }

    /// What is the same in all sides that have the part, or else each of them, in the order of sides.
    pub fn each<T: PartialEq>(&self, of: impl Fn(&Row) -> T) -> Vec<T> {
        let mut found: Vec<T> = self.cells.iter().flatten().map(of).collect();
        if found.windows(2).all(|pair| pair[0] == pair[1]) {
            found.truncate(1);
        }
        found
    }
}

/// The largest rows by the greatest number of the first column, of those without rows of their own below them.
fn largest(rows: Vec<JoinedRow>, most: usize) -> Vec<JoinedRow> {
    let depths: Vec<usize> = rows.iter().map(|row| row.depth).collect();
    let leaf = |place: usize| depths.get(place + 1).is_none_or(|next| *next <= depths[place]);
    let mut leaves: Vec<JoinedRow> =
        rows.into_iter().enumerate().filter(|(place, _)| leaf(*place)).map(|(_, row)| row).collect();
    let greatest = |row: &JoinedRow| {
        row.cells.iter().flatten().filter_map(|cell| cell.values.first().cloned().flatten()).max()
    };
    // Stable: order of execution where numbers are equal.
    leaves.sort_by_key(|row| std::cmp::Reverse(greatest(row)));
    leaves.truncate(most);
    leaves
}
