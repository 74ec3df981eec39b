//! What can go wrong at run time, told by site, row and value.

mod advice;

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use crate::tensor::Fault;

/// An error of a running model. Rows are counted from 0, in the data as given.
#[non_exhaustive]
pub enum Error {
    /// A batch without rows.
    NoRows {
        /// The input that has none.
        site: &'static str,
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
        /// Its rows: those of the data or the draws asked for, times particles and what estimators make of them.
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
        /// What it can be.
        expected: Cow<'static, str>,
    },
    /// An input that is NaN or infinite: a covariate, or a site whose value made a distribution's parameter NaN or infinite
    /// before it was scored itself.
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
    /// A setting of an objective that makes no sense.
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        expected: &'static str,
    },
    /// An estimator, or a setting, under an objective that it does not fit.
    Illegal {
        /// The latent site of an estimator; none for a setting.
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
        /// The name that it gives.
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
        /// Whether that is because it is global.
        is_global: bool,
    },
    /// A global site, one draw for the whole data set, where each row would need its own.
    Global {
        /// The site.
        site: &'static str,
        /// What does not fit.
        problem: String,
        /// What to use.
        instead: &'static str,
    },
    /// An enumeration that would never end.
    TooManyStates {
        /// The site, where a program has one.
        site: Option<&'static str>,
        /// The family.
        family: &'static str,
        /// The elements of its event.
        elements: usize,
        /// The base-2 logarithm of the number of joint states.
        log2_states: f64,
        /// The most that are enumerated.
        most: usize,
    },
    /// Draws and states that together make too many rows of one.
    TooManyRows {
        /// The site at which they become too many.
        site: &'static str,
        /// The rows that its estimator makes of each.
        times: usize,
        /// The rows that the sites which meet it have made of one.
        before: usize,
        /// The most.
        most: usize,
    },
    /// A loss that is NaN or infinite.
    NotFinite {
        /// The step, as in the program's key.
        step: u64,
        /// The sites whose terms are not finite, with the first row where.
        sites: Vec<(&'static str, usize)>,
    },
    /// A term that is NaN or infinite at a relaxed draw, which the objective does not count but its gradient does.
    NotFiniteBetween {
        /// The step, as in the program's key.
        step: u64,
        /// The site of the term.
        site: &'static str,
        /// The first row where.
        row: usize,
        /// The site of the relaxed draw.
        drawn: &'static str,
    },
    /// A loss that depends on no parameter of the model that is to descend it.
    OtherModel {
        /// The names of the parameters, as dfdx gives them.
        parameters: Vec<String>,
    },
    /// A gradient that is NaN or infinite, of a loss that is neither.
    NotFiniteGradient {
        /// The step: the optimiser's, or of the program's key.
        step: u64,
        /// The names of the parameters, as dfdx gives them.
        parameters: Vec<String>,
    },
    /// A family without a mean at a site that was to be reconstructed.
    NoMean {
        /// The site.
        site: &'static str,
        /// The family.
        family: &'static str,
    },
    /// A log-density of a given value that is NaN or infinite: one that the model rules out, or that lies on the rim of its support.
    LogDensity {
        /// The site.
        site: &'static str,
        /// The row.
        row: usize,
        /// The log-density.
        value: f64,
    },
    /// A mean that was to be reconstructed and is larger than any number of `f32`.
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
    /// A latent site whose marginal probabilities cannot be had.
    NoMarginal {
        /// The site.
        site: &'static str,
        /// Why not.
        problem: String,
    },
    /// A folder that another run is writing to.
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that could not be read or written.
    File {
        /// What was tried: "save", "read", "lock".
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is not the checkpoint it should be.
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What was found, and what was expected.
        problem: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRows { site } => write!(f, "`{site}` has no rows; give at least one"),
            Self::RowCounts {
                site,
                rows,
                other,
                other_rows,
            } => write!(
                f,
                "`{site}` has {rows} rows but `{other}` has {other_rows}; inputs of one program have the same number of rows"
            ),
            Self::RaggedRows { values, event } => {
                write!(f, "{values} values do not fill whole rows of {event}")
            }
            Self::NoSuchRow { row, rows } => {
                write!(
                    f,
                    "there is no row {row} in a batch of {rows}, counted from 0"
                )
            }
            Self::Observation {
                site,
                row,
                element,
                value,
                family,
                expected,
            } => write!(
                f,
                "`{site}` is {value} in row {row}, element {element}, but a {family} observation is {expected}"
            )
            .and_then(|()| advise(f, advice::on_observation(expected, *value))),
            Self::Input {
                name,
                row,
                element,
                value,
            } => write!(
                f,
                "`{name}` is {value} in row {row}, element {element}; it must be finite"
            ),
            Self::Parameter {
                site,
                family,
                fault,
                step,
            } => {
                write!(f, "at site `{site}`, {family}: {fault}")?;
                let diverges = matches!(fault, Fault::Domain { value, .. } if !value.is_finite());
                advise(f, (diverges && *step > 0).then_some(SLOWER))
            }
            Self::Setting {
                setting,
                value,
                expected,
            } => write!(f, "{setting} is {value}; it must be {expected}"),
            Self::Illegal {
                site,
                estimator,
                objective,
                instead,
            } => {
                at_site(f, *site)?;
                write!(f, "`{estimator}` does not fit {objective}; use {instead}")
            }
            Self::ReadByGuide { site, reader } => write!(
                f,
                "`{site}` cannot be doubly reparameterised: the guide of `{reader}` reads it, so that a draw of `{site}` moves the weight through that density too; leave `doubly_reparameterised()` away, and every site where it is right still gets it"
            ),
            Self::FreeBits { site, nats } => write!(
                f,
                "the free bits of `{site}` are {nats}; they must be finite and not negative, in nats"
            ),
            Self::NoListing {
                site,
                is_global: false,
            } => write!(
                f,
                "the states of `{site}` cannot be listed, and its estimator is no path"
            ),
            Self::NoListing {
                site,
                is_global: true,
            } => write!(
                f,
                "the states of `{site}` are not listed, as it is a global site, and its estimator is no path"
            ),
            Self::NoSuchLatent {
                setting,
                site,
                latents,
            } => {
                write!(f, "{setting} name `{site}`, which is no latent site; ")?;
                match latents.as_slice() {
                    [] => write!(f, "the program has none"),
                    latents => write!(f, "the latents are `{}`", latents.join("`, `")),
                }
            }
            Self::Global {
                site,
                problem,
                instead,
            } => write!(
                f,
                "`{site}` is a global site, one draw for the whole data set, but {problem}; use {instead}"
            ),
            Self::TooManyStates {
                site,
                family,
                elements,
                log2_states,
                most,
            } => {
                at_site(f, *site)?;
                write!(
                    f,
                    "enumerating {family} with {elements} elements takes 2^{log2_states:.0} joint states; at most {most} are enumerated"
                )
            }
            Self::TooManyRows {
                site,
                times,
                before,
                most,
            } => write!(
                f,
                "at site `{site}`, each row becomes {times}, of {before} that a row is already by the sites that meet it; at most {most} in all; use fewer samples, or an estimator of one row such as `ScoreFunction`"
            ),
            Self::NotFinite { step, sites } => {
                write!(f, "the objective is not finite at step {step}")?;
                for (at, (site, row)) in sites.iter().enumerate() {
                    let lead = if at == 0 { ": the term of" } else { ", of" };
                    write!(f, "{lead} `{site}` (first in row {row})")?;
                }
                Ok(())
            }
            Self::NotFiniteBetween {
                step,
                site,
                row,
                drawn,
            } => write!(
                f,
                "the term of `{site}` is not finite at step {step} (first in row {row}) at a relaxed draw of `{drawn}`: `Rebar` needs a density that is defined and positive between the discrete values of `{drawn}` too; use `Rloo`, `DisArm` or `ScoreFunction` there"
            ),
            Self::OtherModel { parameters } => write!(
                f,
                "the loss depends on none of `{}`; descend it with the model that it is a loss of",
                parameters.join("`, `")
            ),
            Self::NotFiniteGradient { step, parameters } => {
                write!(
                    f,
                    "the gradient by `{}` is not finite at step {step}, though the objective is; look for a function with an infinite slope, such as the root of 0",
                    parameters.join("`, `")
                )?;
                advise(f, (*step > 0).then_some(SLOWER))
            }
            Self::NoMean { site, family } => {
                write!(f, "`{site}` has no mean to reconstruct: {family} has none")
            }
            Self::LogDensity { site, row, value } => {
                write!(f, "the log-density of `{site}` is {value} in row {row}")?;
                if *value == f64::NEG_INFINITY {
                    f.write_str(": no draw of the model has this value")?;
                }
                Ok(())
            }
            Self::MeanBeyond {
                site,
                row,
                element,
                family,
            } => write!(
                f,
                "the mean of `{site}` in row {row}, element {element}, is beyond 3.4e38: {family} spreads too far there; read its parameters or draws of the generative model instead"
            ),
            Self::NoMarginal { site, problem } => {
                write!(f, "`{site}` has no marginal probabilities: {problem}")
            }
            Self::TooLarge {
                site,
                rows,
                elements,
            } => {
                let gigabytes = *rows as f64 * *elements as f64 * 4e-9;
                write!(
                    f,
                    "`{site}` of {rows} rows of {elements} {} takes {gigabytes:.3e} GB, for which there is no memory: ask for fewer rows, particles or samples",
                    if *elements == 1 { "number" } else { "numbers" }
                )
            }
            Self::File { verb, path, source } => {
                write!(f, "cannot {verb} {}: {source}", path.display())
            }
            Self::InUse { folder } => write!(
                f,
                "another run is writing to {}: wait for it, or choose another folder",
                folder.display()
            ),
            Self::Checkpoint { path, problem } => write!(f, "{}: {problem}", path.display()),
        }
    }
}

