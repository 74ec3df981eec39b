//! Parameters, their names and their first values are dfdx's: files interchange.

use elbow::dfdx::nn::builders;
use elbow::dfdx::nn::{
    BuildModule, LoadFromNpz, LoadFromSafetensors, SaveToNpz, SaveToSafetensors,
};
use elbow::family::Built;
use elbow::prelude::*;

type Ours = (Linear<5, 4>, Tanh, Linear<4, 3>);
type Theirs = (
    builders::Linear<5, 4>,
    builders::Tanh,
    builders::Linear<4, 3>,
);

fn path(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("elbow-layers-{}-{name}", std::process::id()))
}

#[test]
fn the_same_seed_gives_the_same_layers() {
    let ours = Built::<Ours>::build(&Device::seed_from_u64(3));
    let theirs = Built::<Theirs>::build(&Device::seed_from_u64(3));
    assert_eq!(ours.0.weight.array(), theirs.0.weight.array());
    assert_eq!(ours.0.bias.array(), theirs.0.bias.array());
    assert_eq!(ours.2.weight.array(), theirs.2.weight.array());
    assert_ne!(ours.0.bias.array(), [0.0; 4]);
}

#[test]
fn safetensors_go_both_ways() {
    let device = Device::seed_from_u64(4);
    let (file, back) = (path("there.safetensors"), path("back.safetensors"));
    let theirs = Built::<Theirs>::build(&device);
    let mut ours = Built::<Ours>::build(&device);
    assert_ne!(ours.2.bias.array(), theirs.2.bias.array());
    theirs.save_safetensors(&file).expect("a writable folder");
    ours.load_safetensors(&file).expect("the file");
    assert_eq!(ours.0.weight.array(), theirs.0.weight.array());
    assert_eq!(ours.2.bias.array(), theirs.2.bias.array());
    let mut again = Built::<Theirs>::build(&device);
    ours.save_safetensors(&back).expect("a writable folder");
    again.load_safetensors(&back).expect("the file");
    assert_eq!(again.2.weight.array(), theirs.2.weight.array());
    for file in [file, back] {
        std::fs::remove_file(file).expect("the file");
    }
}

#[test]
fn npz_too() {
    let device = Device::seed_from_u64(5);
    let file = path("there.npz");
    let theirs = Built::<Theirs>::build(&device);
    let mut ours = Built::<Ours>::build(&device);
    theirs.save(&file).expect("a writable folder");
    ours.load(&file).expect("the file");
    assert_eq!(ours.0.bias.array(), theirs.0.bias.array());
    assert_eq!(ours.2.weight.array(), theirs.2.weight.array());
    std::fs::remove_file(file).expect("the file");
}
