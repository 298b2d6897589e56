import { setTimeout as pause } from 'node:timers/promises';
import { cpuMsOf, memoryMbOf } from '../harness/process-figures.ts';
import { firstList, open, type Era, type Launch } from './session.ts';

export interface StartSample {
  /** From the call of spawn to the answer of `tools/list`. */
  wallMs: number;
  cpuMs: number;
  /** The most until half a second after that answer. */
  peakMb: number;
  /** Half a second after that answer, when what a server begins behind it is done. */
  restMb: number;
  listBytes: number;
  bytesPerTool: number;
  /** From the end of its stdin until it was gone. */
  exitMs: number;
}

export async function startOnce(launch: Launch, era: Era = 'legacy'): Promise<StartSample> {
  const from = performance.now();
  const session = open(launch);
  try {
    const { result, bytes } = await firstList(session, era);
    const wallMs = performance.now() - from;
    const cpuMs = cpuMsOf(session.pid);
    const { tools } = result as { tools: unknown[] };
    if (tools.length === 0) throw new Error(`${launch.args.join(' ')} lists no tools`);
    await pause(500);
    const { nowMb, peakMb } = memoryMbOf(session.pid);
    const exitMs = await session.end();
    const perTool = Buffer.byteLength(JSON.stringify({ tools })) / tools.length;
    return { wallMs, cpuMs, peakMb, restMb: nowMb, listBytes: bytes, bytesPerTool: perTool, exitMs };
  } finally {
    await session.stop();
  }
}
