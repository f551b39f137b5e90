//! What our tree can say and the language does not.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::refusals;
use super::tree::{BinaryOperator, Comparison, Expression, ExpressionKind, Keyword, Layer, Module};
use super::walk::{self, Role};
use crate::diagnostic::{Diagnostic, Span};

/// Checks every expression by itself, and those of parameters for what may stand there.
pub(super) fn check(module: &Module, errors: &mut Vec<Diagnostic>) {
    let mut check = Check { module, errors };
    let none = FxHashSet::default();
    for part in &module.parts {
        check.expression(&part.value, &none);
    }
    for layer in &module.layers {
        check.layer(layer);
    }
}

struct Check<'a> {
    module: &'a Module,
    errors: &'a mut Vec<Diagnostic>,
}

impl Check<'_> {
    fn error(&mut self, code: &'static str, place: &Range<usize>, message: &str, help: &str) {
        let place = Span::new(&self.module.source, place.clone());
        self.errors.push(*Diagnostic::new(code, message).label(place, "").help(help));
    }

    fn layer(&mut self, layer: &Layer) {
        let none = FxHashSet::default();
        let tensors = layer.tensors.iter().map(|tensor| tensor.name.text.as_str()).collect();
        for tensor in &layer.tensors {
            for entry in &tensor.shape {
                self.expression(entry, &none);
                self.shape_entry(entry);
            }
        }
        for default in layer.keywords.iter().filter_map(|keyword| keyword.default.as_ref()) {
            self.expression(default, &none);
        }
        layer.keywords.iter().for_each(|keyword| self.default(keyword));
        walk::body_expressions(layer, &mut |expression, _| self.expression(expression, &tensors));
    }

    fn expression(&mut self, expression: &Expression, tensors: &FxHashSet<&str>) {
        walk::each(expression, Role::Value, &mut |part, _| match &part.kind {
            ExpressionKind::Binary(BinaryOperator::Power, _, exponent)
                if !matches!(exponent.kind, ExpressionKind::Integer(_)) =>
            {
                let message = "the exponent of `**` is a literal, such as 2";
                let help = "write `1 / x` for a negative exponent; a variable one has no closed form here";
                self.error("power-exponent", &exponent.range, message, help);
            }
            ExpressionKind::Compare(Comparison::Is | Comparison::IsNot, _, right)
                if !matches!(right.kind, ExpressionKind::None | ExpressionKind::Boolean(_)) =>
            {
                let help = "write `==` or `!=`";
                self.error(
                    "is-comparison",
                    &part.range,
                    "`is` compares with `None`, `True` and `False` only",
                    help,
                );
            }
            ExpressionKind::Element(list, _) => {
                if let ExpressionKind::Name(name) = &list.kind
                    && tensors.contains(name.as_str())
                {
                    let refusal = &refusals::INDEXING;
                    self.error(refusal.code, &part.range, refusal.reason, refusal.instead);
                }
            }
            ExpressionKind::Call { keywords, .. } => {
                let mut given = FxHashSet::default();
                for (name, _) in keywords {
                    if !given.insert(name.text.as_str()) {
                        let message = format!("the argument `{}` is given twice", name.text);
                        self.error("duplicate-argument", &name.range, &message, "give it once");
                    }
                }
            }
            _ => {}
        });
    }

    /// An entry of a shape is a size.
    fn shape_entry(&mut self, entry: &Expression) {
        let what = match entry.kind {
            ExpressionKind::Text(_) => "a string",
            ExpressionKind::Float(_) => "a number with a fraction",
            ExpressionKind::Boolean(_) | ExpressionKind::Not(_) | ExpressionKind::Compare(..) => {
                "a condition"
            }
            ExpressionKind::And(_) | ExpressionKind::Or(_) => "a condition",
            ExpressionKind::None => "`None`",
            ExpressionKind::Sequence(_) => "a list",
            _ => return,
        };
        let help =
            "write a name, which the tensor at hand binds, or an expression over names, which is checked";
        self.error("shape-entry", &entry.range, &format!("a dimension is a size, not {what}"), help);
    }

    /// A default is evaluated when the file is read, so it is a literal or the name of an operator or layer.
    fn default(&mut self, keyword: &Keyword) {
        let Some(default) = &keyword.default else { return };
        let mut wrong = None;
        walk::each(default, Role::Value, &mut |part, role| {
            let allowed = match part.kind {
                ExpressionKind::Name(_) => role == Role::Value,
                ExpressionKind::Integer(_) | ExpressionKind::Float(_) | ExpressionKind::Text(_) => true,
                ExpressionKind::Boolean(_) | ExpressionKind::None | ExpressionKind::Sequence(_) => true,
                ExpressionKind::Negate(_) | ExpressionKind::Binary(..) => true,
                _ => false,
            };
            if !allowed && wrong.is_none() {
                wrong = Some(part.range.clone());
            }
        });
        if let Some(place) = wrong {
            let message = "a default is a literal or the name of an operator or layer";
            let help = format!("write `{}=None`, and decide in the body", keyword.name.text);
            self.error("default-value", &place, message, &help);
        }
    }
}
