//! Many names written short: `model.layers.{0..31}.mlp.down_proj.weight`.

use indexmap::IndexMap;

/// Names with numbers, put together where the numbers of each place are all there: every combination is one of the
/// names. Gives each short form with how many names it stands for; names that do not combine stand by themselves.
pub fn short(names: &[&str]) -> Vec<(String, usize)> {
    let mut alike: IndexMap<String, Vec<(&str, Vec<u64>)>> = IndexMap::new();
    for name in names {
        let (form, numbers) = parts(name);
        alike.entry(form).or_default().push((name, numbers));
    }
    let mut found = Vec::new();
    for (form, members) in alike {
        let places = members[0].1.len();
        let mut sets: Vec<Vec<u64>> = vec![Vec::new(); places];
        for (_, numbers) in &members {
            for (set, number) in sets.iter_mut().zip(numbers) {
                set.push(*number);
            }
        }
        for set in &mut sets {
            set.sort_unstable();
            set.dedup();
        }
        let combinations = sets.iter().try_fold(1_usize, |product, set| product.checked_mul(set.len()));
        if combinations == Some(members.len()) {
            let shown = sets.iter().fold(form, |form, set| form.replacen('\u{0}', &listing(set), 1));
            found.push((shown, members.len()));
        } else {
            found.extend(members.iter().map(|(name, _)| ((*name).to_owned(), 1)));
        }
    }
    found
}

/// The name with a mark for each segment that is a number, and these numbers.
fn parts(name: &str) -> (String, Vec<u64>) {
    let mut numbers = Vec::new();
    let segments = name.split('.').map(|segment| {
        let is_number = segment == "0" || segment.starts_with(|first: char| ('1'..='9').contains(&first));
        match segment.parse::<u64>() {
            Ok(number) if is_number => {
                numbers.push(number);
                "\u{0}"
            }
            _ => segment,
        }
    });
    (segments.collect::<Vec<_>>().join("."), numbers)
}

/// `7`, `{0..31}`, `{0,2,4..6}`.
fn listing(set: &[u64]) -> String {
    if let [one] = set {
        return one.to_string();
    }
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in set {
        match runs.last_mut() {
            Some(run) if run.1 + 1 == *number => run.1 = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let run = |(first, last): &(u64, u64)| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}..{last}"),
    };
    format!("{{{}}}", runs.iter().map(run).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_put_together_where_all_combinations_are_there() {
        let check = |names: &[&str], expected: &[(&str, usize)]| {
            let expected: Vec<_> =
                expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
            assert_eq!(short(names), expected);
        };
        check(&["a.0.w", "a.1.w", "a.2.w", "a.5.w", "b"], &[("a.{0..2,5}.w", 4), ("b", 1)]);
        check(&["a.0.e.0", "a.0.e.1", "a.1.e.0", "a.1.e.1"], &[("a.{0,1}.e.{0,1}", 4)]);
        check(&["a.0.e.0", "a.1.e.1"], &[("a.0.e.0", 1), ("a.1.e.1", 1)]);
        check(&["a.7.w", "a.07.w"], &[("a.7.w", 1), ("a.07.w", 1)]);
    }
}
