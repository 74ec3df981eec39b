//! The same model in `f64`, summed over all of its states.

use elbow_tests::support::differences::gradient;

/// What both layers are made of.
#[derive(Clone, Copy, PartialEq)]
pub enum Family {
    /// Two independent bits.
    Bits,
    /// One of three categories.
    Categories,
}

/// The numbers of a model and its guide, and which way the guide runs.
#[derive(Clone)]
pub struct Case {
    pub family: Family,
    /// Whether the guide draws `z₁` first, against the model.
    pub backward: bool,
    pub prior: Vec<f64>,
    pub between: Vec<f64>,
    pub pixels: Vec<f64>,
    pub guide: Vec<f64>,
    pub x: [f64; 2],
    pub first: Vec<f64>,
    pub second: Vec<f64>,
}

/// The derivative of a hard draw that a straight-through estimator pretends, by its logits.
pub type Rule = fn(Family, &[f64], &[f64]) -> Vec<Vec<f64>>;

impl Family {
    fn states(self) -> Vec<Vec<f64>> {
        match self {
            Self::Bits => vec![
                vec![0.0, 0.0],
                vec![1.0, 0.0],
                vec![0.0, 1.0],
                vec![1.0, 1.0],
            ],
            Self::Categories => (0..3)
                .map(|k| (0..3).map(|i| f64::from(i == k)).collect())
                .collect(),
        }
    }

    pub fn probs(self, logits: &[f64]) -> Vec<f64> {
        match self {
            Self::Bits => logits.iter().map(|l| 1.0 / (1.0 + (-l).exp())).collect(),
            Self::Categories => {
                let total: f64 = logits.iter().map(|l| l.exp()).sum();
                logits.iter().map(|l| l.exp() / total).collect()
            }
        }
    }

    fn log_prob(self, logits: &[f64], z: &[f64]) -> f64 {
        let probs = self.probs(logits);
        let pairs = probs.iter().zip(z);
        match self {
            Self::Bits => pairs
                .map(|(p, z)| z * p.ln() + (1.0 - z) * (1.0 - p).ln())
                .sum(),
            Self::Categories => pairs.map(|(p, z)| z * p.ln()).sum(),
        }
    }

    /// `E_q ln q/p`
    fn divergence(self, q: &[f64], p: &[f64]) -> f64 {
        let states = self.states().into_iter();
        states
            .map(|z| {
                let log_q = self.log_prob(q, &z);
                log_q.exp() * (log_q - self.log_prob(p, &z))
            })
            .sum()
    }

    /// `diag p − ppᵀ` of each group of elements that are squashed together.
    fn slope(self, p: &[f64]) -> Vec<Vec<f64>> {
        let entry = |i: usize, j: usize| match (self, i == j) {
            (_, true) => p[i] * (1.0 - p[i]),
            (Self::Bits, false) => 0.0,
            (Self::Categories, false) => -p[i] * p[j],
        };
        (0..p.len())
            .map(|i| (0..p.len()).map(|j| entry(i, j)).collect())
            .collect()
    }
}

/// `J(p)`
pub fn straight_through(family: Family, p: &[f64], _: &[f64]) -> Vec<Vec<f64>> {
    family.slope(p)
}

/// `2 J(½(p + e)) − ½ J(p)`
pub fn reinmax(family: Family, p: &[f64], e: &[f64]) -> Vec<Vec<f64>> {
    let middle: Vec<f64> = p.iter().zip(e).map(|(p, e)| 0.5 * (p + e)).collect();
    let rows = family.slope(&middle).into_iter().zip(family.slope(p));
    rows.map(|(m, p)| m.iter().zip(p).map(|(m, p)| 2.0 * m - 0.5 * p).collect())
        .collect()
}

impl Case {
    /// Numbers without pattern.
    pub fn new(family: Family, backward: bool) -> Self {
        let size = if family == Family::Bits { 2 } else { 3 };
        let numbers = |seed: usize, count: usize, spread: f64| -> Vec<f64> {
            (0..count)
                .map(|i| spread * elbow_tests::support::tensors::scattered(seed + 7 * i))
                .map(elbow_tests::support::tensors::rounded)
                .collect()
        };
        Self {
            family,
            backward,
            prior: numbers(1, size, 0.8),
            between: numbers(2, size * size, 1.5),
            pixels: numbers(3, size * 2, 3.0),
            guide: numbers(4, size * size, 1.2),
            x: [1.0, 0.0],
            first: numbers(5, size, 1.0),
            second: numbers(6, size, 1.0),
        }
    }

    fn times(&self, z: &[f64], matrix: &[f64]) -> Vec<f64> {
        let width = matrix.len() / z.len();
        (0..width)
            .map(|j| (0..z.len()).map(|i| z[i] * matrix[i * width + j]).sum())
            .collect()
    }

