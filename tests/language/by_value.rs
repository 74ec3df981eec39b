//! A batch and a program are given by reference or by value, and a batch is made of any numbers.

use elbow::prelude::*;

model! {
    /// A normal with a normal mean.
    struct Mean {
        guide: Linear<2, 1>,
    }
    generative p {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(pair(z), 1.0);
    }
    inference q(x) {
        sample z ~ Normal::new(guide(x), 1.0);
    }
}

fn pair(z: Var<(usize, Const<1>)>) -> Var<(usize, Const<2>)> {
    let shape = (z.shape().0, Const);
    z.sum_last().broadcast_like(&shape)
}

#[test]
fn what_is_given_by_value_is_the_same() -> Result<(), elbow::Error> {
    let x = batch(vec![0.5, -1.0, 2.0, 0.0])?;
    // Two of one seed, for a run's second evaluation has other noise.
    let [by_reference, by_value] = [Mean::new(3), Mean::new(3)];
    let evidence = LogEvidence::samples(3);
    assert_eq!(
        Elbo::default().loss(&by_reference.q(&x))?.value(),
        Elbo::default().loss(by_value.q(x.clone()))?.value()
    );
    assert_eq!(
        evidence.evaluate(&by_reference.q(&x))?.log_evidence,
        evidence.evaluate(by_value.q(x))?.log_evidence
    );
    Ok(())
}

#[test]
fn a_batch_is_made_of_any_numbers() -> Result<(), elbow::Error> {
    let expected = [0.0, 1.0, 255.0, 7.0];
    fn numbers(batch: Batch<(Const<2>,)>) -> Vec<f32> {
        batch.as_vec()
    }
    assert_eq!(numbers(batch(vec![0u8, 1, 255, 7])?), expected);
    assert_eq!(numbers(batch(vec![0, 1, 255, 7])?), expected);
    assert_eq!(numbers(batch(vec![0usize, 1, 255, 7])?), expected);
    assert_eq!(numbers(batch(vec![0.0f32, 1.0, 255.0, 7.0])?), expected);
    // The nearest of `f32`.
    assert_eq!(numbers(batch(vec![0.1f64, 1e-50])?), [0.1, 0.0]);
    assert_eq!(
        numbers(batch(vec![16_777_217i64, -3])?),
        [16_777_216.0, -3.0]
    );
    assert!(batch::<(usize, Const<2>)>(vec![1, 2, 3]).is_err());
    Ok(())
}

#[test]
fn a_schedule_is_made_of_any_number() {
    let constant = Schedule::constant(2.0);
    assert_eq!(Schedule::from(2), constant);
    assert_eq!(Schedule::from(2.0f32), constant);
    assert_eq!(Schedule::from(2.0f64), constant);
}
