//! What the tests of the layer language share: a library of models in a folder, and layers from text in memory.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use std::collections::HashMap;

use modelmeter::algebra::{Algebra, Point, Rational};
use modelmeter::cost::{ByteSizes, CostTree, Counting, IoModel, Metric};
use modelmeter::diagnostic::{Diagnostic, Result, Source};
use modelmeter::lang::{
    ByName, Environment, Files, Graph, LayerArguments, Library, List, Value, elaborate_layer,
};
use modelmeter::model::{BoundModel, OpenRequest};
use modelmeter::rules::RuleSet;

/// The folder of the tests' models: those of `tests/data/models`, and beside them the layers of the examples.
pub fn library() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("models-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        copy(&data.join("models"), &folder);
        copy(&data.join("layers/good"), &folder);
        folder
    })
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the tests' folder can be written");
    for entry in std::fs::read_dir(from).expect("test data").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the tests' folder can be written");
        }
    }
}

/// A model of the tests, bound.
pub fn open(model: &str, overrides: &[&str]) -> Result<BoundModel> {
    BoundModel::open(&OpenRequest {
        model: model.to_owned(),
        overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
        models: Some(library().to_owned()),
        ..OpenRequest::default()
    })
}

/// A result, or a panic that shows the message as a user sees it.
pub fn shown<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{}", error.render(false)))
}

/// Layer files in memory.
pub struct Memory(HashMap<String, Arc<Source>>);

