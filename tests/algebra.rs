//! The algebra by example: what each operation gives on the shapes that layer formulas have.

use modelmeter::algebra::{Algebra, EvaluationError, Fact, Formula, Node, Rational, Verdict};
use rustc_hash::FxHashMap;

/// A terse way to write formulas in tests.
struct Notes(Algebra);

impl Notes {
    fn new() -> Self {
        Notes(Algebra::new())
    }

    fn n(&self, value: i64) -> Formula {
        self.0.integer(value)
    }

    fn v(&self, name: &str) -> Formula {
        self.0.variable(self.0.symbol(name))
    }

    fn vs<const N: usize>(&self, names: [&str; N]) -> [Formula; N] {
        names.map(|name| self.v(name))
    }

    /// A product written as text: `2 B S^2`.
    fn p(&self, text: &str) -> Formula {
        let factors: Vec<Formula> = text
            .split_whitespace()
            .map(|word| match word.split_once('^') {
                Some((base, exponent)) => self.0.power(self.v(base), exponent.parse().expect("an exponent")),
                None => word.parse().map_or_else(|_| self.v(word), |number| self.n(number)),
            })
            .collect();
        self.0.product(&factors)
    }

    /// A sum of such products.
    fn s(&self, text: &str) -> Formula {
        let terms: Vec<Formula> = text.split('+').map(|term| self.p(term)).collect();
        self.0.sum(&terms)
    }

    /// Plain text, parentheses wherever there could be doubt.
    fn text(&self, formula: Formula) -> String {
        let list = |parts: &[Formula], between: &str| {
            parts.iter().map(|&part| self.inner(part)).collect::<Vec<_>>().join(between)
        };
        match self.0.node(formula) {
            Node::Number(value) => value.to_string(),
            Node::Symbol(symbol) => self.0.name(symbol).to_string(),
            Node::Sum(parts) => parts.iter().map(|&part| self.text(part)).collect::<Vec<_>>().join(" + "),
            Node::Product(parts) => list(&parts, "*"),
            Node::Quotient(a, b) => format!("{}/{}", self.inner(a), self.inner(b)),
            Node::Power(base, exponent) => format!("{}^{exponent}", self.inner(base)),
            Node::Floor(a, b) => format!("floor({}, {})", self.text(a), self.text(b)),
            Node::Ceiling(a, b) => format!("ceil({}, {})", self.text(a), self.text(b)),
            Node::Remainder(a, b) => format!("mod({}, {})", self.text(a), self.text(b)),
            Node::Minimum(parts) => {
                format!("min({})", parts.iter().map(|&p| self.text(p)).collect::<Vec<_>>().join(", "))
            }
            Node::Maximum(parts) => {
                format!("max({})", parts.iter().map(|&p| self.text(p)).collect::<Vec<_>>().join(", "))
            }
            Node::Sigma { index, from, to, body } => {
                format!(
                    "sum({}={}..{}, {})",
                    self.0.name(index),
                    self.text(from),
                    self.text(to),
                    self.text(body)
                )
            }
            Node::Named(name, _) => name.to_string(),
        }
    }

    fn inner(&self, formula: Formula) -> String {
        match self.0.node(formula) {
            Node::Sum(_) | Node::Quotient(..) => format!("({})", self.text(formula)),
            _ => self.text(formula),
        }
    }

    #[track_caller]
    fn factored(&self, formula: Formula, expected: &str) {
        assert_eq!(self.text(self.0.factored(formula)), expected);
    }

    #[track_caller]
    fn equal(&self, a: Formula, b: Formula) {
        assert_eq!(self.0.equal(a, b), Verdict::Equal, "{} = {}", self.text(a), self.text(b));
    }
}

#[test]
fn nodes_are_shared_and_lightly_normalized() {
    let a = Notes::new();
    assert_eq!(a.p("2 B S"), a.p("2 B S"));
    assert_ne!(a.p("2 B S"), a.p("2 S B"));
    assert_eq!(a.p("0 B"), a.n(0));
    assert_eq!(a.p("1 B"), a.v("B"));
    assert_eq!(a.s("B + 0"), a.v("B"));
    assert_eq!(a.0.negative(a.p("2 B")), a.p("-2 B"));
    assert_eq!(a.text(a.p("2 B S C 3 C")), "2*B*S*C*3*C");
    assert_eq!(a.0.quotient(a.v("B"), a.n(1)), a.v("B"));
}

#[test]
fn factored_takes_out_content_and_monomial() {
    let a = Notes::new();
    a.factored(a.s("2 B S C 3 C + 2 B S^2 C 2 + 2 B S C C"), "4*B*S*C*(2*C + S)");
    let h = a.v("H");
    a.factored(a.0.quotient(a.p("2 B S h^2"), h), "2*B*S*h^2/H");
}

