//! Small questions about tokens.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

/// Whether the token is the word `word`.
pub fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether the token is the character `mark`.
pub fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// The token as a name: an identifier that is no keyword.
pub fn as_name(token: &TokenTree) -> Option<Ident> {
    syn::parse2(TokenStream::from(token.clone())).ok()
}

/// The token as a bracketed group.
pub fn as_brackets(token: &TokenTree) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group),
        _ => None,
    }
}

/// Where the first `=` stands that is not a part of `==`, `=>`, `<=` and the like.
pub fn single_equals(tokens: &[TokenTree]) -> Option<usize> {
    let joint = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
    (0..tokens.len()).find(|&at| {
        is_mark(&tokens[at], '=')
            && !(at > 0 && joint(&tokens[at - 1]))
            && !(joint(&tokens[at])
                && tokens
                    .get(at + 1)
                    .is_some_and(|next| is_mark(next, '=') || is_mark(next, '>')))
    })
}

/// A slice of tokens as a stream.
pub fn stream(tokens: &[TokenTree]) -> TokenStream {
    tokens.iter().cloned().collect()
}
