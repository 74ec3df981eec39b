//! Symbols that are no whole numbers.
use elbow::prelude::*;

fn main() -> Result<(), elbow::Error> {
    let (x, length): (Batch<(Const<3>,)>, Batch<()>) = tokens(&[vec![0.0, 1.0]], 2)?;
    let _ = (x, length);
    Ok(())
}
