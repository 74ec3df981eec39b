//! Rules about what goes into a network and what comes out, as far as it is written.

use std::collections::BTreeSet;

use syn::{
    Block, Error, Expr, ExprCall, ExprClosure, ExprIf, ExprLit, ExprMatch, GenericArgument, Ident,
    Item, Lit, LitInt, PathArguments, PathSegment, Type,
    visit::{self, Visit},
};

use crate::{
    ast::{Dims, Field, bare},
    diagnostics,
    errors::Errors,
    graph::{Body, Graph, expressions},
    scope,
};

/// What a network with several ends returns is no parameter.
pub fn ends_are_taken_apart(graph: &Graph, errors: &mut Errors) {
    for (site, _) in graph.bodies().flat_map(Body::sites) {
        let Expr::Call(call) = &site.distribution else {
            continue;
        };
        // A function of the user's may take all of them.
        if !matches!(&*call.func, Expr::Path(path) if path.path.segments.len() > 1) {
            continue;
        }
        for (name, field) in call
            .args
            .iter()
            .filter_map(|argument| called(argument, graph))
        {
            if let Some(ends) = ends(&field.spec) {
                errors.push(diagnostics::ends_as_parameter(name, ends));
            }
        }
    }
}

/// The field that an expression calls, and its name there.
fn called<'a>(expr: &'a Expr, graph: &Graph<'a>) -> Option<(&'a Ident, &'a Field)> {
    let Expr::Call(call) = expr else {
        return None;
    };
    let name = scope::variable(&call.func)?;
    Some((name, graph.field(name)?))
}

/// How many tensors a network returns, if it ends in several.
fn ends(spec: &Type) -> Option<usize> {
    let layer = match bare(spec) {
        Type::Tuple(row) => return ends(row.elems.last()?),
        Type::Path(path) => path.path.segments.last()?,
        _ => return None,
    };
    match &layer.arguments {
        PathArguments::AngleBracketed(arguments) if layer.ident == "SplitInto" => {
            match arguments.args.first() {
                Some(GenericArgument::Type(Type::Tuple(ends))) => Some(ends.elems.len()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A network that begins with a linear layer is given as many numbers as that takes, as far as both are written as numbers. Beside
/// another mistake a size may be none that was meant.
pub fn networks_fit_their_inputs(graph: &Graph, errors: &mut Errors) {
    if !errors.is_empty() {
        return;
    }
    let mut inputs = Inputs {
        graph,
        told: BTreeSet::new(),
        errors: Vec::new(),
    };
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        for expr in expressions(&node.statement) {
            inputs.visit_expr(expr);
        }
    }
    errors.extend(inputs.errors);
}

struct Inputs<'g> {
    graph: &'g Graph<'g>,
    /// The networks and inputs that an error speaks of.
    told: BTreeSet<(Ident, Ident)>,
    errors: Vec<Error>,
}

impl Inputs<'_> {
    fn check(&mut self, call: &ExprCall) -> Option<()> {
        let network = scope::variable(&call.func)?;
        let [takes, gives] = first_widths(&self.graph.field(network)?.spec)?;
        let argument = call.args.first().filter(|_| call.args.len() == 1)?;
        // Of a number that is no size rustc speaks.
        let takes = takes.filter(|takes| takes.base10_parse::<usize>().is_ok())?;
        let input = scope::variable(argument)?;
        let has = match self.graph.dims(input)? {
            Some(dims) => Some(last_axis(dims)?),
            None => None,
        };
        let fits = has.is_some_and(|has| has.base10_digits() == takes.base10_digits());
        if !fits && self.told.insert((network.clone(), input.clone())) {
            self.errors.push(diagnostics::input_of_network(
                network, takes, gives, input, has,
            ));
        }
        Some(())
    }
}

impl Visit<'_> for Inputs<'_> {
    fn visit_expr_call(&mut self, call: &ExprCall) {
        self.check(call);
        visit::visit_expr_call(self, call);
    }

    // Where names may be bound, one may stand for something else.
    fn visit_expr_closure(&mut self, _: &ExprClosure) {}
    fn visit_expr_match(&mut self, _: &ExprMatch) {}
    fn visit_expr_if(&mut self, _: &ExprIf) {}
    fn visit_block(&mut self, _: &Block) {}
    fn visit_item(&mut self, _: &Item) {}
}

/// What the first layer of a network takes and gives.
fn first_widths(spec: &Type) -> Option<[Option<&LitInt>; 2]> {
    match bare(spec) {
        Type::Tuple(row) => first_widths(row.elems.first()?),
        Type::Path(path) => {
            let layer = path.path.segments.last()?;
            widths(layer).filter(|_| layer.ident == "Linear")
        }
        _ => None,
    }
}

fn last_axis(dims: &Dims) -> Option<&LitInt> {
    match dims.axes.last()? {
        Expr::Lit(ExprLit {
            lit: Lit::Int(size),
            ..
        }) => Some(size),
        _ => None,
    }
}

/// What is written of a linear layer's widths as a number.
fn widths(layer: &PathSegment) -> Option<[Option<&LitInt>; 2]> {
    let PathArguments::AngleBracketed(arguments) = &layer.arguments else {
        return None;
    };
    let mut widths = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Const(Expr::Lit(ExprLit {
            lit: Lit::Int(width),
            ..
        })) => Some(width),
        _ => None,
    });
    Some([widths.next()?, widths.next()?])
}
