import { Counter, type Registry } from 'prom-client';
import type { Outcome } from './run-job.ts';

/** Counts how runs ended in this process, for `/metrics`. Names come from definitions, so that they are few. */
export function jobOutcomes(registry: Registry) {
  const runs = new Counter({
    name: 'whetstone_job_runs_total',
    help: 'Runs of jobs by how they ended',
    labelNames: ['job', 'outcome'],
    registers: [registry],
  });
  return (job: string, outcome: Outcome['kind']) => runs.inc({ job, outcome });
}
