//! Every case of every operator, called from a layer file: the elaborated shapes, FLOPs and weights are the case's.

use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use modelmeter::algebra::{Algebra, Formula, Point, Rational};
use modelmeter::cost::{ByteSizes, CostTree, Counting, IoModel, Metric};
use modelmeter::diagnostic::{Result, Source};
use modelmeter::lang::{
    ByName, Environment, Files, Graph, LayerArguments, Library, StorageKind, elaborate_layer,
};
use modelmeter::rules::{Case, FlagValue, Operator, RuleSet, Shape};

/// One file.
struct OneFile(String);

impl Files for OneFile {
    fn read(&self, path: &str) -> Result<Option<Arc<Source>>> {
        Ok((path == "case.py").then(|| Source::new(path, self.0.as_str())))
    }
}

#[test]
fn cases_hold_when_a_layer_calls_the_operator() {
    let algebra = Algebra::new();
    let rules =
        RuleSet::load_with_cases(&algebra, None).unwrap_or_else(|error| panic!("{}", error.render(false)));
    let mut run = 0;
    for operator in rules.operators.values() {
        for case in &operator.cases {
            check(&algebra, &rules, operator, case);
            run += 1;
        }
    }
    assert!(run > 80, "{run} cases");
}

fn check(algebra: &Algebra, rules: &RuleSet, operator: &Operator, case: &Case) {
    let text = layer_of(operator, case);
    let place = case.span.location();
    let graph = elaborated(algebra, rules, &text)
        .unwrap_or_else(|error| panic!("{place}:\n{text}\n{}", error.render(false)));
    let number = |formula: Formula| -> Rational {
        algebra.value_at(formula, &Point::default()).unwrap_or_else(|error| panic!("{place}: {error:?}"))
    };
    let integer = |value: i64| Rational::from_integer(value.into());
    let shapes: Vec<Vec<Rational>> = graph
        .results
        .iter()
        .map(|id| graph.tensors[id.0 as usize].shape.iter().map(|size| number(*size)).collect())
        .collect();
    let expected: Vec<Vec<Rational>> =
        case.results.iter().map(|shape| shape.iter().map(|size| integer(*size)).collect()).collect();
    assert_eq!(shapes, expected, "{place}: results");
    for (result, dtype) in graph.results.iter().zip(&operator.dtypes) {
        let kind = graph.tensors[result.0 as usize].kind;
        assert_eq!(kind == StorageKind::Integer, dtype.as_deref() == Some("int64"), "{place}: type");
    }
    let weights: Rational = graph.weights.iter().map(|weight| number(algebra.product(&weight.shape))).sum();
    assert_eq!(weights, integer(case.weights), "{place}: weights");
    let tree = CostTree::build(algebra, rules, counting(rules), &graph, &Point::default());
    for (metric, expected) in [
        (Metric::FlopsTensorCore, case.tensor_core),
        (Metric::FlopsCudaCore, case.cuda_core),
        (Metric::Flops, case.tensor_core + case.cuda_core),
        (Metric::Weights, case.weights),
    ] {
        let found = tree.number(tree.root(), metric, &Point::default()).expect("numbers only");
        assert_eq!(found, integer(expected), "{place}: {}", metric.name());
    }
}

fn elaborated(algebra: &Algebra, rules: &RuleSet, text: &str) -> Result<Graph> {
    let library = Library::load("case.py", &OneFile(text.to_owned()))?;
    let environment = Environment {
        algebra,
        rules,
        library: &library,
        model: 0,
        phases: &[],
        symbols: &ByName::default(),
        runtime: &ByName::default(),
        numbers: &Point::default(),
        unroll: false,
    };
    elaborate_layer(&environment, "Case", &LayerArguments::default())
}

fn counting(rules: &RuleSet) -> Counting<'_> {
    let one = || Rational::from_integer(1.into());
    Counting {
        convention: &rules.conventions["default"],
        switches: IndexMap::new(),
        phase: "prefill".to_owned(),
        io: IoModel::Activations,
        intensity_io: IoModel::Fused,
        bytes: Rc::new(ByteSizes {
            activations: one(),
            weights: one(),
            cache: one(),
            named: IndexMap::new(),
        }),
        rates: None,
    }
}

/// A layer that calls the operator as the case says.
fn layer_of(operator: &Operator, case: &Case) -> String {
    let mut parameters = String::new();
    let mut positional = Vec::new();
    let mut keywords = Vec::new();
    for (name, shape) in &case.operands {
        let entries: String = shape.iter().fold(String::new(), |mut entries, size| {
            let _ = write!(entries, "{size}, ");
            entries
        });
        let _ = write!(parameters, "{name}: ({entries}), ");
        match operator.operands.iter().find(|operand| *operand.name == **name) {
            Some(operand) if operand.optional => keywords.push(format!("{name}={name}")),
            _ => positional.push(name.clone()),
        }
    }
    let declared = operator.sizes.iter();
    for (parameter, values) in declared.filter_map(|size| Some((size, case.sizes.get(&*size.name)?))) {
        let list = values.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let as_list = *operator.name == *"split" || (values.len() > 1 && !parameter.variadic);
        positional.push(if as_list { format!("[{list}]") } else { list });
    }
    for (name, value) in &case.flags {
        let value = match value {
            FlagValue::None => "None".to_owned(),
            FlagValue::Boolean(true) => "True".to_owned(),
            FlagValue::Boolean(false) => "False".to_owned(),
            FlagValue::Integer(value) => value.to_string(),
            FlagValue::Text(text) => format!("\"{text}\""),
        };
        // Subscripts stand first, as in torch.
        if matches!(&operator.shape, Shape::Primitive(primitive) if primitive == "einsum") {
            positional.insert(0, value);
        } else {
            keywords.push(format!("{name}={value}"));
        }
    }
    positional.extend(keywords);
    format!(
        "def Case({parameters}):\n    \"\"\"One operator.\"\"\"\n    return {}({})\n",
        operator.name,
        positional.join(", ")
    )
}
