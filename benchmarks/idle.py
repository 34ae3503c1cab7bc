"""What podweb in one process costs while nobody looks: 20 containers sampled at 1 Hz. Needs root."""

import argparse
import time

from benchmarks.stage import cpu_seconds, embedded, memory


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60)
    seconds = arguments.parse_args().seconds
    with embedded(5, 3) as (_, stack):
        (process,) = stack.processes
        time.sleep(5)
        before = cpu_seconds(process)
        time.sleep(seconds)
        share = 100 * (cpu_seconds(process) - before) / seconds
        print(f"idle, 5 pods, 20 containers: {share:.2f} % of one core, {memory(process) / 2**20:.0f} MiB resident")


if __name__ == "__main__":
    main()
