//! What can be wrong with a set of rules, found from the rules alone.
//!
//! - **Shadowed**: whatever a rule matches, an earlier rule matches too, under no stronger conditions.
//! - **Looping**: a result is not smaller than what it came from, in the recursive path order of Dershowitz
//!   (Orderings for term-rewriting systems, 1982; here with multisets of arguments for what commutes), and no
//!   condition says that only the plainer of the two is taken.
//! - **Overlapping**: two rules match one formula. Fine where both results have one normal form.

use modelmeter::algebra::{Algebra, Formula, Node, Symbol};
use modelmeter::rules::{Requirement, RewriteRule};
use rustc_hash::FxHashMap;

/// A term in the tests' own representation: an operator and its arguments, or a variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    Variable(String),
    Apply(Head, Vec<Term>),
}

/// What stands above its arguments, lowest first in the order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Head {
    Number(String),
    Index(String),
    Sum,
    Product,
    Quotient,
    Power(u32),
    Maximum,
    Floor,
    Minimum,
    Ceiling,
    Remainder,
    Sigma,
}

impl Head {
    fn commutes(&self) -> bool {
        matches!(self, Head::Sum | Head::Product | Head::Maximum | Head::Minimum)
    }
}

pub fn term(algebra: &Algebra, formula: Formula) -> Term {
    term_under(algebra, formula, &[])
}

fn term_under(algebra: &Algebra, formula: Formula, bound: &[Symbol]) -> Term {
    let all = |head: Head, parts: &[Formula]| {
        Term::Apply(head, parts.iter().map(|&part| term_under(algebra, part, bound)).collect())
    };
    match algebra.node(formula) {
        Node::Number(value) => Term::Apply(Head::Number(value.to_string()), vec![]),
        Node::Symbol(symbol) if bound.contains(&symbol) => {
            Term::Apply(Head::Index(algebra.name(symbol).to_string()), vec![])
        }
        Node::Symbol(symbol) => Term::Variable(algebra.name(symbol).to_string()),
        Node::Sum(parts) => all(Head::Sum, &parts),
        Node::Product(parts) => all(Head::Product, &parts),
        Node::Minimum(parts) => all(Head::Minimum, &parts),
        Node::Maximum(parts) => all(Head::Maximum, &parts),
        Node::Quotient(a, b) => all(Head::Quotient, &[a, b]),
        Node::Power(base, exponent) => all(Head::Power(exponent), &[base]),
        Node::Floor(a, b) => all(Head::Floor, &[a, b]),
        Node::Ceiling(a, b) => all(Head::Ceiling, &[a, b]),
        Node::Remainder(a, b) => all(Head::Remainder, &[a, b]),
        Node::Sigma { index, from, to, body } => {
            let mut parts = vec![term_under(algebra, from, bound), term_under(algebra, to, bound)];
            parts.push(term_under(algebra, body, &[bound, &[index]].concat()));
            Term::Apply(Head::Sigma, parts)
        }
        Node::Named(_, body) => term_under(algebra, body, bound),
    }
}

/// Whether `a` is greater than `b` in the recursive path order, for all values of the variables.
pub fn greater(a: &Term, b: &Term) -> bool {
    let Term::Apply(head, arguments) = a else { return false };
    if arguments.iter().any(|argument| argument == b || greater(argument, b)) {
        return true;
    }
    let Term::Apply(other, others) = b else { return false };
    if !others.iter().all(|part| greater(a, part)) {
        return false;
    }
    if head != other {
        return head > other;
    }
    if head.commutes() { greater_multiset(arguments, others) } else { greater_in_turn(arguments, others) }
}

fn greater_multiset(arguments: &[Term], others: &[Term]) -> bool {
    let (mut left, mut right) = (arguments.to_vec(), others.to_vec());
    left.retain(|argument| {
        let found = right.iter().position(|other| other == argument);
        if let Some(place) = found {
            right.remove(place);
        }
        found.is_none()
    });
    !left.is_empty() && right.iter().all(|other| left.iter().any(|argument| greater(argument, other)))
}

