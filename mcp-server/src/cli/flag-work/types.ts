import { readFile, writeFile } from 'node:fs/promises';
import { isRecord } from '../../json.ts';
import { readOptions, refuse } from '../options.ts';
import { readServerFlags } from './cloud.ts';
import { readDocuments } from './documents.ts';
import { flagModule, type TypedFlag } from './flag-module.ts';
import { NotReadable, readingOrComplaining, type FlagVerb } from './verb.ts';

const usage = `whetstone-mcp flag types [FILE…] [options]

  --out FILE   write there; default standard output
  --check      write nothing: is FILE what would be written?

A TypeScript module: the keys of the flags (FlagKey), the type of each one's
value (FlagValues), and typedFlags(), which holds evaluateFlag and
evaluateFlagDetails of the client library to both. From the server, or from
files as flag lint reads them. The same flags make the same text.

Exit code: 0 written or up to date, 1 out of date, 2 wrong usage, 3 when the
server or a file cannot be read or written.`;

export const typesVerb: FlagVerb = {
  summary: 'TypeScript types of keys and values',
  usage,
  async run(args, { terminal, config }) {
    const options = readOptions(args, { out: { type: 'string' }, check: { type: 'boolean' } });
    if ('wrong' in options) return refuse(terminal, { usage }, options.wrong);
    const files = options.positionals;
    const { out, check = false } = options.values;
    if (check && out === undefined) return refuse(terminal, { usage }, 'check what? Name it with --out FILE');

    return readingOrComplaining(terminal, async () => {
      const flags =
        files.length > 0
          ? (await readDocuments(files)).documents.map(({ flag }) => flag)
          : (await readServerFlags(config)).flags;
      const text = flagModule(typedFlags(flags));
      if (out === undefined) {
        terminal.print(text.trimEnd());
        return 0;
      }
      if (check) {
        const there = await readFile(out, 'utf8').catch(() => undefined);
        if (there?.replaceAll('\r\n', '\n') === text) return 0;
        terminal.complain(
          `${out} ${there === undefined ? 'is not there' : 'is out of date'}: run whetstone-mcp flag types --out ${out}`,
        );
        return 1;
      }
      await writeFile(out, text).catch((error: NodeJS.ErrnoException) => {
        throw new NotReadable(`${out} cannot be written (${error.code}).`);
      });
      terminal.print(`${out}: ${flags.length} flags`);
      return 0;
    });
  },
};

/** Types that silently lack a flag would be wrong, so that one which cannot be read ends it. */
function typedFlags(flags: readonly unknown[]): TypedFlag[] {
  return flags.filter(isInUse).map((flag, i) => {
    const { key, variants, type, description, rolloutPercentage, variant = 'on' } = isRecord(flag) ? flag : {};
    if (typeof key !== 'string') throw new NotReadable(`Flag ${i + 1} has no key; whetstone-mcp flag lint says more.`);
    const known = { key, description: typeof description === 'string' ? description : undefined };
    // The short form, which serves true and false.
    if (rolloutPercentage !== undefined && typeof variant === 'string')
      return { ...known, type: 'boolean', values: [true, false] };
    if (!isRecord(variants))
      throw new NotReadable(`The flag "${key}" has no variants; whetstone-mcp flag lint says more.`);
    return { ...known, type: typeof type === 'string' ? type : undefined, values: Object.values(variants) };
  });
}

const isInUse = (flag: unknown) => !isRecord(flag) || flag['archivedAt'] === undefined || flag['archivedAt'] === null;
