//! Terms of millions of nats that differ by a few: the states of a class that explains 20,000 columns.
//!
//! The reference is a sum in `f64` over the same parameters, which are single numbers in both.

use elbow::prelude::*;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::{assert_close, rounded, scattered};
use statrs::function::gamma::ln_gamma;

const COLUMNS: usize = 20_000;
const LOGITS: [f64; 3] = [0.3, -0.2, 0.1];

type Row = Batch<(Const<COLUMNS>,)>;

/// A model of a class and its columns, whose class is trained by every estimator, under this likelihood.
macro_rules! classes {
    ($module:ident, |$rate:ident| $likelihood:expr) => {
        mod $module {
            use super::*;

            model! {
                pub struct Classes { pub class: Parameter<Rank1<3>> }
                generative p(first: [COLUMNS], second: [COLUMNS], third: [COLUMNS]) {
                    sample y: [3] ~ OneHotCategorical::logits(0.0);
                    let $rate = chosen(y, first, second, third);
                    sample x: [COLUMNS] ~ $likelihood;
                }
                inference q(x, first, second, third) {
                    sample y ~ OneHotCategorical::logits(class);
                }
                inference q_rloo(x, first, second, third) {
                    sample y ~ OneHotCategorical::logits(class) via Rloo { samples: 3 };
                }
                inference q_mean(x, first, second, third) {
                    sample y ~ OneHotCategorical::logits(class) via ScoreFunction::running_mean(0.5);
                }
                inference q_vimco(x, first, second, third) {
                    sample y ~ OneHotCategorical::logits(class) via Vimco;
                }
            }

            pub fn new() -> Classes {
                let mut classes = Classes::new(0);
                classes.class.value = tensor(LOGITS.map(|l| l as f32).to_vec(), (Const::<3>,));
                classes
            }
        }
    };
}

classes!(poisson, |rate| Poisson::new(rate));
classes!(normal, |loc| Normal::new(loc, 0.1));
classes!(laplace, |loc| Laplace::new(loc, 0.01));
classes!(negative_binomial, |rate| NegativeBinomial::logits(
    50.0,
    (rate * 0.02).ln()
));

type Columns = elbow::family::Value<(Const<COLUMNS>,)>;

/// The columns of the class that a row is in.
fn chosen(
    y: elbow::family::Value<(Const<3>,)>,
    first: Columns,
    second: Columns,
    third: Columns,
) -> Columns {
    let classes = y.as_vec();
    let all = [first, second, third].map(|columns| columns.as_vec());
    let mut values = Vec::new();
    for (row, class) in classes.chunks(3).enumerate() {
        let own = class.iter().position(|&bit| bit == 1.0).expect("a class");
        values.extend_from_slice(&all[own][row * COLUMNS..][..COLUMNS]);
    }
    Var::from(tensor(values, (classes.len() / 3, Const)))
}

/// Columns around 100 whose classes differ by a few nats in all, and an observation that none explains.
struct Case {
    classes: [Vec<f64>; 3],
    x: Vec<f64>,
}

impl Case {
    fn new(apart: f64, factor: f64) -> Self {
        let base: Vec<f64> = (0..COLUMNS)
            .map(|at| 100.0 + 50.0 * scattered(at))
            .collect();
        let class = |number: usize| -> Vec<f64> {
            let own = base.iter().enumerate();
            own.map(|(at, b)| rounded(b * (1.0 + apart * scattered(at * 7 + number * 1_000_003))))
                .collect()
        };
        Self {
            classes: [class(1), class(2), class(3)],
            x: base.iter().map(|b| (b * factor).round()).collect(),
        }
    }

    fn data(&self) -> [Row; 4] {
        let [first, second, third] = &self.classes;
        [&self.x, first, second, third]
            .map(|values| batch(values.iter().map(|&v| v as f32).collect()).expect("a row"))
    }

    /// The log-likelihood of each class.
    fn log_likelihoods(&self, log_prob: impl Fn(f64, f64) -> f64) -> [f64; 3] {
        self.classes.each_ref().map(|class| {
            let pairs = self.x.iter().zip(class);
            pairs.map(|(&x, &parameter)| log_prob(x, parameter)).sum()
        })
    }
}

