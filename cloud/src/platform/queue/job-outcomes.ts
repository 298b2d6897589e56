import type { Outcome } from './run-job.ts';

/** Counts how runs ended in this process, for `/metrics`. Names come from definitions, so that they are few. */
export function jobOutcomes() {
  const counts = new Map<string, number>();
  return {
    count(name: string, outcome: Outcome['kind']) {
      const labels = `job="${name}",outcome="${outcome}"`;
      counts.set(labels, (counts.get(labels) ?? 0) + 1);
    },
    text: () =>
      [
        '# HELP whetstone_job_runs_total Runs of jobs by how they ended',
        '# TYPE whetstone_job_runs_total counter',
        ...[...counts].map(([labels, count]) => `whetstone_job_runs_total{${labels}} ${count}`),
        '',
      ].join('\n'),
  };
}
