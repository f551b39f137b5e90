//! Expressions.

use std::ops::Range;

use ruff_python_ast::{
    BoolOp, CmpOp, Expr, ExprAttribute, ExprBinOp, ExprBoolOp, ExprCall, ExprCompare, ExprIf,
    ExprNumberLiteral, ExprStringLiteral, ExprSubscript, ExprUnaryOp, Keyword, Number, Operator, UnaryOp,
};

use super::reader::{Reader, name, range};
use crate::lang::syntax::refusals::{self, Refusal};
use crate::lang::syntax::tree::{BinaryOperator, Comparison, Expression, ExpressionKind, Name};

impl Reader<'_> {
    pub(super) fn expressions<'e>(
        &mut self,
        expressions: impl IntoIterator<Item = &'e Expr>,
    ) -> Option<Vec<Expression>> {
        let mut read = Vec::new();
        let mut count = 0;
        for expression in expressions {
            count += 1;
            read.extend(self.expression(expression));
        }
        (read.len() == count).then_some(read)
    }

    fn boxed(&mut self, expression: &Expr) -> Option<Box<Expression>> {
        self.expression(expression).map(Box::new)
    }

    pub(super) fn expression(&mut self, expression: &Expr) -> Option<Expression> {
        let kind = self.kind(expression)?;
        Some(Expression { kind, range: range(expression) })
    }

    // On the stack a thousand times at worst: what has locals is in a function of its own.
    fn kind(&mut self, expression: &Expr) -> Option<ExpressionKind> {
        match expression {
            Expr::Name(name) => Some(ExpressionKind::Name(name.id.to_string())),
            Expr::NumberLiteral(number) => self.number(number),
            Expr::StringLiteral(text) => self.string(text).map(ExpressionKind::Text),
            Expr::BooleanLiteral(literal) => Some(ExpressionKind::Boolean(literal.value)),
            Expr::NoneLiteral(_) => Some(ExpressionKind::None),
            Expr::BinOp(operation) => self.binary(operation),
            Expr::UnaryOp(operation) => self.unary(operation),
            Expr::BoolOp(operation) => self.condition(operation),
            Expr::Compare(comparison) => self.comparison(comparison),
            Expr::Call(call) => self.call(call),
            Expr::If(conditional) => self.conditional(conditional),
            Expr::Tuple(tuple) => self.expressions(&tuple.elts).map(ExpressionKind::Sequence),
            Expr::List(list) => self.expressions(&list.elts).map(ExpressionKind::Sequence),
            Expr::Subscript(subscript) => self.subscript(subscript),
            Expr::Attribute(attribute) => self.attribute(attribute, &refusals::ATTRIBUTE),
            other => self.refused_expression(other),
        }
    }

    fn condition(&mut self, operation: &ExprBoolOp) -> Option<ExpressionKind> {
        let operands = self.expressions(&operation.values)?;
        Some(match operation.op {
            BoolOp::And => ExpressionKind::And(operands),
            BoolOp::Or => ExpressionKind::Or(operands),
        })
    }

    fn number(&mut self, number: &ExprNumberLiteral) -> Option<ExpressionKind> {
        match &number.value {
            Number::Int(integer) => match integer.as_i64() {
                Some(integer) => Some(ExpressionKind::Integer(integer)),
                None => self.refuse(range(number), &refusals::LARGE_INTEGER),
            },
            Number::Float(_) => Some(ExpressionKind::Float(self.text(range(number)).replace('_', ""))),
            Number::Complex { .. } => self.refuse(range(number), &refusals::COMPLEX),
        }
    }

    pub(super) fn string(&mut self, text: &ExprStringLiteral) -> Option<String> {
        if text.value.is_implicit_concatenated() {
            return self.refuse(range(text), &refusals::JOINED_STRINGS);
        }
        Some(text.value.to_str().to_owned())
    }

    fn binary(&mut self, operation: &ExprBinOp) -> Option<ExpressionKind> {
        let left = self.boxed(&operation.left);
        // Between the operands, as near as the tree says.
        let between = range(&*operation.left).end..range(&*operation.right).start;
        let operator = self.operator(operation.op, between);
        let right = self.boxed(&operation.right);
        Some(ExpressionKind::Binary(operator?, left?, right?))
    }

    /// An arithmetic operator; `place` holds its sign.
    pub(super) fn operator(&mut self, operator: Operator, place: Range<usize>) -> Option<BinaryOperator> {
        let refusal = match operator {
            Operator::Add => return Some(BinaryOperator::Add),
            Operator::Sub => return Some(BinaryOperator::Subtract),
            Operator::Mult => return Some(BinaryOperator::Multiply),
            Operator::Div => return Some(BinaryOperator::Divide),
            Operator::FloorDiv => return Some(BinaryOperator::FloorDivide),
            Operator::Mod => return Some(BinaryOperator::Remainder),
            Operator::Pow => return Some(BinaryOperator::Power),
            Operator::MatMult => &refusals::MATMUL,
            Operator::LShift | Operator::RShift | Operator::BitOr | Operator::BitXor | Operator::BitAnd => {
                &refusals::BITWISE
            }
        };
        let sign = operator.as_str();
        let place = match self.text(place.clone()).find(sign) {
            Some(offset) => place.start + offset..place.start + offset + sign.len(),
            None => place,
        };
        self.refuse(place, refusal)
    }

    fn unary(&mut self, operation: &ExprUnaryOp) -> Option<ExpressionKind> {
        let operand = self.boxed(&operation.operand);
        let start = range(operation).start;
        match operation.op {
            UnaryOp::USub => Some(ExpressionKind::Negate(operand?)),
            UnaryOp::Not => Some(ExpressionKind::Not(operand?)),
            UnaryOp::UAdd => self.refuse(start..start + 1, &refusals::PLUS),
            UnaryOp::Invert => self.refuse(start..start + 1, &refusals::BITWISE),
        }
    }

    fn comparison(&mut self, comparison: &ExprCompare) -> Option<ExpressionKind> {
        let ([operator], [right]) = (&*comparison.ops, &*comparison.comparators) else {
            return self.refuse(range(comparison), &refusals::CHAINED_COMPARISON);
        };
        let operator = match operator {
            CmpOp::Eq => Comparison::Equal,
            CmpOp::NotEq => Comparison::NotEqual,
            CmpOp::Lt => Comparison::Less,
            CmpOp::LtE => Comparison::LessEqual,
            CmpOp::Gt => Comparison::Greater,
            CmpOp::GtE => Comparison::GreaterEqual,
            CmpOp::Is => Comparison::Is,
            CmpOp::IsNot => Comparison::IsNot,
            CmpOp::In => Comparison::In,
            CmpOp::NotIn => Comparison::NotIn,
        };
        let left = self.boxed(&comparison.left);
        let right = self.boxed(right);
        Some(ExpressionKind::Compare(operator, left?, right?))
    }

    fn conditional(&mut self, conditional: &ExprIf) -> Option<ExpressionKind> {
        let then = self.boxed(&conditional.body);
        let condition = self.boxed(&conditional.test);
        let otherwise = self.boxed(&conditional.orelse);
        Some(ExpressionKind::Conditional { condition: condition?, then: then?, otherwise: otherwise? })
    }

    fn call(&mut self, call: &ExprCall) -> Option<ExpressionKind> {
        let callee = self.callee(&call.func);
        let arguments = self.arguments(&call.arguments.args);
        let keywords = self.keyword_arguments(&call.arguments.keywords);
        Some(ExpressionKind::Call { callee: callee?, arguments: arguments?, keywords: keywords? })
    }

    fn arguments(&mut self, arguments: &[Expr]) -> Option<Vec<Expression>> {
        match arguments.iter().find(|argument| argument.is_starred_expr()) {
            Some(starred) => self.refuse(range(starred), &refusals::UNPACKED_ARGUMENTS),
            None => self.expressions(arguments),
        }
    }

    fn callee(&mut self, callee: &Expr) -> Option<Name> {
        match callee {
            Expr::Name(callee) => Some(Name { text: callee.id.to_string(), range: range(callee) }),
            Expr::Attribute(attribute) => self.attribute(attribute, &refusals::METHOD),
            other => {
                // What is refused by itself has an error already.
                self.expression(other)?;
                self.refuse(range(other), &refusals::CALLEE)
            }
        }
    }

    fn keyword_arguments(&mut self, keywords: &[Keyword]) -> Option<Vec<(Name, Expression)>> {
        if let Some(unpacked) = keywords.iter().find(|keyword| keyword.arg.is_none()) {
            return self.refuse(range(unpacked), &refusals::UNPACKED_ARGUMENTS);
        }
        let values = self.expressions(keywords.iter().map(|keyword| &keyword.value))?;
        Some(keywords.iter().filter_map(|keyword| keyword.arg.as_ref()).map(name).zip(values).collect())
    }

    fn subscript(&mut self, subscript: &ExprSubscript) -> Option<ExpressionKind> {
        let is_list =
            matches!(&*subscript.value, Expr::Name(_) | Expr::List(_) | Expr::Tuple(_) | Expr::Subscript(_));
        let is_element =
            !matches!(&*subscript.slice, Expr::Slice(_) | Expr::Tuple(_) | Expr::EllipsisLiteral(_));
        let shape = matches!(&*subscript.value, Expr::Attribute(attribute) if attribute.attr.id == "shape");
        if !(shape || is_list && is_element) {
            return self.refuse(range(subscript), &refusals::INDEXING);
        }
        let list = self.boxed(&subscript.value);
        let index = self.boxed(&subscript.slice);
        Some(ExpressionKind::Element(list?, index?))
    }

    fn attribute<T>(&mut self, attribute: &ExprAttribute, refusal: &Refusal) -> Option<T> {
        let member = attribute.attr.id.as_str();
        let instead = refusals::instead_of_attribute(self.text(range(&*attribute.value)), member);
        let refusal = match member {
            "shape" | "size" | "ndim" | "dim" | "numel" => &refusals::SHAPE,
            _ => refusal,
        };
        let place = range(&*attribute.value).end..range(&attribute.attr).end;
        match instead {
            Some(instead) => self.refuse_with(place, refusal, &instead),
            None => self.refuse(place, refusal),
        }
    }

    fn refused_expression<T>(&mut self, expression: &Expr) -> Option<T> {
        let refusal = match expression {
            Expr::Named(_) => &refusals::WALRUS,
            Expr::Lambda(_) => &refusals::LAMBDA,
            Expr::Dict(_) => &refusals::DICTIONARY,
            Expr::Set(_) => &refusals::SET,
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                &refusals::COMPREHENSION
            }
            Expr::Await(_) => &refusals::AWAIT,
            Expr::Yield(_) | Expr::YieldFrom(_) => &refusals::YIELD,
            Expr::BytesLiteral(_) => &refusals::BYTES,
            Expr::EllipsisLiteral(_) => &refusals::ELLIPSIS,
            Expr::Starred(_) => &refusals::STARRED,
            Expr::Slice(_) => &refusals::INDEXING,
            _ => &refusals::STARRED,
        };
        self.refuse(range(expression), refusal)
    }
}
