//! Keys that a configuration gives and nothing reads.

use rustc_hash::FxHashSet;

use super::description::ModelDescription;
use super::interpolate::Interpolated;
use super::value::{Entry, escape};
use crate::diagnostic::{Diagnostic, did_you_mean};

/// Most warnings of this kind; the last one says how many there are beyond.
const MOST: usize = 20;

/// What is known of keys.
pub struct Keys<'a> {
    /// Keys that something read.
    pub read: &'a FxHashSet<String>,
    /// Keys that something would have read, had an override not taken its place.
    pub named: &'a FxHashSet<String>,
    /// The vendor's group is a vendor's own file.
    pub vendor: bool,
}

/// Warns of keys of the vendor's group that are neither read nor known not to matter, of keys of the other groups that
/// nothing reads, and of overrides without effect.
pub fn report(
    description: &ModelDescription,
    interpolated: &Interpolated,
    keys: &Keys<'_>,
    warnings: &mut Vec<Diagnostic>,
) {
    let group = description.vendor_group.as_str();
    let mut unread: Vec<(String, &Entry)> = Vec::new();
    for (path, entry) in interpolated.root.leaves() {
        let overridden = entry.value.origin.is_override();
        let says_nothing = entry.value.map().is_some_and(|map| map.is_empty());
        if says_nothing || is_read(&path, keys.read) || (!overridden && is_read(&path, keys.named)) {
            continue;
        }
        let known = path.strip_prefix(group).and_then(|rest| rest.strip_prefix('.')).is_some_and(|key| {
            let matches = |patterns: &[super::Pattern]| patterns.iter().any(|pattern| pattern.matches(key));
            matches(&description.read) || (!overridden && matches(&description.harmless))
        });
        if !known {
            unread.push((path, entry));
        }
    }
    let beyond = unread.len().saturating_sub(MOST);
    for (path, entry) in unread.into_iter().take(MOST) {
        let in_vendor_file = keys.vendor && path.starts_with(group);
        let shown = match path.strip_prefix(group).and_then(|rest| rest.strip_prefix('.')) {
            Some(key) if in_vendor_file => key.to_string(),
            _ => path.clone(),
        };
        let message = format!("nothing reads `{}`", escape(&shown));
        let mut warning = Diagnostic::new("unread-key", message).label(entry.key.clone(), "");
        if entry.value.origin.is_override() {
            warning = warning.help("the override has no effect on any formula");
        }
        let known =
            keys.read.iter().map(String::as_str).filter(|known| interpolated.root.at(known).is_none());
        warnings.push(*warning.help_if(did_you_mean(&path, known)));
    }
    if beyond > 0 {
        let message = format!("nothing reads {beyond} more keys");
        warnings.push(*Diagnostic::new("unread-key", message));
    }
}

/// True when the key itself, or one above it, is read.
fn is_read(path: &str, read: &FxHashSet<String>) -> bool {
    let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
    ends.into_iter().any(|end| read.contains(&path[..end]))
}
