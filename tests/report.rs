//! The report of DeepSeek-OCR: it is what is checked in, it is complete, and every formula in it, read back and
//! evaluated with the values that its section states, gives the numbers that `eval` gives.

use std::collections::HashMap;
use std::sync::OnceLock;

use modelmeter::algebra::{Algebra, Rational};
use modelmeter::cost::{IoModel, Metric};
use modelmeter::diagnostic::Source;
use modelmeter::model::{BoundModel, OpenRequest, View};
use modelmeter::notation::parse_statement;

const LONGEST: usize = 100;

fn open() -> BoundModel {
    let request =
        OpenRequest { model: "deepseek_ocr".to_owned(), all_phases: true, ..OpenRequest::default() };
    BoundModel::open(&request).expect("the preset opens")
}

fn report() -> &'static str {
    static REPORT: OnceLock<String> = OnceLock::new();
    REPORT.get_or_init(|| modelmeter::report::markdown(&open()).expect("the preset is right"))
}

/// A part of the report with a table of symbols of its own.
struct Section {
    title: String,
    values: HashMap<String, Rational>,
    definitions: Vec<String>,
}

/// Sections by heading of any level, with their values (`| `B` | … | 1 |`) and definitions.
fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    // The lines of a block so far, and whether it holds a definition.
    let mut block: Option<(String, bool)> = None;
    let mut in_symbols = false;
    for line in text.lines() {
        let fence = line.trim_start().strip_prefix("```");
        if let Some((mut whole, defines)) = block.take() {
            if fence.is_none() {
                whole.push_str(line.trim());
                whole.push(' ');
                block = Some((whole, defines));
            } else if let Some(section) = sections.last_mut().filter(|_| defines) {
                section.definitions.push(whole);
            }
            continue;
        }
        if let Some(language) = fence {
            block = Some((String::new(), language == "text"));
        } else if line.starts_with('#') {
            let title = line.trim_start_matches(['#', ' ']).to_owned();
            sections.push(Section { title, values: HashMap::new(), definitions: Vec::new() });
        } else if line.starts_with("| Let ") {
            in_symbols = true;
        } else if in_symbols && line.starts_with("| `") {
            let cells: Vec<&str> = line.split(" | ").collect();
            let name = cells[0].trim_start_matches("| `").trim_end_matches('`').to_owned();
            let value = cells[cells.len() - 1].trim_end_matches(['|', ' ']).replace(',', "");
            let value = value.parse().unwrap_or_else(|_| panic!("`{value}` of `{name}` is no number"));
            sections.last_mut().expect("a table follows a heading").values.insert(name, value);
        } else if !line.starts_with('|') {
            in_symbols = false;
            let spans = line.split('`').skip(1).step_by(2);
            let found = spans.filter(|span| is_definition(span)).map(str::to_owned);
            if let Some(section) = sections.last_mut() {
                section.definitions.extend(found);
            }
        }
    }
    sections
}

/// `F_qkv = …`, as formulas are named.
fn is_definition(span: &str) -> bool {
    span.split_once(" = ").is_some_and(|(name, _)| {
        ["F_", "T_", "W_", "A_", "K_"].iter().any(|start| name.starts_with(start))
            && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
    })
}

/// Values of all names that a section defines, each definition read back and evaluated.
fn evaluated(section: &Section) -> HashMap<String, Rational> {
    let algebra = Algebra::new();
    let mut known: HashMap<String, Rational> = section.values.clone();
    let mut defined = HashMap::new();
    for text in &section.definitions {
        let source = Source::new("report", text.as_str());
        let statement = parse_statement(&algebra, &source, 0..text.len())
            .unwrap_or_else(|error| panic!("{}: {}", section.title, error.render(false)));
        let name = statement.first.name.clone().expect("a definition starts with a name");
        for (_, side) in &statement.rest {
            let value = algebra.evaluate(side.formula, &|symbol| known.get(&*algebra.name(symbol)).cloned());
            let value = value.unwrap_or_else(|error| panic!("{}: {text}: {error:?}", section.title));
            let before = defined.insert(name.clone(), value.clone());
            if let Some(before) = before {
                assert_eq!(before, value, "{}: two forms of {name}: {text}", section.title);
            }
            known.insert(name.clone(), value);
        }
    }
    defined
}

