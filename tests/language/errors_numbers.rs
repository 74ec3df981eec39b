//! Parameters out of their domain and losses that are not finite: told by site, row and value.

use elbow::Error;
use elbow::family::{Fault, Key};
use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::noise;

use crate::fragile::{Fragile, data};

/// The scale of row 1 is −2: rows are those of the data, whatever the particles and pieces.
#[test]
fn parameters_out_of_their_domain() {
    let model = Fragile::new(3);
    let fault = |error: Error, at: usize, bad: f32| {
        let told = error.to_string();
        let Error::Parameter {
            site,
            family,
            fault,
            ..
        } = error
        else {
            panic!("{told}");
        };
        let Fault::Domain {
            parameter,
            row,
            value,
            ..
        } = fault
        else {
            panic!("{told}");
        };
        assert_eq!(
            (site, family, parameter, row, value),
            ("z", "Normal", "scale", at, bad),
            "{told}"
        );
    };
    let x = data(&[1.0, -2.0, 3.0]);
    for particles in [1, 4] {
        let elbo = Elbo::default().particles(particles);
        fault(
            elbo.loss(&model.q(&x)).expect_err("a negative scale"),
            1,
            -2.0,
        );
        fault(
            elbo.evaluate(&model.q(&x)).expect_err("a negative scale"),
            1,
            -2.0,
        );
    }
    fault(
        LogEvidence::samples(7)
            .evaluate(&model.q(&x))
            .expect_err("a negative scale"),
        1,
        -2.0,
    );
    let drawn = model.q(&x).sample(&mut noise(1, "codes").row(0));
    fault(drawn.expect_err("a negative scale"), 1, -2.0);
    let mut many = vec![1.0; 9001];
    many[8765] = 0.0;
    let x = data(&many);
    fault(
        Elbo::default()
            .evaluate(&model.q(&x))
            .expect_err("no scale"),
        8765,
        0.0,
    );
    fault(
        LogEvidence::samples(3)
            .evaluate(&model.q(&x))
            .expect_err("no scale"),
        8765,
        0.0,
    );
}

/// A NaN in the weights is told where it first shows.
#[test]
fn weights_that_are_nan() {
    let mut model = Fragile::new(4);
    fill(&mut model.loc.value, &[f64::NAN]);
    let error = Elbo::default()
        .loss(&model.q(&data(&[1.0])))
        .expect_err("NaN");
    let told = error.to_string();
    assert!(
        told.contains("`z`") && told.contains("`loc` is NaN"),
        "{told}"
    );
}

/// Large but finite parameters whose loss overflows.
#[test]
fn losses_that_are_not_finite() {
    let mut model = Fragile::new(5);
    fill(&mut model.gain.value, &[1e30]);
    fill(&mut model.loc.value, &[1.0]);
    let x = data(&[1e-3; 3]);
    let program = model.q(&x).at(Key::new(5, 1));
    let error = Elbo::default().loss(&program).expect_err("overflow");
    let told = error.to_string();
    let Error::NotFinite { step, sites } = error else {
        panic!("{told}");
    };
    assert_eq!((step, sites), (1, vec![("x", 0)]));
    assert!(
        told.contains("step 1") && told.contains("`x` (first in row 0)"),
        "{told}"
    );
    // An evaluation is a double number, which has room for it.
    let evaluation = Elbo::default().particles(3).evaluate(&program);
    assert!(evaluation.expect("finite").elbo < -1e59);
}

/// The evidence, like the bound, is finite for values that are far out but possible.
#[test]
fn far_data() {
    let mut model = Fragile::new(6);
    fill(&mut model.gain.value, &[1e30]);
    fill(&mut model.loc.value, &[1.0]);
    let found = LogEvidence::samples(4)
        .evaluate(&model.q(&data(&[1e-3; 3])))
        .expect("legal");
    assert!(found.rows.iter().all(|row| (-1e61..-1e59).contains(row)));
}