#[test]
fn equality_has_three_values() {
    let a = Notes::new();
    let [x, y] = a.vs(["x", "y"]);
    let square = a.0.power(a.0.sum(&[x, y]), 2);
    a.equal(square, a.s("x^2 + 2 x y + y^2"));
    let Verdict::Different { witness, left, right } = a.0.equal(square, a.s("x^2 + y^2")) else {
        panic!("not different")
    };
    assert_eq!(witness.len(), 2);
    assert!(witness.iter().all(|(_, value)| *value == 1.into()));
    assert_eq!((left, right), (Rational::from_integer(4.into()), Rational::from_integer(2.into())));
}

#[test]
fn sums_close_by_faulhaber() {
    let a = Notes::new();
    let i = a.0.symbol("i");
    let [l, body] = [a.v("L"), a.v("i")];
    let sum = a.0.closed_sum(i, a.n(1), l, body);
    assert_eq!(a.text(sum), "L*(L + 1)/2");
    let from_zero = a.0.closed_sum(i, a.n(0), a.0.sum(&[l, a.n(-1)]), a.p("2 B i^3"));
    assert!(!a.0.symbols_of(from_zero).contains(&i));
    let free = a.0.closed_sum(i, a.n(0), a.0.sum(&[l, a.n(-1)]), a.p("2 B"));
    assert_eq!(a.text(free), "L*2*B");
}

#[test]
fn facts_substitute() {
    let a = Notes::new();
    let [d, h, g] = a.vs(["D", "H", "G"]);
    a.0.assume(Fact::Divides(h, d));
    a.0.assume(Fact::Divides(g, h));
    a.equal(a.0.product(&[h, a.0.floor_quotient(d, h)]), d);
    a.equal(a.0.ceiling_quotient(d, h), a.0.quotient(d, h));
    assert_eq!(a.0.divides(g, d), Some(true));
    assert_eq!(a.0.divides(d, g), None);
    a.factored(a.0.product(&[a.n(2), a.0.quotient(d, h)]), "2*D/H");
    a.0.assume(Fact::AtMost(g, a.n(8)));
    assert_eq!(a.0.at_most(a.p("2 g"), a.n(20)), None);
    assert_eq!(a.0.at_most(a.p("2 G"), a.n(16)), Some(true));
    assert_eq!(a.0.dominant(&[g, a.n(8), a.v("x")]), vec![a.n(8), a.v("x")]);
    // A remainder depends on both its sides, not only on their quotient, from which a fact cancels H.
    let rest = a.0.remainder(h, d);
    for (head, whole, expected) in [(2, 2, 0), (2, 4, 2), (3, 12, 3)] {
        for form in [rest, a.0.expanded(rest), a.0.factored(rest)] {
            let value = |symbol| {
                Some(Rational::from_integer((if symbol == a.0.symbol("H") { head } else { whole }).into()))
            };
            assert_eq!(
                a.0.evaluate(form, &value),
                Ok(Rational::from_integer(expected.into())),
                "{}",
                a.text(form)
            );
        }
    }
}

#[test]
fn evaluation_is_exact() {
    let a = Notes::new();
    let [b, s] = a.vs(["B", "S"]);
    let big = Rational::from_integer("1000000000000000000000000000000".parse().expect("a number"));
    let value = a.0.evaluate(a.0.product(&[b, b, s]), &|symbol| {
        Some(if symbol == a.0.symbol("B") { big.clone() } else { Rational::from_integer(2.into()) })
    });
    assert_eq!(value, Ok(&big * &big * Rational::from_integer(2.into())));
    assert_eq!(a.0.evaluate(b, &|_| None), Err(EvaluationError::Unbound(a.0.symbol("B"))));
    let i = a.0.symbol("i");
    let sum = a.0.sigma(i, a.n(1), s, a.0.minimum(&[a.v("i"), a.n(3)]));
    assert_eq!(
        a.0.evaluate(sum, &|_| Some(Rational::from_integer(5.into()))),
        Ok(Rational::from_integer(12.into()))
    );
}

#[test]
fn substitution_is_simultaneous_and_captures_nothing() {
    let a = Notes::new();
    let (x, y, i) = (a.0.symbol("x"), a.0.symbol("y"), a.0.symbol("i"));
    let swap = FxHashMap::from_iter([(x, a.v("y")), (y, a.v("x"))]);
    assert_eq!(a.0.substitute(a.s("x + 2 y"), &swap), a.s("y + 2 x"));
    let sum = a.0.sigma(i, a.n(1), a.v("x"), a.p("i y"));
    let captured = a.0.substitute(sum, &FxHashMap::from_iter([(y, a.v("i"))]));
    assert_eq!(a.0.symbols_of(captured), vec![x, i]);
}

