import { createRequire } from 'node:module';
import type { GradeJob, Sandbox, SandboxOptions, Verdict } from '../sandbox.ts';
import { openImageStore } from './image.ts';
import { Interpreter, memoryLimitBytes, pythonVersion, writtenLimitBytes, type Role } from './interpreter.ts';
import { openLane } from './lane.ts';
import { probe } from './probes.ts';

export interface PyodideOptions extends SandboxOptions {
  /** Where the image of a booted interpreter is kept from one start to the next (31 MB); made anew at each start without it. */
  cacheDir?: string;
}

/**
 * Python compiled to WebAssembly: for systems without jails, or without a Python. The tests run in another process than
 * the candidate, and every sample finds an interpreter whose memory is that of a fresh one.
 */
export async function openPyodideSandbox({ workers, hashSeed, cacheDir }: PyodideOptions): Promise<Sandbox> {
  const version = pyodideVersion();
  const images = openImageStore({ version, hashSeed, cacheDir });
  const boot = async (role: Role) => {
    const snapshotFile = await images.file();
    if (snapshotFile === undefined) return await Interpreter.boot({ role, hashSeed });
    const fromImage = () => Interpreter.boot({ role, hashSeed, snapshotFile });
    try {
      return await fromImage().catch(fromImage);
    } catch {
      await images.discard();
      return await Interpreter.boot({ role, hashSeed });
    }
  };
  const lanes = Array.from({ length: workers }, () => openLane({ boot, seed: hashSeed }));
  const idle = [...lanes];
  const waiting: (() => void)[] = [];

  const grade = async (job: GradeJob, signal?: AbortSignal): Promise<Verdict> => {
    if (job.language !== 'python')
      return { status: 'error', detail: `The pyodide sandbox runs no ${job.language}.`, gradeMs: 0 };
    if (idle.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const lane = idle.pop()!;
    try {
      signal?.throwIfAborted();
      return await lane.grade(job, signal);
    } finally {
      idle.push(lane);
      waiting.shift()?.();
    }
  };

  return {
    tier: 'pyodide',
    languages: ['python'],
    enforces: {
      network: true,
      hostFiles: true,
      memory: true,
      cpu: true,
      processes: true,
      openFiles: true,
      cannot: [
        'Nothing of the operating system stands between a candidate and the host but Node’s permission model for files and processes: a hole in V8’s WebAssembly would be a way out. Where the process sandbox works, prefer it.',
        'Before Node 25 no permission keeps the interpreter’s process off the network; no function that could reach it is within reach of a candidate, and the probes try.',
        `Memory is limited by the interpreter itself (${memoryLimitBytes / 2 ** 20} MB, and ${writtenLimitBytes / 2 ** 20} MB written to files in memory), CPU time by the wall clock.`,
        'Programs that start threads, processes or sockets fail here, since there are none.',
      ],
    },
    versions: { pyodide: version, python: pythonVersion, node: process.versions.node },
    grade,
    probe: () => probe(grade),
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
      await images.close();
    },
  };
}

function pyodideVersion(): string {
  const { version } = createRequire(import.meta.url)('pyodide/package.json') as { version: string };
  return version;
}
