//! Which variables of a body name the costs of their statements: a property of the text, so that every call of a layer
//! asks once.

use rustc_hash::FxHashMap as HashMap;

use super::tree::{Expression, ExpressionKind, Layer, Statement, StatementKind};

impl Layer {
    /// Whether the variable names the statement that assigns it: it is assigned once on every way through the body,
    /// updates (which read what they assign) and parameters apart.
    pub fn names_statement(&self, variable: &str) -> bool {
        self.naming.get_or_init(|| naming_variables(self)).get(variable).copied().unwrap_or(false)
    }
}

fn naming_variables(layer: &Layer) -> HashMap<String, bool> {
    let mut counts = HashMap::default();
    count_assignments(&layer.body, &mut counts);
    let mut naming: HashMap<String, bool> =
        counts.into_iter().map(|(name, count)| (name, count == 1)).collect();
    for parameter in &layer.tensors {
        naming.insert(parameter.name.text.clone(), false);
    }
    naming
}

fn count_assignments(body: &[Statement], counts: &mut HashMap<String, usize>) {
    for statement in body {
        match &statement.kind {
            StatementKind::Assign { targets, value } => {
                let updates = targets.iter().any(|target| mentions(value, &target.text));
                for target in targets {
                    *counts.entry(target.text.clone()).or_insert(0) += usize::from(!updates);
                }
            }
            StatementKind::If { then, otherwise, .. } => {
                let mut on_then = HashMap::default();
                count_assignments(then, &mut on_then);
                let mut on_otherwise = HashMap::default();
                count_assignments(otherwise, &mut on_otherwise);
                for (name, count) in on_otherwise {
                    let most = on_then.entry(name).or_insert(0);
                    *most = (*most).max(count);
                }
                for (name, count) in on_then {
                    *counts.entry(name).or_insert(0) += count;
                }
            }
            StatementKind::For { body, .. } => count_assignments(body, counts),
            StatementKind::Assert { .. } | StatementKind::Pass => {}
        }
    }
}

/// Whether an expression reads a name.
pub fn mentions(expression: &Expression, name: &str) -> bool {
    match &expression.kind {
        ExpressionKind::Name(read) => read == name,
        ExpressionKind::Call { arguments, keywords, .. } => {
            arguments.iter().chain(keywords.iter().map(|(_, value)| value)).any(|value| mentions(value, name))
        }
        ExpressionKind::Binary(_, a, b)
        | ExpressionKind::Compare(_, a, b)
        | ExpressionKind::Element(a, b) => mentions(a, name) || mentions(b, name),
        ExpressionKind::Negate(a) | ExpressionKind::Not(a) => mentions(a, name),
        ExpressionKind::And(all) | ExpressionKind::Or(all) | ExpressionKind::Sequence(all) => {
            all.iter().any(|value| mentions(value, name))
        }
        ExpressionKind::Conditional { condition, then, otherwise } => {
            [condition, then, otherwise].iter().any(|value| mentions(value, name))
        }
        _ => false,
    }
}
