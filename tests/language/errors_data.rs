//! Bad data: an error with the site, the row and the value, from every objective, and no panic.

use elbow::Error;
use elbow::family::Support;
use elbow::prelude::*;
use elbow_tests::support::tensors::{noise, rows_of};

model! {
    /// Observations of four kinds under one latent.
    struct Kinds {
        scale: Linear<1, 1>,
    }
    generative p(u: [1]) {
        sample z ~ Normal::new(0.0, 1.0);
        sample bits: [2] ~ Bernoulli::logits(pair(z));
        sample class: [3] ~ OneHotCategorical::logits(0.0);
        sample real: [1] ~ Normal::new(u, scale(u).exp());
        sample wait ~ Exponential::new(z.exp());
        sample part ~ Concrete::new(z, 0.5);
    }
    inference q(bits, class, real, wait, part, u) {
        sample z ~ Normal::new(wait * 0.1, 1.0);
    }
}

fn pair(z: Var<(usize,)>) -> Var<(usize, Const<2>)> {
    let rows = elbow::dfdx::shapes::HasShape::shape(&z).0;
    z.broadcast_like(&(rows, Const))
}

/// Six columns, good ones at first.
#[derive(Clone)]
struct Data {
    bits: Vec<f32>,
    class: Vec<f32>,
    real: Vec<f32>,
    wait: Vec<f32>,
    part: Vec<f32>,
    u: Vec<f32>,
}

fn good(rows: usize) -> Data {
    Data {
        bits: vec![1.0; 2 * rows],
        class: [0.0, 1.0, 0.0].repeat(rows),
        real: vec![0.5; rows],
        wait: vec![1.0; rows],
        part: vec![0.25; rows],
        u: vec![0.1; rows],
    }
}

/// The error of every objective: all are the same.
fn error(data: &Data) -> Error {
    let model = Kinds::new(1);
    let bits = rows_of(data.bits.clone());
    let class = rows_of(data.class.clone());
    let real = rows_of(data.real.clone());
    let wait = rows_of(data.wait.clone());
    let part = rows_of(data.part.clone());
    let u = rows_of(data.u.clone());
    let program = || model.q(&bits, &class, &real, &wait, &part, &u);
    let error = Elbo::default()
        .particles(2)
        .loss(&program())
        .expect_err("bad data");
    let told = error.to_string();
    let evaluation = Elbo::default().evaluate(&program()).expect_err("bad data");
    assert_eq!(evaluation.to_string(), told);
    let evidence = LogEvidence::samples(5)
        .evaluate(&program())
        .expect_err("bad data");
    assert_eq!(evidence.to_string(), told);
    assert!(program().explain().to_string().contains(&told));
    error
}

#[test]
fn good_data_is_good() {
    let model = Kinds::new(1);
    let data = good(3);
    let columns = (
        batch(data.bits).expect("rows"),
        batch(data.class).expect("rows"),
        batch(data.real).expect("rows"),
    );
    let rest = (
        batch(data.wait).expect("rows"),
        batch(data.part).expect("rows"),
        batch(data.u).expect("rows"),
    );
    let program = model.q(
        &columns.0, &columns.1, &columns.2, &rest.0, &rest.1, &rest.2,
    );
    assert!(Elbo::default().loss(&program).is_ok());
    assert!(Elbo::default().evaluate(&program).is_ok());
    assert!(program.sample(&mut noise(1, "codes").row(0)).is_ok());
}

#[test]
fn values_outside_the_support() {
    type Change = fn(&mut Data);
    let cases: [(Change, &str, usize, usize, f32); 14] = [
        (|d| d.bits[3] = 0.5, "bits", 1, 1, 0.5),
        (|d| d.bits[4] = f32::NAN, "bits", 2, 0, f32::NAN),
        (|d| d.bits[0] = -1.0, "bits", 0, 0, -1.0),
        (|d| d.bits[5] = 255.0, "bits", 2, 1, 255.0),
        (|d| d.class[3] = 1.0, "class", 1, 0, 1.0),
        (|d| d.class[7] = 0.0, "class", 2, 0, 0.0),
        (|d| d.class[8] = 0.5, "class", 2, 2, 0.5),
        (|d| d.real[1] = f32::NAN, "real", 1, 0, f32::NAN),
        (|d| d.real[2] = f32::INFINITY, "real", 2, 0, f32::INFINITY),
        (
            |d| d.real[2] = f32::NEG_INFINITY,
            "real",
            2,
            0,
            f32::NEG_INFINITY,
        ),
        (|d| d.wait[1] = -0.5, "wait", 1, 0, -0.5),
        (|d| d.part[0] = 0.0, "part", 0, 0, 0.0),
        (|d| d.part[1] = 1.0, "part", 1, 0, 1.0),
        (|d| d.part[2] = f32::NAN, "part", 2, 0, f32::NAN),
    ];
    for (change, at_site, at_row, at_element, bad) in cases {
        let mut data = good(3);
        change(&mut data);
        let error = error(&data);
        let Error::Observation {
            site,
            row,
            element,
            value,
            ..
        } = error
        else {
            panic!("{at_site}: {error:?}");
        };
        assert_eq!(
            (site, row, element),
            (at_site, at_row, at_element),
            "{error}"
        );
        assert!(value == bad || value.is_nan() && bad.is_nan(), "{error}");
        assert!(
            error.to_string().contains(&format!("`{at_site}`")),
            "{error}"
        );
    }
}

