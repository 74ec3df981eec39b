//! A body's tokens, cut into statements. Groups are single tokens here, so a `;` at this level always ends a statement.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::tokens::{is_mark, is_word};
use crate::suggest;

/// The tokens of one statement, without its `;`. Never empty.
pub struct Chunk {
    pub tokens: Vec<TokenTree>,
    /// How it ends.
    pub end: End,
}

/// How a statement ends.
pub enum End {
    /// By a `;`.
    Semicolon,
    /// By a comma, which stands where the `;` belongs.
    Comma(Span),
    /// By nothing.
    Open,
}

/// Cuts at every `;`, and where a new statement plainly begins without one.
pub fn chunks(body: TokenStream) -> Vec<Chunk> {
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    let mut chunks = Vec::new();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if is_mark(token, ';') {
            close(&mut chunks, &mut open, Some(End::Semicolon));
            continue;
        }
        if begins(&tokens, at) || (ends_block(&open) && !is_word(token, "else")) {
            close(&mut chunks, &mut open, None);
        }
        open.push(token.clone());
    }
    close(&mut chunks, &mut open, None);
    chunks
}

fn close(chunks: &mut Vec<Chunk>, open: &mut Vec<TokenTree>, end: Option<End>) {
    let mut tokens = std::mem::take(open);
    let end = end.unwrap_or_else(|| {
        let comma = tokens.pop_if(|last| is_mark(last, ','));
        comma.map_or(End::Open, |comma| End::Comma(comma.span()))
    });
    if !tokens.is_empty() {
        chunks.push(Chunk { tokens, end });
    }
}

/// Whether a statement begins here although no `;` came before: at `let` outside `if let`, or at a word such as `sample`
/// that is followed by a name, which no Rust expression contains.
fn begins(tokens: &[TokenTree], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    if is_word(&tokens[at], "let") {
        return before.is_some_and(|before| {
            let condition =
                is_word(before, "if") || is_word(before, "while") || is_mark(before, '&');
            !(condition || after_attribute(tokens, at))
        });
    }
    let keyword = ["sample", "observe", "global"]
        .iter()
        .any(|word| is_word(&tokens[at], word));
    let name_follows =
        matches!(tokens.get(at + 1), Some(TokenTree::Ident(next)) if next != "as" && next != "via");
    let led_in = before.is_some_and(|before| {
        let between = is_word(&tokens[at], "global") && is_word(before, "sample");
        let leads = is_word(before, "global") || is_misspelt_global(tokens, at - 1);
        leads || between || after_attribute(tokens, at)
    });
    keyword && name_follows && !led_in
}

/// Whether a slip of `global` begins a statement here. Elsewhere such a word is an operand, after which a `;` is missing.
fn is_misspelt_global(tokens: &[TokenTree], at: usize) -> bool {
    let first = at == 0 || is_mark(&tokens[at - 1], ';') || after_attribute(tokens, at);
    first && matches!(&tokens[at], TokenTree::Ident(word) if suggest::is_near(word, "global"))
}

/// Whether `#[…]` stands directly before.
fn after_attribute(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2
        && is_mark(&tokens[at - 2], '#')
        && matches!(&tokens[at - 1], TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

/// Whether the open statement is a loop or a branch that has its body by now: those end without a `;`.
fn ends_block(open: &[TokenTree]) -> bool {
    const OPENERS: [&str; 7] = ["for", "while", "loop", "if", "match", "with", "plate"];
    let braces = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    let opens = |first: &TokenTree| OPENERS.iter().any(|word| is_word(first, word));
    open.first().is_some_and(opens) && open.last().is_some_and(braces)
}
