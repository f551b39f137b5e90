//! The vendor's name of a weight, by our path of it.

use super::description::ModelDescription;

impl ModelDescription {
    /// The vendor's name of the weight at a path. A key of the table that says `Stage{stage}` means every call of
    /// `Stage`, in order (`Stage`, `Stage_2`, …), and puts its number, from 0, into the name, for `{stage+1}` from 1.
    pub fn tensor_name(&self, path: &str) -> Option<String> {
        if let Some(name) = self.tensors.get(path) {
            return Some(name.clone());
        }
        self.tensors.iter().find_map(|(key, name)| {
            let numbers = numbers(key, path)?;
            let put = |name: String, (place, number): (&str, usize)| {
                let next = format!("{{{}+1}}", place.trim_matches(['{', '}']));
                name.replace(place, &number.to_string()).replace(&next, &(number + 1).to_string())
            };
            (!numbers.is_empty()).then(|| numbers.into_iter().fold(name.clone(), put))
        })
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
