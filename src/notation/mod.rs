//! Formula text to algebra and back: one grammar, one layout tree, several printers.

mod lexer;
mod literal;
mod lower;
mod mistakes;
mod parser;
mod stack;
mod statement;
mod token;
mod tree;

pub use lower::Resolver;
pub use parser::{MAX_DEPTH, MAX_EXPONENT};
pub use statement::{
    Side, Statement, formula_of_tree, parse_facts, parse_formula, parse_formula_with, parse_statement,
    parse_statement_with, parse_tree, symbols_of,
};
pub use token::{Function, Relation};
pub use tree::{Kind, NodeId, Tree};
