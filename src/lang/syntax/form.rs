//! What our tree can say and the language does not.

use super::tree::Module;
use crate::diagnostic::Diagnostic;

pub(super) fn check(_module: &Module, _errors: &mut Vec<Diagnostic>) {}
