//! The variables of a block within an expression.

use proc_macro2::Ident;
use syn::{Block, Expr, ExprCall, Pat, Stmt, token::Brace, visit_mut::VisitMut};

use super::{Reader, Walk};

/// How often statements read a variable; not at all if it is assigned to, borrowed mutably or called in them.
pub fn times(name: &Ident, statements: &[Stmt]) -> usize {
    let mut times = Times {
        name,
        read: 0,
        is_fixed: false,
    };
    let mut block = Block {
        brace_token: Brace::default(),
        stmts: statements.to_vec(),
    };
    Walk::new(&mut times).visit_block_mut(&mut block);
    if times.is_fixed { 0 } else { times.read }
}

/// Whether a pattern binds whole values that cannot be changed: `h` or `(loc, scale)`.
pub fn is_plain(pattern: &Pat) -> bool {
    match pattern {
        Pat::Ident(name) => {
            name.mutability.is_none() && name.by_ref.is_none() && name.subpat.is_none()
        }
        Pat::Tuple(parts) => parts.elems.iter().all(is_plain),
        Pat::Type(typed) => is_plain(&typed.pat),
        Pat::Wild(_) => true,
        _ => false,
    }
}

struct Times<'n> {
    name: &'n Ident,
    read: usize,
    is_fixed: bool,
}

impl Reader for Times<'_> {
    fn value(&mut self, name: &Ident, _: &Expr, repeated: bool) -> Option<Expr> {
        if name == self.name {
            self.read += if repeated { 2 } else { 1 };
        }
        None
    }

    fn call(&mut self, name: &Ident, _: &ExprCall) -> Option<Expr> {
        self.fixed(name);
        None
    }

    fn fixed(&mut self, name: &Ident) {
        self.is_fixed |= name == self.name;
    }
}
