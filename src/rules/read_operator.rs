//! From the form of an operator's rule to its meaning.

use std::rc::Rc;

use super::condition::FlagValue;
use super::operator::{CostRule, Flag, Operand, Operator, Shape, SizeParameter, TrafficRule, WeightRule};
use super::primitive::{PRIMITIVES, Primitive};
use super::raw::{RawOperator, Text};
use super::reader::{Names, Reader, is_name};
use crate::diagnostic::{Diagnostic, Result, did_you_mean};

/// Names that patterns may not bind.
const RESERVED: [&str; 3] = ["rows", "result", "input"];

/// Element types that a result may have of its own.
const DTYPES: [&str; 8] = ["int64", "int32", "int8", "bool", "f32", "f16", "bf16", "f64"];

impl Reader<'_> {
    /// The operator `name`, whose rule is `raw`.
    pub(super) fn operator(&self, name: &Text, raw: &RawOperator) -> Result<Operator> {
        self.name(name)?;
        let flags = self.flags(&raw.flags);
        let sizes = raw.sizes.iter().map(|text| self.size(text)).collect::<Result<Vec<_>>>()?;
        self.distinct(
            raw.operands.iter().map(|operand| &operand.name).chain(flags.iter().map(|(flag, _)| flag)),
        )?;
        self.distinct(raw.sizes.iter().chain(flags.iter().map(|(flag, _)| flag)))?;
        for operand in &raw.operands {
            self.name(&operand.name)?;
        }
        for (flag, _) in &flags {
            self.name(flag)?;
        }

        let primitive = match (&raw.shape, &raw.result) {
            (Some(text), None) => Some(self.primitive(text)?),
            (None, Some(_)) => None,
            _ => {
                let message = format!("`{}` needs either `result` or `shape`", name.get_ref());
                return Err(self
                    .error("shape-needed", name, message, "this operator")
                    .help("`result` holds a pattern for each result; `shape` names a primitive"));
            }
        };
        let names = self.names_of(&raw.operands, &sizes, &flags, primitive)?;

        let mut operands = Vec::with_capacity(raw.operands.len());
        for operand in &raw.operands {
            let shape = operand.shape.as_ref().map(|entries| self.pattern(entries, &names)).transpose()?;
            operands.push(Operand {
                name: operand.name.get_ref().as_str().into(),
                shape,
                optional: operand.optional,
                variadic: operand.variadic,
            });
        }
        let results = raw.result.as_ref().map_or(0, Vec::len);
        let shape = match (primitive, &raw.result) {
            (Some(primitive), _) => Shape::Primitive(primitive.name.to_owned()),
            (None, patterns) => Shape::Pattern(
                patterns
                    .iter()
                    .flatten()
                    .map(|entries| self.pattern(entries, &names))
                    .collect::<Result<Vec<_>>>()?,
            ),
        };

        let flags: Vec<Flag> = flags
            .into_iter()
            .map(|(name, default)| Flag { name: name.into_inner().into(), default })
            .collect();
        let conditional = conditional(&operands, &sizes, &flags);
        let mut weights = Vec::with_capacity(raw.weights.len());
        for weight in &raw.weights {
            weights.push(WeightRule {
                name: self.name(&weight.name)?.into(),
                shape: self.pattern(&weight.shape, &names)?,
                when: self.conditions(&weight.when, &conditional)?,
                quantized: self.conditions(&weight.quantized, &conditional)?,
            });
        }
        let mut costs = Vec::with_capacity(raw.costs.len());
        for cost in &raw.costs {
            costs.push(CostRule {
                unit: self.unit(&cost.unit)?,
                flops: self.formula(&cost.flops, &names)?,
                when: self.conditions(&cost.when, &conditional)?,
                why: self.sentence(&cost.why, "why")?.into(),
            });
        }
        let tensors = || {
            let owned = raw.weights.iter().map(|weight| weight.name.get_ref().as_str());
            raw.operands.iter().map(|operand| operand.name.get_ref().as_str()).chain(owned).chain(["result"])
        };
        let mut traffic = Vec::with_capacity(raw.traffic.len());
        for rule in &raw.traffic {
            traffic.push(TrafficRule {
                tensor: self.one_of(&rule.tensor, "tensor", tensors())?,
                values: self.formula(&rule.values, &names)?,
            });
        }
        let keeps = raw
            .keeps
            .iter()
            .map(|kept| self.one_of(kept, "tensor", tensors()))
            .collect::<Result<Vec<_>>>()?;
        let dtypes = raw.dtypes.iter().map(|text| self.dtype(text)).collect::<Result<Vec<_>>>()?;
        if !dtypes.is_empty() && dtypes.len() != results {
            let message = format!("`dtypes` has {} entries for {results} results", dtypes.len());
            return Err(Diagnostic::new("bad-rule", message).label(self.span(name), "of this operator"));
        }

        let mut operator = Operator {
            name: name.get_ref().as_str().into(),
            what: self.sentence(&raw.what, "what")?,
            source: self.sentence(&raw.source, "source")?,
            operands,
            sizes,
            flags,
            shape,
            dtypes,
            view: raw.view,
            weights,
            costs,
            traffic,
            keeps,
            cases: Vec::new(),
            names,
            span: self.span(name),
        };
        operator.cases =
            raw.cases.iter().map(|case| self.case(case.clone(), &operator)).collect::<Result<_>>()?;
        Ok(operator)
    }

    fn size(&self, text: &Text) -> Result<SizeParameter> {
        let (name, variadic) = match text.get_ref().strip_prefix('*') {
            Some(name) => (name, true),
            None => (text.get_ref().as_str(), false),
        };
        if !is_name(name) {
            return Err(self
                .error("bad-name", text, format!("`{}` is not a size", text.get_ref()), "")
                .help("a size is a name, or `*name` for any number of sizes"));
        }
        Ok(SizeParameter { name: name.into(), variadic })
    }

    fn primitive(&self, text: &Text) -> Result<&'static Primitive> {
        PRIMITIVES.iter().find(|primitive| primitive.name == text.get_ref()).ok_or_else(|| {
            let known: Vec<&str> = PRIMITIVES.iter().map(|primitive| primitive.name).collect();
            self.error(
                "unknown-primitive",
                text,
                format!("no shape primitive is named `{}`", text.get_ref()),
                "",
            )
            .help_if(did_you_mean(text.get_ref(), known.iter().copied()))
            .help(format!("primitives: {}", known.join(", ")))
        })
    }

    fn dtype(&self, text: &Text) -> Result<Option<String>> {
        match text.get_ref().as_str() {
            "operand" => Ok(None),
            other if DTYPES.contains(&other) => Ok(Some(other.to_owned())),
            other => Err(self
                .error("unknown-dtype", text, format!("no element type is named `{other}`"), "")
                .help(format!("`operand` (that of the first operand), {}", DTYPES.join(", ")))),
        }
    }

    /// A name among those known.
    pub(super) fn one_of<'n>(
        &self,
        text: &Text,
        kind: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> Result<String> {
        if known.clone().any(|name| name == text.get_ref()) {
            return Ok(text.get_ref().clone());
        }
        let list: Vec<&str> = known.clone().collect();
        Err(self
            .error("unknown-tensor", text, format!("no {kind} is named `{}`", text.get_ref()), "")
            .help_if(did_you_mean(text.get_ref(), known))
            .help(format!("here: {}", list.join(", "))))
    }

    /// Everything that formulas of the operator may name.
    fn names_of(
        &self,
        operands: &[super::raw::RawOperand],
        sizes: &[SizeParameter],
        flags: &[(Text, FlagValue)],
        primitive: Option<&Primitive>,
    ) -> Result<Names> {
        let mut names: Names = vec!["result".to_owned()];
        let mut add = |name: &str| {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        if !operands.is_empty() {
            add("input");
        }
        for entry in operands.iter().flat_map(|operand| operand.shape.iter().flatten()) {
            let text = entry.get_ref().as_str();
            if RESERVED.contains(&text) {
                let message = format!("`{text}` is bound by the elaboration");
                return Err(self.error("bad-pattern", entry, message, "give the dimension another name"));
            }
            match text {
                "..." => add("rows"),
                _ if is_name(text) => add(text),
                _ => {}
            }
        }
        for size in sizes.iter().filter(|size| !size.variadic) {
            add(&size.name);
        }
        for (flag, value) in flags {
            if matches!(value, FlagValue::Integer(_) | FlagValue::None) {
                add(flag.get_ref());
            }
        }
        for offered in primitive.iter().flat_map(|primitive| primitive.offers) {
            add(offered);
        }
        Ok(names)
    }
}

/// What conditions may ask about, with the value it has when not given.
pub(super) fn conditional(
    operands: &[Operand],
    sizes: &[SizeParameter],
    flags: &[Flag],
) -> Vec<(Rc<str>, FlagValue)> {
    let flags = flags.iter().map(|flag| (flag.name.clone(), flag.default.clone()));
    let operands = operands.iter().filter(|operand| operand.optional).map(|operand| &operand.name);
    let given = operands.chain(sizes.iter().map(|size| &size.name));
    flags.chain(given.map(|name| (name.clone(), FlagValue::Boolean(false)))).collect()
}
