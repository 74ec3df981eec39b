use elbow::prelude::*;

const WIDE: usize = 6;

model! {
    pub struct Vae<const N: usize> {
        encoder: (Linear<4, 8>, Tanh, Linear<8, 2>),
        deep: (Tanh, Linear<WIDE, 2>),
        sound: (Tanh, Linear<4, N>, Linear<N, 2>),
        wide: (Linear<N, 2>, Tanh),
        flat: (ToEvent<Rank1<8>>, Linear<8, 2>),
        decoder: Linear<3, 4>,
    }
    generative p(u: [2, 4]) {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        let h = decoder(z);
        sample x ~ Normal::new((h + decoder(z)).sum_last(), 1.0);
        sample y: [WIDE] ~ Normal::new(0.0, 1.0);
        sample w: [5] ~ Normal::new(0.0, 1.0);
        sample v: [N] ~ Normal::new(0.0, 1.0);
        sample s: [4] ~ Normal::new(0.0, 1.0);
    }
    inference q(x, y, w, v, s, u) {
        let h = sound(s) + wide(v) + flat(u) + sound(u).mean();
        sample z ~ Normal::new(encoder(x) + deep(y) + deep(w) + h, 1.0);
    }
}

// Nothing else is said, however the model is used.
fn main() {
    let vae = Vae::<4>::new(0);
    let u: Batch<(Const<2>, Const<4>)> = batch(vec![0.0; 8]).expect("eight numbers");
    vae.p(&u);
}
