//! M2: a class that is summed out, and a style.

use elbow::prelude::*;

use super::train;
use crate::weights::Weights;
use crate::{Step, rows};

model! {
    /// A class of ten and a normal style.
    pub struct M2 {
        class_hidden: (Linear<784, 128>, Tanh),
        class: Linear<128, 10>,
        style_of_x: Linear<784, 128>,
        style_of_y: Linear<10, 128>,
        loc: Linear<128, 10>,
        log_scale: Linear<128, 10>,
        of_y: Linear<10, 128>,
        of_z: Linear<10, 128>,
        pixels: Linear<128, 784>,
    }
    generative p {
        sample y: [10] ~ OneHotCategorical::logits(0.0);
        sample z: [10] ~ Normal::new(0.0, 1.0);
        sample x: [784] ~ Bernoulli::logits(pixels((of_y(y) + of_z(z)).tanh()));
    }
    inference q(x) {
        sample y ~ OneHotCategorical::logits(class(class_hidden(x))) via Enumerate;
        let h = (style_of_x(x) + style_of_y(y)).tanh();
        sample z ~ Normal::new(loc(h), log_scale(h).exp());
    }
    inference labelled(x, y) {
        let h = (style_of_x(x) + style_of_y(y)).tanh();
        sample z ~ Normal::new(loc(h), log_scale(h).exp());
    }
}

fn model() -> M2 {
    let mut model = M2::new(0);
    let mut weights = Weights::new();
    weights.fill(&mut model.class_hidden.0);
    weights.fill(&mut model.class);
    weights.fill(&mut model.style_of_x);
    weights.fill(&mut model.style_of_y);
    weights.fill_halves(&mut model.loc, &mut model.log_scale);
    weights.fill(&mut model.of_y);
    weights.fill(&mut model.of_z);
    weights.fill(&mut model.pixels);
    model
}

/// The step of the unlabelled program, on batches of digits in turn.
///
/// # Errors
/// Fails if the digits are not there.
pub fn step(rows: usize) -> Result<Step, String> {
    let mut batches = rows::digits(rows)?.into_iter().cycle();
    Ok(train(model(), move |model| {
        let x = batches.next().expect("a cycle");
        Elbo::default().loss(&model.q(&x))
    }))
}

/// The step of both programs, on this many rows each.
pub fn two_programs(rows: usize) -> Step {
    let x = rows::bits::<784>(rows);
    let mut labels = vec![0.0_f32; 10 * rows];
    (0..rows).for_each(|row| labels[10 * row + row % 10] = 1.0);
    let y: Batch<(Const<10>,)> = batch(labels).expect("whole rows");
    train(model(), move |model| {
        let elbo = Elbo::default();
        Ok(elbo.loss(&model.q(&x))? + elbo.loss(&model.labelled(&x, &y))?)
    })
}
