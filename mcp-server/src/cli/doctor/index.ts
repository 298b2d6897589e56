import { configFromEnvironment, environmentWith, surroundingsFromEnvironment } from '../../config.ts';
import { systemClock } from '../../offline/clock.ts';
import { outboxDirectory } from '../../offline/open-recording.ts';
import { inspectOutbox } from '../../offline/outbox/inspect.ts';
import { nodeTransport } from '../../offline/transport/node-transport.ts';
import { askServer } from './ask-server.ts';
import { lookAtConsent, lookAtCoverage, lookAtHooks, lookAtSpool, readCapture } from './capture.ts';
import type { Chapter, Probe } from './check.ts';
import { lookAtContext, lookAtEra, lookAtStart, lookAtStdout, speakBothEras } from './eras.ts';
import { examine } from './examine.ts';
import { lookAtKey, lookAtRole } from './key.ts';
import { lookAtCertificates, lookAtProxy } from './network.ts';
import { lookAtOutbox } from './outbox.ts';
import { lookAtNode, lookAtProgram, lookAtVariables } from './program.ts';
import { lookAtClock, lookAtServer, serverVersionOf } from './server.ts';
import { lookAtDefaults, lookAtTracking } from './settings.ts';
import { lookAtRules, lookAtStateDir, lookAtTable } from './state.ts';

export { reportOf } from './report.ts';

/** Of a request to the server, of one conversation with ourselves, and of everything together. */
const limitsMs = { request: 4_000, conversation: 4_000, all: 9_000 };

/** What the manifest says. */
export interface DoctorParts {
  version: string;
  /** The oldest Node.js that may run this. */
  nodeFloor: string;
}

/**
 * What a person wants to know who finds something wrong. No agent's session needs any of it: the build puts it into a file
 * of its own, that is loaded when `doctor` is typed.
 */
export const examineAll = (parts: DoctorParts) => examine(chaptersOf(parts), limitsMs.all);

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
    { id: 'models', title: 'Models', look: () => lookAtTable(config, nowMs()) },
    {
      id: 'outbox',
      title: 'Outbox',
      look: async () => lookAtOutbox(outbox === undefined ? undefined : await inspectOutbox(outbox), nowMs()),
    },
  ];
  const noted = readCapture(config.stateDir);
  const capture: Probe[] = [
    { id: 'capture', title: 'Consent', look: async () => lookAtConsent(await noted) },
    { id: 'hooks', title: 'Hooks', look: async () => lookAtHooks(await noted, nowMs()) },
    { id: 'coverage', title: 'Coverage', look: async () => lookAtCoverage(await noted) },
    { id: 'spool', title: 'Spool', look: async () => lookAtSpool(await noted) },
  ];
  return [
    { title: 'Program', probes: program },
    { title: 'Server', probes: cloud },
    { title: 'Protocol', probes: protocol },
    { title: 'State', probes: state },
    { title: 'Capture', probes: capture },
  ];
}
