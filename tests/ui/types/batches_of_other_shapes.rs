use elbow::prelude::*;

const HEIGHT: usize = 2;

model! {
    pub struct Vae<const N: usize> {
        decoder: (Linear<2, 4>, ToEvent<Rank2<2, 2>>),
        line: Linear<N, 1>,
    }

    generative p(u: [N]) {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [HEIGHT, 2] ~ Normal::new(decoder(z), 1.0);
        sample w: [1] ~ Normal::new(line(u), 1.0);
        sample y ~ Normal::new(0.0, 1.0);
    }

    inference q(x, y, u) {
        sample z ~ Normal::new(0.0, 1.0);
        sample w ~ Normal::new(0.0, 1.0);
    }
}

fn main() -> Result<(), elbow::Error> {
    let vae = Vae::<3>::new(0);
    let row: Batch<(Const<4>,)> = batch(vec![1.0; 4])?;
    let _ = vae.q(&row, &row, &row);
    Ok(())
}
