//! Text being printed: bytes, so that short pieces are copied without asking where characters begin, and a fixed number
//! of bytes at a time, which is a few instructions where a copy of any length is a call. Knows nothing of formulas.

/// How many bytes are copied at once: more than most names have.
const AT_ONCE: usize = 32;

/// Text that grows at its end.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    /// Where what others write is written first.
    aside: String,
}

impl Output {
    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Appends an ASCII character.
    #[inline]
    pub(super) fn push(&mut self, ascii: u8) {
        self.bytes.push(ascii);
    }

    /// Appends a text.
    #[inline]
    pub(super) fn push_str(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Appends what is written into an empty text.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut String)) {
        self.aside.clear();
        write(&mut self.aside);
        self.bytes.extend_from_slice(self.aside.as_bytes());
    }

    /// Appends a number in digits, without the machinery of formatting.
    #[inline]
    pub(super) fn push_digits(&mut self, value: u64) {
        if value >= 10 {
            self.push_digits(value / 10);
        }
        self.bytes.push(b'0' + (value % 10) as u8);
    }

    /// Appends so many bytes of another text from a place on. What follows them there is copied too, and taken off again.
    #[inline]
    pub(super) fn push_part(&mut self, from: &str, start: usize, length: usize) {
        let rest = &from.as_bytes()[start..];
        match rest.first_chunk::<AT_ONCE>() {
            Some(chunk) if length <= AT_ONCE => {
                let end = self.bytes.len() + length;
                self.bytes.extend_from_slice(chunk);
                self.bytes.truncate(end);
            }
            _ => self.bytes.extend_from_slice(&rest[..length]),
        }
    }

    /// The text; `None` where it is not one.
    pub(super) fn into_string(self) -> Option<String> {
        String::from_utf8(self.bytes).ok()
    }
}
