//! Data that are observed in part: what is missing is not scored, whatever number stands there.

use elbow::__macro::distribution::*;
use elbow::__macro::program::{Handler, Pass, Plate, Site, Sites};
use elbow::Error;
use elbow::dfdx::shapes::Const;
use elbow::family::{Event, Gaps, Key, Param, Rows};
use elbow::prelude::bijector::{Affine, Exp};
use elbow::prelude::{Batch, HasShape, Partial, Transformed, tensor};
use elbow_tests::support::differences::gradient;
use elbow_tests::support::tensors::{
    assert_close, backward, event, gradient_of, numbers, plate, rounded, scattered, to_f32,
    weighted,
};

use crate::density::{SLOPE, VALUE};
use crate::family::Family;
use crate::forms::{Expected, Form, Operand, ROWS, combinations, lane_params, values};

/// What may stand in a gap.
const PADDING: [f32; 5] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -0.5];

static SITES: [Site; 1] = [Site {
    name: "x",
    statement: "x",
    step: None,
    plate: Plate::Rows,
    parents: &[],
    latent: None,
}];

/// The term of an observed site.
fn scored<P: Distribution>(of: &P, data: &Partial<P::Event>) -> Result<Rows, Error> {
    let rows = P::Event::rows(data.values().shape());
    let mut pass = Pass::new(
        Sites::Listed(&SITES),
        Handler::sample(),
        Key::new(0, 0),
        rows,
    );
    let x = pass.data(data);
    pass.observe(0, of, &x)?;
    Ok(pass.terms()[0].rows.clone())
}

/// A batch with these numbers where the mask is 1, and this padding elsewhere.
fn padded<E: Event>(flat: &[f64], mask: &[f32], padding: Option<f32>) -> Partial<E> {
    let rows = flat.len() / E::ELEMENTS;
    let own = to_f32(flat).into_iter().zip(mask);
    let own = own.map(|(x, &o)| padding.filter(|_| o == 0.0).unwrap_or(x));
    let data: Batch<E> = tensor(own.collect(), E::plated(rows));
    let mask: Batch<E> = tensor(mask.to_vec(), E::plated(rows));
    Partial::new(Partial::whole(data), Partial::whole(mask)).expect("zeros and ones")
}

/// Some elements or, of families of whole events, rows. Row 1 is missing, and row 4 is whole.
fn mask_of<E: Event>(rows: usize, gaps: Gaps) -> Vec<f32> {
    let is_seen = |place: usize| match (place / E::ELEMENTS, gaps) {
        (1, _) => false,
        (4, _) => true,
        (row, Gaps::Events) => row % 3 != 0,
        (_, Gaps::Elements) => scattered(place) > -0.2,
    };
    let places = 0..rows * E::ELEMENTS;
    places
        .map(|place| f32::from(u8::from(is_seen(place))))
        .collect()
}

/// Every row of the table, with every parameter in every form: the sum over what is observed, no bit of which depends on what stands
/// in the gaps.
pub fn gaps<F: Family>() {
    if !F::LANED {
        of_shape::<F, ()>();
        of_shape::<F, (Const<19>,)>();
    }
    of_shape::<F, (Const<3>,)>();
    of_shape::<F, (Const<2>, Const<3>)>();
}

fn of_shape<F: Family, E: Event>() {
    for (family, base) in F::cases() {
        for forms in combinations(F::POSITIVE.len()) {
            let vary = |(i, &form): (usize, &Form)| Operand::vary::<F>(form, i, &base);
            let operands: Vec<Operand<E>> = forms.iter().enumerate().map(vary).collect();
            let what = format!("{} {base:?} {forms:?}", F::Of::<E>::FAMILY);
            against_the_reference::<F, E>(&what, family, &operands);
        }
    }
}