/// The exact objectives and their gradients by the logits.
struct Exact {
    loss: f64,
    gradient: [f64; 3],
    evidence: f64,
}

impl Exact {
    fn of(log_likelihoods: [f64; 3]) -> Self {
        let total: f64 = LOGITS.iter().map(|l| rounded(*l).exp()).sum();
        let guide = LOGITS.map(|l| rounded(l).exp() / total);
        let uniform = (1.0_f64 / 3.0).ln();
        let ratios: [f64; 3] =
            std::array::from_fn(|k| log_likelihoods[k] + uniform - guide[k].ln());
        let bound: f64 = guide.iter().zip(ratios).map(|(q, r)| q * r).sum();
        let most = log_likelihoods.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = log_likelihoods.iter().map(|l| (l - most).exp()).sum();
        Self {
            loss: -bound,
            gradient: std::array::from_fn(|k| -guide[k] * (ratios[k] - bound)),
            evidence: most + sum.ln() + uniform,
        }
    }
}

/// Checks every objective and estimator of a model's class.
macro_rules! check {
    ($module:ident, $case:expr, $log_prob:expr) => {{
        let case = $case;
        let log_likelihoods = case.log_likelihoods($log_prob);
        let exact = Exact::of(log_likelihoods);
        assert!(log_likelihoods[0] < -5e5, "large terms: {log_likelihoods:?}");
        let size = exact.gradient.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
        assert!((0.01..100.0).contains(&size), "a few nats apart: {size}");
        let [x, first, second, third] = case.data();
        let classes = $module::new();

        let loss = Elbo::default().loss(&classes.q(&x, &first, &second, &third)).expect("finite");
        let value = f64::from(loss.value());
        assert_close("loss", value, exact.loss, 1e-6, exact.loss);
        let found = loss.backward().get(&classes.class.value).as_vec();
        for (found, expected) in found.iter().zip(exact.gradient) {
            assert_close("summed out", f64::from(*found), expected, 1e-4, size.min(1.0));
        }
        let program = classes.q(&x, &first, &second, &third);
        let evidence = LogEvidence::samples(1).evaluate(&program).expect("finite");
        let found = evidence.log_evidence;
        assert_close("evidence", found, exact.evidence, 1e-9, exact.evidence);
        let evaluation = Elbo::default().evaluate(&program).expect("finite");
        assert_close("bound", evaluation.elbo, -exact.loss, 1e-9, exact.loss);
        // The weights of all states are one sum: the gradient is that of the evidence, which no logit moves.
        let weighted = ImportanceWeighted::default();
        let gradient = weighted.loss(&program).expect("finite").backward();
        for found in gradient.get(&classes.class.value).as_vec() {
            assert_close("the evidence", f64::from(found), 0.0, 1e-4, 1.0);
        }

        let mean_of = |what: &str, draw: &dyn Fn() -> Vec<f32>, draws: usize, effect: f64| {
            let all: Vec<Vec<f32>> = (0..draws).map(|_| draw()).collect();
            for (k, expected) in exact.gradient.iter().enumerate() {
                let own: Vec<f64> = all.iter().map(|g| f64::from(g[k])).collect();
                assert_mean(what, &own, *expected, effect * size);
            }
        };
        mean_of(
            "leave one out",
            &|| {
                let program = classes.q_rloo(&x, &first, &second, &third);
                let loss = Elbo::default().loss(&program).expect("finite");
                loss.backward().get(&classes.class.value).as_vec()
            },
            200,
            1.6,
        );
    }};
}

fn log_poisson(x: f64, rate: f64) -> f64 {
    x * rate.ln() - rate - ln_gamma(x + 1.0)
}

#[test]
fn counts_that_no_class_explains() {
    check!(poisson, Case::new(1e-4, 4.0), log_poisson);
    check!(poisson, Case::new(3e-6, 40.0), log_poisson);
}

