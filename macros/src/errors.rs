//! The collector of mistakes: every step pushes what it finds, and only an empty collector lets code generation begin.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Error, Ident};

use crate::diagnostics;

/// The mistakes found so far, in the order in which they were found.
#[derive(Default)]
pub struct Errors {
    found: Vec<Error>,
    unclear: HashSet<String>,
    nameless: bool,
    keywords: HashSet<String>,
    has_comment: bool,
}

impl Errors {
    /// Adds one mistake.
    pub fn push(&mut self, error: Error) {
        self.found.push(error);
    }

    /// Adds several mistakes.
    pub fn extend(&mut self, errors: impl IntoIterator<Item = Error>) {
        self.found.extend(errors);
    }

    /// The first mistake.
    pub fn first(&self) -> Option<&Error> {
        self.found.first()
    }

    /// Whether nothing has been found: the gate before code generation.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Marks every name in tokens that a reported slip makes unclear, so that no later rule speaks of the same slip again.
    pub fn mark_unclear(&mut self, tokens: impl IntoIterator<Item = TokenTree>) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    self.unclear.insert(name.to_string());
                }
                TokenTree::Group(group) => self.mark_unclear(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// Adds that a keyword is to name a site; once, for it is renamed everywhere.
    pub fn push_keyword(&mut self, keyword: &Ident) {
        if self.keywords.insert(keyword.to_string()) {
            self.push(diagnostics::keyword_as_name(keyword));
        }
    }

    /// Adds that a comment begins with `#`; once, for whoever writes one writes them all so.
    pub fn push_comment(&mut self, at: Span) {
        if !self.has_comment {
            self.has_comment = true;
            self.push(diagnostics::comment_of_python(at));
        }
    }

    /// Whether one of these tokens is a keyword that an error has told already.
    pub fn mentions_keyword(&self, tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(word) => self.keywords.contains(&word.to_string()),
            TokenTree::Group(group) => self.mentions_keyword(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }

    /// Marks that some site's name is not known: it could be any.
    pub fn mark_nameless(&mut self) {
        self.nameless = true;
    }

    /// Whether a slip that has been reported already makes this name unclear.
    pub fn is_unclear(&self, name: &Ident) -> bool {
        self.nameless || self.unclear.contains(&name.to_string())
    }

    /// One `compile_error!` a mistake.
    pub fn to_tokens(&self) -> TokenStream {
        self.found.iter().map(Error::to_compile_error).collect()
    }

    /// The same without the first, which the items beside the mistakes hold.
    pub fn further(&self) -> TokenStream {
        self.found
            .iter()
            .skip(1)
            .map(Error::to_compile_error)
            .collect()
    }

    /// The sentences, without their help, for tests.
    #[cfg(test)]
    pub fn sentences(&self) -> Vec<String> {
        let sentence = |error: &Error| {
            let text = error.to_string();
            text.split("\nhelp").next().unwrap_or_default().to_owned()
        };
        self.found.iter().map(sentence).collect()
    }
}
