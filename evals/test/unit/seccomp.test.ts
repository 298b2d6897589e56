import { describe, expect, it } from 'vitest';
import { seccompProgram } from '../../src/sandbox/process/seccomp.ts';

const AUDIT = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
const [ALLOW, EPERM, ENOSYS, EAFNOSUPPORT, KILL] = [0x7fff_0000, 0x5_0001, 0x5_0026, 0x5_0061, 0x8000_0000];

/** Runs classic BPF as the kernel does for a system call (Documentation/userspace-api/seccomp_filter.rst). */
function verdictOf(program: Buffer, call: { arch: number; number: number; argument?: number }): number {
  const data: Record<number, number> = { 0: call.number, 4: call.arch, 16: call.argument ?? 0 };
  let loaded = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const code = program.readUInt16LE(at * 8);
    const value = program.readUInt32LE(at * 8 + 4);
    if (code === 0x06) return value;
    if (code === 0x20) {
      loaded = data[value]!;
      continue;
    }
    const holds = { 0x15: loaded === value, 0x35: loaded >= value, 0x45: (loaded & value) !== 0 }[code];
    if (holds === undefined) throw new Error(`no such instruction: ${code}`);
    at += program.readUInt8(at * 8 + (holds ? 2 : 3));
  }
  throw new Error('the program has no end');
}

const numbers = {
  x64: {
    read: 0,
    fork: 57,
    ptrace: 101,
    unshare: 272,
    mount: 165,
    pidfdGetfd: 438,
    clone: 56,
    clone3: 435,
    socket: 41,
    prlimit: 302,
    shmget: 29,
    setpriority: 141,
    affinity: 203,
  },
  arm64: {
    read: 63,
    fork: 172,
    ptrace: 117,
    unshare: 97,
    mount: 40,
    pidfdGetfd: 438,
    clone: 220,
    clone3: 435,
    socket: 198,
    prlimit: 261,
    shmget: 194,
    setpriority: 140,
    affinity: 122,
  },
};

describe.each(['x64', 'arm64'] as const)('the seccomp program for %s', (name) => {
  const program = seccompProgram(name)!;
  const call = numbers[name];
  const verdict = (number: number, argument?: number) =>
    verdictOf(program, { arch: AUDIT[name], number, ...(argument !== undefined && { argument }) });

  it('allows what programs need', () => {
    expect([verdict(call.read), verdict(call.fork)]).toEqual([ALLOW, ALLOW]);
  });

  it('refuses looking into other processes, namespaces and mounts', () => {
    const refused = [call.ptrace, call.unshare, call.mount, call.pidfdGetfd];
    expect(refused.map((number) => verdict(number))).toEqual([EPERM, EPERM, EPERM, EPERM]);
  });

  it('allows threads and forks by clone, and no new namespace', () => {
    const [SIGCHLD, CLONE_VM, CLONE_NEWUSER, CLONE_NEWNET] = [17, 0x100, 0x1000_0000, 0x4000_0000];
    expect(verdict(call.clone, SIGCHLD | CLONE_VM)).toBe(ALLOW);
    expect(verdict(call.clone, SIGCHLD | CLONE_NEWUSER)).toBe(EPERM);
    expect(verdict(call.clone, SIGCHLD | CLONE_NEWNET)).toBe(EPERM);
    expect(verdict(call.clone3)).toBe(ENOSYS);
  });

  it('allows local and Internet sockets, and no vsock', () => {
    expect([1, 2, 10].map((family) => verdict(call.socket, family))).toEqual([ALLOW, ALLOW, ALLOW]);
    expect([16, 38, 40].map((family) => verdict(call.socket, family))).toEqual([
      EAFNOSUPPORT,
      EAFNOSUPPORT,
      EAFNOSUPPORT,
    ]);
  });

  it('refuses what reaches a neighbour or stays behind, where samples share a jail, and there alone', () => {
    const shared = (number: number, argument: number) =>
      verdictOf(seccompProgram(name, { shared: true })!, { arch: AUDIT[name], number, argument });
    const reaching = [call.shmget, call.setpriority, call.affinity];
    expect(reaching.map((number) => shared(number, 0))).toEqual([EPERM, EPERM, EPERM]);
    expect(reaching.map((number) => verdict(number))).toEqual([ALLOW, ALLOW, ALLOW]);
    expect([shared(call.prlimit, 0), shared(call.prlimit, 1)]).toEqual([ALLOW, EPERM]);
    expect([shared(call.read, 0), shared(call.clone, 0x1000_0000), shared(call.socket, 40)]).toEqual([
      ALLOW,
      EPERM,
      EAFNOSUPPORT,
    ]);
    expect(verdict(call.prlimit, 1)).toBe(ALLOW);
  });

  it('kills what calls in the way of another processor', () => {
    expect(verdictOf(program, { arch: 0x4000_0003, number: call.read })).toBe(KILL);
  });
});

it('refuses the x32 names of x86-64 calls', () => {
  expect(verdictOf(seccompProgram('x64')!, { arch: AUDIT.x64, number: 0x4000_0000 | 101 })).toBe(EPERM);
});

it('has none for processors it does not know', () => {
  expect(seccompProgram('riscv64')).toBeUndefined();
});
