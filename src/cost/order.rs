//! Nodes of a tree in order, depth first: what is below a node is a range. Made once a tree.

use std::ops::Range;

use super::tree::{CostTree, Node, NodeId};

/// All nodes, depth first: those below a node stand right behind it.
#[derive(Debug)]
pub(super) struct Order {
    nodes: Vec<NodeId>,
    /// Where each node stands with everything below it.
    of: Vec<Range<usize>>,
}

impl Order {
    fn of(nodes: &[Node]) -> Order {
        let mut order = Order { nodes: Vec::with_capacity(nodes.len()), of: vec![0..0; nodes.len()] };
        let mut open = vec![NodeId(0)];
        while let Some(next) = open.pop() {
            let place = order.nodes.len();
            order.nodes.push(next);
            order.of[next.0] = place..place + 1;
            open.extend(nodes[next.0].children.iter().rev());
        }
        // What is below a node ends where that of its last child does.
        for next in order.nodes.iter().rev() {
            if let Some(last) = nodes[next.0].children.last() {
                order.of[next.0].end = order.of[last.0].end;
            }
        }
        order
    }
}

impl CostTree<'_> {
    /// A node and everything below it, depth first.
    pub fn in_order(&self, id: NodeId) -> impl DoubleEndedIterator<Item = NodeId> + '_ {
        let order = self.order.get_or_init(|| Order::of(&self.nodes));
        order.nodes[order.of[id.0].clone()].iter().copied()
    }
}
