import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLeftFile } from '../../src/tasks/left-file.ts';

describe('a file that a command left', () => {
  const folder = mkdtempSync(join(tmpdir(), 'left-'));
  const path = (name: string) => join(folder, name);

  it('is read when it is one', async () => {
    writeFileSync(path('plain'), 'text');
    expect(await readLeftFile(path('plain'), 4)).toBe('text');
    expect(await readLeftFile(path('absent'), 4)).toBeUndefined();
  });

  it('is not followed out of the folder, waited for, or read beyond what it may hold', async () => {
    symlinkSync('/etc/passwd', path('link'));
    execFileSync('mkfifo', [path('pipe')]);
    mkdirSync(path('folder'));
    for (const name of ['link', 'pipe', 'folder']) expect(await readLeftFile(path(name), 2 ** 20)).toBeUndefined();
    expect(await readLeftFile(path('plain'), 3)).toBeUndefined();
  });
});
