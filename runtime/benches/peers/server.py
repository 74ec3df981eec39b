"""The server mode that an interleaving driver speaks, and the check of the losses.

A contender has `steps`, the steps of a call; `run(calls)`, which returns the last loss once all is computed; and `look()`,
the loss at the present weights with a new draw.
"""
import json
import os
import resource
import statistics
import sys
import time

LOOKS = 32


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(**words):
    print(json.dumps(words), flush=True)


def serve(variant, workload, contender):
    """Warms up for a second, says what it is, and then runs as long as each line of standard input asks for."""
    began = time.perf_counter()
    first = contender.run(1)
    t_first = time.perf_counter() - began
    warm, seconds, calls = time.perf_counter(), float("inf"), 0
    while time.perf_counter() - warm < 1 or calls < 3:
        start = time.perf_counter()
        contender.run(1)
        seconds = min(seconds, time.perf_counter() - start)
        calls += 1
    say(name=variant, w=workload, loss0=first, t_first=t_first, rss_mb=megabytes())
    for line in sys.stdin:
        used = time.process_time()
        contender.run(1)
        calls = max(1, round(float(line) / seconds))
        start = time.perf_counter()
        loss = contender.run(calls)
        elapsed = time.perf_counter() - start
        seconds = elapsed / calls
        say(
            ms=1e3 * seconds / contender.steps,
            el=elapsed,
            cpu=time.process_time() - used,
            loss=loss,
            rss=megabytes(),
        )
    # Some libraries wait for their threads at the end.
    os._exit(0)


def check(variant, workload, contender, steps):
    """Says the mean loss at the first weights and after so many steps, each with its standard error."""
    first = [contender.look() for _ in range(LOOKS)]
    if steps >= contender.steps:
        contender.run(steps // contender.steps)
    last = [contender.look() for _ in range(LOOKS)]
    error = lambda losses: statistics.stdev(losses) / LOOKS**0.5
    say(
        name=variant,
        w=workload,
        steps=steps // contender.steps * contender.steps,
        first=statistics.mean(first),
        first_error=error(first),
        last=statistics.mean(last),
        last_error=error(last),
    )
    os._exit(0)
