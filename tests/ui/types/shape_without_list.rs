use elbow::prelude::*;

fn main() -> Result<(), elbow::Error> {
    let x: Batch<Const<64>> = batch(vec![1.0; 64])?;
    let _ = x;
    Ok(())
}
