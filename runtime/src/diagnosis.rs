//! What a guide has learned, and how far it is from the posterior.

mod pareto;
mod words;

use crate::error::Error;
use crate::noise::Key;
use crate::objective::{Elbo, Evaluation, EvidenceEstimate, LogEvidence, Objective};
use crate::program::{Handler, Inference, InferenceProgram, Pass, Run, Units};
use crate::tensor::check_room;
use crate::tensor::tape::unrecorded;

/// A look at a guide on data that it was not trained on: what each latent tells of the data, and how close the guide is to the posterior.
///
/// ```
/// use elbow::prelude::*;
///
/// model! {
///     /// Pairs of numbers about a hidden one.
///     pub struct Vae { encoder: Linear<2, 1>, decoder: Linear<1, 2> }
///     generative p {
///         sample z: [1] ~ Normal::new(0.0, 1.0);
///         sample x: [2] ~ Normal::new(decoder(z), 0.5);
///     }
///     inference q(x) { sample z ~ Normal::new(encoder(x), 0.5); }
/// }
///
/// let vae = Vae::new(0);
/// let x: Batch<(Const<2>,)> = batch(vec![1.0, 2.0, -1.0, -2.0, 0.5, 0.0])?;
/// let diagnosis = Diagnosis::of(vae.q(&x), 500)?;
/// println!("{diagnosis}");
/// assert!(diagnosis.bound.elbo <= diagnosis.evidence.log_evidence + 0.1);
/// assert_eq!(diagnosis.k_hats.len(), 3);
/// # Ok::<(), elbow::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// The evidence lower bound.
    pub bound: Evaluation,
    /// The importance-weighted evidence. It is above the bound by what the guide lacks of the posterior.
    pub evidence: EvidenceEstimate,
    /// What each latent site tells of the data, in the order of the generative model.
    pub sites: Vec<Told>,
    /// `k̂` of each row's importance weights (Vehtari et al. 2024): above 0.7 no number of samples makes the evidence trustworthy. With
    /// global sites it is one number for the whole data set. −∞ if all weights are the same, as when all states are listed.
    pub k_hats: Vec<f64>,
}

/// What a latent site tells of the data, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The site.
    pub site: &'static str,
    /// The mean divergence of the guide from the prior: of all steps, if it is in a loop.
    pub divergence: f64,
    /// An estimate of the part of each element, from ten draws a row. It is one number for a family that scores whole events, such as one-hot
    /// vectors, and for more than 1,024 elements.
    pub by_unit: Vec<f64>,
    /// The variance over rows of each element of the guide's mean. Above 0.01 a unit is called active (Burda, Grosse and Salakhutdinov 2015).
    /// None in a loop, for a global site, and for a family without a mean.
    pub activity: Option<Vec<f64>>,
    /// The mutual information of a row and its draw, from at most 1,024 rows. No more than their logarithm can be seen. None if the guide
    /// reads another latent, in a loop, and for a global site.
    pub information: Option<f64>,
    /// How many values of a bit or of a one-hot vector are in use: `e^H` of their mean probabilities, averaged over the vectors of a site.
    pub codes: Option<f64>,
}

/// Draws a row for what units tell.
const DRAWS: u64 = 10;

/// Rows that are compared with each other.
const ROWS: usize = 1024;

impl Diagnosis {
    /// Looks at an inference program with `samples` importance-weighted draws a row.
    ///
    /// # Errors
    /// As [`LogEvidence::evaluate`] and [`Elbo::evaluate`].
    pub fn of(mut program: impl InferenceProgram, samples: usize) -> Result<Self, Error> {
        let program = program.program();
        let rows = Inference::rows(program)?;
        let bound = Elbo::default().evaluate(program)?;
        check_room("the weights of all samples", rows, 2 * samples)?;
        let mut weights = vec![Vec::new(); rows];
        let mut keep = |row: usize, own: &[f64]| weights[row].extend_from_slice(own);
        let evidence = LogEvidence::samples(samples).of(program, &mut keep)?;
        let weights = weights.iter().filter(|own| !own.is_empty());
        Ok(Self {
            k_hats: weights.map(|own| pareto::shape(own)).collect(),
            sites: told(program, rows, &bound)?,
            bound,
            evidence,
        })
    }
}

/// What the latent sites tell, on average over draws.
fn told(program: &dyn Run, rows: usize, bound: &Evaluation) -> Result<Vec<Told>, Error> {
    let key = program.keys().looking(program.run_state());
    let rows = rows.min(ROWS);
    let mut sites: Vec<Told> = Vec::new();
    for draw in 0..DRAWS {
        // Programs that no evaluation reaches.
        let program_number = u64::MAX / 2 + draw;
        let key = Key {
            program: program_number,
            ..key
        };
        let mut pass = Pass::new(program.sites(), Handler::diagnose(), key, rows);
        unrecorded(|| program.run_on(0..rows, &mut pass))?;
        // Steps of a site add up.
        for (site, units) in pass.units_of_sites() {
            match sites.iter_mut().find(|own| own.site == site) {
                Some(own) => own.add(units),
                None => sites.push(Told::first(site, units, bound)),
            }
        }
    }
    Ok(sites)
}

impl Told {
    fn first(site: &'static str, units: &Units, bound: &Evaluation) -> Self {
        let mut divergences = bound.sites.iter().filter(|own| own.is_divergence);
        let own = divergences.find(|own| own.site == site);
        let scaled = |all: &[f64]| all.iter().map(|x| x / DRAWS as f64).collect();
        Self {
            site,
            divergence: own.map_or(f64::NAN, |own| own.mean),
            by_unit: scaled(&units.divergences),
            activity: units.activity.as_deref().map(scaled),
            information: units.information.map(|own| own / DRAWS as f64),
            codes: units.codes.map(|own| own / DRAWS as f64),
        }
    }

    /// Adds another draw, or another step of the site in one draw.
    fn add(&mut self, units: &Units) {
        let add = |sums: &mut [f64], all: &[f64]| {
            let pairs = sums.iter_mut().zip(all);
            pairs.for_each(|(sum, x)| *sum += x / DRAWS as f64);
        };
        add(&mut self.by_unit, &units.divergences);
        if let Some((sums, all)) = self.activity.as_deref_mut().zip(units.activity.as_deref()) {
            add(sums, all);
        }
        let pairs = [
            (&mut self.information, units.information),
            (&mut self.codes, units.codes),
        ];
        for (sum, own) in pairs {
            if let Some((sum, own)) = sum.as_mut().zip(own) {
                *sum += own / DRAWS as f64;
            }
        }
    }
}
