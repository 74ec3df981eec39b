//! How each variable is read: a tensor is cloned, which copies no numbers, and gets the rows that the statement has.

use std::collections::BTreeMap;

use syn::Ident;

use crate::graph::{Extent, Node, Read, Variable};

/// What a read of a variable becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// A tensor as it is: one without rows, or a global site's draw that is read for what is global itself.
    Plain,
    /// A tensor with the rows of the statement.
    Rows,
    /// A global site's draw, read for every row.
    Spread,
    /// A module, which is applied where it is called.
    Module,
    /// The word `observed`, which is called for the mask of an input.
    Mask,
}

/// The variables of one statement that are not read as plain Rust.
pub struct Views(BTreeMap<Ident, View>);

impl Views {
    /// The views of a statement.
    pub fn of(node: &Node) -> Self {
        let view = |read: &Read| match read.of {
            Variable::Module => Some(View::Module),
            Variable::Parameter => Some(View::Plain),
            Variable::Free if read.asks_for_mask() => Some(View::Mask),
            of if !of.is_tensor() => None,
            _ if read.extent != Extent::Global => Some(View::Rows),
            _ if node.extent == Extent::Global => Some(View::Plain),
            _ => Some(View::Spread),
        };
        let reads = node.reads.iter();
        Views(
            reads
                .filter_map(|read| Some((read.name.clone(), view(read)?)))
                .collect(),
        )
    }

    /// The view of a variable, if it has one.
    pub fn get(&self, name: &Ident) -> Option<View> {
        self.0.get(name).copied()
    }
}
