//! What the compiler knows of a program's sites: one static table, in the order of the generative model.
//!
//! A site is a place in the table. Everything that a run keeps of a site is found by its place; its name is for people and for
//! its noise.

/// A site of a program.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Its name.
    pub name: &'static str,
    /// Of what it has one draw.
    pub plate: Plate,
    /// The places of the sites that the generative model reads for it. A latent's own is one of them, since it is scored
    /// where it was drawn.
    pub parents: &'static [usize],
    /// What is known of it where the inference model draws it; none where it is observed.
    pub latent: Option<Latent>,
}

/// Of what a site has one draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plate {
    /// Of each row of the data.
    Rows,
    /// Of the whole data set: a global site.
    Global,
}

/// What the compiler knows of a latent site. Other sites are named by their places.
#[derive(Clone, Copy, Debug)]
pub struct Latent {
    /// The sites that the inference model reads for it.
    pub parents: &'static [usize],
    /// The sites whose terms depend on its value.
    pub influences: &'static [usize],
    /// The latent sites whose guides read its value.
    pub readers: &'static [usize],
    /// The other latent sites that some statement depends on together with it. Sites that do not meet are independent given the
    /// rest.
    pub meets: &'static [usize],
    /// The other latent sites on which its posterior depends.
    pub ancestors: &'static [usize],
    /// Whether the closed form of its divergence is the right one in this graph.
    pub closed_form: ClosedForm,
}

/// Whether the closed-form divergence of a site is valid, with the reason.
///
/// It is valid if no parent of the site in the generative model descends from the site in the inference model: then the
/// divergence is an expectation over the site alone.
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

    /// Whether a latent site has something to say of another.
    pub(crate) fn says(&self, of: impl Fn(&Latent) -> &'static [usize], other: usize) -> bool {
        self.latent
            .as_ref()
            .is_some_and(|latent| of(latent).contains(&other))
    }
}
