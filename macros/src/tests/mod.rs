//! Tests of the compiler as a whole, on token streams. Their families are invented: the macro knows none.

mod diagnostics;
mod expansion;
mod robustness;

use proc_macro2::TokenStream;

use crate::{analyse, check, diagnostics::Warning, errors::Errors, parse, plan::Plan};

/// Source text as tokens.
pub fn tokens(source: &str) -> TokenStream {
    source
        .parse()
        .expect("the test's source consists of tokens")
}

/// The sentences of all errors.
pub fn mistakes(source: &str) -> Vec<String> {
    let mut errors = Errors::default();
    if let Some(model) = parse::model(tokens(source), &mut errors) {
        analyse(&model, &mut errors);
    }
    errors.sentences()
}

/// The sentences of all warnings of a model without errors.
pub fn warnings(source: &str) -> Vec<String> {
    sound(source, |_, graph| {
        let sentence = |warning: &Warning| {
            let message = warning.message.to_string();
            message.lines().next().unwrap_or_default().to_owned()
        };
        check::warnings(graph).iter().map(sentence).collect()
    })
}

/// The plan of every inference model, as it is shown.
pub fn plans(source: &str) -> Vec<String> {
    sound(source, |plan, _| {
        plan.inferences.iter().map(ToString::to_string).collect()
    })
}

fn sound<T>(source: &str, then: impl FnOnce(&Plan, &crate::graph::Graph) -> T) -> T {
    let mut errors = Errors::default();
    let model = parse::model(tokens(source), &mut errors).expect("a struct");
    let graph = analyse(&model, &mut errors);
    assert_eq!(errors.sentences(), [""; 0], "in {source}");
    let graph = graph.expect("a generative model");
    let plan = Plan::of(&graph).expect("a sound graph has a plan");
    then(&plan, &graph)
}
