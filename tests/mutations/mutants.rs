//! The faults: which expression of which file becomes what, and which tests must notice.

/// One fault.
pub struct Mutant {
    /// The file, from the root of the workspace.
    pub file: &'static str,
    /// What comes before the expression, where its text alone stands there more than once.
    pub after: &'static str,
    /// A whole expression.
    pub original: &'static str,
    /// Another of the same type.
    pub replacement: &'static str,
    /// The fault in words.
    pub what: &'static str,
    /// The tests that must notice, as a filter of their names.
    pub noticed_by: &'static str,
}

macro_rules! mutants {
    ($($file:literal { $($what:literal: $(after $after:literal)? $original:literal => $replacement:literal, $noticed:literal;)* })*) => {
        /// All of them.
        pub const MUTANTS: &[Mutant] = &[$($(Mutant {
            file: $file,
            after: concat!($($after)?),
            original: $original,
            replacement: $replacement,
            what: $what,
            noticed_by: $noticed,
        },)*)*];
    };
}

mutants! {
    "runtime/src/estimator.rs" {
        "a closed divergence without its gradient":
            "closed.closed_form(q, p)" => "closed.closed_form(&q.detach(), p)", "continuous::a_normal";
        "the log-ratio at a draw that does not move":
            "q.log_ratio(p, draw)" => "q.log_ratio(p, &draw.detached())", "gaussian_chain::";
        "the log-ratio without the prior":
            "q.log_ratio(p, draw)" => "q.log_ratio(q, draw)", "reversed_dependency";
    }
    "runtime/src/estimator/automatic.rs" {
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
    "runtime/src/estimator/conditional.rs" {
        "the logit's sign for a bit of zero":
            "sign * f64::from(logits[0]) + ln_v" => "f64::from(logits[0]) + ln_v", "toy::unbiased";
        "a bit's noise does not move with its logit":
            "1.0 / (1.0 + (-inner).exp())" => "1.0", "toy::unbiased";
        "the drawn category moves too":
            "push(-top.ln() as f32, 0.0)" => "push(-top.ln() as f32, 1.0)", "hierarchy::categories::rebar_is_unbiased";
        "the other categories are not cut off":
            "-(own + top).ln() as f32" => "-own.ln() as f32", "hierarchy::categories::";
        "the other categories move in full":
            "own / (own + top)" => "1.0", "hierarchy::categories::rebar_is_unbiased";
    }
    "runtime/src/estimator/disarm.rs" {
        "the sign where the first bit is off":
            "-half_difference" => "half_difference", "toy::unbiased";
        "one draw twice":
            "logit - noise > 0.0" => "logit + noise > 0.0", "toy::unbiased";
        "the confidence of one side":
            "logit.abs().sigmoid()" => "logit.sigmoid()", "two_bits::unbiased";
        "twice the difference":
            "0.5 * d" => "d", "toy::unbiased";
    }
    "runtime/src/estimator/enumerate.rs" {
        "one state again and again":
            "row % states" => "0 * row", "two_bits::enumeration";
        "a power of two too much is told":
            "self.log2_states + (enumerated as f64).log2()" => "self.log2_states + 1.0", "errors_settings::";
        "any number of states is listed":
            "all <= MOST_ROWS" => "all <= usize::MAX - MOST_ROWS", "errors_settings::";
    }
    "runtime/src/estimator/gumbel_rao.rs" {
        "a sum for a mean":
            "1.0 / (self.temperature * self.draws as f32)" => "1.0 / self.temperature", "toy::biased";
        "the slope of temperature one":
            "1.0 / (self.temperature * self.draws as f32)" => "1.0 / self.draws as f32", "toy::biased";
        "the noise of the opposite draw":
            "soft.push(logit)" => "soft.push(-logit)", "hierarchy::categories::gumbel_rao";
        "another temperature":
            "*v /= self.temperature" => "*v /= 1.0_f32.max(self.temperature)", "toy::biased";
    }
    "runtime/src/estimator/learned_baseline.rs" {
        "nothing is taken off":
            "own - f64::from(b)" => "own + 0.0 * f64::from(b)", "learned_baseline::both";
        "it is added":
            "own - f64::from(b)" => "own + f64::from(b)", "learned_baseline::both";
        "a draw is paid its share of the block only":
            "own * share" => "own + 0.0 * share", "hierarchy::weighted::the_learned";
        "nothing is learned":
            "weighted(&q.log_prob_of(draw), paid) + fit" => "weighted(&q.log_prob_of(draw), paid)", "learned_baseline::both";
        "the guide learns nothing":
            "weighted(&q.log_prob_of(draw), paid) + fit" => "{ let _: Vec<f64> = paid; fit }", "learned_baseline::both";
    }
    "runtime/src/estimator/memory.rs" {
        "the decay the wrong way round":
            "self.decay * mean + (1.0 - self.decay) * self.value"
                => "(1.0 - self.decay) * mean + self.decay * self.value", "running_mean::it_is_the_cost";
        "nothing remains":
            "self.decay * mean + (1.0 - self.decay) * self.value" => "self.value + 0.0 * mean", "running_mean::it_is_the_cost";
        "it is never kept":
            after "pub(crate) fn mixed(&self) -> Option<Mixed> {" "self.mixed.get()" => "None", "running_mean::it_is_the_cost";
        "numbers that are none are kept":
            "value.is_finite()" => "true", "running_mean::only_numbers";
        "the estimator does not see it":
            after "pub fn mean(&self) -> Option<f64> {" "self.mean" => "None", "running_mean::it_is_taken_off";
    }
    "runtime/src/estimator/pathwise.rs" {
        "no gradient":
            "q.rsample(rows, noise)" => "q.sample(rows, noise)", "continuous::a_normal";
        "half the gradient":
            "q.rsample(rows, noise)" =>
                "let d = q.rsample(rows, noise).value(); Draw::of(d.clone() * 0.5 + crate::kernels::rows::detach(&d) * 0.5)",
                "continuous::a_normal";
        "the opposite gradient":
            "q.rsample(rows, noise)" =>
                "let d = q.rsample(rows, noise).value(); Draw::of(crate::kernels::rows::detach(&d) * 2.0 - d)",
                "continuous::a_normal";
        "no gradient of an implicit draw":
            "q.rsample(rows, noise)" => "q.sample(rows, noise)", "continuous::a_gamma";
    }
    "runtime/src/estimator/rebar.rs" {
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
            "1.0 / temperature" => "1.0 + 0.0 * temperature", "toy::unbiased";
        "the cost as a constant":
            "weighted(earned, shares)" => "weighted(&crate::kernels::rows::detach_rows(earned), shares)", "toy::unbiased";
        "a third of the estimate":
            "block_mean(&terms, ROWS) * ROWS as f32" => "block_mean(&terms, ROWS)", "toy::unbiased";
    }
    "runtime/src/estimator/reinmax.rs" {
        "the correction's sign":
            "Q::SQUASH.pull_back(&probs, g, -0.5, into)" => "Q::SQUASH.pull_back(&probs, g, 0.5, into)", "toy::reinmax";
        "the middle counts once":
            "Q::SQUASH.pull_back(&probs, g, 2.0, into)" => "Q::SQUASH.pull_back(&probs, g, 1.0, into)", "toy::reinmax";
        "straight-through after all":
            "0.5 * (*p + e)" => "*p + 0.0 * e", "toy::reinmax";
    }
    "runtime/src/estimator/relaxed.rs" {
        "no gradient":
            "q.relax(temperature).rsample(rows, noise)" => "q.relax(temperature).sample(rows, noise)", "toy::biased";
        "another temperature":
            "q.relax(temperature).rsample(rows, noise)" => "q.relax(temperature.max(1.0)).rsample(rows, noise)", "toy::biased";
        "the log-ratio turned around":
            "q.relax(temperature).log_ratio(&prior, draw)" => "prior.log_ratio(&q.relax(temperature), draw)", "one_hot_prior::the_relaxed";
        "a draw scored at another temperature":
            "q.relax(temperature).log_ratio(&prior, draw)" => "q.relax(2.0 * temperature).log_ratio(&prior, draw)", "one_hot_prior::the_relaxed";
    }
    "runtime/src/estimator/plan.rs" {
        "a score function has one row":
            "score.block.rows()" => "1", "toy::unbiased";
        "no score":
            "q.log_prob_of(draw)" => "q.detach().log_prob_of(draw)", "toy::unbiased";
        "states are told as one":
            "listing.states.unwrap_or(1)" => "{ let _ = listing; 1 }", "automatic::";
        "one draw for all rows":
            "unrecorded(|| q.sample(rows, noise))" => "unrecorded(|| q.detach().sample(1, noise))", "toy::unbiased";
    }
    "runtime/src/estimator/named.rs" {
        "what is named is not told":
            "\"the model names it\"" => "\"\"", "estimator::it_explains";
        "the estimator's own divergence is not asked":
            "self.0.divergence(plan, q, p, draw, closed)" => "{ let _ = plan; super::divergence_at_draw(q, p, draw, closed) }", "estimator::the_estimator_rules";
        "the log-ratio where a closed form is":
            "self.0.divergence(plan, q, p, draw, closed)" => "self.0.divergence(plan, q, p, draw, { let _ = closed; Kl::SAMPLED })", "score_trick::the_same_gradient";
    }
    "runtime/src/estimator/settings.rs" {
        "any temperature of the objective is legal":
            "check_temperature(\"the temperature\", self.temperature)?" => "()", "errors_settings::";
        "any temperature of the prior is legal":
            "check_temperature(\"the prior temperature\", prior_temperature)" => "{ let _ = prior_temperature; Ok(()) }", "errors_settings::";
        "a data set may be smaller than its batches":
            "size < rows" => "size < 0 * rows", "globals::";
    }
    "runtime/src/estimator/leave_one_out.rs" {
        "the baseline contains the draw itself":
            "(total - v) / others" => "total / (others + 1.0)", "continuous::two_rows";
        "no baseline":
            "v - mean" => "v - 0.0 * mean", "one_hot_cost::a_constant";
        "the opposite sign":
            "v - mean" => "mean - v", "two_bits::unbiased";
        "the draws of a block have no baseline":
            "v - mean" => "v + 0.0 * mean", "toy::unbiased";
    }
    "runtime/src/kernels/formula.rs" {
        "a draw in (0, 1) is rounded to its end":
            "inside_unit(x.sigmoid())" => "x.sigmoid()", "rims::a_model_accepts";
        "a positive draw is rounded to 0, or overflows":
            "kept_within(x.exp(), LEAST, MOST)" => "x.exp()", "own_draws::log_normal";
        "a share is rounded to 0 or 1":
            "inside_unit(x.exp())" => "x.exp()", "own_draws::dirichlet";
        "a draw overflows":
            "finite(loc + kept_within(scale * epsilon, -FAR, FAR))" => "loc + scale * epsilon", "own_draws::normal";
        "nothing times a logarithm of 0 is not 0":
            after "log.value() != f64::NEG_INFINITY" "weight.value() == 0.0" => "false", "rims::on_positive";
    }
    "runtime/src/kernels/within.rs" {
        "a density goes on outside its support":
            "S::excludes(arguments[0].value())" => "false", "rims::on_positive";
        "a density of vectors goes on outside its support":
            "outside.value() > 0.0" => "false", "rims::of_vectors";
    }
    "runtime/src/coordinates.rs" {
        "probabilities are read from the value of a draw":
            after "match of(probs) {" "rows_of::<E>(&y)" => "map(Logit, [probs])", "rims::parameters_read";
    }
    "runtime/src/param.rs" {
        "a row of impossible categories is legal":
            "lane.iter().all(|&v| v == ruled_out)" => "false", "impossible::";
    }
    "runtime/src/bijector/planar.rs" {
        "a flow without a direction is legal":
            "self.w.check_direction(\"w\", rows)?" => "self.w.check(\"w\", Domain::Finite, rows)?", "impossible::flows_without";
    }
    "runtime/src/nn/parameter.rs" {
        "a random start is zero":
            "1.0 / (last_axis.max(1) as f64).sqrt()" => "0.0", "impossible::flows_train";
    }
    "runtime/src/distribution/dirichlet.rs" {
        "one infinite element outweighs one that is impossible":
            "(a > 1.0) == above" => "(a < 1.0) == above", "rims::on_the_simplex";
    }
    "runtime/src/distribution/gumbel_softmax.rs" {
        "the limit on the rim of one element less":
            "(categories - zeros) as f64" => "categories as f64", "rims::on_the_simplex";
    }
    "runtime/src/distribution/concrete.rs" {
        "the ratio of bits turned around":
            "self.own.eval([y, logit]) - self.other.eval([y, R::constant(self.logit)])" => "self.other.eval([y, R::constant(self.logit)]) - self.own.eval([y, logit])", "relaxed_divergence::in_one_pass";
        "the ratio of bits to another prior":
            "self.own.eval([y, logit]) - self.other.eval([y, R::constant(self.logit)])" => "self.own.eval([y, logit]) - self.other.eval([y, R::constant(self.logit + 0.1)])", "relaxed_divergence::in_one_pass";
    }
    "runtime/src/estimator/rloo.rs" {
        "no baseline":
            "signal.extend(less_the_others(block))" => "signal.extend_from_slice(block)", "toy::unbiased";
        "the opposite sign":
            "signal.extend(less_the_others(block))" => "signal.extend(less_the_others(block).map(|s| -s))", "toy::unbiased";
        "the draws of one row pay for another's":
            "earned.chunks(samples)" => "earned.chunks(samples.max(earned.len()))", "toy::unbiased";
    }
    "runtime/src/estimator/running_mean.rs" {
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
    "runtime/src/estimator/score_function.rs" {
        "no baseline":
            "less_the_others(&earned.amounts).collect()" => "earned.amounts.clone()", "one_hot_cost::a_constant";
        "a draw is paid its share of the block only":
            "paid * self.block as f64" => "paid", "two_bits::the_importance";
        "no score":
            "q.log_prob_of(draw)" => "q.detach().log_prob_of(draw)", "two_bits::unbiased";
    }
    "runtime/src/estimator/straight_through.rs" {
        "half the slope":
            "Q::SQUASH.pull_back(&probs, g, 1.0, into)" => "Q::SQUASH.pull_back(&probs, g, 0.5, into)", "two_bits::biased";
        "half the slope of the relaxed draw":
            "*into += g" => "*into += 0.5 * g", "toy::biased";
        "a soft draw after all":
            "f32::from(*v > 0.5)" => "*v", "toy::biased";
        "the wrong bit":
            "f32::from(*v > 0.5)" => "f32::from(*v < 0.5)", "toy::biased";
    }
    "runtime/src/estimator/vimco.rs" {
        "no baseline":
            "bound - log_sum_exp(&without)" => "bound + 0.0 * without[0]", "vimco::";
        "the opposite sign":
            "bound - log_sum_exp(&without)" => "log_sum_exp(&without) - bound", "vimco::";
        "the baseline is the draw itself":
            "without[k] = mean" => "{ let _ = mean; without[k] += 0.0; }", "vimco::";
        "a draw is paid its share of the block only":
            "s * weights.block as f64" => "s", "two_bits::the_importance";
        "no score":
            "q.log_prob_of(draw)" => "q.detach().log_prob_of(draw)", "two_bits::the_importance";
    }
    "runtime/src/program/pass/credit.rs" {
        "divergences are earned":
            "term.sign() * f64::from(weight)" => "f64::from(weight)", "hierarchy::bits::rloo_is_unbiased";
        "divergences are paid without their weight":
            "term.sign() * f64::from(weight)" => "{ let _ = weight; term.sign() }", "hierarchy::bits::divergences_have";
        "every term is paid":
            after "let counts = |term: &Term| {" "score.influences.contains(&term.site)" => "true", "score_function_graphs::a_draw_pays";
        "no other site's term is paid":
            after "let counts = |term: &Term| {" "score.influences.contains(&term.site)" => "false", "hierarchy::bits::rloo_is_unbiased";
        "a sampled divergence of its own is not paid":
            "score.own_divergence && term.site == score.site" => "false", "hierarchy::bits::rloo_is_unbiased_backward";
        "a differentiated cost without the estimates below":
            "score.influences.contains(&s.site)" => "false", "hierarchy::bits::rebar_is_unbiased";
        "estimates in the order of the model":
            "self.branches.order(score.site)" => "None", "hierarchy::bits::rebar_is_unbiased";
        "estimates of weightless rows count":
            "self.log_weights(branch, 1, fine)" => "None", "hierarchy::bits::rebar_is_unbiased";
        "weights of listed states are left out of a cost":
            "self.log_weights(branch, coarse, fine)" => "None", "several::";
        "a draw is paid what all others earn":
            "self.branches.factor(score.branch) / score.factor" => "1", "mixed_weights::";
    }
    "runtime/src/tape/flow.rs" {
        "what is written last is all there is":
            "*sum += part" => "*sum = *part", "flow::what_is_read_more_than_once";
        "gradients are lost where dfdx takes over":
            "gradient.swap(gradients.get_or_alloc_mut(&value)?)" => "()", "flow::beside_operations_of_dfdx";
        "dfdx never takes over":
            after "pub(super) fn hand_over(" "FLOW.take()" => "None::<Box<Flow>>", "flow::beside_operations_of_dfdx";
    }
    "runtime/src/kernels/linear.rs" {
        "a long product forgets the rows before":
            after "pairs.for_each(|(sum, &part)| " "*sum += f64::from(part)" => "*sum = f64::from(part)", "many_rows::";
        "a gradient that is there is written over":
            "gradient.is_new" => "true", "flow::layers_again_and_again";
    }
    "runtime/src/kernels/activation.rs" {
        "a slope is added":
            "*g *= activation.slope(y)" => "*g += activation.slope(y)", "flow::activations_in_place";
        "the memory of others is written over":
            "Some(own.as_ptr().cast()) == place" => "true", "flow::activations_in_place";
    }
    "runtime/src/kernels/elementwise/backward.rs" {
        "kept slopes replace what has flowed":
            "taken.is_new && share == 1" => "share == 1", "flow::what_is_read_more_than_once";
    }
    "runtime/src/kernels/elementwise/sink.rs" {
        "kept slopes are all one":
            "*to = flow(upstream, *to)" => "*to = upstream", "flow::";
        "computed slopes are all one":
            "*to = flow(upstream, slope)" => "*to = upstream", "flow::";
    }
    "runtime/src/kernels/product.rs" {
        "the last slice alone":
            "write = Write::Add" => "write = Write::Replace", "products::";
    }
    "runtime/src/kernels/parallel.rs" {
        "nobody does the rest":
            "rest.into_iter().for_each(|rest| rest())" => "drop(rest)", "linear::same_as_dfdx";
    }
    "runtime/src/program.rs" {
        "only what is scored is checked":
            "pass.stops_at_latents()" => "false", "errors_data::";
    }
    "runtime/src/train/checkpoint.rs" {
        "negative squares are loaded":
            "number >= 0.0" => "number >= -1e9", "corruption::";
    }
    "runtime/src/program/site.rs" {
        "an input is never to blame":
            "checked.err().unwrap_or(error)" => "error", "errors_data::";
    }
    "runtime/src/train/adam.rs" {
        "settings go unchecked":
            "self.check()?" => "()", "adam::settings";
    }
    "runtime/src/train/files.rs" {
        "a link is replaced":
            "there.is_symlink()" => "there.is_symlink() && false", "crash::links";
        "what is being written is removed":
            "!matches!(lock, Ok(Err(TryLockError::WouldBlock)) | Err(_))" => "{ let _ = &lock; true }", "crash::what_killed";
    }
    "runtime/src/noise/counts.rs" {
        "a normal count without its skewness":
            "skew * (z * z - 1.0) / 6.0" => "0.0 * skew * z", "far_counts::";
    }
    "runtime/src/program/keys.rs" {
        "an evaluation takes the key of a loss":
            "run.next_looking_key()" => "run.next_key()", "reproducible::looking";
    }
    "runtime/src/run_state.rs" {
        "all evaluations are alike":
            "LOOKING + inner.looks" => "LOOKING", "reproducible::";
    }
    "runtime/src/kernels/elementwise/sweep.rs" {
        "long rows are summed from rounded terms":
            "F::EXACT || elements >= F::EXACT_FROM" => "F::EXACT", "large_terms::columns";
        "long rows are no longer than others":
            "sums.elements() >= Self::EXACT_FROM" => "false", "large_terms::columns";
    }
    "runtime/src/kernels/softmax.rs" {
        "the exact total of a lane without its largest":
            "most + sum.ln()" => "sum.ln()", "large_terms::columns";
    }
    "runtime/src/train/finite.rs" {
        "a mixed loss is anybody's":
            "self.written.is_known() || is_written(gradient)" => "true", "adam::a_mixed";
        "another model's loss":
            "!any && !parameters.is_empty()" => "false", "adam::a_loss";
    }
    "runtime/src/kernels/rows.rs" {
        "an alias forgets the logit of a draw":
            "carry(&var, &out, Var::clone)" => "()", "rims::parameters_read";
        "a repeated draw forgets its logit":
            "carry(&var, &out, move |own| repeat(own, elements, times, to))" => "()", "rims::repeated_draws";
        "states are compared after the sum":
            "rows.exact()[at] - mean" => "rows.exact()[at] + 0.0 * mean", "large_terms::";
        "weights keep their rounding":
            "*weight /= total" => "{ let _ = &weight; let _ = total; }", "large_terms::";
        "a mean's gradient is that of the sum":
            "weight * upstream[0] / gradient.len().max(1) as f32" => "weight * upstream[0]", "rows::";
        "means count alike":
            "mean * f64::from(*weight)" => "*mean", "two_bits::enumeration";
    }
    "runtime/src/objective/terms.rs" {
        "estimates are subtracted":
            "vec![(sum, 1.0), (scores, -1.0)]" => "vec![(sum, 1.0), (scores, 1.0)]", "toy::unbiased";
        "estimates are left out":
            "vec![(sum, 1.0), (scores, -1.0)]" => "vec![(sum, 1.0), (scores, 0.0)]", "toy::unbiased";
        "likelihoods count against the objective":
            "-term.sign() as f32 * weight" => "term.sign() as f32 * weight", "two_bits::enumeration";
    }
}