/// A network turns a bad observation into NaN before the observation is scored; the error still names the observation.
#[test]
fn an_observation_that_the_guide_reads_is_reported_by_name() {
    let mut data = good(9000);
    data.wait[8123] = f32::NAN;
    assert_eq!(
        error(&data).to_string(),
        "`wait` is NaN in row 8123, element 0; it must be finite"
    );
    // A parameter that is not finite where all inputs are is the model's own fault.
    let mut data = good(3);
    data.wait[1] = f32::MAX;
    data.u[2] = 1e30;
    let own = error(&data).to_string();
    assert!(own.starts_with("at site `"), "{own}");
}

/// A minibatch has the rows that it names, as often as it names them; of a batch that lies otherwise in memory too.
#[test]
fn minibatches_are_rows() {
    use elbow::dfdx::tensor_ops::BroadcastTo;
    let x: Batch<(Const<2>,)> = batch(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).expect("whole rows");
    let some = minibatch(&x, &[2, 0, 2]).expect("there they are");
    assert_eq!(some.as_vec(), [5.0, 6.0, 1.0, 2.0, 5.0, 6.0]);
    let row: Tensor<Rank1<2>, f32, Device> = elbow::prelude::tensor(vec![7.0, 8.0], (Const,));
    let spread: Batch<(Const<2>,)> = row.broadcast_like(&(4, Const::<2>));
    assert_eq!(
        minibatch(&spread, &[3]).expect("a row").as_vec(),
        [7.0, 8.0]
    );
    let error = minibatch(&x, &[1, 3, 9]).expect_err("three rows");
    assert_eq!(
        error.to_string(),
        "there is no row 3 in a batch of 3, counted from 0"
    );
}

#[test]
fn covariates_must_be_finite() {
    for bad in [f32::NAN, f32::INFINITY] {
        let mut data = good(3);
        data.u[1] = bad;
        let error = error(&data);
        assert!(
            matches!(
                error,
                Error::Input {
                    name: "u",
                    row: 1,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains("`u`"), "{error}");
    }
}

#[test]
fn rows_must_agree() {
    let mut data = good(3);
    data.real.pop();
    let found = error(&data);
    assert!(
        matches!(
            found,
            Error::RowCounts {
                site: "bits",
                rows: 3,
                other: "real",
                other_rows: 2
            }
        ),
        "{found:?}"
    );
    let mut data = good(3);
    data.u.push(0.0);
    let found = error(&data);
    assert!(
        matches!(
            found,
            Error::RowCounts {
                other: "u",
                other_rows: 4,
                ..
            }
        ),
        "{found:?}"
    );
    // One row is not broadcast either.
    let mut data = good(3);
    data.wait.truncate(1);
    let found = error(&data);
    assert!(
        matches!(
            found,
            Error::RowCounts {
                other: "wait",
                other_rows: 1,
                ..
            }
        ),
        "{found:?}"
    );
}

#[test]
fn there_must_be_rows() {
    let found = error(&good(0));
    assert!(matches!(found, Error::NoRows { site: "bits" }), "{found:?}");
    let mut data = good(2);
    data.u.clear();
    let found = error(&data);
    assert!(matches!(found, Error::NoRows { site: "u" }), "{found:?}");
}

#[test]
fn batches_have_rows() {
    let none = batch::<(usize, Const<3>)>(Vec::<f32>::new()).expect_err("no rows");
    assert_eq!(none.to_string(), "`batch` has no rows; give at least one");
    let x: Batch<(Const<2>,)> = batch(vec![1.0, 2.0]).expect("a row");
    let none = minibatch(&x, &[]).expect_err("no rows");
    assert_eq!(
        none.to_string(),
        "`minibatch` has no rows; give at least one"
    );
}

#[test]
fn values_must_fill_rows() {
    let found = batch::<(usize, Const<3>)>(vec![0.0; 7]).expect_err("seven of threes");
    assert!(
        matches!(
            found,
            Error::RaggedRows {
                values: 7,
                event: 3
            }
        ),
        "{found:?}"
    );
    assert!(
        batch::<(usize, Const<0>)>(Vec::<f32>::new()).is_err(),
        "an event of nothing"
    );
}

/// Rows are counted in the data as given, also where it is worked off in pieces.
#[test]
fn rows_are_those_of_the_data() {
    let mut data = good(9001);
    data.bits[2 * 8999 + 1] = 0.5;
    let error = error(&data);
    assert!(
        matches!(
            error,
            Error::Observation {
                row: 8999,
                element: 1,
                ..
            }
        ),
        "{error:?}"
    );
}

model! {
    /// The guide reads its data through a function of dfdx that turns NaN to 0.
    struct Rectified {}
    generative p {
        sample z ~ Normal::new(0.0, 1.0);
        sample b ~ Bernoulli::logits(0.0);
        sample x ~ Normal::new(z + b, 1.0);
    }
    inference q(x) {
        sample z ~ Normal::new(x.relu(), 0.7);
        sample b ~ Bernoulli::logits(x.relu());
    }
}

/// Also where nothing scores the observations.
#[test]
fn data_that_are_not_finite_are_refused_by_every_use() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let model = Rectified::new(1);
        let x = batch(vec![0.5, value]).expect("whole rows");
        let rng = &mut noise(1, "any").row(0);
        let errors = [
            model.q(&x).sample(rng).map(drop).expect_err("sample"),
            model
                .q(&x)
                .reconstruct(rng)
                .map(drop)
                .expect_err("reconstruct"),
            model
                .q(&x)
                .marginal(RectifiedQ::B)
                .map(drop)
                .expect_err("marginal"),
            model
                .q(&x)
                .marginal_by_draws(RectifiedQ::B, 3)
                .map(drop)
                .expect_err("by draws"),
            Elbo::default()
                .loss(&model.q(&x))
                .map(drop)
                .expect_err("loss"),
        ];
        for error in errors {
            let message = error.to_string();
            assert!(
                message.contains("`x`") && message.contains("row 1"),
                "{message}"
            );
        }
    }
}