impl Memory {
    /// Files by path.
    pub fn new(files: &[(&str, &str)]) -> Memory {
        Memory(files.iter().map(|(path, text)| ((*path).to_owned(), Source::new(*path, *text))).collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Option<Arc<Source>>> {
        Ok(self.0.get(path).cloned())
    }
}

/// Structure and sizes that a layer is given.
#[derive(Clone)]
pub enum Given {
    /// A size, which stays a symbol unless all is unrolled.
    Size(i64),
    /// A flag.
    Flag(bool),
    /// None
    None,
    /// A list of numbers.
    Numbers(Vec<i64>),
    /// A list of words.
    Words(Vec<&'static str>),
}

impl Given {
    fn value(&self, algebra: &Algebra, name: &str, unroll: bool) -> Value {
        let list = |items| Value::List(std::rc::Rc::new(List { items, count: None }));
        match self {
            Given::Size(number) if unroll => Value::Size(algebra.integer(*number)),
            Given::Size(_) => Value::Size(algebra.variable(algebra.symbol(name))),
            Given::Flag(flag) => Value::Flag(*flag),
            Given::None => Value::None,
            Given::Numbers(all) => {
                list(all.iter().map(|number| Value::Size(algebra.integer(*number))).collect())
            }
            Given::Words(all) => list(all.iter().map(|word| Value::Text((*word).into())).collect()),
        }
    }
}

/// Numbers of a layer by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Measured {
    /// FLOPs, tensor-core FLOPs, traffic, weights, bytes of the cache, peak of activations, fused traffic.
    pub numbers: [Rational; 7],
    /// Shapes of the results.
    pub results: Vec<Vec<Rational>>,
}

impl Measured {
    /// One of the numbers, as an integer.
    pub fn integer(&self, at: usize) -> i64 {
        i64::try_from(self.numbers[at].to_integer()).expect("a small number")
    }
}

/// Place of a number in [`Measured`].
pub const TENSOR_CORE: usize = 1;
/// Place of the traffic.
const TRAFFIC: usize = 2;
/// Place of the traffic of fused kernels.
const FUSED: usize = 6;
/// Place of the number of parameters.
pub const WEIGHTS: usize = 3;
/// Place of the bytes of the cache.
pub const CACHE: usize = 4;
/// Place of the peak.
pub const PEAK: usize = 5;

/// The layer `Layer` of a text, in closed form or unrolled.
pub fn measure(text: &str, given: &[(&str, Given)], unroll: bool) -> Result<Measured> {
    measure_files(&[("layer.py", text)], given, unroll)
}

/// As [`measure`], of several files of which the first is the layer's.
pub fn measure_files(files: &[(&str, &str)], given: &[(&str, Given)], unroll: bool) -> Result<Measured> {
    let algebra = Algebra::new();
    let rules = RuleSet::load(&algebra, None)?;
    let library = Library::load(files[0].0, &Memory::new(files))?;
    let mut arguments = LayerArguments::default();
    let mut numbers = Point::default();
    for (name, value) in given {
        if let Given::Size(number) = value {
            let symbol = algebra.symbol(name);
            algebra.declare_minimum(symbol, (*number).min(1));
            numbers.insert(symbol, Rational::from_integer((*number).into()));
        }
        let made = value.value(&algebra, name, unroll);
        if let Value::Size(size) = made {
            arguments.dimensions.insert((*name).to_owned(), size);
        }
        arguments.keywords.insert((*name).to_owned(), made);
    }
    let environment = Environment {
        algebra: &algebra,
        rules: &rules,
        library: &library,
        model: library.modules().len() - 1,
        phases: &[],
        symbols: &ByName::default(),
        runtime: &ByName::default(),
        numbers: &numbers,
        unroll,
    };
    let graph = elaborate_layer(&environment, "Layer", &arguments)?;
    Ok(measured(&algebra, &rules, &graph, &numbers))
}

fn measured(algebra: &Algebra, rules: &RuleSet, graph: &Graph, numbers: &Point) -> Measured {
    let two = || Rational::from_integer(2.into());
    let mut named = IndexMap::new();
    named.insert("f32".to_owned(), Rational::from_integer(4.into()));
    let counting = Counting {
        convention: &rules.conventions["default"],
        switches: IndexMap::new(),
        phase: "prefill".to_owned(),
        io: IoModel::Activations,
        intensity_io: IoModel::Fused,
        bytes: Rc::new(ByteSizes { activations: two(), weights: two(), cache: two(), named }),
        rates: None,
    };
    let tree = CostTree::build(algebra, rules, counting, graph, numbers);
    let of = |metric| tree.number(tree.root(), metric, numbers).expect("numbers are given");
    let fused = algebra.value_at(tree.io(tree.root(), IoModel::Fused, None, true), numbers).expect("numbers");
    let shape = |id: &modelmeter::lang::TensorId| {
        let shape = graph.tensors[id.0 as usize].shape.iter();
        shape.map(|size| algebra.value_at(*size, numbers).expect("numbers")).collect()
    };
    Measured {
        numbers: [
            of(Metric::Flops),
            of(Metric::FlopsTensorCore),
            of(Metric::Io),
            of(Metric::Weights),
            of(Metric::KvCacheBytes),
            of(Metric::ActivationsBytes),
            fused,
        ],
        results: graph.results.iter().map(shape).collect(),
    }
}

/// The closed form of a layer, held against the same layer unrolled.
pub fn both(text: &str, given: &[(&str, Given)]) -> Measured {
    let mut closed = shown(measure(text, given, false));
    let mut unrolled = shown(measure(text, given, true));
    if text.contains("in range(") {
        // An iteration of a loop that calls operators is a body of its own, whose reads count anew.
        for measured in [&mut closed, &mut unrolled] {
            measured.numbers[TRAFFIC] = Rational::from_integer(0.into());
            measured.numbers[FUSED] = Rational::from_integer(0.into());
        }
    }
    assert_eq!(closed, unrolled, "closed form and unrolled layer differ:\n{text}");
    closed
}

/// The error of a layer that has to have one.
pub fn error_of(text: &str, given: &[(&str, Given)]) -> Box<Diagnostic> {
    match measure(text, given, false) {
        Ok(_) => panic!("no error:\n{text}"),
        Err(error) => error,
    }
}