fn find<'s>(sections: &'s [Section], title: &str) -> &'s Section {
    let found = sections.iter().find(|section| section.title == title && !section.definitions.is_empty());
    found.unwrap_or_else(|| panic!("no section `{title}`"))
}

/// Holds names of a section against numbers of a view.
fn check(section: &Section, view: &View<'_>, name: &str) -> usize {
    let values = evaluated(section);
    let root = view.tree.root();
    let mut checked = 0;
    let mut hold = |defined: &str, expected: Rational| {
        if let Some(value) = values.get(defined) {
            assert_eq!(*value, expected, "{}: {defined}", section.title);
            checked += 1;
        } else {
            assert_eq!(expected, Rational::from_integer(0.into()), "{}: no {defined}", section.title);
        }
    };
    for (defined, metric) in [
        (format!("F_{name}"), Metric::Flops),
        ("F_tensor_core".to_owned(), Metric::FlopsTensorCore),
        ("F_cuda_core".to_owned(), Metric::FlopsCudaCore),
        (format!("A_{name}"), Metric::ActivationsBytes),
        (format!("K_{name}"), Metric::KvCacheBytes),
    ] {
        hold(&defined, view.number(root, metric).expect("bound"));
    }
    let traffic = view.tree.io(root, IoModel::Activations, None, false);
    hold(&format!("T_{name}"), view.evaluate(traffic).expect("bound"));
    for child in &view.tree.node(root).children {
        let part = format!("F_{}", view.tree.node(*child).segment);
        if view.layer.is_some() {
            hold(&part, view.number(*child, Metric::Flops).expect("bound"));
        } else {
            let number = |metric| view.number(*child, metric).expect("bound");
            hold(&format!("{part}_tensor_core"), number(Metric::FlopsTensorCore));
            hold(&format!("{part}_cuda_core"), number(Metric::FlopsCudaCore));
        }
    }
    checked
}

#[test]
fn formulas_of_layers_give_the_numbers_of_eval() {
    let model = open();
    let sections = sections(report());
    let mut checked = 0;
    for name in model.layer_names() {
        let variants = model.layer_variants(&name).expect("a layer");
        for variant in &variants {
            let view = model.variant_view(&name, variant).expect("a layer");
            let differs: Vec<String> =
                variant.differs.iter().map(|(name, value)| format!("`{name}={value}`")).collect();
            let section = if variants.len() == 1 {
                let heading = format!("`{name}` (");
                sections.iter().find(|section| section.title.starts_with(&heading))
            } else {
                let heading = format!("`{name}` as called with {}", differs.join(", "));
                sections.iter().find(|section| section.title == heading)
            };
            let section = section.unwrap_or_else(|| panic!("no section for {name}"));
            checked += check(section, &view, &format!("{name}{}", variant.suffix));
            let weights = evaluated(section).remove(&format!("W_{name}{}", variant.suffix));
            let expected = view.number(view.tree.root(), Metric::Weights).expect("bound");
            assert_eq!(weights.unwrap_or_default(), expected, "{name}");
        }
    }
    assert!(checked > 150, "only {checked} numbers were checked");
}

#[test]
fn formulas_of_phases_give_the_numbers_of_eval() {
    let model = open();
    let sections = sections(report());
    for phase in model.phases() {
        let view = model.phase_view(phase).expect("a phase");
        let section = find(&sections, &format!("Phase `{phase}`"));
        assert!(check(section, &view, phase) > 5, "{phase}");
    }
    let weights = evaluated(find(&sections, "Weights"));
    assert_eq!(weights["W_model"], Rational::from_integer(3_336_106_240_i64.into()));
}

