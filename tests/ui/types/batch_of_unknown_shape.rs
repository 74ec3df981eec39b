use elbow::prelude::*;

fn main() -> Result<(), elbow::Error> {
    let numbers = batch(vec![1.0; 8])?.as_vec();
    println!("{numbers:?}");
    Ok(())
}
