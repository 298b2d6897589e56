import { WhetstoneError } from '@whetstone/shared/errors';
import type { Language } from '../../problem.ts';
import type { Enforcement, GradeJob, ProbeResult, Sandbox, SandboxOptions, Verdict } from '../sandbox.ts';
import { findJailMaker, type JailMaker } from './jail.ts';
import { openPythonRunner } from './python-runner.ts';

/** What grades one language in this tier. */
export interface Runner {
  versions: Readonly<Record<string, string>>;
  grade(job: GradeJob, signal?: AbortSignal): Promise<Verdict>;
  probe(): Promise<ProbeResult[]>;
  close(): Promise<void>;
}

/** Native programs in jails of their own; Linux alone. Throws `forbidden`, with the way to mend it, where no jail can be made. */
export async function openProcessSandbox(options: SandboxOptions, only?: JailMaker['kind']): Promise<Sandbox> {
  const maker = await findJailMaker(only);
  const runners = new Map<Language, Runner>();
  const python = await openPythonRunner(options, maker);
  if (python) runners.set('python', python);
  if (runners.size === 0)
    throw new WhetstoneError('forbidden', 'No python3 of version 3.9 or newer is on PATH or at /usr/bin/python3.');
  const all = [...new Set(runners.values())];
  return {
    tier: 'process',
    languages: [...runners.keys()],
    enforces: enforcedBy(maker),
    versions: Object.assign({ [maker.kind]: maker.version }, ...all.map(({ versions }) => versions)),
    grade(job, signal) {
      const runner = runners.get(job.language);
      if (runner) return runner.grade(job, signal);
      return Promise.resolve({ status: 'error', detail: `Nothing here runs ${job.language}.`, gradeMs: 0 });
    },
    probe: async () => (await Promise.all(all.map((runner) => runner.probe()))).flat(),
    close: async () => void (await Promise.all(all.map((runner) => runner.close()))),
  };
}

function enforcedBy(_maker: JailMaker): Enforcement {
  return {
    network: true,
    hostFiles: true,
    memory: true,
    cpu: true,
    processes: true,
    openFiles: true,
    cannot: [
      'Memory is limited for each process (1 GiB), not for all processes of a sample together.',
      'A hole in the Linux kernel would be a way out: system calls are not filtered.',
    ],
  };
}