#[test]
fn other_likelihoods() {
    check!(normal, Case::new(1e-6, 1.01), |x, loc| {
        let standard = (x - loc) / rounded(0.1);
        -0.5 * standard * standard - rounded(0.1).ln() - 0.918_938_533_204_672_7
    });
    check!(laplace, Case::new(1e-6, 1.01), |x, loc| {
        -(x - loc).abs() / rounded(0.01) - (2.0 * rounded(0.01)).ln()
    });
    check!(negative_binomial, Case::new(2e-6, 400.0), |k, rate| {
        // To the last digit as the model has it: 400,000 counts read it.
        let logit = Var::from(tensor(vec![rate as f32 * 0.02], ())).ln();
        let logit = f64::from(logit.number());
        let [r, softplus] = [50.0, (1.0 + logit.exp()).ln()];
        ln_gamma(k + r) - ln_gamma(r) - ln_gamma(k + 1.0) - r * softplus + k * (logit - softplus)
    });
}

/// A running mean of −10⁶ is taken off costs of −10⁶: the first step's baseline is the mean of no other row.
#[test]
fn a_running_mean_of_large_costs() {
    let case = Case::new(1e-4, 4.0);
    let exact = Exact::of(case.log_likelihoods(log_poisson));
    let [x, first, second, third] = case.data();
    let classes = poisson::new();
    let mut gradients = Vec::new();
    for step in 0..300 {
        let program = classes.q_mean(&x, &first, &second, &third);
        let loss = Elbo::default().loss(&program).expect("finite");
        let gradient = loss.backward().get(&classes.class.value).as_vec();
        if step > 30 {
            gradients.push(gradient);
        }
    }
    for (k, expected) in exact.gradient.iter().enumerate() {
        let own: Vec<f64> = gradients.iter().map(|g| f64::from(g[k])).collect();
        // Single numbers would be off by the size of an ulp at 10⁷, a nat.
        assert_mean("running mean", &own, *expected, 3.0);
    }
}

/// Two particles whose weights are of one size: VIMCO's baselines are differences of the logarithms.
#[test]
fn vimco_compares_large_weights() {
    let case = Case::new(3e-5, 4.0);
    let log_likelihoods = case.log_likelihoods(log_poisson);
    let total: f64 = LOGITS.iter().map(|l| rounded(*l).exp()).sum();
    let guide = LOGITS.map(|l| rounded(l).exp() / total);
    let weights: [f64; 3] =
        std::array::from_fn(|k| log_likelihoods[k] - 3.0_f64.ln() - guide[k].ln());
    let most = weights.iter().copied().fold(f64::MIN, f64::max);
    // −∂/∂l of Σ q(a) q(b) ln ½(w_a + w_b), by the logits.
    let pair = |a: usize, b: usize| {
        most + (0.5 * ((weights[a] - most).exp() + (weights[b] - most).exp())).ln()
    };
    let mut exact = [0.0; 3];
    for a in 0..3 {
        for b in 0..3 {
            let chance = guide[a] * guide[b];
            let ratio = |k: usize| (weights[k] - most).exp();
            let share = ratio(a) / (ratio(a) + ratio(b));
            for (l, exact) in exact.iter_mut().enumerate() {
                let score = |k: usize| f64::from(u8::from(k == l)) - guide[l];
                let by_weights = -(share * score(a) + (1.0 - share) * score(b));
                *exact -= chance * ((pair(a, b) - most) * (score(a) + score(b)) + by_weights);
            }
        }
    }
    let [x, first, second, third] = case.data();
    let classes = poisson::new();
    let objective = ImportanceWeighted::default().particles(2);
    let gradients: Vec<Vec<f32>> = (0..400)
        .map(|_| {
            let program = classes.q_vimco(&x, &first, &second, &third);
            let loss = objective.loss(&program).expect("finite");
            loss.backward().get(&classes.class.value).as_vec()
        })
        .collect();
    for (k, expected) in exact.iter().enumerate() {
        let own: Vec<f64> = gradients.iter().map(|g| f64::from(g[k])).collect();
        assert_mean("VIMCO", &own, *expected, 0.6);
    }
}

