import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { config as configureZod } from 'zod/v4/core';
import { existsSync } from 'node:fs';
import { configFromEnvironment } from '../config.ts';
import { systemClock } from '../offline/clock.ts';
import { cloudCalls } from '../offline/cloud-call.ts';
import { flagChanging } from '../offline/flag-changing.ts';
import { openDocs } from '../offline/open-docs.ts';
import { openEvals } from '../offline/open-evals.ts';
import { openFeedback } from '../offline/open-feedback.ts';
import { openFlags } from '../offline/open-flags.ts';
import { openModels } from '../offline/open-models.ts';
import { openRecording } from '../offline/open-recording.ts';
import { nodeTransport } from '../offline/transport/node-transport.ts';
import type { ToolContext } from '../tools/tool.ts';
import { stdioTransport } from './stdio.ts';
import { whetstoneServer } from './whetstone-server.ts';

/** How long the last bytes may take to leave once the client is gone or a signal came. */
const lastWordsMs = 100;
/** How long the disk may take for what the cloud said last: a little less than clients wait before they kill. */
const lastRulesMs = 1_500;

/** Serves MCP on stdin and stdout until the client closes stdin or a signal comes. */
export function serve({ version, log }: { version: string; log: (message: string) => void }) {
  // Of the SDK. Compiling a validator takes longer than all that it will ever validate here.
  configureZod({ jitless: true });

  const config = configFromEnvironment();
  if (config.obstacle) log(config.obstacle);
  if (process.stdin.isTTY) log('speaking MCP on stdin and stdout; meant to be started by an MCP client (see --help)');

  const transport = nodeTransport({ proxy: config.proxy, clock: systemClock });
  const recording = openRecording(config, { host: 'server', transport });
  const flags = openFlags(config, { transport, expose: recording.expose });
  const server = { url: config.url, keySelector: config.origin?.selector };
  const changing = config.toolsets.has('admin')
    ? flagChanging({ ask: cloudCalls(config, transport), nowMs: systemClock.wallMs })
    : undefined;
  const evals = openEvals(config, transport);
  const models = openModels(config, { transport, attempt: evals.attempt, record: recording.record });
  const docs = openDocs(config, { transport, attempt: evals.attempt });
  const feedback = openFeedback(config, { flags, answers: evals, record: recording.record });
  const { stateDir } = config;
  const ctx: ToolContext = { flags, recording, evals, models, docs, feedback, version, server, stateDir, changing };
  for (const name of config.unknownToolsets) log(`WHETSTONE_TOOLSETS: there is no toolset "${name}"; there is admin`);
  const report = (error: unknown) => log(error instanceof Error ? (error.stack ?? error.message) : String(error));

  const onListed = () => {
    flags.warmUp();
    recording.begin();
    models.begin();
    // Who never agreed to hooks has no such folder, and pays nothing for them.
    if (existsSync(`${stateDir}/capture`)) {
      void import('../capture/index.ts').then((capture) => capture.keepDraining({ log, record: recording.record }));
    }
  };
  const connection = serveStdio(({ era }) => whetstoneServer({ era, ctx, onListed, onBug: report }), {
    transport: stdioTransport({ input: process.stdin, output: process.stdout, log }),
    onerror: report,
  });

  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    const exit = () => process.exit(0);
    setTimeout(exit, lastRulesMs);
    const said = connection.close();
    // A switch that was heard of must hold for the next process, too, however slow the disk is.
    const kept = Promise.all([flags.close(), models.close()]);
    const recorded = recording.close();
    setTimeout(() => void kept.then(exit), lastWordsMs);
    // On some systems a pipe is written in the background: an empty write returns when all before it are out.
    void Promise.all([said, kept, recorded]).then(() => process.stdout.write('', exit));
  };
  // Nobody reads the answers any more.
  process.stdout.once('error', stop);
  process.stdin.once('end', stop).once('close', stop);
  process.once('SIGTERM', stop).once('SIGINT', stop);
}
