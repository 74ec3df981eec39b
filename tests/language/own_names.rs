//! Names of the user's own that elbow has too, or of which the compiler says that elbow has none.

use elbow::prelude::*;
use elbow_tests::support::tensors::noise;

/// In a body this is the function, though a variable has a method of that name.
fn exp(h: Var<(usize, Const<2>)>) -> Var<(usize, Const<2>)> {
    2.0 * h
}

/// A method that a model has in other libraries.
trait Encode {
    fn forward(&self, x: &Batch<(Const<2>,)>) -> usize;
    fn sample(&self, rows: usize, seed: u64) -> usize;
}

model! {
    struct Own {
        encoder: Linear<2, 1>,
        decoder: Linear<1, 2>,
    }
    generative p {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample x: [2] ~ Normal::new(exp(decoder(z)), 1.0);
    }
    inference train(x) {
        sample z ~ Normal::new(encoder(x), 1.0);
    }
}

impl Encode for Own {
    fn forward(&self, x: &Batch<(Const<2>,)>) -> usize {
        x.shape().0
    }

    fn sample(&self, rows: usize, seed: u64) -> usize {
        rows + seed as usize
    }
}

impl Own {
    fn save(&self, place: &str) -> usize {
        place.len()
    }

    fn eval(&mut self) -> bool {
        true
    }
}

#[test]
fn a_function_is_called_by_its_name() -> Result<(), elbow::Error> {
    let own = Own::new(0);
    let mut rng = noise(1, "draws").row(0);
    let draws = own.p().sample(3, &mut rng)?;
    assert_eq!(draws.x.as_vec().len(), 6);
    Ok(())
}

#[test]
fn a_models_own_methods_are_found() -> Result<(), elbow::Error> {
    let mut own = Own::new(0);
    let x = batch(vec![0.5; 6])?;
    assert_eq!(own.forward(&x), 3);
    assert_eq!(own.sample(3, 1), 4);
    let reference = &mut own;
    assert_eq!(reference.forward(&x), 3);
    assert_eq!(reference.save("out"), 3);
    assert!(reference.eval());
    assert!(Elbo::default().loss(&own.train(&x))?.value().is_finite());
    Ok(())
}
