//! No input makes the macro panic, and what it generates is always Rust.

use proc_macro2::{Group, TokenStream, TokenTree};

use super::tokens;
use crate::compile;

const SOUND: &str = "
    /// Docs.
    pub struct Vae<const N: usize> { encoder: (Net<N, 2>, Tanh), prior: Parameter<Rank1<2>> }
    generative p(u: [3]) {
        /// The code.
        sample z: [2] ~ Coin::logits(prior);
        let (h, g): (A, B) = if let Some(u) = u { f(z) } else { vec![z; 3] };
        sample x: [N, 3] ~ Coin::logits(h * 2.0);
    }
    inference q(x, u) {
        let h = |y| encoder(x) + y;
        sample z ~ Coin::logits(h(1.0)) via Relaxed::at(0.5);
    }";

fn assert_generates_rust(input: TokenStream) {
    let shown = input.to_string();
    let output = compile(input);
    if let Err(error) = syn::parse2::<syn::File>(output) {
        panic!("{error}, generated for {shown}");
    }
}

/// Every version of the tokens with one token left out, doubled, or replaced by `by`, at any depth.
fn broken(input: &TokenStream, by: &TokenTree) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = input.clone().into_iter().collect();
    let with = |at: usize, new: Vec<TokenTree>| {
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        before
            .iter()
            .chain(&new)
            .chain(after)
            .cloned()
            .collect::<TokenStream>()
    };
    let mut all = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        all.push(with(at, vec![]));
        all.push(with(at, vec![token.clone(), token.clone()]));
        all.push(with(at, vec![by.clone()]));
        if let TokenTree::Group(group) = token {
            for inner in broken(&group.stream(), by) {
                all.push(with(at, vec![Group::new(group.delimiter(), inner).into()]));
            }
        }
    }
    all
}

#[test]
fn survives_one_wrong_token_anywhere() {
    let sound = tokens(SOUND);
    assert_generates_rust(sound.clone());
    for by in [
        "~", "=", ";", "sample", "let", "via", "for", "3", "{}", "[]", "_", "#", "'a", "::",
        "r#type",
    ] {
        for by in tokens(by) {
            for input in broken(&sound, &by) {
                assert_generates_rust(input);
            }
        }
    }
}

#[test]
fn survives_an_end_anywhere() {
    let all: Vec<TokenTree> = tokens(SOUND).into_iter().collect();
    for end in 0..all.len() {
        assert_generates_rust(all[..end].iter().cloned().collect());
    }
}
