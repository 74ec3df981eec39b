use elbow::prelude::model;
use elbow::prelude::*;

model! {
    pub struct Mean {
        loc: Parameter<Rank0>,
    }

    generative p {
        global sample w ~ Normal::new(0.0, 1.0);
        let likelihood = Normal::<()>::new(w, 1.0);
        sample x ~ likelihood;
    }

    inference q(x) {
        sample w ~ Normal::new(loc, 0.5);
    }
}

fn main() {
    let mean = Mean::new(0);
    let x = batch(vec![0.0]).unwrap();
    let _ = Elbo::default().loss(&mean.q(&x)).unwrap();
}
