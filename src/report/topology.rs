//! The data flow of a phase as a Mermaid flowchart.

use super::formulas::Printer;
use crate::algebra::Formula;
use crate::diagnostic::Result;
use crate::model::{BoundModel, StationKind, View};

/// Longest formula of a size in a label; longer ones are shown by their value.
const LONGEST: usize = 12;

/// The flowchart of a phase.
pub fn flowchart(model: &BoundModel, view: &View<'_>) -> Result<String> {
    let topology = model.topology(&view.phase)?;
    let printer = Printer::plain(&model.algebra);
    let mut out = String::from("flowchart TD\n");
    let used = |at: usize| topology.edges.iter().any(|edge| edge.from == at || edge.to == at);
    for (at, station) in topology.stations.iter().enumerate() {
        if !used(at) {
            continue;
        }
        let name = &station.name;
        let node = match &station.kind {
            StationKind::Input => format!("([\"{name}\"])"),
            StationKind::Weight => format!("[(\"{name}\")]"),
            StationKind::Part(layer) => format!("[\"<b>{name}</b><br/>{layer}\"]"),
            StationKind::Layer => format!("[\"{name}\"]"),
            StationKind::Operator => format!("{{{{\"{name}\"}}}}"),
            StationKind::Result => "([\"result\"])".to_owned(),
        };
        out.push_str(&format!("    n{at}{node}\n"));
    }
    for edge in &topology.edges {
        let mut sizes = Vec::with_capacity(edge.shape.len());
        for size in &edge.shape {
            sizes.push(label(&printer, view, *size)?);
        }
        out.push_str(&format!("    n{} -->|\"{}\"| n{}\n", edge.from, sizes.join(" × "), edge.to));
    }
    Ok(out)
}

fn label(printer: &Printer<'_>, view: &View<'_>, size: Formula) -> Result<String> {
    let text = printer.size(size);
    if text.chars().count() <= LONGEST {
        return Ok(text);
    }
    Ok(view.evaluate(size)?.to_string())
}
