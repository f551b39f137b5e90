//! Formula text to algebra and back: one grammar, one layout tree, several printers.

mod build;
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
pub mod quantity;
mod stack;
mod statement;
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
pub use parser::{MAX_DEPTH, MAX_EXPONENT};
pub use statement::{
    Side, Statement, formula_of_tree, parse_facts, parse_formula, parse_formula_with, parse_statement,
    parse_statement_with, parse_tree, symbols_of,
};
pub use style::{Equation, Expression, Form, Parts, Style};
pub use text::{Alphabet, text, text_lines, text_of_layout};
pub use token::{Function, Relation};
pub use tree::{Kind, NodeId, Tree};
