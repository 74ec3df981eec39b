//! The workloads by hand on the same runtime: no program, no pass, no checks.

use elbow::family::{
    Divergence, Estimator, Key, Kl, KlDivergence, Place, Reparameterised, Rows, Settings, Stream,
    apply, record, weighted_means,
};
use elbow::prelude::*;
use elbow::train::Adam;

use crate::Step;
use crate::programs::{Bits, Categories, Normals};
use crate::rows;
use crate::workload::{self, Kind, Workload};

const RELAXED: Relaxed = Relaxed { temperature: 0.5 };

/// The step of a workload. None if it is not written by hand.
pub fn step(workload: Workload) -> Option<Step> {
    if workload.estimator != workload::Estimator::Relaxed {
        return None;
    }
    let log_ratio = Settings {
        relaxed_kl: RelaxedKl::LogRatio {
            prior_temperature: 0.5,
        },
        ..Settings::default()
    };
    Some(match workload.kind {
        Kind::W1a => bits::<784, 200, 200>(workload.rows, log_ratio),
        Kind::W1b => bits::<784, 200, 200>(workload.rows, Settings::default()),
        Kind::W4 => bits::<64, 32, 10>(workload.rows, log_ratio),
        Kind::W2 => normals(workload.rows),
        Kind::W3 => categories(workload.rows),
        _ => return None,
    })
}

/// A step: the objective is written as `log p(x | z)` and a divergence for each row.
fn train<M>(mut model: M, objective: impl Fn(&M, Stream) -> (Rows, Rows) + 'static) -> Step
where
    M: elbow::dfdx::nn::tensor_collection::TensorCollection<f32, Device> + 'static,
{
    let mut adam = Adam::new(1e-3);
    Box::new(move || {
        let key = Key::new(0, adam.steps());
        let (loss, recording) = record(|| {
            let noise = Stream::new(key, "z", Place::default());
            let (log_likelihood, divergence) = objective(&model, noise);
            weighted_means(vec![(divergence, 1.0), (log_likelihood, -1.0)]).0
        });
        let loss = Loss::recorded(&loss, recording);
        let value = loss.value();
        adam.descend(&mut model, loss)?;
        Ok(value)
    })
}

fn bits<const PIXELS: usize, const HIDDEN: usize, const LATENTS: usize>(
    rows: usize,
    settings: Settings,
) -> Step {
    let data = rows::bits::<PIXELS>(rows);
    train(
        Bits::<PIXELS, HIDDEN, LATENTS>::new(0),
        move |model, noise| {
            let x: Var<(usize, Const<PIXELS>)> = Var::from(&data);
            x.note_unlearned();
            let p = Bernoulli::<(Const<LATENTS>,)>::probs(0.5);
            let q = Bernoulli::logits(apply(&model.encoder, x.clone()));
            let plan = RELAXED.plan(&settings).expect("a temperature");
            let draw = plan
                .draw(&q, rows, &noise)
                .expect("nothing is given by row");
            let divergence = match settings.relaxed_kl {
                RelaxedKl::LogRatio { .. } => {
                    RELAXED.divergence(&plan, &q, &p, &draw, Kl::SAMPLED).0
                }
                RelaxedKl::Discrete => q.kl_divergence(&p).expect("a closed form"),
            };
            let pixels = Bernoulli::logits(apply(&model.decoder, draw.value()));
            (pixels.log_prob(&x), divergence)
        },
    )
}

fn normals(rows: usize) -> Step {
    let data = rows::bits::<784>(rows);
    train(Normals::new(0), move |model, noise| {
        let x: Var<(usize, Const<784>)> = Var::from(&data);
        x.note_unlearned();
        let p = Normal::<(Const<50>,)>::new(0.0, 1.0);
        let hidden = apply(&model.encoder, x.clone());
        let loc = apply(&model.loc, hidden.clone());
        let q = Normal::new(loc, apply(&model.log_scale, hidden).exp());
        let draw = q.rsample(rows, &noise);
        let divergence = q.kl_divergence(&p).expect("a closed form");
        let pixels = Bernoulli::logits(apply(&model.decoder, draw.value()));
        (pixels.log_prob(&x), divergence)
    })
}

fn categories(rows: usize) -> Step {
    let data = rows::bits::<784>(rows);
    train(Categories::new(0), move |model, noise| {
        let x: Var<(usize, Const<784>)> = Var::from(&data);
        x.note_unlearned();
        let p = OneHotCategorical::<(Const<30>, Const<10>)>::logits(0.0);
        let q = OneHotCategorical::logits(apply(&model.encoder, x.clone()));
        let plan = RELAXED.plan(&Settings::default()).expect("a temperature");
        let draw = plan
            .draw(&q, rows, &noise)
            .expect("nothing is given by row");
        let divergence = q.kl_divergence(&p).expect("a closed form");
        let pixels = Bernoulli::logits(apply(&model.decoder, draw.value()));
        (pixels.log_prob(&x), divergence)
    })
}
