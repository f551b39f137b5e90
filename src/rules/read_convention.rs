//! From the form of conventions and switches to their meaning.

use indexmap::IndexMap;

use super::convention::{Convention, Override, Switch};
use super::operator::Operators;
use super::raw::{RawConvention, RawOverride, RawSwitch, Text};
use super::read_operator::conditional;
use super::reader::Reader;
use crate::diagnostic::{Diagnostic, Result, did_you_mean};

impl Reader<'_> {
    /// The convention `name`, whose file is `raw`.
    pub(super) fn convention(
        &self,
        name: &str,
        raw: &RawConvention,
        operators: &Operators,
    ) -> Result<Convention> {
        self.distinct(&raw.units)?;
        Ok(Convention {
            name: name.to_owned(),
            what: self.sentence(&raw.what, "what")?,
            source: self.sentence(&raw.source, "source")?,
            units: raw.units.iter().map(|unit| self.unit(unit)).collect::<Result<_>>()?,
            overrides: self.overrides(&raw.overrides, operators)?,
        })
    }

    /// The switch `name`, whose table is `raw`.
    pub(super) fn switch(&self, name: &Text, raw: &RawSwitch, operators: &Operators) -> Result<Switch> {
        self.distinct(&raw.values)?;
        let values = raw.values.iter().map(|value| self.name(value)).collect::<Result<Vec<_>>>()?;
        if values.len() < 2 {
            let message = format!("`{}` has nothing to choose from", name.get_ref());
            return Err(self
                .error("bad-switch", name, message, "this switch")
                .help("`values` lists at least two, the default first"));
        }
        let mut overrides = IndexMap::new();
        for (value, rules) in &raw.overrides.0 {
            if !values.contains(value.get_ref()) {
                let message = format!("`{}` is no value of `{}`", value.get_ref(), name.get_ref());
                return Err(self
                    .error("bad-switch", value, message, "")
                    .help_if(did_you_mean(value.get_ref(), values.iter().map(String::as_str)))
                    .help(format!("its values: {}", values.join(", "))));
            }
            let rules = self.overrides(rules, operators)?;
            overrides.insert(value.get_ref().clone(), rules);
        }
        if raw.flag.is_some() != overrides.is_empty() {
            let message = format!("`{}` needs either `flag` or `overrides`", name.get_ref());
            return Err(self
                .error("bad-switch", name, message, "this switch")
                .help("`flag` names a flag of the layers that it sets; `overrides.<value>` replace terms"));
        }
        Ok(Switch {
            name: self.name(name)?,
            what: self.sentence(&raw.what, "what")?,
            values,
            flag: raw.flag.as_ref().map(|flag| self.name(flag)).transpose()?,
            overrides,
        })
    }

    fn overrides(&self, raw: &[RawOverride], operators: &Operators) -> Result<Vec<Override>> {
        raw.iter().map(|rule| self.replacement(rule, operators)).collect()
    }

    fn replacement(&self, raw: &RawOverride, operators: &Operators) -> Result<Override> {
        let name = raw.operator.get_ref();
        let Some(operator) = operators.get(name) else {
            return Err(self
                .error("unknown-operator", &raw.operator, format!("no operator is named `{name}`"), "")
                .help_if(did_you_mean(name, operators.keys().map(String::as_str))));
        };
        let unit = self.unit(&raw.unit)?;
        if !operator.costs.iter().any(|cost| cost.unit == unit) {
            let message = format!("`{name}` has no work on that unit to replace");
            return Err(Diagnostic::new("bad-override", message)
                .label(self.span(&raw.unit), "")
                .label(operator.span.clone(), "the operator"));
        }
        let conditional = conditional(&operator.operands, &operator.sizes, &operator.flags);
        Ok(Override {
            operator: name.clone(),
            unit,
            flops: self.formula(&raw.flops, &operator.names)?,
            when: self.conditions(&raw.when, &conditional)?,
            phases: raw.phases.iter().map(|phase| self.name(phase)).collect::<Result<_>>()?,
            why: self.sentence(&raw.why, "why")?.into(),
        })
    }
}
