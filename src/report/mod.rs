//! The analytic report of a model: structure, layers, formulas and numbers, as a document.
//!
//! Each section is a function from the bound model to blocks of a `Document`; a writer spells the document
//! out. General sentences stand in `texts.toml`, sentences about a model in its docstrings and its `model.toml`; every
//! shape, formula and number is derived. Here they are only arranged.

mod bounds;
mod checkpoint;
mod context;
mod conventions;
mod document;
mod family;
mod flops;
mod formulas;
mod inventory;
mod layers;
mod markdown;
mod numbers;
mod overview;
mod parameters;
mod prose;
mod pseudo_code;
mod stocks;
mod symbols;
mod topology;
mod totals;
mod traffic;
mod uncounted;

pub use family::{family, index as family_index};

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;

use crate::diagnostic::{Diagnostic, Result};
use crate::model::BoundModel;
use context::{Inventory, Report};
use document::{Document, Line};
use uncounted::Claim;

/// Bytes of the stack of a thread: as many as the process' first one has, for layers that nest as deep as they may.
const STACK: usize = 8 << 20;

/// The report of a model as Markdown.
///
/// # Errors
/// For mistakes in layer files, and exact divisions that the numbers break.
pub fn markdown(model: &BoundModel) -> Result<String> {
    let report = Report::new(model)?;
    let frame = Frame::of(&report)?;
    let bodies = bodies(&report, &AtomicUsize::new(0))?;
    Ok(frame.around(bodies))
}

/// The same text as [`markdown`] makes, on two threads, each of which opens the model: formulas belong to the thread that
/// made them. One derives the phases, which takes longest; the other writes layers meanwhile; whoever is done takes the
/// next layer. Worth it where two processors are free: opening the model and elaborating its phases, which both do, is a
/// sixth of the work.
///
/// # Errors
/// As [`markdown`], and those of opening the model.
pub fn markdown_on_two_threads<M: Deref<Target = BoundModel>>(
    open: impl FnOnce() -> Result<M> + Send,
    open_again: impl FnOnce() -> Result<M> + Send,
) -> Result<String> {
    let next = AtomicUsize::new(0);
    let layers = || bodies(&Inventory::new(&*open_again()?)?, &next);
    let phases = || -> Result<(Frame, Vec<Body>)> {
        let model = open()?;
        let report = Report::new(&model)?;
        let frame = Frame::of(&report)?;
        Ok((frame, bodies(&report, &next)?))
    };
    let (mut written, mut derived) = (None, None);
    // Neither is done here: a new thread may be put on the processor of the one that made it, though another is idle, and
    // would wait there for milliseconds. Of two new ones each gets a processor. What they come to is put here, and not
    // joined, which would wait until their heaps are taken apart too.
    let thread = || Builder::new().stack_size(STACK);
    let threads = std::thread::scope(|scope| {
        thread().spawn_scoped(scope, || written = Some(layers()))?;
        thread().spawn_scoped(scope, || derived = Some(phases())).map(drop)
    });
    threads.map_err(|error| Diagnostic::new("no-thread", format!("no thread can be made: {error}")))?;
    let (frame, mut bodies) = derived.expect("the scope ends after its threads")?;
    bodies.extend(written.expect("the scope ends after its threads")?);
    Ok(frame.around(bodies))
}

/// What is written of a layer.
struct Body {
    /// Its place among all layers.
    place: usize,
    text: String,
    claims: Vec<Claim>,
}

/// Writes layers that nobody has taken yet, one after the other.
fn bodies(inventory: &Inventory<'_>, next: &AtomicUsize) -> Result<Vec<Body>> {
    let entries = inventory.longest_first();
    let mut bodies = Vec::new();
    loop {
        let Some(&(place, entry)) = entries.get(next.fetch_add(1, Ordering::Relaxed)) else {
            return Ok(bodies);
        };
        let layers::Body { document, claims } = layers::body(inventory, entry)?;
        bodies.push(Body { place, text: markdown::write(&document), claims });
    }
}

/// A report without what is written of layers by themselves.
struct Frame {
    before: String,
    /// What stands before each layer's body, and after the last one.
    layers: Vec<String>,
    after: String,
    /// Exact divisions in phases that no fact proves.
    claims: Vec<Claim>,
    /// What is said above all claims.
    intro: Line,
    last: String,
}

impl Frame {
    fn of(report: &Report<'_>) -> Result<Frame> {
        let (mut before, mut after, mut last) = <(Document, Document, Document)>::default();
        totals::section(report, &mut after)?;
        overview::section(report, &mut before)?;
        inventory::section(report, &mut before);
        numbers::section(report, &mut after)?;
        bounds::section(report, &mut after)?;
        parameters::section(report, &mut after)?;
        checkpoint::section(report, &mut after)?;
        uncounted::section(report, &mut after)?;
        conventions::section(report, &mut last);
        Ok(Frame {
            before: markdown::write(&before),
            layers: layers::frame(report)?.iter().map(markdown::write).collect(),
            after: markdown::write(&after),
            claims: uncounted::claims(report.model, report.phases.iter().map(|phase| &phase.view)),
            intro: report.texts.line("uncounted.conditions"),
            last: markdown::write(&last),
        })
    }

    /// The whole report.
    fn around(self, mut bodies: Vec<Body>) -> String {
        bodies.sort_by_key(|body| body.place);
        let mut claims = self.claims;
        let parts = [&self.before, &self.after, &self.last].into_iter().chain(&self.layers);
        let length: usize = parts.chain(bodies.iter().map(|body| &body.text)).map(String::len).sum();
        // With room for the conditions.
        let mut text = String::with_capacity(length + length / 8);
        text.push_str(&self.before);
        let mut layers = self.layers.iter();
        for body in bodies {
            layers.next().into_iter().for_each(|between| markdown::append(between, &mut text));
            markdown::append(&body.text, &mut text);
            claims.extend(body.claims);
        }
        layers.for_each(|between| markdown::append(between, &mut text));
        markdown::append(&self.after, &mut text);
        let mut conditions = Document::default();
        uncounted::conditions(self.intro, claims, &mut conditions);
        markdown::append(&markdown::write(&conditions), &mut text);
        markdown::append(&self.last, &mut text);
        text
    }
}
