//! Which names an expression reads from outside: a walk that knows what closures, `match` arms, `let`s and loops bind.
//!
//! One walk serves both to find reads (`resolve`) and to rewrite them (`expand`), so the two cannot disagree.

mod locals;
mod tensors;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Arm, Block, Expr, ExprBinary, ExprCall, ExprClosure, ExprForLoop, ExprIf, ExprLoop, ExprMatch,
    ExprMethodCall, ExprPath, ExprWhile, FieldValue, Item, Local, Macro, Member, Pat, PatIdent,
    PathArguments, Stmt, Token, Type,
    parse::Parser,
    punctuated::Punctuated,
    visit::{self, Visit},
    visit_mut::{self, VisitMut},
};

pub use tensors::{KEEPING_SHAPE, Known, tensors_bound, untyped};
use tensors::{is_comparison, tensor_of};

/// What to do with the free names of an expression. An expression that is returned replaces the one that was read.
pub trait Reader {
    /// `place` is read by value, `name` or a field of it such as `name.0`; `repeated` in a closure or a loop.
    fn value(&mut self, name: &Ident, place: &Expr, repeated: bool) -> Option<Expr>;

    /// The same, where it is the one argument of a call of `function`.
    fn argument(
        &mut self,
        _function: &Ident,
        name: &Ident,
        place: &Expr,
        repeated: bool,
    ) -> Option<Expr> {
        self.value(name, place, repeated)
    }

    /// `name(…)` is called; the arguments have been walked already.
    fn call(&mut self, name: &Ident, call: &ExprCall, repeated: bool) -> Option<Expr>;

    /// Whether `operation`, as it was written, is to be [replaced](Self::operate) when its operands have been walked; `bound`
    /// are the names that the expression binds around it.
    fn operates(&mut self, _operation: &ExprBinary, _bound: &[Bound]) -> bool {
        false
    }

    /// What an operation that is to be replaced becomes.
    fn operate(&mut self, operation: &ExprBinary) -> Expr {
        Expr::Binary(operation.clone())
    }

    /// `name` occurs where it cannot be replaced: assigned to, borrowed mutably, or among tokens that are not Rust.
    fn fixed(&mut self, name: &Ident);

    /// A variable that a block within the expression binds to something made of tensors is read more than once, and here.
    fn local(&mut self, _name: &Ident, _place: &Expr, _repeated: bool) -> Option<Expr> {
        None
    }

    /// What is known of a name that the expression does not bind itself.
    fn known(&self, _name: &Ident) -> Known {
        Known::Nothing
    }

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
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0
}

struct Walk<'r> {
    reader: &'r mut dyn Reader,
    /// The names bound around the current point, innermost last.
    bound: Vec<Bound>,
    /// How many closures and loops surround the current point.
    repeats: usize,
    /// Whether the current point is in a condition.
    decides: bool,
    /// Whether something made of tensors was read.
    tensors: bool,
}

/// A name that an expression binds itself.
pub struct Bound {
    pub name: Ident,
    /// Whether its type is known where it is read: that of a closure's parameter may not be.
    pub is_typed: bool,
    /// Whether it is bound to something made of tensors, by a block's `let`.
    pub is_tensor: bool,
    /// Whether it is one itself, for certain.
    is_surely_tensor: bool,
    /// Whether it is also read more than once.
    is_repeated: bool,
}

impl<'r> Walk<'r> {
    fn new(reader: &'r mut dyn Reader) -> Self {
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
    fn scope(&mut self, inside: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        inside(self);
        self.bound.truncate(outer);
    }

    /// A scope that may run any number of times.
    fn repeated(&mut self, inside: impl FnOnce(&mut Self)) {
        self.repeats += 1;
        self.scope(inside);
        self.repeats -= 1;
    }

    /// Runs `inside` as a part of a condition, or as none.
    fn deciding(&mut self, decides: bool, inside: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.decides, decides);
        inside(self);
        self.decides = outer;
    }

    fn bind(&mut self, pattern: &Pat) {
        self.bind_as(pattern, true);
    }

    fn bind_as(&mut self, pattern: &Pat, is_typed: bool) {
        let bound = bound_by(pattern).into_iter().map(|name| Bound {
            name,
            is_typed,
            is_tensor: false,
            is_surely_tensor: false,
            is_repeated: false,
        });
        self.bound.extend(bound);
    }

    fn is_free(&self, name: &Ident) -> bool {
        self.bound.iter().all(|bound| bound.name != *name)
    }

