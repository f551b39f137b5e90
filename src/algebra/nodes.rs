//! Formulas as they were written: hash-consed nodes with light normalization only.
//!
//! Nested sums and products are flattened (short ones: repeated flattening of long ones would be quadratic), zeros
//! and ones dropped, `x * 0 = 0`, `x / 1 = x`. Order, names and factors stay the author's; numbers are not multiplied
//! out, except that a factor -1 goes into a number beside it.

use std::cell::Ref;
use std::rc::Rc;

use num_traits::{One, Signed, ToPrimitive, Zero};
use smallvec::SmallVec;

use super::engine::Algebra;
use super::formula::{Formula, Node, Rational, Symbol};
use super::interned::{Interned, Joined, MINUS_ONE, ONE, Parts, ZERO};

/// Nested sums and products of at most this many parts are flattened into the outer one.
const FLATTENED: usize = 64;

/// Parts of a node that is being made.
type Open = SmallVec<[Formula; 8]>;

/// All formulas at once, for those who look at many. No formula can be made while this lives.
#[derive(Debug)]
pub struct Nodes<'a>(Ref<'a, Interned>);

impl Nodes<'_> {
    /// What a formula is made of.
    pub fn get(&self, formula: Formula) -> &Node {
        &self.0[formula]
    }
}

