//! What is filled in, what is refused, and numbers at the limits.

use elbow::Error;
use elbow::prelude::*;
use elbow_tests::support::programs::fill;
use elbow_tests::support::tensors::noise;

model! {
    /// Measurements, some of which are as good as exact.
    struct Ends {
        guide: Linear<6, 1>,
        loc: Parameter<Rank1<3>>,
        log_scale: Parameter<Rank1<3>>,
        rate: Parameter<Rank1<3>>,
        none: Linear<1, 3>,
    }

    generative p(u: [3]) {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample x: [3] ~ Normal::new(none(z) + loc, log_scale.exp());
        sample t: [3] ~ Gamma::new(2.0, rate.exp());
    }

    inference q(x, t, u) {
        let code = guide(concat(x, observed(u)));
        sample z ~ Normal::new(code, 1.0);
    }
}

type Triple = (Const<3>,);

fn ends(log_scale: f64) -> Ends {
    let mut ends = Ends::new(3);
    fill(&mut ends.loc.value, &[1.0, 2.0, 3e38]);
    fill(&mut ends.log_scale.value, &[0.0, 0.5, log_scale]);
    fill(&mut ends.none.weight, &[0.0; 3]);
    fill(&mut ends.none.bias, &[0.0; 3]);
    fill(&mut ends.rate.value, &[0.0, 0.1, 80.0]);
    ends
}

fn partial(values: &[f32], mask: &[u8]) -> Result<Partial<Triple>, Error> {
    Partial::new(
        batch::<(usize, Const<3>)>(values.to_vec())?,
        batch(mask.to_vec())?,
    )
}

/// The density of what is missing would be 0 with an infinite slope: it is not there.
#[test]
fn no_gradient_comes_from_a_gap_whatever_the_parameters_are() -> Result<(), Error> {
    let ends = ends(-80.0);
    let x = partial(&[1.5, 0.5, f32::NAN], &[1, 1, 0])?;
    let t = partial(&[1.0, 2.0, f32::INFINITY], &[1, 1, 0])?;
    let u = partial(&[1.0, 2.0, 3.0], &[1, 0, 1])?;
    let loss = Elbo::default().loss(&ends.q(&x, &t, &u))?;
    assert!(loss.value().is_finite());
    let gradients = loss.backward();
    for own in [&ends.loc.value, &ends.log_scale.value, &ends.rate.value] {
        let own = gradients.get(own).as_vec();
        assert_eq!(own[2], 0.0, "{own:?}");
        assert!(
            own[..2].iter().all(|g| g.is_finite() && *g != 0.0),
            "{own:?}"
        );
    }
    // The guide reads zeros in the gaps, and the mask of the covariate.
    let by_guide = gradients.get(&ends.guide.weight).as_vec();
    let code = by_guide[0] / 1.5;
    assert_eq!(by_guide[2], 0.0);
    for (place, input) in [(1, 0.5), (3, 1.0), (4, 0.0), (5, 1.0)] {
        assert!(
            (by_guide[place] - code * input).abs() < 1e-6,
            "{by_guide:?}"
        );
    }
    Ok(())
}

