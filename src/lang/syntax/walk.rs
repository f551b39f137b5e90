//! Walking over the tree: parts of expressions, names that they read, expressions of statements.

use std::ops::Range;

use smallvec::{SmallVec, smallvec};

use super::tree::{Expression, ExpressionKind, Layer, Name, Statement, StatementKind, Target};

/// Calls whose first argument is a layer or an operator, passed and not called.
const TAKE_A_LAYER: [&str; 3] = ["shared", "per_expert", "cached"];

/// What stands at a place, as far as the place tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Is called.
    Callee,
    /// A tensor, a size or a condition.
    Operand,
    /// Anything, an operator or a layer too.
    Value,
}

/// A name and where it is read.
pub(super) struct Read<'a> {
    pub text: &'a str,
    pub range: &'a Range<usize>,
    pub role: Role,
}

/// Calls `visit` for the expression and all its parts, outer ones first, from left to right.
pub(super) fn each<'a>(expression: &'a Expression, role: Role, visit: &mut dyn FnMut(&'a Expression, Role)) {
    let mut open: SmallVec<[(&Expression, Role); 16]> = smallvec![(expression, role)];
    while let Some((expression, role)) = open.pop() {
        visit(expression, role);
        let behind = open.len();
        children(expression, role, &mut |child, role| open.push((child, role)));
        open[behind..].reverse();
    }
}

/// Calls `read` for every name that the expression reads, callees included.
pub(super) fn names<'a>(expression: &'a Expression, role: Role, read: &mut dyn FnMut(Read<'a>)) {
    each(expression, role, &mut |part, role| match &part.kind {
        ExpressionKind::Name(text) => read(Read { text, range: &part.range, role }),
        ExpressionKind::Call { callee, .. } => {
            read(Read { text: &callee.text, range: &callee.range, role: Role::Callee });
        }
        _ => {}
    });
}

fn children<'a>(expression: &'a Expression, role: Role, give: &mut dyn FnMut(&'a Expression, Role)) {
    match &expression.kind {
        ExpressionKind::Call { callee, arguments, keywords } => {
            let takes_a_layer = TAKE_A_LAYER.contains(&callee.text.as_str());
            for (index, argument) in arguments.iter().enumerate() {
                give(argument, if takes_a_layer && index == 0 { Role::Value } else { Role::Operand });
            }
            keywords.iter().for_each(|(_, argument)| give(argument, Role::Value));
        }
        ExpressionKind::Binary(_, left, right) => {
            give(left, Role::Operand);
            give(right, Role::Operand);
        }
        ExpressionKind::Compare(_, left, right) => {
            give(left, Role::Value);
            give(right, Role::Value);
        }
        ExpressionKind::Element(list, index) => {
            give(list, Role::Operand);
            give(index, Role::Operand);
        }
        ExpressionKind::Negate(operand) | ExpressionKind::Not(operand) => give(operand, Role::Operand),
        ExpressionKind::And(operands) | ExpressionKind::Or(operands) => {
            operands.iter().for_each(|operand| give(operand, Role::Operand));
        }
        ExpressionKind::Conditional { condition, then, otherwise } => {
            give(then, role);
            give(condition, Role::Operand);
            give(otherwise, role);
        }
        ExpressionKind::Sequence(elements) => elements.iter().for_each(|element| give(element, Role::Value)),
        ExpressionKind::Name(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Float(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Boolean(_)
        | ExpressionKind::None => {}
    }
}

/// Calls `visit` for every statement of a body, also within branches and loops.
pub(super) fn statements<'a>(body: &'a [Statement], visit: &mut dyn FnMut(&'a Statement)) {
    for statement in body {
        visit(statement);
        match &statement.kind {
            StatementKind::If { then, otherwise, .. } => {
                statements(then, visit);
                statements(otherwise, visit);
            }
            StatementKind::For { body, .. } => statements(body, visit),
            StatementKind::Assign { .. } | StatementKind::Assert { .. } | StatementKind::Pass => {}
        }
    }
}

/// The expression of one statement, without those of the statements inside it.
pub(super) fn expression_of(statement: &Statement) -> Option<(&Expression, Role)> {
    match &statement.kind {
        StatementKind::Assign { value, .. } => Some((value, Role::Value)),
        StatementKind::If { condition, .. } | StatementKind::Assert { condition } => {
            Some((condition, Role::Operand))
        }
        StatementKind::For { iterable, .. } => Some((iterable, Role::Operand)),
        StatementKind::Pass => None,
    }
}

/// Calls `visit` for every expression of a layer's body and result, in the text's order.
pub(super) fn body_expressions<'a>(layer: &'a Layer, visit: &mut dyn FnMut(&'a Expression, Role)) {
    statements(&layer.body, &mut |statement| {
        if let Some((expression, role)) = expression_of(statement) {
            visit(expression, role);
        }
    });
    layer.result.iter().for_each(|expression| visit(expression, Role::Operand));
}

/// The names that one statement assigns, without those of the statements inside it.
pub(super) fn assigned(statement: &Statement) -> Vec<&Name> {
    let mut names = Vec::new();
    match &statement.kind {
        StatementKind::Assign { targets, .. } => names.extend(targets),
        StatementKind::For { target, .. } => target_names(target, &mut names),
        StatementKind::If { .. } | StatementKind::Assert { .. } | StatementKind::Pass => {}
    }
    names
}

fn target_names<'a>(target: &'a Target, names: &mut Vec<&'a Name>) {
    match target {
        Target::Name(name) => names.push(name),
        Target::Tuple(targets) => targets.iter().for_each(|target| target_names(target, names)),
    }
}