/// The weights of a mixture learn from differences of its parts' densities.
#[test]
fn a_mixture_of_large_parts() {
    let case = Case::new(1e-4, 4.0);
    let log_likelihoods = case.log_likelihoods(log_poisson);
    let [x, ..] = case.data();
    let logits = tensor(LOGITS.map(|l| l as f32).to_vec(), (Const::<3>,));
    let parts = || {
        case.classes.each_ref().map(|class| {
            let rates: Vec<f32> = class.iter().map(|&v| v as f32).collect();
            Poisson::<(Const<COLUMNS>,)>::new(tensor(rates, (Const,)))
        })
    };
    let (value, recording) = elbow::family::record(|| {
        let mixture = Mixture::new(logits.clone(), parts());
        let rows = mixture.log_prob(&Var::from(x.clone()));
        elbow::family::mean(&rows)
    });
    let terms: [f64; 3] = std::array::from_fn(|k| rounded(LOGITS[k]) + log_likelihoods[k]);
    let most = terms.iter().copied().fold(f64::MIN, f64::max);
    let sum: f64 = terms.iter().map(|t| (t - most).exp()).sum();
    let total: f64 = LOGITS.iter().map(|l| rounded(*l).exp()).sum();
    let found = recording.backward(&value).get(&logits).as_vec();
    for (k, found) in found.iter().enumerate() {
        let expected = (terms[k] - most).exp() / sum - rounded(LOGITS[k]).exp() / total;
        assert_close("weight", f64::from(*found), expected, 1e-4, 1.0);
    }
}

/// One rule for all: a row that no draw explains is an error that names the site.
#[test]
fn a_row_without_weight_is_an_error() {
    model! {
        struct Narrow { loc: Parameter<Rank0> }
        generative p {
            sample z ~ Normal::new(0.0, 1.0);
            sample x ~ Uniform::new(z * 0.0 - 1.0, 1.0);
        }
        inference q(x) { sample z ~ Normal::new(loc, 1.0); }
    }
    let narrow = Narrow::new(0);
    let x = batch(vec![0.5, 3.0]).expect("rows");
    let told = |error: elbow::Error| error.to_string();
    let evaluated = Elbo::default()
        .evaluate(&narrow.q(&x))
        .map(|_| ())
        .map_err(told);
    let weighed = LogEvidence::samples(4)
        .evaluate(&narrow.q(&x))
        .map(|_| ())
        .map_err(told);
    let expected = "the objective is not finite at step 0: the term of `x` (first in row 1)";
    assert_eq!(evaluated.expect_err("outside"), expected);
    assert_eq!(
        weighed.expect_err("outside").replace("step 1", "step 0"),
        expected
    );
}

/// A value that is far out but possible has a finite log-density: double precision holds it.
#[test]
fn far_observations_have_a_density() {
    model! {
        struct Far { loc: Parameter<Rank0> }
        generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Normal::new(z * 0.0, 1.0); }
        inference q(x) { sample z ~ Normal::new(loc, 1.0); }
    }
    let far = Far::new(0);
    let x = batch(vec![1e30]).expect("a row");
    let exact = -0.5 * rounded(1e30) * rounded(1e30);
    let evaluation = Elbo::default().evaluate(&far.q(&x)).expect("finite");
    assert_close("bound", evaluation.elbo / exact, 1.0, 1e-12, 1.0);
    let evidence = LogEvidence::samples(3)
        .evaluate(&far.q(&x))
        .expect("finite");
    assert_close("evidence", evidence.log_evidence / exact, 1.0, 1e-12, 1.0);
    // A loss is a single number, and this is none.
    assert!(Elbo::default().loss(&far.q(&x)).is_err());
}