/// Every parameter says what to write where it is out of its domain.
#[test]
fn a_parameter_out_of_its_domain_says_what_to_write() {
    type Pair = (Const<2>,);
    let fault = |checked: Result<(), Fault>| checked.expect_err("out of its domain").to_string();
    let computed = |value| elbow::prelude::tensor(vec![0.5, value], (Const::<2>,));
    let positive = "write a positive number";
    let probability = "write a number between 0 and 1, such as `0.5`";
    let inside = "write `logits`, which do not round to the rim";
    let overflows = "look for `.exp()` of more than 88";
    let nan = "look for a logarithm or a root of a negative number";
    let cases = [
        (fault(Normal::<Pair>::new(0.0, -1.0).check(1)), positive),
        (
            fault(Normal::<Pair>::new(0.0, 0.0).check(1)),
            "add the least that it may be",
        ),
        (
            fault(Normal::<Pair>::new(0.0, f32::INFINITY).check(1)),
            overflows,
        ),
        (
            fault(Normal::<Pair>::new(f32::NEG_INFINITY, 1.0).check(1)),
            overflows,
        ),
        (fault(Normal::<Pair>::new(f32::NAN, 1.0).check(1)), nan),
        (fault(Laplace::<Pair>::new(0.0, -1.0).check(1)), positive),
        (fault(HalfNormal::<Pair>::new(-1.0).check(1)), positive),
        (
            fault(StudentT::<Pair>::new(-3.0, 0.0, 1.0).check(1)),
            positive,
        ),
        (fault(Gamma::<Pair>::new(-1.0, 1.0).check(1)), positive),
        (fault(Poisson::<Pair>::new(-1.0).check(1)), positive),
        (fault(Exponential::<Pair>::new(-1.0).check(1)), positive),
        (fault(Beta::<Pair>::new(1.0, -1.0).check(1)), positive),
        (fault(VonMises::<Pair>::new(0.0, -1.0).check(1)), positive),
        (fault(Dirichlet::<Pair>::new(-1.0).check(1)), positive),
        (
            fault(NegativeBinomial::<Pair>::logits(-1.0, 0.0).check(1)),
            positive,
        ),
        (
            fault(Uniform::<Pair>::new(1.0, 0.5).check(1)),
            "let `high` be above `low`",
        ),
        (fault(Bernoulli::<Pair>::probs(1.5).check(1)), probability),
        (fault(Bernoulli::<Pair>::probs(-0.5).check(1)), probability),
        (fault(Bernoulli::<Pair>::logits(f32::NAN).check(1)), nan),
        (
            fault(OneHotCategorical::<Pair>::probs(-3.0).check(1)),
            "write a number of 0 or more",
        ),
        // What a network computes has other advice than a number.
        (
            fault(Normal::<Pair>::new(0.0, computed(-1.0)).check(1)),
            "end the network in `Softplus`, or write `.exp()`",
        ),
        (
            fault(Bernoulli::<Pair>::probs(computed(1.5)).check(1)),
            "end the network in `Sigmoid`",
        ),
        (
            fault(OneHotCategorical::<Pair>::probs(computed(-3.0)).check(1)),
            "end the network in `Softmax`",
        ),
        (fault(Geometric::<Pair>::probs(1.5).check(1)), probability),
        (fault(Geometric::<Pair>::probs(1.0).check(1)), inside),
        (
            fault(ContinuousBernoulli::<Pair>::probs(0.0).check(1)),
            inside,
        ),
    ];
    for (told, expected) in cases {
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("learning rate"), "{told}");
    }
}

/// A slower training is advised only after a first step, and only of what diverges.
#[test]
fn the_learning_rate_is_not_blamed_at_the_first_step() {
    let told = |loc: f64, scale: f32, step: u64| {
        let mut model = Fragile::new(8);
        fill(&mut model.loc.value, &[loc]);
        let program = model.q(&data(&[scale])).at(Key::new(5, step));
        let error = Elbo::default().loss(&program).expect_err("a bad parameter");
        error.to_string()
    };
    let slower = "lower the learning rate";
    assert!(!told(f64::NAN, 1.0, 0).contains(slower));
    assert!(told(f64::NAN, 1.0, 1).contains(slower));
    assert!(told(f64::INFINITY, 1.0, 3).contains(slower));
    assert!(!told(0.0, -1.0, 3).contains(slower));
    // A given number is not learned, so no learning rate is to blame.
    assert!(!told(0.0, f32::NAN, 3).contains(slower));
}
