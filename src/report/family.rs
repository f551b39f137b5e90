//! The page of a family of models: what it is, its presets, the total of each phase as a formula, its symbols and
//! switches, and what it was held against.

use rustc_hash::FxHashMap;

use super::document::{Document, Line};
use super::formulas::{Printer, grouped, identifier};
use super::prose::{self, Texts};
use super::pseudo_code::name_inner_sizes;
use super::totals::{here, sum};
use super::{markdown, symbols};
use crate::algebra::{Formula, Rational, Symbol};
use crate::config::{Elements, SymbolDescription, SymbolKind};
use crate::cost::Metric;
use crate::diagnostic::Result;
use crate::model::{BoundModel, Family, Preset, Referee, View};
use crate::notation::quantity::{Unit, format_si};

/// The page of a family, whose default configuration is bound, as Markdown. Links lead from `docs/models/`.
///
/// # Errors
/// For mistakes in layer files, and exact divisions that the numbers break.
pub fn family(model: &BoundModel, family: &Family<'_>) -> Result<String> {
    let texts = Texts::embedded();
    let mut document = Document::default();
    let description = &model.description;
    document.heading(1, Line::of(&*description.title));
    document.paragraph(prose::parse(&description.summary));
    document.paragraph(texts.with(
        "family.generated",
        &[("report", Line::of_code(format!("modelmeter report {}", description.id)))],
    ));
    facts_of_the_files(model, &mut document);
    presets(model, family, texts, &mut document);
    let mut views = Vec::new();
    for phase in &description.phases {
        views.push(model.phase_view(&phase.name)?);
    }
    phases(model, &mut document);
    let Some(first) = views.iter().find(|view| view.phase == description.default_phase) else {
        return Ok(markdown::write(&document));
    };
    let printer = Printer::new(model, first);
    for view in &views {
        printer.learn(view);
        name_inner_sizes(model, view, &printer);
        for (name, size) in model.derived_sizes(&view.phase)? {
            printer.add_derived(&name, size);
        }
    }
    document.heading(2, Line::of("Parameters"));
    document.paragraph(texts.line("family.parameters"));
    let of = |node| first.tree.formula(node, Metric::Weights);
    document.list(sum(&printer, first, &of, "W", Unit::Parameter)?);
    active(first, &printer, &mut document)?;
    document.heading(2, Line::of("FLOPs and cache"));
    document.paragraph(texts.line("family.flops"));
    for view in &views {
        phase(model, view, &printer, &mut document)?;
    }
    all_symbols(model, &views, &printer, texts, &mut document);
    switches(model, texts, &mut document);
    rules(model, texts, &mut document);
    verification(family, texts, &mut document);
    Ok(markdown::write(&document))
}