/// Columns that are all alike have roundings that are alike, too: they add up to what decides between classes.
#[test]
fn columns_that_are_alike() {
    const MANY: usize = 100_000;
    type Event = (Const<MANY>,);
    #[track_caller]
    fn check<D: Distribution<Event = Event>>(what: &str, density: D, x: f64, term: f64) {
        let x = batch::<(usize, Const<MANY>)>(vec![x as f32; MANY]).expect("a row");
        let found = density.log_prob(&Var::from(&x)).exact()[0];
        let expected = term * MANY as f64;
        let error = (found - expected).abs();
        assert!(
            error < 1e-11 * expected.abs().max(1e6),
            "{what}: {found} for {expected}"
        );
    }
    let softplus = |l: f64| l.max(0.0) + (-l.abs()).exp().ln_1p();
    for parameter in [0.01, 0.3, 0.7, 1.3, 3.1, 47.7] {
        let own = rounded(parameter);
        let given = own as f32;
        let x = 1.7_f32;
        let wide = f64::from(x);
        let normal = -0.5 * (wide / own).powi(2) - own.ln() - 0.918_938_533_204_672_8;
        check("normal", Normal::new(0.0, given), wide, normal);
        let half = normal + 2.0_f64.ln();
        check("half-normal", HalfNormal::new(given), wide, half);
        let laplace = -wide / own - (2.0 * own).ln();
        check("Laplace", Laplace::new(0.0, given), wide, laplace);
        let exponential = own.ln() - own * wide;
        check("exponential", Exponential::new(given), wide, exponential);
        let uniform = -(wide + own).ln();
        check("uniform", Uniform::new(-given, x), 0.0, uniform);
        for logit in [own, -own] {
            let bits = Bernoulli::logits(logit as f32);
            check("bit", bits.clone(), 1.0, -softplus(-logit));
            check("no bit", bits, 0.0, -softplus(logit));
            let failures = -(3.0 * softplus(logit) + softplus(-logit));
            check("failures", Geometric::logits(logit as f32), 3.0, failures);
        }
        // While slopes are kept for a gradient, too.
        let (found, _recording) = elbow::family::record(|| {
            let learned = tensor(vec![given; MANY], (Const::<MANY>,));
            let ones = batch::<(usize, Const<MANY>)>(vec![1.0; MANY]).expect("a row");
            let bits = Bernoulli::<Event>::logits(learned);
            bits.log_prob(&Var::from(&ones)).exact()[0]
        });
        let expected = -softplus(-own) * MANY as f64;
        assert!((found - expected).abs() < 1e-5, "{found} for {expected}");
        let logits: Vec<f32> = [given, -0.4, 0.0].repeat(MANY);
        let total = (own.exp() + rounded(-0.4).exp() + 1.0).ln();
        let logits = tensor(logits, (Const::<MANY>, Const::<3>));
        check(
            "index",
            Categorical::logits(logits.clone()),
            0.0,
            own - total,
        );
        let one_hot = OneHotCategorical::<(Const<MANY>, Const<3>)>::logits(logits);
        let x = batch::<(usize, Const<MANY>, Const<3>)>([1.0, 0.0, 0.0].repeat(MANY));
        let found = one_hot.log_prob(&Var::from(x.expect("a row"))).exact()[0];
        let expected = MANY as f64 * (own - total);
        assert!(
            (found - expected).abs() < 1e-5,
            "one-hot: {found} for {expected}"
        );
    }
}

