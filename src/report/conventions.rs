//! How the numbers are to be read.

use super::context::Report;
use super::document::{Document, Line};
use super::prose;
use crate::config::Setting;
use crate::cost::{IoModel, Metric};

/// Writes the section.
pub fn section(report: &Report<'_>, document: &mut Document) {
    let (model, texts) = (report.model, &report.texts);
    document.heading(2, Line::of("Notes and Conventions"));
    document.heading(3, Line::of("FLOP counting"));
    let counting = model.counting(&model.description.default_phase);
    let convention = counting.convention;
    document.list([texts.line("conventions.mac"), texts.line("conventions.units")]);
    let values = [
        ("name", Line::of_code(&*convention.name)),
        ("what", prose::parse(&convention.what)),
        ("source", prose::parse(&convention.source)),
    ];
    document.paragraph(texts.with("conventions.convention", &values));
    let switches = model.rules.switches.values().map(|switch| {
        let value = counting.switches.get(&switch.name).or_else(|| switch.values.first());
        let value = value.map_or("", String::as_str);
        Line::of_code(format!("{}={value}", switch.name)).text(": ").and(prose::parse(&switch.what))
    });
    document.list(switches.collect::<Vec<_>>());
    document.heading(3, Line::of("I/O models and units"));
    document.paragraph(texts.line("conventions.io"));
    let models = IoModel::ALL.iter().map(|io| Line::of_code(io.name()).text(": ").text(io.what()).text("."));
    document.list(models.collect::<Vec<_>>());
    document.paragraph(texts.line("conventions.prefixes"));
    metrics(report, document);
    document.heading(3, Line::of("Shape parameters"));
    document.paragraph(texts.line("conventions.shapes"));
    parameters(report, document);
}

/// The metrics, and the functions of the reference implementation for them where the model names one.
fn metrics(report: &Report<'_>, document: &mut Document) {
    let functions = &report.model.description.reference_metrics;
    let row = |metric: &Metric| {
        let mut row = vec![Line::of_code(metric.name()), Line::of(metric.unit())];
        if !functions.is_empty() {
            let reference = functions.iter().find(|known| known.metric == metric.name());
            row.extend(reference.map_or_else(Default::default, |known| {
                [Line::of_code(format!("{}()", known.function)), Line::of(&*known.unit)]
            }));
        }
        row
    };
    let rows = Metric::ALL.iter().map(row).collect();
    if functions.is_empty() {
        document.heading(3, Line::of("Metrics"));
        document.paragraph(report.texts.line("conventions.metrics"));
        document.table(&["Metric", "Unit"], rows);
    } else {
        document.heading(3, Line::of("Metrics and the reference's functions"));
        document.paragraph(report.texts.line("conventions.metrics"));
        document.paragraph(report.texts.line("conventions.functions"));
        document.table(&["Metric", "Unit", "Reference's function", "Its unit"], rows);
    }
}

fn parameters(report: &Report<'_>, document: &mut Document) {
    let (description, binding) = (&report.model.description, &report.model.binding);
    let mut rows = Vec::new();
    for key in &description.runtime {
        let value = binding.phases.values().find_map(|phase| phase.get(&key.name));
        let value = value.map_or_else(|| key.written_default.clone(), |bound| bound.setting.to_string());
        rows.push(vec![
            Line::of_code(&*key.name),
            Line::default().math(&*key.latex),
            prose::parse(&key.meaning),
            key.key.as_ref().map_or_else(Line::default, |key| Line::of_code(&**key)),
            Line::of(value),
        ]);
    }
    for symbol in &description.symbols {
        let Some(value) = binding.symbol(&symbol.name).filter(|value| **value != Setting::None) else {
            continue;
        };
        // Of the names that vendors give a key, the one that this configuration has.
        let given = symbol.keys.iter().find(|key| binding.tree.at(key).is_some());
        rows.push(vec![
            Line::of_code(&*symbol.name),
            Line::default().math(&*symbol.latex),
            prose::parse(&symbol.meaning),
            given.or(symbol.keys.first()).map_or_else(Line::default, |key| Line::of_code(&**key)),
            Line::of(value.to_string()),
        ]);
    }
    document.table(&["Name", "Symbol", "Meaning", "Key", ">Here"], rows);
}
