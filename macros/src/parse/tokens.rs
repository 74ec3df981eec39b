//! Small questions about tokens.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};

/// Whether the token is the word `word`.
pub fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether the token is the character `mark`.
pub fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Where the character `mark` stands first, at whatever depth.
pub fn find_mark(tokens: TokenStream, mark: char) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => find_mark(group.stream(), mark),
        token => is_mark(&token, mark).then(|| token.span()),
    })
}

/// The token as a name: an identifier that is no keyword.
pub fn as_name(token: &TokenTree) -> Option<Ident> {
    syn::parse2(TokenStream::from(token.clone())).ok()
}

/// The token as a word of Rust's that can name nothing, such as `type`.
pub fn as_keyword(token: &TokenTree) -> Option<&Ident> {
    match token {
        TokenTree::Ident(word) if word != "_" && as_name(token).is_none() => Some(word),
        _ => None,
    }
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

/// Whether the second and the third token are one of `+=`, `-=`, `*=` and `/=`.
pub fn is_operator_before_equals(tokens: &[TokenTree]) -> bool {
    let [_, operator, equals, ..] = tokens else {
        return false;
    };
    ['+', '-', '*', '/']
        .iter()
        .any(|mark| is_mark(operator, *mark))
        && is_mark(equals, '=')
}

/// The tokens with every name as Rust compares it: `r#z` is the name `z`, but `r#type` stays, for `type` is none. Then names
/// that are equal to Rust are equal to every later step.
pub fn unraw(tokens: TokenStream) -> TokenStream {
    tokens.into_iter().map(unraw_token).collect()
}

fn unraw_token(token: TokenTree) -> TokenTree {
    match token {
        TokenTree::Ident(name) => TokenTree::Ident(unraw_name(name)),
        TokenTree::Group(group) if has_raw(&group) => {
            let mut unrawed = Group::new(group.delimiter(), unraw(group.stream()));
            unrawed.set_span(group.span());
            TokenTree::Group(unrawed)
        }
        token => token,
    }
}

fn unraw_name(name: Ident) -> Ident {
    let written = name.to_string();
    let Some(plain) = written.strip_prefix("r#") else {
        return name;
    };
    // syn lets `gen` through, a keyword since the edition of 2024.
    let is_keyword = plain == "gen" || syn::parse_str::<Ident>(plain).is_err();
    if is_keyword {
        name
    } else {
        Ident::new(plain, name.span())
    }
}

/// Whether a group holds a raw name: any other keeps the spans of its own delimiters.
fn has_raw(group: &Group) -> bool {
    group.stream().into_iter().any(|token| match token {
        TokenTree::Ident(name) => name.to_string().starts_with("r#"),
        TokenTree::Group(group) => has_raw(&group),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// A slice of tokens as a stream.
pub fn stream(tokens: &[TokenTree]) -> TokenStream {
    tokens.iter().cloned().collect()
}
