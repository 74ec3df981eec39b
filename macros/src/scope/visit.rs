//! The walk through every kind of expression: what is read, what is bound, and where.

use quote::ToTokens;
use syn::{
    Arm, Block, Expr, ExprClosure, ExprForLoop, ExprIf, ExprLoop, ExprMatch, ExprMethodCall,
    ExprWhile, FieldValue, Item, Local, Macro, Member, Pat, PathArguments, Stmt, Token, Type,
    parse::Parser,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use super::{
    root,
    tensors::{is_comparison, tensors_bound},
    variable,
    walk::Walk,
};

impl VisitMut for Walk<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(name) = root(expr).cloned() {
            if let Some(replacement) = self.read(&name, expr) {
                *expr = replacement;
            }
            return;
        }
        if let Some(name) = self.read_at_step(expr) {
            self.note_decision(&name);
            let replaced = self.reader.at_step(&name);
            if let Some(replacement) = self.note_tensor(replaced) {
                *expr = replacement;
            }
            return;
        }
        self.note_inspection(expr);
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
                visit_mut::visit_expr_binary_mut(self, binary);
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
                walk.bind(input);
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
