//! The form that is cheapest to evaluate, as formulas: assignments of what is used more than once, then the whole.

use rustc_hash::FxHashMap;

use super::cubes::written_order;
use super::engine::Algebra;
use super::formula::{Formula, Symbol};
use super::limits::Outcome;
use super::monomial::{Meaning, Monomial, Variable};
use super::straight::{Straight, straight};

/// A formula with names for what is used more than once.
#[derive(Debug, Clone)]
pub struct Assignments {
    /// Each name and what it stands for, in symbols and earlier names.
    pub shared: Vec<(Symbol, Formula)>,
    /// The whole, in symbols and names.
    pub result: Formula,
}

impl Algebra {
    /// The form found that takes the fewest operations to evaluate. The formula itself where it is too large to
    /// multiply out. Names are new symbols, `t_1`, `t_2`, …
    pub fn cheapest(&self, formula: Formula) -> Assignments {
        let made = self.try_cheapest(formula).ok();
        made.filter(|made| self.same(self.inserted(made), formula))
            .unwrap_or(Assignments { shared: Vec::new(), result: formula })
    }

    /// The result with what each name stands for in its place.
    pub fn inserted(&self, assignments: &Assignments) -> Formula {
        let mut values: FxHashMap<Symbol, Formula> = FxHashMap::default();
        for (name, meaning) in &assignments.shared {
            let meaning = self.substitute(*meaning, &values);
            values.insert(*name, meaning);
        }
        self.substitute(assignments.result, &values)
    }

    fn try_cheapest(&self, formula: Formula) -> Outcome<Assignments> {
        let fraction = self.shown_form(formula)?;
        let mut names: Vec<Symbol> = Vec::new();
        let mut fresh = || {
            let symbol = self.fresh_symbol(&format!("t_{}", names.len() + 1));
            names.push(symbol);
            Variable::symbol(symbol)
        };
        let program = straight(fraction.numerator().to_sparse().into_owned(), &mut fresh);
        let (shared, above) = self.assignments(&program);
        Ok(Assignments { shared, result: self.quotient(above, self.denominator_formula(&fraction)?) })
    }

    /// What is used once stands in its place. Names count up in the order of the assignments.
    fn assignments(&self, program: &Straight) -> (Vec<(Symbol, Formula)>, Formula) {
        let uses: FxHashMap<Variable, usize> = program.names.iter().copied().zip(program.uses()).collect();
        let place: FxHashMap<Variable, usize> =
            program.names.iter().enumerate().map(|(place, name)| (*name, place + 1)).collect();
        let mut known: FxHashMap<Variable, Formula> = FxHashMap::default();
        let mut shared: Vec<(Symbol, Formula)> = Vec::new();
        let mut taken = 0;
        // A sum stands on others only, and each is shorter than what it was taken from: no cycles.
        let mut open: Vec<usize> = vec![0];
        loop {
            let at = *open.last().expect("ends with the whole");
            let missing = program.sums[at]
                .iter()
                .flat_map(|term| term.0.powers())
                .find(|power| place.contains_key(&power.0) && !known.contains_key(&power.0));
            if let Some((name, _)) = missing {
                open.push(place[name]);
                continue;
            }
            let mut terms = program.sums[at].clone();
            terms.sort_by(written_order);
            if let Some(first) = terms.iter().position(|term| term.1.is_positive()) {
                terms[..=first].rotate_right(1);
            }
            let written: Vec<Formula> = terms
                .iter()
                .map(|(cube, number)| {
                    let mut factors = vec![self.number(number.to_big().into())];
                    factors.extend(self.powers(cube, &known));
                    self.product(&factors)
                })
                .collect();
            let sum = self.sum(&written);
            open.pop();
            let Some(index) = at.checked_sub(1) else { return (shared, sum) };
            let name = program.names[index];
            if uses[&name] == 1 {
                known.insert(name, sum);
            } else {
                let symbol = self.fresh_symbol(&self.free_name(&mut taken));
                shared.push((symbol, sum));
                known.insert(name, self.variable(symbol));
            }
        }
    }

    /// The next of `t_1`, `t_2`, … that is no symbol's name.
    fn free_name(&self, taken: &mut usize) -> String {
        loop {
            *taken += 1;
            let name = format!("t_{taken}");
            if !self.is_name(&name) {
                return name;
            }
        }
    }

    fn powers(&self, cube: &Monomial, known: &FxHashMap<Variable, Formula>) -> Vec<Formula> {
        let base = |variable: Variable| match (known.get(&variable), variable.meaning()) {
            (Some(formula), _) => *formula,
            (None, Meaning::Symbol(symbol)) => self.variable(symbol),
            (None, Meaning::Atom(number)) => self.written_atom(number),
        };
        cube.powers().iter().map(|&(variable, exponent)| self.power(base(variable), exponent)).collect()
    }
}