#[test]
fn the_checked_in_report_is_what_is_written_today() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reports/deepseek_ocr.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, report()).expect("the file can be written");
    }
    let known = std::fs::read_to_string(path).expect("the report is checked in");
    let same = known.lines().zip(report().lines()).position(|(known, today)| known != today);
    assert!(
        known == report(),
        "docs/reports/deepseek_ocr.md differs first in line {}; write it anew with \
         `modelmeter report deepseek_ocr -o docs/reports/deepseek_ocr.md`",
        same.map_or(0, |line| line + 1)
    );
}

#[test]
fn nothing_is_left_open() {
    let text = report();
    let mut code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            code = !code;
            continue;
        }
        for word in ["TODO", "PLACEHOLDER", "e.g.", "extern/", "What this section is for", "{names}"] {
            assert!(!line.contains(word), "line {}: {line}", number + 1);
        }
        let open = line.split('<').skip(1).any(|rest| {
            rest.split_once('>').is_some_and(|(inner, _)| inner.len() > 1 && inner.to_uppercase() == inner)
        });
        assert!(!open, "line {}: {line}", number + 1);
        assert!(!line.contains("****") && !line.contains("``` "), "line {}: {line}", number + 1);
    }
    assert!(!code, "a block is not closed");
}

#[test]
fn lines_of_formulas_are_short() {
    for section in sections(report()) {
        for definition in section.definitions.iter().filter(|definition| !definition.ends_with(' ')) {
            assert!(definition.chars().count() <= LONGEST, "{definition}");
        }
    }
    let mut text = false;
    for line in report().lines() {
        let fence = line.trim_start();
        if fence.starts_with("```") {
            text = fence == "```text";
        } else if text {
            assert!(line.trim_start().chars().count() <= LONGEST, "{line}");
        }
    }
}

#[test]
fn each_section_of_the_template_is_there() {
    let sections = [
        "## Overview and Scope",
        "### Topology",
        "```mermaid",
        "## Layer Inventory by Subpackage",
        "### Vision layers (`layers/vision`)",
        "### Decoder layers (`layers/decoder`)",
        "### Llama layers (`layers/llama`)",
        "## Layer-Level Reference",
        "#### `PatchEmbed` (`layers/vision/patch_embed.py`)",
        "**What it is**",
        "**Pseudo-code (PyTorch-style)**",
        "**FLOPs (forward)**",
        "**I/O (forward)**",
        "#### `LlamaFlashAttention2` (`layers/llama/llama_flash_attention2.py`)",
        "## Model Totals by Phase",
        "## Numbers for the Bound Configuration",
        "## Reconciliation of the Parameter Count",
        "| all without `lm_head` | **3,170,627,840** |",
        "| **all** | **3,336,106,240** |",
        "## What Is Not Counted, Assumed or Claimed",
        "## Notes and Conventions",
        "| `io.bits` | bit | `forward_cal_io()` | Tb |",
    ];
    let mut from = 0;
    for section in sections {
        let at = report()[from..].find(section);
        from += at.unwrap_or_else(|| panic!("`{section}` is missing or in the wrong place"));
    }
}

#[test]
fn other_configurations_have_a_report_too() {
    for overrides in [
        &["model=deepseek_ocr_root.no_crop"][..],
        &["flash=true", "logits=last", "convention=torch"],
        &["convention=published", "B=4", "S=2048", "rows=3", "cols=3"],
        &["decoder.first_k_dense=0", "decoder.num_kv_heads=5", "io=unfused"],
    ] {
        let request = OpenRequest {
            model: "deepseek_ocr".to_owned(),
            overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
            all_phases: true,
            ..OpenRequest::default()
        };
        let model = BoundModel::open(&request).unwrap_or_else(|error| panic!("{}", error.render(false)));
        let text = modelmeter::report::markdown(&model);
        let text = text.unwrap_or_else(|error| panic!("{overrides:?}: {}", error.render(false)));
        for section in sections(&text) {
            evaluated(&section);
        }
    }
}
