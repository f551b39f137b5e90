//! Formula text to algebra and back: one grammar, one layout tree, several printers.
//!
//! ```text
//! text ─ lexer ─► words ─ parser ─► Tree ─ lower ─► Formula ─ build ─► Layout ─► text, LaTeX, MathML
//! ```
//!
//! What is generated is long and plain: sums of products of powers. `plain` reads it and `straight` prints it without
//! a tree between, both with the same result as the way above.
//!
//! The parser keeps places and goes on after mistakes; the grammar stands at the top of its file. A [`Layout`] knows
//! what is shown and where parentheses are needed, so that printers only spell it out. Nothing here recurses on the
//! depth of its input, and everything is linear in its length. What text means and how it is printed is described
//! for users in `docs/notation.md`.

mod build;
mod composed;
mod latex;
mod layout;
mod lexer;
mod lines;
mod literal;
mod lower;
pub mod markdown;
mod mathml;
mod mistakes;
mod names;
mod parser;
mod piece;
mod plain;
mod printed;
pub mod quantity;
mod repeats;
mod stack;
mod statement;
mod straight;
mod style;
mod text;
mod token;
mod tree;

pub use build::{layout, layout_cases, layout_lines};
pub use latex::{latex, latex_block, latex_block_of_layout, latex_of_layout};
pub use layout::{Element, Identifier, Layout, LayoutId, Mark, Pair};
pub use lower::Resolver;
pub use mathml::{escape, mathml, mathml_of_layout};
pub use names::{DefaultNames, DisplayName, Names, Word};
pub use parser::{MAX_DEPTH, MAX_EXPONENT, MAX_PARENTHESES};
pub use printed::{Printed, print};
pub use statement::{
    Side, Statement, formula_of_tree, parse_canonical, parse_facts, parse_formula, parse_formula_over,
    parse_formula_with, parse_multiplied, parse_statement, parse_statement_with, parse_tree, symbols_of,
};
pub use style::{Equation, Expression, Form, Parts, Style};
pub use text::{Alphabet, text, text_lines, text_lines_of_layout, text_of_layout};
pub use token::{Function, Relation};
pub use tree::{Kind, NodeId, Tree};
