import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { assetPath } from '../../assets.ts';
import type { GradeJob, ProbeResult, Sandbox, SandboxOptions, Verdict } from '../sandbox.ts';
import { execOnMachine } from './exec.ts';
import { rentMachine, unavailable, type E2bConfig, type Machine, type RentOptions } from './machine.ts';
import { openMachines } from './machines.ts';
import { probes } from './probes.ts';

const home = '/root/whetstone';
/** What starting Python, and the way there and back, may take beside the candidate's own time. */
const aroundMs = 20_000;

const RunnerVerdict = z.object({
  status: z.enum(['passed', 'failed', 'timeout']),
  detail: z.string().exactOptional(),
  gradeMs: z.number(),
});

export interface E2bOptions extends SandboxOptions, Partial<Omit<RentOptions, 'signal'>> {}

/**
 * Rented machines, one per worker, each used for one candidate at a time. The machine is the wall around the candidate;
 * inside it, another user and another process than the tests'. A machine that is lost is replaced, and its sample graded again.
 */
export async function openE2bSandbox(options: E2bOptions, config: E2bConfig): Promise<Sandbox> {
  const { template = 'base', workers, hashSeed, pauseMs } = options;
  const rent = async (signal?: AbortSignal) => {
    const machine = await rentMachine(config, { template, signal, ...(pauseMs && { pauseMs }) });
    try {
      await equip(machine);
      return machine;
    } catch (error) {
      await machine.close();
      throw error;
    }
  };
  const machines = openMachines(rent, workers);
  const versions = await machines.use(versionsOf);
  return {
    tier: 'e2b',
    languages: ['python'],
    enforces: {
      network: true,
      hostFiles: true,
      memory: true,
      cpu: true,
      processes: true,
      openFiles: true,
      cannot: [
        'candidates of one worker share a rented machine, one after the other; between them the processes and temporary files of their user are removed, and a machine on which anything went wrong is given back',
        'JavaScript and TypeScript are not graded in rented machines yet',
      ],
    },
    versions: { ...versions, template },
    grade: async (job, signal) => await gradeOn(machines, job, hashSeed, signal),
    async exec(job, signal) {
      if (job.template === undefined)
        return await machines.use((machine) => execOnMachine(machine, job, signal), signal);
      const machine = await rentMachine(config, { template: job.template, signal, ...(pauseMs && { pauseMs }) });
      try {
        return await execOnMachine(machine, job, signal);
      } finally {
        await machine.close();
      }
    },
    probe: async (): Promise<ProbeResult[]> => await probes((job) => gradeOn(machines, job, hashSeed)),
    close: machines.close,
  };
}

async function equip(machine: Machine): Promise<void> {
  const files = ['python/wire.py', 'python/driver.py', 'python/candidate.py', 'e2b/runner.py'];
  const made = await machine.run(`mkdir -p -m 700 ${home}`, { timeoutMs: aroundMs });
  if (made.exitCode !== 0) throw unavailable('the machine is of no use', new Error(made.stderr));
  await machine.write(
    files.map((file) => ({
      path: `${home}/${file.replace(/^.*\//, '')}`,
      data: readFileSync(assetPath(`sandbox/${file}`), 'utf8'),
    })),
  );
}

async function versionsOf(machine: Machine): Promise<{ python: string }> {
  const { stdout, stderr } = await machine.run('python3 --version', { timeoutMs: aroundMs });
  const [, python] = /Python (\S+)/.exec(stdout + stderr) ?? [];
  if (!python) throw unavailable('the template has no python3', new Error(stderr));
  return { python };
}

type Machines = ReturnType<typeof openMachines>;

/** Infrastructure is tried once more, on another machine; then it is an `error`, never a failure. */
async function gradeOn(machines: Machines, job: GradeJob, hashSeed: number, signal?: AbortSignal): Promise<Verdict> {
  const startedAt = performance.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await machines.use((machine) => gradeOnMachine(machine, job, hashSeed, signal), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt === 0) continue;
      const detail = error instanceof Error ? error.message : String(error);
      return { status: 'error', detail: detail.slice(0, 4000), gradeMs: performance.now() - startedAt };
    }
  }
}

async function gradeOnMachine(
  machine: Machine,
  { program, setup, tests, calls, handles, sameProcess, timeoutMs }: GradeJob,
  seed: number,
  signal?: AbortSignal,
): Promise<Verdict> {
  const job = { program, setup, tests, calls, handles, sameProcess, timeoutMs, seed, cpuSeconds: timeoutMs / 1000 };
  await machine.write([{ path: `${home}/job.json`, data: JSON.stringify(job) }]);
  const ran = await machine.run(`PYTHONHASHSEED=${seed} python3 -B ${home}/runner.py ${home}/job.json`, {
    timeoutMs: timeoutMs + aroundMs,
    signal,
  });
  if (ran.timedOut || ran.exitCode !== 0)
    throw unavailable(
      ran.timedOut ? 'the grading did not come back' : `the grading ended with ${ran.exitCode}`,
      new Error(ran.stderr.slice(-500)),
    );
  return { ...RunnerVerdict.parse(JSON.parse(ran.stdout)), ...(sameProcess && { weaker: true as const }) };
}
