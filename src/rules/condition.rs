//! Values of flags, and the closed vocabulary of conditions on them.

use std::rc::Rc;

/// The value of a flag: structure, never a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlagValue {
    /// Absent; `"None"` in a rule file.
    None,
    /// True or false.
    Boolean(bool),
    /// A small integer, such as a stride or a dimension counted from the end.
    Integer(i64),
    /// A choice among words.
    Text(Rc<str>),
}

/// What a term, weight or override depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `bias`: the flag is neither false nor None; the optional operand or size is given.
    Set(String),
    /// `!bias`: the opposite.
    Unset(String),
    /// `kind = text`: the flag is that text.
    Is(String, String),
}

impl Condition {
    /// Name of the flag, operand or size asked about.
    pub fn subject(&self) -> &str {
        match self {
            Condition::Set(name) | Condition::Unset(name) | Condition::Is(name, _) => name,
        }
    }

    /// Whether it holds when the subject has that value; an operand or size that is given counts as `true`, one that
    /// is not as `None`.
    pub fn holds(&self, value: &FlagValue) -> bool {
        let set = !matches!(value, FlagValue::None | FlagValue::Boolean(false));
        match self {
            Condition::Set(_) => set,
            Condition::Unset(_) => !set,
            Condition::Is(_, wanted) => matches!(value, FlagValue::Text(text) if **text == **wanted),
        }
    }
}