    /// Shows a read to the reader.
    fn read(&mut self, name: &Ident, place: &Expr) -> Option<Expr> {
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
            self.reader.local(name, place, repeated)
        } else {
            None
        }
    }

    /// A name that the expression does not bind itself, in a condition.
    fn note_decision(&mut self, name: &Ident) {
        if self.decides && matches!(self.reader.known(name), Known::Tensor | Known::OfTensors) {
            self.reader.decides(name, Decision::Branch);
        }
    }

    /// The first tensor of a comparison; one in a condition has been noted as such.
    fn note_comparison(&mut self, comparison: &ExprBinary) {
        let known = |name: &Ident| self.known(name);
        let sides = [&comparison.left, &comparison.right];
        let tensor = sides.into_iter().find_map(|side| tensor_of(side, &known));
        if let Some(name) = tensor.filter(|_| !self.decides) {
            self.reader.decides(name, Decision::Comparison);
        }
    }

    /// What is known of a name here.
    fn known(&self, name: &Ident) -> Known {
        match self.bound.iter().rfind(|bound| bound.name == *name) {
            Some(bound) if bound.is_surely_tensor => Known::Tensor,
            Some(_) => Known::Nothing,
            None => self.reader.known(name),
        }
    }

    /// What a reader replaces is made of tensors.
    fn note_tensor(&mut self, replaced: Option<Expr>) -> Option<Expr> {
        self.tensors |= replaced.is_some();
        replaced
    }

    /// After a block's `let`: what it binds to tensors may be read more than once in the statements that follow.
    fn note_local(&mut self, local: &Local, following: &[Stmt]) {
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
    fn visit_place(&mut self, place: &mut Expr) {
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

    fn visit_call(&mut self, call: &mut ExprCall) -> Option<Expr> {
        let repeated = self.repeats > 0;
        let function = variable(&call.func).cloned();
        let free = function.clone().filter(|name| self.is_free(name));
        let is_alone = call.args.len() == 1;
        for argument in &mut call.args {
            let read = root(argument).cloned().filter(|name| self.is_free(name));
            match (&free, read) {
                (Some(function), Some(name)) if is_alone => {
                    self.note_decision(&name);
                    let replaced = self.reader.argument(function, &name, argument, repeated);
                    let replaced = self.note_tensor(replaced);
                    *argument = replaced.unwrap_or_else(|| argument.clone());
                }
                _ => self.visit_expr_mut(argument),
            }
        }
        match function {
            Some(name) if self.is_free(&name) => {
                self.note_decision(&name);
                let replaced = self.reader.call(&name, call, repeated);
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
    fn fixed(&mut self, name: &Ident) {
        self.note_decision(name);
        self.reader.fixed(name);
    }

    /// Tokens that could be anything: every name in them may be read.
    fn visit_tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) if self.is_free(&name) => self.fixed(&name),
                TokenTree::Group(group) => self.visit_tokens(group.stream()),
                _ => {}
            }
        }
    }
}

