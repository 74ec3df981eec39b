use elbow::prelude::*;

model! {
    pub struct Reader {
        reader: (BiGru<3, 8>, ToEvent<Rank1<16>>, Linear<16, 2>),
        writer: (Linear<2, 12>, ToEvent<Rank2<4, 3>>),
    }

    generative p(length: [], mask: [4]) {
        sample z: [2] ~ Normal::new(0.0, 1.0);
        sample x: [4, 3] ~ Normal::new(writer(z), 1.0);
    }

    inference q(x, length, mask) {
        sample z ~ Normal::new(reader(x, length, mask), 1.0);
    }
}

fn main() {
    let _ = Reader::new(0);
}
