//! The model and its classifier.

use elbow::family::record;
use elbow::prelude::*;
use elbow_examples::Error;
use elbow_examples::data::one_hot;
use rand::RngCore;

/// The classes: the digits from 0 to 9.
pub const CLASSES: usize = 10;
/// The numbers in a style.
pub const STYLES: usize = 10;

/// A batch of images.
pub type Pixels<const PIXELS: usize> = Batch<(Const<PIXELS>,)>;
/// Labels as one-hot vectors.
pub type Labels = Batch<(Const<CLASSES>,)>;

model! {
    /// The model M2 of Kingma et al. (2014): an image comes from a class and a style.
    pub struct M2<const PIXELS: usize> {
        pub classifier: (Linear<PIXELS, 128>, Tanh, Linear<128, CLASSES>),
        style_of_image: Linear<PIXELS, 128>,
        style_of_class: Linear<CLASSES, 128>,
        style: (Tanh, SplitInto<(Linear<128, STYLES>, Linear<128, STYLES>)>),
        from_class: Linear<CLASSES, 128>,
        from_style: Linear<STYLES, 128>,
        decoder: (Tanh, Linear<128, PIXELS>),
    }

    generative p {
        sample y: [CLASSES] ~ OneHotCategorical::logits(0.0);
        sample z: [STYLES] ~ Normal::new(0.0, 1.0);
        let hidden = from_class(y) + from_style(z);
        sample x: [PIXELS] ~ Bernoulli::logits(decoder(hidden));
    }

    inference q(x) {
        sample y ~ OneHotCategorical::logits(classifier(x));
        let (loc, log_scale) = style(style_of_image(x) + style_of_class(y));
        sample z ~ Normal::new(loc, log_scale.exp());
    }

    inference q_labelled(x, y) {
        let (loc, log_scale) = style(style_of_image(x) + style_of_class(y));
        sample z ~ Normal::new(loc, log_scale.exp());
    }

    // With everything given, `reconstruct` is the mean image of a class in a style.
    inference given(x, y, z) {}
}

/// `−log q(y | x)`, averaged over rows. The bound of labelled images does not contain the classifier:
/// without this term, labels would not train it.
pub fn classification<const PIXELS: usize>(
    net: &M2<PIXELS>,
    x: &Pixels<PIXELS>,
    y: &Labels,
) -> Loss {
    let (loss, recording) = record(|| {
        let log_probs = net.classifier.forward(Var::from(x)).log_softmax();
        -(log_probs * Var::from(y)).sum_last().mean()
    });
    Loss::recorded(&loss, recording)
}

/// The share of images whose most probable class, by `q(y | x)`, is their label.
///
/// # Errors
/// Fails with the site whose numbers went wrong.
pub fn accuracy<const PIXELS: usize>(
    net: &M2<PIXELS>,
    x: &Pixels<PIXELS>,
    labels: &[u8],
) -> Result<f64, Error> {
    let posterior = net.q(x).marginal(M2Q::Y)?.as_vec();
    let guesses = posterior.chunks(CLASSES).map(most_probable);
    let right = guesses
        .zip(labels)
        .filter(|(guess, label)| *guess == usize::from(**label));
    Ok(right.count() as f64 / labels.len() as f64)
}

fn most_probable(row: &[f32]) -> usize {
    let best = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    best.unwrap_or(0)
}

/// The mean images given `images` draws of class and style from the generative model.
///
/// # Errors
/// When a parameter has left its domain.
pub fn dream<const PIXELS: usize>(
    net: &M2<PIXELS>,
    images: usize,
    rng: &mut impl RngCore,
) -> Result<Vec<f32>, Error> {
    let drawn = net.p().sample(images, rng)?;
    let program = net.given(&drawn.x, &drawn.y, &drawn.z);
    Ok(program.reconstruct(rng)?.x.as_vec())
}

