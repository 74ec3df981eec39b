//! Every family as an observation of rows with their own numbers of steps: what stands beyond a row's last step changes no bit.

use elbow::Error;
use elbow::family::Key;
use elbow::prelude::bijector::{Affine, Exp};
use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::scattered;

use crate::support::{by, loss};

const STEPS: usize = 3;
const LENGTHS: [usize; 5] = [2, 0, 3, 1, 2];

type Pairs = Batch<(Const<STEPS>, Const<2>)>;

model! {
    /// A chain that shows numbers of all continuous families.
    pub struct Continuous {
        step: Linear<2, 2>,
        hidden: Linear<2, 2>,
        encode: Linear<4, 2>,
        start: Parameter<Rank1<2>, Random>,
        square: Parameter<Rank2<2, 2>>,
        narrow: Parameter<Rank2<2, 1>, Random>,
    }
    generative p(length: 0..=STEPS) {
        let mut state = start;
        for t in 0..length {
            sample z[t]: [2] ~ Normal::new(step(state), 1.0);
            let h = hidden(z[t]);
            let size = h.exp();
            sample normal[t]: [2] ~ Normal::new(h, size);
            sample logistic[t]: [2] ~ Logistic::new(h, size);
            sample laplace[t]: [2] ~ Laplace::new(h, size);
            sample gumbel[t]: [2] ~ Gumbel::new(h, size);
            sample cauchy[t]: [2] ~ Cauchy::new(h, size);
            sample student[t]: [2] ~ StudentT::new(3.0, h, size);
            sample uniform[t]: [2] ~ Uniform::new(h * 0.1 - 3.0, h * 0.1 + 3.0);
            sample angle[t]: [2] ~ VonMises::new(h, size);
            sample full[t]: [2] ~ MultivariateNormal::cholesky(h, square);
            sample thin[t]: [2] ~ LowRankNormal::new(h, narrow, size);
            sample mixed[t]: [2] ~ Mixture::new(h, [Normal::new(1.0, size), Normal::new(h, 0.5)]);
            state = z[t] + normal[t] * 0.1;
        }
    }
    inference q(normal, logistic, laplace, gumbel, cauchy, student, uniform, angle, full, thin, mixed, length) {
        let mut after = start;
        let whole = hidden(normal);
        for t in (0..length).rev() {
            sample z[t] ~ Normal::new(encode(concat(normal[t], after)) + whole[t], 0.7);
            after = z[t];
        }
    }
}

model! {
    /// A chain that shows numbers of all families of positive numbers and of the simplex.
    pub struct Positive {
        step: Linear<2, 2>,
        hidden: Linear<2, 2>,
        encode: Linear<4, 2>,
        start: Parameter<Rank1<2>, Random>,
    }
    generative p(length: 0..=STEPS) {
        let mut state = start;
        for t in 0..length {
            sample z[t]: [2] ~ Normal::new(step(state), 1.0);
            let h = hidden(z[t]);
            let size = h.exp();
            sample log_normal[t]: [2] ~ LogNormal::new(h, size);
            sample exponential[t]: [2] ~ Exponential::new(size);
            sample half[t]: [2] ~ HalfNormal::new(size);
            sample heavy[t]: [2] ~ HalfCauchy::new(size);
            sample inverse[t]: [2] ~ InverseGamma::new(size, 1.5);
            sample cut[t]: [2] ~ TruncatedNormal::new(h, size, 0.0, 3.0);
            sample gamma[t]: [2] ~ Gamma::new(size, 1.5);
            sample weibull[t]: [2] ~ Weibull::new(size, 1.5);
            sample flow[t]: [2] ~ Transformed::new(Normal::new(h, size), (Affine::new(0.3, 1.5), Exp));
            sample beta[t]: [2] ~ Beta::new(size, 1.5);
            sample kumaraswamy[t]: [2] ~ Kumaraswamy::new(size, 1.5);
            sample unit[t]: [2] ~ LogisticNormal::new(h, size);
            sample grey[t]: [2] ~ ContinuousBernoulli::logits(h);
            sample concrete[t]: [2] ~ Concrete::new(h, 0.6);
            sample gate[t]: [2] ~ HardConcrete::new(h, 0.6);
            sample parts[t]: [2] ~ Dirichlet::new(size);
            sample soft[t]: [2] ~ GumbelSoftmax::new(h, 0.7);
            state = z[t] + log_normal[t] * 0.1;
        }
    }
    inference q(
        log_normal, exponential, half, gamma, weibull, flow, beta, kumaraswamy, unit, grey, concrete, gate, heavy, inverse, cut, parts, soft, length
    ) {
        let mut after = start;
        for t in (0..length).rev() {
            sample z[t] ~ Normal::new(encode(concat(log_normal[t], after)), 0.7);
            after = z[t];
        }
    }
}

