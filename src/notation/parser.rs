//! The grammar of formulas, and its parser.
//!
//! ```text
//! statement = formula { relation formula }
//! relation  = "=" | "==" | "≈" | "!=" | "≠" | "<=" | "≤" | "<" | ">=" | "≥" | ">" | "|" | "∣"
//! formula   = { sign } term { ( "+" | "-" ) { sign } term }
//! term      = factor { ( "*" | "·" | "×" | "/" | "//" | "%" | "mod" | nothing ) { sign } factor }
//! factor    = atom { exponent }                                  (at most one exponent)
//! exponent  = ( "^" | "**" ) ( [ "-" ] integer | "(" [ "-" ] integer ")" ) | superscript digits
//! atom      = number | name | "(" formula ")" | "⌈" formula "⌉" | "⌊" formula "⌋" | call
//! call      = function "(" formula { "," formula } ")"
//! function  = "ceil" | "floor" | "min" | "max" | "sum" | "mod" | "ceil_div"
//! sign      = "+" | "-" | "−"
//! name      = letter { letter | digit | "_" } [ "_{" … "}" ]     (Greek and other letters too)
//! number    = digits [ "." digits ] [ "e" [ sign ] digits ]      (exact; `_` may separate digits)
//! ```
//!
//! All operators of a term bind alike, from left to right, as in Python: `a/b*c` is `(a/b)*c`, and `a*b mod c` is
//! `(a*b) mod c`. `-x^2` is `-(x^2)`. What people read in two ways is an error that shows both readings, never a
//! guess:
//!
//! - a product without a sign after a division, `a / 2 B`;
//! - a second exponent, `x^2^3`;
//! - a number after something without a sign, `B 2` or `1 000`;
//! - a word directly before a parenthesis that is no function, `foo(x)`. A single letter is a factor, with subscript
//!   or without, as in `B(S + 1)` and `N_q(S + 1)`; so is any name with a space before the parenthesis.
//!
//! The parser keeps its own stack, so depth costs memory, not stack; still a formula may be nested only [`MAX_DEPTH`]
//! deep, so that nothing downstream need fear. It never fails: it gives a tree, and errors beside it.

use std::ops::Range;
use std::sync::Arc;

use super::lexer::{Lexer, MAX_ERRORS};
use super::stack::{Open, Operator};
use super::token::{Fence, Function, Lexeme, Relation, Token};
use super::tree::{Kind, NodeId, Tree};
use crate::diagnostic::{Diagnostic, Source, in_file_order};

/// Deepest nesting of a formula: operators and calls within each other. Parentheses alone do not count.
pub const MAX_DEPTH: u32 = 500;

/// Most parentheses within each other.
pub const MAX_PARENTHESES: u32 = 1_000_000;

/// Largest exponent.
pub const MAX_EXPONENT: u32 = 10_000;

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// An operand that begins a term: a sign is the term's.
    Term,
    /// An operand within a term: a sign is the factor's.
    Factor,
    /// An operand stands before: an operator, a fence that closes, or the end.
    After,
}

/// Which word to look at next.
enum Step {
    Next,
    /// The same word, in the new place.
    Again,
    /// A word already read.
    Word(Lexeme),
    /// The side is complete.
    Done(NodeId, Option<(Relation, Range<usize>)>),
}

/// Sides of a statement, and the relations between them with their places.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) tree: Tree,
    pub(super) sides: Vec<NodeId>,
    pub(super) relations: Vec<(Relation, Range<usize>)>,
    pub(super) errors: Vec<Diagnostic>,
}

/// Parses the bytes `range` of `source`; relations are errors unless `statement`.
pub(super) fn parse(source: &Arc<Source>, range: Range<usize>, statement: bool) -> Parsed {
    let mut parser = Parser {
        source,
        lexer: Lexer::new(source, range),
        tree: Tree::new(source),
        operands: Vec::new(),
        operators: Vec::new(),
        place: Place::Term,
        fences: 0,
        parentheses: 0,
        bound: Vec::new(),
        last: None,
        statement,
        stopped: false,
    };
    let mut sides = Vec::new();
    let mut relations = Vec::new();
    loop {
        let (side, relation) = parser.side();
        sides.push(side);
        match relation {
            Some(relation) => relations.push(relation),
            None => break,
        }
    }
    let Parser { lexer, mut tree, .. } = parser;
    tree.set_root(sides[0]);
    tree.names = lexer.names;
    tree.numbers = lexer.numbers;
    let errors = in_file_order(lexer.errors, Diagnostic::start);
    Parsed { tree, sides, relations, errors }
}

