//! The layers by subpackage, one line each.

use super::context::Report;
use super::document::{Document, Line};
use super::prose;

/// Writes the section.
pub fn section(report: &Report<'_>, document: &mut Document) {
    document.heading(2, Line::of("Layer Inventory by Subpackage"));
    document.paragraph(report.texts.line("inventory.intro"));
    for group in &report.groups {
        document.heading(3, Line::of(format!("{} (", group.heading)).code(&*group.folder).text(")"));
        document.paragraph(prose::parse(&group.about));
        let items: Vec<Line> = group
            .layers
            .iter()
            .map(|entry| {
                let file = entry.file.rsplit('/').next().unwrap_or(&entry.file);
                let what = prose::parse(&prose::first_sentence(&entry.layer.doc));
                Line::default()
                    .strong(&*entry.layer.name.text)
                    .text(" (")
                    .code(file)
                    .text("): ")
                    .and(what)
                    .text(".")
            })
            .collect();
        document.list(items);
    }
}
