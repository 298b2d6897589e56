import { ConfigError, readConfig, type Config } from './config.ts';
import { makeTemplate, migrateOnly } from './prepare.ts';
import { serve } from './serve.ts';
import { StartProblem } from './start-problem.ts';

const commands: Record<string, (config: Config) => Promise<void>> = {
  serve,
  migrate: migrateOnly,
  template: makeTemplate,
};

// Keys and every tenant's rows are written below the data directory: none of it is for other users of the machine.
process.umask(0o077);

async function run(name: string) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new ConfigError(`"${name}" is no command; there are ${Object.keys(commands).join(', ')}`);
  await command(readConfig(process.env));
}

/** A sentence for what a person can mend; anything else is a bug and shows its stack. */
function explain(error: unknown) {
  if (error instanceof ConfigError || error instanceof StartProblem) return `Whetstone cannot start:\n${error.message}`;
  return error instanceof Error ? error.stack : String(error);
}

run(process.argv[2] ?? 'serve').catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
