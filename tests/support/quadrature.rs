//! Integrals by composite Gauss–Legendre rules.

/// Nodes and weights of the five-point rule on (−1, 1).
const RULE: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

/// Nodes and weights between the first and the last of `breaks`, with `panels` panels between neighbours.
///
/// A kink or a jump of the integrand belongs on a break; in between the error falls with the tenth
/// power of the panel.
pub fn nodes(breaks: &[f64], panels: usize) -> Vec<(f64, f64)> {
    let mut nodes = Vec::with_capacity(5 * panels * breaks.len());
    for ends in breaks.windows(2) {
        let half = 0.5 * (ends[1] - ends[0]) / panels as f64;
        for panel in 0..panels {
            let middle = ends[0] + (2 * panel + 1) as f64 * half;
            nodes.extend(RULE.map(|(x, w)| (middle + half * x, half * w)));
        }
    }
    nodes
}

/// The integral of `f` over the breaks.
pub fn integrate(f: impl Fn(f64) -> f64, breaks: &[f64], panels: usize) -> f64 {
    nodes(breaks, panels).iter().map(|&(x, w)| w * f(x)).sum()
}

/// The expectation of `f` over `N` independent standard normals, with `panels` panels for each.
pub fn normals<const N: usize>(panels: usize, f: impl Fn([f64; N]) -> f64) -> f64 {
    let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let points: Vec<_> = nodes(&[-7.0, 7.0], panels)
        .into_iter()
        .map(|(x, weight)| (x, weight * density(x)))
        .collect();
    let mut total = 0.0;
    for index in 0..points.len().pow(N as u32) {
        let mut rest = index;
        let mut weight = 1.0;
        let at = std::array::from_fn(|_| {
            let (x, own) = points[rest % points.len()];
            rest /= points.len();
            weight *= own;
            x
        });
        total += weight * f(at);
    }
    total
}

/// Points of the 2-simplex with weights for a density over its first two coordinates: a square
/// lattice in the log-ratios `ln x₁/x₃` and `ln x₂/x₃`.
///
/// The sum over a lattice of a smooth function that decays exponentially converges faster than any
/// power of the step. Each item is the log-point and the weight `x₁ x₂ x₃ step²`.
pub fn simplex(reach: f64, step: f64) -> Vec<([f64; 3], f64)> {
    let count = (reach / step) as i64;
    let mut points = Vec::new();
    for i in -count..=count {
        for j in -count..=count {
            let (a, b) = (i as f64 * step, j as f64 * step);
            let most = a.max(b).max(0.0);
            let total = ((a - most).exp() + (b - most).exp() + (-most).exp()).ln() + most;
            let log = [a - total, b - total, -total];
            points.push((log, log.iter().sum::<f64>().exp() * step * step));
        }
    }
    points
}
