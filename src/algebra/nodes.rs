//! Formulas as they were written: hash-consed nodes with light normalization only.
//!
//! Nested sums and products are flattened (short ones: repeated flattening of long ones would be quadratic), zeros
//! and ones dropped, `x * 0 = 0`, `x / 1 = x`. Order, names and factors stay the author's; numbers are not multiplied
//! out, except that a factor -1 goes into a number beside it.

use std::rc::Rc;

use num_traits::{One, Signed, Zero};

use super::engine::Algebra;
use super::formula::{Formula, Node, Rational, Symbol};

/// Nested sums and products of at most this many parts are flattened into the outer one.
const FLATTENED: usize = 64;

impl Algebra {
    fn intern(&self, node: Node) -> Formula {
        let (index, _) = self.nodes.borrow_mut().insert_full(node);
        Formula(u32::try_from(index).expect("too many formulas"))
    }

    /// What a formula is made of.
    pub fn node(&self, formula: Formula) -> Node {
        self.nodes.borrow()[formula.0 as usize].clone()
    }

    /// The number a formula is written as.
    pub(super) fn as_number(&self, formula: Formula) -> Option<Rc<Rational>> {
        match &self.nodes.borrow()[formula.0 as usize] {
            Node::Number(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// An integer.
    pub fn integer(&self, value: i64) -> Formula {
        self.number(Rational::from_integer(value.into()))
    }

    /// A rational number.
    pub fn number(&self, value: Rational) -> Formula {
        self.intern(Node::Number(Rc::new(value.reduced())))
    }

    /// A symbol as a formula.
    pub fn variable(&self, symbol: Symbol) -> Formula {
        self.intern(Node::Symbol(symbol))
    }

    /// a + b + …; 0 for none.
    pub fn sum(&self, terms: &[Formula]) -> Formula {
        let mut parts = Vec::with_capacity(terms.len());
        for &term in terms {
            match &self.nodes.borrow()[term.0 as usize] {
                Node::Number(value) if value.is_zero() => {}
                Node::Sum(inner) if inner.len() <= FLATTENED => parts.extend_from_slice(inner),
                _ => parts.push(term),
            }
        }
        match parts[..] {
            [] => self.integer(0),
            [only] => only,
            _ => self.intern(Node::Sum(parts.into())),
        }
    }

    /// a - b
    pub fn difference(&self, a: Formula, b: Formula) -> Formula {
        self.sum(&[a, self.negative(b)])
    }

    /// -a
    pub fn negative(&self, a: Formula) -> Formula {
        self.product(&[self.integer(-1), a])
    }

    /// a b …; 1 for none.
    pub fn product(&self, factors: &[Formula]) -> Formula {
        let mut parts: Vec<Formula> = Vec::with_capacity(factors.len());
        // Whether a factor -1 still has to go somewhere.
        let mut negative = false;
        let mut zero = false;
        let mut add = |part: Formula, nodes: &indexmap::IndexSet<Node, _>| {
            if let Node::Number(value) = &nodes[part.0 as usize] {
                zero |= value.is_zero();
                negative ^= **value == -Rational::one();
                if value.abs().is_one() {
                    return;
                }
            }
            parts.push(part);
        };
        {
            let nodes = self.nodes.borrow();
            for &factor in factors {
                match &nodes[factor.0 as usize] {
                    Node::Product(inner) if inner.len() <= FLATTENED => {
                        inner.iter().for_each(|&part| add(part, &nodes));
                    }
                    _ => add(factor, &nodes),
                }
            }
        }
        if zero {
            return self.integer(0);
        }
        if negative {
            match parts.iter().position(|&part| self.as_number(part).is_some()) {
                Some(place) => {
                    let value = self.as_number(parts[place]).expect("found as a number");
                    parts[place] = self.number(-&*value);
                }
                None => parts.insert(0, self.integer(-1)),
            }
        }
        match parts[..] {
            [] => self.integer(1),
            [only] => only,
            _ => self.intern(Node::Product(parts.into())),
        }
    }

    fn is_one(&self, formula: Formula) -> bool {
        self.as_number(formula).is_some_and(|value| value.is_one())
    }

    fn is_zero(&self, formula: Formula) -> bool {
        self.as_number(formula).is_some_and(|value| value.is_zero())
    }

    /// a / b, exact.
    pub fn quotient(&self, a: Formula, b: Formula) -> Formula {
        if self.is_one(b) || (self.is_zero(a) && self.as_number(b).is_some_and(|value| !value.is_zero())) {
            return a;
        }
        self.intern(Node::Quotient(a, b))
    }

    /// base^exponent; 1 for exponent 0.
    pub fn power(&self, base: Formula, exponent: u32) -> Formula {
        match exponent {
            0 => self.integer(1),
            1 => base,
            _ if self.is_one(base) || self.is_zero(base) => base,
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

    fn extremum(&self, arguments: &[Formula], make: fn(Rc<[Formula]>) -> Node) -> Formula {
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
            _ => self.intern(make(parts.into())),
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

    /// Every formula reachable from the roots, parts before what they are part of.
    pub(super) fn reachable(&self, roots: &[Formula]) -> Vec<Formula> {
        let nodes = self.nodes.borrow();
        let mut seen: rustc_hash::FxHashSet<Formula> = roots.iter().copied().collect();
        let mut stack: Vec<Formula> = seen.iter().copied().collect();
        while let Some(formula) = stack.pop() {
            nodes[formula.0 as usize].for_each_part(|part| {
                if seen.insert(part) {
                    stack.push(part);
                }
            });
        }
        let mut order: Vec<Formula> = seen.into_iter().collect();
        // Parts have smaller ids.
        order.sort_unstable();
        order
    }
}
