import type { Finding } from './check.ts';
import { startSession, type Ending, type Launch, type Usage } from './session.ts';

/** Generous: measured are 0.2 to 0.4 s on an idle machine. Clients give a server 30 to 60 s. */
const slowStartMs = 3_000;
/** What a client pays in each conversation, in tokens; the dearest of the peers measured costs 7,000. */
const dearTokens = 4_000;

const clientInfo = { name: 'whetstone-mcp doctor', version: '1' };
const modernRevision = '2026-07-28';
const modern = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': modernRevision,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': clientInfo,
  },
};

interface Spoken {
  kind: 'spoken';
  revision: string;
  /** From the start of the process to its list of tools. */
  startMs: number;
  usage: Usage | undefined;
  tools: object[];
  instructions: string;
  ending: Ending;
}

export type Conversation = Spoken | { kind: 'failed'; problem: string };

export interface Eras {
  legacy: Conversation;
  modern: Conversation;
}

/** One after the other: at the same time they would slow each other down, and the start is measured. */
export async function speakBothEras(launch: Launch, timeoutMs: number): Promise<Eras> {
  const legacy = await speak('legacy', launch, timeoutMs);
  return { legacy, modern: await speak('modern', launch, timeoutMs) };
}

async function speak(era: keyof Eras, launch: Launch, timeoutMs: number): Promise<Conversation> {
  const session = startSession(launch);
  // Killed, it ends, and the question that hangs fails by that.
  const timer = setTimeout(() => session.kill(), timeoutMs);
  try {
    const hello =
      era === 'legacy'
        ? await session.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo })
        : await session.ask('server/discover', modern);
    if (era === 'legacy') session.notify('notifications/initialized');
    const { tools } = await session.ask('tools/list', era === 'legacy' ? {} : modern);
    const startMs = performance.now() - session.startedAt;
    const usage = await session.usage();
    const ending = await session.end();
    const { protocolVersion, instructions } = hello as { protocolVersion?: string; instructions?: string };
    return {
      kind: 'spoken',
      revision: protocolVersion ?? modernRevision,
      startMs,
      usage,
      tools: Array.isArray(tools) ? (tools as object[]) : [],
      instructions: instructions ?? '',
      ending,
    };
  } catch (error) {
    return { kind: 'failed', problem: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    session.kill();
  }
}

const reinstall =
  'Run the command of your client configuration by hand and read its stderr; install whetstone-mcp again.';

export function lookAtEra(conversation: Conversation): Finding {
  if (conversation.kind === 'failed') {
    return { verdict: 'fail', value: 'no answer', detail: conversation.problem, fix: reinstall };
  }
  const { revision, tools, ending } = conversation;
  const spoke = `speaks ${revision}, lists ${tools.length} tools`;
  if (ending.exitCode === 0) return { verdict: 'ok', value: `${spoke}, ends in ${Math.round(ending.exitMs)} ms` };
  // Killed by us, when it did not end by itself.
  const how = ending.exitCode === null ? 'does not end when its input ends' : `ends with exit code ${ending.exitCode}`;
  return {
    verdict: 'warn',
    value: `${spoke}, but ${how}`,
    detail: 'Clients leave such servers behind.',
    fix: reinstall,
  };
}

export function lookAtStart({ legacy, modern }: Eras): Finding {
  const [first, second] = [legacy, modern].filter((one) => one.kind === 'spoken');
  if (!first) return notSpoken;
  const best = second && second.startMs < first.startMs ? second : first;
  const { startMs, usage } = best;
  const used = usage && `, ${usage.cpuMs} ms of CPU, ${Math.round(usage.residentMb)} MB`;
  const value = `${Math.round(startMs)} ms to the list of tools${used ?? ''}`;
  if (startMs <= slowStartMs) return { verdict: 'ok', value };
  const fix = 'The machine is busy or its disk slow; name the full path of node and whetstone-mcp.js instead of npx.';
  return { verdict: 'warn', value, detail: 'Clients give up on servers that start slowly.', fix };
}

export function lookAtStdout(eras: Eras): Finding {
  const spoken = [eras.legacy, eras.modern].filter((one) => one.kind === 'spoken');
  if (spoken.length === 0) return notSpoken;
  const strayBytes = spoken.reduce((sum, { ending }) => sum + ending.strayBytes, 0);
  if (strayBytes === 0) return { verdict: 'ok', value: 'MCP and nothing else' };
  const fix = 'Take out what prints into it: a wrapper script, or NODE_OPTIONS that loads one.';
  return { verdict: 'fail', value: `${strayBytes} stray bytes`, detail: 'Clients break on anything but MCP.', fix };
}

export function lookAtContext({ legacy, modern }: Eras): Finding {
  const spoken = [legacy, modern].find((one) => one.kind === 'spoken');
  if (!spoken) return notSpoken;
  const listed = JSON.stringify({ tools: spoken.tools });
  const tokens = Math.round((listed.length + spoken.instructions.length) / 4);
  const value = `about ${tokens} tokens: ${Buffer.byteLength(listed)} bytes of tools, ${Buffer.byteLength(spoken.instructions)} of instructions`;
  if (tokens <= dearTokens) return { verdict: 'ok', value };
  return { verdict: 'warn', value, fix: 'Update whetstone-mcp; if it stays so, report it.' };
}

const notSpoken: Finding = { verdict: 'warn', value: 'not measured', fix: 'See the checks of the protocol.' };
