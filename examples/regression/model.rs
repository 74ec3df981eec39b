//! The regression: one draw of the weights for the whole table.

use elbow::prelude::*;

/// The four measurements of an iris, and the constant 1.
pub const WEIGHTS: usize = 5;
/// The elements of a factor below its diagonal.
const PAIRS: usize = WEIGHTS * (WEIGHTS - 1) / 2;
/// The prior standard deviation of every weight: Gelman, Jakulin, Pittau and Su, *A weakly informative default prior
/// distribution for logistic and other regression models*, Annals of Applied Statistics, 2008, have this scale for
/// inputs in such units.
pub const PRIOR: f32 = 2.5;

/// The inputs of every row.
pub type Inputs = Batch<(Const<WEIGHTS>,)>;

model! {
    /// Logistic regression with a normal prior and a normal posterior of all weights together.
    pub struct Regression {
        pub loc: Parameter<Rank1<WEIGHTS>>,
        pub log_diagonal: Parameter<Rank1<WEIGHTS>>,
        pub lower: Parameter<Rank1<PAIRS>>,
    }

    generative p(u: [WEIGHTS]) {
        global sample w: [WEIGHTS] ~ Normal::new(0.0, PRIOR);
        let logit = (u * w).sum_last();
        sample y ~ Bernoulli::logits(logit);
    }

    inference q(y, u) {
        sample w ~ MultivariateNormal::cholesky(loc, cholesky(log_diagonal, lower));
    }
}

/// The lower-triangular matrix with these logarithms on its diagonal and these numbers below it, by rows.
fn cholesky(
    log_diagonal: Var<Rank1<WEIGHTS>>,
    lower: Var<Rank1<PAIRS>>,
) -> Var<Rank2<WEIGHTS, WEIGHTS>> {
    let mut on = [[0.0; WEIGHTS * WEIGHTS]; WEIGHTS];
    for (i, place) in on.iter_mut().enumerate() {
        place[i * WEIGHTS + i] = 1.0;
    }
    let mut below = [[0.0; WEIGHTS * WEIGHTS]; PAIRS];
    let places = (0..WEIGHTS).flat_map(|row| (0..row).map(move |column| row * WEIGHTS + column));
    for (pair, place) in below.iter_mut().zip(places) {
        pair[place] = 1.0;
    }
    let on: Var<Rank2<WEIGHTS, { WEIGHTS * WEIGHTS }>> =
        elbow::prelude::tensor(on.concat(), Default::default()).into();
    let below: Var<Rank2<PAIRS, { WEIGHTS * WEIGHTS }>> =
        elbow::prelude::tensor(below.concat(), Default::default()).into();
    let flat: Var<Rank1<{ WEIGHTS * WEIGHTS }>> =
        log_diagonal.exp().matmul(on) + lower.matmul(below);
    flat.reshape()
}

impl Regression {
    /// The posterior mean of every weight.
    pub fn means(&self) -> [f64; WEIGHTS] {
        self.loc.value.array().map(f64::from)
    }

    /// The posterior standard deviation of every weight.
    pub fn deviations(&self) -> [f64; WEIGHTS] {
        let (log_diagonal, lower) = (&self.log_diagonal.value, &self.lower.value);
        let factor = cholesky(Var::from(log_diagonal), Var::from(lower));
        let mut rows = factor.values().chunks(WEIGHTS);
        std::array::from_fn(|_| {
            let squares = rows.next().unwrap_or_default().iter();
            squares.map(|&l| f64::from(l).powi(2)).sum::<f64>().sqrt()
        })
    }
}
