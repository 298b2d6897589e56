import { describe, expect, it } from 'vitest';
import { openUntried } from '../../src/sandbox/open.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { right } from '../support/javascript-cases.ts';

describe.each(['darwin', 'win32'] as const)('a sandbox that nobody chose, on %s', (platform) => {
  const opened = async (languages: SandboxOptions['languages']) =>
    await openUntried({ workers: 1, hashSeed: 0, platform, ...(languages && { languages }) }, { e2b: {} });

  it.each([
    [['python'], 'pyodide', ['python']],
    [['typescript'], 'quickjs', ['javascript', 'typescript']],
    [['python', 'typescript'], 'pyodide', ['python', 'javascript', 'typescript']],
    [undefined, 'pyodide', ['python', 'javascript', 'typescript']],
  ] as const)('for %j is %s, and says why in a sentence', async (languages, tier, runs) => {
    const sandbox = await opened(languages);
    try {
      expect([sandbox.tier, sandbox.languages]).toEqual([tier, runs]);
      expect(sandbox.enforces.cannot[0]).toMatch(
        new RegExp(`^Programs run in interpreters, not natively\\. .* needs Linux, and this is ${platform}: choose`),
      );
    } finally {
      await sandbox.close();
    }
  });

  it('refuses where a person asked for jails, with what to ask for instead', async () => {
    await expect(openProcessSandbox({ workers: 1, hashSeed: 0 }, undefined, platform)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/the sandbox pyodide for Python, quickjs for JavaScript/),
    });
  });
});

it('grades each language where it can be, by interpreters together', { timeout: 300_000 }, async () => {
  const sandbox = await openUntried({ workers: 1, hashSeed: 0, platform: 'darwin' }, { e2b: {} });
  try {
    const python = {
      ...right.job,
      language: 'python' as const,
      program: 'def f(x): return x + 1',
      tests: 'assert f(1) == 2',
      timeoutMs: 10_000,
    };
    expect(await Promise.all([sandbox.grade(right.job), sandbox.grade(python)])).toMatchObject([
      { status: 'passed' },
      { status: 'passed' },
    ]);
    expect(await sandbox.grade({ ...python, program: 'def f(x): return x' })).toMatchObject({ status: 'failed' });
    expect(Object.keys(sandbox.versions)).toEqual(expect.arrayContaining(['pyodide', 'quickjs-emscripten']));
    expect(sandbox.enforces.cannot).toContain('JavaScript or TypeScript is graded by the quickjs sandbox.');
  } finally {
    await sandbox.close();
  }
});