model! {
    /// A bit.
    struct Bit {}
    generative p { sample z ~ Normal::new(0.0, 1.0); sample x ~ Bernoulli::logits(z); }
    inference q(x) { sample z ~ Normal::new(x, 1.0); }
}

/// An observation outside its support, where its mean is wanted.
#[test]
fn a_reconstruction_checks_what_it_reconstructs() {
    let (model, x) = (Bit::new(1), batch(vec![0.0, 2.0]).expect("rows"));
    let found = model.q(&x).reconstruct(&mut noise(1, "any").row(0));
    let error = found.map(drop).expect_err("two is no bit");
    let expected = matches!(
        error,
        Error::Observation {
            site: "x",
            row: 1,
            element: 0,
            ..
        }
    );
    assert!(expected, "{error:?}");
}

/// The error of a family for a value outside its support.
fn said_of<D: Distribution>(value: f32) -> String {
    let error = Error::Observation {
        site: "x",
        row: 0,
        element: 0,
        value,
        family: D::FAMILY,
        expected: <D::Support as Support>::description(),
        advice: <D::Support as Support>::advice(value),
    };
    error.to_string()
}

/// Every support says what to do about a value outside it.
#[test]
fn an_observation_outside_its_support_says_what_to_do() {
    type Pair = (Const<2>,);
    let cases = [
        (
            said_of::<Bernoulli<Pair>>(0.7),
            "or use `ContinuousBernoulli` for grey values",
        ),
        (
            said_of::<Bernoulli<Pair>>(255.0),
            "divide grey values by 255",
        ),
        (
            said_of::<Bernoulli<Pair>>(-1.0),
            "code the two outcomes as 0 and 1",
        ),
        (
            said_of::<LogNormal<Pair>>(0.0),
            "add the least that it may be",
        ),
        (
            said_of::<LogNormal<Pair>>(-1.0),
            "for numbers of either sign",
        ),
        (said_of::<Gamma<Pair>>(-1.0), "for numbers of either sign"),
        (
            said_of::<Exponential<Pair>>(-1.0),
            "for numbers of either sign",
        ),
        (
            said_of::<HalfNormal<Pair>>(-1.0),
            "for numbers of either sign",
        ),
        (said_of::<Beta<Pair>>(1.0), "move it inside"),
        (said_of::<Kumaraswamy<Pair>>(2.0), "scale it there"),
        (
            said_of::<ContinuousBernoulli<Pair>>(200.0),
            "grey values are divided by 255",
        ),
        (said_of::<Poisson<Pair>>(2.5), "round it"),
        (
            said_of::<Geometric<Pair>>(-2.0),
            "for numbers of either sign",
        ),
        (said_of::<Binomial<Pair>>(2.5), "round it"),
        (said_of::<NegativeBinomial<Pair>>(2.5), "round it"),
        (
            said_of::<OneHotCategorical<Pair>>(3.0),
            "use `Categorical` for the indices of classes",
        ),
        (said_of::<OneHotCategorical<Pair>>(0.5), "a 1 at its index"),
        (said_of::<Dirichlet<Pair>>(0.0), "add a small number"),
        (
            said_of::<Dirichlet<Pair>>(0.7),
            "divide each row by its sum",
        ),
        (said_of::<Categorical<Pair>>(2.0), "count classes from 0"),
        (said_of::<Categorical<Pair>>(0.5), "use `OneHotCategorical`"),
        (
            said_of::<Normal<Pair>>(f32::NAN),
            "leave out rows with missing values",
        ),
        (said_of::<VonMises<Pair>>(f32::INFINITY), "scale the data"),
    ];
    for (told, expected) in cases {
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("learning rate"), "{told}");
    }
}