/// The list of all families, with links to their pages.
pub fn index(families: &[Family<'_>]) -> String {
    let texts = Texts::embedded();
    let mut document = Document::default();
    document.heading(1, Line::of("Models"));
    document.paragraph(texts.line("family.index"));
    let rows = families.iter().map(|family| {
        let description = &family.description;
        let sizes: Vec<&Rational> =
            family.presets.iter().filter_map(|preset| preset.parameters.as_ref()).collect();
        let short = |size: &Rational| format_si(size, Unit::Parameter, 3);
        let sizes = match (sizes.iter().min(), sizes.iter().max()) {
            (Some(least), Some(most)) if least != most => format!("{} to {}", short(least), short(most)),
            (Some(only), _) => short(only),
            _ => String::new(),
        };
        vec![
            Line::default().link(&*description.title, format!("{}.md", description.id)),
            Line::of_code(&*description.id),
            Line::of(family.presets.len().to_string()),
            Line::of(sizes),
            Line::names(description.phases.iter().map(|phase| phase.name.as_str())),
        ]
    });
    document.table(&["Family", "Name", ">Presets", ">Parameters", "Phases"], rows.collect());
    markdown::write(&document)
}

fn facts_of_the_files(model: &BoundModel, document: &mut Document) {
    let description = &model.description;
    let link = |path: String| Line::default().link(format!("`{path}`"), format!("../../{path}"));
    let mut items = Vec::new();
    if !description.architectures.is_empty() {
        let names = Line::names(description.architectures.keys().cloned());
        items.push(Line::of("Architectures: ").and(names));
    }
    let root = format!("models/{}", description.module_path(&description.id));
    items.push(Line::of("Parts and phases: ").and(link(root.clone())));
    let mut layers = Line::default();
    for module in model.library.modules() {
        let path = format!("models/{}", module.path);
        if path != root && !module.module.layers.is_empty() {
            let separator = if layers.0.is_empty() { "" } else { ", " };
            layers = layers.text(separator).and(link(path));
        }
    }
    if !layers.0.is_empty() {
        items.push(Line::of("Layers: ").and(layers));
    }
    items.push(Line::of("Symbols, keys, facts: ").and(link(format!("models/{}/model.toml", description.id))));
    document.list(items);
}

fn presets(model: &BoundModel, family: &Family<'_>, texts: &Texts, document: &mut Document) {
    let chosen = model.binding.groups.get(&model.description.vendor_group).and_then(Option::as_ref);
    let mut sorted: Vec<&Preset> = family.presets.iter().collect();
    sorted.sort_by_key(|preset| preset.parameters.clone());
    let rows: Vec<Vec<Line>> = sorted
        .iter()
        .map(|preset| {
            let source = match &preset.source {
                Some(url) if url.starts_with("https://") => Line::default().link(short(url), url.clone()),
                Some(text) => Line::of(text.clone()),
                None => Line::default(),
            };
            let parameters = preset.parameters.as_ref().map(grouped).unwrap_or_default();
            vec![Line::of_code(&*preset.name), Line::of(parameters), source]
        })
        .collect();
    document.heading(2, Line::of("Presets"));
    if let Some(chosen) = chosen {
        let name = [("preset", Line::of_code(&*chosen.option))];
        document.paragraph(texts.with("family.presets", &name));
    }
    document.table(&["Preset", ">Parameters", "Configuration"], rows);
}

/// An address without what all of its site have in common: `openai/whisper-base`.
fn short(url: &str) -> &str {
    let inside = url.trim_start_matches("https://").trim_start_matches("huggingface.co/");
    inside.split_once("/blob/main").map_or(inside, |(name, _)| name)
}

fn phases(model: &BoundModel, document: &mut Document) {
    document.heading(2, Line::of("Phases"));
    let description = &model.description;
    let rows = description.phases.iter().map(|phase| {
        let name = Line::of_code(&*phase.name);
        let name = if phase.name == description.default_phase { name.text(" (default)") } else { name };
        let mut what = prose::parse(&phase.about);
        for (name, meaning) in &phase.derived {
            what = what.text("; ").code(&**name).text(" is ").and(prose::parse(meaning));
        }
        vec![name, what, Line::names(phase.keys.iter().map(String::as_str))]
    });
    document.table(&["Phase", "What it is", "Runtime keys"], rows.collect());
}

fn phase(model: &BoundModel, view: &View<'_>, printer: &Printer<'_>, document: &mut Document) -> Result<()> {
    document.heading(3, Line::default().code(&*view.phase));
    let about = model.description.phase(&view.phase).map(|phase| phase.about.as_str()).unwrap_or_default();
    let keys = model.binding.phases[&view.phase].iter();
    let keys = keys.map(|(name, bound)| format!("{name}={}", bound.setting));
    document.paragraph(prose::parse(&capital(about)).text(", here with ").and(Line::names(keys)).text("."));
    let mut totals = Vec::new();
    for (unit, what, metric) in [
        ("tensor_core", "On tensor cores", Metric::FlopsTensorCore),
        ("cuda_core", "On CUDA cores", Metric::FlopsCudaCore),
    ] {
        totals.extend(flops(view, printer, (unit, what, metric), document)?);
    }
    let totals: Vec<(&str, Formula)> = totals.iter().map(|(name, total)| (name.as_str(), *total)).collect();
    if !totals.is_empty() {
        document.math(printer.math(&totals));
    }
    let root = view.tree.root();
    let cached = view.tree.formula(root, Metric::KvCacheBytes);
    if !view.is_nothing(cached)? {
        let after = here(view.number(root, Metric::KvCacheBytes)?, Unit::Byte);
        let name = format!("K_{}", identifier(&view.phase));
        let words = Line::of("Bytes cached after the phase");
        document.list([printer.item(words, &name, &[printer.readable(cached)], after)]);
    }
    Ok(())
}

/// The FLOPs of each part on one unit, and their sum; gives back the whole, where it is short enough to be read.
fn flops(
    view: &View<'_>,
    printer: &Printer<'_>,
    (unit, what, metric): (&str, &str, Metric),
    document: &mut Document,
) -> Result<Option<(String, Formula)>> {
    let (tree, algebra) = (&view.tree, printer.algebra);
    let total = tree.formula(tree.root(), metric);
    if view.is_nothing(total)? {
        return Ok(None);
    }
    let name = format!("F_{unit}");
    let (mut items, mut parts) = (Vec::new(), Vec::new());
    for child in &tree.node(tree.root()).children {
        let formula = tree.formula(*child, metric);
        if !view.is_nothing(formula)? {
            let part = format!("F_{}_{unit}", identifier(&tree.node(*child).segment));
            let after = here(view.evaluate(formula)?, Unit::Flop);
            items.push(printer.item(Line::default(), &part, &[printer.readable(formula)], after));
            parts.push(algebra.named(&part, formula));
        }
    }
    let after = here(view.number(tree.root(), metric)?, Unit::Flop);
    items.push(printer.item(Line::default(), &name, &[algebra.sum(&parts)], after));
    document.paragraph(Line::of(format!("{what}:")));
    document.list(items);
    Ok((!printer.is_long(total)).then(|| (name, printer.readable(total))))
}

/// What one token uses, where that is not nearly all: there are experts, or parts that the phase does not run.
fn active(view: &View<'_>, printer: &Printer<'_>, document: &mut Document) -> Result<()> {
    let root = view.tree.root();
    if has_idle_experts(view)? {
        let formula = view.tree.formula(root, Metric::WeightsActive);
        let after = here(view.number(root, Metric::WeightsActive)?, Unit::Parameter);
        document.paragraph(Line::of("Of these one token uses in phase ").code(&*view.phase).text(":"));
        document.list([printer.item(Line::default(), "W_active", &[printer.readable(formula)], after)]);
    }
    Ok(())
}

/// Whether a token uses less than half of the parameters: there are experts, or parts that the phase does not run.
fn has_idle_experts(view: &View<'_>) -> Result<bool> {
    let root = view.tree.root();
    let two = Rational::from_integer(2.into());
    Ok(view.number(root, Metric::WeightsActive)? * two < view.number(root, Metric::Weights)?)
}

/// Every symbol of the formulas, and every other size.
fn all_symbols(
    model: &BoundModel,
    views: &[View<'_>],
    printer: &Printer<'_>,
    texts: &Texts,
    document: &mut Document,
) {
    let description = &model.description;
    let mut numbers: FxHashMap<Symbol, Rational> = FxHashMap::default();
    for view in views {
        numbers.extend(view.numbers.iter().map(|(symbol, number)| (symbol, number.clone())));
    }
    let value = |name: &str| {
        let known = model.algebra.knows_symbol(name).then(|| numbers.get(&model.algebra.symbol(name)));
        Line::of(known.flatten().map(grouped).unwrap_or_default())
    };
    let mut rows = Vec::new();
    for key in &description.runtime {
        let from = match &key.key {
            Some(path) => Line::of("runtime, else ").code(&**path),
            None => Line::of("runtime"),
        };
        rows.push(vec![
            named(&key.name, &key.latex),
            with_unit(&key.meaning, &key.unit),
            from,
            value(&key.name),
        ]);
    }
    for symbol in &description.symbols {
        let is_size = matches!(symbol.kind, SymbolKind::Size { .. });
        if is_size && model.binding.symbols.contains_key(&symbol.name) {
            let bound = model.binding.symbols[&symbol.name].setting.to_string();
            let shown = bound.parse().map_or(Line::of(bound), |number: Rational| Line::of(grouped(&number)));
            let meaning = with_unit(&symbol.meaning, &symbol.unit);
            rows.push(vec![named(&symbol.name, &symbol.latex), meaning, keys(symbol), shown]);
        }
        if let Some(count) = &symbol.count {
            let meaning = prose::parse(&model.meaning_of(count));
            rows.push(vec![Line::of_code(&**count), meaning, Line::default(), value(count)]);
        }
    }
    let printed = printer.printed();
    let known: Vec<String> = printed.iter().map(|symbol| model.algebra.name(*symbol).to_string()).collect();
    let listed = |name: &String| {
        description.runtime_key(name).is_some()
            || description.symbols.iter().any(|own| own.name == *name || own.count.as_ref() == Some(name))
    };
    for name in known.iter().filter(|name| !listed(name)) {
        let meaning = prose::parse(&model.meaning_of(name));
        rows.push(vec![Line::of_code(&**name), meaning, Line::default(), value(name)]);
    }
    document.heading(2, Line::of("Symbols"));
    document.paragraph(texts.line("family.symbols"));
    document.table(&["Symbol", "Meaning", "Key", ">Here"], rows);
    let sizes = symbols::named_sizes(printer, &|formula| {
        model.algebra.evaluate(formula, &|symbol| numbers.get(&symbol).cloned()).ok()
    });
    if !sizes.is_empty() {
        document.paragraph(texts.line("family.sizes"));
        document.table(&["Let", "be", ">here"], sizes);
    }
}

/// A symbol's name, and where that differs how it is written in displayed formulas.
fn named(name: &str, latex: &str) -> Line {
    let line = Line::of_code(name);
    if latex == name { line } else { line.text(" ").math(latex) }
}

fn with_unit(meaning: &str, unit: &str) -> Line {
    let line = prose::parse(meaning);
    if unit.is_empty() || meaning.contains(unit) { line } else { line.text(format!(" ({unit})")) }
}

fn keys(symbol: &SymbolDescription) -> Line {
    Line::names(symbol.keys.iter().map(String::as_str))
}

/// What is structure: flags, words, lists.
fn switches(model: &BoundModel, texts: &Texts, document: &mut Document) {
    let mut rows = Vec::new();
    for symbol in &model.description.symbols {
        let values = match &symbol.kind {
            SymbolKind::Size { .. } => continue,
            SymbolKind::Flag => Line::names(["true", "false"]),
            SymbolKind::Text { choices } => Line::names(choices.iter().map(String::as_str)),
            SymbolKind::List { of } => Line::of(match of {
                Elements::Sizes => "a list of sizes",
                Elements::Indexes => "a list of layers, from 0",
                Elements::Texts => "a list of words",
                Elements::Flags => "a list of flags",
            }),
        };
        let bound = model.binding.symbols.get(&symbol.name);
        let shown = bound.map_or(Line::default(), |bound| Line::of_code(bound.setting.to_string()));
        let meaning = prose::parse(&symbol.meaning);
        rows.push(vec![Line::of_code(&*symbol.name), meaning, values, keys(symbol), shown]);
    }
    if !rows.is_empty() {
        document.heading(2, Line::of("Switches"));
        let conventions = [("conventions", Line::default().link("conventions", "../conventions.md"))];
        document.paragraph(texts.with("family.switches", &conventions));
        document.table(&["Switch", "Meaning", "Values", "Key", "Here"], rows);
    }
}

fn rules(model: &BoundModel, texts: &Texts, document: &mut Document) {
    let facts = model.description.facts.iter().map(|fact| Line::of_code(fact.span.text()));
    let facts: Vec<Line> = facts.collect();
    let required = model.description.requirements.iter().map(|rule| {
        let values = Line::names(rule.values.iter().map(String::as_str));
        Line::of_code(&*rule.key).text(" is ").and(values).text(": ").and(prose::parse(&rule.why))
    });
    let required: Vec<Line> = required.collect();
    if !(facts.is_empty() && required.is_empty()) {
        document.heading(2, Line::of("What must hold"));
        document.paragraph(texts.line("family.facts"));
        document.list(facts.into_iter().chain(required));
    }
}

fn verification(family: &Family<'_>, texts: &Texts, document: &mut Document) {
    document.heading(2, Line::of("How it was verified"));
    if family.kept.is_empty() && family.by_hand.is_empty() {
        document.paragraph(texts.line("family.not_verified"));
        return;
    }
    let link = |path: &str| Line::default().link(format!("`{path}`"), format!("../../{path}"));
    let item = |(referee, count): &(&Referee, u32)| {
        let configurations =
            if *count == 1 { "one configuration".to_owned() } else { format!("{count} configurations") };
        let whose =
            if referee.referee.is_empty() { String::new() } else { format!(" against {}", referee.referee) };
        Line::of(format!("{configurations}{whose} ("))
            .and(link(&referee.path))
            .text(format!("): {}", referee.what))
    };
    if !family.kept.is_empty() {
        document.paragraph(texts.line("family.kept"));
        document.list(family.kept.iter().map(item));
    }
    if !family.by_hand.is_empty() {
        let told = [("verification", Line::default().link("verification", "../verification.md"))];
        document.paragraph(texts.with("family.by_hand", &told));
        document.list(family.by_hand.iter().map(item));
    }
    document.paragraph(texts.line("family.not_counted_by_others"));
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
