import { startMcpServer } from './mcp-process.ts';

/** One command of the built bundle, run to its end as a person would see it, outside a terminal. */
export async function runCommand(args: string[], env: Record<string, string>) {
  const child = startMcpServer(env, args);
  const code = await child.exited;
  return { code, ...child.seen };
}