pub(super) struct Parser<'a> {
    pub(super) source: &'a Arc<Source>,
    /// Holds the errors too.
    pub(super) lexer: Lexer<'a>,
    pub(super) tree: Tree,
    pub(super) operands: Vec<NodeId>,
    pub(super) operators: Vec<Operator>,
    pub(super) place: Place,
    /// Number of open fences.
    pub(super) fences: u32,
    /// How many of them are parentheses and no call.
    pub(super) parentheses: u32,
    /// How many enclosing sums bind each name, by its index.
    pub(super) bound: Vec<u32>,
    /// Place of the word before the current one.
    pub(super) last: Option<Range<usize>>,
    statement: bool,
    /// Given up: nested too deep.
    pub(super) stopped: bool,
}

impl Parser<'_> {
    /// One side, up to a relation or the end.
    fn side(&mut self) -> (NodeId, Option<(Relation, Range<usize>)>) {
        self.place = Place::Term;
        let mut word = self.lexer.next();
        loop {
            let step = match self.place {
                Place::Term | Place::Factor => self.operand(&word),
                Place::After => self.after(&word),
            };
            if self.stopped || self.lexer.errors.len() >= MAX_ERRORS {
                return (self.missing(word.range), None);
            }
            match step {
                Step::Next => {
                    self.last = Some(word.range);
                    word = self.lexer.next();
                }
                Step::Again => {}
                Step::Word(next) => {
                    self.last = Some(word.range);
                    word = next;
                }
                Step::Done(side, relation) => {
                    self.last = Some(word.range);
                    return (side, relation);
                }
            }
        }
    }

    /// An operand is expected.
    fn operand(&mut self, word: &Lexeme) -> Step {
        match word.token {
            Token::Number(number) => self.push(Kind::Number(number), &word.range),
            Token::Name(name) if self.bound.get(name as usize).is_some_and(|count| *count > 0) => {
                self.push(Kind::Bound(name), &word.range);
            }
            Token::Name(name) => self.push(Kind::Name(name), &word.range),
            Token::Bad => self.push(Kind::Missing, &word.range),
            Token::Function(function) => return self.call(function, &word.range),
            Token::Mod => return self.call(Function::Remainder, &word.range),
            Token::Open(fence) => self.open(fence, None, word.range.clone()),
            Token::Plus => {}
            Token::Minus => self.sign(),
            _ => {
                self.report_missing_operand(word);
                self.push(Kind::Missing, &word.range);
                return Step::Again;
            }
        }
        Step::Next
    }

    /// An operand stands before.
    fn after(&mut self, word: &Lexeme) -> Step {
        match word.token {
            Token::Plus | Token::Minus => self.next_term(word.token == Token::Minus),
            Token::Times => self.next_factor(),
            Token::Divide => self.binary(Kind::Quotient),
            Token::FloorDivide => self.binary(Kind::FloorQuotient),
            Token::Percent | Token::Mod => self.binary(Kind::Remainder),
            Token::Power => return self.exponent(),
            Token::Superscript(exponent) => {
                self.power(exponent, word.range.clone());
                return self.after_exponent();
            }
            Token::Comma => self.comma(word),
            Token::Close(fence) => self.close(fence, word),
            Token::Relation(relation) => {
                if self.statement && self.fences == 0 {
                    return Step::Done(self.finish(), Some((relation, word.range.clone())));
                }
                self.report_relation(word);
                self.close_sum();
                self.next_factor();
            }
            Token::End => return Step::Done(self.finish(), None),
            Token::Number(_) | Token::Name(_) | Token::Function(_) | Token::Open(_) | Token::Bad => {
                self.check_juxtaposition(word);
                self.next_factor();
                return Step::Again;
            }
        }
        Step::Next
    }

    /// After `^`: an integer written out, perhaps with a sign, perhaps in parentheses.
    fn exponent(&mut self) -> Step {
        let mut word = self.lexer.next();
        let open = (word.token == Token::Open(Fence::Parenthesis)).then(|| word.range.clone());
        if open.is_some() {
            word = self.lexer.next();
        }
        let start = word.range.start;
        let negative = word.token == Token::Minus;
        if negative {
            word = self.lexer.next();
        }
        let value = match word.token {
            Token::Number(index) => {
                Some(&self.lexer.numbers[index as usize]).filter(|value| value.is_integer())
            }
            _ => None,
        };
        let magnitude = value.map(|value| i64::try_from(value.numer()).unwrap_or(i64::MAX));
        let exponent_end = word.range.end;
        let mut after = None;
        if let Some(magnitude) = magnitude {
            let close = open.is_some().then(|| self.lexer.next());
            if close.as_ref().is_none_or(|close| close.token == Token::Close(Fence::Parenthesis)) {
                self.power(if negative { -magnitude } else { magnitude }, start..exponent_end);
                return self.after_exponent();
            }
            after = close;
        }
        self.report_exponent(start..exponent_end);
        // Go on as if the exponent were a factor, so that one mistake is one error.
        self.next_factor();
        if let Some(open) = open {
            self.open(Fence::Parenthesis, None, open);
        }
        if let (Some(after), Token::Number(index)) = (after, word.token) {
            self.push(Kind::Number(index), &word.range);
            return Step::Word(after);
        }
        Step::Word(word)
    }

    fn after_exponent(&mut self) -> Step {
        let word = self.lexer.next();
        if let Token::Power | Token::Superscript(_) = word.token {
            self.report_second_exponent(word.range.clone());
        }
        Step::Word(word)
    }

    fn call(&mut self, function: Function, range: &Range<usize>) -> Step {
        let next = self.lexer.next();
        if next.token == Token::Open(Fence::Parenthesis) {
            self.open(Fence::Parenthesis, Some(function), range.start..next.range.end);
            self.last = Some(next.range);
            return Step::Word(self.lexer.next());
        }
        self.report_bare_function(function, range.clone());
        self.push(Kind::Missing, range);
        Step::Word(next)
    }

    fn comma(&mut self, word: &Lexeme) {
        self.close_sum();
        let Some(Operator::Fence(Open { function: Some(function), start, bound, .. })) =
            self.operators.last_mut()
        else {
            self.report_comma(word.range.clone());
            self.next_factor();
            return;
        };
        self.place = Place::Term;
        if *function != Function::Sum {
            return;
        }
        let index = self.operands[*start];
        match (self.operands.len() - *start, self.tree.kind(index)) {
            (1, Kind::Name(name) | Kind::Bound(name)) => self.tree.set_kind(index, Kind::Bound(name)),
            (1, Kind::Missing) => {}
            (1, _) => self.report_index(index),
            (3, Kind::Bound(name)) => {
                *bound = Some(name);
                let slot = name as usize;
                self.bound.resize(self.bound.len().max(slot + 1), 0);
                self.bound[slot] += 1;
            }
            _ => {}
        }
    }

    fn close(&mut self, fence: Fence, word: &Lexeme) {
        self.close_sum();
        let Some(Operator::Fence(open)) = self.operators.pop() else {
            self.report_unopened(fence, word.range.clone());
            return;
        };
        if open.fence != fence {
            self.report_mismatch(&open, fence, word.range.clone());
        }
        self.close_fence(open, word.range.end);
    }

    /// Closes what is open and takes the side's tree.
    fn finish(&mut self) -> NodeId {
        self.close_sum();
        // A formula cut off is one mistake.
        let mut reported = self.operands.last().is_some_and(|last| self.tree.kind(*last) == Kind::Missing);
        while let Some(Operator::Fence(open)) = self.operators.pop() {
            if !std::mem::replace(&mut reported, true) {
                self.report_unclosed(&open);
            }
            let end = self.operands.last().map_or(open.range.end, |last| self.tree.range(*last).end);
            let before = self.lexer.errors.len();
            self.close_fence(open, end);
            // The missing fence is the mistake, not the arguments that it hides.
            self.lexer.errors.truncate(before);
            self.close_sum();
        }
        match self.operands.pop() {
            Some(side) => side,
            None => self.missing(0..0),
        }
    }
}
