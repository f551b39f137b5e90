//! What Python has and the layer language does not: one entry per construct, with the reason and what to write.
//!
//! `tests/data/layers/bad` holds one file per code; a test below sees to it that none is missing.

/// A construct that is refused wherever it stands.
pub(super) struct Refusal {
    /// Code of the error.
    pub code: &'static str,
    /// What is refused: one sentence.
    pub reason: &'static str,
    /// What to write instead.
    pub instead: &'static str,
}

macro_rules! refusals {
    ($($name:ident $code:literal: $reason:literal, $instead:literal;)*) => {
        $(pub(super) const $name: Refusal = Refusal { code: $code, reason: $reason, instead: $instead };)*
        /// All of them, for the test that every one has an example.
        #[cfg(test)]
        const ALL: &[Refusal] = &[$($name),*];
    };
}

refusals! {
    // Expressions.
    ATTRIBUTE "attribute": "a layer file has no attributes",
        "values have no parts: pass what you need as an argument";
    METHOD "method": "a layer file has no methods",
        "call the operator as a function, with the tensor as its first argument";
    SHAPE "shape-attribute": "nothing reads a tensor's shape",
        "name the dimensions in the annotation, `x: (B, S, h)`, and use the names";
    INDEXING "indexing": "tensors are not indexed",
        "write `crop(x, start, length, dim=…)` for a slice, `split` or `unbind` for parts; `names[i]` is for lists";
    LAMBDA "lambda": "a layer file has no `lambda`",
        "define a layer and pass its name, or pass an operator such as `gelu`";
    COMPREHENSION "comprehension": "a layer file has no comprehensions",
        "write a `for` loop over the list";
    WALRUS "walrus": "`:=` does not assign in a layer file",
        "assign in a statement of its own before this one";
    DICTIONARY "dictionary": "a layer file has no dictionaries",
        "give each entry a keyword parameter of its own, or keep a list";
    SET "set": "a layer file has no sets",
        "write a list `[a, b]`";
    YIELD "yield": "a layer is not a generator",
        "collect the values in names and return them at the end";
    AWAIT "async": "nothing is asynchronous in a layer file",
        "leave `async` and `await` out";
    STARRED "starred": "`*` does not unpack in a layer file",
        "write the elements out";
    UNPACKED_ARGUMENTS "argument-unpacking": "arguments are not unpacked from lists or dictionaries",
        "write every argument out; keywords not given come from the enclosing part and from defaults";
    ELLIPSIS "ellipsis": "`...` stands only first in an annotation",
        "write `x: (..., h)` for any leading dimensions; elsewhere name them";
    BYTES "bytes": "a layer file has no byte strings",
        "leave the `b` prefix out";
    JOINED_STRINGS "joined-strings": "strings side by side would be joined",
        "put a comma between them, or write one string";
    COMPLEX "complex-number": "a layer file has no complex numbers",
        "write the real and imaginary parts as tensors of their own";
    LARGE_INTEGER "integer-too-large": "this integer does not fit in 64 bits",
        "pass it as a keyword from the configuration";
    CHAINED_COMPARISON "chained-comparison": "comparisons are not chained",
        "write `a < b and b < c`";
    BITWISE "bitwise-operator": "a layer file has no bitwise operators",
        "write `and`, `or`, `not` for conditions, `2 ** n` for shifts";
    MATMUL "matmul-operator": "`@` does not multiply matrices in a layer file",
        "write `matmul(a, b)`";
    PLUS "unary-plus": "a `+` in front of a value does nothing",
        "leave the `+` out";
    CALLEE "callee": "only what has a name is called",
        "give it a name first: `block = shared(Block)`, then `block(x)`";

    // Statements.
    WHILE "while": "a layer file has no `while`",
        "write `for i in range(n):`; `n` may be a symbol";
    TRY "try": "a layer file has no `try`",
        "decide with `if` on a flag of the configuration";
    WITH "with": "a layer file has no `with`",
        "leave it out: nothing runs here, only shapes and costs are derived";
    CLASS "class": "a layer is a function, not a class",
        "write `def Name(x: (B, S, h), *, i):` with the forward pass as its body; weights are implicit in operators";
    DECORATOR "decorator": "layers are not decorated",
        "leave the decorator out";
    NESTED_FUNCTION "nested-function": "layers are not defined inside layers",
        "define it at the top of the file and hand it what it needs";
    GLOBAL "global": "a layer changes no names outside itself",
        "return the value, or pass it as an argument";
    LOOP_EXIT "break": "loops run to their end",
        "split the iterations with a condition on the index, `if layer < k:`";
    LOOP_ELSE "loop-else": "loops have no `else`",
        "write the statements after the loop";
    ASYNC "async": "nothing is asynchronous in a layer file",
        "leave `async` and `await` out";
    DELETE "delete": "names are not deleted",
        "leave it out: a value lives until its last use";
    RAISE "raise": "a layer raises nothing",
        "state what must hold: `assert m % 2 == 0`";
    MATCH "match": "a layer file has no `match`",
        "write `if`, `elif`, `else`";
    TYPE_ALIAS "type-alias": "a layer file has no types",
        "shapes are the annotations of tensors: `x: (B, S, h)`";
    ASSERT_MESSAGE "assert-message": "an `assert` has no message",
        "leave it out: the fact says it, and a comment can say why";
    UNUSED_RESULT "unused-result": "nothing is done with this value",
        "assign it to a name, or leave it out; comments start with `#`";
    ASSIGNMENT_TARGET "assignment-target": "only names are assigned",
        "write `name = …`, or `a, b = …` for an operator that returns several values";
    CHAINED_ASSIGNMENT "chained-assignment": "one statement assigns one value",
        "write a statement for each name";
    ANNOTATED_ASSIGNMENT "annotated-assignment": "variables are not annotated: shapes are inferred",
        "leave the annotation out";
    LOCAL_IMPORT "local-import": "imports stand at the top of the file",
        "move it above the layers";

    // Definitions.
    TYPE_PARAMETERS "type-parameters": "layers have no type parameters",
        "leave them out: a name in a tensor's annotation stands for any size";
    RETURN_ANNOTATION "return-annotation": "the shape of the result is inferred",
        "leave the `->` out";
    VARIADIC "variadic-parameter": "a layer declares every parameter",
        "write the tensors out, then `*`, then the keywords";
    POSITIONAL_ONLY "positional-only": "parameters before `*` are positional by themselves",
        "leave the `/` out";
    TENSOR_DEFAULT "tensor-default": "a tensor has no default",
        "if this is a size or a flag, move it behind `*`";
    MISSING_SHAPE "missing-shape": "a parameter before `*` is a tensor and needs its shape",
        "write `x: (B, S, h)`; if this is a size or a flag, move it behind `*`";
    SHAPE_ANNOTATION "shape-annotation": "the annotation of a tensor is its shape",
        "write a tuple of dimensions: `x: (B, S, h)`, `x: (..., h)`, or `ids: tokens(B, S)` for token ids";
    KEYWORD_ANNOTATION "keyword-annotation": "keywords are not annotated",
        "leave the annotation out; if this is a tensor, move it before `*`";
    MISSING_RETURN "missing-return": "this layer returns nothing",
        "end it with `return` and the result";
    EMPTY_RETURN "empty-return": "a layer returns its result",
        "write `return y`";
    EARLY_RETURN "early-return": "a layer returns once, at its end",
        "assign the result to a name in every branch, and return that at the end";
    AFTER_RETURN "return-not-last": "statements after `return` never run",
        "move them before it, or delete them";

    // Modules.
    PLAIN_IMPORT "plain-import": "modules are not imported whole",
        "write `from path.to.file import Layer`";
    STAR_IMPORT "star-import": "imports name what they take",
        "write `from path.to.file import LayerA, LayerB`";
    IMPORT_ALIAS "import-alias": "an imported layer keeps its name: paths and reports show it",
        "leave the `as` out";
    RELATIVE_IMPORT "relative-import": "imports are not relative",
        "write the path from the folder of layers: `from vision.block import Block`";
    MODULE_STATEMENT "module-statement": "this does not stand at the top of a layer file",
        "there stand imports, `name = shared(…)`, `name = param(…)` and definitions of layers";
    MODULE_VALUE "module-value": "at the top of a file a name is `shared(…)` or `param(…)`",
        "write `name = shared(Layer, …)` or `name = param(…)`; sizes are symbols of the model or keywords of a layer";
}

