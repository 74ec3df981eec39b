//! What the walk through an expression remembers, and how it shows names to its reader.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{Expr, ExprBinary, ExprCall, Local, Pat, Stmt, visit_mut::VisitMut};

use super::{
    Decision, Reader, bound_by, locals,
    tensors::{Known, tensor_of},
    variable,
};

pub struct Walk<'r> {
    pub(super) reader: &'r mut dyn Reader,
    /// The names bound around the current point, innermost last.
    pub(super) bound: Vec<Bound>,
    /// How many closures and loops surround the current point.
    repeats: usize,
    /// Whether the current point is in a condition.
    decides: bool,
    /// Whether something made of tensors was read.
    pub(super) tensors: bool,
}

/// A name that an expression binds itself.
pub(super) struct Bound {
    pub(super) name: Ident,
    /// Whether it is bound to something made of tensors, by a block's `let`.
    is_tensor: bool,
    /// Whether it is one itself, for certain.
    pub(super) is_surely_tensor: bool,
    /// Whether it is also read more than once.
    is_repeated: bool,
}

impl<'r> Walk<'r> {
    pub(super) fn new(reader: &'r mut dyn Reader) -> Self {
        Walk {
            reader,
            bound: Vec::new(),
            repeats: 0,
            decides: false,
            tensors: false,
        }
    }
}

impl Walk<'_> {
    /// Runs `inside`, and forgets what it has bound.
    pub(super) fn scope(&mut self, inside: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        inside(self);
        self.bound.truncate(outer);
    }

    /// A scope that may run any number of times.
    pub(super) fn repeated(&mut self, inside: impl FnOnce(&mut Self)) {
        self.repeats += 1;
        self.scope(inside);
        self.repeats -= 1;
    }

    /// Runs `inside` as a part of a condition, or as none.
    pub(super) fn deciding(&mut self, decides: bool, inside: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.decides, decides);
        inside(self);
        self.decides = outer;
    }

    pub(super) fn bind(&mut self, pattern: &Pat) {
        let bound = bound_by(pattern).into_iter().map(|name| Bound {
            name,
            is_tensor: false,
            is_surely_tensor: false,
            is_repeated: false,
        });
        self.bound.extend(bound);
    }

    pub(super) fn is_free(&self, name: &Ident) -> bool {
        self.bound.iter().all(|bound| bound.name != *name)
    }

    /// Shows a read to the reader.
    pub(super) fn read(&mut self, name: &Ident, place: &Expr) -> Option<Expr> {
        let repeated = self.repeats > 0;
        let mut bound = self.bound.iter().rev();
        let Some(bound) = bound.find(|bound| bound.name == *name) else {
            self.note_decision(name);
            let replaced = self.reader.value(name, place, repeated);
            return self.note_tensor(replaced);
        };
        self.tensors |= bound.is_tensor;
        if self.decides && bound.is_surely_tensor {
            self.reader.decides(name, Decision::Branch);
        }
        if bound.is_repeated {
            self.reader.local(name, place)
        } else {
            None
        }
    }

    /// A name that the expression does not bind itself, in a condition.
    pub(super) fn note_decision(&mut self, name: &Ident) {
        if !self.decides {
            return;
        }
        match self.reader.known(name) {
            Known::Tensor | Known::OfTensors => self.reader.decides(name, Decision::Branch),
            Known::Step => self.reader.decides(name, Decision::Step),
            Known::Module | Known::Nothing => {}
        }
    }

    /// The name of `name[t]`, where `t` is the step of the loop around, and `name` something made of tensors.
    pub(super) fn read_at_step(&self, expr: &Expr) -> Option<Ident> {
        let Expr::Index(index) = expr else {
            return None;
        };
        let (name, step) = (variable(&index.expr)?, variable(&index.index)?);
        let is_step = self.reader.step() == Some(step) && self.is_free(step);
        let has_steps = matches!(self.reader.known(name), Known::Tensor | Known::OfTensors);
        (is_step && has_steps && self.is_free(name)).then(|| name.clone())
    }

    /// The first tensor of a comparison; one in a condition has been noted as such.
    pub(super) fn note_comparison(&mut self, comparison: &ExprBinary) {
        let known = |name: &Ident| self.known(name);
        let sides = [&comparison.left, &comparison.right];
        let tensor = sides.into_iter().find_map(|side| tensor_of(side, &known));
        if let Some(name) = tensor.filter(|_| !self.decides) {
            self.reader.decides(name, Decision::Comparison);
        }
    }

    /// Shows an index into a tensor, or a method of one, to the reader.
    pub(super) fn note_inspection(&mut self, expr: &Expr) {
        let inspected = match expr {
            Expr::Index(index) => &index.expr,
            Expr::MethodCall(call) => &call.receiver,
            _ => return,
        };
        if tensor_of(inspected, &|name| self.known(name)).is_some() {
            self.reader.inspects(expr);
        }
    }

    /// What is known of a name here.
    pub(super) fn known(&self, name: &Ident) -> Known {
        match self.bound.iter().rfind(|bound| bound.name == *name) {
            Some(bound) if bound.is_surely_tensor => Known::Tensor,
            Some(_) => Known::Nothing,
            None => self.reader.known(name),
        }
    }

    /// What a reader replaces is made of tensors.
    pub(super) fn note_tensor(&mut self, replaced: Option<Expr>) -> Option<Expr> {
        self.tensors |= replaced.is_some();
        replaced
    }

    /// After a block's `let`: what it binds to tensors may be read more than once in the statements that follow.
    pub(super) fn note_local(&mut self, local: &Local, following: &[Stmt]) {
        let is_closure =
            matches!(&local.init, Some(init) if matches!(*init.expr, Expr::Closure(_)));
        if is_closure || !locals::is_plain(&local.pat) {
            return;
        }
        for name in bound_by(&local.pat) {
            let latest = self.bound.iter_mut().rev().find(|bound| bound.name == name);
            if let Some(bound) = latest {
                bound.is_tensor = true;
                bound.is_repeated = locals::times(&name, following) > 1;
            }
        }
    }

    /// What is assigned to or borrowed mutably stays as it is, but the index in `a[i]` is read.
    pub(super) fn visit_place(&mut self, place: &mut Expr) {
        match place {
            Expr::Field(field) => self.visit_place(&mut field.base),
            Expr::Paren(inner) => self.visit_place(&mut inner.expr),
            Expr::Index(index) => {
                self.visit_place(&mut index.expr);
                self.visit_expr_mut(&mut index.index);
            }
            _ => match variable(place).cloned() {
                Some(name) if self.is_free(&name) => self.fixed(&name),
                Some(_) => {}
                None => self.visit_expr_mut(place),
            },
        }
    }

    pub(super) fn visit_call(&mut self, call: &mut ExprCall) -> Option<Expr> {
        for argument in &mut call.args {
            self.visit_expr_mut(argument);
        }
        match variable(&call.func).cloned() {
            Some(name) if self.is_free(&name) => {
                self.note_decision(&name);
                let replaced = self.reader.call(&name, call);
                self.note_tensor(replaced)
            }
            Some(_) => None,
            None => {
                self.visit_expr_mut(&mut call.func);
                None
            }
        }
    }

    /// A name where it cannot be replaced.
    pub(super) fn fixed(&mut self, name: &Ident) {
        self.note_decision(name);
        self.reader.fixed(name);
    }

    /// Tokens that could be anything: every name in them may be read.
    pub(super) fn visit_tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) if self.is_free(&name) => self.fixed(&name),
                TokenTree::Group(group) => self.visit_tokens(group.stream()),
                _ => {}
            }
        }
    }
}