fn greater_in_turn(arguments: &[Term], others: &[Term]) -> bool {
    arguments.iter().zip(others).find(|(a, b)| a != b).is_some_and(|(a, b)| greater(a, b))
}

/// What variables stand for.
type Binding = FxHashMap<String, Term>;

/// Whether `special` is `general` with something in place of its variables.
pub fn instance(general: &Term, special: &Term, binding: &Binding) -> Option<Binding> {
    match (general, special) {
        (Term::Variable(name), _) => match binding.get(name) {
            Some(known) => (known == special).then(|| binding.clone()),
            None => {
                let mut binding = binding.clone();
                binding.insert(name.clone(), special.clone());
                Some(binding)
            }
        },
        (Term::Apply(head, parts), Term::Apply(other, others)) => {
            (head == other && parts.len() == others.len()).then_some(())?;
            let orders = if head.commutes() { orders(others) } else { vec![others.clone()] };
            orders.iter().find_map(|others| {
                let mut pairs = parts.iter().zip(others);
                pairs.try_fold(binding.clone(), |binding, (part, other)| instance(part, other, &binding))
            })
        }
        _ => None,
    }
}

fn orders(parts: &[Term]) -> Vec<Vec<Term>> {
    let Some((first, rest)) = parts.split_first() else { return vec![vec![]] };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut order = order.clone();
            order.insert(place, first.clone());
            all.push(order);
        }
    }
    all
}

/// Most general terms that both rules match at the root: bindings of the variables of both.
pub fn unified(a: &Term, b: &Term, binding: &Binding) -> Option<Binding> {
    let (a, b) = (resolved(a, binding), resolved(b, binding));
    match (&a, &b) {
        _ if a == b => Some(binding.clone()),
        (Term::Variable(name), other) | (other, Term::Variable(name)) => {
            if occurs(name, other, binding) {
                return None;
            }
            let mut binding = binding.clone();
            binding.insert(name.clone(), other.clone());
            Some(binding)
        }
        (Term::Apply(head, parts), Term::Apply(other, others)) => {
            (head == other && parts.len() == others.len()).then_some(())?;
            let orders = if head.commutes() { orders(others) } else { vec![others.clone()] };
            orders.iter().find_map(|others| {
                let mut pairs = parts.iter().zip(others);
                pairs.try_fold(binding.clone(), |binding, (part, other)| unified(part, other, &binding))
            })
        }
    }
}

fn resolved(term: &Term, binding: &Binding) -> Term {
    match term {
        Term::Variable(name) => {
            binding.get(name).map_or_else(|| term.clone(), |known| resolved(known, binding))
        }
        Term::Apply(..) => term.clone(),
    }
}

fn occurs(name: &str, term: &Term, binding: &Binding) -> bool {
    match resolved(term, binding) {
        Term::Variable(other) => other == name,
        Term::Apply(_, parts) => parts.iter().any(|part| occurs(name, part, binding)),
    }
}

/// A term with the variables replaced through and through.
pub fn filled(term: &Term, binding: &Binding) -> Term {
    match resolved(term, binding) {
        Term::Apply(head, parts) => {
            Term::Apply(head, parts.iter().map(|part| filled(part, binding)).collect())
        }
        variable => variable,
    }
}

/// Variables told apart from those of another rule.
pub fn renamed(term: &Term) -> Term {
    match term {
        Term::Variable(name) => Term::Variable(format!("{name}_2")),
        Term::Apply(head, parts) => Term::Apply(head.clone(), parts.iter().map(renamed).collect()),
    }
}

