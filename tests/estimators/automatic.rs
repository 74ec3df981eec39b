//! The automatic choice is made once for a site, whatever its number of states.

use elbow::noise::Key;
use elbow::prelude::*;

model! {
    /// A category of ten, by the automatic choice and by name.
    struct Category {
        guide: Parameter<Rank1<10>>,
        mean: Linear<10, 2>,
    }
    generative p {
        sample c: [10] ~ OneHotCategorical::logits(0.0);
        sample x: [2] ~ Normal::new(mean(c), 1.0);
    }
    inference automatic(x) {
        sample c ~ OneHotCategorical::logits(guide);
    }
    inference enumerated(x) {
        sample c ~ OneHotCategorical::logits(guide) via Enumerate;
    }
}

const KEY: Key = Key::new(1, 0);

fn category() -> (Category, Batch<(Const<2>,)>) {
    let mut category = Category::new(3);
    let guide = [1.0, 0.0, -1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3];
    category.guide.value.copy_from(&guide);
    (category, batch(vec![1.5; 4]).expect("whole rows"))
}

#[test]
fn ten_states_are_enumerated_under_every_objective() {
    let (category, x) = category();
    macro_rules! gradients {
        ($objective:expr) => {
            [
                $objective.loss(&category.automatic(&x).at(KEY)),
                $objective.loss(&category.enumerated(&x).at(KEY)),
            ]
            .map(|loss| {
                loss.expect("legal")
                    .backward()
                    .get(&category.guide.value)
                    .array()
            })
        };
    }
    let [own, exact] = gradients!(Elbo::default());
    assert_eq!(own, exact);
    let [own, exact] = gradients!(Elbo::default().profile(Profile::Unbiased));
    assert_eq!(own, exact);
    let [own, exact] = gradients!(Elbo::default().particles(1).importance_weighted());
    assert_eq!(own, exact);
    // The bound is the evidence, which does not depend on the guide.
    assert!(exact.iter().all(|g| g.abs() < 1e-6), "{exact:?}");
}

#[test]
fn it_says_what_it_does() {
    let (category, x) = category();
    let explanation = category.automatic(&x).explain();
    let choices = explanation.choices().expect("legal");
    let estimator = choices[0].estimator.as_ref().expect("a latent");
    assert_eq!(estimator.estimator, "enumerated (10 states)");
}
