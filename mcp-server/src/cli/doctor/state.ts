import { unpackTable } from '@whetstone/shared/portfolio';
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ageText } from '../../age-text.ts';
import type { Config } from '../../config.ts';
import { tablePath, tableStore } from '../../models/table-store.ts';
import { partitionOf, rulesetStore } from '../../offline/ruleset-store.ts';
import { sizeText } from '../size-text.ts';
import type { Finding } from './check.ts';

const scarceBytes = 100 * 1_048_576;

/** Can what must survive a restart be written, and by nobody else be read? */
export async function lookAtStateDir(stateDir: string, platform: NodeJS.Platform): Promise<Finding> {
  const elsewhere = 'or set WHETSTONE_STATE_DIR to a directory that is yours';
  const existing = await nearestDirectory(stateDir);
  const problem = await writeProblem(existing);
  if (problem) {
    const detail = `${existing}: ${problem}. Answers do not survive a restart without the server.`;
    return { verdict: 'fail', value: `${stateDir} cannot be written`, detail, fix: `Make it writable, ${elsewhere}.` };
  }
  const { bavail, bsize } = await statfs(existing);
  const freeBytes = bavail * bsize;
  const free = `${sizeText(freeBytes)} free`;
  if (existing !== stateDir) return { verdict: 'ok', value: `${stateDir}, not there yet, can be made, ${free}` };

  const value = `${stateDir}, writable, ${free}`;
  const mode = (await stat(stateDir)).mode & 0o777;
  if (platform !== 'win32' && (mode & 0o077) !== 0) {
    const detail = `Its permissions are ${mode.toString(8)}: others on this machine can read your flags.`;
    return { verdict: 'warn', value, detail, fix: `chmod 700 '${stateDir}'` };
  }
  if (freeBytes < scarceBytes) return { verdict: 'warn', value, fix: `Make room on that disk, ${elsewhere}.` };
  return { verdict: 'ok', value };
}

/** Itself, or where it would be made. */
async function nearestDirectory(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestDirectory(dirname(path));
}

/** By trying: permissions tell root nothing, nor of a read-only mount or a full disk. */
async function writeProblem(directory: string) {
  const path = join(directory, `.whetstone-doctor-${randomUUID()}`);
  try {
    await writeFile(path, 'x', { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** What would be answered from, were the server gone now. */
export async function lookAtRules({ origin, stateDir }: Config, nowMs: number): Promise<Finding> {
  if (!origin) return { verdict: 'ok', value: 'none without a key', detail: 'Kept for each server and key apart.' };
  const directory = join(stateDir, partitionOf(origin));
  const aside = await quarantined(directory);
  const { stored, problem } = await rulesetStore(directory).read();
  if (problem || aside.length > 0) {
    const detail = [problem, aside.length > 0 && `Set aside: ${aside.join(', ')}`].filter(Boolean).join('. ');
    const fix = `It is written anew from the server; then the rest can be deleted from ${directory}.`;
    return { verdict: 'warn', value: stored ? ageOf(stored.confirmedAtMs, nowMs) : 'not usable', detail, fix };
  }
  if (!stored) {
    const fix = 'Ask for a flag once while the server runs: whetstone-mcp status.';
    return { verdict: 'warn', value: 'none yet', detail: 'Without the server there would be only defaults.', fix };
  }
  return { verdict: 'ok', value: ageOf(stored.confirmedAtMs, nowMs) };
}

/** What models would be recommended by, were the server gone now. */
export async function lookAtTable({ origin, stateDir }: Config, nowMs: number): Promise<Finding> {
  if (!origin) return { verdict: 'ok', value: 'none without a key' };
  const { stored, problem } = await tableStore(tablePath(stateDir, origin), unpackTable).read();
  if (problem)
    return { verdict: 'warn', value: 'not usable', detail: problem, fix: 'It is written anew from the server.' };
  if (!stored) return { verdict: 'ok', value: 'none yet; a session gets it while the server runs' };
  return { verdict: 'ok', value: `${stored.table.models.length} models, ${ageOf(stored.confirmedAtMs, nowMs)}` };
}

const ageOf = (confirmedAtMs: number, nowMs: number) => `confirmed ${ageText(Math.max(0, nowMs - confirmedAtMs))} ago`;

/** Files that could not be read and were kept for whoever wants to look. */
async function quarantined(directory: string) {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => /quarantine|corrupt|damaged/i.test(name));
}
