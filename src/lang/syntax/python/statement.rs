//! Statements.

use std::ops::Range;

use ruff_python_ast::{Expr, Stmt, StmtAssign, StmtFor, StmtIf};

use super::reader::{Reader, all, range};
use crate::lang::syntax::refusals::{self, Refusal};
use crate::lang::syntax::scan::{DEEPEST_BLOCK, too_many_blocks};
use crate::lang::syntax::tree::{Expression, ExpressionKind, Name, Statement, StatementKind, Target};

impl Reader<'_> {
    pub(super) fn body(&mut self, statements: &[Stmt]) -> Option<Vec<Statement>> {
        if self.blocks == DEEPEST_BLOCK {
            let place = statements.first().map_or(0..0, range);
            self.errors.push(*too_many_blocks(self.source, place));
            return None;
        }
        self.blocks += 1;
        let read = all(statements.iter().map(|statement| self.statement(statement)));
        self.blocks -= 1;
        read
    }

    fn statement(&mut self, statement: &Stmt) -> Option<Statement> {
        let place = range(statement);
        let kind = match statement {
            Stmt::Pass(_) => StatementKind::Pass,
            Stmt::Assign(assign) => self.assignment(assign)?,
            Stmt::AugAssign(assign) => {
                let Expr::Name(target) = &*assign.target else {
                    return self.refuse(range(&*assign.target), &refusals::ASSIGNMENT_TARGET);
                };
                let target = Name { text: target.id.to_string(), range: range(target) };
                let left = Expression {
                    kind: ExpressionKind::Name(target.text.clone()),
                    range: target.range.clone(),
                };
                let operator = self.operator(assign.op, place.clone());
                let right = self.expression(&assign.value)?;
                let kind = ExpressionKind::Binary(operator?, Box::new(left), Box::new(right));
                let value = Expression { kind, range: place.clone() };
                StatementKind::Assign { targets: vec![target], value }
            }
            Stmt::If(branch) => self.branch(branch)?,
            Stmt::For(repeat) => self.repeat(repeat)?,
            Stmt::Assert(fact) => {
                if let Some(message) = &fact.msg {
                    self.refuse::<()>(range(&**message), &refusals::ASSERT_MESSAGE);
                }
                StatementKind::Assert { condition: self.expression(&fact.test)? }
            }
            other => return self.refused_statement(other, &refusals::UNUSED_RESULT),
        };
        Some(Statement { kind, range: place })
    }

    fn assignment(&mut self, assign: &StmtAssign) -> Option<StatementKind> {
        let targets = self.targets(assign);
        let value = self.expression(&assign.value)?;
        Some(StatementKind::Assign { targets: targets?, value })
    }

    pub(super) fn targets(&mut self, assign: &StmtAssign) -> Option<Vec<Name>> {
        let [target] = assign.targets.as_slice() else {
            return self.refuse(range(assign), &refusals::CHAINED_ASSIGNMENT);
        };
        let names = match target {
            Expr::Tuple(tuple) if tuple.elts.len() > 1 => tuple.elts.as_slice(),
            single => std::slice::from_ref(single),
        };
        all(names.iter().map(|target| match target {
            Expr::Name(target) => Some(Name { text: target.id.to_string(), range: range(target) }),
            other => self.refuse(range(other), &refusals::ASSIGNMENT_TARGET),
        }))
    }

    fn branch(&mut self, branch: &StmtIf) -> Option<StatementKind> {
        let condition = self.expression(&branch.test);
        let then = self.body(&branch.body);
        let depth = self.blocks;
        let clauses = branch.elif_else_clauses.iter();
        let read: Vec<_> = clauses
            .map(|clause| {
                self.blocks = (self.blocks + 1).min(DEEPEST_BLOCK);
                let condition = clause.test.as_ref().map(|test| self.expression(test));
                (condition, self.body(&clause.body), range(clause))
            })
            .collect();
        self.blocks = depth;
        // From the last clause outwards: each `elif` holds those behind it.
        let mut otherwise = Some(Vec::new());
        for (condition, body, clause) in read.into_iter().rev() {
            otherwise = match condition {
                None => body,
                Some(condition) => {
                    otherwise.zip(condition).zip(body).map(|((otherwise, condition), then)| {
                        let end = otherwise.last().map_or(clause.end, |last: &Statement| last.range.end);
                        let kind = StatementKind::If { condition, then, otherwise };
                        vec![Statement { kind, range: clause.start..end }]
                    })
                }
            };
        }
        Some(StatementKind::If { condition: condition?, then: then?, otherwise: otherwise? })
    }

    fn repeat(&mut self, repeat: &StmtFor) -> Option<StatementKind> {
        if repeat.is_async {
            self.refuse::<()>(range(repeat), &refusals::ASYNC);
        }
        if let Some(statement) = repeat.orelse.first() {
            self.refuse::<()>(range(statement), &refusals::LOOP_ELSE);
        }
        let target = self.loop_target(&repeat.target);
        let iterable = self.expression(&repeat.iter);
        let body = self.body(&repeat.body);
        Some(StatementKind::For { target: target?, iterable: iterable?, body: body? })
    }

    fn loop_target(&mut self, target: &Expr) -> Option<Target> {
        match target {
            Expr::Name(target) => {
                Some(Target::Name(Name { text: target.id.to_string(), range: range(target) }))
            }
            Expr::Tuple(tuple) => {
                Some(Target::Tuple(all(tuple.elts.iter().map(|item| self.loop_target(item)))?))
            }
            other => self.refuse(range(other), &refusals::ASSIGNMENT_TARGET),
        }
    }

    /// A statement that the language lacks; `otherwise` for those that are not refused by their kind.
    pub(super) fn refused_statement<T>(&mut self, statement: &Stmt, otherwise: &Refusal) -> Option<T> {
        let refusal = match statement {
            Stmt::FunctionDef(_) => &refusals::NESTED_FUNCTION,
            Stmt::ClassDef(_) => &refusals::CLASS,
            Stmt::Return(_) => &refusals::EARLY_RETURN,
            Stmt::Delete(_) => &refusals::DELETE,
            Stmt::TypeAlias(_) => &refusals::TYPE_ALIAS,
            Stmt::AnnAssign(_) => &refusals::ANNOTATED_ASSIGNMENT,
            Stmt::While(_) => &refusals::WHILE,
            Stmt::With(with) if with.is_async => &refusals::ASYNC,
            Stmt::With(_) => &refusals::WITH,
            Stmt::Match(_) => &refusals::MATCH,
            Stmt::Raise(_) => &refusals::RAISE,
            Stmt::Try(_) => &refusals::TRY,
            Stmt::Import(_) | Stmt::ImportFrom(_) => &refusals::LOCAL_IMPORT,
            Stmt::Global(_) | Stmt::Nonlocal(_) => &refusals::GLOBAL,
            Stmt::Break(_) | Stmt::Continue(_) => &refusals::LOOP_EXIT,
            Stmt::Expr(value) => {
                // A refused expression says more than a lost value.
                self.expression(&value.value)?;
                otherwise
            }
            _ => otherwise,
        };
        self.refuse(first_line(self.source.text(), range(statement)), refusal)
    }
}

/// The part of `place` on its first line.
fn first_line(text: &str, place: Range<usize>) -> Range<usize> {
    let line = text[place.clone()].lines().next().map_or(0, |line| line.trim_end().len());
    place.start..place.start + line
}
