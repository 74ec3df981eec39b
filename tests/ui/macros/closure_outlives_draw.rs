use elbow::prelude::model;

model! {
    pub struct Chain {}

    generative p {
        sample a ~ Normal::new(0.0, 1.0);
        let scaled = |by: f32| a * by;
        sample x ~ Normal::new(scaled(1.0), 1.0);
        sample y ~ Normal::new(scaled(2.0), 1.0);
    }

    inference q(x, y) {
        sample a ~ Normal::new(x + y, 1.0);
    }
}

fn main() {}