    fn log_likelihood(&self, z1: &[f64]) -> f64 {
        Family::Bits.log_prob(&self.times(z1, &self.pixels), &self.x)
    }

    fn second_logits(&self, second: &[f64], drawn: &[f64]) -> Vec<f64> {
        let from = self.times(drawn, &self.guide);
        second.iter().zip(from).map(|(s, f)| s + f).collect()
    }

    /// `(q(z), ln p(x | z), ln q(z)/p(z))` of every joint state.
    fn terms(&self, first: &[f64], second: &[f64]) -> Vec<(f64, f64, f64)> {
        let states = self.family.states();
        let pairs = states
            .iter()
            .flat_map(|a| states.iter().map(move |b| (a, b)));
        pairs
            .map(|(a, b)| {
                let log_q = self.family.log_prob(first, a)
                    + self.family.log_prob(&self.second_logits(second, a), b);
                let (z1, z2) = if self.backward { (a, b) } else { (b, a) };
                let log_p = self.family.log_prob(&self.prior, z2)
                    + self.family.log_prob(&self.times(z2, &self.between), z1);
                (log_q.exp(), self.log_likelihood(z1), log_q - log_p)
            })
            .collect()
    }

    fn by_logits(&self, f: impl Fn(&[f64], &[f64]) -> f64) -> Vec<f64> {
        let size = self.first.len();
        let at = [&self.first[..], &self.second].concat();
        gradient(|all| f(&all[..size], &all[size..]), &at)
    }

    /// The evidence lower bound and its gradients by the first and the second site's logits.
    pub fn bound(&self) -> (f64, Vec<f64>) {
        self.weighted_bound(1.0)
    }

    /// The same with a weight on the divergence.
    pub fn weighted_bound(&self, kl_weight: f64) -> (f64, Vec<f64>) {
        let bound = |first: &[f64], second: &[f64]| {
            let terms = self.terms(first, second);
            let term =
                |(q, likelihood, ratio): &(f64, f64, f64)| q * (likelihood - kl_weight * ratio);
            terms.iter().map(term).sum::<f64>()
        };
        (bound(&self.first, &self.second), self.by_logits(bound))
    }

    /// The importance-weighted bound of two particles, and its gradients.
    pub fn bound_of_two(&self) -> (f64, Vec<f64>) {
        let bound = |first: &[f64], second: &[f64]| {
            let weight = |(q, likelihood, ratio)| (q, likelihood - ratio);
            let weights: Vec<(f64, f64)> =
                self.terms(first, second).into_iter().map(weight).collect();
            let pair = |(q, w): &(f64, f64)| -> f64 {
                let with = |(r, v): &(f64, f64)| q * r * (0.5 * (w.exp() + v.exp())).ln();
                weights.iter().map(with).sum()
            };
            weights.iter().map(pair).sum::<f64>()
        };
        (bound(&self.first, &self.second), self.by_logits(bound))
    }

    /// The mean of a straight-through estimator at both sites, the guide running as the model does.
    pub fn straight_through_mean(&self, rule: Rule) -> Vec<f64> {
        assert!(!self.backward, "only then are all divergences closed");
        let size = self.first.len();
        let mut mean = vec![0.0; 2 * size];
        let kl1 = |z2: &[f64], second: &[f64]| {
            let logits = self.second_logits(second, z2);
            self.family
                .divergence(&logits, &self.times(z2, &self.between))
        };
        let pull = |matrix: &[Vec<f64>], g: &[f64]| -> Vec<f64> {
            let inner = |row: &Vec<f64>| row.iter().zip(g).map(|(m, g)| m * g).sum();
            matrix.iter().map(inner).collect()
        };
        let p2 = self.family.probs(&self.first);
        let kl2 = gradient(|l| self.family.divergence(l, &self.prior), &self.first);
        for z2 in self.family.states() {
            let weight2 = self.family.log_prob(&self.first, &z2).exp();
            let logits = self.second_logits(&self.second, &z2);
            let p1 = self.family.probs(&logits);
            for z1 in self.family.states() {
                let weight = weight2 * self.family.log_prob(&logits, &z1).exp();
                let by_z1 = gradient(|z| self.log_likelihood(z), &z1);
                let own = pull(&rule(self.family, &p1, &z1), &by_z1);
                let direct = gradient(|s| kl1(&z2, s), &self.second);
                let mut by_z2 = gradient(|z| -kl1(z, &self.second), &z2);
                for (i, by) in by_z2.iter_mut().enumerate() {
                    let row = &self.guide[i * size..][..size];
                    *by += row.iter().zip(&own).map(|(w, g)| w * g).sum::<f64>();
                }
                let upper = pull(&rule(self.family, &p2, &z2), &by_z2);
                for at in 0..size {
                    mean[at] += weight * (upper[at] - kl2[at]);
                    mean[size + at] += weight * (own[at] - direct[at]);
                }
            }
        }
        mean
    }
}
