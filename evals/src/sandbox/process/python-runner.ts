import type { SandboxOptions } from '../sandbox.ts';
import type { JailMaker } from './jail.ts';
import type { Runner } from './open.ts';
import { findPython } from './python-find.ts';
import { openPythonPool } from './python-pool.ts';
import { probePython } from './python-probes.ts';
import { seccompProgram } from './seccomp.ts';

/** Undefined where there is no Python to run candidates with. */
export async function openPythonRunner(options: SandboxOptions, maker: JailMaker): Promise<Runner | undefined> {
  const python = await findPython();
  if (!python) return undefined;
  const pool = await openPythonPool({ ...options, maker, python });
  return {
    versions: { python: python.version },
    filtersCalls: seccompProgram(process.arch) !== undefined,
    grade: pool.grade,
    probe: () => probePython(pool.grade),
    close: pool.close,
  };
}
