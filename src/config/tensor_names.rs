//! The vendor's names of a weight, by our path of it.

use indexmap::IndexMap;

use super::description::{CheckpointNames, ModelDescription};

impl ModelDescription {
    /// The vendor's names of a weight, any of which may be in use, by the path of the operator that owns it, or of the
    /// statement or layer that calls that operator, and its name there; with `gguf` those in GGUF files. A key of the
    /// table that says `Stage{stage}` means every call of `Stage`, in order (`Stage`, `Stage_2`, …), and puts its number,
    /// from 0, into the names, for `{stage+1}` from 1.
    pub fn names_of_weight(&self, path: &str, name: &str, gguf: bool) -> Option<Vec<String>> {
        let table = if gguf { &self.gguf_tensors } else { &self.tensors };
        let full = |path: &str| if name.is_empty() { path.to_owned() } else { format!("{path}.{name}") };
        let outer = path.rsplit_once('.').map(|(outer, _)| full(outer));
        names_at(table, &full(path)).or_else(|| names_at(table, &outer?))
    }

    /// The part that GGUF files leave out, where the weight with this path and name stands in one: its list of names is
    /// empty.
    pub fn left_out_of_gguf(&self, weight: &str) -> Option<&str> {
        let parts = self.gguf_tensors.iter().filter(|(_, names)| names.is_empty());
        let inside = |part: &str| {
            weight.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        parts.map(|(part, _)| part.as_str()).find(|part| inside(part))
    }
}

/// The names at a path.
fn names_at(table: &IndexMap<String, Vec<String>>, path: &str) -> Option<Vec<String>> {
    if let Some(names) = table.get(path).filter(|names| !names.is_empty()) {
        return Some(names.clone());
    }
    table.iter().find_map(|(key, names)| {
        let numbers = numbers(key, path).filter(|numbers| !numbers.is_empty())?;
        let put = |name: String, (place, number): &(&str, usize)| {
            let next = format!("{{{}+1}}", place.trim_matches(['{', '}']));
            name.replace(place, &number.to_string()).replace(&next, &(number + 1).to_string())
        };
        Some(names.iter().map(|name| numbers.iter().fold(name.clone(), put)).collect())
    })
}

impl CheckpointNames {
    /// The tensor is a buffer: its name ends as a pattern says.
    pub fn is_buffer(&self, name: &str) -> bool {
        self.buffers.iter().any(|pattern| pattern.matches_end(name))
    }

    /// The name by which the weights are named; `exists` says whether any tensor's name begins so, or as
    /// what means the same.
    pub fn standard(&self, name: &str, exists: &dyn Fn(&str) -> bool) -> String {
        let mut named = self.prefixes.iter().filter(|(found, _)| !found.is_empty());
        let meant = named.find_map(|(found, meant)| Some((meant, name.strip_prefix(found.as_str())?)));
        // A name without a beginning of its own has the one of a base model, where no tensor has that.
        let bare = || Some((self.prefixes.get("").filter(|meant| !exists(meant))?, name));
        meant.or_else(bare).map_or_else(|| name.to_owned(), |(meant, rest)| format!("{meant}{rest}"))
    }
}

/// What a key's places in braces stand for in a path; `None` where it is another one's.
fn numbers<'k>(key: &'k str, path: &str) -> Option<Vec<(&'k str, usize)>> {
    let (ours, theirs) = (key.split('.'), path.split('.'));
    if ours.clone().count() != theirs.clone().count() {
        return None;
    }
    let mut numbers = Vec::new();
    for (pattern, segment) in ours.zip(theirs) {
        let Some(at) = pattern.find('{') else {
            if pattern == segment {
                continue;
            }
            return None;
        };
        let rest = segment.strip_prefix(&pattern[..at])?;
        let number = match rest.strip_prefix('_') {
            None if rest.is_empty() => 0,
            Some(digits) => digits.parse::<usize>().ok()?.checked_sub(1)?,
            None => return None,
        };
        numbers.push((&pattern[at..], number));
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn calls_are_numbered_from_0() {
        let key = "encoder.stage.Stage{stage}.block.norm.weight";
        let check =
            |path: &str, expected: Option<Vec<(&str, usize)>>| assert_eq!(numbers(key, path), expected);
        check("encoder.stage.Stage.block.norm.weight", Some(vec![("{stage}", 0)]));
        check("encoder.stage.Stage_3.block.norm.weight", Some(vec![("{stage}", 2)]));
        check("encoder.stage.Stages.block.norm.weight", None);
        check("encoder.stage.Stage_0.block.norm.weight", None);
        check("encoder.stage.Stage_3.block.norm.bias", None);
        check("encoder.stage.Stage_3.block.norm", None);
    }
}
