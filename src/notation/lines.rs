//! Where long formulas in two dimensions go to a new line.

use super::layout::Mark;

/// Width of a line, in half letters: about what a page of prose has room for.
pub(super) const LIMIT: u32 = 150;

/// What a line that begins at a break begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BreakKind {
    /// The sign of a term.
    Term,
    /// A further relation.
    Relation,
}

/// A place where a line may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Break {
    /// Where, in the printer's own count.
    pub(super) at: usize,
    /// Width of everything before.
    pub(super) width: u32,
    /// How many parentheses are open.
    pub(super) depth: u32,
    pub(super) kind: BreakKind,
}

/// The breaks to take, first to last, so that lines fit where they can; the outermost of those that fill a line well
/// is preferred, and all further relations begin a line once anything is broken.
pub(super) fn choose(breaks: &[Break], width: u32) -> Vec<Break> {
    let mut chosen: Vec<Break> = Vec::new();
    if width <= LIMIT {
        return chosen;
    }
    let mut start = 0;
    // First break after the last one taken.
    let mut open = 0;
    let mut take = |place: usize, start: &mut u32, open: &mut usize| {
        *start = breaks[place].width;
        *open = place + 1;
        chosen.push(breaks[place]);
    };
    for place in 0..=breaks.len() {
        let end = breaks.get(place).map_or(width, |next| next.width);
        while end - start > LIMIT && open < place {
            let full = |candidate: &usize| breaks[*candidate].width - start > LIMIT / 3;
            let best = (open..place)
                .filter(full)
                .min_by_key(|candidate| (breaks[*candidate].depth, place - candidate));
            let best = best.unwrap_or(place - 1);
            take(best, &mut start, &mut open);
        }
        if breaks.get(place).is_some_and(|next| next.kind == BreakKind::Relation) {
            take(place, &mut start, &mut open);
        }
    }
    chosen
}

/// How wide what has been printed is, in half letters, and where it may be broken.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) breaks: Vec<Break>,
    /// Width on the lines, where a minus sign that nothing precedes has none.
    pub(super) width: u32,
    relations: u32,
    /// Where the mark lies by which lines are aligned.
    aligned_at: usize,
}

impl Measured {
    pub(super) fn widen(&mut self, by: u32) {
        self.width = self.width.saturating_add(by);
    }

    /// A mark is about to be printed at a place, in so many parentheses within which lines may break.
    pub(super) fn mark(&mut self, mark: Mark, at: usize, depth: u32) {
        let kind = match mark {
            Mark::Plus | Mark::Minus => Some(BreakKind::Term),
            Mark::Relation(_) => {
                self.relations += 1;
                if self.relations == 1 {
                    // After the space that the relation begins with.
                    self.aligned_at = at + 1;
                }
                (self.relations > 1).then_some(BreakKind::Relation)
            }
            _ => None,
        };
        self.breaks.extend(kind.map(|kind| Break { at, width: self.width, depth, kind }));
        self.widen(mark.width());
    }

    /// The lines of the text that was printed, broken where that is best, each with `&` where it is aligned: the first
    /// one at its first relation, the others where they begin.
    pub(super) fn lines(&self, text: &str) -> Vec<String> {
        let chosen = choose(&self.breaks, self.width);
        let mut lines = Vec::with_capacity(chosen.len() + 1);
        let mut start = 0;
        let mut prefix = "";
        for end in chosen.iter().map(Some).chain([None]) {
            let at = end.map_or(text.len(), |end| end.at);
            let mut line = prefix.to_owned();
            let text = &text[start..at];
            if start == 0 {
                line.push_str(text[..self.aligned_at].trim_start());
                line.push('&');
                line.push_str(&text[self.aligned_at..]);
            } else {
                line.push_str(text.trim_start());
            }
            line.truncate(line.trim_end().len());
            lines.push(line);
            start = at;
            prefix = match end.map(|end| end.kind) {
                Some(BreakKind::Relation) => "&",
                _ => "&\\quad ",
            };
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_and_outer_breaks_preferred() {
        let at = |width, depth| Break { at: 0, width, depth, kind: BreakKind::Term };
        assert_eq!(choose(&[at(50, 0), at(100, 0)], LIMIT), []);
        assert_eq!(choose(&[at(60, 0), at(140, 0), at(200, 0)], 260), [at(140, 0)]);
        assert_eq!(choose(&[at(100, 0), at(140, 1), at(200, 0)], 240), [at(100, 0)]);
        assert_eq!(choose(&[at(10, 0), at(140, 1), at(200, 0)], 240), [at(140, 1)]);
        assert_eq!(choose(&[at(900, 0)], 1000), [at(900, 0)]);
    }
}