/// What to write for `receiver.name`, if anything better than [`METHOD`] and [`ATTRIBUTE`] is known.
pub(super) fn instead_of_attribute(receiver: &str, name: &str) -> Option<String> {
    if receiver == "self" {
        return Some(format!(
            "a layer has no `self`: pass `{name}` as an argument, or call the operator by its name"
        ));
    }
    let modules = ["torch", "F", "nn", "np", "math", "functional", "torch.nn", "torch.nn.functional"];
    let x = if modules.contains(&receiver) { "x" } else { receiver };
    let short = x.len() <= 40 && !x.contains('\n');
    let x = if short { x } else { "x" };
    Some(match name {
        "view" | "reshape" | "view_as" | "flatten" | "unflatten" | "squeeze" | "unsqueeze" | "ravel" => {
            format!("write `reshape({x}, …)` with every dimension")
        }
        "shape" | "size" | "dim" | "ndim" | "numel" | "stride" => {
            format!("name the dimensions in the annotation, `{x}: (B, S, h)`, and use the names")
        }
        "T" | "mT" | "H" | "t" | "transpose" | "swapaxes" => format!("write `transpose({x}, 1, 2)`"),
        "contiguous" | "clone" | "detach" | "to" | "float" | "half" | "bfloat16" | "type" | "cuda"
        | "cpu" | "type_as" | "requires_grad_" => {
            "leave it out: it neither computes nor changes a shape".to_owned()
        }
        "chunk" | "tensor_split" => format!("write `split({x}, [a, b], dim=-1)`"),
        "expand_as" | "repeat" | "broadcast_to" | "repeat_interleave" => {
            format!("write `expand({x}, …)` with every dimension")
        }
        "narrow" | "select" | "index_select" => format!("write `crop({x}, start, length, dim=…)`"),
        "cat" | "stack" | "concatenate" => "write `concat(a, b, dim=…)`".to_owned(),
        "bmm" | "mm" | "matmul" => format!("write `matmul({x}, b)`"),
        "ceil" => "write `ceil_div(a, b)`, or `a // b` for the floor".to_owned(),
        "scaled_dot_product_attention" => "write `sdpa(q, k, v, causal=True)`".to_owned(),
        "Linear" => "write `linear(x, out, bias=False)`".to_owned(),
        "Embedding" => "write `embedding(ids, V, h)`".to_owned(),
        "Parameter" => "write `param(…)` with its shape".to_owned(),
        "Conv2d" => "write `conv2d(x, C, k, stride=…, padding=…)`".to_owned(),
        "dtype" | "device" => "leave it out: a tensor's type is a symbol of its part".to_owned(),
        _ if modules.contains(&receiver) => {
            format!("call the operator by its name alone: `{name}(x)`")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_an_example_in_a_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/layers/bad");
        let missing: Vec<&str> = ALL
            .iter()
            .map(|refusal| refusal.code)
            .filter(|code| !std::path::Path::new(folder).join(format!("{code}.py")).is_file())
            .collect();
        assert!(missing.is_empty(), "no example in {folder} for {missing:?}");
    }
}