/// Each image, followed by every class in its style: eleven images for each.
///
/// # Errors
/// When a label is not a class, or a parameter has left its domain.
pub fn analogies<const PIXELS: usize>(
    net: &M2<PIXELS>,
    x: &Pixels<PIXELS>,
    labels: &[u8],
    rng: &mut impl RngCore,
) -> Result<Vec<f32>, Error> {
    let y = batch(one_hot(labels, CLASSES)?)?;
    let styles = net.q_labelled(x, &y).sample(rng)?.z.as_vec();
    let each_class: Vec<u8> = (0..CLASSES as u8).collect();
    let y = batch(one_hot(&each_class.repeat(labels.len()), CLASSES)?)?;
    let by_class: Vec<&[f32]> = styles
        .chunks(STYLES)
        .flat_map(|style| [style; CLASSES])
        .collect();
    let z = batch(by_class.concat())?;
    // The program needs a value for `x`, though only the mean of `x` is wanted.
    let unread = batch(vec![0.0; labels.len() * CLASSES * PIXELS])?;
    let means = net.given(&unread, &y, &z).reconstruct(rng)?.x.as_vec();
    let images = x.as_vec();
    let lines = images.chunks(PIXELS).zip(means.chunks(CLASSES * PIXELS));
    let lines: Vec<&[f32]> = lines.flat_map(|(image, means)| [image, means]).collect();
    Ok(lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(rows: usize) -> Pixels<64> {
        let pixels = (0..64 * rows).map(|i| f32::from(u8::from(i * i % 7 < 3)));
        batch(pixels.collect()).unwrap()
    }

    /// The term is the log-probability that the posterior gives to the label, and no other.
    #[test]
    fn the_classification_term_is_the_posterior_of_the_label() {
        let net = M2::<64>::new(1);
        let x = images(3);
        let labels = [2, 0, 9];
        let y = batch(one_hot(&labels, CLASSES).unwrap()).unwrap();
        let posterior = net.q(&x).marginal(M2Q::Y).unwrap().as_vec();
        let of_label = |row: usize| posterior[CLASSES * row + usize::from(labels[row])].ln();
        let expected = -(0..3).map(of_label).sum::<f32>() / 3.0;
        let found = classification(&net, &x, &y).value();
        assert!((found - expected).abs() < 1e-5, "{found}, not {expected}");
        for row in posterior.chunks(CLASSES) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    /// By enumeration, an image without a label is `Σ_y q(y | x) (L(x, y) − ln q(y | x))`: the bounds of
    /// the ten ways to label it. The style's noise is averaged out.
    #[test]
    fn the_bound_without_labels_is_a_sum_over_those_with_labels() {
        let net = M2::<64>::new(2);
        let x = images(1);
        let particles = 4000;
        let elbo = Elbo::default().particles(particles);
        let found = elbo.evaluate(&net.q(&x)).unwrap();
        let posterior = net.q(&x).marginal(M2Q::Y).unwrap().as_vec();
        let mut expected = 0.0;
        for (class, &probability) in posterior.iter().enumerate() {
            let y = batch(one_hot(&[class as u8], CLASSES).unwrap()).unwrap();
            let labelled = elbo.evaluate(&net.q_labelled(&x, &y)).unwrap();
            let probability = f64::from(probability);
            expected += probability * (labelled.elbo - probability.ln());
        }
        // The log-likelihood of one draw of the style varies by well below 4 nats.
        let error = 2.0 * 4.0 / f64::from(particles as u32).sqrt();
        assert!(
            (found.elbo - expected).abs() < 5.0 * error,
            "{} is not {expected}",
            found.elbo
        );
    }

    #[test]
    fn analogies_start_with_the_image_and_differ_by_class() {
        let net = M2::<64>::new(3);
        let x = images(2);
        let mut rng = rand::rngs::mock::StepRng::new(1, 1);
        let found = analogies(&net, &x, &[4, 7], &mut rng).unwrap();
        let tiles: Vec<&[f32]> = found.chunks(64).collect();
        assert_eq!(tiles.len(), 22);
        assert_eq!([tiles[0], tiles[11]].concat(), x.as_vec());
        assert_ne!(tiles[1], tiles[2]);
        assert_ne!(tiles[1], tiles[12]);
        assert!(tiles[1].iter().all(|&mean| mean > 0.0 && mean < 1.0));
    }
}
