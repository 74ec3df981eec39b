//! Modified Bessel functions of orders 0 and 1, scaled so that nothing overflows, and what is made of them.
//!
//! Up to 8 both are polynomials, and beyond polynomials of `8/x` that leave out the first terms, which cancel. They were fitted to
//! values of 40 digits and are right to 5·10⁻¹⁵. Both are computed for every number and one is selected.

use super::{ln, polynomial};
use std::f64::consts::TAU;

/// Where the polynomials of `x` hand over to those of `8/x`.
const FAR: f64 = 8.0;

/// `ln(I₀(x) e^−x)` for `x` of zero and above.
///
/// ```
/// use elbow::family::special::ln_bessel_i0e;
///
/// // I₀(2) = 2.2795853023360673
/// assert!((ln_bessel_i0e(2.0) + 2.0 - 2.2795853023360673_f64.ln()).abs() < 1e-14);
/// ```
#[inline(always)]
pub fn ln_bessel_i0e(x: f64) -> f64 {
    let (near, far) = (Near::of(x), Far::of(x));
    // I₀(x) e^−x √(2πx), and the square of the rest.
    let value = if x < FAR { near.zero() } else { far.zero() };
    let spread = if x < FAR { 1.0 } else { TAU * x };
    ln(value) - 0.5 * ln(spread)
}

/// `I₁(x)/I₀(x)` for `x` of zero and above: the mean resultant length of von Mises.
///
/// ```
/// use elbow::family::special::bessel_ratio;
///
/// assert!((bessel_ratio(2.0) - 0.6977746579640079).abs() < 1e-14);
/// ```
#[inline(always)]
pub fn bessel_ratio(x: f64) -> f64 {
    let (near, far) = (x * Near::of(x).share(), 1.0 - Far::of(x).rest());
    if x < FAR { near } else { far }
}

/// `1 − I₁(x)/I₀(x)` for `x` of zero and above, about `1/2x` for large `x`: the circular variance of von Mises.
///
/// ```
/// use elbow::family::special::bessel_ratio_rest;
///
/// assert!((bessel_ratio_rest(1e30) / 0.5e-30 - 1.0).abs() < 1e-14);
/// ```
#[inline(always)]
pub fn bessel_ratio_rest(x: f64) -> f64 {
    let (near, far) = (1.0 - x * Near::of(x).share(), Far::of(x).rest());
    if x < FAR { near } else { far }
}

/// The derivative of [`bessel_ratio`], `1 − A² − A/x`.
#[inline(always)]
pub fn bessel_ratio_slope(x: f64) -> f64 {
    let share = Near::of(x).share();
    let near = 1.0 - share - (x * share) * (x * share);
    let far = Far::of(x).slope();
    if x < FAR { near } else { far }
}

/// A number below 8.
struct Near {
    /// `x/4 − 1`
    t: f64,
}

impl Near {
    #[inline(always)]
    fn of(x: f64) -> Self {
        Self {
            t: 0.25 * (if x < FAR { x } else { FAR }) - 1.0,
        }
    }

    /// `I₀(x) e^−x`
    #[inline(always)]
    fn zero(&self) -> f64 {
        polynomial(self.t, ZERO)
    }

    /// `I₁(x)/(x I₀(x))`
    #[inline(always)]
    fn share(&self) -> f64 {
        polynomial(self.t, ONE) / polynomial(self.t, ZERO)
    }
}

/// A number from 8 on.
struct Far {
    /// `1/x`
    r: f64,
    /// `16/x − 1`
    t: f64,
}

impl Far {
    #[inline(always)]
    fn of(x: f64) -> Self {
        let r = 1.0 / (if x < FAR { FAR } else { x });
        Self {
            r,
            t: r.mul_add(2.0 * FAR, -1.0),
        }
    }

    /// `I₀(x) e^−x √(2πx)`
    #[inline(always)]
    fn zero(&self) -> f64 {
        polynomial(self.t, FAR_ZERO)
    }

    /// `x (x − ½ − x I₁(x)/I₀(x))`
    #[inline(always)]
    fn beyond_half(&self) -> f64 {
        FAR * polynomial(self.t, FAR_REST)
    }

    /// `1 − I₁(x)/I₀(x)`
    #[inline(always)]
    fn rest(&self) -> f64 {
        self.r * self.r.mul_add(self.beyond_half(), 0.5)
    }

    /// The derivative of `I₁/I₀`. With `ρ` for the rest it is `(2ρ − 1/x) − ρ² + ρ/x`, whose first two terms are twice what
    /// [`beyond_half`](Self::beyond_half) is.
    #[inline(always)]
    fn slope(&self) -> f64 {
        let beyond = self.beyond_half();
        let rest = self.r.mul_add(beyond, 0.5);
        self.r * self.r * (2.0 * beyond - rest * rest + rest)
    }
}

