//! Modules, imports, parts and layers.

use std::sync::{Arc, OnceLock};

use ruff_python_ast::{
    Expr, ModModule, ParameterWithDefault, Parameters, Stmt, StmtAssign, StmtFunctionDef, StmtImportFrom,
};

use super::reader::{Reader, all, name, range};
use crate::lang::syntax::refusals;
use crate::lang::syntax::tree::{
    Expression, Import, Keyword, Layer, Module, PartDefinition, TensorParameter,
};

impl Reader<'_> {
    pub(super) fn module(&mut self, module: &ModModule) -> Module {
        let (doc, body) = self.docstring(&module.body);
        let mut read = Module {
            source: Arc::clone(self.source),
            doc,
            imports: Vec::new(),
            layers: Vec::new(),
            parts: Vec::new(),
            warnings: Vec::new(),
        };
        for statement in body {
            match statement {
                Stmt::ImportFrom(import) => read.imports.extend(self.import(import)),
                Stmt::FunctionDef(definition) => read.layers.extend(self.layer(definition).map(Arc::new)),
                Stmt::Assign(assign) => read.parts.extend(self.part(assign)),
                Stmt::Import(import) => _ = self.refuse::<()>(range(import), &refusals::PLAIN_IMPORT),
                other => _ = self.refused_statement::<()>(other, &refusals::MODULE_STATEMENT),
            }
        }
        read
    }

    /// The docstring that begins a body, and the statements behind it.
    fn docstring<'s>(&mut self, body: &'s [Stmt]) -> (String, &'s [Stmt]) {
        let Some((Stmt::Expr(first), rest)) = body.split_first() else { return (String::new(), body) };
        let Expr::StringLiteral(text) = &*first.value else { return (String::new(), body) };
        let doc = self.string(text).map_or_else(String::new, |text| dedent(&text));
        (doc, rest)
    }

    fn import(&mut self, import: &StmtImportFrom) -> Option<Import> {
        let place = range(import);
        if import.level > 0 {
            return self.refuse(place, &refusals::RELATIVE_IMPORT);
        }
        if let Some(alias) = import.names.iter().find(|alias| &*alias.name.id == "*") {
            return self.refuse(range(alias), &refusals::STAR_IMPORT);
        }
        if let Some(alias) = import.names.iter().find(|alias| alias.asname.is_some()) {
            return self.refuse(range(alias), &refusals::IMPORT_ALIAS);
        }
        let path = import.module.as_ref()?.id.split('.').map(|step| step.trim().to_owned()).collect();
        Some(Import {
            path,
            names: import.names.iter().map(|alias| name(&alias.name)).collect(),
            range: place,
        })
    }

    fn part(&mut self, assign: &StmtAssign) -> Option<PartDefinition> {
        let mut targets = self.targets(assign)?;
        let is_part = match &*assign.value {
            Expr::Call(call) => {
                matches!(&*call.func, Expr::Name(f) if matches!(f.id.as_str(), "shared" | "param"))
            }
            _ => false,
        };
        if !is_part || targets.len() != 1 {
            return self.refuse(range(assign), &refusals::MODULE_VALUE);
        }
        Some(PartDefinition { name: targets.pop()?, value: self.expression(&assign.value)? })
    }

    fn layer(&mut self, definition: &StmtFunctionDef) -> Option<Layer> {
        let head = range(&definition.name);
        if definition.is_async {
            self.refuse::<()>(head.clone(), &refusals::ASYNC);
        }
        if let Some(decorator) = definition.decorator_list.first() {
            self.refuse::<()>(range(decorator), &refusals::DECORATOR);
        }
        if let Some(parameters) = &definition.type_params {
            self.refuse::<()>(range(&**parameters), &refusals::TYPE_PARAMETERS);
        }
        if let Some(returns) = &definition.returns {
            self.refuse::<()>(range(&**returns), &refusals::RETURN_ANNOTATION);
        }
        let parameters = self.parameters(&definition.parameters);
        let (doc, statements) = self.docstring(&definition.body);
        let end = statements.iter().position(|statement| matches!(statement, Stmt::Return(_)));
        let before = self.errors.len();
        let body = self.body(&statements[..end.unwrap_or(statements.len())]);
        let Some(end) = end else {
            // With a `return` in every branch, those are the mistake.
            let early = self.errors[before..].iter().any(|error| error.code == refusals::EARLY_RETURN.code);
            return if early { None } else { self.refuse(head, &refusals::MISSING_RETURN) };
        };
        let result = self.result(&statements[end]);
        if let Some(after) = statements.get(end + 1) {
            self.refuse::<()>(range(after), &refusals::AFTER_RETURN);
        }
        let (tensors, keywords) = parameters?;
        Some(Layer {
            name: name(&definition.name),
            source: Arc::clone(self.source),
            doc,
            tensors,
            keywords,
            body: body?,
            result: result?,
            result_range: range(&statements[end]),
            range: range(definition),
            free: Vec::new(),
            naming: OnceLock::new(),
        })
    }

    fn result(&mut self, statement: &Stmt) -> Option<Vec<Expression>> {
        let Stmt::Return(statement) = statement else { return None };
        match statement.value.as_deref() {
            None | Some(Expr::NoneLiteral(_)) => self.refuse(range(statement), &refusals::EMPTY_RETURN),
            Some(Expr::Tuple(tuple)) if tuple.elts.is_empty() => {
                self.refuse(range(statement), &refusals::EMPTY_RETURN)
            }
            Some(Expr::Tuple(tuple)) => self.expressions(&tuple.elts),
            Some(value) => Some(vec![self.expression(value)?]),
        }
    }

    fn parameters(&mut self, parameters: &Parameters) -> Option<(Vec<TensorParameter>, Vec<Keyword>)> {
        for variadic in [&parameters.vararg, &parameters.kwarg].into_iter().flatten() {
            self.refuse::<()>(range(&**variadic), &refusals::VARIADIC);
        }
        if let Some(positional) = parameters.posonlyargs.first() {
            self.refuse::<()>(range(positional), &refusals::POSITIONAL_ONLY);
        }
        let tensors = all(parameters.args.iter().map(|parameter| self.tensor(parameter)));
        let keywords = all(parameters.kwonlyargs.iter().map(|parameter| self.keyword(parameter)));
        Some((tensors?, keywords?))
    }

    fn keyword(&mut self, parameter: &ParameterWithDefault) -> Option<Keyword> {
        if let Some(annotation) = parameter.parameter.annotation() {
            self.refuse::<()>(range(annotation), &refusals::KEYWORD_ANNOTATION);
        }
        let default = match parameter.default() {
            Some(default) => Some(self.expression(default)?),
            None => None,
        };
        Some(Keyword { name: name(parameter.name()), default })
    }

    fn tensor(&mut self, parameter: &ParameterWithDefault) -> Option<TensorParameter> {
        let tensor = name(parameter.name());
        if let Some(default) = parameter.default() {
            self.refuse::<()>(range(default), &refusals::TENSOR_DEFAULT);
        }
        let Some(annotation) = parameter.parameter.annotation() else {
            return self.refuse(tensor.range, &refusals::MISSING_SHAPE);
        };
        // The parameter's range holds the parentheses of `(h)`, the expression's does not.
        let whole = range(&parameter.parameter);
        let written =
            self.text(tensor.range.end..whole.end).trim_start().trim_start_matches(':').trim_start();
        let place = whole.end - written.len()..whole.end;
        let (entries, tokens) = match annotation {
            Expr::Tuple(tuple) if tuple.parenthesized => (tuple.elts.as_slice(), false),
            Expr::Call(call) if matches!(&*call.func, Expr::Name(callee) if callee.id == "tokens") => {
                if let Some(keyword) = call.arguments.keywords.first() {
                    return self.refuse(range(keyword), &refusals::SHAPE_ANNOTATION);
                }
                (&*call.arguments.args, true)
            }
            single if range(single).start > place.start => (std::slice::from_ref(single), false),
            _ => return self.refuse(place, &refusals::SHAPE_ANNOTATION),
        };
        let (rest, entries) = match entries.split_first() {
            Some((Expr::EllipsisLiteral(_), entries)) => (true, entries),
            _ => (false, entries),
        };
        let shape = self.expressions(entries)?;
        Some(TensorParameter { name: tensor, rest, shape, tokens, range: place })
    }
}

/// A docstring without the indentation that its lines share, and without blank lines at either end.
fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let shared = lines.iter().skip(1).filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    let dedented = lines.iter().enumerate().map(|(index, line)| match index {
        0 => line.trim_start(),
        // A blank line may be shorter, and an indentation of foreign blanks may end within a character.
        _ => line.get(shared..).unwrap_or(line.trim_start()),
    });
    dedented.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}
