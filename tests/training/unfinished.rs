//! A step that is given what an objective returned.

use elbow::Error;
use elbow::prelude::*;
use elbow::train::Adam;

model! {
    /// A bit under a normal.
    struct Bit {
        decoder: Linear<1, 1>,
    }
    generative p {
        sample z: [1] ~ Normal::new(0.0, 1.0);
        sample x: [1] ~ Bernoulli::logits(decoder(z));
    }
    inference q(x) {
        sample z ~ Normal::new(0.0, 1.0);
    }
}

#[test]
fn a_loss_that_failed_is_the_error_of_its_step() -> Result<(), Error> {
    let (mut bit, mut adam) = (Bit::new(0), Adam::new(0.1));
    let before = bit.decoder.weight.array();
    let no_bits = batch(vec![0.7, 1.0])?;
    let loss = Elbo::default().loss(&bit.q(&no_bits));
    let said = loss.as_ref().expect_err("no bit").to_string();
    let error = adam.descend(&mut bit, loss).expect_err("no bit");
    assert_eq!(error.to_string(), said);
    assert_eq!((adam.steps(), bit.decoder.weight.array()), (0, before));

    let bits = batch(vec![0.0, 1.0])?;
    let loss = Elbo::default().loss(&bit.q(&bits));
    adam.descend(&mut bit, loss)?;
    assert_eq!(adam.steps(), 1);
    assert_ne!(bit.decoder.weight.array(), before);
    Ok(())
}