/// `I₀(x) e^−x` in `x/4 − 1`.
const ZERO: [f64; 27] = [
    0.207_001_921_223_986_7,
    -0.113_004_326_886_211_81,
    0.094_515_628_539_952_99,
    -0.089_043_441_359_992_4,
    0.087_343_416_175_297_19,
    -0.084_963_380_943_740_95,
    0.079_275_225_915_163_88,
    -0.069_541_195_156_066_08,
    0.056_777_031_886_837_886,
    -0.042_985_953_794_527_236,
    0.030_177_913_274_623_963,
    -0.019_682_629_250_232_9,
    0.011_960_070_551_762_212,
    -0.006_792_498_366_376_678,
    0.003_617_155_072_057_795,
    -0.001_811_626_538_849_797_2,
    0.000_856_239_019_915_216_6,
    -0.000_383_378_168_485_664_5,
    0.000_162_546_630_660_746_97,
    -6.490_756_037_303_956e-05,
    2.502_072_504_056_044_8e-05,
    -9.762_965_299_277_745e-06,
    3.388_420_201_616_41e-06,
    -8.121_081_421_638_369e-07,
    2.770_515_732_722_319_4e-07,
    -1.959_732_765_854_81e-07,
    5.644_135_106_267_436e-08,
];

/// `I₁(x) e^−x/x` in `x/4 − 1`.
const ONE: [f64; 27] = [
    0.044_687_709_875_608_835,
    -0.061_124_338_029_666_846,
    0.068_057_599_909_511_77,
    -0.068_482_606_205_758_65,
    0.063_767_403_713_388_42,
    -0.055_280_039_229_453_68,
    0.044_674_572_621_921_03,
    -0.033_671_355_479_747_98,
    0.023_686_016_946_639_115,
    -0.015_571_309_634_964_833,
    0.009_583_962_255_071_514,
    -0.005_534_565_541_283_332,
    0.003_005_761_806_516_798_2,
    -0.001_538_883_561_181_716,
    0.000_744_514_731_288_021_4,
    -0.000_341_152_005_746_650_45,
    0.000_148_414_884_276_850_1,
    -6.146_815_919_535_479e-05,
    2.424_552_942_404_210_8e-05,
    -9.079_170_125_926_212e-06,
    3.278_753_801_088_546e-06,
    -1.183_017_724_428_985_6e-06,
    3.892_040_709_589_085e-07,
    -9.559_145_993_352_86e-08,
    3.047_936_274_276_449e-08,
    -1.854_289_701_285_932_6e-08,
    5.119_912_457_690_14e-09,
];

/// `I₀(x) e^−x √(2πx)` in `16/x − 1`.
const FAR_ZERO: [f64; 21] = [
    1.008_107_009_967_258_9,
    0.008_423_654_620_626_773,
    0.000_341_443_063_523_503_17,
    2.793_144_373_988_744e-05,
    3.719_454_770_218_116_7e-06,
    7.453_668_311_317_889e-07,
    2.223_823_487_956_969_8e-07,
    9.861_364_387_859_526e-08,
    5.412_793_365_110_641e-08,
    1.872_113_607_745_570_3e-08,
    -1.755_782_038_029_653e-08,
    -3.287_160_956_403_557_6e-08,
    -1.133_531_825_955_535_7e-08,
    1.730_952_975_637_479e-08,
    1.376_834_364_278_606e-08,
    -6.473_244_444_626_456e-09,
    -7.988_128_415_524_307e-09,
    1.680_088_668_411_803e-09,
    2.736_208_644_025_551e-09,
    -2.219_137_123_581_327_7e-10,
    -4.302_919_440_101e-10,
];

/// `x (x − ½ − x I₁(x)/I₀(x))/8` in `16/x − 1`.
const FAR_REST: [f64; 23] = [
    0.016_711_826_298_882_35,
    0.001_215_146_397_300_274_3,
    0.000_150_427_037_135_575_88,
    2.738_479_490_551_704_5e-05,
    7.018_665_121_080_282e-06,
    2.558_236_430_972_481_6e-06,
    1.339_287_333_505_368_8e-06,
    8.440_285_914_872_56e-07,
    3.295_573_268_398_748e-07,
    -3.464_677_491_307_584_3e-07,
    -7.309_142_320_200_828e-07,
    -2.857_639_733_051_423e-07,
    4.921_433_798_333_105e-07,
    4.350_624_422_975_998e-07,
    -2.670_538_019_400_946_3e-07,
    -3.384_061_013_523_428e-07,
    1.328_853_401_271_251e-07,
    1.762_562_113_778_993_4e-07,
    -5.622_778_286_746_725e-08,
    -5.666_936_424_554_214_6e-08,
    1.659_650_262_016_890_3e-08,
    8.413_552_703_083_875e-09,
    -2.392_959_840_761_477_3e-09,
];
