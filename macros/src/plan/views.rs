//! How each variable is read. A tensor that is read once is passed on as it is; one that is read again needs a fresh id at
//! each read, for dfdx panics on `x * x` with one id.

use std::collections::{BTreeMap, BTreeSet};

use syn::Ident;

use crate::graph::{Body, Extent, Node, Read, Variable};

/// What a read of a variable becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// The only read of a tensor.
    Once,
    /// One of several reads of a tensor.
    Again,
    /// A global site's draw, read for every row.
    Spread,
    /// A global site's draw, read for what is global itself.
    Whole,
    /// A module, which is applied where it is called.
    Module {
        /// Whether it never returns its argument itself.
        layered: bool,
    },
}

/// The variables of one statement that are not read as plain Rust.
pub struct Views {
    views: BTreeMap<Ident, View>,
    /// The tensors that have rows.
    with_rows: BTreeSet<Ident>,
}

impl Views {
    /// The views of `node`, a statement of `body`, where all of `pass` runs together.
    pub fn of(node: &Node, body: &Body, pass: &[&Body]) -> Self {
        let view = |read: &Read| match read.of {
            Variable::Module { layered } => Some(View::Module { layered }),
            of if !of.is_tensor() => None,
            _ if read.extent == Extent::Global && node.extent == Extent::Global => {
                Some(View::Whole)
            }
            _ if read.extent == Extent::Global => Some(View::Spread),
            _ if times(read, body, pass) > 1 => Some(View::Again),
            _ => Some(View::Once),
        };
        let views = node
            .reads
            .iter()
            .filter_map(|read| Some((read.name.clone(), view(read)?)));
        let with_rows = node
            .reads
            .iter()
            .filter(|read| read.of.is_tensor() && read.extent > Extent::Model);
        Views {
            views: views.collect(),
            with_rows: with_rows.map(|read| read.name.clone()).collect(),
        }
    }

    /// The view of a variable, if it has one.
    pub fn get(&self, name: &Ident) -> Option<View> {
        self.views.get(name).copied()
    }

    /// Whether a tensor has rows, and is not one event for all.
    pub fn has_rows(&self, name: &Ident) -> bool {
        self.with_rows.contains(name)
    }
}

/// How often the variable behind a read is read in all. A `let` belongs to its body; everything else is shared.
fn times(read: &Read, body: &Body, pass: &[&Body]) -> usize {
    let own = [body];
    let bodies: &[&Body] = if matches!(read.of, Variable::Let { .. }) {
        &own
    } else {
        pass
    };
    let all = bodies
        .iter()
        .flat_map(|body| &body.nodes)
        .flat_map(|node| &node.reads);
    let same = all.filter(|other| other.of == read.of && other.name == read.name && !other.called);
    same.map(|read| if read.repeated { 2 } else { 1 }).sum()
}
