use elbow::prelude::*;

fn main() -> Result<(), elbow::Error> {
    let rows = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
    let _: Batch<(Const<2>,)> = batch(rows)?;
    Ok(())
}
