//! Paths of a tree of costs: how a node is named, and found by its name. Knows no costs.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::tree::{CostTree, NodeId};

impl CostTree<'_> {
    /// The path without ranges of iterations, as one selects it: `decoder.layer.mlp.gate`; empty for the root.
    pub fn path(&self, id: NodeId) -> String {
        let mut segments: Vec<&str> =
            self.ancestors(id).iter().map(|id| &*self.nodes[id.0].segment).collect();
        segments.remove(0);
        segments.join(".")
    }

    /// The path with the iterations in which it occurs, where these are not all: `decoder.layer.1..11.moe`.
    pub fn shown_path(&self, id: NodeId) -> String {
        let mut segments: Vec<String> = Vec::new();
        for ancestor in self.ancestors(id).into_iter().skip(1) {
            segments.push(self.nodes[ancestor.0].segment.to_string());
            let Some(all) = self.classes.get(&ancestor) else { continue };
            if ancestor == id {
                continue;
            }
            let own: Vec<&Rc<str>> = all
                .iter()
                .map(|class| &class.label)
                .filter(|label| {
                    self.nodes[id.0].labels.iter().any(|(at, own)| *at == ancestor && own == *label)
                })
                .collect();
            if own.len() < all.len() && !own.is_empty() {
                segments.push(own.iter().map(|label| &***label).collect::<Vec<_>>().join(","));
            }
        }
        segments.join(".")
    }

    /// Root first.
    pub fn ancestors(&self, id: NodeId) -> Vec<NodeId> {
        let mut chain = Vec::with_capacity(16);
        chain.push(id);
        let mut at = id;
        while let Some(parent) = self.nodes[at.0].parent {
            chain.push(parent);
            at = parent;
        }
        chain.reverse();
        chain
    }

    /// The node of a path, with or without ranges of iterations.
    pub fn find(&self, path: &str) -> Option<NodeId> {
        let paths = self.by_path.get_or_init(|| {
            let mut paths = FxHashMap::default();
            for id in (0..self.nodes.len()).map(NodeId) {
                paths.entry(self.path(id)).or_insert(id);
            }
            paths
        });
        let shown = || (0..self.nodes.len()).map(NodeId).find(|id| self.shown_path(*id) == path);
        paths.get(path).copied().or_else(|| if self.classes.is_empty() { None } else { shown() })
    }

    /// Paths of parts that an unknown path may mean: those that end with it, by whole segments (`mlp` for
    /// `decoder.layer.mlp`), else by words of one (`attn` for `decoder.layer.self_attn`), else by the layers called
    /// (`decoder.layer.LlamaAttention`, `decoder.layer.attention`).
    pub fn abbreviated(&self, path: &str) -> Vec<String> {
        let ending = |signs: &[char]| -> Vec<String> {
            let mut paths: Vec<String> = Vec::new();
            for known in self.paths() {
                let before = known.strip_suffix(path).filter(|_| !path.is_empty());
                if before.is_some_and(|before| before.ends_with(signs)) && !paths.contains(&known) {
                    paths.push(known);
                }
            }
            paths
        };
        [ending(&['.']), ending(&['_'])]
            .into_iter()
            .find(|paths| !paths.is_empty())
            .unwrap_or_else(|| self.called(path))
    }

    /// Paths whose last segments are those of a path, or call a layer that is named so there.
    fn called(&self, path: &str) -> Vec<String> {
        let wanted: Vec<&str> = path.split('.').collect();
        let mut paths: Vec<String> = Vec::new();
        for id in (1..self.nodes.len()).map(NodeId) {
            let chain = self.ancestors(id);
            let Some(last) = chain[1..].len().checked_sub(wanted.len()) else { continue };
            let mut pairs = chain[1 + last..].iter().zip(&wanted);
            let is_meant = pairs.all(|(id, wanted)| {
                let node = &self.nodes[id.0];
                *node.segment == **wanted || node.layers.iter().any(|layer| is_called(layer, wanted))
            });
            let known = self.path(id);
            if is_meant && !paths.contains(&known) {
                paths.push(known);
            }
        }
        paths
    }

    /// All paths, for suggestions.
    pub fn paths(&self) -> Vec<String> {
        (1..self.nodes.len()).map(|at| self.path(NodeId(at))).collect()
    }
}

/// Whether a layer has a name, or one whose last words are that: `LlamaAttention` is an `attention`.
fn is_called(layer: &str, name: &str) -> bool {
    if layer == name {
        return true;
    }
    // `DeepseekV2MLP` is of the words deepseek, v2 and mlp.
    let mut words = String::with_capacity(layer.len() + 4);
    let characters: Vec<char> = layer.chars().collect();
    for (place, character) in characters.iter().enumerate() {
        let before = place.checked_sub(1).map(|place| characters[place]);
        let ends_word = |before: char| !before.is_uppercase() && before != '_';
        let begins_word = characters.get(place + 1).is_some_and(|next| next.is_lowercase());
        if character.is_uppercase() && before.is_some_and(|before| ends_word(before) || begins_word) {
            words.push('_');
        }
        words.extend(character.to_lowercase());
    }
    words == name || words.strip_suffix(name).is_some_and(|before| before.ends_with('_') && !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn layers_are_found_by_their_last_words() {
        for (layer, name) in [
            ("LlamaAttention", "LlamaAttention"),
            ("LlamaAttention", "attention"),
            ("LlamaAttention", "llama_attention"),
            ("DeepseekV2MLP", "mlp"),
            ("DeepseekV2RMSNorm", "rms_norm"),
            ("MLPBlock", "mlp_block"),
            ("rms_norm", "norm"),
        ] {
            assert!(is_called(layer, name), "{layer} {name}");
        }
        for (layer, name) in [("LlamaAttention", "tion"), ("MLPBlock", "mlp"), ("LMHead", "")] {
            assert!(!is_called(layer, name), "{layer} {name}");
        }
    }
}
