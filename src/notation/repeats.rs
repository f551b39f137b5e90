//! Terms of a long text that occur in it again, word for word: what has been made of one need not be made twice.
//!
//! Generated models repeat their layers. After a term there mostly follows the term that followed it last time, so
//! that one comparison of texts finds most repetitions.

use std::ops::Range;

use rustc_hash::FxHashMap;

/// Most terms that are remembered.
const TERMS: usize = 4096;
/// After so many terms it is decided whether looking for repetitions pays.
const TRIED: usize = 2048;

/// Terms met, and which followed which.
#[derive(Default)]
pub(super) struct Repeats<'a> {
    terms: Vec<&'a str>,
    /// The term that followed each last time.
    next: Vec<Option<usize>>,
    by_text: FxHashMap<&'a str, usize>,
    last: Option<usize>,
    /// How many terms were looked up, and how many of them found.
    looked_up: usize,
    found: usize,
}

impl<'a> Repeats<'a> {
    /// The term that begins at a place, where it is the one expected there, and its place.
    pub(super) fn expected(&self, text: &'a str, at: usize) -> Option<(usize, Range<usize>)> {
        let expected = self.next[self.last?]?;
        let end = at + self.terms[expected].len();
        let same = text.as_bytes().get(at..end)? == self.terms[expected].as_bytes();
        let ends = text.as_bytes().get(end).is_none_or(|next| matches!(next, b'+' | b'-'));
        (same && ends).then_some((expected, at..end))
    }

    /// The term of that text, where it is known; otherwise whether to remember it.
    pub(super) fn find(&mut self, term: &'a str) -> Result<usize, bool> {
        if self.looked_up > TRIED && 8 * self.found < self.looked_up {
            return Err(false);
        }
        self.looked_up += 1;
        match self.by_text.get(term) {
            Some(&known) => {
                self.found += 1;
                self.took(known);
                Ok(known)
            }
            None => Err(self.terms.len() < TERMS),
        }
    }

    /// Remembers a term that was not known; terms are numbered in this order.
    pub(super) fn remember(&mut self, term: &'a str) {
        let number = self.terms.len();
        self.terms.push(term);
        self.next.push(None);
        self.by_text.insert(term, number);
        self.took(number);
    }

    /// A known term has been taken.
    pub(super) fn took(&mut self, term: usize) {
        if let Some(last) = self.last {
            self.next[last] = Some(term);
        }
        self.last = Some(term);
    }

    /// A term that is not known has been taken.
    pub(super) fn took_other(&mut self) {
        self.last = None;
    }
}