model! {
    /// A chain that shows numbers of all discrete families.
    pub struct Discrete {
        step: Linear<2, 2>,
        hidden: Linear<2, 2>,
        encode: Linear<4, 2>,
        start: Parameter<Rank1<2>, Random>,
    }
    generative p(length: 0..=STEPS) {
        let mut state = start;
        for t in 0..length {
            sample z[t]: [2] ~ Normal::new(step(state), 1.0);
            let h = hidden(z[t]);
            sample bits[t]: [2] ~ Bernoulli::logits(h);
            sample hot[t]: [2] ~ OneHotCategorical::logits(h);
            sample class[t]: [2] ~ Categorical::logits(classes(h));
            sample tries[t]: [2] ~ Binomial::logits(4, h);
            sample count[t]: [2] ~ Poisson::new(h.exp());
            sample failures[t]: [2] ~ Geometric::logits(h);
            sample more[t]: [2] ~ NegativeBinomial::logits(2.0, h);
            sample inflated[t]: [2] ~ ZeroInflated::logits(h, Poisson::new(h.exp()));
            sample hurdle[t]: [2] ~ Hurdle::logits(h, NegativeBinomial::mean_dispersion(h.exp(), 1.5));
            sample spread[t]: [2] ~ BetaBinomial::new(4, h.exp(), 1.5);
            sample words[t]: [2] ~ Multinomial::logits(1, h);
            sample topics[t]: [2] ~ DirichletMultinomial::new(1, h.exp());
            sample rank[t]: [2] ~ OrderedLogistic::new(h, cutpoints());
            state = z[t] + bits[t] * 0.1;
        }
    }
    inference q(bits, hot, class, tries, count, failures, more, inflated, hurdle, spread, words, topics, rank, length) {
        let mut after = start;
        for t in (0..length).rev() {
            sample z[t] ~ Normal::new(encode(concat(bits[t], after)), 0.7);
            after = z[t];
        }
    }
}

fn classes(h: Var<(usize, Const<2>)>) -> Var<(usize, Const<2>, Const<3>)> {
    stack([h.clone(), -h.clone(), h * 0.5])
}

fn cutpoints() -> Var<(Const<2>, Const<3>)> {
    Var::from(tensor(vec![-1.0, 0.5, 2.0, -0.5, 0.0, 0.5], (Const, Const)))
}

/// What a family may have as data.
#[derive(Clone, Copy)]
enum Kind {
    Real,
    Unit,
    /// Two parts of one.
    Parts,
    /// 0 or 1; of two elements one is 1.
    Bits,
}

/// Data of one site: legal where rows have steps, and `padding` elsewhere.
fn numbers(kind: Kind, salt: usize, padding: f32) -> Vec<f32> {
    let number = |place: usize| {
        let (pair, second) = (place / 2, place % 2 == 1);
        let first = 0.5 + 0.4 * scattered(pair + 100 * salt);
        let x = match (kind, second) {
            (Kind::Real, _) => 1.5 * scattered(place + 100 * salt),
            (Kind::Unit, _) => 0.5 + 0.4 * scattered(place + 100 * salt),
            (Kind::Parts, false) => first,
            (Kind::Parts, true) => 1.0 - f64::from(first as f32),
            (Kind::Bits, _) => f64::from((first > 0.5) != second),
        };
        let (row, step) = (place / (2 * STEPS), place / 2 % STEPS);
        if step < LENGTHS[row] {
            x as f32
        } else {
            padding
        }
    };
    (0..LENGTHS.len() * STEPS * 2).map(number).collect()
}

/// One list of numbers for each site.
type Data = Vec<Vec<f32>>;
/// What a program computes, in bits, or its error.
type Run<'a> = &'a dyn Fn(&Data) -> Result<Vec<u32>, Error>;

/// The bits of a loss and its gradients, of bounds and of evidences.
fn computed<I: Inference>(
    program: impl Fn() -> I,
    read: impl Fn(&mut elbow::dfdx::tensor::Gradients<f32, Device>) -> Vec<f32>,
) -> Result<Vec<u32>, Error> {
    let key = Key::new(4, 0);
    Elbo::default().loss(&program().at(key))?;
    let (value, gradient) = loss(&Elbo::default(), &program().at(key), read);
    let bounds = Elbo::default().evaluate(&program().at(key))?.rows;
    let evidences = LogEvidence::samples(2).evaluate(&program().at(key))?.rows;
    let rows = bounds.iter().chain(&evidences).map(|x| *x as f32);
    let all = [value].into_iter().chain(gradient).chain(rows);
    Ok(all.map(f32::to_bits).collect())
}