/// What is said of what was fine before.
const SLOWER: &str = "if earlier steps were fine, lower the learning rate";

fn advise(f: &mut fmt::Formatter<'_>, advice: Option<&str>) -> fmt::Result {
    advice.map_or(Ok(()), |advice| write!(f, "; {advice}"))
}

fn at_site(f: &mut fmt::Formatter<'_>, site: Option<&'static str>) -> fmt::Result {
    site.map_or(Ok(()), |site| write!(f, "at site `{site}`, "))
}

impl Error {
    /// With the site of the estimator that says it, which knows none.
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
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain {
                parameter,
                row,
                value,
                domain,
                ..
            } => {
                write!(
                    f,
                    "`{parameter}` is {value} in row {row}; it must be {domain}"
                )?;
                advise(f, advice::on_parameter(self))
            }
            Self::Impossible {
                parameter,
                row,
                value,
            } => write!(
                f,
                "`{parameter}` is {value} for every category of a vector in row {row}; at least one must be greater than {value}"
            ),
            Self::NoDirection { parameter, row } => write!(
                f,
                "`{parameter}` is 0 in row {row}; at least one of its elements must not be: of a learned one, declare `Parameter<…, Random>`, which is not zero at first"
            ),
            Self::Rows {
                parameter,
                found,
                expected,
            } => write!(f, "`{parameter}` has {found} rows, the site has {expected}"),
        }
    }
}