impl Algebra {
    /// All formulas made so far, to look at.
    pub fn nodes(&self) -> Nodes<'_> {
        Nodes(self.nodes.borrow())
    }

    /// Makes room for about so many more formulas, so that making them takes less time.
    pub fn expect_formulas(&self, more: usize) {
        self.nodes.borrow_mut().reserve(more);
    }

    fn intern(&self, node: Node) -> Formula {
        self.nodes.borrow_mut().intern(node)
    }

    /// What a formula is made of.
    pub fn node(&self, formula: Formula) -> Node {
        self.nodes.borrow()[formula].clone()
    }

    /// The number a formula is written as.
    pub(super) fn as_number(&self, formula: Formula) -> Option<Rc<Rational>> {
        match &self.nodes.borrow()[formula] {
            Node::Number(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// An integer.
    pub fn integer(&self, value: i64) -> Formula {
        match value {
            0 => return ZERO,
            1 => return ONE,
            -1 => return MINUS_ONE,
            _ => {}
        }
        if let Some(&known) = self.integers.borrow().get(&value) {
            return known;
        }
        let formula = self.intern(Node::Number(Rc::new(Rational::from_integer(value.into()))));
        self.integers.borrow_mut().insert(value, formula);
        formula
    }

    /// A rational number.
    pub fn number(&self, value: Rational) -> Formula {
        let value = if value.is_integer() { value } else { value.reduced() };
        if let (true, Some(small)) = (value.is_integer(), value.numer().to_i64()) {
            return self.integer(small);
        }
        self.intern(Node::Number(Rc::new(value)))
    }

    /// A symbol as a formula.
    pub fn variable(&self, symbol: Symbol) -> Formula {
        self.nodes.borrow_mut().variable(symbol)
    }

    /// a + b + …; 0 for none.
    pub fn sum(&self, terms: &[Formula]) -> Formula {
        let mut parts: Open = SmallVec::with_capacity(terms.len());
        for &term in terms {
            match &self.nodes.borrow()[term] {
                _ if term == ZERO => {}
                Node::Sum(inner) if inner.len() <= FLATTENED => parts.extend_from_slice(inner),
                _ => parts.push(term),
            }
        }
        match parts[..] {
            [] => ZERO,
            [only] => only,
            _ => self.nodes.borrow_mut().joined(Joined::Sum, &parts),
        }
    }

    /// The sum of two terms or more, none of which is a sum or 0, so that there is nothing to put in order.
    pub(crate) fn flat_sum(&self, terms: &[Formula]) -> Formula {
        debug_assert!(
            terms.len() > 1 && {
                let nodes = self.nodes.borrow();
                let zero = |value: &Rational| value.is_zero();
                terms.iter().all(|term| match &nodes[*term] {
                    Node::Number(value) => !zero(value),
                    node => !matches!(node, Node::Sum(_)),
                })
            }
        );
        self.nodes.borrow_mut().joined(Joined::Sum, terms)
    }

    /// The product of two factors or more, none of which is a product or the number 0, 1 or -1.
    pub(crate) fn distinct_product(&self, factors: &[Formula]) -> Formula {
        debug_assert!(
            factors.len() > 1 && {
                let nodes = self.nodes.borrow();
                let idle = |value: &Rational| value.is_zero() || value.abs().is_one();
                factors.iter().all(|factor| match &nodes[*factor] {
                    Node::Number(value) => !idle(value),
                    node => !matches!(node, Node::Product(_)),
                })
            }
        );
        self.nodes.borrow_mut().joined(Joined::Product, factors)
    }

    /// a - b
    pub fn difference(&self, a: Formula, b: Formula) -> Formula {
        self.sum(&[a, self.negative(b)])
    }

    /// -a
    pub fn negative(&self, a: Formula) -> Formula {
        self.product(&[MINUS_ONE, a])
    }

    /// a b …; 1 for none.
    pub fn product(&self, factors: &[Formula]) -> Formula {
        let mut parts: Open = SmallVec::with_capacity(factors.len());
        // Whether a factor -1 still has to go somewhere.
        let mut negative = false;
        let mut zero = false;
        let mut add = |part: Formula| match part {
            ZERO => zero = true,
            ONE => {}
            MINUS_ONE => negative = !negative,
            _ => parts.push(part),
        };
        {
            let nodes = self.nodes.borrow();
            for &factor in factors {
                match &nodes[factor] {
                    Node::Product(inner) if inner.len() <= FLATTENED => {
                        inner.iter().for_each(|&part| add(part));
                    }
                    _ => add(factor),
                }
            }
        }
        if zero {
            return ZERO;
        }
        if negative {
            match parts.iter().position(|&part| self.as_number(part).is_some()) {
                Some(place) => {
                    let value = self.as_number(parts[place]).expect("found as a number");
                    parts[place] = self.number(-&*value);
                }
                None => parts.insert(0, MINUS_ONE),
            }
        }
        match parts[..] {
            [] => ONE,
            [only] => only,
            _ => self.nodes.borrow_mut().joined(Joined::Product, &parts),
        }
    }

    /// Whether a formula is the number 0, as it stands.
    pub fn is_zero(&self, formula: Formula) -> bool {
        formula == ZERO
    }

    /// a / b, exact.
    pub fn quotient(&self, a: Formula, b: Formula) -> Formula {
        if b == ONE || (a == ZERO && b != ZERO && self.as_number(b).is_some()) {
            return a;
        }
        self.intern(Node::Quotient(a, b))
    }

    /// base^exponent; 1 for exponent 0.
    pub fn power(&self, base: Formula, exponent: u32) -> Formula {
        match exponent {
            0 => ONE,
            1 => base,
            _ if base == ONE || base == ZERO => base,
            _ => self.intern(Node::Power(base, exponent)),
        }
    }

    /// ⌊a / b⌋
    pub fn floor_quotient(&self, a: Formula, b: Formula) -> Formula {
        self.intern(Node::Floor(a, b))
    }

    /// ⌈a / b⌉
    pub fn ceiling_quotient(&self, a: Formula, b: Formula) -> Formula {
        self.intern(Node::Ceiling(a, b))
    }

    /// a mod b = a - b ⌊a / b⌋
    pub fn remainder(&self, a: Formula, b: Formula) -> Formula {
        self.intern(Node::Remainder(a, b))
    }

    /// The least of one or more arguments.
    pub fn minimum(&self, arguments: &[Formula]) -> Formula {
        self.extremum(arguments, Node::Minimum)
    }

    /// The greatest of one or more arguments.
    pub fn maximum(&self, arguments: &[Formula]) -> Formula {
        self.extremum(arguments, Node::Maximum)
    }

    fn extremum(&self, arguments: &[Formula], make: fn(Parts) -> Node) -> Formula {
        debug_assert!(!arguments.is_empty(), "a maximum of nothing");
        let mut parts: Vec<Formula> = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            if !parts.contains(&argument) {
                parts.push(argument);
            }
        }
        match parts[..] {
            [] => self.integer(0),
            [only] => only,
            _ => self.intern(make(parts[..].into())),
        }
    }

    /// The sum of `body` over `index` from `from` to `to`, kept as written.
    pub fn sigma(&self, index: Symbol, from: Formula, to: Formula, body: Formula) -> Formula {
        self.intern(Node::Sigma { index, from, to, body })
    }

    /// A named part: means its body.
    pub fn named(&self, name: &str, body: Formula) -> Formula {
        self.intern(Node::Named(name.into(), body))
    }
}
