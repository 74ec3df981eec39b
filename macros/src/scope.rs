//! Which names an expression reads from outside: a walk that knows what closures, `match` arms, `let`s and loops bind.
//!
//! One walk serves both to find reads (`resolve`) and to rewrite them (`expand`), so the two cannot disagree.

mod locals;
mod tensors;
mod visit;
mod walk;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Expr, ExprCall, ExprPath, Pat, PatIdent,
    visit::{self as read, Visit},
    visit_mut::VisitMut,
};

pub use tensors::{Known, keeps_shape, tensors_bound, untyped};
use walk::Walk;

/// What to do with the free names of an expression. An expression that is returned replaces the one that was read.
pub trait Reader {
    /// `place` is read by value, `name` or a field of it such as `name.0`; `repeated` in a closure or a loop.
    fn value(&mut self, name: &Ident, place: &Expr, repeated: bool) -> Option<Expr>;

    /// `name(…)` is called; the arguments have been walked already.
    fn call(&mut self, name: &Ident, call: &ExprCall) -> Option<Expr>;

    /// `name` occurs where it cannot be replaced: assigned to, borrowed mutably, or among tokens that are not Rust.
    fn fixed(&mut self, name: &Ident);

    /// A variable that a block within the expression binds to something made of tensors is read more than once, and here.
    fn local(&mut self, _name: &Ident, _place: &Expr) -> Option<Expr> {
        None
    }

    /// The step of the loop around the expression.
    fn step(&self) -> Option<&Ident> {
        None
    }

    /// `name[t]` is read, where `t` is that step.
    fn at_step(&mut self, _name: &Ident) -> Option<Expr> {
        None
    }

    /// What is known of a name that the expression does not bind itself.
    fn known(&self, _name: &Ident) -> Known {
        Known::Nothing
    }

    /// `whole` indexes a tensor, or calls a method of it.
    fn inspects(&mut self, _whole: &Expr) {}

    /// A tensor, or what was computed of one, stands where a yes or no is made of it.
    fn decides(&mut self, _name: &Ident, _how: Decision) {}
}

/// What a variable is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is read in the condition of an `if`, a `while` or a `match`.
    Branch,
    /// It stands on one side of a comparison.
    Comparison,
    /// A step of a loop is read in such a condition.
    Step,
}

/// Walks `expr`, showing every name that it does not bind itself to `reader`.
pub fn walk(expr: &mut Expr, reader: &mut dyn Reader) {
    Walk::new(reader).visit_expr_mut(expr);
}

/// The names that a pattern binds.
pub fn bound_by(pattern: &Pat) -> Vec<Ident> {
    struct Names(Vec<Ident>);
    impl Visit<'_> for Names {
        fn visit_pat_ident(&mut self, pattern: &PatIdent) {
            self.0.push(pattern.ident.clone());
            read::visit_pat_ident(self, pattern);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0
}

/// `true` if a name is anywhere among tokens.
pub fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(own) => own == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// The variable that an expression is, if it is nothing else.
pub fn variable(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(ExprPath {
            qself: None, path, ..
        }) => path.get_ident(),
        Expr::Group(group) => variable(&group.expr),
        _ => None,
    }
}

/// The variable at the root of `name` or `name.0.field`.
pub fn root(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Field(field) => root(&field.base),
        _ => variable(expr),
    }
}
