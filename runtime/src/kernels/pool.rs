//! Pools, which take one number of each window of an image, channel by channel; and the reverse, each pixel repeated.

use super::convolution::Window;
use crate::tensor::parts::{Parts, share};
use crate::tensor::{Flat, on_backward_to};

/// The largest pixel in the window at each place. Of equal ones the first counts, and NaN before all others.
pub(crate) fn max_pool(x: Flat, window: Window) -> Flat {
    pool(
        x,
        window,
        |window, pixels, place| pixels[largest(window, pixels, place)],
        |window, pixels, place, up, gradient| gradient[largest(window, pixels, place)] += up,
    )
}

/// The mean of the window at each place. Padding counts as zeros.
pub(crate) fn mean_pool(x: Flat, window: Window) -> Flat {
    let share = 1.0 / (window.size * window.size) as f32;
    pool(
        x,
        window,
        move |window, pixels, place| {
            let own = pixels_at(window, place).map(|at| f64::from(pixels[at]));
            own.sum::<f64>() as f32 * share
        },
        move |window, _, place, up, gradient| {
            pixels_at(window, place).for_each(|at| gradient[at] += up * share);
        },
    )
}

/// `value` of each place, from a channel's pixels. `flow` adds what flows back from a place.
fn pool(
    x: Flat,
    window: Window,
    value: impl Fn(Window, &[f32], [usize; 2]) -> f32 + Sync,
    flow: impl Fn(Window, &[f32], [usize; 2], f32, &mut [f32]) + Sync + 'static,
) -> Flat {
    let (pixels, places) = (window.pixels(), window.places());
    if let Some((rows, how)) = x.repeated_rows(window.image()) {
        let how = how.of_rows(window.image[0] * places);
        return how.apply(&pool(rows.clone(), window, value, flow));
    }
    let channels = x.len() / pixels;
    let parts = move || Parts::new(channels, pixels, 1).each();
    let at = move |place: usize| [place / window.map[1], place % window.map[1]];
    let out = Flat::written_over(channels * places, |out| {
        let jobs = out.chunks_mut(parts() * places);
        let jobs = jobs.zip(x.values().chunks(parts() * pixels));
        share(jobs, |(out, x): (&mut [f32], &[f32])| {
            for (out, x) in out.chunks_exact_mut(places).zip(x.chunks_exact(pixels)) {
                for (place, out) in out.iter_mut().enumerate() {
                    *out = value(window, x, at(place));
                }
            }
        });
    });
    let operand = x.clone();
    on_backward_to(&out, &operand, move |upstream, gradient| {
        let rows = upstream.chunks(parts() * places);
        let rows = rows.zip(x.values().chunks(parts() * pixels));
        let jobs = rows.zip(gradient.chunks_mut(parts() * pixels));
        share(
            jobs,
            |((upstream, x), gradient): ((&[f32], &[f32]), &mut [f32])| {
                let channels = upstream.chunks_exact(places).zip(x.chunks_exact(pixels));
                for ((upstream, x), gradient) in channels.zip(gradient.chunks_exact_mut(pixels)) {
                    for (place, &up) in upstream.iter().enumerate() {
                        flow(window, x, at(place), up, gradient);
                    }
                }
            },
        );
    });
    out
}

/// The pixels in the window at a place, without padding.
fn pixels_at(window: Window, [down, across]: [usize; 2]) -> impl Iterator<Item = usize> {
    (0..window.size * window.size).filter_map(move |offset| {
        let row = window.pixel(1, down, offset / window.size)?;
        let column = window.pixel(2, across, offset % window.size)?;
        Some(row * window.image[2] + column)
    })
}

/// The place of the largest pixel in the window. A window has a pixel, since padding is at most half of it.
fn largest(window: Window, pixels: &[f32], place: [usize; 2]) -> usize {
    let own = pixels_at(window, place);
    let largest = own.reduce(|most, at| {
        let (most_value, value) = (pixels[most], pixels[at]);
        let is_larger = value > most_value || value.is_nan() && !most_value.is_nan();
        if is_larger { at } else { most }
    });
    largest.unwrap_or(0)
}

/// Every pixel of images of `[height, width]` as a square of `factor` by `factor`.
pub(crate) fn upscale(x: Flat, [height, width]: [usize; 2], factor: usize) -> Flat {
    let all = x.len() * factor * factor;
    if let Some((rows, how)) = x.repeated_rows(height * width) {
        let how = how.of_rows(height * width * factor * factor);
        return how.apply(&upscale(rows.clone(), [height, width], factor));
    }
    let out = Flat::written_over(all, |out| {
        let rows = out.chunks_exact_mut(width * factor * factor);
        for (out, x) in rows.zip(x.values().chunks_exact(width)) {
            for out in out.chunks_exact_mut(width * factor) {
                let squares = out.chunks_exact_mut(factor).zip(x);
                squares.for_each(|(out, &x)| out.fill(x));
            }
        }
    });
    on_backward_to(&out, &x, move |upstream, gradient| {
        let rows = upstream.chunks_exact(width * factor * factor);
        for (upstream, gradient) in rows.zip(gradient.chunks_exact_mut(width)) {
            for upstream in upstream.chunks_exact(width * factor) {
                let squares = upstream.chunks_exact(factor).zip(&mut *gradient);
                squares.for_each(|(up, g)| *g += up.iter().sum::<f32>());
            }
        }
    });
    out
}