#[test]
fn gaps_are_filled_with_means_and_data_stay() -> Result<(), Error> {
    let ends = ends(0.0);
    let x = partial(
        &[1.5, f32::NAN, 0.25, f32::NAN, 0.5, f32::NAN],
        &[1, 0, 1, 0, 1, 0],
    )?;
    let t = partial(&[1.0, 2.0, 3.0, 1.0, 1.0, 1.0], &[1, 1, 1, 0, 0, 0])?;
    let u: Batch<Triple> = batch(vec![0.0; 6])?;
    let again = ends
        .q(&x, &t, &u)
        .reconstruct(&mut noise(1, "draws").row(0))?;
    assert_eq!(again.x.as_vec(), [1.0, 2.0, 3e38, 1.0, 2.0, 3e38]);
    assert_eq!(
        x.filled(&again.x)?.as_vec(),
        [1.5, 2.0, 0.25, 1.0, 0.5, 3e38]
    );
    assert_eq!(x.values().as_vec(), [1.5, 0.0, 0.25, 0.0, 0.5, 0.0]);
    // Two masks together, and some rows.
    let both = Partial::new(&x, batch(vec![1, 1, 1, 1, 0, 1])?)?;
    assert_eq!(both.mask().as_vec(), [1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(
        both.minibatch(&[1, 0, 1])?.mask().as_vec()[3..6],
        [1.0, 0.0, 1.0]
    );
    let error = both.minibatch(&[2]).expect_err("two rows").to_string();
    assert!(error.starts_with("there is no row 2"), "{error}");
    let error = x
        .filled(&batch(vec![0.0; 3])?)
        .expect_err("one row")
        .to_string();
    assert!(
        error.starts_with("`data` has 2 rows but `gaps` has 1"),
        "{error}"
    );
    Ok(())
}

#[test]
fn what_is_wrong_is_named() -> Result<(), Error> {
    for (wrong, shown) in [(0.5, "0.5"), (-1.0, "-1"), (f32::NAN, "NaN")] {
        let mask: Batch<Triple> = batch(vec![1.0, 0.0, 1.0, 1.0, wrong, 0.0])?;
        let data: Batch<Triple> = batch(vec![0.0; 6])?;
        let error = Partial::new(&data, &mask).expect_err("no mask").to_string();
        assert_eq!(
            error,
            format!(
                "the mask is {shown} in row 1, element 1; it must be 1 where the data are observed and 0 where they are not"
            )
        );
    }
    let (data, mask): (Batch<Triple>, Batch<Triple>) = (batch(vec![0.0; 6])?, batch(vec![1; 3])?);
    let error = Partial::new(&data, &mask).expect_err("one row").to_string();
    assert!(
        error.starts_with("`data` has 2 rows but `mask` has 1"),
        "{error}"
    );

    // The row is counted in all the data, in whatever piece it is; a gap before it is no mistake.
    let rows = 1500;
    let (mut x, mut mask) = (vec![0.5; rows * 3], vec![1; rows * 3]);
    let t = partial(&vec![1.0; rows * 3], &vec![1; rows * 3])?;
    let u: Batch<Triple> = batch(vec![0.0; rows * 3])?;
    for gap in [7, 1290 * 3, 1300 * 3] {
        (x[gap], mask[gap]) = (f32::NAN, 0);
    }
    let ends = ends(0.0);
    let mut late = vec![1.0; rows * 3];
    late[1300 * 3 + 1] = -1.0;
    let late = partial(&late, &mask)?;
    let error = Elbo::default().evaluate(&ends.q(&partial(&x, &mask)?, &late, &u));
    let error = error.expect_err("a negative number").to_string();
    assert!(
        error.starts_with("`t` is -1 in row 1300, element 1, but a Gamma observation is"),
        "{error}"
    );
    x[1300 * 3 + 2] = f32::INFINITY;
    let error = ends
        .q(&partial(&x, &mask)?, &t, &u)
        .sample(&mut noise(1, "draws").row(0));
    assert_eq!(
        error.expect_err("infinite").to_string(),
        "`x` is inf in row 1300, element 2; it must be finite"
    );
    Ok(())
}

/// Where nothing is observed the bound is the divergence alone.
#[test]
fn rows_without_data_are_rows() -> Result<(), Error> {
    let ends = ends(0.0);
    let nothing = partial(&[f32::NAN; 6], &[0; 6])?;
    let u: Batch<Triple> = batch(vec![0.0; 6])?;
    let found = Elbo::default().evaluate(&ends.q(&nothing, &nothing, &u))?;
    assert_eq!(found.log_likelihood, 0.0);
    assert!(found.kl >= 0.0 && found.elbo == -found.kl);
    Ok(())
}

model! {
    /// A number for each of two covariates that are known.
    struct Known { height: Parameter<Rank1<2>> }
    generative p(u: [2]) {
        sample x: [2] ~ Normal::new(observed(u) * 3.0 + u + height, 1.0);
    }
    inference q(x, u) {}
}

/// A generative model may read the mask of a covariate, alone and under an inference model.
#[test]
fn covariates_have_masks_in_both_models() -> Result<(), Error> {
    let known = Known::new(0);
    let u: Batch<(Const<2>,)> = batch(vec![0.5, f32::NAN])?;
    let u = Partial::new(&u, batch(vec![1, 0])?)?;
    let x: Batch<(Const<2>,)> = batch(vec![3.5, 0.0])?;
    let joint = KnownPJoint { x: x.clone() };
    // Both are where their densities are highest.
    let found = known.p(&u).log_joint(&joint)?.exact()[0];
    assert!((found + std::f64::consts::TAU.ln()).abs() < 1e-6, "{found}");
    let found = Elbo::default().evaluate(&known.q(&x, &u))?.log_likelihood;
    assert!((found + std::f64::consts::TAU.ln()).abs() < 1e-6, "{found}");
    Ok(())
}