impl VisitMut for Walk<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(name) = root(expr).cloned() {
            if let Some(replacement) = self.read(&name, expr) {
                *expr = replacement;
            }
            return;
        }
        match expr {
            Expr::Call(call) => {
                if let Some(replacement) = self.visit_call(call) {
                    *expr = replacement;
                }
            }
            Expr::Assign(assign) => {
                self.visit_expr_mut(&mut assign.right);
                self.visit_place(&mut assign.left);
            }
            Expr::Binary(binary) if is_assignment(&binary.op) => {
                self.visit_expr_mut(&mut binary.right);
                self.visit_place(&mut binary.left);
            }
            Expr::Binary(binary) => {
                if is_comparison(&binary.op) {
                    self.note_comparison(binary);
                }
                let operates = self.reader.operates(binary, &self.bound);
                visit_mut::visit_expr_binary_mut(self, binary);
                if operates {
                    *expr = self.reader.operate(binary);
                }
            }
            Expr::Reference(reference) if reference.mutability.is_some() => {
                self.visit_place(&mut reference.expr)
            }
            Expr::Let(condition) => {
                let decides = is_value(&condition.pat);
                self.deciding(decides, |walk| walk.visit_expr_mut(&mut condition.expr));
                self.bind(&condition.pat);
            }
            // Whether there is a tensor, or how many of them there are, is no draw.
            Expr::MethodCall(call) if asks_for_shape(call) => {
                self.deciding(false, |walk| {
                    visit_mut::visit_expr_method_call_mut(walk, call)
                });
            }
            Expr::Repeat(repeat) => self.visit_expr_mut(&mut repeat.expr),
            Expr::Async(block) => self.repeated(|walk| walk.visit_block_mut(&mut block.block)),
            // A constant cannot read a variable.
            Expr::Const(_) => {}
            Expr::Verbatim(tokens) => self.visit_tokens(tokens.clone()),
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        self.repeated(|walk| {
            for input in &closure.inputs {
                walk.bind_as(input, matches!(input, Pat::Type(_)));
            }
            walk.visit_expr_mut(&mut closure.body);
        });
    }

    fn visit_expr_if_mut(&mut self, branch: &mut ExprIf) {
        self.scope(|walk| {
            walk.deciding(true, |walk| walk.visit_expr_mut(&mut branch.cond));
            walk.deciding(false, |walk| walk.visit_block_mut(&mut branch.then_branch));
        });
        if let Some((_, otherwise)) = &mut branch.else_branch {
            self.deciding(false, |walk| walk.visit_expr_mut(otherwise));
        }
    }

    fn visit_expr_match_mut(&mut self, choice: &mut ExprMatch) {
        let decides = choice.arms.len() > 1 && choice.arms.iter().all(|arm| is_value(&arm.pat));
        self.deciding(decides, |walk| walk.visit_expr_mut(&mut choice.expr));
        choice
            .arms
            .iter_mut()
            .for_each(|arm| self.visit_arm_mut(arm));
    }

    fn visit_expr_while_mut(&mut self, repeat: &mut ExprWhile) {
        self.repeated(|walk| {
            walk.deciding(true, |walk| walk.visit_expr_mut(&mut repeat.cond));
            walk.deciding(false, |walk| walk.visit_block_mut(&mut repeat.body));
        });
    }

    fn visit_expr_loop_mut(&mut self, repeat: &mut ExprLoop) {
        self.repeated(|walk| walk.visit_block_mut(&mut repeat.body));
    }

    fn visit_expr_for_loop_mut(&mut self, repeat: &mut ExprForLoop) {
        self.visit_expr_mut(&mut repeat.expr);
        self.repeated(|walk| {
            walk.bind(&repeat.pat);
            walk.visit_block_mut(&mut repeat.body);
        });
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        self.scope(|walk| {
            walk.bind(&arm.pat);
            if let Some((_, guard)) = &mut arm.guard {
                walk.deciding(true, |walk| walk.visit_expr_mut(guard));
            }
            walk.deciding(false, |walk| walk.visit_expr_mut(&mut arm.body));
        });
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.scope(|walk| {
            for at in 0..block.stmts.len() {
                let (above, following) = block.stmts.split_at_mut(at + 1);
                let before = std::mem::take(&mut walk.tensors);
                let tensors = match &above[at] {
                    Stmt::Local(local) => tensors_bound(local, &|name| walk.known(name)),
                    _ => Vec::new(),
                };
                let outer = walk.bound.len();
                walk.visit_stmt_mut(&mut above[at]);
                for bound in &mut walk.bound[outer..] {
                    bound.is_surely_tensor = tensors.contains(&bound.name);
                }
                if let Stmt::Local(local) = &above[at]
                    && walk.tensors
                {
                    walk.note_local(local, following);
                }
                walk.tensors |= before;
            }
        });
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        if let Some(init) = &mut local.init {
            self.visit_expr_mut(&mut init.expr);
            if let Some((_, diverge)) = &mut init.diverge {
                self.visit_expr_mut(diverge);
            }
        }
        self.bind(&local.pat);
    }

    fn visit_field_value_mut(&mut self, field: &mut FieldValue) {
        self.visit_expr_mut(&mut field.expr);
        // `Point { x }` becomes `Point { x: … }` where `x` was replaced.
        if field.colon_token.is_none() && variable(&field.expr).is_none() {
            field.colon_token = Some(Token![:](member_span(&field.member)));
        }
    }

    /// `vec![z, z]` and `stack!(z)` hold expressions more often than not; else their names are only noted.
    fn visit_macro_mut(&mut self, call: &mut Macro) {
        let list = Punctuated::<Expr, Token![,]>::parse_terminated;
        let repeat = |input: syn::parse::ParseStream| {
            Ok((
                input.parse::<Expr>()?,
                input.parse::<Token![;]>()?,
                input.parse::<Expr>()?,
            ))
        };
        if let Ok(mut list) = list.parse2(call.tokens.clone()) {
            list.iter_mut().for_each(|expr| self.visit_expr_mut(expr));
            call.tokens = list.into_token_stream();
        } else if let Ok((mut value, semicolon, mut count)) = repeat.parse2(call.tokens.clone()) {
            self.visit_expr_mut(&mut value);
            self.visit_expr_mut(&mut count);
            call.tokens = [
                value.to_token_stream(),
                semicolon.to_token_stream(),
                count.to_token_stream(),
            ]
            .into_iter()
            .collect();
        } else {
            self.visit_tokens(call.tokens.clone());
        }
    }

    // Types, patterns, items and turbofishes cannot read a variable.
    fn visit_type_mut(&mut self, _: &mut Type) {}
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
    fn visit_item_mut(&mut self, _: &mut Item) {}
    fn visit_path_arguments_mut(&mut self, _: &mut PathArguments) {}
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

/// Whether a pattern compares a value, as a number, a range and `_` do, and does not look at how something is built.
fn is_value(pattern: &Pat) -> bool {
    match pattern {
        Pat::Lit(_) | Pat::Range(_) | Pat::Wild(_) => true,
        // A constant, or a new name for the value; but `None` is a shape.
        Pat::Ident(name) => name.ident != "None",
        Pat::Or(or) => or.cases.iter().all(is_value),
        Pat::Paren(inner) => is_value(&inner.pat),
        _ => false,
    }
}

/// Whether a method asks how a variable is built and not what it holds.
fn asks_for_shape(call: &ExprMethodCall) -> bool {
    ["is_some", "is_none", "is_empty", "len", "shape"]
        .iter()
        .any(|method| call.method == method)
}

fn is_assignment(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(
        op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitXorAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}

fn member_span(member: &Member) -> proc_macro2::Span {
    match member {
        Member::Named(name) => name.span(),
        Member::Unnamed(index) => index.span,
    }
}
