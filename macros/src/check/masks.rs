//! Rules about the masks of data that are observed in part.

use proc_macro2::TokenTree;
use syn::{
    Error, Expr, ExprCall, Ident, Item,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::{
    diagnostics,
    errors::Errors,
    graph::{Body, Graph, Read, expressions},
    scope, suggest,
};

/// `observed(x)` is the mask of an argument of the program: what a program draws has none.
pub fn masks_are_of_inputs(graph: &Graph, errors: &mut Errors) {
    for body in graph.bodies() {
        for node in &body.nodes {
            if !node.reads.iter().any(Read::asks_for_mask) {
                continue;
            }
            let mut masks = Masks {
                graph,
                body,
                errors: Vec::new(),
                drawn: Vec::new(),
            };
            for expr in expressions(&node.statement) {
                masks.visit_expr(expr);
            }
            errors.extend(masks.errors);
            // That they may be read too early is the same slip.
            for name in masks.drawn {
                errors.mark_unclear([TokenTree::Ident(name)]);
            }
        }
    }
}

struct Masks<'g> {
    graph: &'g Graph<'g>,
    body: &'g Body<'g>,
    errors: Vec<Error>,
    drawn: Vec<Ident>,
}

impl Masks<'_> {
    /// What is wrong with the arguments of `observed`, if anything is.
    fn mistake(&mut self, word: &Ident, call: &ExprCall) -> Option<Error> {
        let program = self.body.program;
        let inputs = || program.arguments.iter().map(|argument| &argument.name);
        let given = match call.args.len() {
            1 => call.args.first()?,
            0 => {
                return Some(diagnostics::mask_of_expression(
                    word.span(),
                    inputs().next(),
                ));
            }
            _ => {
                let at = call.args[1].span();
                return Some(diagnostics::mask_of_expression(at, inputs().next()));
            }
        };
        // `observed(x[t])` is the mask of a step.
        let whole = match given {
            Expr::Index(index) => &index.expr,
            given => given,
        };
        let Some(name) = scope::variable(whole) else {
            return Some(diagnostics::mask_of_expression(
                given.span(),
                inputs().next(),
            ));
        };
        if program.argument(name).is_some() {
            return None;
        }
        if program.sites().any(|site| site.name == *name) {
            self.drawn.push(name.clone());
            return Some(diagnostics::mask_of_draw(
                name,
                &program.name,
                inputs().next(),
            ));
        }
        // A name of the model that the program lacks is reported where it is read.
        if self.graph.names().any(|known| known == name) {
            return None;
        }
        Some(diagnostics::mask_of_unknown(
            name,
            &program.name,
            suggest::nearest(name, inputs()),
            inputs().next(),
        ))
    }
}

impl Visit<'_> for Masks<'_> {
    fn visit_expr_call(&mut self, call: &ExprCall) {
        if let Some(word) = scope::variable(&call.func).filter(|word| *word == "observed") {
            let mistake = self.mistake(word, call);
            self.errors.extend(mistake);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_item(&mut self, _: &Item) {}
}
