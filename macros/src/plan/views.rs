//! How each variable is read: a tensor is cloned, which copies no numbers, and gets the rows that the statement has.

use std::collections::BTreeMap;

use syn::Ident;

use crate::graph::{At, Extent, Node, Read, Variable};

/// What a read of a variable becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// A tensor as it is: one without rows, or a global site's draw that is read for what is global itself.
    Plain,
    /// A tensor with the rows of the statement.
    Rows,
    /// The same of one from outside a loop, in the loop.
    OuterRows,
    /// A global site's draw, read for every row.
    Spread,
    /// A module, which is applied where it is called.
    Module,
    /// The word `observed`, which is called for the mask of an input.
    Mask,
}

/// The variables of one statement that are not read as plain Rust.
pub struct Views {
    whole: BTreeMap<Ident, View>,
    steps: BTreeMap<Ident, (View, At)>,
}

impl Views {
    /// The views of a statement.
    pub fn of(node: &Node) -> Self {
        let view = |read: &Read| match read.of {
            Variable::Module => Some(View::Module),
            Variable::Parameter => Some(View::Plain),
            Variable::Free if read.asks_for_mask() => Some(View::Mask),
            of if !of.is_tensor() => None,
            _ if read.extent != Extent::Global => match read.is_outer {
                true => Some(View::OuterRows),
                false => Some(View::Rows),
            },
            _ if node.extent == Extent::Global => Some(View::Plain),
            _ => Some(View::Spread),
        };
        let mut views = Self {
            whole: BTreeMap::new(),
            steps: BTreeMap::new(),
        };
        for read in &node.reads {
            let name = read.name.clone();
            match (view(read), read.at) {
                (None, _) => {}
                (Some(view), At::All) => {
                    views.whole.insert(name, view);
                }
                (Some(view), at) => {
                    views.steps.insert(name, (view, at));
                }
            }
        }
        views
    }

    /// The view of a variable, if it has one.
    pub fn get(&self, name: &Ident) -> Option<View> {
        self.whole.get(name).copied()
    }

    /// The view of a step of a variable, and where the step is found.
    pub fn step(&self, name: &Ident) -> Option<(View, At)> {
        self.steps.get(name).copied()
    }
}
