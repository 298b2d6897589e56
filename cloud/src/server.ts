import { WhetstoneError } from '@whetstone/shared/errors';
import { ConfigError, readConfig, type Config } from './config.ts';
import { IsolationError } from './platform/db/isolation.ts';
import { makeTemplate, migrateOnly } from './prepare.ts';
import { serve } from './serve.ts';

const commands: Record<string, (config: Config) => Promise<void>> = {
  serve,
  migrate: migrateOnly,
  template: makeTemplate,
};

async function run(name: string) {
  const config = readConfig(process.env);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new ConfigError(`"${name}" is no command; there are ${Object.keys(commands).join(', ')}`);
  await command(config).catch((error: unknown) => {
    throw new Error(explain(error, config), { cause: error });
  });
}

/** A sentence for what a person can mend; anything else is a bug and shows its stack. */
function explain(error: unknown, { port, host }: Config) {
  if (error instanceof WhetstoneError || error instanceof IsolationError) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `PORT ${port} is in use on ${host}; stop what listens there, or set PORT to a free one`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST ${host} is not an address of this machine`;
  if (code === 'EACCES' || code === 'EROFS') return `${message}; check WHETSTONE_DATA_DIR and PORT`;
  return stack ?? String(error);
}

run(process.argv[2] ?? 'serve').catch((error: Error) => {
  process.stderr.write(
    error instanceof ConfigError ? `Whetstone cannot start:\n${error.message}\n` : `${error.message}\n`,
  );
  process.exit(1);
});
