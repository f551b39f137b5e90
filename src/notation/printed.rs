//! One statement in every notation, for what hands formulas to other programs.

use super::build::layout;
use super::latex::latex_of_layout;
use super::mathml::mathml_of_layout;
use super::style::{Equation, Form, Style};
use super::text::{Alphabet, text_of_layout};
use crate::algebra::Algebra;

/// A statement in every notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// ASCII text, which parses again.
    pub text: String,
    /// LaTeX on one line, without dollars.
    pub latex: String,
    /// A `<math>` element.
    pub mathml: String,
}

/// Prints a statement in every notation.
pub fn print<'a>(algebra: &Algebra, equation: impl Into<Equation<'a>>, style: &Style<'_>) -> Printed {
    let equation = equation.into();
    let text = text_of_layout(&layout(algebra, equation.clone(), style, Form::Line), Alphabet::Ascii);
    let stacked = layout(algebra, equation, style, Form::Stacked);
    let mathml = mathml_of_layout(&stacked, &text, false);
    Printed { latex: latex_of_layout(&stacked), mathml, text }
}
