//! Python's syntax: ruff's parser, and its tree turned into ours.
//!
//! The only folder that knows ruff; its parser is called in `reader` alone. What Python has and the layer language does
//! not is refused here, construct by construct, with the entries of [`super::refusals`]. Reading goes on after a
//! refusal, so that all of them are found; `None` stands for something that has been refused.

mod definition;
mod expression;
mod reader;
mod statement;

pub(super) use reader::parse;
