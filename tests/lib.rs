//! Statistics and numerics that the tests of elbow share.
//!
//! A test of random draws states two error rates. Its tolerance comes from the standard error of
//! what it measures, so that right code fails at some seed with a probability of about 10⁻⁶. Its
//! power is asserted too: the smallest fault that it is meant to catch is far outside that
//! tolerance, or the test itself fails. Seeds are fixed.

pub mod support;
