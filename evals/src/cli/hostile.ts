import { Option } from 'commander';
import { runHostileSet, isHeld } from '../hostile/run-hostile.ts';
import { hostileTable, hostileTotals } from '../hostile/table.ts';
import { openUntried } from '../sandbox/open.ts';
import type { SandboxTier } from '../sandbox/sandbox.ts';
import { exitCodes, type AddCommand } from './command.ts';

interface Flags {
  sandbox?: SandboxTier;
  sameProcess?: true;
  timeoutMs: string;
  json?: true;
}

/** Exit code 1 when anything got through. */
export const addHostile: AddCommand = (program, run) =>
  void program
    .command('hostile')
    .description(
      'run code that tries to pass without answering, to get out or to harm the next sample, and say what came of it',
    )
    .addOption(new Option('--sandbox <tier>', 'the sandbox to try').choices(['process', 'pyodide', 'quickjs', 'e2b']))
    .option('--same-process', 'grade candidates beside their tests, the weaker way')
    .option('--timeout-ms <n>', 'wall time of a program', '1000')
    .option('--json', 'the outcomes as JSON on stdout')
    .action((flags: Flags) =>
      run(async ({ terminal, signal, config }) => {
        // The probes are part of what is shown here: they are not to refuse the sandbox before it was tried.
        const sandbox = await openUntried(
          { ...(flags.sandbox && { tier: flags.sandbox }), workers: 1, hashSeed: 0 },
          config,
        );
        try {
          const outcomes = await runHostileSet(sandbox, {
            timeoutMs: Number(flags.timeoutMs),
            ...(flags.sameProcess && { sameProcess: true }),
            signal,
            onOutcome: ({ name }, done, total) => {
              if (terminal.isTty) terminal.complain(`${done}/${total} ${name}`);
            },
          });
          const probes = await sandbox.probe();
          if (flags.json) terminal.print(JSON.stringify({ tier: sandbox.tier, outcomes, probes }, null, 2));
          else {
            terminal.print(hostileTable(outcomes));
            terminal.print(`\n${hostileTotals(outcomes)}, in the ${sandbox.tier} sandbox.`);
            const escaped = probes.filter((probe) => probe.escaped);
            terminal.print(
              `${probes.length} probes, ${escaped.length} escaped${escaped.map(({ name }) => `: ${name}`).join('')}`,
            );
            for (const sentence of sandbox.enforces.cannot) terminal.print(`- ${sentence}`);
          }
          return outcomes.every(isHeld) ? exitCodes.ok : exitCodes.gateFailed;
        } finally {
          await sandbox.close();
        }
      }),
    );
