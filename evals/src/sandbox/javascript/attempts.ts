/** Where things lie that no program may get hold of. */
export interface Bait {
  baitFile: string;
  listenerPort: number;
}

/** Stands in the tests, for programs that hunt for them; where it is spelled in two parts, it is not to find itself. */
const CANARY = 'whetstone-canary-of-the-tests';

/** Bodies of functions that answer in words what they got hold of, and nothing where that was nothing. */
export const attempts = ({ listenerPort, baitFile }: Bait): Record<string, string> => ({
  'finds the tests in stacks, functions or callers': `
    const seen = [];
    Error.prepareStackTrace = (error, sites) => sites.map((site) => [site, String(site.getFunction?.())].join());
    seen.push(String(new Error('x').stack));
    delete Error.prepareStackTrace;
    try { seen.push(String(f.caller), String(arguments.callee.caller)); } catch {}
    try { for (const key of Reflect.ownKeys(globalThis)) seen.push(String(key), String(globalThis[key])); } catch {}
    if (seen.some((text) => text.includes('${CANARY.slice(0, 10)}' + '${CANARY.slice(10)}'))) return 'the tests';`,
  'finds the tests with the inspector': `
    const { Session } = load('node:inspector');
    const session = new Session(); session.connect();
    let found = '';
    session.on('Debugger.scriptParsed', ({ params }) => session.post('Debugger.getScriptSource', { scriptId: params.scriptId }, (e, r) => {
      if (r && r.scriptSource.includes('const can' + 'ary = ')) found = params.url || 'a script without a name';
    }));
    session.post('Debugger.enable');
    await new Promise((resolve) => setTimeout(resolve, 20));
    session.disconnect();
    return found;`,
  'reads the host’s files': `
    const fs = load('node:fs');
    for (const path of ['/etc/passwd', '/etc/hostname', '/etc/hosts', '/proc/self/environ', '/proc/1/environ', '/root', '/home', '/tmp', '/var', ${JSON.stringify(baitFile)}])
      try { if ((fs.statSync(path).isDirectory() ? fs.readdirSync(path).join() : fs.readFileSync(path, 'utf8')).length > 0) return path; } catch {}`,
  'writes a file': `
    const fs = load('node:fs');
    for (const path of ['/x', '/tmp/x', '/dev/shm/x', '/usr/x', '/dev/x', '/whetstone/x', ${JSON.stringify(baitFile)}])
      try { fs.writeFileSync(path, 'x'); return path; } catch {}`,
  'imports modules of Node by another way': `
    for (const way of [() => import('node:fs'), () => f.constructor.constructor('return process')().binding('fs'), () => process.mainModule.require('fs'), () => process.getBuiltinModule('fs')])
      try { const fs = await way(); if (fs.readFileSync('/etc/passwd', 'utf8').length > 0) return 'files'; } catch {}`,
  'sees an environment': `
    return Object.keys(globalThis.process?.env ?? {}).filter((name) => !['TZ', 'LANG', 'PWD'].includes(name)).join();`,
  'starts a program that reads the host’s files': `
    const { spawnSync } = load('node:child_process');
    const { stdout } = spawnSync('/bin/cat', ['/etc/passwd', '/etc/shadow', '/etc/hostname', ${JSON.stringify(baitFile)}]);
    if (stdout && stdout.length > 0) return 'a program that reads files';`,
  'sees other processes': `
    let seen = 0;
    const own = globalThis.process?.pid ?? 0;
    // Beside its own threads and the few that made the jail.
    for (let pid = 1; pid < own - 8; pid++) try { if (process.kill(pid, 0)) seen++; } catch (error) { if (error.code === 'EPERM') seen++; }
    try { if (load('node:fs').readdirSync('/proc').length > 0) return '/proc'; } catch {}
    return seen > 4 ? String(seen) + ' processes' : '';`,
  'has descriptors of others': `
    const { fstatSync } = load('node:fs');
    for (let descriptor = 0; descriptor < 1024; descriptor++)
      try { if (fstatSync(descriptor).isFile() || fstatSync(descriptor).isDirectory()) return 'descriptor ' + descriptor; } catch {}`,
  'connects to the host': `
    const within = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 150))]);
    try { if (await within(fetch('http://127.0.0.1:${listenerPort}/'))) return 'fetch'; } catch {}
    return await within(new Promise((resolve) => {
      const socket = load('node:net').connect(${listenerPort}, '127.0.0.1', () => resolve('a socket'));
      socket.on('error', () => resolve(''));
    })) ?? '';`,
});

/** All of them in one program, since what grading it costs is the start of its process; `f` answers by their names. */
export const attemptsProgram = (bait: Bait): string => `
const load = typeof require === 'function' ? require : () => { throw new Error('there are no modules'); };
const attempts = {
${Object.entries(attempts(bait))
  .map(([name, body]) => `${JSON.stringify(name)}: async function f() {${body}\n},`)
  .join('\n')}
};
async function f() {
  const reached = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try { reached[name] = (await attempt()) || ''; } catch { reached[name] = ''; }
  }
  return reached;
}`;

export const attemptsTests = (names: readonly string[]): string => `
const canary = ${JSON.stringify(CANARY)};
const reached = await f(canary.length);
assert.deepEqual(Object.keys(reached), ${JSON.stringify(names)});
const got = Object.entries(reached).filter(([, what]) => what !== '');
assert.ok(got.length === 0, JSON.stringify(got));`;