#[test]
fn nothing_recurses_or_hangs() {
    let a = Notes::new();
    let mut deep = a.v("x");
    for step in 0..20_000 {
        deep = a.0.sum(&[a.0.product(&[a.n(1 + step % 2), deep]), a.n(1)]);
        if step % 40 == 0 {
            deep = a.0.floor_quotient(deep, a.n(1_000_003));
        }
    }
    assert!(a.0.evaluate(deep, &|_| Some(Rational::from_integer(5.into()))).is_ok());
    assert_eq!(a.0.symbols_of(deep).len(), 1);
    let power = a.0.power(a.s("a + b + c + d"), 200);
    assert_ne!(a.0.equal(power, a.v("a")), Verdict::Equal);
    let _ = a.0.canonical(a.0.power(a.v("x"), 1_000_000_000));
    let _ = a.0.canonical(a.0.power(a.n(2), 1_000_000_000));
    a.equal(power, power);
    let mut nested = a.v("x");
    for level in 0..40 {
        let next = a.v(&format!("p{level}"));
        let both = [nested, next];
        nested = if level % 2 == 0 { a.0.maximum(&both) } else { a.0.minimum(&both) };
    }
    // Shorter than all that it opens to.
    assert_eq!(a.0.factored(nested), nested);
    assert_eq!(a.0.expanded(nested), nested);
}

/// The identities with floors, extrema and sums that reviewers of formulas meet.
#[test]
fn identities_are_proved() {
    let a = Notes::new();
    let [s, w, x, b, c, k, n, d, g, l] = a.vs(["S", "W", "a", "b", "c", "k", "n", "D", "g", "L"]);
    let (floor, ceil) = (|p, q| a.0.floor_quotient(p, q), |p, q| a.0.ceiling_quotient(p, q));
    let (max, min) = (|p: &[Formula]| a.0.maximum(p), |p: &[Formula]| a.0.minimum(p));
    let sum = |p: &[Formula]| a.0.sum(p);
    let one = a.n(1);
    a.equal(ceil(s, a.n(64)), floor(a.s("S + 63"), a.n(64)));
    a.equal(ceil(x, b), floor(sum(&[x, b, a.n(-1)]), b));
    a.equal(floor(floor(x, b), c), floor(x, a.p("b c")));
    a.equal(floor(floor(x, b), a.n(3)), floor(x, a.p("3 b")));
    a.equal(floor(sum(&[floor(x, b), c]), k), floor(a.s("a + b c"), a.p("b k")));
    a.equal(floor(a.s("a + b k"), b), sum(&[k, floor(x, b)]));
    a.equal(sum(&[floor(x, b), ceil(a.0.negative(x), b)]), a.n(0));
    a.equal(sum(&[floor(x, a.n(2)), ceil(x, a.n(2))]), x);
    a.equal(a.0.remainder(x, b), sum(&[x, a.p("-1 b"), b, a.0.product(&[a.n(-1), b, floor(x, b)])]));
    a.equal(a.0.remainder(a.0.remainder(x, b), b), a.0.remainder(x, b));
    a.equal(a.0.remainder(a.p("b c"), b), a.n(0));
    a.equal(a.0.product(&[g, floor(a.p("g k"), g)]), a.p("g k"));
    a.equal(sum(&[max(&[x, b]), min(&[x, b])]), a.s("a + b"));
    a.equal(max(&[a.s("a + c"), a.s("b + c")]), sum(&[max(&[x, b]), c]));
    a.equal(a.0.product(&[c, max(&[x, b])]), max(&[a.p("a c"), a.p("c b")]));
    a.equal(max(&[x, max(&[b, c])]), max(&[max(&[x, b]), c]));
    a.equal(max(&[x, a.s("a + b")]), a.s("a + b"));
    a.equal(max(&[a.p("2 a"), x]), a.p("2 a"));
    a.equal(max(&[x, min(&[x, b])]), x);
    a.equal(min(&[x, min(&[b, x])]), min(&[b, x]));
    let i = a.0.symbol("i");
    let last = sum(&[l, a.n(-1)]);
    a.equal(a.0.sigma(i, one, l, a.v("i")), a.0.quotient(a.s("L^2 + L"), a.n(2)));
    a.equal(a.0.sigma(i, a.n(0), last, a.p("2 S i^3")), {
        let squared = a.0.power(a.0.product(&[l, last]), 2);
        a.0.quotient(a.0.product(&[s, squared]), a.n(2))
    });
    // Names of indices do not matter, and sums are linear.
    let j = a.0.symbol("j");
    let window = |index, name: &str| a.0.sigma(index, one, s, a.0.product(&[d, min(&[a.v(name), w])]));
    a.equal(window(i, "i"), window(j, "j"));
    a.equal(window(i, "i"), a.0.product(&[d, a.0.sigma(j, one, s, min(&[w, a.v("j")]))]));
    a.equal(a.0.sigma(i, one, n, floor(a.v("i"), b)), a.0.sigma(j, one, n, floor(a.v("j"), b)));
    // A whole number of steps: a product of two neighbours is even.
    a.equal(floor(a.s("S^2 + S"), a.n(2)), a.0.quotient(a.s("S^2 + S"), a.n(2)));
    a.equal(floor(a.s("S^2 + S + 1"), a.n(2)), a.0.quotient(a.s("S^2 + S"), a.n(2)));
    // Padding to a multiple.
    a.equal(a.0.product(&[a.n(64), ceil(a.p("64 k"), a.n(64))]), a.p("64 k"));
    a.equal(ceil(a.p("64 S"), a.n(128)), ceil(s, a.n(2)));
}

