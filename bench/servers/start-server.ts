import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from '../harness/bundle.ts';
import { serverFile } from '../harness/checkout.ts';
import { endWithUs, saying } from '../harness/children.ts';

export interface RunningServer {
  url: string;
  pid: number;
  stop: () => Promise<void>;
}

/** The least that Fastify can do for a request. */
export const startHello = async (): Promise<RunningServer> => start([await bundle('servers/hello.ts')], {});

/** The built server as people run it, on its embedded engine unless the variables say otherwise. */
export async function startWhetstone(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<RunningServer & { adminKey: string }> {
  const server = await start([serverFile], { PORT: '0', WHETSTONE_DATA_DIR: dataDir, WHETSTONE_SEED: 'none', ...env });
  const adminKey = (await readFile(join(dataDir, 'admin.key'), 'utf8')).trim();
  return { ...server, adminKey };
}

async function start(args: string[], env: Record<string, string>): Promise<RunningServer> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = endWithUs(child);
  try {
    return { url: await saying(child, /ready on (\S+)\n/, 180_000), pid: child.pid!, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
