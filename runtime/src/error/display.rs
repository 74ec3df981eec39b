//! Errors in words: the site, row and value, and what to do about them.

use std::fmt;

use super::{Error, Fault, advice};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRows { site } => write!(f, "`{site}` has no rows; give at least one"),
            Self::NoRowsGiven => f.write_str(
                "nothing says how many rows there are; write `.rows(n)` if only global sites are given",
            ),
            Self::DrawnAbove { site, row, drawn } => write!(
                f,
                "`{site}` is given in row {row}, and `{drawn}`, on which it depends, is not: a draw of `{drawn}` from the generative \
                 model would not know the value of `{site}`; give `{drawn}` too, or draw it by an inference model that reads `{site}`"
            ),
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
            Self::NoSymbol {
                row,
                step,
                value,
                symbols,
            } => write!(
                f,
                "the symbol is {value} in row {row}, step {step}; it must be from 0 to {}",
                symbols.saturating_sub(1)
            ),
            Self::TooLong {
                row,
                length,
                longest,
            } => write!(
                f,
                "row {row} has {length} symbols; the longest may have {longest}: cut it, or let the model take longer ones"
            ),
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
                advice,
            } => write!(
                f,
                "`{site}` is {value} in row {row}, element {element}, but a {family} observation is {expected}"
            )
            .and_then(|()| advise(f, advice::on_observation(*value, *advice))),
            Self::Mask {
                row,
                element,
                value,
            } => write!(
                f,
                "the mask is {value} in row {row}, element {element}; it must be 1 where the data are observed and 0 where they are not"
            ),
            Self::InPart {
                site,
                row,
                element,
                family,
            } => write!(
                f,
                "`{site}` lacks element {element} of row {row}, but a {family} observation is whole or missing; write 0 for all of the row in the mask, or observe all of it"
            ),
            Self::GapsCount { site, family } => write!(
                f,
                "`{site}` is observed in part, but the density of {family} counts what is missing; compute it by `row_sum` of the value that `log_prob` is given, or leave `Gaps::Elements` away from the family"
            ),
            Self::Input {
                name,
                row,
                element,
                value,
            } => write!(
                f,
                "`{name}` is {value} in row {row}, element {element}; it must be finite"
            ),
            Self::Length {
                name,
                row,
                value,
                most,
            } => write!(
                f,
                "`{name}` is {value} in row {row}; it must be a whole number of steps, from 0 to {most}"
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
                "the term of `{site}` is not finite at step {step} (first in row {row}) at a relaxed draw of `{drawn}`, or at a neighbour of its draw: `Rebar` needs a density that is defined and positive between the discrete values of `{drawn}` too, and `LocalExpectation` one that is positive at all of them; use `Rloo`, `DisArm` or `ScoreFunction` there"
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
                write!(f, "`{site}` has no mean: {family} has none")
            }
            Self::NoMode {
                site,
                family,
                place: None,
            } => write!(f, "`{site}` has no mode: {family} has none"),
            Self::NoMode {
                site,
                family,
                place: Some((row, element)),
            } => write!(
                f,
                "`{site}` has no mode in row {row}, element {element}: {family} has none at its parameters there; the density is flat, grows toward a rim that is no value, or is greatest beyond 3.4e38"
            ),
            Self::NoDeviation {
                site,
                family,
                place: None,
            } => write!(f, "`{site}` has no standard deviation: {family} has none"),
            Self::NoDeviation {
                site,
                family,
                place: Some((row, element)),
            } => write!(
                f,
                "the standard deviation of `{site}` in row {row}, element {element}, is infinite or undefined: {family} spreads too far there; read its parameters instead"
            ),
            Self::NoParameter {
                site,
                family,
                name,
                names,
            } => {
                let names: Vec<String> = names.iter().map(|own| format!("`{own}`")).collect();
                let names = match names.is_empty() {
                    true => "lists none".to_owned(),
                    false => format!("has {}", names.join(", ")),
                };
                write!(f, "`{site}` has no parameter `{name}`; {family} {names}")
            }
            Self::ParameterShape { name, shape, asked } => write!(
                f,
                "a row of the parameter `{name}` has the axes {shape:?}, not {asked:?}"
            ),
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
            Self::Training { needs, instead } => write!(f, "{needs}; {instead}"),
            Self::OtherRun {
                path,
                note,
                own,
                found,
            } => {
                let text = |text: &Option<String>| match text {
                    Some(text) => format!("`{text}`"),
                    None => "missing".to_owned(),
                };
                write!(
                    f,
                    "{}: the note `{note}` is {} there and {} in this run; a run goes on with the settings and the data that it had",
                    path.display(),
                    text(found),
                    text(own)
                )
            }
            Self::Optimiser { step, problem } => {
                write!(f, "the optimiser failed at step {step}: {problem}")
            }
            Self::Validation { step, value } => write!(
                f,
                "the validation after {step} steps gives {value}; it must give a finite number, the greater the better"
            ),
            Self::Stopped {
                steps,
                checkpoint,
                source,
            } => write!(
                f,
                "{source}. The training stopped after {steps} steps; the last checkpoint is {}",
                checkpoint.display()
            ),
            Self::Table { source, problem } => write!(f, "{source}: {problem}"),
            Self::Checkpoint { path, problem } => write!(f, "{}: {problem}", path.display()),
        }
    }
}

/// The advice if everything was finite in earlier steps.
const SLOWER: &str = "if earlier steps were fine, lower the learning rate";

pub(super) fn advise(f: &mut fmt::Formatter<'_>, advice: Option<&str>) -> fmt::Result {
    advice.map_or(Ok(()), |advice| write!(f, "; {advice}"))
}

fn at_site(f: &mut fmt::Formatter<'_>, site: Option<&'static str>) -> fmt::Result {
    site.map_or(Ok(()), |site| write!(f, "at site `{site}`, "))
}
