//! Errors at run time, with site, row and value.

mod advice;
mod display;
mod domain;
mod fault;

pub use domain::Domain;
pub use fault::Fault;

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

/// An error of a running model. Rows are counted from 0, in the data as given.
#[non_exhaustive]
pub enum Error {
    /// A batch without rows.
    NoRows {
        /// The input that has none.
        site: &'static str,
    },
    /// A draw from a generative model for which neither a value nor a covariate has rows.
    NoRowsGiven,
    /// A site of a generative model with a given value, though something that it depends on is drawn.
    DrawnAbove {
        /// The site.
        site: &'static str,
        /// The row.
        row: usize,
        /// What is drawn.
        drawn: &'static str,
    },
    /// Two inputs with different numbers of rows.
    RowCounts {
        /// The first input.
        site: &'static str,
        /// Its rows.
        rows: usize,
        /// The input that differs.
        other: &'static str,
        /// Its rows.
        other_rows: usize,
    },
    /// More rows than there is memory for.
    TooLarge {
        /// The site.
        site: &'static str,
        /// Its rows: those of the data, or the draws asked for, times the particles and the rows that estimators add.
        rows: usize,
        /// The numbers of an event.
        elements: usize,
    },
    /// Values that do not fill whole rows.
    RaggedRows {
        /// How many values there are.
        values: usize,
        /// How many one row takes.
        event: usize,
    },
    /// A number in a row of symbols that is none of them.
    NoSymbol {
        /// The row.
        row: usize,
        /// The step within the row.
        step: usize,
        /// The number.
        value: String,
        /// How many symbols there are.
        symbols: usize,
    },
    /// A row of symbols that is too long.
    TooLong {
        /// The row.
        row: usize,
        /// Its symbols.
        length: usize,
        /// The most symbols that a row may have.
        longest: usize,
    },
    /// A row that a batch does not have.
    NoSuchRow {
        /// Its number.
        row: usize,
        /// The rows that there are.
        rows: usize,
    },
    /// An observation that is NaN or infinite, or outside its family's support.
    Observation {
        /// The observed site.
        site: &'static str,
        /// The row.
        row: usize,
        /// The element within the row.
        element: usize,
        /// The value.
        value: f32,
        /// The family at the site.
        family: &'static str,
        /// The values that it may have, in words.
        expected: Cow<'static, str>,
        /// The support's advice on what to write instead.
        advice: Option<&'static str>,
    },
    /// A number in the mask of [`Partial`](crate::prelude::Partial) data that is neither 0 nor 1.
    Mask {
        /// The row.
        row: usize,
        /// The element within the row.
        element: usize,
        /// The number.
        value: f32,
    },
    /// An event of which a part is missing, at a site whose family scores whole events.
    InPart {
        /// The observed site.
        site: &'static str,
        /// The row.
        row: usize,
        /// The first element that is missing from it.
        element: usize,
        /// The family at the site.
        family: &'static str,
    },
    /// A family that says [`Gaps::Elements`](crate::family::Gaps), and whose density does not leave the gaps out.
    GapsCount {
        /// The observed site.
        site: &'static str,
        /// The family at the site.
        family: &'static str,
    },
    /// An input that is NaN or infinite. It is a covariate, or a site whose value made a distribution's parameter NaN or infinite
    /// before the site was scored.
    Input {
        /// The input.
        name: &'static str,
        /// The row.
        row: usize,
        /// The element within the row.
        element: usize,
        /// The value.
        value: f32,
    },
    /// A number of steps that is none.
    Length {
        /// The covariate.
        name: &'static str,
        /// The row.
        row: usize,
        /// The value.
        value: f32,
        /// The most steps that a row may have.
        most: usize,
    },
    /// A distribution's parameter that is out of its domain or has the wrong number of rows.
    Parameter {
        /// The site.
        site: &'static str,
        /// The family at the site.
        family: &'static str,
        /// What is wrong.
        fault: Fault,
        /// The step, as in the program's key.
        step: u64,
    },
    /// A setting of a training without another that it needs.
    Training {
        /// What is missing, in words.
        needs: &'static str,
        /// What to write.
        instead: &'static str,
    },
    /// A run that is resumed with other settings or data.
    OtherRun {
        /// The checkpoint.
        path: PathBuf,
        /// The note that differs.
        note: String,
        /// The text of this run. None if it has no such note.
        own: Option<String>,
        /// The text of the run that left the checkpoint.
        found: Option<String>,
    },
    /// An optimiser of dfdx that failed.
    Optimiser {
        /// The training step.
        step: u64,
        /// What it says.
        problem: String,
    },
    /// A number of a validation that is NaN or infinite.
    Validation {
        /// The training steps before it.
        step: u64,
        /// The number.
        value: f64,
    },
    /// A training that ended with an error, and the last checkpoint before it.
    Stopped {
        /// The steps before it.
        steps: u64,
        /// The last checkpoint.
        checkpoint: PathBuf,
        /// The error.
        source: Box<Error>,
    },
    /// A setting of an objective that is out of its range.
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        expected: &'static str,
    },
    /// An estimator or a setting that does not fit the objective.
    Illegal {
        /// The latent site of the estimator. None for a setting.
        site: Option<&'static str>,
        /// The estimator or the setting.
        estimator: &'static str,
        /// The objective.
        objective: &'static str,
        /// What to write.
        instead: &'static str,
    },
    /// A doubly reparameterised gradient at a site that another site's guide reads.
    ReadByGuide {
        /// The site.
        site: &'static str,
        /// The latent site whose guide reads it.
        reader: &'static str,
    },
    /// A setting for a site that is not among the latents.
    NoSuchLatent {
        /// The setting.
        setting: &'static str,
        /// The name in the setting.
        site: String,
        /// The latent sites of the program.
        latents: Vec<&'static str>,
    },
    /// Free bits that are negative or not finite.
    FreeBits {
        /// The site that they are given for.
        site: String,
        /// The floor.
        nats: f32,
    },
    /// A site that an exact gradient would have to list, but cannot.
    NoListing {
        /// The site.
        site: &'static str,
        /// True if the site is refused because it is global.
        is_global: bool,
    },
    /// A global site, which has one draw for the whole data set, in a use that needs a draw for each row.
    Global {
        /// The site.
        site: &'static str,
        /// The problem.
        problem: String,
        /// What to use.
        instead: &'static str,
    },
    /// An enumeration that would never end.
    TooManyStates {
        /// The site, if a program has it.
        site: Option<&'static str>,
        /// The family.
        family: &'static str,
        /// The elements of its event.
        elements: usize,
        /// The base-2 logarithm of the number of joint states.
        log2_states: f64,
        /// The limit.
        most: usize,
    },
    /// Draws and states that together turn one row into too many.
    TooManyRows {
        /// The site at which they become too many.
        site: &'static str,
        /// The rows that its estimator makes of each row.
        times: usize,
        /// The rows that one row has already become at sites that it interacts with.
        before: usize,
        /// The limit.
        most: usize,
    },
    /// A loss that is NaN or infinite.
    NotFinite {
        /// The step, as in the program's key.
        step: u64,
        /// The sites whose terms are not finite, each with its first such row.
        sites: Vec<(&'static str, usize)>,
    },
    /// A term that is NaN or infinite at a value beside the draw: a relaxed draw, or a neighbour. The objective does not count it,
    /// but its gradient does.
    NotFiniteBetween {
        /// The step, as in the program's key.
        step: u64,
        /// The site of the term.
        site: &'static str,
        /// The first such row.
        row: usize,
        /// The site of that value.
        drawn: &'static str,
    },
    /// A loss that depends on no parameter of the model that should descend it.
    OtherModel {
        /// The names of the parameters, as dfdx gives them.
        parameters: Vec<String>,
    },
    /// A gradient that is NaN or infinite, though the loss is finite.
    NotFiniteGradient {
        /// The optimiser's step, or that of the program's key.
        step: u64,
        /// The names of the parameters, as dfdx gives them.
        parameters: Vec<String>,
    },
    /// A family without a mean, at a site whose mean was asked for.
    NoMean {
        /// The site.
        site: &'static str,
        /// The family.
        family: &'static str,
    },
    /// A given value whose log-density is NaN or infinite. The model rules it out, or it lies on the rim of its support.
    LogDensity {
        /// The site.
        site: &'static str,
        /// The row.
        row: usize,
        /// The log-density.
        value: f64,
    },
    /// A mean that is larger than any number of `f32`.
    MeanBeyond {
        /// The site.
        site: &'static str,
        /// The row.
        row: usize,
        /// The element within the row.
        element: usize,
        /// The family at the site.
        family: &'static str,
    },
    /// A site without a mode where one was asked for.
    NoMode {
        /// The site.
        site: &'static str,
        /// The family.
        family: &'static str,
        /// The row, and the element within it, at whose parameters the family has none. `None` if it has none at all.
        place: Option<(usize, usize)>,
    },
    /// A site without a finite standard deviation where one was asked for.
    NoDeviation {
        /// The site.
        site: &'static str,
        /// The family.
        family: &'static str,
        /// The row, and the element within it, at whose parameters it is infinite or undefined. `None` if the family has none at all.
        place: Option<(usize, usize)>,
    },
    /// A parameter that a guide's family does not list.
    NoParameter {
        /// The site.
        site: &'static str,
        /// The family.
        family: &'static str,
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        names: Vec<String>,
    },
    /// A parameter that is asked for in another shape than it has.
    ParameterShape {
        /// Its name.
        name: String,
        /// The axes of its rows.
        shape: Vec<usize>,
        /// The axes that were asked for.
        asked: Vec<usize>,
    },
    /// A latent site whose marginal probabilities cannot be computed.
    NoMarginal {
        /// The site.
        site: &'static str,
        /// The reason.
        problem: String,
    },
    /// A folder that another run is writing to.
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that could not be read or written.
    File {
        /// The attempt: "save", "read", "lock".
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// A table that is not as it should be.
    Table {
        /// The file, or "the table".
        source: String,
        /// The line, the column and the cell, and what was expected.
        problem: String,
    },
    /// A file that is not the checkpoint it should be.
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What was found, and what was expected.
        problem: String,
    },
}

impl Error {
    /// The same error with its site. Estimators do not know their sites.
    pub(crate) fn at(mut self, own: &'static str) -> Self {
        if let Self::Illegal { site, .. } | Self::TooManyStates { site, .. } = &mut self {
            *site = Some(own);
        }
        self
    }
}

/// The same sentence as `Display`: a `main` that returns this error prints it with `Debug`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Stopped { source, .. } => Some(source),
            _ => None,
        }
    }
}
