//! Numbers that are squashed into [0, 1] where a family wants them unbounded, or the other way round: both train, badly, and
//! in silence.

use syn::{
    Expr, ExprCall, Ident, Local, Pat, Path, PathSegment, Type,
    visit::{self, Visit},
};

use crate::{
    ast::{Field, bare},
    diagnostics::{self, Warning},
    graph::{Body, Graph, Resolved, expressions},
    scope,
};

/// `…::logits(…)` takes no squashed numbers, and `…::probs(…)` none of any size. What a network gives is a fact of its last
/// layer's type: of each network there is a warning that depends on it.
pub fn activations_fit(graph: &Graph) -> Vec<Warning> {
    let mut found = Vec::new();
    for body in graph.bodies() {
        for (at, node) in body.nodes.iter().enumerate() {
            let mut parameters = Parameters {
                graph,
                body,
                at,
                found: Vec::new(),
            };
            for expr in expressions(&node.statement) {
                parameters.visit_expr(expr);
            }
            found.extend(parameters.found);
        }
    }
    found
}

/// The warnings of one statement, the one at this place in its body.
struct Parameters<'g> {
    graph: &'g Graph<'g>,
    body: &'g Body<'g>,
    at: usize,
    found: Vec<Warning>,
}

/// The last function or network that computed a number.
enum Last<'g> {
    /// A function or a method, at its name.
    Function(&'g Ident),
    /// A network of the struct, at its name in the call.
    Network(&'g Ident, &'g Field),
}

impl<'g> Parameters<'g> {
    fn check(&mut self, call: &'g ExprCall) -> Option<()> {
        let (family, constructor) = constructor(&call.func)?;
        let last = self.last(call.args.first()?, self.at)?;
        let warning = match (constructor.to_string().as_str(), last) {
            ("logits", Last::Function(name)) if squashes(name) => {
                diagnostics::logits_of_squashed(name, &family)
            }
            ("logits", Last::Network(at, field)) => {
                let (layer, name) = last_layer(&field.spec)?;
                diagnostics::logits_of_network(at, layer, name, &family)
            }
            ("probs", Last::Network(at, field)) => {
                let (layer, name) = last_layer(&field.spec)?;
                diagnostics::probs_of_network(at, layer, name, &family)
            }
            _ => return None,
        };
        self.found.push(warning);
        Some(())
    }

    /// The last function or network that computed an expression of the statement at `at`. A variable's `let` is followed once.
    fn last(&self, expr: &'g Expr, at: usize) -> Option<Last<'g>> {
        match bare_expr(expr) {
            Expr::MethodCall(call) => Some(Last::Function(&call.method)),
            Expr::Call(call) => {
                let Expr::Path(path) = bare_expr(&call.func) else {
                    return None;
                };
                let name = &path.path.segments.last()?.ident;
                let field = path
                    .path
                    .get_ident()
                    .and_then(|name| self.graph.field(name));
                Some(match field {
                    Some(field) => Last::Network(name, field),
                    None => Last::Function(name),
                })
            }
            Expr::Path(path) if at == self.at => {
                let (at, local) = self.bound(path.path.get_ident()?)?;
                self.last(&local.init.as_ref()?.expr, at)
            }
            _ => None,
        }
    }

    /// The latest `let` of a name above, if it binds nothing else.
    fn bound(&self, name: &Ident) -> Option<(usize, &'g Local)> {
        let above = self.body.nodes[..self.at].iter().enumerate().rev();
        let mut locals = above.filter_map(|(at, node)| match node.statement {
            Resolved::Let(local) => Some((at, local)),
            Resolved::Site(_) | Resolved::Assign(_) => None,
        });
        let latest = locals.find(|(_, local)| scope::bound_by(&local.pat).contains(name));
        latest.filter(|(_, local)| matches!(scope::untyped(&local.pat), Pat::Ident(_)))
    }
}

impl<'g> Visit<'g> for Parameters<'g> {
    fn visit_expr_call(&mut self, call: &'g ExprCall) {
        self.check(call);
        visit::visit_expr_call(self, call);
    }
}

/// `Family` and `logits` of `family::Family::logits`.
fn constructor(function: &Expr) -> Option<(String, &Ident)> {
    let Expr::Path(path) = bare_expr(function) else {
        return None;
    };
    let Path { segments, .. } = &path.path;
    let mut last = segments.iter().rev();
    let (PathSegment { ident, .. }, family) = (last.next()?, last.next()?);
    Some((family.ident.to_string(), ident))
}

fn squashes(name: &Ident) -> bool {
    ["sigmoid", "softmax"]
        .iter()
        .any(|squashing| name == squashing)
}

/// The layer that a network ends in, and its name.
fn last_layer(spec: &Type) -> Option<(&Type, &Ident)> {
    match bare(spec) {
        Type::Tuple(row) => last_layer(row.elems.last()?),
        layer @ Type::Path(path) => Some((layer, &path.path.segments.last()?.ident)),
        _ => None,
    }
}

/// Without parentheses and invisible groups, and without `.clone()`.
fn bare_expr(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => bare_expr(&inner.expr),
        Expr::Group(inner) => bare_expr(&inner.expr),
        Expr::MethodCall(call) if call.method == "clone" => bare_expr(&call.receiver),
        _ => expr,
    }
}
