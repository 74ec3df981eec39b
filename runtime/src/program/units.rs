//! What a latent site tells of the data, unit by unit.

use super::Pass;
use crate::distribution::{Distribution, Draw, Gaps};
use crate::kernels::log_sum::LogSum;
use crate::tensor::{Event, Flat, Value, Var, counting};

/// A site with more elements is one unit.
const MOST: usize = 1024;

/// What one draw of each row says of a site.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units {
    /// `E log q(zᵢ | x) − log p(zᵢ)` of each element; of a family that scores whole events, the site's own.
    pub(crate) divergences: Vec<f64>,
    /// The variance over rows of each element of the guide's mean, if it has one.
    pub(crate) activity: Option<Vec<f64>>,
    /// `e^H` of the mean probabilities of each bit or one-hot vector, averaged: how many of its values are in use.
    pub(crate) codes: Option<f64>,
    /// `E log q(z | x) − log 1/N Σ_n q(z | x_n)`, if the guide reads no other latent.
    pub(crate) information: Option<f64>,
}

impl Pass {
    /// What a draw of a site says. All rows are the data's, and none is a branch.
    pub(super) fn units<Q, P>(&self, site: usize, q: &Q, p: &P, draw: &Draw<Q::Event>) -> Units
    where
        Q: Distribution,
        P: Distribution<Event = Q::Event>,
    {
        let value = Var::of(
            Flat::of(draw.value().values().to_vec()),
            *draw.value().shape(),
        );
        let rows = Q::Event::rows(value.shape());
        let site = &self.sites[site];
        let is_plain = !site.is_global() && site.step.is_none();
        let reads_data = |parents: &[usize]| {
            let mut parents = parents.iter();
            parents.all(|&parent| self.sites[parent].latent.is_none())
        };
        let is_root = site.latent.is_some_and(|latent| reads_data(latent.parents));
        let probabilities = is_plain.then(|| q.probabilities(rows)).flatten();
        Units {
            codes: probabilities.map(|own| codes::<Q>(&own)),
            divergences: divergences(q, p, draw, &value),
            activity: is_plain
                .then(|| q.mean(rows).map(|mean| variances::<Q::Event>(&mean)))
                .flatten(),
            information: (is_plain && is_root).then(|| information(q, &value)),
        }
    }
}

fn divergences<Q, P>(q: &Q, p: &P, draw: &Draw<Q::Event>, value: &Value<Q::Event>) -> Vec<f64>
where
    Q: Distribution,
    P: Distribution<Event = Q::Event>,
{
    let elements = Q::Event::ELEMENTS;
    let by_element = matches!((Q::GAPS, P::GAPS), (Gaps::Elements, Gaps::Elements));
    let each = |at: usize| {
        let mask =
            (0..value.values().len()).map(|place| f32::from(u8::from(place % elements == at)));
        let mask = Flat::of(mask.collect());
        let log_prob =
            |score: &dyn Fn() -> crate::tensor::Rows| counting(value.flat(), &mask, score);
        let pair = log_prob(&|| q.log_prob(value)).zip(log_prob(&|| p.log_prob(value)));
        pair.map(|(q, p)| mean(q.exact()) - mean(p.exact()))
    };
    let units: Option<Vec<f64>> = match by_element && (2..=MOST).contains(&elements) {
        true => (0..elements).map(each).collect(),
        false => None,
    };
    units.unwrap_or_else(|| {
        vec![mean(q.log_prob_of(draw).exact()) - mean(p.log_prob_of(draw).exact())]
    })
}

/// The values in use of each bit or one-hot vector.
fn codes<Q: Distribution>(probabilities: &Value<Q::Event>) -> f64 {
    let elements = Q::Event::ELEMENTS;
    let rows = probabilities.values().chunks(elements);
    let count = rows.len() as f64;
    let mut means = vec![0.0; elements];
    for row in rows {
        let pairs = means.iter_mut().zip(row);
        pairs.for_each(|(mean, &p)| *mean += f64::from(p) / count);
    }
    let part = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    // Bits have as many states as there are sets of them.
    let is_bits = Q::listing().is_some_and(|own| own.log2_states == elements as f64);
    let used: Vec<f64> = match is_bits {
        true => means
            .iter()
            .map(|&p| (part(p) + part(1.0 - p)).exp())
            .collect(),
        false => {
            let lanes = means.chunks(Q::Event::LAST.max(1));
            lanes
                .map(|lane| lane.iter().map(|&p| part(p)).sum::<f64>().exp())
                .collect()
        }
    };
    mean(&used)
}

/// The variance over rows of each element.
fn variances<E: Event>(value: &Value<E>) -> Vec<f64> {
    let rows = E::rows(value.shape()) as f64;
    let mut sums = vec![(0.0, 0.0); E::ELEMENTS];
    for row in value.values().chunks(E::ELEMENTS) {
        for ((sum, squares), &x) in sums.iter_mut().zip(row) {
            let x = f64::from(x);
            (*sum, *squares) = (*sum + x, *squares + x * x);
        }
    }
    let variance = |(sum, squares): &(f64, f64)| (squares / rows - (sum / rows).powi(2)).max(0.0);
    sums.iter().map(variance).collect()
}

/// The mutual information of a draw and its row among these rows.
fn information<Q: Distribution>(q: &Q, value: &Value<Q::Event>) -> f64 {
    let elements = Q::Event::ELEMENTS;
    let rows = Q::Event::rows(value.shape());
    let mut sums = vec![LogSum::default(); rows];
    let mut own = Vec::new();
    for turn in 0..rows {
        // Row `n` scores the draw of row `n + turn`.
        let mut turned = value.values().to_vec();
        turned.rotate_left(turn * elements);
        let turned = Var::of(Flat::of(turned), *value.shape());
        let scores = q.log_prob(&turned).exact().to_vec();
        for (row, score) in scores.iter().enumerate() {
            sums[(row + turn) % rows].add(*score);
        }
        if turn == 0 {
            own = scores;
        }
    }
    let count = (rows as f64).ln();
    let parts = own.iter().zip(&sums);
    parts
        .map(|(own, sum)| own - sum.value() + count)
        .sum::<f64>()
        / rows as f64
}

fn mean(rows: &[f64]) -> f64 {
    rows.iter().sum::<f64>() / rows.len().max(1) as f64
}
