import { allowed, changesDescriptor, clocks, leavesTraces, noSpaceLeft, opensForWriting, refused } from './imports.mjs';

/** How many bytes of JavaScript's memory a call wants at once. */
const bounded = {
  random_get: (_address, count) => count >>> 0,
  __syscall_ftruncate64: (_fd, length) => Number(length),
  __syscall_truncate64: (_path, length) => Number(length),
  __syscall_fallocate: (_fd, _mode, offset, length) => Number(offset) + Number(length),
};

/**
 * Stands between WebAssembly and its imports. Open while Pyodide boots; once locked, what imports.mjs does not allow
 * throws through every frame of the interpreter, where no `except` can hold it.
 */
export function createGate({ now, maxMemoryBytes, maxWrittenBytes }) {
  const gate = { locked: false, deadlineMs: Infinity, stop: undefined, trace: undefined, written: 0, firstOwnFd: 0 };

  const end = (stop) => {
    gate.stop ??= stop;
    throw stop;
  };
  const inTime = () => {
    if (now() > gate.deadlineMs) end({ outcome: 'timeout' });
  };
  const traceless = {
    __syscall_openat: (_folder, _path, flags) => !opensForWriting(flags),
    __syscall_fcntl64: (_fd, command) => !changesDescriptor(command),
    fd_close: (fd) => fd >= gate.firstOwnFd,
  };

  const special = {
    fd_write: (original, memory) => (fd, vectors, count, written) => {
      const lengths = new Uint32Array(memory().buffer, vectors, 2 * count);
      for (let i = 1; i < lengths.length; i += 2) gate.written += lengths[i];
      if (fd >= gate.firstOwnFd && gate.written > maxWrittenBytes) return noSpaceLeft;
      return original(fd, vectors, count, written);
    },
    ...Object.fromEntries(
      Object.entries(bounded).map(([name, bytesOf]) => [
        name,
        (original) =>
          (...args) => {
            if (bytesOf(...args) > maxWrittenBytes) return name === 'random_get' ? noSpaceLeft : -noSpaceLeft;
            if (name !== 'random_get') gate.trace ??= name;
            return original(...args);
          },
      ]),
    ),
    emscripten_resize_heap: (original) => (bytes) => (bytes >>> 0 > maxMemoryBytes ? 0 : original(bytes)),
    exit: () => () => end({ outcome: 'exited' }),
    proc_exit: () => () => end({ outcome: 'exited' }),
    _abort_js: () => () => end({ outcome: 'crashed', why: 'abort()' }),
    __assert_fail: () => () => end({ outcome: 'crashed', why: 'assertion' }),
    fd_pwrite:
      (original) =>
      (...args) => {
        gate.trace ??= 'fd_pwrite';
        return original(...args);
      },
  };

  const guard = (name, original, memory) => {
    if (allowed.has(name)) return original;
    if (clocks.has(name)) {
      if (name === '_Py_CheckEmscriptenSignals_Helper') return () => (inTime(), 0);
      return (...args) => (inTime(), original(...args));
    }
    if (special[name]) {
      const guarded = special[name](original, memory);
      return (...args) => (gate.locked ? guarded(...args) : original(...args));
    }
    if (refused.has(name)) return (...args) => (gate.locked ? refused.get(name) : original(...args));
    if (leavesTraces.has(name))
      return (...args) => {
        if (gate.locked && !traceless[name]?.(...args)) gate.trace ??= name;
        return original(...args);
      };
    return (...args) => (gate.locked ? end({ outcome: 'forbidden', why: name }) : original(...args));
  };

  return {
    state: gate,
    end,
    /** The imports that an instance of `module` gets instead of `imports`. */
    guarded(module, imports, memory) {
      const result = { ...imports };
      for (const name of ['env', 'wasi_snapshot_preview1']) result[name] = { ...imports[name] };
      for (const { module: from, name, kind } of WebAssembly.Module.imports(module))
        if (kind === 'function') result[from][name] = guard(name, imports[from][name], memory);
      return result;
    },
  };
}
