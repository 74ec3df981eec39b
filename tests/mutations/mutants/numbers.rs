//! Faults of families, layers and kernels.

use super::Mutant;

mutants! {
    "formula" {
        "a draw in (0, 1) is rounded to its end":
            "inside_unit(x.sigmoid())" => "x.sigmoid()", "rims::a_model_accepts";
        "a positive draw is rounded to 0, or overflows":
            "kept_within(x.exp(), LEAST, MOST)" => "x.exp()", "log_normal_row::own_draws";
        "a share is rounded to 0 or 1":
            "inside_unit(x.exp())" => "x.exp()", "dirichlet_row::own_draws";
        "a draw overflows":
            "finite(loc + kept_within(scale * epsilon, -FAR, FAR))" => "loc + scale * epsilon", "normal_row::own_draws";
        "nothing times a logarithm of 0 is not 0":
            after "log.value() != f64::NEG_INFINITY" "weight.value() == 0.0" => "false", "rims::on_positive";
    }
    "within" {
        "a density goes on outside its support":
            "S::excludes(first.value())" => "false", "rims::on_positive";
        "a density of vectors goes on outside its support":
            "outside.value() > 0.0" => "false", "rims::of_flows";
    }
    "sums" {
        "a sum takes what stands in a gap":
            "observed != 0.0" => "true", "normal_row::gaps";
    }
    "backward" {
        "a gap has a gradient":
            "if observed == 0.0 { 0.0 } else { up }" => "up", "normal_row::gaps";
    }
    "partly" {
        "pairs count the parameters of gaps":
            "if o == 0.0 { 0.0 } else { 1.0 }" => "1.0", "narrow::every_evaluation";
        "pairs with gaps give all elements the gradient of the first":
            "out.copy_from_slice(&to_rests[state * elements..][..elements])" => "out.fill(to_rests[state * elements])", "narrow::every_objective";
    }
    "forward" {
        "the gaps of a later part are those of the first":
            "RowSums::new(elements, out).counting(observed, number * each)" => "RowSums::new(elements, out).counting(observed, 0)", "many::sums";
    }
    "counted" {
        "a family that counts gaps is believed":
            "own.as_ref().is_some_and(|own| own.is_used)" => "true", "own::a_family";
    }
    "gaps" {
        "a number that was put into gaps is not checked":
            "if is_observed { Some(at) } else { self.source }" => "is_observed.then_some(at)", "own::a_set";
        "a mixture of gaps alone is the sum of its weights, rounded":
            "weights.contains(&0.0)" => "false", "partly::a_mixture_leaves";
        "a gap hides what is wrong after it":
            "if o == 0.0 { gap } else { x }" => "x", "partly::what_is_observed";
        "an event with a gap passes for whole":
            "event.iter().position(|&o| o == 0.0)" => "None::<usize>", "partly::whole_events";
    }
    "categorical" {
        "an index in a gap is scored":
            "**observed != 0.0" => "true", "partly::categories_by_index";
    }
    "partial" {
        "what stands in a gap is read":
            "if o == 0.0 { 0.0 } else { x }" => "x", "pca::no_bit";
    }
    "look" {
        "the gaps of repeated rows are lost":
            "self.masks.of(rows).map(|mask| how.apply(&mask))" => "None", "narrow::rows_differ";
    }
    "special" {
        "a series of gamma's slope ends after four terms":
            "t * (weight[i].abs() + h)" => "0.0 * t", "special::gamma_slopes";
        "a fraction of beta's slope does not know one term's slope":
            "x * (own + both) + odd * (middle + after)" => "x * (own + both)", "special::beta_slopes";
        "both slopes of beta are that by the first concentration":
            "if is_low[i] != 0 { other } else { -own }" => "slopes[0][i]", "quantiles::of_beta";
        "a series of von Mises's slope takes ratios for constants":
            "k.mul_add(r_slope, r)" => "r", "special::von_mises_slopes";
        "a large von Mises concentration has the slope of the series":
            "concentration[i] > SMALL" => "false", "special::von_mises_slopes";
    }
    "negative_binomial" {
        "a rising product has a factor too many":
            "j < k[i]" => "j <= k[i]", "long_counts::of_negative";
        "a small count pulls the logit by all failures":
            "k * miss - failures * hit" => "k * miss - failures", "long_counts::of_negative";
        "a mean does not fall as its failures rise":
            "by_failures[i] -= by_logit[i] / failures[i]" => "by_failures[i] -= 0.0 * by_logit[i]", "long_counts::by_mean";
        "above zero, the first birth takes no time":
            "(end - first).max(0.0)" => "end.max(0.0 * first)", "hurdle_negative_binomial::fit";
    }
    "given" {
        "a row goes on with the generator of the row before":
            "self.stream.row(self.next)" => "self.rng.clone()", "quantiles::draws_of_some";
    }
    "linear" {
        "a long product forgets the rows before":
            after "pairs.for_each(|(sum, &part)| " "*sum += f64::from(part)" => "*sum = f64::from(part)", "many_rows::";
        "a gradient that is there is written over":
            "gradient.is_new" => "true", "flow::layers_again_and_again";
    }
    "layer_norm" {
        "a mean is the sum":
            "total * share" => "total * share.sqrt()", "layer_norm::a_plain_loop";
        "the gradient does not know the mean":
            "flow(i) - mean - self.normal(i) * along" => "flow(i) - 0.0 * mean - self.normal(i) * along", "layer_norm::a_plain_loop";
        "the gradient does not know the scale":
            "flow(i) - mean - self.normal(i) * along" => "flow(i) - mean - 0.0 * self.normal(i) * along", "layer_norm::gradients";
        "the sums of the last part alone":
            "own.sum::<f64>()" => "own.last().copied().unwrap_or(0.0)", "layer_norm::a_million";
        "data get a gradient":
            "!is_data" => "true", "layer_norm::in_a_model";
    }
    "functions" {
        "the upper tail of a normal is the lower":
            "if x.value() < 0.0 { tail } else { x - tail }" => "tail", "activations::gelu";
        "a SiLU of minus infinity is no number":
            after "silu" "x.value() < -104.0" => "x.value() < f64::NEG_INFINITY", "activations::silu";
    }
    "activation" {
        "a slope is added":
            "*g *= activation.slope(y)" => "*g += activation.slope(y)", "flow::activations_in_place";
        "what another operation made is written over":
            "is_made(&x)" => "true", "flow::activations_of_what";
    }
    "backward" {
        "kept slopes replace what has flowed":
            "taken.is_new && share == 1" => "share == 1", "flow::what_is_read_more_than_once";
    }
    "sink" {
        "kept slopes are all one":
            "*to = flow(upstream, *to)" => "*to = upstream", "flow::";
        "computed slopes are all one":
            "*to = flow(upstream, slope)" => "*to = upstream", "flow::";
    }
    "product" {
        "the last slice alone":
            "write = Write::Add" => "write = Write::Replace", "products::";
    }
    "parallel" {
        "nobody does the rest":
            "rest.into_iter().for_each(|rest| rest())" => "drop(rest)", "linear::same_as_dfdx";
    }
    "sweep" {
        "long rows are summed from rounded terms":
            "F::EXACT || elements >= F::EXACT_FROM" => "F::EXACT", "large_terms::columns";
        "long rows are no longer than others":
            "sums.elements() >= F::EXACT_FROM" => "false", "large_terms::columns";
    }
    "softmax" {
        "the exact total of a lane without its largest":
            "most + sum.ln()" => "sum.ln()", "large_terms::columns";
    }
    "copies" {
        "a repeated draw forgets its logit":
            "carry(own, &out, move |own| tile_flat(own, how))" => "()", "rims::repeated_draws";
    }
    "pairs" {
        "what a state adds alone is left out":
            "*out += slow + fast" => "*out += slow + 0.0 * fast", "enumeration";
        "what flows back to a state's rest is lost":
            "to_slope * slope.value() + to_rest * rest.value()" => "to_slope * slope.value() + 0.0 * to_rest * rest.value()", "enumeration";
    }
    "order" {
        "a row runs one step too long":
            "rows[running - 1].1 <= step" => "rows[running - 1].1 < step", "recurrent::";
        "a sequence is read forwards both ways":
            "length - 1 - step" => "{ let _ = length; step }", "recurrent::";
        "a step reads the states of all rows before it":
            "start..start + self.at(step).len()" => "start + 1..start + 1 + self.at(step).len()", "recurrent::";
    }
    "gru" {
        "the reset gate has no slope":
            "to_n * b[i] * r[i] * (1.0 - r[i])" => "0.0 * to_n * b[i] * r[i]", "recurrent::";
        "the state before does not flow through the gate":
            "flow[i] = up * z[i]" => "flow[i] = 0.0 * up", "recurrent::";
    }
    "lstm" {
        "a memory's flow forgets what comes later":
            "memory[u] + flow[u] * o[u] * (1.0 - t[u] * t[u])" => "flow[u] * o[u] * (1.0 - t[u] * t[u])", "recurrent::";
    }
    "step" {
        "the memory before the step gets no gradient":
            "own.gathered(flow.memory, units)" => "{ let mut none = own.gathered(flow.memory, units); none.fill(0.0); none }", "cells::";
        "the state before does not flow through the gates":
            "multiply_beside(&mut state, flow, hidden, Write::Add)" => "{ let _ = (&mut state, flow, hidden, Write::Add); }", "cells::";
        "repeated rows are not added up":
            "how.of_rows(elements).sum(&all, &mut own)" => "{ let first = own.len(); own.copy_from_slice(&all[..first]); let _ = how; }", "cells::";
    }
    "batch_norm" {
        "no gradient flows through the batch's moments":
            "if of_batch { 1.0 / self.count(x.values()) as f64 } else { 0.0 }" => "{ let _ = of_batch; 0.0 }", "batch_norm::";
        "the running variance is that of the batch alone":
            "count as f64 / (count - 1) as f64" => "{ let _ = count; 1.0 }", "batch_norm::";
        "evaluations normalise by their own batch":
            after "let is_training = " "trains()" => "true", "batch_norm::";
    }
    "statistics" {
        "a running number forgets what it was":
            "(before + share * (value - before)) as f32" => "(share * (value - before)) as f32", "batch_norm::";
    }
    "adam" {
        "running statistics stay as they are":
            "statistics.move_kept(model)" => "{ let _ = &statistics; }", "batch_norm::";
    }
    "pick" {
        "every row reads the first row's table":
            "row / copies % tables.max(1)" => "{ let _ = (row, copies); 0 % tables.max(1) }", "pick::";
    }
    "tokens" {
        "behind the last symbol there is one more":
            "symbol < symbols" => "symbol <= symbols", "tokens::";
    }
    "embedding" {
        "a symbol's last use alone counts":
            "*sum += f64::from(up)" => "*sum = f64::from(up)", "embedding::";
    }
    "window" {
        "padding is read as the first pixel":
            "(place * self.stride + offset).checked_sub(self.padding)?" => "(place * self.stride + offset).saturating_sub(self.padding)", "convolutions::";
        "patches are not added up":
            after "pixels.iter_mut().zip(own)" "*x += own" => "*x = *own", "convolutions::";
    }
    "convolution" {
        "a band's gradient replaces the last one's":
            "*sum += f64::from(own)" => "*sum = f64::from(own)", "convolutions::";
        "the bias's gradient is that of the last row":
            "*sum += channel.iter().copied().map(f64::from).sum::<f64>()" => "*sum = channel.iter().copied().map(f64::from).sum::<f64>()", "convolutions::";
    }
    "pool" {
        "the last of equal pixels gets the gradient":
            "value > most_value || value.is_nan() && !most_value.is_nan()" => "value >= most_value || value.is_nan() && !most_value.is_nan()", "convolutions::";
    }
    "dropout" {
        "what is kept does not grow":
            "1.0 / (1.0 - share)" => "1.0 - 0.0 * share", "dropout::";
        "elements are dropped in evaluations too":
            "self.handler.scoring().map(|_| LayerNoise::of(self.key))" => "Some(LayerNoise::of(self.key))", "dropout::";
    }
    "concat" {
        "the second part flows back to the first's places":
            "row.iter_mut().zip(&up[start..])" => "row.iter_mut().zip(&up[0 * start..])", "joined_gradients";
    }
    "repeated" {
        "copies are not added up":
            "*sum += f64::from(u)" => "*sum = f64::from(u)", "rows::";
    }
    "row_sums" {
        "states are compared after the sum":
            "rows.exact()[at] - mean" => "rows.exact()[at] + 0.0 * mean", "large_terms::";
        "weights keep their rounding":
            "*weight /= total" => "{ let _ = &weight; let _ = total; }", "large_terms::";
        "a mean's gradient is that of the sum":
            "weight * upstream[0] / gradient.len().max(1) as f32" => "weight * upstream[0]", "rows::";
        "means count alike":
            "mean * f64::from(*weight)" => "*mean", "two_bits::enumeration";
    }
    "logarithms" {
        "probabilities are read from the value of a draw":
            after "match of(probs) {" "rows(y)" => "{ let _ = y; map(Logit, [probs]) }", "rims::parameters_read";
    }
    "operators" {
        "rows less an event the other way round":
            "[rows(self), event(other)]" => "[event(other), rows(self)]", "operators::";
        "a number before a variable stands after it":
            "same(&$formula, Given::Number(self), rows(var))" => "same(&$formula, rows(var), Given::Number(self))", "operators::";
        "two variables of one shape the other way round":
            "same(&$formula, rows(self), rows(other))" => "same(&$formula, rows(other), rows(self))", "operators::";
    }
    "axes" {
        "the neighbour is selected":
            "own.values().iter().skip(first)" => "own.values().iter().skip(lane - 1 - first)", "axes::";
        "what flows to one part of a stack flows to the first":
            "upstream.iter().skip(at)" => "upstream.iter().skip(0 * at)", "axes::";
    }
    "matmul" {
        "nothing flows to a matrix":
            "gradient[at] += value" => "gradient[at] += 0.0 * value", "matmul::";
    }
    "param" {
        "a row of impossible categories is legal":
            "lane.iter().all(|&v| v == ruled_out)" => "false", "impossible::";
    }
    "planar" {
        "a flow without a direction is legal":
            "self.w.check_direction(\"w\", rows)?" => "self.w.check(\"w\", Domain::Finite, rows)?", "impossible::flows_without";
    }
    "parameter" {
        "a random start is zero":
            "1.0 / (last_axis.max(1) as f64).sqrt()" => "0.0", "impossible::flows_train";
    }
    "dirichlet" {
        "one infinite element outweighs one that is impossible":
            "(a > 1.0) == above" => "(a < 1.0) == above", "rims::on_the_simplex";
    }
    "count_family" {
        "a base counts its zeros beside the gate":
            "x > 0.0 && is_counted(place)" => "is_counted(place)", "inflated_poisson::golden";
        "counts above a hurdle have the mass of the base":
            "-gate.softplus() - log_rest(log_zero)" => "-gate.softplus()", "hurdle_poisson::golden";
    }
    "poisson" {
        "above zero, the first arrival takes no time":
            "(rate - first).max(0.0)" => "rate.max(0.0 * first)", "hurdle_poisson::fit";
    }
    "binomial" {
        "above zero, the first success is in the first trial":
            "trials - 1.0 - failed.floor()" => "trials - 1.0 - 0.0 * failed.floor()", "gates::other_bases";
    }
    "beta_binomial" {
        "the first success is looked for on the other side":
            "log_none(middle) <= target" => "log_none(middle) >= target", "hurdle_beta_binomial::fit";
        "nothing is left of a mass above zero":
            "a.value() < SMALL * b.value().min(1.0)" => "false", "above_zero::rare_bases";
    }
    "half_cauchy" {
        "the divergence of scales twice as far apart":
            "(scale * prior).scale(4.0)" => "(scale * prior).scale(2.0)", "half_cauchy_row::closed_form";
    }
    "inverse_gamma" {
        "a draw of the gamma variable itself":
            "dividend.ln() - log" => "dividend.ln() + log", "inverse_gamma_row::fit";
    }
    "truncated_normal" {
        "an interval below the mode is left there":
            "high.value() < loc.value()" => "false", "truncated_normal::far_out";
        "a draw moves with its location as if there were no upper end":
            "1.0 - by_low - by_high" => "1.0 - by_low", "truncated_normal_row::pathwise";
        "a tail goes on beyond its upper end":
            "tail.shift(-LN_2) + log_rest(-apart)" => "tail.shift(-LN_2)", "truncated_normal::far_out";
    }
    "ordered_logistic" {
        "the predictor moves the upper cutpoint alone":
            "-(term.by_upper + term.by_lower)" => "-term.by_upper", "ordered::every_form";
        "equal cutpoints ascend":
            "pair[1] <= pair[0]" => "pair[1] < pair[0]", "ordered::cutpoints";
    }
    "multinomial" {
        "fewer counts than trials":
            "(total - trials).abs() <= ROUNDING * trials" => "total <= trials + ROUNDING * trials", "multinomials::laws";
        "a category is drawn as if none came after it":
            "(own / rest).ln()" => "(own / (own + rest)).ln()", "multinomials::laws";
    }
    "dirichlet_multinomial" {
        "a concentration does not share the total":
            "own - all" => "own - 0.0 * all", "multinomials::dirichlet_multinomial_forms";
    }
    "delta" {
        "all points have the mass":
            "x.value() == point.value()" => "true", "delta::the_law";
    }
    "weibull" {
        "a draw is rounded up to where its density is zero":
            "excess > 1.0" => "excess > f64::INFINITY", "weibull_row::own_draws";
        "the density at zero is that of no number":
            after "let peak = k.ln() - scale.ln();" "x.value() == 0.0" => "x.value() < 0.0", "weibull_row::extremes";
        "the scales turned around":
            "prior_k * (scale.ln() - prior_scale.ln())" => "prior_k * (prior_scale.ln() - scale.ln())", "weibull_row::closed_form";
        "a mean over the prior's rate":
            "(log_mean(scale, k) + rate.ln()).exp()" => "(log_mean(scale, k) - rate.ln()).exp()", "weibull_from_gamma";
    }
    "gumbel_softmax" {
        "the limit on the rim of one element less":
            "(categories - zeros) as f64" => "categories as f64", "rims::on_the_simplex";
    }
    "concrete" {
        "the ratio of bits turned around":
            "self.own.eval([y, logit]) - self.other.eval([y, R::constant(self.logit)])" => "self.other.eval([y, R::constant(self.logit)]) - self.own.eval([y, logit])", "relaxed_divergence::in_one_pass";
        "the ratio of bits to another prior":
            "self.own.eval([y, logit]) - self.other.eval([y, R::constant(self.logit)])" => "self.own.eval([y, logit]) - self.other.eval([y, R::constant(self.logit + 0.1)])", "relaxed_divergence::in_one_pass";
    }
    "counts" {
        "a normal count with too little spread":
            "deviation * z" => "0.9 * deviation * z", "far_counts::";
    }
    "summary" {
        "a mode is an end of its interval":
            "x.clamp(TINY, ALMOST_ONE)" => "x", "families::modes_at_the_rim";
        "a positive mode is 0":
            "x.clamp(TINY, f64::INFINITY)" => "x", "families::modes_at_the_rim";
        "the last of equals is the largest":
            "number > best.1" => "number >= best.1", "families::counts_of";
        "units go where the share is largest":
            "w / (count + 1.0)" => "{ let _ = count; *w }", "families::counts_of";
        "a bend has its leading term alone":
            "trigamma(middle) + h * h * third / 12.0" => "{ let _ = third; trigamma(x) }", "families::deviations_far";
        "a difference of log-gammas cancels":
            "h < 0.01 * middle.max(1.0) && (h < 0.01 || x > 100.0)" => "false", "families::deviations_far";
        "a tail is as wide as the whole":
            "80.0 / (mode.abs() + (mode * mode + 80.0).sqrt())" => "80.0_f64.sqrt()", "families::deviations_far";
        "a deviation is about the mode":
            "weight * density(t) * (t - mean).powi(2)" => "{ let _ = mean; weight * density(t) * t.powi(2) }", "truncated_normal_row::deviation";
    }
    "beta_binomial" {
        "a mode between both ends":
            "if a > b { n } else { 0.0 }" => "0.0", "families::beta_binomial";
    }
    "negative_binomial" {
        "the mode is the mean":
            "((r - 1.0).max(0.0) / r * mean).floor()" => "{ let _ = r; mean.floor() }", "negative_binomial_row::mode";
    }
    "hurdle" {
        "the zeros of the base stay":
            "(sigmoid(l) - log_zero.exp()) / above" => "sigmoid(l)", "hurdle_poisson::deviation";
    }
}
