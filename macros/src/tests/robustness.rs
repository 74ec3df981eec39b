//! No input makes the macro panic, and what it generates is always Rust.

use proc_macro2::{Group, TokenStream, TokenTree};

use super::tokens;
use crate::{compile, without_names};

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
    for output in [compile(input.clone()), without_names(input)] {
        if let Err(error) = syn::parse2::<syn::File>(output) {
            panic!("{error}, generated for {shown}");
        }
    }
}

/// Every version of the tokens in which `instead` takes the place of one token, at any depth.
fn changed(input: &TokenStream, instead: &dyn Fn(&TokenTree) -> TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = input.clone().into_iter().collect();
    let with = |at: usize, new: TokenStream| {
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        let before: TokenStream = before.iter().cloned().collect();
        let after: TokenStream = after.iter().cloned().collect();
        before
            .into_iter()
            .chain(new)
            .chain(after)
            .collect::<TokenStream>()
    };
    let mut all = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        all.push(with(at, instead(token)));
        if let TokenTree::Group(group) = token {
            for inner in changed(&group.stream(), instead) {
                let group = TokenTree::from(Group::new(group.delimiter(), inner));
                all.push(with(at, group.into()));
            }
        }
    }
    all
}

#[test]
fn survives_one_token_left_out_or_doubled() {
    let sound = tokens(SOUND);
    assert_generates_rust(sound.clone());
    let doubled = |token: &TokenTree| [token.clone(), token.clone()].into_iter().collect();
    for input in changed(&sound, &|_| TokenStream::new()) {
        assert_generates_rust(input);
    }
    for input in changed(&sound, &doubled) {
        assert_generates_rust(input);
    }
}

#[test]
fn survives_one_wrong_token_anywhere() {
    let wrong = [
        "~", "=", ";", "sample", "let", "via", "for", "3", "{}", "[]", "_", "#", "'a", "::",
        "r#type",
    ];
    for wrong in wrong.map(tokens) {
        for input in changed(&tokens(SOUND), &|_| wrong.clone()) {
            assert_generates_rust(input);
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
