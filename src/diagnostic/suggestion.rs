//! "Did you mean": the nearest of a list of names.

/// Optimal string alignment distance, given up (as `limit + 1`) once it must exceed `limit`.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut current = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitution = previous[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            current[j] = substitution.min(previous[j] + 1).min(current[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                current[j] = current[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[b.len()]
}

/// The candidate nearest to `name`, if one is near enough to be meant; names over 100 characters have none.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > 100 {
        return None;
    }
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate, limit), candidate))
        // A name of one letter is near to no other letter.
        .filter(|(distance, _)| *distance <= limit && *distance < length.max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The `most` candidates nearest to `name`, the nearest first, however far they are.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let name: String = name.chars().take(100).collect();
    let mut all: Vec<(usize, &str)> =
        candidates.into_iter().map(|candidate| (distance(&name, candidate, 200), candidate)).collect();
    all.sort();
    all.into_iter().take(most).map(|(_, candidate)| candidate).collect()
}

/// The sentence "did you mean `x`?" for [`closest`].
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_transposed_letter_but_not_a_stranger() {
        let metrics = ["flops", "weights", "memory.bytes"];
        assert_eq!(closest("flosp", metrics), Some("flops"));
        assert_eq!(closest("wieghts", metrics), Some("weights"));
        assert_eq!(closest("colour", metrics), None);
        assert_eq!(closest("X", ["B", "h"]), None);
        assert_eq!(closest("b", ["B", "h"]), Some("B"));
    }
}