/// Padding of one site after another, and of all at once, changes no bit; the same number at a step that a row has is an error of it.
fn padding_changes_no_bit(sites: &[(&str, Kind)], run: Run<'_>) {
    let data = |padding: &dyn Fn(usize) -> f32| -> Data {
        let sites = sites.iter().enumerate();
        sites
            .map(|(at, (_, kind))| numbers(*kind, at, padding(at)))
            .collect()
    };
    let expected = run(&data(&|_| 0.0)).expect("legal data");
    let numbers = expected.iter().map(|bits| f32::from_bits(*bits));
    assert!(numbers.clone().all(f32::is_finite) && numbers.clone().any(|x| x != 0.0));
    for padding in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -0.5] {
        for (own, (name, _)) in sites.iter().enumerate() {
            let found = run(&data(&|at| if at == own { padding } else { 0.0 }));
            assert_eq!(found.expect(name), expected, "{name}: {padding}");
        }
        assert_eq!(run(&data(&|_| padding)).expect("legal data"), expected);
    }
    // The second element at the second step of the third row.
    for (own, (name, _)) in sites.iter().enumerate() {
        let mut data = data(&|_| f32::NAN);
        data[own][2 * STEPS * 2 + 3] = f32::NAN;
        let error = run(&data).expect_err(name).to_string();
        // The guide reads some of the data, and names the element of all steps.
        let places = [
            format!("`{name}[1]` is NaN in row 2, element 1"),
            format!("`{name}` is NaN in row 2, element 3"),
        ];
        assert!(
            places.iter().any(|place| error.starts_with(place)),
            "{name}: {error}"
        );
    }
}

fn pairs(numbers: &[f32]) -> Pairs {
    batch(numbers.to_vec()).expect("rows")
}

fn length() -> Batch<()> {
    batch(LENGTHS.map(|length| length as f32).to_vec()).expect("rows")
}

/// A program with these of the data.
macro_rules! given {
    ($model:expr, $data:ident: $($at:literal)*) => {
        || $model.q($(&pairs(&$data[$at]),)* &length())
    };
}

#[test]
fn of_real_numbers() {
    let mut model = Continuous::new(2);
    fill(&mut model.square.value, &[1.0, 0.0, 0.3, 0.8]);
    let names = [
        "normal", "logistic", "laplace", "gumbel", "cauchy", "student", "uniform", "angle", "full",
        "thin", "mixed",
    ];
    padding_changes_no_bit(&names.map(|name| (name, Kind::Real)), &|data| {
        computed(given!(model, data: 0 1 2 3 4 5 6 7 8 9 10), |g| {
            let nets = [by(g, &model.step.weight), by(g, &model.hidden.weight)].concat();
            let factors = [by(g, &model.square.value), by(g, &model.narrow.value)].concat();
            let guide = [by(g, &model.encode.weight), by(g, &model.start.value)].concat();
            [nets, factors, guide].concat()
        })
    });
}

#[test]
fn of_positive_numbers() {
    let model = Positive::new(2);
    let names = [
        "log_normal",
        "exponential",
        "half",
        "gamma",
        "weibull",
        "flow",
        "beta",
        "kumaraswamy",
        "unit",
        "grey",
        "concrete",
        "gate",
        "heavy",
        "inverse",
        "cut",
    ];
    let mut sites = names.map(|name| (name, Kind::Unit)).to_vec();
    sites.extend([("parts", Kind::Parts), ("soft", Kind::Parts)]);
    padding_changes_no_bit(&sites, &|data| {
        computed(
            given!(model, data: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16),
            |g| {
                let nets = [by(g, &model.step.weight), by(g, &model.hidden.weight)].concat();
                [nets, by(g, &model.encode.weight), by(g, &model.start.value)].concat()
            },
        )
    });
}

#[test]
fn of_whole_numbers() {
    let model = Discrete::new(2);
    let names = [
        "bits", "hot", "class", "tries", "count", "failures", "more", "inflated", "hurdle",
        "spread", "words", "topics", "rank",
    ];
    padding_changes_no_bit(&names.map(|name| (name, Kind::Bits)), &|data| {
        computed(given!(model, data: 0 1 2 3 4 5 6 7 8 9 10 11 12), |g| {
            let nets = [by(g, &model.step.weight), by(g, &model.hidden.weight)].concat();
            [nets, by(g, &model.encode.weight), by(g, &model.start.value)].concat()
        })
    });
}