fn against_the_reference<F: Family, E: Event>(what: &str, family: F, operands: &[Operand<E>]) {
    let params: Vec<_> = operands.iter().map(|o| o.param.clone()).collect();
    let of = family.build(&params);
    let (x, flat) = values::<F, E>();
    let mask = mask_of::<E>(ROWS, F::Of::<E>::GAPS);
    let weights: Vec<f64> = (0..ROWS).map(|r| rounded(1.0 + scattered(r))).collect();

    let width = F::lane::<E>();
    let mut log_probs = [0.0; ROWS];
    let mut by_param: Vec<_> = operands.iter().map(Expected::none).collect();
    for (lane, at) in flat
        .chunks(width)
        .enumerate()
        .filter(|(lane, _)| mask[lane * width] == 1.0)
    {
        let (row, lane) = (
            lane * width / E::ELEMENTS,
            lane * width % E::ELEMENTS / width,
        );
        let theta = lane_params::<F, E>(operands, row, lane);
        log_probs[row] += family.log_density(at, &theta);
        let slope = gradient(|theta| family.log_density(at, theta), &theta);
        for (i, slope) in slope.iter().enumerate() {
            let (operand, element) = (i / width, lane * width + i % width);
            by_param[operand].add(&operands[operand], row, element, weights[row] * slope);
        }
    }

    let run = |padding: Option<f32>| {
        let data = padded::<E>(&flat, &mask, padding);
        let found = numbers(&scored(&of, &data).expect("legal where it is observed"));
        let mut grads = backward(|| weighted(scored(&of, &data).expect("as before"), &weights));
        let slopes = operands.iter().map(|operand| operand.found(&mut grads));
        (found, slopes.collect::<Vec<_>>())
    };
    let (found, slopes) = run(None);
    for (row, &found) in found.iter().enumerate() {
        assert_close(what, found, log_probs[row], VALUE, log_probs[row]);
    }
    assert_eq!(
        found[1].to_bits(),
        0.0_f64.to_bits(),
        "{what}: nothing is observed"
    );
    assert_eq!(
        found[4],
        numbers(&of.log_prob(&x))[4],
        "{what}: all is observed"
    );
    for (found, expected) in slopes.iter().zip(&by_param) {
        for (place, &found) in found.iter().flatten().enumerate() {
            let what = format!("{what}, by parameter at {place}");
            let (slope, size) = (expected.gradient[place], expected.size[place]);
            assert_close(&what, found, slope, SLOPE, size);
            assert!(size > 0.0 || found == 0.0, "{what}: {found}");
        }
    }
    for padding in PADDING {
        let same = run(Some(padding));
        assert_eq!(
            bits(&same),
            bits(&(found.clone(), slopes.clone())),
            "{what}, {padding}"
        );
    }
    let ones = vec![1.0; mask.len()];
    let whole = scored(&of, &padded::<E>(&flat, &ones, None)).expect("legal");
    assert_eq!(
        numbers(&whole),
        numbers(&of.log_prob(&x)),
        "{what}: a full mask"
    );
}

/// Values and gradients, to the bit.
fn bits((found, slopes): &(Vec<f64>, Vec<Option<Vec<f64>>>)) -> Vec<u64> {
    let slopes = slopes.iter().flatten().flatten();
    found
        .iter()
        .chain(slopes)
        .map(|number| number.to_bits())
        .collect()
}

type Pair = (Const<2>,);
type Triple = (Const<3>,);

