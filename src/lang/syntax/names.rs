//! What can be known of names from one file alone.

use super::tree::Module;
use crate::diagnostic::Diagnostic;

pub(super) fn check(_module: &mut Module, _errors: &mut Vec<Diagnostic>) {}
