//! An elbow model is a dfdx module: dfdx saves and loads it.

use elbow::dfdx::nn::{LoadFromNpz, LoadFromSafetensors, SaveToNpz, SaveToSafetensors};

use crate::folder::Folder;
use crate::model::{Run, Vae, parameters};

#[test]
fn safetensors() {
    let folder = Folder::new("safetensors");
    let path = folder.file("vae.safetensors");
    let (vae, mut other) = (Vae::<3>::new(1), Vae::<3>::new(2));
    assert_ne!(parameters(&vae), parameters(&other));
    vae.save_safetensors(&path).expect("a writable folder");
    other.load_safetensors(&path).expect("the file");
    assert_eq!(parameters(&vae), parameters(&other));
}

#[test]
fn npz() {
    let folder = Folder::new("npz");
    let path = folder.file("vae.npz");
    let (vae, mut other) = (Vae::<3>::new(3), Vae::<3>::new(4));
    vae.save(&path).expect("a writable folder");
    other.load(&path).expect("the file");
    assert_eq!(parameters(&vae), parameters(&other));
}

/// A checkpoint is a safetensors file with more in it.
#[test]
fn dfdx_reads_the_parameters_of_a_checkpoint() {
    let folder = Folder::new("dfdx-reads");
    let path = folder.file("run.safetensors");
    let mut run = Run::<3>::new(5);
    run.steps(3);
    run.save(&path).expect("a writable folder");
    let mut vae = Vae::<3>::new(6);
    vae.load_safetensors(&path).expect("the file");
    assert_eq!(parameters(&vae), parameters(&run.vae));
}