#[test]
fn fractions_are_cancelled() {
    let a = Notes::new();
    let [x, y] = a.vs(["x", "y"]);
    let over = |p, q| a.0.quotient(p, q);
    let sum = a.s("x + y");
    a.equal(over(a.s("x^2 + -1 y^2"), a.0.difference(x, y)), sum);
    a.equal(a.0.sum(&[over(x, sum), over(y, sum)]), a.n(1));
    a.equal(over(over(x, y), over(y, x)), over(a.p("x^2"), a.p("y^2")));
    let square = a.0.power(sum, 2);
    let left = a.0.canonical(over(a.s("x^2 + -1 y^2"), square));
    let right = a.0.canonical(over(a.0.difference(x, y), sum));
    assert_eq!(left, right);
    a.factored(over(a.s("4 x^2 + 4 x y"), a.s("6 x y")), "2*(x + y)/3*y");
}

#[test]
fn forms_read_as_a_person_writes() {
    let a = Notes::new();
    let [b, s, d, h, w, _] = a.vs(["B", "S", "D", "H", "W", "i"]);
    a.factored(
        a.s("6 B S F k D + 5 B S F k + 6 G D B S + 5 G B S + 2 D N B S"),
        "B*S*((6*D + 5)*(F*k + G) + 2*D*N)",
    );
    a.factored(a.s("p r + p t + q r + q t"), "(p + q)*(r + t)");
    a.factored(a.s("24 B S h^2 + 4 B S^2 h + 6 B S h i"), "2*B*S*h*(12*h + 3*i + 2*S)");
    a.factored(a.s("S^2 + 2 S h + h^2"), "(S + h)^2");
    a.factored(a.s("S + -2 H W"), "S + -2*H*W");
    a.factored(a.0.product(&[a.n(2), b, a.0.minimum(&[s, w]), h]), "2*B*H*min(S, W)");
    a.factored(a.0.maximum(&[a.n(0), a.0.difference(s, w)]), "max(0, S + -1*W)");
    a.factored(a.0.product(&[a.n(64), a.0.ceiling_quotient(s, a.n(64))]), "64*ceil(S, 64)");
    a.factored(a.0.ceiling_quotient(s, w), "ceil(S, W)");
    a.factored(a.0.ceiling_quotient(s, a.n(2)), "ceil(S, 2)");
    a.factored(a.0.remainder(a.s("S + h"), w), "mod(S + h, W)");
    a.factored(a.0.quotient(a.s("S^2 + -1 h^2"), a.s("2 S + 2 h")), "(S + -1*h)/2");
    let i = a.0.symbol("i");
    let last = a.0.difference(s, a.n(1));
    let window = a.0.minimum(&[a.s("i + 1"), w]);
    let sum = a.0.sigma(i, a.n(0), last, a.0.product(&[a.n(4), b, window]));
    a.factored(sum, "2*B*min(S, W)*(2*S + -1*min(S, W) + 1)");
    let closed = a.0.closed_sum(i, a.n(0), last, a.0.sum(&[a.0.product(&[a.n(4), b, window]), a.v("i"), h]));
    assert_eq!(a.text(closed), "S*H + S*(S + -1)/2 + 2*B*min(S, W)*(2*S + -1*min(S, W) + 1)");
    let steps =
        a.0.closed_sum(i, a.n(0), a.0.difference(a.v("K"), a.n(1)), a.0.product(&[h, a.s("S + i + 1")]));
    a.factored(steps, "H*K*(2*S + K + 1)/2");
    a.0.assume(Fact::Divides(h, d));
    a.0.assume(Fact::AtMost(a.v("G"), s));
    a.factored(a.0.sum(&[a.p("D S"), a.0.quotient(a.p("2 B D^2 S"), h)]), "S*D*(2*B*D + H)/H");
    a.factored(a.0.floor_quotient(a.0.sum(&[d, h]), a.p("2 H")), "ceil(D, 2*H)");
    a.factored(a.0.minimum(&[s, a.v("G")]), "G");
}
