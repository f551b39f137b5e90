//! What is generated of the library and checked in: the pages of docs/models/, and the parameters of presets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use modelmeter::config::Files;
use modelmeter::diagnostic::Source;
use modelmeter::model::{
    BoundModel, Catalogue, Family, OpenRequest, PARAMETERS, derived_parameters, find, ids,
};
use modelmeter::report;

const COMMAND: &str = "cargo run -- models --counts models/parameters.toml --pages docs/models";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}; write it: {COMMAND}", path.display()))
}

fn same(path: &Path, expected: &str) {
    let found = read(path);
    let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b).map(|place| place + 1);
    assert!(found == expected, "{} is not what is derived, line {line:?}: {COMMAND}", path.display());
}

/// The pages between two letters of the alphabet: several tests, as that takes a while.
fn pages(first: char, last: char) {
    let library = Files::embedded();
    let catalogue = Catalogue::read(&library).expect("a catalogue");
    for id in
        ids(&library).into_iter().filter(|id| (first..=last).contains(&id.chars().next().unwrap_or('_')))
    {
        let request = OpenRequest { model: id.clone(), all_phases: true, ..OpenRequest::default() };
        let model = BoundModel::open(&request).unwrap_or_else(|error| panic!("{}", error.render(false)));
        let family = catalogue.family(&library, &id).expect("a family");
        let page = report::family(&model, &family).unwrap_or_else(|error| panic!("{}", error.render(false)));
        same(&root().join(format!("docs/models/{id}.md")), &page);
    }
}

#[test]
fn pages_up_to_f_are_up_to_date() {
    pages('a', 'f');
}

#[test]
fn pages_up_to_m_are_up_to_date() {
    pages('g', 'm');
}

#[test]
fn pages_up_to_z_are_up_to_date() {
    pages('n', 'z');
}

#[test]
fn every_family_has_a_page_and_every_page_a_family() {
    let library = Files::embedded();
    let catalogue = Catalogue::read(&library).expect("a catalogue");
    let families = ids(&library).into_iter().map(|id| catalogue.family(&library, &id).expect("a family"));
    let families: Vec<Family<'_>> = families.collect();
    same(&root().join("docs/models/README.md"), &report::family_index(&families));
    let mut files: Vec<String> = fs::read_dir(root().join("docs/models"))
        .expect("pages")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    files.sort();
    let expected: Vec<String> = ids(&library).iter().map(|id| format!("{id}.md")).collect();
    assert_eq!(files, expected);
}

#[test]
fn parameters_of_presets_are_those_of_the_layers() {
    let request = OpenRequest { all_phases: true, ..OpenRequest::default() };
    let derived = derived_parameters(&Files::embedded(), &request);
    let derived = derived.unwrap_or_else(|error| panic!("{}", error.render(false)));
    same(&root().join("models").join(PARAMETERS), &derived);
}

/// What the pages say that tests compare is what the files of figures hold: configurations by family.
#[test]
fn figures_that_pages_tell_of_are_there() {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/data/oracle/library"))
        .expect("figures")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.push(root().join("tests/data/checkpoints/transformers.toml"));
    files.sort();
    let mut there: BTreeMap<(String, String), u32> = BTreeMap::new();
    for file in files {
        let path = file.strip_prefix(root()).expect("inside").to_string_lossy().replace('\\', "/");
        let figures: toml::Table = read(&file).parse().expect("TOML");
        let models = figures.get("model").or(figures.get("checkpoint")).expect("figures");
        for model in models.as_array().expect("models") {
            let id = match model.get("config") {
                Some(config) => {
                    let source = Source::new("config.json", config.as_str().expect("JSON"));
                    find("-", None, Some(&source)).expect("a family").id
                }
                None => model["id"].as_str().expect("an id").to_owned(),
            };
            *there.entry((id, path.clone())).or_default() += 1;
        }
    }
    // One configuration, whose figures have a form of their own (tests/cli.rs).
    there.insert(("deepseek_ocr".to_owned(), "tests/data/oracle/deepseek-ocr.json".to_owned()), 1);
    let library = Files::embedded();
    let catalogue = Catalogue::read(&library).expect("a catalogue");
    let mut told: BTreeMap<(String, String), u32> = BTreeMap::new();
    for id in ids(&library) {
        for (referee, count) in catalogue.kept(&id) {
            told.insert((id.clone(), referee.path.clone()), count);
        }
        for (referee, _) in catalogue.kept(&id).into_iter().chain(catalogue.by_hand(&id)) {
            assert!(root().join(&referee.path).is_file(), "{id}: there is no {}", referee.path);
        }
    }
    assert_eq!(told, there, "models/verification.toml tells (left) what is not there (right)");
}
