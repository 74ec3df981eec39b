//! Tests of the compiler as a whole, on token streams. Their families are invented: the macro knows none.

mod diagnostics;
mod expansion;
mod robustness;

use proc_macro2::TokenStream;

use quote::ToTokens;

use crate::{
    analyse, check,
    diagnostics::{Condition, Warning},
    errors::Errors,
    parse,
    plan::{Call, Given, Plan},
};

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

/// The sentences of all warnings of a model without errors, whatever its types are.
pub fn warnings(source: &str) -> Vec<String> {
    sound(source, |_, graph| {
        let all = check::warnings(graph);
        let certain = all.iter().filter(|warning| warning.condition.is_none());
        certain.map(sentence).collect()
    })
}

/// The sentences of the warnings that types decide, each with what they must say.
pub fn warnings_by_type(source: &str) -> Vec<String> {
    sound(source, |_, graph| {
        let all = check::warnings(graph);
        let shown = all.iter().filter_map(|warning| {
            let Condition { layer, range } = warning.condition.as_ref()?;
            let layer = layer.to_token_stream();
            Some(format!("{}, if {layer} gives {range:?}", sentence(warning)))
        });
        shown.collect()
    })
}

fn sentence(warning: &Warning) -> String {
    let message = warning.message.to_string();
    message.lines().next().unwrap_or_default().to_owned()
}

/// The plan of every inference model, as it is shown.
pub fn plans(source: &str) -> Vec<String> {
    sound(source, |plan, _| {
        plan.inferences.iter().map(ToString::to_string).collect()
    })
}

/// The calls of networks that types judge beforehand: `f(z: [2])`, and `f(2)` of two arguments.
pub fn calls(source: &str) -> Vec<String> {
    let shown = |Call { network, given }: &Call| match given {
        Given::Arguments(given) => format!("{network}({given})"),
        Given::Variable(input, None) => format!("{network}({input})"),
        Given::Variable(input, Some(dims)) => {
            let axes = dims.axes.iter().map(ToTokens::to_token_stream);
            let axes: Vec<String> = axes.map(|axis| axis.to_string()).collect();
            format!("{network}({input}: [{}])", axes.join(", "))
        }
    };
    sound(source, |plan, _| plan.calls.iter().map(shown).collect())
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
