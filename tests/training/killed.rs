//! A training that is killed again and again, and resumed each time, has the bits of one that was not.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use elbow::Error;
use elbow::prelude::*;
use elbow::train::{Log, Trainer, checkpoint};

use crate::folder::Folder;
use crate::model::{Vae, data, parameters};

/// The folder in which the process that is killed trains.
const FOLDER: &str = "ELBOW_TRAIN_AND_BE_KILLED_IN";
const STEPS: &str = "ELBOW_TRAIN_FOR";

fn train(folder: &Path, steps: u64) -> Result<(), Error> {
    let warm_up = Schedule::linear(0.0, 0.01, 100);
    let mut adam = Adam::scheduled(warm_up.then(100, Schedule::cosine(0.01, 1e-4, steps)));
    let elbo = Elbo::default().particles(2);
    Trainer::new(&mut Vae::<3>::new(5), &mut adam)
        .batches(12, 5, 3)
        .steps(steps)
        .validate(|vae| Ok(elbo.evaluate(&vae.q(&data()))?.elbo))
        .validate_every(70)
        .save_in(folder)
        .save_every(30)
        .resume()
        .tell(Log::json_lines(folder.join("log.jsonl"))?)
        .run(|vae, rows| elbo.loss(&vae.q(&minibatch(&data(), rows)?)))?;
    Ok(())
}

/// What the process does that is killed. In an ordinary run of the tests nobody asks for it.
#[test]
fn the_process_that_is_killed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let steps = std::env::var(STEPS).expect("a number of steps");
        train(Path::new(&folder), steps.parse().expect("a number")).expect("a training");
    }
}

fn last(folder: &Folder) -> (Vec<u32>, String, elbow::family::Key) {
    let (mut vae, mut adam) = (Vae::<3>::new(6), Adam::new(0.1));
    let path = folder.file("latest.safetensors");
    checkpoint::load(path, &mut vae, &mut adam).expect("a whole checkpoint");
    let adam = format!("{:?} {}", adam.steps(), adam.learning_rate());
    (parameters(&vae), adam, vae.run_state().key())
}

fn killed(kills: u32, steps: u64) {
    let (whole, other) = (
        Folder::new(&format!("{kills}-kills-whole")),
        Folder::new(&format!("{kills}-kills")),
    );
    train(whole.path(), steps).expect("a training");
    let noise = elbow_tests::support::tensors::noise(7, "kills");
    let lives = noise.numbers(elbow::family::Standard::Uniform, 1, kills as usize);
    let mut done = 0;
    loop {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "killed::the_process_that_is_killed"])
            .env(FOLDER, other.path())
            .env(STEPS, steps.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        if done < kills {
            let life = 3_000 + (37_000.0 * lives[done as usize]) as u64;
            std::thread::sleep(Duration::from_micros(life));
            // On Unix this is `kill -9`.
            child.kill().expect("a process");
        }
        let is_complete = child.wait().expect("an end").success();
        if other.file("latest.safetensors").exists() {
            last(&other);
        }
        if is_complete {
            break;
        }
        assert!(done < kills, "the training failed");
        done += 1;
    }
    assert!(done >= kills.min(3), "only {done} kills");
    assert_eq!(last(&other), last(&whole));
    let log = |folder: &Folder| fs::read_to_string(folder.file("log.jsonl")).expect("a log");
    assert_eq!(log(&other).lines().count(), log(&whole).lines().count());
    assert!(log(&other) == log(&whole), "the logs differ");
    println!("{done} kills");
}

#[test]
fn a_run_that_is_killed_goes_on() {
    killed(8, 1_500);
}

#[test]
#[ignore = "takes half a minute: cargo test --release -p elbow-tests --test training -- --ignored killed --nocapture"]
fn a_run_that_is_killed_200_times_goes_on() {
    killed(200, 60_000);
}
