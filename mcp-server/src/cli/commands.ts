import manifest from '../../package.json' with { type: 'json' };
import { captureCommand } from './capture.ts';
import type { Command } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { flagCommand } from './flag.ts';
import { hooksCommand } from './hooks.ts';
import { outboxCommand } from './outbox.ts';
import { statusCommand } from './status.ts';

/** Every command, in the order `--help` lists them. */
export const commands: readonly Command[] = [
  doctorCommand({ version: manifest.version, nodeFloor: manifest.engines.node.replace('>=', '') }),
  statusCommand(manifest.version),
  flagCommand,
  outboxCommand,
  hooksCommand,
  captureCommand,
];
