//! REBAR where more than its own site has a gradient, and what it says of itself.

use elbow::prelude::*;
use elbow_tests::support::differences::derivative;
use elbow_tests::support::statistics::assert_mean;
use elbow_tests::support::tensors::noise;

const ROWS: usize = 40_000;

model! {
    /// Two bits behind a normal whose location has a slope and whose scale is known.
    struct Bits {}
    generative p(logits: [2], slope) {
        sample b: [2] ~ Bernoulli::logits(0.4);
        sample x ~ Normal::new(location(b, slope), 1.0);
    }
    inference drawn(x, logits, slope) {
        sample b ~ Bernoulli::logits(logits) via Rebar { temperature: 0.5, scale: 0.7 };
    }
    inference under(x, logits, slope) {
        sample b ~ Bernoulli::logits(logits) via Enumerate;
    }
}

fn location(
    b: elbow::prelude::Var<(usize, Const<2>)>,
    slope: elbow::prelude::Var<(usize,)>,
) -> elbow::prelude::Var<(usize,)> {
    let rows = b.shape().0;
    let sum: elbow::prelude::Var<(usize,)> = b.sum_last();
    assert_eq!(slope.shape().0, rows, "a slope for every row");
    (sum.clone() + sum.square() * 0.5) * slope
}

const LOGITS: [f64; 2] = [0.5, -0.8];
const SLOPE: f64 = 0.7;
const X: f64 = 1.2;

fn bound(slope: f64) -> f64 {
    let sigmoid = |l: f64| 1.0 / (1.0 + (-l).exp());
    let divergence: f64 = LOGITS
        .map(|l| {
            let (q, p) = (sigmoid(l), sigmoid(f64::from(0.4_f32)));
            q * (q / p).ln() + (1.0 - q) * ((1.0 - q) / (1.0 - p)).ln()
        })
        .iter()
        .sum();
    let mut total = -divergence;
    for b in [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] {
        let weight: f64 = (0..2)
            .map(|i| sigmoid(if b[i] == 1.0 { LOGITS[i] } else { -LOGITS[i] }))
            .product();
        let sum = b[0] + b[1];
        let loc = (sum + 0.5 * sum * sum) * slope;
        total += weight * (-0.5 * (X - loc).powi(2) - 0.5 * (2.0 * std::f64::consts::PI).ln());
    }
    total
}

/// The relaxed draws do not count in the value, and add nothing on average to the gradients of other parameters.
#[test]
fn other_parameters_have_their_gradients() {
    let bits = Bits::new(73);
    let x = batch(vec![X as f32; ROWS]).expect("rows");
    let logits = batch::<(usize, Const<2>)>(LOGITS.map(|l| l as f32).repeat(ROWS)).expect("rows");
    let slope = batch::<(usize,)>(vec![SLOPE as f32; ROWS]).expect("rows");
    for particles in [1, 2] {
        let elbo = Elbo::default().particles(particles);
        let loss = elbo.loss(&bits.drawn(&x, &logits, &slope)).expect("legal");
        // Rows differ by less than a nat.
        assert!((f64::from(-loss.value()) - bound(SLOPE)).abs() < 0.025);
        let found = loss.backward().get(&slope).as_vec();
        let found: Vec<f64> = found.iter().map(|g| -f64::from(*g) * ROWS as f64).collect();
        assert_mean("slope", &found, derivative(bound, SLOPE), 0.15);
    }
}

#[test]
fn only_hard_draws_are_evaluated() {
    let bits = Bits::new(79);
    let x = batch(vec![X as f32; 50_000]).expect("rows");
    let logits = batch::<(usize, Const<2>)>(LOGITS.map(|l| l as f32).repeat(50_000)).expect("rows");
    let slope = batch::<(usize,)>(vec![SLOPE as f32; 50_000]).expect("rows");
    let program = bits.drawn(&x, &logits, &slope);
    let evaluation = Elbo::default().evaluate(&program).expect("legal");
    assert_mean("bound", &evaluation.rows, bound(SLOPE), 0.05);
    let drawn = program
        .sample(&mut noise(5, "draws").row(0))
        .expect("legal")
        .b
        .as_vec();
    assert!(drawn.iter().all(|&b| b == 0.0 || b == 1.0));
}

#[test]
fn it_says_what_it_does() {
    let bits = Bits::new(83);
    let x = batch(vec![X as f32]).expect("rows");
    let logits = batch::<(usize, Const<2>)>(vec![0.0; 2]).expect("rows");
    let slope = batch::<(usize,)>(vec![1.0]).expect("rows");
    let said = bits.drawn(&x, &logits, &slope).explain().to_string();
    assert!(
        said.contains("REBAR (temperature 0.5, scale 0.7)"),
        "{said}"
    );
    assert!(said.contains("3 evaluations a row"), "{said}");
    let exact = Elbo::default().loss(&bits.under(&x, &logits, &slope));
    assert!(exact.is_ok());
}

model! {
    /// A category that opens an interval: one that no relaxed draw opens so far.
    struct Interval { guide: Parameter<Rank1<3>> }
    generative p {
        sample z: [3] ~ OneHotCategorical::probs(1.0 / 3.0);
        let end = z.square().sum_last();
        sample y ~ Uniform::new(0.0, end);
    }
    inference q(y) {
        sample z ~ OneHotCategorical::logits(guide) via Rebar::default();
    }
    inference listed(y) {
        sample z ~ OneHotCategorical::logits(guide) via Enumerate;
    }
}

/// The objective is finite, for it counts hard draws alone; its gradient would be NaN.
#[test]
fn a_density_that_ends_between_the_values_is_reported() {
    let model = Interval::new(5);
    let y = batch(vec![0.01, 0.999]).expect("rows");
    let legal = Elbo::default().loss(&model.listed(&y));
    assert!(legal.expect("legal").value().is_finite());
    let error = Elbo::default().loss(&model.q(&y)).expect_err("not finite");
    assert!(
        matches!(
            error,
            elbow::Error::NotFiniteBetween {
                site: "y",
                row: 1,
                drawn: "z",
                ..
            }
        ),
        "{error}"
    );
    let told = error.to_string();
    assert!(told.contains("a relaxed draw of `z`"), "{told}");
    // Nothing is relaxed in an evaluation.
    assert!(Elbo::default().evaluate(&model.q(&y)).is_ok());
}
