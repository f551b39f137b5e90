//! The words of formula text, the same for every lexer.

use std::ops::Range;

/// How the two sides of a statement relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `=`, `==`: the same value, or the definition of a name.
    Equal,
    /// `≈`: a person's "about"; a checker treats it as a claim about the dominant terms.
    Approximate,
    /// `≠`, `!=`
    Different,
    /// `<=`, `≤`
    AtMost,
    /// `<`
    Less,
    /// `>=`, `≥`
    AtLeast,
    /// `>`
    Greater,
    /// `|`, `∣`: the left side divides the right one.
    Divides,
}

impl Relation {
    /// As written in ASCII, but for `≈`, which has no ASCII form.
    pub fn as_str(self) -> &'static str {
        match self {
            Relation::Equal => "=",
            Relation::Approximate => "≈",
            Relation::Different => "!=",
            Relation::AtMost => "<=",
            Relation::Less => "<",
            Relation::AtLeast => ">=",
            Relation::Greater => ">",
            Relation::Divides => "|",
        }
    }
}

/// The functions that formula text knows; their names are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `ceil(a/b)`, `⌈a/b⌉`
    Ceiling,
    /// `floor(a/b)`, `⌊a/b⌋`
    Floor,
    /// `min(a, b, …)`
    Minimum,
    /// `max(a, b, …)`
    Maximum,
    /// `sum(i, a, b, body)`, both ends included
    Sum,
    /// `mod(a, b)`
    Remainder,
    /// `ceil_div(a, b)`, as in layer files
    CeilingQuotient,
}

impl Function {
    /// All names, for messages.
    pub const NAMES: [&'static str; 7] = ["ceil", "floor", "min", "max", "sum", "mod", "ceil_div"];

    /// The function of that name.
    pub fn of_name(name: &str) -> Option<Function> {
        Some(match name {
            "ceil" => Function::Ceiling,
            "floor" => Function::Floor,
            "min" => Function::Minimum,
            "max" => Function::Maximum,
            "sum" => Function::Sum,
            "mod" => Function::Remainder,
            "ceil_div" => Function::CeilingQuotient,
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Function::Ceiling => "ceil",
            Function::Floor => "floor",
            Function::Minimum => "min",
            Function::Maximum => "max",
            Function::Sum => "sum",
            Function::Remainder => "mod",
            Function::CeilingQuotient => "ceil_div",
        }
    }

    /// What a call looks like, for messages.
    pub(super) fn usage(self) -> &'static str {
        match self {
            Function::Ceiling => "ceil(a/b)",
            Function::Floor => "floor(a/b)",
            Function::Minimum => "min(a, b, …)",
            Function::Maximum => "max(a, b, …)",
            Function::Sum => "sum(i, first, last, body)",
            Function::Remainder => "mod(a, b)",
            Function::CeilingQuotient => "ceil_div(a, b)",
        }
    }

    /// Number of arguments, `None` for one or more.
    pub(super) fn arity(self) -> Option<usize> {
        match self {
            Function::Ceiling | Function::Floor => Some(1),
            Function::Minimum | Function::Maximum => None,
            Function::Sum => Some(4),
            Function::Remainder | Function::CeilingQuotient => Some(2),
        }
    }
}

/// A pair of fences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Fence {
    Parenthesis,
    Ceiling,
    Floor,
}

impl Fence {
    pub(super) fn open(self) -> &'static str {
        match self {
            Fence::Parenthesis => "(",
            Fence::Ceiling => "⌈",
            Fence::Floor => "⌊",
        }
    }

    pub(super) fn close(self) -> &'static str {
        match self {
            Fence::Parenthesis => ")",
            Fence::Ceiling => "⌉",
            Fence::Floor => "⌋",
        }
    }
}

/// One word. Numbers and names are indices into the lexer's pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Number(u32),
    Name(u32),
    Function(Function),
    Open(Fence),
    Close(Fence),
    Plus,
    Minus,
    Times,
    Divide,
    FloorDivide,
    /// `%`, always between two operands.
    Percent,
    /// The word `mod`: between two operands, or a function.
    Mod,
    Power,
    /// Unicode superscript; saturated where absurdly long.
    Superscript(i64),
    Comma,
    Relation(Relation),
    /// A malformed word, already reported; stands for an operand.
    Bad,
    End,
}

/// A word and its place, in bytes of the source.
#[derive(Debug, Clone)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) range: Range<usize>,
}
