import { WhetstoneError } from '@whetstone/shared/errors';
import type { Language } from '../../problem.ts';
import type { Enforcement, GradeJob, ProbeResult, Sandbox, SandboxOptions, Verdict } from '../sandbox.ts';
import { execCannot, execWith } from './exec.ts';
import { findJailMaker, type JailMaker } from './jail.ts';
import { openJavascriptRunner } from './javascript-runner.ts';
import { openPythonRunner } from './python-runner.ts';

/** What grades one language in this tier. */
export interface Runner {
  versions: Readonly<Record<string, string>>;
  /** What its candidates may ask of the kernel is limited to what they need. */
  filtersCalls: boolean;
  grade(job: GradeJob, signal?: AbortSignal): Promise<Verdict>;
  probe(): Promise<ProbeResult[]>;
  close(): Promise<void>;
}

/** Native programs in jails of their own; Linux alone. Throws `forbidden`, with the way to mend it, where no jail can be made. */
export async function openProcessSandbox(
  options: SandboxOptions,
  only?: JailMaker['kind'],
  platform: NodeJS.Platform = process.platform,
): Promise<Sandbox> {
  if (platform !== 'linux')
    throw new WhetstoneError(
      'forbidden',
      `The process sandbox needs Linux, and this is ${platform}: choose the sandbox pyodide for Python, quickjs for JavaScript and TypeScript.`,
    );
  const maker = await findJailMaker(only);
  const runners = new Map<Language, Runner>();
  const wants = (language: Language) => options.languages?.includes(language) ?? true;
  const scripts = (['javascript', 'typescript'] as const).filter(wants);
  // Its processes come up while Python is looked for.
  const javascript = scripts.length > 0 ? openJavascriptRunner(options, maker) : undefined;
  if (wants('python')) {
    const python = await openPythonRunner(options, maker).catch(async (error: unknown) => {
      await javascript?.close();
      throw error;
    });
    if (!python) {
      await javascript?.close();
      throw new WhetstoneError('forbidden', 'No python3 of version 3.9 or newer is on PATH or at /usr/bin/python3.');
    }
    runners.set('python', python);
  }
  for (const language of scripts) runners.set(language, javascript!);
  const all = [...new Set(runners.values())];
  return {
    tier: 'process',
    languages: [...runners.keys()],
    enforces: enforcedBy(runners),
    versions: Object.assign({ [maker.kind]: maker.version }, ...all.map(({ versions }) => versions)),
    grade(job, signal) {
      const runner = runners.get(job.language);
      if (runner) return runner.grade(job, signal);
      return Promise.resolve({ status: 'error', detail: `Nothing here runs ${job.language}.`, gradeMs: 0 });
    },
    exec: execWith(maker),
    probe: async () => (await Promise.all(all.map((runner) => runner.probe()))).flat(),
    close: async () => void (await Promise.all(all.map((runner) => runner.close()))),
  };
}

function enforcedBy(runners: ReadonlyMap<Language, Runner>): Enforcement {
  const unfiltered = [...runners].filter(([, { filtersCalls }]) => !filtersCalls).map(([language]) => language);
  return {
    network: true,
    hostFiles: true,
    memory: true,
    cpu: true,
    processes: true,
    openFiles: true,
    cannot: [
      'Memory is limited for each process (1 GiB), not for all processes of a sample together; when it runs out, the kernel ends those of samples first.',
      ...(unfiltered.length === 0
        ? []
        : [
            `System calls of ${unfiltered.join(' and ')} are not filtered here, so that more of the kernel is in reach, ` +
              'and a candidate can slow down or starve those after it.',
          ]),
      'A hole in the Linux kernel would be a way out.',
      ...execCannot,
    ],
  };
}
