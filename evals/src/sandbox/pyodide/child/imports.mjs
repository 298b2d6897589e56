/**
 * What the interpreter may still ask of JavaScript once it is locked. WebAssembly can reach nothing but its imports, so
 * this list, and not what Python modules are hidden, is the wall. An import that stands in none of the sets (everything
 * of Pyodide's bridge to JavaScript: Jsv…, JsProxy…, raw_call_js, ffi_call_js, dlopen …) ends the run.
 */
export const allowed = new Set([
  // Memory, stack, signals of the interpreter itself.
  'emscripten_get_heap_max',
  'emscripten_runtime_keepalive_push',
  'emscripten_runtime_keepalive_pop',
  '_emscripten_runtime_keepalive_clear',
  '_emscripten_get_progname',
  '_PyEM_TrampolineCall_JS',
  '_Py_emscripten_runtime',
  '__call_sighandler',
  // Clocks.
  'clock_res_get',
  'emscripten_date_now',
  '_tzset_js',
  '_timegm_js',
  '_mktime_js',
  '_localtime_js',
  '_gmtime_js',
  // Reading files of the interpreter's own file system in memory; it holds the standard library and nothing of the host.
  'environ_sizes_get',
  'environ_get',
  'fd_read',
  'fd_pread',
  'fd_seek',
  'fd_sync',
  'fd_fdstat_get',
  '__syscall_ioctl',
  '__syscall_stat64',
  '__syscall_lstat64',
  '__syscall_fstat64',
  '__syscall_newfstatat',
  '__syscall_faccessat',
  '__syscall_getcwd',
  '__syscall_getdents64',
  '__syscall_readlinkat',
  '__syscall_statfs64',
  '__syscall_fstatfs64',
  '__syscall_getuid32_js',
  '__syscall_fdatasync',
  '__syscall_fadvise64',
  '__syscall_poll',
  '_maybe_poll_async',
  '_try_fcntl64',
]);

/** Answered by the clock of the sandbox: a run past its time ends there, whatever Python would catch. */
export const clocks = new Set(['_Py_CheckEmscriptenSignals_Helper', 'emscripten_get_now', 'clock_time_get']);

/** They leave a trace outside of the memory that a reset restores: allowed, and the interpreter is not used again. */
export const leavesTraces = new Set([
  'fd_close',
  '__syscall_openat',
  '__syscall_fcntl64',
  '__syscall_chdir',
  '__syscall_fchdir',
  '__syscall_chmod',
  '__syscall_fchmod',
  '__syscall_fchmodat2',
  '__syscall_fchownat',
  '__syscall_fchown32',
  '__syscall_dup',
  '__syscall_dup3',
  '__syscall_mkdirat',
  '__syscall_mknodat',
  '__syscall_pipe',
  '__syscall_unlinkat',
  '__syscall_rmdir',
  '__syscall_renameat',
  '__syscall_symlinkat',
  '__syscall_utimensat',
  '__syscall_umask_js',
  '_mmap_js',
  '_munmap_js',
  '_msync_js',
]);

const notPermitted = 63; // EPERM
const noSuchCall = 52; // ENOSYS
const noSpaceLeft = 51; // ENOSPC
const tryAgainNever = -4; // EAI_FAIL

/** Refused with an error number, since honest programs ask too and can say what went wrong. */
export const refused = new Map([
  ['getaddrinfo', tryAgainNever],
  ['getnameinfo', tryAgainNever],
  ['getprotobyname', 0],
  ['_emscripten_lookup_name', 0],
  ['_emscripten_system', -noSuchCall],
  ['_setitimer_js', -noSuchCall],
  ...[
    'accept4',
    'bind',
    'connect',
    'getpeername',
    'getsockname',
    'getsockopt',
    'listen',
    'recvfrom',
    'recvmsg',
    'sendmsg',
    'sendto',
    'socket',
  ].map((name) => [`__syscall_${name}`, -notPermitted]),
]);

/** Numbers of <fcntl.h> as Emscripten has them. */
export const opensForWriting = (flags) => (flags & (0o1 | 0o2 | 0o100 | 0o1000 | 0o2000)) !== 0;
export const changesDescriptor = (command) => command < 1 || command > 3; // F_GETFD, F_SETFD (means nothing here), F_GETFL
export { noSpaceLeft };
