//! From the form of an operator's cases to their meaning.

use indexmap::IndexMap;
use toml::Spanned;

use super::operator::{Case, Operator, Shape};
use super::raw::{Integers, RawCase, Table};
use super::reader::Reader;
use crate::diagnostic::{Diagnostic, Result};

impl Reader<'_> {
    /// A case of `operator`.
    pub(super) fn case(&self, raw: Spanned<RawCase>, operator: &Operator) -> Result<Case> {
        let span = self.span(&raw);
        let raw = raw.into_inner();
        let operands = self.case_operands(raw.operands, operator)?;
        let sizes = self.case_sizes(raw.sizes, operator)?;
        let mut flags = IndexMap::new();
        for (name, value) in raw.flags.0 {
            let known = operator.flags.iter().map(|flag| &*flag.name);
            flags.insert(self.one_of(&name, "flag", known)?, value.into_inner().into());
        }
        let counts = [raw.tensor_core, raw.cuda_core, raw.weights];
        let mut extents = operands.values().chain(&raw.results).flatten();
        let fault = if counts.iter().chain(&mut extents).any(|value| *value < 0) {
            Some("a negative number in a case".to_owned())
        } else {
            match &operator.shape {
                Shape::Pattern(patterns) if patterns.len() != raw.results.len() => {
                    Some(format!("{} results in a case of {}", raw.results.len(), patterns.len()))
                }
                _ => None,
            }
        };
        if let Some(message) = fault {
            return Err(Diagnostic::new("bad-case", message).label(span, "this case"));
        }
        Ok(Case {
            operands,
            sizes,
            flags,
            results: raw.results,
            tensor_core: raw.tensor_core,
            cuda_core: raw.cuda_core,
            weights: raw.weights,
            span,
        })
    }

    fn case_operands(
        &self,
        table: Table<Vec<i64>>,
        operator: &Operator,
    ) -> Result<IndexMap<String, Vec<i64>>> {
        let mut operands = IndexMap::new();
        for (name, shape) in table.0 {
            let variadic = operator.operands.iter().filter(|operand| operand.variadic).any(|operand| {
                name.get_ref()
                    .strip_prefix(&*operand.name)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .is_some_and(|digits| digits.parse::<u32>().is_ok_and(|number| number >= 2))
            });
            if !variadic {
                self.one_of(&name, "operand", operator.operands.iter().map(|operand| &*operand.name))?;
            }
            operands.insert(name.into_inner(), shape);
        }
        Ok(operands)
    }

    fn case_sizes(&self, table: Table<Integers>, operator: &Operator) -> Result<IndexMap<String, Vec<i64>>> {
        let mut sizes = IndexMap::new();
        for (name, values) in table.0 {
            self.one_of(&name, "size", operator.sizes.iter().map(|size| &*size.name))?;
            sizes.insert(name.into_inner(), values.0);
        }
        Ok(sizes)
    }
}
