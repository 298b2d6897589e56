import { createGate } from './gate.mjs';

/**
 * One interpreter in a realm of its own: booted, locked, and from then on put back to the very same memory before every
 * run, as a fork of a warm process would be.
 */
export async function bootInterpreter(host, strip, pyodide, options) {
  const gate = createGate({ now: host.now, ...options.limits });
  const instances = guardInstances(gate);
  const snapshot = options.snapshotFile && new Uint8Array(readbuffer('/snapshot'));
  const python = await pyodide.loadPyodide({
    indexURL: '/',
    createPyodideModule: pyodide.createPyodideModule,
    lockFileContents: options.lockFile,
    packageBaseUrl: '/',
    jsglobals: Object.create(null),
    // End of file for whoever reads; whatever is printed goes nowhere.
    stdin: () => null,
    stdout: () => {},
    stderr: () => {},
    env: { HOME: '/tmp', PYTHONHASHSEED: `${options.hashSeed}`, PYTHONDONTWRITEBYTECODE: '1' },
    ...(options.makeSnapshot && { _makeSnapshot: true }),
    ...(snapshot && { _loadSnapshot: snapshot }),
  });
  const { FS, _malloc, stringToUTF8, lengthBytesUTF8 } = python._module;
  if (!snapshot) {
    FS.mkdirTree('/lib/whetstone');
    for (const [name, text] of Object.entries(options.files)) FS.writeFile(`/lib/whetstone/${name}`, text);
    python.runPython(options.prepare);
  }
  return {
    makeSnapshot: () => python.makeMemorySnapshot(),
    /** Nothing of JavaScript can be reached any more. Answers what runs `code` in it. */
    lock(code) {
      const receive = (into) => {
        const count = host.receive(into);
        return count < 0 ? gate.end({ outcome: 'cancelled' }) : count;
      };
      python.runPython(options.hide);
      openDevice(FS, '/dev/wire', { read: receive, write: host.send });
      openDevice(FS, '/dev/verdict', { write: host.report });
      mute(FS);
      python.setInterruptBuffer(new Uint8Array(1));
      const size = lengthBytesUTF8(code) + 1;
      const address = _malloc(size);
      stringToUTF8(code, address, size);
      strip();
      const image = copyOf(instances.exports.memory, snapshot);
      return lockedRuns({
        module: python._module,
        gate: gate.state,
        exports: instances.exports,
        address,
        image,
        now: host.now,
      });
    },
  };
}

/** The interpreter's instance gets guarded imports; the little module beside it has none worth guarding. */
function guardInstances(gate) {
  const { Module, Instance, instantiate } = WebAssembly;
  const main = {};
  WebAssembly.instantiate = async (source, imports) => {
    if (source instanceof Module) return instantiate(source, imports);
    const module = new Module(source);
    main.exports = new Instance(
      module,
      gate.guarded(module, imports, () => main.exports.memory),
    ).exports;
    return { module, instance: { exports: main.exports } };
  };
  return main;
}

/** A descriptor for Python; its number is the same in every interpreter. */
function openDevice(FS, path, { read, write }) {
  const device = FS.makedev(FS.createDevice.major++, 0);
  FS.registerDevice(device, {
    open: (stream) => void (stream.seekable = false),
    close() {},
    read: (_stream, buffer, offset, length) => (read ? read(new Uint8Array(buffer.buffer, offset, length)) : 0),
    write: (_stream, buffer, offset, length) => {
      write(new Uint8Array(buffer.buffer, offset, length));
      return length;
    },
  });
  FS.mkdev(path, device);
  FS.open(path, 2);
}

function mute(FS) {
  for (const fd of [1, 2]) {
    const stream = FS.getStream(fd);
    stream.stream_ops = { ...stream.stream_ops, write: (_stream, _buffer, _offset, length) => length };
  }
}

/** The snapshot that it was booted from has served, and is big enough where the memory did not grow since. */
function copyOf({ buffer }, snapshot) {
  const image = new Uint8Array(snapshot?.byteLength >= buffer.byteLength ? snapshot.buffer : buffer.byteLength);
  return image.subarray(0, buffer.byteLength);
}

/** Ends of a run that leave nothing which putting the memory back does not mend. */
const harmless = new Set(['timeout', 'exited', 'cancelled']);

function lockedRuns({ module, gate, exports, address, image, now }) {
  const { FS } = module;
  const run = exports.PyRun_SimpleString;
  const stack = exports.__stack_pointer;
  const stackTop = stack.value;
  image.set(new Uint8Array(exports.memory.buffer));
  const streams = [...FS.streams];
  const positions = streams.map((stream) => stream?.position);
  gate.firstOwnFd = streams.length;
  gate.locked = true;

  /** Why this interpreter must not be used again, where it must not. */
  const spoilt = (stop) => {
    if (stop && !harmless.has(stop.outcome)) return stop.outcome;
    if (gate.trace) return gate.trace;
    if (FS.streams.some((stream, fd) => stream && stream !== streams[fd])) return 'files left open';
    if (streams.some((stream, fd) => stream !== FS.streams[fd])) return 'descriptors';
    return exports.memory.buffer.byteLength > image.length + 64 * 2 ** 20 ? 'memory grown' : undefined;
  };

  return (timeoutMs) => {
    gate.deadlineMs = now() + timeoutMs;
    gate.written = 0;
    let stop;
    try {
      run(address);
    } catch (error) {
      stop = gate.stop ?? { outcome: 'crashed', why: String(error).slice(0, 200) };
    }
    gate.deadlineMs = Infinity;
    gate.stop = undefined;
    const why = spoilt(stop);
    if (why === undefined) {
      const memory = new Uint8Array(exports.memory.buffer);
      memory.set(image);
      memory.fill(0, image.length);
      streams.forEach((stream, fd) => stream && (stream.position = positions[fd]));
      stack.value = stackTop;
    }
    return { outcome: stop?.outcome ?? 'returned', why: stop?.why, spoilt: why };
  };
}