/// Events of many categories under each state of a class: the logits have more rows than the datum.
#[test]
fn many_categories_under_states() {
    const MANY: usize = 1_100;
    type Indexed = (Const<MANY>, Const<2>);
    model! {
        struct Codes { one: Linear<3, 3300>, index: Linear<3, 2200> }
        generative p {
            sample y: [3] ~ OneHotCategorical::logits(0.0);
            let logits = one(y).reshape_like(&(y.shape().0, Const::<1100>, Const::<3>));
            let indices = index(y).reshape_like(&(y.shape().0, Const::<1100>, Const::<2>));
            sample x: [MANY, 3] ~ OneHotCategorical::logits(logits);
            sample k: [MANY] ~ Categorical::<Indexed>::logits(indices);
        }
        inference q(x, k) { sample y ~ OneHotCategorical::logits(0.0); }
        inference q_rloo(x, k) { sample y ~ OneHotCategorical::logits(0.0) via Rloo { samples: 3 }; }
        inference q_known(x, k, y) {}
    }
    let codes = Codes::new(0);
    let rows = 2;
    let one_hot =
        (0..rows * MANY).flat_map(|at| (0..3).map(move |k| f32::from(u8::from(at * 7 % 3 == k))));
    let x = batch::<(usize, Const<MANY>, Const<3>)>(one_hot.collect()).expect("rows");
    let indices = (0..rows * MANY).map(|at| (at * 5 % 7 % 2) as f32);
    let k = batch::<(usize, Const<MANY>)>(indices.collect()).expect("rows");
    let known: Vec<Vec<f64>> = (0..3)
        .map(|class| {
            let state: Vec<f32> = (0..3).map(|k| f32::from(u8::from(k == class))).collect();
            let y = batch::<(usize, Const<3>)>(state.repeat(rows)).expect("rows");
            let bound = Elbo::default().evaluate(&codes.q_known(&x, &k, &y));
            bound.expect("finite").rows
        })
        .collect();
    let evidence = LogEvidence::samples(1)
        .evaluate(&codes.q(&x, &k))
        .expect("finite");
    for (row, found) in evidence.rows.iter().enumerate() {
        let most = known.iter().map(|k| k[row]).fold(f64::MIN, f64::max);
        let sum: f64 = known.iter().map(|k| (k[row] - most).exp()).sum();
        assert_close("evidence", *found, most + sum.ln(), 1e-9, 1e3);
    }
    // Each draw is scored as the state that it is.
    let drawn = Elbo::default()
        .evaluate(&codes.q_rloo(&x, &k))
        .expect("finite");
    for (row, found) in drawn.rows.iter().enumerate() {
        let of_states = known.iter().map(|k| k[row] + 3.0_f64.ln());
        let nearest = of_states
            .map(|state| (found - state).abs())
            .fold(f64::MAX, f64::min);
        assert!(nearest < 1e-6, "{found}: {nearest}");
    }
}

model! {
    /// A bit that moves the mean, and a guide that may be as sure of it as `f32` can say.
    struct Sure { logit: Parameter<Rank0> }
    generative p {
        sample y ~ Bernoulli::probs(0.5);
        sample x ~ Normal::new(y * 2.0, 1.0);
    }
    inference q(x) { sample y ~ Bernoulli::logits(logit); }
}

/// A state is counted exactly until its own probability takes all digits; then it counts as never drawn. The bound is never above the
/// evidence.
#[test]
fn a_guide_that_is_too_sure_does_not_exceed_the_evidence() -> Result<(), elbow::Error> {
    let log_density =
        |mean: f64| -0.5 * (0.5 - mean) * (0.5 - mean) - 0.5 * std::f64::consts::TAU.ln();
    let [zero, one] = [0.0, 2.0].map(log_density);
    let evidence = (0.5 * zero.exp() + 0.5 * one.exp()).ln();
    let x = batch(vec![0.5])?;
    let mut sure = Sure::new(0);
    for (logit, exact) in [
        (0.0, evidence),
        (1e5, evidence),
        (1e9, evidence),
        (-1e9, evidence),
        (1e13, one - 2.0_f64.ln()),
        (-1e13, zero - 2.0_f64.ln()),
        (1e17, one - 2.0_f64.ln()),
        (3e38, one - 2.0_f64.ln()),
    ] {
        sure.logit.value.copy_from(&[logit]);
        let tight = LogEvidence::samples(10).evaluate(&sure.q(&x))?.log_evidence;
        assert!(
            (tight - exact).abs() < 1e-5,
            "{logit}: {tight}, not {exact}"
        );
        let loss = ImportanceWeighted::default()
            .particles(10)
            .loss(&sure.q(&x))?
            .value();
        assert!(
            (f64::from(loss) + exact).abs() < 1e-5,
            "{logit}: {loss}, not {exact}"
        );
    }
    Ok(())
}
