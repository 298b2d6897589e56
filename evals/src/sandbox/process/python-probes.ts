import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProbeResult, Sandbox } from '../sandbox.ts';

/** Tries to get out by code that a candidate could have written, against a file and sockets that are really there. */
export async function probePython(grade: Sandbox['grade']): Promise<ProbeResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'whetstone-probe-')).catch((error: Error) => {
    throw new WhetstoneError(
      'unavailable',
      `The sandbox is tried against a file in ${tmpdir()}, and none can be made there (${error.message}). Set TMPDIR to a folder that can be written.`,
    );
  });
  const name = `\0whetstone-probe-${randomUUID()}`;
  const servers = [await listening({ host: '127.0.0.1', port: 0 }), await listening({ path: name })] as const;
  try {
    await writeFile(join(folder, 'canary'), randomUUID());
    const { port } = servers[0].address() as AddressInfo;
    const probes = attempts({ file: join(folder, 'canary'), port, name });
    return await Promise.all(Object.entries(probes).map(([probe, body]) => attempt(grade, probe, body)));
  } finally {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true });
  }
}

async function attempt(grade: Sandbox['grade'], name: string, body: string): Promise<ProbeResult> {
  const { status, detail } = await grade({
    language: 'python',
    program: `import ctypes, os, signal, socket\ndef attempt():\n    reached = []\n${indented(body)}\n    return reached`,
    setup: '',
    tests: "reached = attempt()\nassert reached == [], f'reached {reached}'",
    calls: ['attempt'],
    handles: [],
    timeoutMs: 10_000,
  });
  // An attempt that could not even be made says nothing about where it would have led.
  return { name, escaped: status !== 'passed', ...(detail && { detail }) };
}

const indented = (text: string) => text.trim().replaceAll(/^/gm, '    ');

const attempts = (bait: { file: string; port: number; name: string }): Record<string, string> => ({
  'reads a file of the host': `
for path in [${JSON.stringify(bait.file)}, '/etc/passwd', '/etc/hostname', '/root', '/home', '/var', '/proc', '/sys']:
    try:
        found = os.listdir(path) if not os.path.isfile(path) else open(path).read()
        # The folder of a Python that lives there is mounted, and nothing beside it.
        if path == '/root' and all(os.path.isdir(os.path.join(path, name)) for name in found) and len(found) == 1: continue
        reached.append(path)
    except OSError: pass`,
  'writes a file': `
for folder in ['/', '/tmp', '/dev', '/dev/shm', '/usr', '/usr/lib', '/var/tmp', '/whetstone/python', os.getcwd()]:
    try:
        open(os.path.join(folder, 'probe'), 'w').close()
        reached.append(folder)
    except OSError: pass`,
  'reaches the network': `
for family, address in [(socket.AF_INET, ('127.0.0.1', ${bait.port})), (socket.AF_UNIX, ${JSON.stringify(bait.name)}), (socket.AF_INET, ('192.0.2.1', 9))]:
    with socket.socket(family) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(address)
            reached.append(str(address))
        except TimeoutError: reached.append(f'a route to {address}')
        except OSError: pass`,
  'has descriptors of others': `
for number in list(range(4, 1024)):
    try:
        os.fstat(number)
        reached.append(number)
    except OSError: pass
reached += [number for number in (0, 1, 2) if os.readlink(f'/proc/self/fd/{number}') != '/dev/null'] if os.path.exists('/proc/self/fd') else []`,
  'reads the environment of the host': `
reached += sorted(set(os.environ) - {'LANG', 'LC_CTYPE', 'PWD', 'PYTHONHASHSEED', 'PYTHONDONTWRITEBYTECODE'})`,
  'takes over its server': `
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(16, os.getppid(), 0, 0) == 0: reached.append('ptrace')
try:
    server = os.pidfd_open(os.getppid())
    reached += [f'descriptor {number}' for number in range(8) if libc.syscall(438, server, number, 0) >= 0]
except OSError: pass
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGINT, signal.SIGTERM): os.kill(os.getppid(), number)
if os.getppid() != 1: reached.append('the end of it')`,
  'becomes root': `
if os.getuid() != 0:
    try:
        os.setuid(0)
        reached.append('uid 0')
    except OSError: pass
try:
    os.chroot('/usr')
    reached.append('chroot')
except OSError: pass
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b'none', b'/usr', b'tmpfs', 0, None) == 0: reached.append('mount')
if libc.sethostname(b'probe', 5) == 0: reached.append('sethostname')`,
  'forks without end': `
children = []
try:
    for _ in range(200):
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)
except OSError: pass
if len(children) > 64: reached.append(f'{len(children)} processes')
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)`,
  'takes memory without end': `
try: reached.append(len(bytearray(2 << 30)))
except MemoryError: pass`,
});

const listening = (options: { host: string; port: number } | { path: string }) =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer((socket) => socket.destroy()).once('error', reject);
    server.listen(options, () => resolve(server));
  });
