//! The trainer: each thing that it does against a loop by hand, and a run that was interrupted against one that was not.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use elbow::Error;
use elbow::prelude::*;
use elbow::train::{Batches, End, Log, Trained, Trainer, checkpoint};

use crate::folder::Folder;
use crate::model::{Vae, data, parameters};

const ROWS: usize = 12;

fn loss(vae: &Vae<3>, rows: &[usize]) -> Result<Loss, Error> {
    Elbo::default()
        .kl_weight(Schedule::linear(0.1, 1.0, 30))
        .loss(&vae.q(&minibatch(&data(), rows)?))
}

fn evaluation(vae: &Vae<3>) -> Result<f64, Error> {
    Ok(Elbo::default().evaluate(&vae.q(&data()))?.elbo)
}

fn adam() -> Adam {
    let warm_up = Schedule::linear(0.0, 0.05, 5);
    Adam::scheduled(warm_up.then(5, Schedule::cosine(0.05, 0.001, 40)))
        .weight_decay(0.01)
        .clip_norm(0.5)
        .clip_value(0.2)
}

/// A trainer with all that has a state of its own.
fn train(folder: &Path, vae: &mut Vae<3>, adam: &mut Adam, stop: u64) -> Result<Trained, Error> {
    Trainer::new(vae, adam)
        .batches(ROWS, 5, 3)
        .steps(40)
        .validate(evaluation)
        .validate_every(4)
        .smoothing(0.5)
        .reduce_on_plateau(1, 0.7)
        .save_in(folder)
        .save_every(7)
        .note("data", "twelve rows")
        .resume()
        .tell(Log::csv(folder.join("log.csv"))?)
        .each_step(|record, _| {
            Ok(match record.steps == stop {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        })
        .run(|vae, rows| loss(vae, rows))
}

#[test]
fn a_trainer_does_what_a_loop_does() {
    let (mut vae, mut own) = (Vae::<3>::new(5), adam());
    let mut values = Vec::new();
    let trained = Trainer::new(&mut vae, &mut own)
        .batches(ROWS, 5, 3)
        .epochs(4)
        .validate(evaluation)
        .each_step(|record, _| {
            values.push((record.loss, record.learning_rate, record.epoch));
            Ok(ControlFlow::Continue(()))
        })
        .run(|vae, rows| loss(vae, rows))
        .expect("a training");

    let (mut other, mut adam) = (Vae::<3>::new(5), adam());
    let mut batches = Batches::new(ROWS, 5, 3);
    let (mut by_hand, mut validations) = (Vec::new(), Vec::new());
    for step in 0..12 {
        let rows = batches.at(step);
        let loss = loss(&other, &rows).expect("a loss");
        by_hand.push((loss.value(), Some(adam.learning_rate()), step / 3));
        adam.descend(&mut other, loss).expect("a step");
        if step % 3 == 2 {
            validations.push(Some(evaluation(&other).expect("a bound")));
        }
    }
    assert_eq!(values, by_hand);
    assert_eq!(parameters(&vae), parameters(&other));
    let found: Vec<_> = trained
        .validations
        .iter()
        .map(|record| record.validation)
        .collect();
    assert_eq!(found, validations);
    assert_eq!((trained.steps, trained.end), (12, End::Complete));
    let best = validations
        .iter()
        .flatten()
        .copied()
        .fold(f64::MIN, f64::max);
    assert_eq!(trained.best.expect("validations").value, best);
}

#[test]
fn every_epoch_has_an_order_of_its_own() {
    let mut batches = Batches::new(ROWS, 5, 3);
    let mut epoch = |epoch: u64| {
        let steps = epoch * 3..(epoch + 1) * 3;
        steps
            .flat_map(|step| batches.at(step).to_vec())
            .collect::<Vec<_>>()
    };
    let (first, second) = (epoch(0), epoch(1));
    assert_ne!(first, second);
    for mut order in [first, second] {
        order.sort_unstable();
        assert_eq!(order, (0..ROWS).collect::<Vec<_>>());
    }
}

/// Interrupted after each of several steps: between checkpoints what was learned since the last is learned again.
#[test]
fn a_run_that_was_interrupted_has_the_same_bits() {
    let folder = Folder::new("whole");
    let (mut vae, mut whole) = (Vae::<3>::new(5), adam());
    let expected = train(&folder.file(""), &mut vae, &mut whole, 0).expect("a training");
    assert_eq!(expected.end, End::Complete);
    let log = fs::read_to_string(folder.file("log.csv")).expect("a log");
    assert_eq!(log.lines().count(), 41);
    let other_folder = Folder::new("interrupted");
    let place = other_folder.file("");
    for stop in [3, 4, 13, 29, 0] {
        let (mut other, mut adam) = (Vae::<3>::new(99), adam());
        if stop == 3 {
            other = Vae::new(5);
        }
        let trained = train(&place, &mut other, &mut adam, stop).expect("a training");
        if stop != 0 {
            assert_eq!((trained.steps, trained.end), (stop, End::Asked));
            // A killed process leaves lines of steps that are not in its checkpoint.
            let path = place.join("log.csv");
            let text = fs::read_to_string(&path).expect("a log");
            fs::write(&path, text + "77,0,1\n78,0").expect("a writable folder");
            continue;
        }
        assert_eq!(trained.steps, expected.steps);
        assert_eq!(trained.best, expected.best);
        assert_eq!(parameters(&vae), parameters(&other));
        assert_eq!(format!("{whole:?}"), format!("{adam:?}"));
    }
    assert_eq!(
        fs::read_to_string(place.join("log.csv")).expect("a log"),
        log
    );
    let notes = checkpoint::notes(place.join("latest.safetensors")).expect("notes");
    assert_eq!(
        notes,
        [("data".to_owned(), "twelve rows".to_owned())].into()
    );
    // So have the checkpoints.
    for name in ["latest.safetensors", "best.safetensors"] {
        let state = |path| {
            let (mut vae, mut adam) = (Vae::<3>::new(6), Adam::new(0.1));
            checkpoint::load(path, &mut vae, &mut adam).expect("a checkpoint");
            (parameters(&vae), format!("{adam:?}"), vae.run_state().key())
        };
        assert!(
            state(folder.file(name)) == state(place.join(name)),
            "{name}"
        );
    }
}

/// Patience, and the best model instead of the last.
#[test]
fn a_training_without_progress_ends() {
    let numbers = [1.0, 0.5, 3.0, 2.0, 2.5, 2.9, 9.0];
    let (mut vae, mut adam, mut asked) = (Vae::<3>::new(5), Adam::new(0.05), 0);
    let mut seen = Vec::new();
    let trained = Trainer::new(&mut vae, &mut adam)
        .steps(100)
        .validate(|vae| {
            seen.push(parameters(vae));
            asked += 1;
            Ok(numbers[asked - 1])
        })
        .validate_every(2)
        .patience(3)
        .return_best()
        .run(|vae, _| loss(vae, &[0, 1, 2]))
        .expect("a training");
    assert_eq!((trained.steps, trained.end), (12, End::NoBetter));
    let best = trained.best.expect("validations");
    assert_eq!((best.steps, best.value), (6, 3.0));
    assert_eq!(parameters(&vae), seen[2]);
    assert_ne!(seen[2], seen[5]);
}

#[test]
fn the_learning_rate_is_reduced_on_a_plateau() {
    let mut rates = Vec::new();
    let (mut vae, mut adam) = (Vae::<3>::new(5), Adam::new(0.5));
    Trainer::new(&mut vae, &mut adam)
        .steps(7)
        .validate(|_| Ok(0.0))
        .validate_every(1)
        .reduce_on_plateau(2, 0.5)
        .each_step(|record, _| {
            rates.extend(record.learning_rate);
            Ok(ControlFlow::Continue(()))
        })
        .run(|vae, _| loss(vae, &[0]))
        .expect("a training");
    assert_eq!(rates, [0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]);
    assert_eq!(adam.learning_rate(), 0.0625);
    adam.set_learning_rate(0.3);
    assert_eq!(adam.learning_rate(), 0.3);
}

#[test]
fn an_error_names_the_site_and_the_last_checkpoint() {
    let folder = Folder::new("stopped");
    let (mut vae, mut adam) = (Vae::<3>::new(5), Adam::new(0.01));
    let error = Trainer::new(&mut vae, &mut adam)
        .steps(100)
        .save_in(folder.file(""))
        .save_every(10)
        .run(|vae, rows| {
            let mut x = data().as_vec();
            if rows.step() == 25 {
                x[7] = 0.5;
            }
            Elbo::default().loss(&vae.q(&batch::<(usize, Const<5>)>(x)?))
        })
        .expect_err("no bit");
    let said = error.to_string();
    assert!(said.starts_with("`x` is 0.5 in row 1, element 2"), "{said}");
    let latest = folder.file("latest.safetensors");
    let end = format!(
        ". The training stopped after 25 steps; the last checkpoint is {}",
        latest.display()
    );
    assert!(said.ends_with(&end), "{said}");
    let (mut other, mut adam) = (Vae::<3>::new(6), Adam::new(0.01));
    checkpoint::load(&latest, &mut other, &mut adam).expect("a checkpoint");
    assert_eq!(adam.steps(), 20);
}

#[test]
fn runs_of_other_notes_are_not_resumed() {
    let folder = Folder::new("notes");
    let run = |note: &str, vae: &mut Vae<3>| {
        Trainer::new(vae, &mut Adam::new(0.01))
            .steps(2)
            .save_in(folder.file(""))
            .note("data", note)
            .resume()
            .run(|vae, _| loss(vae, &[0]))
    };
    run("first", &mut Vae::new(5)).expect("a training");
    let mut vae = Vae::new(7);
    let before = parameters(&vae);
    let error = run("second", &mut vae).expect_err("other data").to_string();
    assert!(
        error.ends_with("the note `data` is `first` there and `second` in this run; a run goes on with the settings and the data that it had"),
        "{error}"
    );
    assert_eq!(parameters(&vae), before);
    // Nothing is left to train of a run that is complete.
    assert_eq!(run("first", &mut vae).expect("a training").steps, 2);
    assert_ne!(parameters(&vae), before);
    // A checkpoint that no trainer left has no place in a course of steps.
    let path = folder.file("latest.safetensors");
    checkpoint::save(
        &path,
        &vae,
        &Adam::new(0.1),
        &[("data".into(), "first".into())].into(),
    )
    .expect("a writable folder");
    let error = run("first", &mut vae)
        .expect_err("no trainer's")
        .to_string();
    assert!(error.contains("was not left by a `Trainer`"), "{error}");
}

#[test]
fn settings_out_of_their_range_are_errors_before_the_first_step() {
    use elbow::dfdx::optim::{Sgd, SgdConfig};
    use elbow::train::OfDfdx;
    let expect = |change: fn(Trainer<'_, Vae<3>>) -> Trainer<'_, Vae<3>>, said: &str| {
        let (mut vae, mut adam) = (Vae::<3>::new(5), Adam::new(0.01));
        let trainer = change(Trainer::new(&mut vae, &mut adam));
        let error = trainer.run(|_, _| -> Result<Loss, Error> { panic!("a step was taken") });
        assert_eq!(error.expect_err("a setting").to_string(), said);
    };
    expect(
        |trainer| trainer.epochs(3),
        "a training by `epochs` needs rows; write `batches(rows, size, seed)`, or `steps` for `epochs`",
    );
    expect(
        |trainer| trainer.patience(3),
        "`patience`, `reduce_on_plateau` and `return_best` compare validations; write `validate(…)`",
    );
    expect(
        |trainer| trainer.resume(),
        "a training is resumed from its folder; write `save_in(folder)`",
    );
    expect(
        |trainer| trainer.validate(evaluation).patience(0),
        "the patience is 0; it must be at least 1",
    );
    expect(
        |trainer| trainer.smoothing(1.0),
        "the smoothing of validations is 1; it must be at least 0 and less than 1",
    );
    expect(
        |trainer| trainer.validate(evaluation).reduce_on_plateau(1, 1.5),
        "the factor of `reduce_on_plateau` is 1.5; it must be between 0 and 1",
    );
    let mut vae = Vae::<3>::new(5);
    let mut sgd = OfDfdx(Sgd::new(&vae, SgdConfig::default()));
    let folder = Folder::new("sgd");
    let error = Trainer::new(&mut vae, &mut sgd)
        .save_in(folder.file(""))
        .run(|vae, _| loss(vae, &[0]));
    assert_eq!(
        error.expect_err("no state").to_string(),
        "the state of an optimiser of dfdx can be neither saved nor changed; train by elbow's `Adam`, or leave `save_in` and `reduce_on_plateau` away"
    );
}

#[test]
fn a_validation_that_is_no_number_is_an_error() {
    let (mut vae, mut adam) = (Vae::<3>::new(5), Adam::new(0.01));
    let error = Trainer::new(&mut vae, &mut adam)
        .steps(5)
        .validate(|_| Ok(f64::NAN))
        .run(|vae, _| loss(vae, &[0]));
    assert_eq!(
        error.expect_err("no number").to_string(),
        "the validation after 5 steps gives NaN; it must give a finite number, the greater the better"
    );
}

/// Momentum SGD of dfdx by the trainer and by hand; parameters without gradients stay.
#[test]
fn an_optimiser_of_dfdx_trains() {
    use elbow::dfdx::optim::{Momentum, Sgd, SgdConfig};
    use elbow::train::OfDfdx;
    let config = SgdConfig {
        lr: 0.05,
        momentum: Some(Momentum::Classic(0.9)),
        weight_decay: None,
    };
    let mut vae = Vae::<3>::new(5);
    let mut sgd = OfDfdx(Sgd::new(&vae, config));
    Trainer::new(&mut vae, &mut sgd)
        .steps(5)
        .run(|vae, _| loss(vae, &[0, 3]))
        .expect("a training");
    let mut other = Vae::<3>::new(5);
    let mut sgd = Sgd::new(&other, config);
    for _ in 0..5 {
        let gradients = loss(&other, &[0, 3]).expect("a loss").backward();
        sgd.update(&mut other, &gradients).expect("all are used");
    }
    assert_eq!(parameters(&vae), parameters(&other));
}

/// The best of a run may come before it was resumed: then the folder has it.
#[test]
fn a_best_from_before_a_resume_is_returned() {
    let folder = Folder::new("best");
    let run = |numbers: [f64; 2], steps: u64, vae: &mut Vae<3>| {
        let (mut seen, mut numbers) = (Vec::new(), numbers.into_iter());
        let trained = Trainer::new(vae, &mut Adam::new(0.05))
            .steps(steps)
            .validate(|vae| {
                seen.push(parameters(vae));
                Ok(numbers.next().expect("two validations"))
            })
            .validate_every(2)
            .return_best()
            .save_in(folder.file(""))
            .resume()
            .run(|vae, _| loss(vae, &[0, 1, 2]));
        (trained.expect("a training"), seen)
    };
    let (_, seen) = run([5.0, 1.0], 4, &mut Vae::new(5));
    let mut vae = Vae::new(6);
    let (trained, _) = run([2.0, 3.0], 8, &mut vae);
    let best = trained.best.expect("validations");
    assert_eq!((trained.steps, best.steps, best.value), (8, 2, 5.0));
    assert_eq!(parameters(&vae), seen[0]);
}
