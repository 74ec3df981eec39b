//! The result of a run: its terms, the places of their rows, and the gradients that estimators have yet to add.

mod credit;
mod finite;
mod importance;
mod paths;

use super::ledger::{Ledger, Term};
use super::row_tree::RowTree;
use super::table::Site;
use crate::tensor::Rows;

pub(crate) use credit::Paid;

/// A finished run, for an objective.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome<'p> {
    pub(super) sites: &'static [Site],
    pub(super) step: u64,
    pub(super) rows: &'p RowTree,
    pub(super) ledger: &'p Ledger,
}

impl<'p> Outcome<'p> {
    /// The step of the run.
    pub(crate) fn step(&self) -> u64 {
        self.step
    }

    /// The rows, and how they came to be.
    pub(crate) fn rows(&self) -> &'p RowTree {
        self.rows
    }

    /// The terms, in the order of the generative model.
    pub(crate) fn terms(&self) -> &'p [Term] {
        self.ledger.terms()
    }

    /// Whether the program has a global site among its latents.
    pub(crate) fn has_global(&self) -> bool {
        let is_drawn = |site: &Site| site.is_global() && site.latent.is_some();
        self.sites.iter().any(is_drawn)
    }

    /// The name of a term's site, and its step: `z[17]`.
    pub(crate) fn name(&self, term: &Term) -> &'static str {
        self.sites[term.place].name
    }

    /// The term of each data row: its expectation over draws and listed states.
    pub(crate) fn by_data_row(&self, term: &Term) -> Rows {
        self.rows.gather(term.branch, &term.rows, 1)
    }
}
