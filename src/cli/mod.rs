//! The command line: one file a command. Each parses its arguments, calls one product, and gives back what to print.
//!
//! Standard output holds the answer and nothing else; errors and warnings go to standard error. Exit codes are those
//! of [`Answer::code`], and 2 for bad input.

mod arguments;
mod assumed;
mod cases;
mod diff;
mod equal;
mod eval;
mod explain;
mod formula;
mod growth;
mod limits;
mod models;
mod output;
mod parts;
mod reconcile;
mod references;
mod report;
mod roots;
mod side;
mod sides;
mod simplify;
mod solve;
mod solved;
mod written;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::diagnostic::Result;

pub use arguments::{Global, Target};
pub use output::Answer;

/// Closed-form FLOP, I/O and memory formulas of neural networks, derived from layers written once as PyTorch-style
/// pseudo-code.
#[derive(Debug, Parser)]
#[command(name = "modelmeter", version, max_term_width = 100)]
struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Report(report::Report),
    Formula(formula::FormulaOf),
    Eval(eval::Eval),
    Diff(diff::Diff),
    Explain(explain::Explain),
    Models(models::Models),
    Reconcile(reconcile::Reconcile),
    Simplify(simplify::Simplify),
    Equal(equal::Equal),
    Solve(solve::Solve),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let line = match CommandLine::try_parse_from(sides::separated(std::env::args_os())) {
        Ok(line) => line,
        Err(error) => {
            // Nothing is left to do where the message itself cannot be printed.
            _ = error.print();
            return output::code(error.exit_code());
        }
    };
    let answer = run(&line);
    output::finish(answer)
}

fn run(line: &CommandLine) -> Result<Answer> {
    let global = &line.global;
    match &line.command {
        Command::Report(command) => command.run(global),
        Command::Formula(command) => command.run(global),
        Command::Eval(command) => command.run(global),
        Command::Diff(command) => command.run(global),
        Command::Explain(command) => command.run(global),
        Command::Models(command) => command.run(global),
        Command::Reconcile(command) => command.run(global),
        Command::Simplify(command) => command.run(global),
        Command::Equal(command) => command.run(global),
        Command::Solve(command) => command.run(global),
    }
}
