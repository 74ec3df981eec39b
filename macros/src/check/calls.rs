//! Rules about what a network or a distribution is called with.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Error, Expr, ExprAssign, ExprCall, ExprMethodCall, ExprReference, Ident, Item,
    punctuated::Punctuated,
    token::Comma,
    visit::{self, Visit},
};

use crate::{
    ast::Model,
    diagnostics,
    errors::Errors,
    graph::{Graph, Resolved, expressions},
    scope,
};

/// A network is called with the tensor itself, not with a reference.
pub fn networks_take_no_references(graph: &Graph, errors: &mut Errors) {
    let mut calls = Calls {
        graph,
        errors: Vec::new(),
    };
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        for expr in expressions(&node.statement) {
            calls.visit_expr(expr);
        }
    }
    errors.extend(calls.errors);
}

/// No argument is given by its name, `loc = 0.0`: Rust would read it as an assignment. What stands there is not read.
pub fn arguments_have_no_names(model: &Model, errors: &mut Errors) {
    let mut named = Named(Vec::new());
    for program in model.generatives.iter().chain(&model.inferences) {
        let statements = program.flat().into_iter();
        for statement in statements.filter_map(|(_, statement)| Resolved::of(statement)) {
            for expr in expressions(&statement) {
                named.visit_expr(expr);
            }
        }
    }
    for (name, arguments) in named.0 {
        errors.push(diagnostics::named_argument(&name));
        errors.mark_unclear(arguments);
    }
}

/// A family has no method of Pyro's that says which axes are an event's: all that are declared are.
pub fn families_are_not_reshaped(model: &Model, errors: &mut Errors) {
    let programs = model.generatives.iter().chain(&model.inferences);
    for site in programs.flat_map(|program| program.sites()) {
        if let Expr::MethodCall(call) = &site.distribution
            && matches!(&*call.receiver, Expr::Call(_))
            && ["to_event", "expand"]
                .iter()
                .any(|habit| call.method == habit)
        {
            errors.push(diagnostics::reshaped_family(&call.method, &site.name));
        }
    }
}

/// A family is made by a constructor. One word with a capital and small letters that is called is its name alone.
pub fn families_have_constructors(model: &Model, errors: &mut Errors) {
    let programs = model.generatives.iter().chain(&model.inferences);
    for site in programs.flat_map(|program| program.sites()) {
        if let Expr::Call(call) = &site.distribution
            && let Some(name) = scope::variable(&call.func)
            && is_of_type(&name.to_string())
            // Another check reports arguments that are given by name.
            && !call.args.iter().any(|given| matches!(given, Expr::Assign(_)))
        {
            errors.push(diagnostics::family_called(
                name,
                &call.args.to_token_stream(),
            ));
        }
    }
}

/// Whether a name is written like a type's name, `Normal`.
pub fn is_of_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// The first such name of each call, and all its arguments.
struct Named(Vec<(Ident, TokenStream)>);

impl Named {
    fn note(&mut self, arguments: &Punctuated<Expr, Comma>) {
        let name = arguments.iter().find_map(|argument| match argument {
            Expr::Assign(ExprAssign { left, .. }) => scope::variable(left),
            _ => None,
        });
        if let Some(name) = name {
            self.0.push((name.clone(), arguments.to_token_stream()));
        }
    }
}

impl Visit<'_> for Named {
    fn visit_expr_call(&mut self, call: &ExprCall) {
        self.note(&call.args);
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        self.note(&call.args);
        visit::visit_expr_method_call(self, call);
    }
}

struct Calls<'g> {
    graph: &'g Graph<'g>,
    errors: Vec<Error>,
}

impl Calls<'_> {
    /// `name` is where the network is called.
    fn network(&mut self, name: &Ident, arguments: &Punctuated<Expr, Comma>) {
        for argument in arguments {
            if let Expr::Reference(ExprReference {
                and_token, expr, ..
            }) = argument
            {
                let variable = scope::variable(expr).map(Ident::to_string);
                let shown = variable.as_deref().unwrap_or("…");
                self.errors
                    .push(diagnostics::borrowed_argument(and_token.span, name, shown));
            }
        }
    }
}

impl Visit<'_> for Calls<'_> {
    fn visit_expr_call(&mut self, call: &ExprCall) {
        let name = scope::variable(&call.func);
        let field = name.and_then(|name| self.graph.field(name));
        if let (Some(name), Some(field)) = (name, field)
            && !field.is_parameter()
        {
            self.network(name, &call.args);
        }
        visit::visit_expr_call(self, call);
    }

    /// `decoder.forward(&z)`, as layers of other libraries are called.
    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        if call.method == "forward"
            && let Some(name) = scope::variable(&call.receiver)
            && self
                .graph
                .field(name)
                .is_some_and(|field| !field.is_parameter())
        {
            self.network(name, &call.args);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_item(&mut self, _: &Item) {}
}
