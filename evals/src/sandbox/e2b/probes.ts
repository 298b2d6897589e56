import type { GradeJob, ProbeResult, Verdict } from '../sandbox.ts';

/** Each program answers True when it reached what it must not; the tests believe it. */
const attempts: readonly { name: string; program: string }[] = [
  {
    name: 'the network',
    program: `
import socket
def reached():
    try: socket.create_connection(("1.1.1.1", 53), timeout=1).close()
    except OSError: return False
    return True
`,
  },
  {
    name: 'the tests on disk',
    program: `
import os
def reached():
    try: return len(os.listdir("/root/whetstone")) > 0
    except OSError: return False
`,
  },
  {
    name: 'the driver process',
    program: `
import os
def reached():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if b"runner.py" in open(f"/proc/{pid}/cmdline", "rb").read():
                if int(pid) != os.getpid(): open(f"/proc/{pid}/mem", "rb"); return True
        except OSError: pass
    return False
`,
  },
  {
    name: 'another user',
    program: `
import os
def reached():
    try: os.setuid(0)
    except OSError: return os.getuid() == 0
    return True
`,
  },
];

export async function probes(grade: (job: GradeJob) => Promise<Verdict>): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (const { name, program } of attempts) {
    const { status, detail } = await grade({
      language: 'python',
      program,
      setup: '',
      tests: 'assert reached() is False',
      calls: ['reached'],
      handles: [],
      timeoutMs: 5000,
    });
    // A probe that could not be run has shown nothing: as good as one that got out.
    results.push({ name, escaped: status !== 'passed', ...(detail !== undefined && { detail }) });
  }
  return results;
}