/// Conditions as words and terms, so that those of two rules can be compared.
fn requirements(algebra: &Algebra, rule: &RewriteRule) -> Vec<(&'static str, Vec<Term>)> {
    let terms = |parts: &[Formula]| parts.iter().map(|&part| term(algebra, part)).collect::<Vec<_>>();
    rule.conditions
        .iter()
        .map(|condition| match condition {
            Requirement::Integer(a) => ("integer", terms(&[*a])),
            Requirement::Positive(a) => ("positive", terms(&[*a])),
            Requirement::AtMost(a, b) => ("at_most", terms(&[*a, *b])),
            Requirement::Less(a, b) => ("less", terms(&[*a, *b])),
            Requirement::Divides(a, b) => ("divides", terms(&[*a, *b])),
            Requirement::Plainer(a, b) => ("plainer", terms(&[*a, *b])),
        })
        .collect()
}

/// Pairs (earlier rule, rule that never comes to pass).
pub fn shadowed(algebra: &Algebra, rules: &[RewriteRule]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (place, later) in rules.iter().enumerate() {
        for earlier in &rules[..place] {
            let (general, special) = (term(algebra, earlier.matches), renamed(&term(algebra, later.matches)));
            let Some(binding) = instance(&general, &special, &Binding::default()) else { continue };
            let known: Vec<_> = requirements(algebra, later)
                .into_iter()
                .map(|(word, parts)| (word, parts.iter().map(renamed).collect::<Vec<_>>()))
                .collect();
            let weaker = requirements(algebra, earlier).into_iter().all(|(word, parts)| {
                known.contains(&(word, parts.iter().map(|part| filled(part, &binding)).collect()))
            });
            if weaker {
                found.push((earlier.name.clone(), later.name.clone()));
            }
        }
    }
    found
}

/// Rules whose result is not smaller.
pub fn looping(algebra: &Algebra, rules: &[RewriteRule]) -> Vec<String> {
    let ordered = |rule: &RewriteRule| {
        greater(&term(algebra, rule.matches), &term(algebra, rule.give))
            || rule.conditions.iter().any(|condition| matches!(condition, Requirement::Plainer(..)))
    };
    rules.iter().filter(|rule| !ordered(rule)).map(|rule| rule.name.clone()).collect()
}

/// Two rules on one formula.
pub struct Overlap {
    pub rules: (String, String),
    pub binding: Binding,
}

/// All pairs of rules that match one formula as a whole.
pub fn overlapping(algebra: &Algebra, rules: &[RewriteRule]) -> Vec<Overlap> {
    let mut found = Vec::new();
    for (place, second) in rules.iter().enumerate() {
        for first in &rules[..place] {
            let (a, b) = (term(algebra, first.matches), renamed(&term(algebra, second.matches)));
            if let Some(binding) = unified(&a, &b, &Binding::default()) {
                found.push(Overlap { rules: (first.name.clone(), second.name.clone()), binding });
            }
        }
    }
    found
}

/// A term as a formula again; indices by their names.
pub fn formula(algebra: &Algebra, term: &Term) -> Formula {
    let Term::Apply(head, parts) = term else {
        let Term::Variable(name) = term else { unreachable!("a variable or an application") };
        return algebra.variable(algebra.symbol(name));
    };
    let parts: Vec<Formula> = parts.iter().map(|part| formula(algebra, part)).collect();
    match head {
        Head::Number(text) => algebra.number(text.parse().expect("a number")),
        Head::Index(name) => algebra.variable(algebra.symbol(name)),
        Head::Sum => algebra.sum(&parts),
        Head::Product => algebra.product(&parts),
        Head::Quotient => algebra.quotient(parts[0], parts[1]),
        Head::Power(exponent) => algebra.power(parts[0], *exponent),
        Head::Maximum => algebra.maximum(&parts),
        Head::Minimum => algebra.minimum(&parts),
        Head::Floor => algebra.floor_quotient(parts[0], parts[1]),
        Head::Ceiling => algebra.ceiling_quotient(parts[0], parts[1]),
        Head::Remainder => algebra.remainder(parts[0], parts[1]),
        Head::Sigma => algebra.sigma(algebra.symbol("i"), parts[0], parts[1], parts[2]),
    }
}
