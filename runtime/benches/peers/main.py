"""main.py VARIANT WORKLOAD -1 THREADS: serves a workload, or checks its losses if CHECK is set.

A variant is a library and how it runs: `jax_scan`, `numpyro_jit`, `torch_compile`. Each library has a file for each
group of workloads, and a file `LIBRARY_runner.py`.
"""
import importlib
import os
import sys

import server

GROUPS = dict(
    draws=("gamma", "beta", "dirichlet", "von_mises"),
    counts=("poisson", "negbin"),
    classes=("states", "semi"),
    regression=("global",),
    evaluation=("evidence", "evaluate", "sample"),
)


def main():
    variant, workload, _, threads = sys.argv[1:]
    library, how = variant.split("_", 1)
    kind, rows = workload.rsplit("_", 1)
    group = next(name for name, kinds in GROUPS.items() if kind.startswith(kinds))
    runner = importlib.import_module(f"{library}_runner")
    runner.prepare(how, int(threads))
    program = importlib.import_module(f"{library}_{group}").program(kind, int(rows), how)
    contender = runner.contender(program, how)
    if steps := os.environ.get("CHECK"):
        server.check(variant, workload, contender, int(steps))
    else:
        server.serve(variant, workload, contender)


main()
