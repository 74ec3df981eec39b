//! Rules about the packages of Python, whose functions a body may call out of habit.

use quote::ToTokens;
use syn::{
    Error, Expr, ExprCall, ExprMethodCall, Ident, Item,
    punctuated::Punctuated,
    token::Comma,
    visit::{self, Visit},
};

use super::calls::is_of_type;
use crate::{
    diagnostics,
    errors::Errors,
    graph::{Graph, Node, Read, Variable, expressions},
    scope,
};

/// Names under which Python knows a package. None is a value of Rust's, for a body sees no variables from outside.
const PACKAGES: [&str; 15] = [
    "torch",
    "numpy",
    "np",
    "jax",
    "jnp",
    "pyro",
    "numpyro",
    "tensorflow",
    "tf",
    "tfp",
    "scipy",
    "nn",
    "F",
    "dist",
    "math",
];

/// Those that no module of the user's is likely to be named after.
const PATHS: [&str; 6] = ["torch", "numpy", "jax", "pyro", "numpyro", "tensorflow"];

/// A function of Python's packages, and the method of a tensor that is the same.
const METHODS: [(&str, &str); 24] = [
    ("exp", "exp"),
    ("expm1", "exp_m1"),
    ("log", "ln"),
    ("log1p", "ln_1p"),
    ("sqrt", "sqrt"),
    ("square", "square"),
    ("abs", "abs"),
    ("reciprocal", "recip"),
    ("sin", "sin"),
    ("cos", "cos"),
    ("tanh", "tanh"),
    ("sigmoid", "sigmoid"),
    ("expit", "sigmoid"),
    ("relu", "relu"),
    ("softplus", "softplus"),
    ("pow", "powf"),
    ("power", "powf"),
    ("clamp", "clamp"),
    ("clip", "clamp"),
    ("sum", "sum_last"),
    ("mean", "mean_last"),
    ("logsumexp", "log_sum_exp_last"),
    ("softmax", "softmax"),
    ("matmul", "matmul"),
];

/// The methods that take no further argument: an axis that stands there is Python's.
const ALONG_LAST_AXIS: [&str; 4] = ["sum_last", "mean_last", "log_sum_exp_last", "softmax"];

/// A body calls no function of Python's packages: a tensor's functions are its methods, and a family stands alone.
pub fn packages_are_not_called(graph: &Graph, errors: &mut Errors) {
    for node in graph.bodies().flat_map(|body| &body.nodes) {
        let mut packages = Packages {
            node,
            found: Vec::new(),
        };
        for expr in expressions(&node.statement) {
            packages.visit_expr(expr);
        }
        errors.extend(packages.found);
    }
}

/// The errors of one statement.
struct Packages<'n, 'g> {
    node: &'n Node<'g>,
    found: Vec<Error>,
}

impl Packages<'_, '_> {
    /// Whether a name is that of a Python package. A name that the model or the expression declares is not.
    fn is_package(&self, name: &Ident) -> bool {
        let is_read = |read: &Read| read.name == *name && read.of == Variable::Free;
        PACKAGES.iter().any(|package| name == package) && self.node.reads.iter().any(is_read)
    }

    fn note(&mut self, package: &Ident, function: &Ident, arguments: &Punctuated<Expr, Comma>) {
        let instead = instead(function, arguments);
        self.found
            .push(diagnostics::package_of_python(package, &instead));
    }
}

impl Visit<'_> for Packages<'_, '_> {
    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        if let Some(package) = scope::root(&call.receiver)
            && self.is_package(package)
            && (package != "F" || is_activation(&call.method, &call.args))
        {
            return self.note(package, &call.method, &call.args);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &ExprCall) {
        if let Expr::Path(function) = &*call.func
            && let (Some(first), Some(last)) = (
                function.path.segments.first(),
                function.path.segments.last(),
            )
            && function.path.segments.len() > 1
            && PATHS.iter().any(|package| first.ident == package)
        {
            return self.note(&first.ident, &last.ident, &call.args);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_item(&mut self, _: &Item) {}
}

/// Whether `F.relu(h)` calls a function of a package. A constant `F` is a number, and a number has no such method with an argument.
fn is_activation(function: &Ident, arguments: &Punctuated<Expr, Comma>) -> bool {
    const OF_TENSORS: [&str; 5] = ["relu", "sigmoid", "softmax", "softplus", "tanh"];
    !arguments.is_empty() && OF_TENSORS.iter().any(|name| function == name)
}

/// The help for a call of a package's function: the method to write instead.
fn instead(function: &Ident, arguments: &Punctuated<Expr, Comma>) -> String {
    if is_of_type(&function.to_string()) {
        return diagnostics::family_of_package(function, &arguments.to_token_stream());
    }
    let method = METHODS.iter().find(|(python, _)| function == python);
    let (Some((_, method)), Some(tensor)) = (method, arguments.first()) else {
        return diagnostics::no_function_of_package();
    };
    let tensor = match tensor {
        Expr::Path(_) | Expr::Call(_) | Expr::MethodCall(_) | Expr::Paren(_) => shown(tensor),
        _ => format!("({})", shown(tensor)),
    };
    let takes_none = ALONG_LAST_AXIS.contains(method);
    let further = arguments.iter().skip(1).filter(|_| !takes_none);
    let further: Vec<String> = further.map(shown).collect();
    diagnostics::method_of_package(&tensor, method, &further)
}

fn shown(expr: &Expr) -> String {
    diagnostics::shown(&expr.to_token_stream())
}
