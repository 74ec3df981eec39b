//! The flow of a program with loops: what each statement reads, step by step.
//!
//! The compiler knows statements; how many steps a loop has may be a parameter of the model. So it hands over the flow, and the
//! table of sites is made here, once for each program: a loop is unrolled, every step of a site becomes a site of its own, and
//! who influences whom is found as for statements that are written one below the other. A loop is its unrolled model by
//! construction.

mod analysis;
mod places;
mod unroll;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::table::{Plate, Site};

/// The flow of a program.
#[derive(Debug)]
pub struct Flow {
    /// The names of the generative model and of the inference model.
    pub names: [&'static str; 2],
    /// The sites, in the order of the generative model.
    pub sites: &'static [Declared],
    /// The statements of the inference model.
    pub guide: &'static [Line],
    /// The statements of the generative model.
    pub model: &'static [Line],
}

/// A site as it is declared.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// Its name.
    pub name: &'static str,
    /// Its plate.
    pub plate: Plate,
    /// The steps of its loop, if it stands in one.
    pub steps: Option<usize>,
    /// Whether the inference model draws it.
    pub is_latent: bool,
}

/// A statement, or a loop of statements.
#[derive(Debug)]
pub enum Line {
    /// A statement.
    Statement {
        /// Its number in its body.
        number: usize,
        /// The site that it draws, or the variables that it gives a value. A variable that a loop carries keeps its number.
        makes: &'static [Source],
        /// What it reads.
        reads: &'static [Source],
    },
    /// A loop.
    Loop {
        /// How often it runs.
        steps: usize,
        /// Whether the last step comes first.
        is_reversed: bool,
        /// Its statements.
        lines: &'static [Line],
    },
}

/// Something that a statement reads or makes.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// The site of this number, with all its steps.
    Site(usize),
    /// The site of this number, at the statement's own step.
    Step(usize),
    /// A variable, by its number.
    Variable(usize),
}

/// The two bodies of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The inference model.
    Guide,
    /// The generative model.
    Model,
}

/// The sites of a program.
#[derive(Clone, Copy, Debug)]
pub enum Sites {
    /// As the compiler lists them.
    Listed(&'static [Site]),
    /// Those of a program with loops.
    Unrolled(&'static Flow),
}

/// A program with its loops unrolled.
#[derive(Debug)]
pub(crate) struct Unrolled {
    /// Its sites: all steps of one, then those of the next.
    pub sites: Vec<Site>,
    /// The sites that each statement of the inference model depends on, step by step.
    guide: Reads,
    /// The same of the generative model. A latent's own site is one of them.
    model: Reads,
    /// Whether some layer computes of all rows of a call together.
    mixes_rows: AtomicBool,
}

/// What statements depend on, by their numbers and steps.
type Reads = Vec<Vec<&'static [usize]>>;

/// All programs that were unrolled, by the places of their flows.
static UNROLLED: Mutex<Option<HashMap<usize, &'static Unrolled>>> = Mutex::new(None);

impl Sites {
    /// The table of sites.
    pub(crate) fn table(self) -> &'static [Site] {
        match self {
            Self::Listed(sites) => sites,
            Self::Unrolled(flow) => &unrolled(flow).sites,
        }
    }

    /// What statements depend on, if the program has loops.
    pub(super) fn unrolled(self) -> Option<&'static Unrolled> {
        match self {
            Self::Listed(_) => None,
            Self::Unrolled(flow) => Some(unrolled(flow)),
        }
    }
}

impl Unrolled {
    /// Whether some layer of the program computes of all rows of a call together.
    pub(super) fn mixes_rows(&self) -> bool {
        self.mixes_rows.load(Ordering::Relaxed)
    }

    /// Notes that some layer does.
    pub(super) fn note_mixing(&self) {
        self.mixes_rows.store(true, Ordering::Relaxed);
    }

    /// The sites on which a statement depends.
    pub(super) fn of(&self, side: Side, number: usize, step: usize) -> &'static [usize] {
        let reads = match side {
            Side::Guide => &self.guide,
            Side::Model => &self.model,
        };
        let steps = &reads[number];
        steps.get(step).copied().unwrap_or_default()
    }
}

/// A program's flow is a constant, so it is unrolled once and kept.
fn unrolled(flow: &'static Flow) -> &'static Unrolled {
    let mut known = UNROLLED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    let place = std::ptr::from_ref(flow) as usize;
    known
        .entry(place)
        .or_insert_with(|| Box::leak(Box::new(unroll::unroll(flow))))
}
