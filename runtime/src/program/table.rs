//! The compiler's knowledge of a program's sites: one static table, in the order of the generative model.
//!
//! A site is a place in the table. A run finds everything about a site by its place. The name is for people and for the
//! noise.

use std::borrow::Cow;

/// A site of a program.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Its name, `z`, or that of a step of it, `z[17]`.
    pub name: &'static str,
    /// The name of its statement, `z`.
    pub statement: &'static str,
    /// Its step, if a loop samples it.
    pub step: Option<usize>,
    /// Its plate.
    pub plate: Plate,
    /// The places of the sites that the generative model reads for it. A latent's own place is one of them, since it is scored at
    /// its draw.
    pub parents: &'static [usize],
    /// More about a latent site. None if the site is observed.
    pub latent: Option<Latent>,
}

/// The plate of a site: what it has one draw for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plate {
    /// One draw for each row of the data.
    Rows,
    /// One draw for the whole data set: a global site.
    Global,
}

/// The compiler's knowledge of a latent site. Other sites are given by their places.
#[derive(Clone, Copy, Debug)]
pub struct Latent {
    /// The sites that the inference model reads for it.
    pub parents: &'static [usize],
    /// The sites whose terms depend on its value.
    pub influences: &'static [usize],
    /// The latent sites whose guides read its value.
    pub readers: &'static [usize],
    /// The other latent sites that it interacts with: some statement depends on both. Sites that do not interact are independent
    /// given the rest.
    pub meets: &'static [usize],
    /// The other latent sites on which its posterior depends.
    pub ancestors: &'static [usize],
    /// Whether the closed form of its divergence is valid in this graph.
    pub closed_form: ClosedForm,
}

/// Whether the closed-form divergence of a site is valid, with the reason.
///
/// It is valid if no parent of the site in the generative model descends from the site in the inference model. Then the
/// divergence is an expectation over this site alone.
#[derive(Clone, Copy, Debug)]
pub enum ClosedForm {
    /// Valid, and why.
    Valid(&'static str),
    /// Not valid, and why.
    Invalid(&'static str),
}

impl Site {
    /// Whether it has one draw for the whole data set.
    pub(crate) fn is_global(&self) -> bool {
        self.plate == Plate::Global
    }

    /// The name of its noise: each step has its own.
    pub(crate) fn noise(&self) -> Cow<'static, str> {
        match self.step {
            None => self.statement.into(),
            Some(step) => format!("{}·{step}", self.statement).into(),
        }
    }

    /// Whether another site is in this list of a latent site.
    pub(crate) fn says(&self, of: impl Fn(&Latent) -> &'static [usize], other: usize) -> bool {
        self.latent
            .as_ref()
            .is_some_and(|latent| of(latent).contains(&other))
    }
}
