//! What the report is about: the model, its configuration, its topology, and its size in a few numbers.

use super::context::Report;
use super::document::{Document, Line};
use super::formulas::grouped;
use super::{prose, topology};
use crate::cost::Metric;
use crate::diagnostic::Result;
use crate::notation::quantity::{Unit, format_si};

/// Writes title and section.
pub fn section(report: &Report<'_>, document: &mut Document) -> Result<()> {
    let (model, texts) = (report.model, &report.texts);
    let description = &model.description;
    document.heading(1, texts.with("overview.title", &[("title", Line::of(&*description.title))]));
    document.paragraph(texts.line("overview.generated"));
    document.heading(2, Line::of("Overview and Scope"));
    document.paragraph(prose::parse(&description.summary));
    let folder = format!("models/{}", description.id);
    let root = format!("models/{}", description.module_path(&description.id));
    document.list([
        Line::default()
            .strong("Model")
            .text(": ")
            .text(&*description.title)
            .text(" (")
            .and(Line::names(description.architectures.keys().cloned()))
            .text(")"),
        Line::default()
            .strong("Analytic implementation root")
            .text(": ")
            .code(folder)
            .text(", parts and phases in ")
            .code(root),
        Line::default().strong("Primary goals").text(": ").and(texts.line("overview.goals")),
    ]);
    document.heading(3, Line::of("Configuration"));
    let path = format!("models/{0}/configs/{0}.yaml", description.id);
    document.paragraph(texts.with("overview.configuration", &[("path", Line::of_code(path))]));
    configuration(report, document);
    document.heading(3, Line::of("Phases"));
    document.paragraph(texts.line("overview.phases"));
    phases(report, document);
    document.heading(3, Line::of("Headline Numbers"));
    headline(report, document)?;
    document.heading(3, Line::of("Topology"));
    let widest = report.widest_phase();
    let values = [("phase", Line::of_code(&*widest.description.name))];
    document.paragraph(texts.with("overview.topology", &values));
    document.code("mermaid", topology::flowchart(model, &widest.view)?);
    let file = [("file", Line::of_code(&*description.module))];
    document.paragraph(texts.with("overview.parts", &file));
    document.code("python", parts(report));
    Ok(())
}

fn configuration(report: &Report<'_>, document: &mut Document) {
    let binding = &report.model.binding;
    let mut items = Vec::new();
    for (group, choice) in &binding.groups {
        let Some(choice) = choice else { continue };
        items.push(Line::of_code(format!("{group}: {}", choice.option)));
    }
    document.list(items);
    let dtypes = &binding.dtypes;
    let types =
        [("weights", &dtypes.weights), ("activations", &dtypes.activations), ("cache", &dtypes.cache)];
    let mut line = Line::of("Types: ");
    for (place, (what, (dtype, _))) in types.iter().enumerate() {
        let separator = if place == 0 { "" } else { ", " };
        line = line.text(format!("{separator}{what} ")).code(&*dtype.name);
    }
    document.paragraph(line.text("."));
}

fn phases(report: &Report<'_>, document: &mut Document) {
    let binding = &report.model.binding;
    let mut rows = Vec::new();
    for phase in &report.phases {
        let description = phase.description;
        let keys = binding.phases.get(&description.name).into_iter().flatten();
        let keys = Line::names(keys.map(|(name, bound)| format!("{name}={}", bound.setting)));
        let mut what = prose::parse(&description.about);
        for (name, meaning) in &description.derived {
            what = what.text("; ").code(&**name).text(" is ").and(prose::parse(meaning));
        }
        rows.push(vec![Line::of_code(&*description.name), what, keys]);
    }
    document.table(&["Phase", "What it is", "Keys here"], rows);
}

fn headline(report: &Report<'_>, document: &mut Document) -> Result<()> {
    let view = &report.default_phase().view;
    let root = view.tree.root();
    let parameters = view.number(root, Metric::Weights)?;
    let bytes = view.number(root, Metric::WeightsBytes)?;
    let values = [
        ("parameters", Line::default().strong(grouped(&parameters))),
        ("bytes", Line::of(grouped(&bytes))),
        ("short", Line::of(format_si(&bytes, Unit::Byte, 3))),
    ];
    document.paragraph(report.texts.with("overview.size", &values));
    let mut rows = Vec::new();
    for phase in &report.phases {
        let (view, root) = (&phase.view, phase.view.tree.root());
        let cell = |metric: Metric, unit: Unit| -> Result<Line> {
            Ok(Line::of(format_si(&view.number(root, metric)?, unit, 4)))
        };
        rows.push(vec![
            Line::of_code(&*phase.description.name),
            cell(Metric::FlopsTensorCore, Unit::Flop)?,
            cell(Metric::FlopsCudaCore, Unit::Flop)?,
            Line::of(format_si(&view.number(root, Metric::WeightsActive)?, Unit::Parameter, 4)),
            cell(Metric::ActivationsBytes, Unit::Byte)?,
            cell(Metric::KvCacheBytes, Unit::Byte)?,
            cell(Metric::MemoryBytes, Unit::Byte)?,
        ]);
    }
    document.table(
        &[
            "Phase",
            ">Tensor cores",
            ">CUDA cores",
            ">Active parameters",
            ">Peak activations",
            ">KV cache",
            ">Memory",
        ],
        rows,
    );
    Ok(())
}

/// The statements of the model's file that make its parts.
fn parts(report: &Report<'_>) -> String {
    let path = report.model.description.module_path(&report.model.description.id);
    let Some((_, module)) = report.model.library.by_path(&path) else { return String::new() };
    let source = module.module.source.text();
    let texts = module.module.parts.iter().map(|part| {
        let start = part.name.range.start;
        format!("{}\n", &source[start..part.value.range.end])
    });
    texts.collect()
}