/// Four rows of events: the second is not observed, whatever stands there.
fn events<P: Distribution>(build: impl Fn() -> P, legal: &[f64]) {
    let elements = P::Event::ELEMENTS;
    assert_eq!(P::GAPS, Gaps::Events, "{}", P::FAMILY);
    let mask: Vec<f32> = (0..4 * elements)
        .map(|place| f32::from(u8::from(place / elements != 1)))
        .collect();
    let flat = legal.repeat(4);
    let plain = numbers(&build().log_prob(&plate::<P::Event>(&flat)));
    for padding in PADDING {
        let data = padded::<P::Event>(&flat, &mask, Some(padding));
        let found = numbers(&scored(&build(), &data).expect("legal"));
        assert_eq!(
            found[1].to_bits(),
            0.0_f64.to_bits(),
            "{}, {padding}",
            P::FAMILY
        );
        for row in [0, 2, 3] {
            assert_eq!(found[row], plain[row], "{}, {padding}", P::FAMILY);
        }
    }
    if elements == 1 {
        return;
    }
    let mut mask = mask;
    mask[3 * elements - 1] = 0.0;
    let error = scored(&build(), &padded::<P::Event>(&flat, &mask, None)).expect_err("in part");
    let expected = format!(
        "`x` lacks element {} of row 2, but a {} observation is whole or missing",
        elements - 1,
        P::FAMILY
    );
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn whole_events_of_composed_families() {
    let factor = [1.0, 0.0, 0.3, 0.8];
    events(
        || {
            let factor = event::<(Const<2>, Const<2>)>(&factor);
            MultivariateNormal::cholesky(event::<Pair>(&[0.2, -0.1]), factor)
        },
        &[0.4, -1.2],
    );
    events(
        || {
            let factor = event::<(Const<3>, Const<1>)>(&[0.5, -0.3, 0.8]);
            LowRankNormal::new(0.1, factor, event::<Triple>(&[0.3, 0.4, 0.2]))
        },
        &[0.4, -1.2, 2.0],
    );
    events(
        || Transformed::new(Normal::<Pair>::new(0.1, 0.7), (Affine::new(0.3, 1.5), Exp)),
        &[0.4, 1.2],
    );
    events(
        || {
            let logits = event::<Pair>(&[0.2, -0.4]);
            let part = |at: f64| OneHotCategorical::logits(event::<Triple>(&[at, 0.3, -0.2]));
            Mixture::new(logits, [part(1.0), part(-2.0)])
        },
        &[0.0, 1.0, 0.0],
    );
    events(|| Factor::new(-0.7), &[0.0]);
    events(
        || Multinomial::logits(3, event::<Triple>(&[0.4, -0.2, 1.0])),
        &[1.0, 0.0, 2.0],
    );
    events(
        || DirichletMultinomial::new(3, event::<Triple>(&[0.4, 0.2, 1.0])),
        &[1.0, 0.0, 2.0],
    );
}

/// A mask belongs inside of the sum over components: `ln Σ_k w_k Π_{observed} N(x_e; m_k, s_k)`.
#[test]
fn a_mixture_leaves_the_gaps_out_of_each_component() {
    let logits = [0.3, -0.5];
    let locs = [[-1.0, 0.5, 2.0], [0.8, -0.4, 0.1]];
    let (x, rows) = ([0.2, -0.7, 1.5, 1.0, 0.4, 0.9, 9.0, 9.0, 9.0], 3);
    let mask = [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0];
    let exact = |params: &[f64]| -> Vec<f64> {
        let total = (params[0].exp() + params[1].exp()).ln();
        let component = |row: usize, k: usize| -> f64 {
            let places = (0..3).filter(|e| mask[row * 3 + e] == 1.0);
            let terms = places.map(|e| {
                let y = (x[row * 3 + e] - params[2 + 3 * k + e]) / 0.6;
                -0.5 * y * y - 0.6_f64.ln() - 0.5 * std::f64::consts::TAU.ln()
            });
            (params[k] - total + terms.sum::<f64>()).exp()
        };
        (0..rows)
            .map(|row| (component(row, 0) + component(row, 1)).ln())
            .collect()
    };
    let own = event::<Pair>(&logits);
    let means = locs.map(|loc| event::<Triple>(&loc));
    let of = || {
        let component = |k: usize| Normal::<Triple>::new(means[k].clone(), 0.6);
        Mixture::new(own.clone(), [component(0), component(1)])
    };
    let params: Vec<f64> = logits.iter().chain(locs.as_flattened()).copied().collect();
    let mask: Vec<f32> = to_f32(&mask);
    for padding in PADDING {
        let data = padded::<Triple>(&x, &mask, Some(padding));
        let found = numbers(&scored(&of(), &data).expect("legal"));
        for (found, exact) in found.iter().zip(exact(&params)) {
            assert_close("mixture", *found, exact, 2e-6, exact);
        }
        assert_eq!(found[2].to_bits(), 0.0_f64.to_bits(), "nothing is observed");
        let mut grads = backward(|| weighted(scored(&of(), &data).expect("legal"), &[1.0; 3]));
        let slopes = gradient(|params| exact(params).iter().sum(), &params);
        let by_means = means.iter().flat_map(|mean| gradient_of(&mut grads, mean));
        let found: Vec<f64> = by_means.collect();
        let found = gradient_of(&mut grads, &own).into_iter().chain(found);
        for (found, exact) in found.zip(slopes) {
            assert_close("its gradient", found, exact, 2e-5, 1.0);
        }
    }
}

/// Indices: each element of the event by itself, in short events and in long ones.
#[test]
fn categories_by_index() {
    fn of_length<L: elbow::family::Lanes<Outer = E>, E: Event>(classes: usize) {
        let length = E::ELEMENTS;
        let logits: Vec<f64> = (0..L::ELEMENTS).map(|i| 2.0 * scattered(i)).collect();
        let own = event::<L>(&logits);
        let of = || Categorical::<L>::logits(Param::Event(own.clone()));
        let rows = 5;
        let index: Vec<f64> = (0..rows * length)
            .map(|i| (i * 7 % classes) as f64)
            .collect();
        let mask = mask_of::<E>(rows, Gaps::Elements);
        let logits: Vec<f64> = logits.into_iter().map(rounded).collect();
        let mut exact = vec![0.0; rows];
        let mut slopes = vec![0.0; logits.len()];
        for (place, index) in index
            .iter()
            .enumerate()
            .filter(|(place, _)| mask[*place] == 1.0)
        {
            let lane = place % length * classes;
            let total: f64 = logits[lane..lane + classes].iter().map(|l| l.exp()).sum();
            exact[place / length] += logits[lane + *index as usize] - total.ln();
            slopes[lane + *index as usize] += 1.0;
            for k in 0..classes {
                slopes[lane + k] -= logits[lane + k].exp() / total;
            }
        }
        for padding in PADDING {
            let data = padded::<E>(&index, &mask, Some(padding));
            let found = numbers(&scored(&of(), &data).expect("legal"));
            for (found, exact) in found.iter().zip(&exact) {
                assert_close("index", *found, *exact, 4e-6, *exact);
            }
            let mut grads = backward(|| weighted(scored(&of(), &data).expect("legal"), &[1.0; 5]));
            for (found, exact) in gradient_of(&mut grads, &own).into_iter().zip(&slopes) {
                assert_close("its gradient", found, *exact, 2e-5, 1.0);
            }
        }
    }
    of_length::<(Const<4>, Const<3>), (Const<4>,)>(3);
    of_length::<(Const<700>, Const<3>), (Const<700>,)>(3);
    of_length::<(Const<3>,), ()>(3);
}

/// Classes in an order: each element of the event by itself.
#[test]
fn classes_in_an_order() {
    let cutpoints = [-1.0, 0.5, 2.0, -0.3, 0.1, 0.8];
    let own = event::<(Const<2>, Const<3>)>(&cutpoints);
    let of = || OrderedLogistic::<(Const<2>, Const<3>)>::new(0.3, own.clone());
    let (index, mask) = ([0.0, 2.0, 3.0, 1.0], [1.0, 0.0, 0.0, 1.0]);
    let alone = |element: usize, class: f64| {
        let cutpoints = event::<Triple>(&cutpoints[3 * element..][..3]);
        let of = OrderedLogistic::<Triple>::new(0.3, cutpoints);
        numbers(&of.log_prob(&plate::<()>(&[class])))[0]
    };
    for padding in PADDING {
        let data = padded::<Pair>(&index, &mask, Some(padding));
        let found = numbers(&scored(&of(), &data).expect("legal"));
        assert_eq!(found, [alone(0, 0.0), alone(1, 1.0)], "{padding}");
        let mut grads = backward(|| weighted(scored(&of(), &data).expect("legal"), &[1.0; 2]));
        let slopes = gradient_of(&mut grads, &own);
        // Class 0 is below the first cutpoint of its element, class 1 between the first two.
        assert!(slopes[0] != 0.0 && slopes[3] != 0.0 && slopes[4] != 0.0);
        assert_eq!([slopes[1], slopes[2], slopes[5]], [0.0; 3]);
    }
}

/// A wrong number is reported in its place, whatever stands in the gaps before it.
#[test]
fn what_is_observed_is_checked() {
    let of = Gamma::<Triple>::new(2.0, 1.0);
    let data = padded::<Triple>(
        &[1.0, 0.0, 2.0, 3.0, -1.0, 1.0],
        &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0],
        Some(f32::NAN),
    );
    let error = scored(&of, &data).expect_err("a negative number");
    assert!(
        error
            .to_string()
            .starts_with("`x` is -1 in row 1, element 1, but a Gamma observation"),
        "{error}"
    );
    // A number at which the density of another element would not be finite is no reason to refuse the rest.
    let narrow = Uniform::<Triple>::new(10.0, Param::Number(11.0));
    let data = padded::<Triple>(&[10.5, 0.0, 10.2], &[1.0, 0.0, 1.0], Some(0.0));
    assert_eq!(numbers(&scored(&narrow, &data).expect("legal")), [0.0]);
}
