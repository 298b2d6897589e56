/** Upper bounds in seconds. */
const bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];

interface Series {
  operation: string;
  status: number;
  /** How many fell into each bucket alone; the last has no upper bound. */
  counts: number[];
  sum: number;
}

/**
 * A histogram by operation and status in the text format of Prometheus. By hand, because it is fed by every request: the
 * library's own finds its labels and walks its buckets for 2.5 us each time, a third of what a whole evaluation takes.
 */
export function durationHistogram(name: string, help: string) {
  const byOperation = new Map<string, Map<number, Series>>();

  function seriesOf(operation: string, status: number): Series {
    const known = byOperation.get(operation)?.get(status);
    if (known) return known;
    const series: Series = { operation, status, counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
    byOperation.set(operation, (byOperation.get(operation) ?? new Map<number, Series>()).set(status, series));
    return series;
  }

  return {
    observe(operation: string, status: number, seconds: number) {
      const series = seriesOf(operation, status);
      let bucket = 0;
      while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++;
      series.counts[bucket]!++;
      series.sum += seconds;
    },

    text() {
      const lines = [...byOperation.values()].flatMap((series) =>
        [...series.values()].flatMap((one) => linesOf(name, one)),
      );
      return `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${lines.map((line) => `${line}\n`).join('')}`;
    },
  };
}

/** Buckets are cumulative in the format: each counts all that took no longer. */
function linesOf(name: string, { operation, status, counts, sum }: Series) {
  const labels = `operation="${operation}",status="${status}"`;
  let total = 0;
  const buckets = [...bounds.map(String), '+Inf'].map((bound, i) => {
    total += counts[i]!;
    return `${name}_bucket{${labels},le="${bound}"} ${total}`;
  });
  return [...buckets, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${total}`];
}
