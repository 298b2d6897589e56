import { surroundingsFromEnvironment } from '../config.ts';
import type { Command } from './command.ts';
import type { DoctorParts } from './doctor/index.ts';
import { readOptions, refuse } from './options.ts';
import { styleFor } from './style.ts';

const usage = `whetstone-mcp doctor [--json]

  --json   {"ok", "checks": [{"id", "title", "verdict", "value"?, "detail"?,
           "fix"?}]} with verdict ok, warn or fail

Run it with the environment of your client's configuration. It changes nothing
and shows no secret.

Exit code: 0 when nothing fails, 1 when something does, 2 wrong usage.`;

export const doctorCommand = (parts: DoctorParts): Command => ({
  name: 'doctor',
  summary: 'finds what is wrong, and what mends it',
  usage,
  async run(args, terminal) {
    const options = readOptions(args, { json: { type: 'boolean' } });
    if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
    const [extra] = options.positionals;
    if (extra !== undefined) return refuse(terminal, { usage }, `doctor takes no "${extra}"`);

    // Loaded when typed, see there.
    const { examineAll, reportOf } = await import('./doctor/index.ts');
    const chapters = await examineAll(parts);
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
