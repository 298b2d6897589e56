import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startGuidedModel } from '../../../test/support/guided-model.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines, type Place } from '../support/engines.ts';

const tasks = 40;
const good = 'Multiply before you return';
const idle = 'Prefer short names';
const names = Array.from({ length: tasks }, (_, i) => `times_${i}_x`);
const rows = names.map((name, i) => ({
  task_id: `Own/${i}`,
  prompt: `def ${name}(x):\n    """${i + 2} times x."""\n`,
  entry_point: name,
  canonical_solution: `    return ${i + 2} * x\n`,
  test: `def check(candidate):\n    assert candidate(3) == ${3 * (i + 2)}\n`,
}));
const fenced = (code: string) => `\`\`\`python\n${code}\n\`\`\``;
const problems = rows.map(({ task_id: id, prompt }, i) => ({
  id,
  mark: `def ${names[i]}(`,
  right: fenced(`${prompt}    return ${i + 2} * x`),
  wrong: fenced(`${prompt}    return ${i + 2} + x`),
}));

/** Everything is real but the model, which follows what it reads. */
describeOnEngines('the gate of guidance', (engine) => {
  let place: Place;
  let app: TestApp;
  let folder: string;
  let model: Awaited<ReturnType<typeof startGuidedModel>>;
  const start = (adminKey?: string) =>
    startApp(engine, {
      place,
      ...(adminKey !== undefined && { adminKey }),
      evals: {
        datasetsDir: folder,
        openai: {
          apiKey: 'a fake key',
          baseUrl: model.baseUrl,
          // So that what stands in a prompt costs little against what is answered.
          price: { inputPerMillion: 1, outputPerMillion: 100 },
        },
      },
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whetstone-guidance-'));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'times.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    model = await startGuidedModel({ problems, lessons: [{ rule: good, helps: true }], obedience: 0.95 });
    place = await engine.place();
    app = await start();
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await model.stop();
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const release = (version: string) =>
    app.admin.releaseGuidance({
      version,
      dataset: 'times.jsonl',
      model: 'scripted',
      effectPoints: 40,
      samplesPerProblem: 1,
    });
  const decided = (version: string) =>
    vi.waitFor(
      async () => {
        const found = await app.admin.getGuidanceVersion({ version });
        expect(found.gate!.decision).not.toBe('pending');
        return found;
      },
      { timeout: 100_000, interval: 200 },
    );

  it('finds out that a rule helps by runs that outlive the server, and serves it', { timeout: 120_000 }, async () => {
    const { version } = await app.admin.createGuidance({ rules: [{ text: good }] });
    const { plan, runs } = await release(version);
    expect(plan).toMatchObject({ tasks, samplesPerProblem: 1, candidates: 1 });
    await app.work();
    await vi.waitFor(() => expect(model.calls.length).toBeGreaterThan(3), { timeout: 30_000 });
    const { adminKey } = app;
    await app.close();
    app = await start(adminKey);
    await app.work();

    const { status, gate } = await decided(version);
    expect(gate).toMatchObject({ decision: 'accepted', path: 'gain', pairs: tasks, runs });
    expect(gate!.wins).toBeGreaterThan(gate!.losses!);
    expect(status).toBe('released');
    const { run } = await app.admin.getEvalResults({ runId: runs.with!, limit: 1 });
    expect(run).toMatchObject({
      purpose: 'gate',
      parentId: gate!.id,
      flag: { key: 'guidance', variant: version },
      build: { guidanceVersion: version },
    });
    // It really reads it.
    expect(model.calls.some(({ request }) => request.messages[0]!.content.includes(`- ${good}`))).toBe(true);
  });

  it('does not release what changes nothing', { timeout: 120_000 }, async () => {
    const { version } = await app.admin.createGuidance({ rules: [{ text: idle }] });
    await release(version);
    const { status, gate } = await decided(version);
    expect(gate!.decision).not.toBe('accepted');
    expect(['refused', 'inconclusive']).toContain(status);
    expect((await app.admin.getFlag({ key: 'guidance' })).variants).not.toHaveProperty(version);
  });
});
