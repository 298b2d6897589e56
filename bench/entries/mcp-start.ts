import { join } from 'node:path';
import { bundle } from '../harness/bundle.ts';
import { buildProduct } from '../harness/checkout.ts';
import { interleave, median, ratioOf, type Contender, type Rounds } from '../harness/measure.ts';
import type { Bar, Entry, Table } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { installPeers, type Installed } from '../mcp/peers.ts';
import { startOnce, type StartSample } from '../mcp/start-sample.ts';
import { prime, whetstoneIn } from '../mcp/whetstone.ts';

const rounds = 9;

const floor = 'floor';
const ours = 'whetstone';
const oursModern = 'whetstone, 2026-07-28';
const oursFirst = 'whetstone, first start';

/**
 * Every server is started as its documentation says, with made-up keys and no network, by the same small client, in
 * turn. CPU time is read from the scheduler when the answer of `tools/list` has arrived. "First start" is one without the
 * compiled code that an earlier one has put aside.
 */
export const mcpStart: Entry = {
  title: 'Start of an MCP server on stdio: spawn, initialize, tools/list',
  lasts: 'three minutes, and the installation of the peers the first time',
  async run() {
    await buildProduct();
    return withScratch(async (scratch) => {
      const peers = await installPeers(scratch);
      const floorFile = await bundle('servers/mcp-floor.ts');
      const contenders = [...(await contendersOn(20, process.execPath, { scratch, peers, floorFile }))];
      if (peers.node22) contenders.push(...(await contendersOn(22, peers.node22, { scratch, peers, floorFile })));
      return report(await interleave(contenders, rounds), peers);
    });
  },
};

interface Setting {
  scratch: string;
  peers: Installed;
  floorFile: string;
}

const named = (name: string, node: 20 | 22) => (node === 20 ? name : `${name} (Node 22)`);

async function contendersOn(node: 20 | 22, command: string, { scratch, peers, floorFile }: Setting) {
  const launch = whetstoneIn({ home: scratch, cacheDir: join(scratch, `cache-${node}`), node: command });
  const modernLaunch = whetstoneIn({ home: scratch, cacheDir: join(scratch, `cache-modern-${node}`), node: command });
  await prime(launch, 'legacy');
  await prime(modernLaunch, 'modern');
  let starts = 0;
  const firstLaunch = () =>
    whetstoneIn({ home: scratch, cacheDir: join(scratch, `cache-${node}-${starts++}`), node: command });
  const contenders: Contender<StartSample>[] = [
    { name: ours, sample: () => startOnce(launch) },
    { name: oursModern, sample: () => startOnce(modernLaunch, 'modern') },
    { name: oursFirst, sample: () => startOnce(firstLaunch()) },
    { name: floor, sample: () => startOnce({ command, args: [floorFile] }) },
    ...peers.servers
      .filter((peer) => peer.node === node)
      .map(({ name, launch: peer }) => ({ name, sample: () => startOnce(peer) })),
  ];
  return contenders.map(({ name, sample }) => ({ name: named(name, node), sample }));
}

function report(measured: Rounds<StartSample>, { servers, node22, missing }: Installed) {
  const samples = (name: string, figure: keyof StartSample) => measured.of(name).map((sample) => sample[figure]);
  const middle = (name: string, figure: keyof StartSample) => median(samples(name, figure));
  const nodes: (20 | 22)[] = node22 ? [20, 22] : [20];
  const rowsOn = (node: 20 | 22) => [
    ...[ours, oursModern, oursFirst, floor].map((name) => named(name, node)),
    ...servers.filter((peer) => peer.node === node).map(({ name }) => named(name, node)),
  ];
  const table = (title: string, figure: keyof StartSample, unit: string, rest: Partial<Table> = {}): Table[] =>
    nodes.map((node) => ({
      title: `${title}, Node ${node}`,
      unit,
      better: 'less',
      base: named(floor, node),
      rows: rowsOn(node).map((name) => ({ name, samples: samples(name, figure) })),
      ...rest,
    }));

  const bars: Bar[] = [];
  const atMost = (what: string, actual: number, limit: number, unit: string) =>
    bars.push({ what, actual, kind: 'at most', limit, unit });
  for (const figure of ['cpuMs', 'wallMs'] as const) {
    const what = figure === 'cpuMs' ? 'CPU time' : 'time';
    for (const [name, limit] of [
      [ours, 2.2],
      [oursModern, 2.2],
      [oursFirst, 2.2],
    ] as const) {
      atMost(`${name} against the floor, ${what}`, ratioOf(samples(name, figure), samples(floor, figure)), limit, 'x');
    }
  }
  atMost('memory half a second after the list', middle(ours, 'restMb'), 65, 'MB');
  atMost('tools/list per tool', middle(ours, 'bytesPerTool'), 1_100, 'bytes');
  atMost('gone after the end of stdin', Math.max(...samples(ours, 'exitMs')), 200, 'ms');
  for (const { name, node } of servers) {
    const peer = named(name, node);
    for (const figure of ['cpuMs', 'wallMs', 'restMb', 'listBytes'] as const) {
      atMost(`${figure} against ${name}`, middle(named(ours, node), figure) / middle(peer, figure), 1, 'x');
    }
  }

  return {
    referenceNs: measured.referenceNs,
    tables: [
      ...table('CPU time until the list of tools', 'cpuMs', 'ms', { cpuUnitNs: 1e6 }),
      ...table('Time until the list of tools', 'wallMs', 'ms'),
      ...table('Memory at its peak', 'peakMb', 'MB'),
      ...table('Memory half a second after the list', 'restMb', 'MB'),
      ...table('The answer of tools/list', 'listBytes', 'bytes'),
      ...table('The answer of tools/list per tool', 'bytesPerTool', 'bytes'),
      ...table('Gone after the end of stdin', 'exitMs', 'ms'),
    ],
    notes: missing.map((what) => `Missing: ${what}`),
    bars,
  };
}
