//! The text of messages that constants panic with.

use super::UNKNOWN;

/// Text that is written when compiling.
pub(super) struct Text {
    bytes: [u8; 256],
    length: usize,
}

impl Text {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; 256],
            length: 0,
        }
    }

    /// Text that is longer than the room is cut off.
    const fn byte(mut self, byte: u8) -> Self {
        if self.length < self.bytes.len() {
            self.bytes[self.length] = byte;
            self.length += 1;
        }
        self
    }

    pub(super) const fn text(mut self, text: &str) -> Self {
        let (text, mut at) = (text.as_bytes(), 0);
        while at < text.len() {
            self = self.byte(text[at]);
            at += 1;
        }
        self
    }

    pub(super) const fn number(self, number: usize) -> Self {
        if number == UNKNOWN {
            return self.text("…");
        }
        let shorter = if number < 10 {
            self
        } else {
            self.number(number / 10)
        };
        shorter.byte(b'0' + (number % 10) as u8)
    }

    /// `1, 28, 28`
    pub(super) const fn numbers(self, [channels, height, width]: [usize; 3]) -> Self {
        let channels = self.number(channels).text(", ");
        channels.number(height).text(", ").number(width)
    }

    /// `[1, 28, 28]`
    pub(super) const fn sizes(self, sizes: [usize; 3]) -> Self {
        self.text("[").numbers(sizes).text("]")
    }

    /// `Linear<4, 8>`
    pub(super) const fn layer(self, name: &str, takes: usize, gives: usize) -> Self {
        let opened = self.text(name).text("<").number(takes).text(", ");
        opened.number(gives).text(">")
    }

    pub(super) const fn shown(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "this network does not fit what it is given",
        }
    }
}
