export interface SeccompOptions {
  /**
   * For a jail that samples share, one after another: refuses also what outlives a process (queues, semaphores and memory of
   * System V and POSIX) and what changes a neighbour of the same user: its limits, priority and processors.
   */
  shared?: boolean;
  /** Lets netlink sockets be, by which programs list their own network interfaces. */
  netlink?: boolean;
}

/**
 * A seccomp program (classic BPF, as bubblewrap's --seccomp reads it) that refuses what no candidate needs and holes in
 * kernels are reached through: looking into other processes, namespaces, mounts, BPF, io_uring, keys, clocks, modules, and
 * sockets of other families than local and Internet ones (a vsock reaches the host of a virtual machine whatever network
 * namespace it is opened in). Undefined for a processor whose call numbers are not known here.
 */
export function seccompProgram(
  arch: string,
  { shared = false, netlink = false }: SeccompOptions = {},
): Buffer | undefined {
  const machine = machines[arch];
  if (!machine) return undefined;
  const numbers = shared ? [...machine.refused, ...machine.refusedWhereShared] : machine.refused;
  const refused = numbers.map((number) => jumpIfEqual(number, 'refuse'));
  return assembled([
    load(ARCH),
    jumpUnlessEqual(machine.audit, 'kill'),
    load(NUMBER),
    // Numbers of the x32 ABI, which would otherwise be another name for each refused call.
    ...(arch === 'x64' ? [jumpIfAtLeast(0x4000_0000, 'refuse')] : []),
    ...refused,
    // Its flags lie in memory, out of reach of a filter; without it the C library takes clone.
    jumpIfEqual(435, 'missing'),
    jumpIfEqual(machine.clone, 'clone'),
    ...(shared ? [jumpIfEqual(machine.prlimit, 'prlimit')] : []),
    jumpUnlessEqual(machine.socket, 'allow'),
    load(FIRST_ARGUMENT),
    ...[AF_UNIX, AF_INET, AF_INET6, ...(netlink ? [AF_NETLINK] : [])].map((family) => jumpIfEqual(family, 'allow')),
    { label: 'family', ...returning(ERRNO | 97) },
    // Of itself, a process may lower the limits.
    { label: 'prlimit', ...load(FIRST_ARGUMENT) },
    jumpIfEqual(0, 'allow'),
    returning(ERRNO | 1),
    { label: 'clone', ...load(FIRST_ARGUMENT) },
    jumpIfAnyBit(CLONE_NEW_NAMESPACES, 'refuse'),
    { label: 'allow', ...returning(0x7fff_0000) },
    { label: 'refuse', ...returning(ERRNO | 1) },
    { label: 'missing', ...returning(ERRNO | 38) },
    { label: 'kill', ...returning(0x8000_0000) },
  ]);
}

interface Instruction {
  label?: string;
  code: number;
  value: number;
  /** Label gone to when the condition holds, or does not; else the next instruction. */
  whenTrue?: string;
  whenFalse?: string;
}

// Offsets in struct seccomp_data; of an argument, the low half on little-endian machines.
const NUMBER = 0;
const ARCH = 4;
const FIRST_ARGUMENT = 16;
const ERRNO = 0x0005_0000;
const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16] as const;
const CLONE_NEW_NAMESPACES = 0x7e02_0000;

const load = (offset: number): Instruction => ({ code: 0x20, value: offset });
const returning = (value: number): Instruction => ({ code: 0x06, value });
const jumpIfEqual = (value: number, whenTrue: string): Instruction => ({ code: 0x15, value, whenTrue });
const jumpUnlessEqual = (value: number, whenFalse: string): Instruction => ({ code: 0x15, value, whenFalse });
const jumpIfAtLeast = (value: number, whenTrue: string): Instruction => ({ code: 0x35, value, whenTrue });
const jumpIfAnyBit = (value: number, whenTrue: string): Instruction => ({ code: 0x45, value, whenTrue });

/** struct sock_filter of each: u16 code, u8 jt, u8 jf, u32 k. */
function assembled(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(({ code, value, whenTrue, whenFalse }, at) => {
    const distance = (label: string | undefined) =>
      label === undefined ? 0 : program.findIndex((one) => one.label === label) - at - 1;
    bytes.writeUInt16LE(code, at * 8);
    bytes.writeUInt8(distance(whenTrue), at * 8 + 2);
    bytes.writeUInt8(distance(whenFalse), at * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, at * 8 + 4);
  });
  return bytes;
}

interface Machine {
  /** AUDIT_ARCH_* of linux/audit.h. */
  audit: number;
  clone: number;
  socket: number;
  prlimit: number;
  refused: readonly number[];
  refusedWhereShared: readonly number[];
}

/** Of calls by name: their numbers on x86-64 and on arm64 (asm/unistd_64.h, asm-generic/unistd.h). */
const calls: Record<string, readonly [x64: number, arm64: number]> = {
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  unshare: [272, 97],
  setns: [308, 268],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  fanotify_init: [300, 262],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  reboot: [169, 142],
  syslog: [103, 116],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  adjtimex: [159, 171],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  personality: [135, 92],
  move_pages: [279, 239],
};

const callsWhereShared: typeof calls = {
  shmget: [29, 194],
  semget: [64, 190],
  msgget: [68, 186],
  mq_open: [240, 180],
  setpriority: [141, 140],
  ioprio_set: [251, 30],
  sched_setparam: [142, 118],
  sched_setscheduler: [144, 119],
  sched_setattr: [314, 274],
  sched_setaffinity: [203, 122],
  migrate_pages: [256, 238],
};

/** Calls that x86-64 alone has: modify_ldt, iopl, ioperm, uselib. */
const ofX64 = [154, 172, 173, 134];

const numbersOf = (named: typeof calls, column: 0 | 1) => Object.values(named).map((numbers) => numbers[column]);

const machines: Record<string, Machine | undefined> = {
  x64: {
    audit: 0xc000_003e,
    clone: 56,
    socket: 41,
    prlimit: 302,
    refused: [...numbersOf(calls, 0), ...ofX64],
    refusedWhereShared: numbersOf(callsWhereShared, 0),
  },
  arm64: {
    audit: 0xc000_00b7,
    clone: 220,
    socket: 198,
    prlimit: 261,
    refused: numbersOf(calls, 1),
    refusedWhereShared: numbersOf(callsWhereShared, 1),
  },
};
