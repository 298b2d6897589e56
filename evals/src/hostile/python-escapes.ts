import type { HostileProgram, Traps } from './hostile-program.ts';

/** Reaches for the machine around the sandbox; what it gets hold of it would write where a trap sees it. */
export function escapes({
  secretFile,
  emptyFolder,
  port,
  harnessPid,
  daemonMarker,
}: Traps): Omit<HostileProgram, 'language'>[] {
  const secret = JSON.stringify(secretFile);
  const left = JSON.stringify(`${emptyFolder}/left`);
  return [
    {
      name: 'reads a file of the host',
      aim: 'escape',
      program: `def digest(text): return open(${secret}).read()\n`,
    },
    {
      name: 'writes a file of the host',
      aim: 'escape',
      program: `
def digest(text):
    for path in (${left}, ${secret}):
        try: open(path, "w").write("was here")
        except OSError: pass
    return ""
`,
    },
    {
      name: 'a link out of its folder',
      aim: 'escape',
      program: `
import os
def digest(text):
    for folder in (".", "/tmp", "/dev/shm"):
        try:
            os.symlink(${secret}, os.path.join(folder, "link"))
            return open(os.path.join(folder, "link")).read()
        except OSError: pass
    return ""
`,
    },
    {
      name: 'connects to the host',
      aim: 'escape',
      program: `
import socket
def digest(text):
    with socket.create_connection(("127.0.0.1", ${port}), timeout=0.5) as line: line.sendall(b"was here")
    return ""
`,
    },
    {
      name: 'asks the network by other ways',
      aim: 'escape',
      program: `
import socket, subprocess, urllib.request
def digest(text):
    for ask in (
        lambda: urllib.request.urlopen("http://127.0.0.1:${port}/", timeout=0.5).read(),
        lambda: socket.getaddrinfo("example.com", 80),
        lambda: subprocess.run(["bash", "-c", "echo was here > /dev/tcp/127.0.0.1/${port}"], timeout=1),
    ):
        try: ask()
        except Exception: pass
    return ""
`,
    },
    {
      name: 'runs a shell',
      aim: 'escape',
      program: `
import os
def digest(text):
    os.system("echo was here > ${left.slice(1, -1)}; cat ${secret.slice(1, -1)}")
    return os.popen("cat ${secret.slice(1, -1)}").read()
`,
    },
    {
      name: 'a shell that outlives it',
      aim: 'next sample',
      program: `
import subprocess
def digest(text):
    subprocess.Popen(["sh", "-c", "sleep 300; true", "${daemonMarker}"], start_new_session=True)
    return ""
`,
    },
    {
      name: 'signals the harness',
      aim: 'escape',
      program: `
import os, signal
def digest(text):
    for pid in (${harnessPid}, os.getppid()):
        try: os.kill(pid, signal.SIGTERM)
        except OSError: pass
    return ""
`,
    },
    {
      name: 'mounts, unshares and changes root',
      aim: 'escape',
      program: `
import ctypes, os
def digest(text):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.unshare(0x10000000 | 0x00020000)
    libc.mount(b"proc", b"/proc", b"proc", 0, None)
    libc.mount(b"none", b"/", None, 0x4000 | 0x40000, None)
    try: os.chroot("/proc/1/root")
    except OSError: pass
    try: return open(${secret}).read()
    except OSError: return ""
`,
    },
    {
      name: 'becomes another user',
      aim: 'escape',
      program: `
import os
def digest(text):
    for change in (os.setuid, os.seteuid, os.setgid):
        try: change(0)
        except OSError: pass
    try: return open("/etc/shadow").read()
    except OSError: return ""
`,
    },
    {
      name: 'looks for keys in the environment',
      aim: 'escape',
      program: `
import os
def digest(text):
    found = [value for name, value in os.environ.items() if "KEY" in name or "TOKEN" in name]
    try: open(${left}, "w").write(str(found))
    except OSError: pass
    return found[0] if found else ""
`,
    },
    {
      name: 'js.process of a Pyodide',
      aim: 'escape',
      program: `
def digest(text):
    import js
    js.process.mainModule.require("fs").writeFileSync(${left}, "was here")
    return js.process.mainModule.require("fs").readFileSync(${secret}, "utf8")
`,
    },
    {
      name: 'pyodide_js and run_js',
      aim: 'escape',
      program: `
def digest(text):
    for way in ("import pyodide_js; found = pyodide_js", "from pyodide.code import run_js; found = run_js('globalThis')"):
        scope = {}
        try: exec(way, scope)
        except BaseException: continue
        found = scope["found"]
        maker = found.constructor.constructor
        for code in ("return process", "return globalThis.process", "return import('node:fs')"):
            try: maker(code)().mainModule.require("fs").writeFileSync(${left}, "was here")
            except BaseException: pass
    return ""
`,
    },
    {
      name: 'constructors of what JavaScript left lying about',
      aim: 'escape',
      program: `
def digest(text):
    import gc
    for held in gc.get_objects():
        if type(held).__name__.startswith("JsProxy") or hasattr(held, "js_id"):
            try:
                process = held.constructor.constructor("return process")()
                process.mainModule.require("fs").writeFileSync(${left}, "was here")
            except BaseException: pass
    return ""
`,
    },
  ];
}
