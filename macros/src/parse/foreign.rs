//! Habits of Python that are no Rust, read as what was meant: its comments, and Pyro's way to draw a site.

use proc_macro2::{Delimiter, TokenTree};
use syn::{Ident, Token, ext::IdentExt, parse::ParseStream, token::Bracket};

use super::tokens::{is_mark, is_word};
use crate::errors::Errors;

/// Skips a comment that begins with `#`, after a report, to where `goes_on` says that the program does. What is commented is
/// in words, so its end is not known for certain.
pub fn comment(
    input: ParseStream,
    errors: &mut Errors,
    goes_on: impl Fn(ParseStream) -> bool,
) -> syn::Result<()> {
    while input.peek(Token![#]) && !input.peek2(Bracket) && !input.peek2(Token![!]) {
        errors.push_comment(input.parse::<Token![#]>()?.span);
        while !input.is_empty() && !input.peek(Token![#]) && !goes_on(input) {
            input.parse::<TokenTree>()?;
        }
    }
    Ok(())
}

/// Whether the next tokens begin a field: `name: Module`.
pub fn is_field(input: ParseStream) -> bool {
    let named = |input: ParseStream| {
        input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::])
    };
    input.peek(Token![pub]) || named(input)
}

/// A site that is drawn by a call, as Pyro does.
pub struct SampleCalled {
    pub keyword: Ident,
    /// The name of the site: that of the `let`, or the string.
    pub name: Option<Ident>,
    pub distribution: Vec<TokenTree>,
}

/// `let z = pyro.sample("z", …)`, with or without the `let` and the package.
pub fn sample_called(words: &[TokenTree]) -> Option<SampleCalled> {
    let (bound, call) = match words {
        [keyword, TokenTree::Ident(name), equals, call @ ..]
            if is_word(keyword, "let") && is_mark(equals, '=') =>
        {
            (Some(name.clone()), call)
        }
        _ => (None, words),
    };
    let call = match call {
        [TokenTree::Ident(_), dot, call @ ..] if is_mark(dot, '.') => call,
        _ => call,
    };
    let [TokenTree::Ident(keyword), TokenTree::Group(inside)] = call else {
        return None;
    };
    if keyword != "sample" || inside.delimiter() != Delimiter::Parenthesis {
        return None;
    }
    let inside: Vec<TokenTree> = inside.stream().into_iter().collect();
    let mut arguments = inside.split(|token| is_mark(token, ','));
    let given = match arguments.next()? {
        [TokenTree::Literal(name)] => name.to_string(),
        _ => return None,
    };
    let name = syn::parse_str::<Ident>(given.trim_matches('"'));
    let name = name.map(|name| Ident::new(&name.to_string(), keyword.span()));
    Some(SampleCalled {
        keyword: keyword.clone(),
        name: bound.or(name.ok()),
        distribution: arguments.next().unwrap_or_default().to_vec(),
    })
}
