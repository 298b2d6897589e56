import { configFromEnvironment, environmentWith, surroundingsFromEnvironment } from '../config.ts';
import { systemClock } from '../offline/clock.ts';
import { outboxDirectory } from '../offline/open-recording.ts';
import { inspectOutbox } from '../offline/outbox/inspect.ts';
import { nodeTransport } from '../offline/transport/node-transport.ts';
import type { Command } from './command.ts';
import { askServer } from './doctor/ask-server.ts';
import type { Chapter, Probe } from './doctor/check.ts';
import { lookAtContext, lookAtEra, lookAtStart, lookAtStdout, speakBothEras } from './doctor/eras.ts';
import { examine } from './doctor/examine.ts';
import { lookAtKey, lookAtRole } from './doctor/key.ts';
import { lookAtCertificates, lookAtProxy } from './doctor/network.ts';
import { lookAtOutbox } from './doctor/outbox.ts';
import { lookAtNode, lookAtProgram, lookAtVariables } from './doctor/program.ts';
import { reportOf } from './doctor/report.ts';
import { lookAtClock, lookAtServer, serverVersionOf } from './doctor/server.ts';
import { lookAtDefaults, lookAtTracking } from './doctor/settings.ts';
import { lookAtRules, lookAtStateDir } from './doctor/state.ts';
import { readOptions, refuse } from './options.ts';
import { styleFor } from './style.ts';

const usage = `whetstone-mcp doctor [--json]

  --json   {"ok", "checks": [{"id", "title", "verdict", "value"?, "detail"?,
           "fix"?}]} with verdict ok, warn or fail

Run it with the environment of your client's configuration. It changes nothing
and shows no secret.

Exit code: 0 when nothing fails, 1 when something does, 2 wrong usage.`;

/** Of a request to the server, of one conversation with ourselves, and of everything together. */
const limitsMs = { request: 4_000, conversation: 4_000, all: 9_000 };

/** What the manifest says. */
interface DoctorParts {
  version: string;
  /** The oldest Node.js that may run this. */
  nodeFloor: string;
}

export const doctorCommand = (parts: DoctorParts): Command => ({
  name: 'doctor',
  summary: 'finds what is wrong, and what mends it',
  usage,
  async run(args, terminal) {
    const options = readOptions(args, { json: { type: 'boolean' } });
    if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
    const [extra] = options.positionals;
    if (extra !== undefined) return refuse(terminal, { usage }, `doctor takes no "${extra}"`);

    const chapters = await examine(chaptersOf(parts), limitsMs.all);
    const checks = chapters.flatMap((chapter) => chapter.checks);
    const ok = checks.every(({ verdict }) => verdict !== 'fail');
    if (options.values.json) {
      terminal.print(JSON.stringify({ ok, checks }, undefined, 2));
    } else {
      const style = styleFor(terminal.isTty && !surroundingsFromEnvironment().noColor);
      terminal.print(`${style.bold('whetstone-mcp')} ${parts.version}\n\n${reportOf(chapters, style)}`);
    }
    return ok ? 0 : 1;
  },
});

/** Begins everything that is slow, once, and says who looks at what came of it. */
function chaptersOf({ version, nodeFloor }: DoctorParts): Chapter[] {
  const config = configFromEnvironment();
  const surroundings = surroundingsFromEnvironment();
  const [command = '', file = ''] = process.argv;
  const nowMs = Date.now;
  const outbox = outboxDirectory(config);
  const get = nodeTransport({ proxy: config.proxy, clock: systemClock });
  const server = askServer({ config, get, timeoutMs: limitsMs.request, nowMs });
  // Offline: neither a slow server nor a second user of the state may colour what is measured of the start.
  const launch = { command, args: [...process.execArgv, file], env: environmentWith({ WHETSTONE_OFFLINE: '1' }) };
  const eras = speakBothEras(launch, limitsMs.conversation);
  const node = { version: process.versions.node, path: process.execPath, floor: nodeFloor };

  const program: Probe[] = [
    { id: 'node', title: 'Node.js', look: () => lookAtNode(node) },
    {
      id: 'program',
      title: 'whetstone-mcp',
      look: async () => lookAtProgram({ file, version, serverVersion: serverVersionOf(await server) }),
    },
    { id: 'variables', title: 'Variables', look: () => lookAtVariables(surroundings.whetstoneVariables) },
    { id: 'defaults', title: 'Defaults', look: () => lookAtDefaults(config.defaultsFile) },
    { id: 'tracking', title: 'Tracking', look: () => lookAtTracking(config) },
  ];
  const cloud: Probe[] = [
    { id: 'key', title: 'Key', look: () => lookAtKey(config) },
    { id: 'server', title: 'Reachable', look: async () => lookAtServer(config, await server) },
    { id: 'role', title: 'Role', look: async () => lookAtRole(await server) },
    { id: 'clock', title: 'Clock', look: async () => lookAtClock(await server) },
    { id: 'proxy', title: 'Proxy', look: () => lookAtProxy(config.url, surroundings) },
    { id: 'certificates', title: 'Certificates', look: () => lookAtCertificates(surroundings) },
  ];
  const protocol: Probe[] = [
    { id: 'legacy', title: 'Until 2025-11-25', look: async () => lookAtEra((await eras).legacy) },
    { id: 'modern', title: '2026-07-28', look: async () => lookAtEra((await eras).modern) },
    { id: 'start', title: 'Start', look: async () => lookAtStart(await eras) },
    { id: 'stdout', title: 'Clean stdout', look: async () => lookAtStdout(await eras) },
    { id: 'context', title: 'Context cost', look: async () => lookAtContext(await eras) },
  ];
  const state: Probe[] = [
    { id: 'state', title: 'Directory', look: () => lookAtStateDir(config.stateDir, process.platform) },
    { id: 'rules', title: 'Last known', look: () => lookAtRules(config, nowMs()) },
    {
      id: 'outbox',
      title: 'Outbox',
      look: async () => lookAtOutbox(outbox === undefined ? undefined : await inspectOutbox(outbox), nowMs()),
    },
  ];
  return [
    { title: 'Program', probes: program },
    { title: 'Server', probes: cloud },
    { title: 'Protocol', probes: protocol },
    { title: 'State', probes: state },
  ];
}
