import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Runs a script as a user of the package would: in a folder of its own that has `whetstone-mcp` installed. */
export async function runScript(script: string, env: Record<string, string>, args: string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'whetstone-user-'));
  await mkdir(join(folder, 'node_modules'));
  const packageDir = resolve(import.meta.dirname, '../../mcp-server');
  await symlink(packageDir, join(folder, 'node_modules', 'whetstone-mcp'), 'junction');
  const file = join(folder, 'script.mjs');
  await writeFile(file, script);

  const child = spawn(process.execPath, [file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  const code = await new Promise<number | null>((ended) => child.once('close', ended));
  return { code, ...seen };
}
