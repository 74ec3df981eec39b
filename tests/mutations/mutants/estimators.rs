//! Faults of the estimators.

use super::Mutant;

mutants! {
    "estimator" {
        "a closed divergence without its gradient":
            "closed.closed_form(q, p)" => "closed.closed_form(&q.detach(), p)", "continuous::a_normal";
        "the log-ratio at a draw that does not move":
            "q.log_ratio(p, draw)" => "q.log_ratio(p, &draw.detached())", "gaussian_chain::";
        "the log-ratio without the prior":
            "q.log_ratio(p, draw)" => "q.log_ratio(q, draw)", "reversed_dependency";
    }
    "automatic" {
        "one state fewer is listed":
            "states <= settings.enumerate_up_to" => "states < settings.enumerate_up_to", "automatic::";
        "joint states are not multiplied":
            "own.checked_mul(settings.enumerated)" => "Some(own)", "automatic::";
        "ReinMax under the importance-weighted bound":
            after "(_, Scoring::Weights { .. } | Scoring::WakePhase) =>" "Vimco.plan(settings)" => "ReinMax.plan(settings)", "automatic::";
        "a biased choice for the unbiased profile":
            "Ok(disarm::plan())" => "ReinMax.plan(settings)", "automatic::";
        "VIMCO under a sum of terms":
            after "Scoring::Terms { .. } => " "Rloo::default().plan(settings)" => "Vimco.plan(settings)", "automatic::an_index";
        "a temperature of its own":
            after "(Profile::Relaxed, _) =>" "settings.temperature" => "1.0", "automatic::";
    }
    "conditional" {
        "the logit's sign for a bit of zero":
            "sign * logit - noise" => "logit - noise", "toy::unbiased";
        "a bit's noise does not move with its logit":
            "single::sigmoid(inner)" => "1.0", "toy::unbiased";
        "the drawn category moves too":
            "!is_hard && own < f32::INFINITY" => "own < f32::INFINITY", "hierarchy::categories::rebar_is_unbiased";
        "the other categories are not cut off":
            "if is_hard { top } else { own + top }" => "if is_hard { top } else { own }", "hierarchy::categories::";
        "the other categories move in full":
            "own / (own + top)" => "1.0", "hierarchy::categories::rebar_is_unbiased";
    }
    "disarm" {
        "the sign where the first bit is off":
            "half_difference * (b - antithesis)" => "half_difference * (b - antithesis).abs()", "toy::unbiased";
        "one draw twice":
            "logit - noise > 0.0" => "logit + noise > 0.0", "toy::unbiased";
        "the confidence of one side":
            "logit.abs().sigmoid()" => "logit.sigmoid()", "two_bits::unbiased";
        "twice the difference":
            "0.5 * d" => "d", "toy::unbiased";
    }
    "enumerate" {
        "one state again and again":
            "(self.write)(state, event)" => "(self.write)(0 * state, event)", "two_bits::enumeration";
        "a power of two too much is told":
            "self.log2_states + (enumerated as f64).log2()" => "self.log2_states + 1.0", "errors_settings::";
        "any number of states is listed":
            "all <= MOST_ROWS" => "all <= usize::MAX - MOST_ROWS", "errors_settings::";
    }
    "gumbel_rao" {
        "a sum for a mean":
            "warmth / self.own.draws as f32" => "warmth", "toy::biased";
        "the slope of temperature one":
            "warmth / self.own.draws as f32" => "1.0 / self.own.draws as f32", "toy::biased";
        "the noise of the opposite draw":
            "*l *= warmth" => "*l *= -warmth", "hierarchy::categories::gumbel_rao";
        "another temperature":
            "1.0 / self.own.temperature" => "1.0 / 1.0_f32.max(self.own.temperature)", "toy::biased";
    }
    "learned_baseline" {
        "nothing is taken off":
            "own - f64::from(b)" => "own + 0.0 * f64::from(b)", "learned_baseline::both";
        "it is added":
            "own - f64::from(b)" => "own + f64::from(b)", "learned_baseline::both";
        "a draw counts only its share of the cost of its block":
            "own * share" => "own + 0.0 * share", "hierarchy::weighted::the_learned";
        "nothing is learned":
            "weighted(&q.log_prob_of(draw), paid) + fit" => "weighted(&q.log_prob_of(draw), paid)", "learned_baseline::both";
        "the guide learns nothing":
            "weighted(&q.log_prob_of(draw), paid) + fit" => "{ let _: Vec<f64> = paid; fit }", "learned_baseline::both";
    }
    "local_expectation" {
        "the difference of the opposite states":
            "-gain()" => "gain()", "local_expectation::one_bit";
        "a category's gain is another's":
            "neighbour[at] = 1.0 - own[at]" => "neighbour[unit + (at + 1 - unit) % lane] = 1.0 - own[at]", "local_expectation::one_category";
        "neighbours count as draws":
            "Block::First(rows)" => "Block::Alike(rows)", "local_expectation::the_objective_counts";
        "gains without the draw's own cost":
            "other - earned[0]" => "other - 0.0 * earned[0]", "two_bits::unbiased";
    }
    "memory" {
        "the decay the wrong way round":
            "self.decay * mean + (1.0 - self.decay) * self.value"
                => "(1.0 - self.decay) * mean + self.decay * self.value", "running_mean::it_is_the_cost";
        "nothing remains":
            "self.decay * mean + (1.0 - self.decay) * self.value" => "self.value + 0.0 * mean", "running_mean::it_is_the_cost";
        "it is never kept":
            after "pub(crate) fn mixed(&self) -> Option<Mixed> {" "self.mixed.get()" => "None", "running_mean::it_is_the_cost";
        "numbers that are not finite are kept":
            "value.is_finite()" => "true", "running_mean::only_numbers";
        "the estimator does not see it":
            after "pub fn mean(&self) -> Option<f64> {" "self.mean" => "None", "running_mean::it_is_taken_off";
    }
    "pathwise" {
        "no gradient":
            "q.rsample(rows, noise)" => "q.sample(rows, noise)", "continuous::a_normal";
        "half the gradient":
            "q.rsample(rows, noise)" =>
                "let d = q.rsample(rows, noise).value(); crate::distribution::Draw::of(d.clone() * 0.5 + crate::tensor::detach(&d) * 0.5)",
                "continuous::a_normal";
        "no gradient of an implicit draw":
            "q.rsample(rows, noise)" => "q.sample(rows, noise)", "continuous::a_gamma";
        "the opposite gradient":
            "q.rsample(rows, noise)" =>
                "let d = q.rsample(rows, noise).value(); crate::distribution::Draw::of(crate::tensor::detach(&d) * 2.0 - d)",
                "continuous::a_normal";
    }
    "rebar" {
        "no control variate in the score":
            "f[HARD] - scale * f[CONDITIONAL]" => "f[HARD]", "toy::unbiased";
        "no score":
            "f[HARD] - scale * f[CONDITIONAL]" => "0.0 * f[HARD]", "toy::unbiased";
        "the unconditional draw in the score":
            "f[HARD] - scale * f[CONDITIONAL]" => "f[HARD] - scale * f[1]", "toy::unbiased";
        "the conditional gradient added":
            "[0.0, scale, -scale].repeat(earned.len() / ROWS)" => "[0.0, scale, scale].repeat(earned.len() / ROWS)", "toy::unbiased";
        "the conditional gradient dropped":
            "[0.0, scale, -scale].repeat(earned.len() / ROWS)" => "[0.0, scale, 0.0].repeat(earned.len() / ROWS)", "toy::unbiased";
        "relaxed draws count":
            "Block::First(ROWS)" => "Block::Alike(ROWS)", "rebar::other_parameters";
        "the slope of temperature one":
            "1.0 / self.temperature" => "1.0 + 0.0 * self.temperature", "toy::unbiased";
        "the cost as a constant":
            "weighted(earned, shares)" => "weighted(&crate::tensor::detach_rows(earned), shares)", "toy::unbiased";
        "a third of the estimate":
            "block_mean(&terms, ROWS) * ROWS as f32" => "block_mean(&terms, ROWS)", "toy::unbiased";
    }
    "reinmax" {
        "the correction's sign":
            "Q::SQUASH.pull_back(probs, lane, g, -0.5, into)" => "Q::SQUASH.pull_back(probs, lane, g, 0.5, into)", "toy::reinmax";
        "the middle counts once":
            "Q::SQUASH.pull_back(probs, lane, g, 2.0, into)" => "Q::SQUASH.pull_back(probs, lane, g, 1.0, into)", "toy::reinmax";
        "straight-through after all":
            "0.5 * (*p + e)" => "*p + 0.0 * e", "toy::reinmax";
    }
    "relaxed" {
        "no gradient":
            "q.relax(temperature).rsample(rows, noise)" => "q.relax(temperature).sample(rows, noise)", "toy::biased";
        "another temperature":
            "q.relax(temperature).rsample(rows, noise)" => "q.relax(temperature.max(1.0)).rsample(rows, noise)", "toy::biased";
        "the log-ratio turned around":
            "q.relax(temperature).log_ratio(&prior, draw)" => "prior.log_ratio(&q.relax(temperature), draw)", "one_hot_prior::the_relaxed";
        "a draw scored at another temperature":
            "q.relax(temperature).log_ratio(&prior, draw)" => "q.relax(2.0 * temperature).log_ratio(&prior, draw)", "one_hot_prior::the_relaxed";
    }
    "plan" {
        "a score function has one row":
            "score.block.rows()" => "1", "toy::unbiased";
        "no score":
            "q.log_prob_of(draw)" => "q.detach().log_prob_of(draw)", "toy::unbiased";
        "states are told as one":
            "listing.states.unwrap_or(1)" => "{ let _ = listing; 1 }", "automatic::";
        "one draw for all rows":
            "unrecorded(|| q.sample(rows, noise))" => "unrecorded(|| q.detach().sample(1, noise))", "toy::unbiased";
    }
    "named" {
        "what is named is not told":
            "\"the model names it\"" => "\"\"", "estimator::it_explains";
        "the estimator's own divergence is not asked":
            "self.0.divergence(plan, q, p, draw, closed)" => "{ let _ = plan; super::divergence_at_draw(q, p, draw, closed) }", "estimator::the_estimator_rules";
        "the log-ratio where a closed form is":
            "self.0.divergence(plan, q, p, draw, closed)" => "self.0.divergence(plan, q, p, draw, { let _ = closed; Kl::SAMPLED })", "score_trick::the_same_gradient";
    }
    "settings" {
        "any temperature of the objective is legal":
            "check_temperature(\"the temperature\", self.temperature)?" => "()", "errors_settings::";
        "any temperature of the prior is legal":
            "check_temperature(\"the prior temperature\", prior_temperature)" => "{ let _ = prior_temperature; Ok(()) }", "errors_settings::";
        "a data set may be smaller than its batches":
            "size < rows" => "size < 0 * rows", "globals::";
    }
    "leave_one_out" {
        "the baseline contains the draw itself":
            "(total - v) / others" => "total / (others + 1.0)", "continuous::two_rows";
        "no baseline":
            "v - mean" => "v - 0.0 * mean", "one_hot_cost::a_constant";
        "the opposite sign":
            "v - mean" => "mean - v", "two_bits::unbiased";
        "the draws of a block have no baseline":
            "v - mean" => "v + 0.0 * mean", "toy::unbiased";
    }
    "rloo" {
        "no baseline":
            "signal.extend(less_the_others(block))" => "signal.extend_from_slice(block)", "toy::unbiased";
        "the opposite sign":
            "signal.extend(less_the_others(block))" => "signal.extend(less_the_others(block).map(|s| -s))", "toy::unbiased";
        "the draws of one row pay for another's":
            "earned.chunks(samples)" => "earned.chunks(samples.max(earned.len()))", "toy::unbiased";
    }
    "running_mean" {
        "nothing is taken off":
            "amount - mean" => "amount + 0.0 * mean", "one_hot_cost::a_constant";
        "it is added":
            "amount - mean" => "amount + mean", "one_hot_cost::a_constant";
        "nothing is remembered":
            "memory.mix(earned.mean(), decay.into())" => "", "running_mean::it_is_the_cost";
        "no baseline in the first step":
            "less_the_others(&earned.amounts).collect()" => "earned.amounts.clone()", "running_mean::the_first_step";
        "no score":
            "q.log_prob_of(draw)" => "q.detach().log_prob_of(draw)", "hierarchy::bits::the_running_mean_is_unbiased";
    }
    "score_function" {
        "no baseline":
            "less_the_others(&earned.amounts).collect()" => "earned.amounts.clone()", "one_hot_cost::a_constant";
        "a draw counts only its share of the cost of its block":
            "paid * self.block as f64" => "paid", "two_bits::the_importance";
        "no score":
            "q.log_prob_of(draw)" => "q.detach().log_prob_of(draw)", "two_bits::unbiased";
    }
    "straight_through" {
        "half the slope":
            "Q::SQUASH.pull_back(probs, lane, g, 1.0, into)" => "Q::SQUASH.pull_back(probs, lane, g, 0.5, into)", "two_bits::biased";
        "half the slope of the relaxed draw":
            "*into += g" => "*into += 0.5 * g", "toy::biased";
        "a soft draw after all":
            "f32::from(*v > 0.5)" => "*v", "toy::biased";
        "the wrong bit":
            "f32::from(*v > 0.5)" => "f32::from(*v < 0.5)", "toy::biased";
    }
    "vimco" {
        "no baseline":
            "bound - log_sum_exp(&without)" => "bound + 0.0 * without[0]", "vimco::";
        "the opposite sign":
            "bound - log_sum_exp(&without)" => "log_sum_exp(&without) - bound", "vimco::";
        "the baseline is the draw itself":
            "without[k] = mean" => "{ let _ = mean; without[k] += 0.0; }", "vimco::";
        "a draw counts only its share of the cost of its block":
            "s * weights.block as f64" => "s", "two_bits::the_importance";
        "no score":
            "q.log_prob_of(draw)" => "q.detach().log_prob_of(draw)", "two_bits::the_importance";
    }
}
