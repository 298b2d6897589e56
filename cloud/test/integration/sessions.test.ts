import { Session } from '@whetstone/shared/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOn, describeOnEngines, postgres, type Place } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

/** Keeps cookies and says where a request comes from, as browsers do. */
function browserAt(app: TestApp) {
  let cookies = new Map<string, string>();
  const ask = async (method: string, path: string, { body, from = 'same-origin', headers = {} }: Ask = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await app.call(method, path, {
      body,
      headers: { ...(cookie && { cookie }), ...(from && { 'sec-fetch-site': from }), ...headers },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = '', rest = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
      if (rest.includes('Max-Age=0')) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const signIn = async (key: string) => {
    const answer = await ask('POST', '/auth/key', { body: { key } });
    expect(answer.status).toBe(200);
    return Session.parse(await answer.json());
  };
  return { ask, signIn, cookies: () => cookies, forge: (next: Map<string, string>) => (cookies = next) };
}

interface Ask {
  body?: unknown;
  /** Empty: a browser that does not say. */
  from?: string;
  headers?: Record<string, string>;
}

const hourMs = 3_600_000;
const inProject = (id: string) => ({ 'x-whetstone-project': id });

describeOnEngines('a signed-in browser', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine, { clock });
  });
  afterAll(() => app.close());

  it('shows its key once; a cookie that no script reads and no other site sends stands for it', async () => {
    const browser = browserAt(app);
    const answer = await browser.ask('POST', '/auth/key', { body: { key: app.adminKey } });
    expect(await answer.json()).toMatchObject({
      projects: [{ project: { id: app.projectId, name: 'Default' }, key: { role: 'admin' } }],
    });
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).toMatch(/; Max-Age=43200/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    // Neither as it is nor in base64.
    const [payload = ''] = [...browser.cookies().values()][0]!.split('.');
    expect(Buffer.from(payload, 'base64url').toString() + cookie).not.toContain(app.adminKey.slice(17));
    expect(await (await browser.ask('GET', '/api/me')).json()).toMatchObject({ key: { role: 'admin' } });
  });

  it('is told of a key that does not work, in the same words as everybody, and gets no cookie', async () => {
    const browser = browserAt(app);
    for (const key of ['wsk_nonsense', `${app.adminKey.slice(0, -7)}0000000`]) {
      const answer = await browser.ask('POST', '/auth/key', { body: { key } });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'unauthorized', requestId: expect.any(String) });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(await (await browser.ask('GET', '/auth/session')).json()).toEqual({ projects: [] });
    expect((await browser.ask('GET', '/api/me')).status).toBe(401);
  });

  it('changes nothing on the say of another site, of another port or of a request without an origin', async () => {
    const browser = browserAt(app);
    await browser.signIn(app.adminKey);
    const own = new URL(app.baseUrl);
    const create = (ask: Ask, key: string) => browser.ask('POST', '/api/flags', { body: aFlag(key), ...ask });
    for (const ask of [
      { from: 'cross-site' },
      { from: 'same-site' },
      { from: 'none' },
      { from: '' },
      { from: '', headers: { origin: 'https://evil.example' } },
      { from: '', headers: { origin: `http://${own.hostname}:1` } },
      { from: '', headers: { origin: 'null' } },
      // The site goes before an origin that somebody made up.
      { from: 'cross-site', headers: { origin: own.origin } },
    ]) {
      expect([ask, (await create(ask, 'forged')).status]).toEqual([ask, 403]);
    }
    expect((await browser.ask('GET', '/api/me', { from: 'cross-site' })).status).toBe(403);
    expect((await browser.ask('POST', '/auth/logout', { body: {}, from: 'cross-site' })).status).toBe(403);
    const signIn = await browser.ask('POST', '/auth/key', { body: { key: app.adminKey }, from: 'cross-site' });
    expect(signIn.status).toBe(403);
    await expect(app.admin.getFlag({ key: 'forged' })).rejects.toMatchObject({ code: 'not_found' });

    expect((await create({ from: 'same-origin' }, 'by-page')).status).toBe(201);
    expect((await create({ from: '', headers: { origin: own.origin } }, 'by-old-page')).status).toBe(201);
  });

  it('leaves programs alone: who shows a key is asked for no origin, whatever cookie comes along', async () => {
    const browser = browserAt(app);
    await browser.signIn(await app.keyWith('viewer'));
    const headers = { authorization: `Bearer ${app.adminKey}` };
    const answer = await browser.ask('POST', '/api/flags', { body: aFlag('by-key'), from: 'cross-site', headers });
    expect(answer.status).toBe(201);
    const wrong = await browser.ask('GET', '/api/me', { headers: { authorization: 'Bearer wsk_wrong' } });
    expect(wrong.status).toBe(401);
  });

  it('signs out', async () => {
    const browser = browserAt(app);
    await browser.signIn(app.adminKey);
    expect(await (await browser.ask('POST', '/auth/logout', { body: {} })).json()).toEqual({ projects: [] });
    expect(browser.cookies().size).toBe(0);
    expect((await browser.ask('GET', '/api/me')).status).toBe(401);
  });

  it('follows its key: downgraded, it may less; revoked, nothing, and the session no longer names it', async () => {
    const browser = browserAt(app);
    const key = await app.admin.createKey({ name: 'editor of the browser', role: 'editor' });
    await browser.signIn(key.secret);
    expect((await browser.ask('POST', '/api/flags', { body: aFlag('as-editor') })).status).toBe(201);
    await app.admin.updateKey({ id: key.id, role: 'viewer' });
    expect((await browser.ask('DELETE', '/api/flags/as-editor')).status).toBe(403);
    expect((await browser.ask('GET', '/api/flags/as-editor')).status).toBe(200);
    await app.admin.revokeKey({ id: key.id });
    expect((await browser.ask('GET', '/api/flags/as-editor')).status).toBe(401);
    expect(await (await browser.ask('GET', '/auth/session')).json()).toEqual({ projects: [] });
    expect(browser.cookies().size).toBe(0);
  });

  it('has to show its key again after twelve hours, however busy it was and whatever else was signed in', async () => {
    const browser = browserAt(app);
    await browser.signIn(app.adminKey);
    advance(11 * hourMs);
    const { key, projectId } = await app.otherTenant('Second of the twelve hours');
    await browser.signIn(key);
    expect((await browser.ask('GET', '/api/me', { headers: inProject(app.projectId) })).status).toBe(200);
    advance(hourMs);
    expect((await browser.ask('GET', '/api/me', { headers: inProject(app.projectId) })).status).toBe(401);
    expect((await browser.ask('GET', '/api/me', { headers: inProject(projectId) })).status).toBe(200);
    expect(await (await browser.ask('GET', '/auth/session')).json()).toMatchObject({
      projects: [{ project: { id: projectId } }],
    });
  });

  it('gets nowhere with a cookie that was changed or signed elsewhere', async () => {
    const browser = browserAt(app);
    await browser.signIn(await app.keyWith('viewer'));
    const [[name, value] = ['', '']] = browser.cookies();
    const [payload = '', signature = ''] = value.split('.');
    const forged = Buffer.from(payload, 'base64url')
      .toString()
      .replace(/wsk|[0-9A-Za-z]{12}/, 'AAAAAAAAAAAA');
    for (const cookie of [
      `${Buffer.from(forged).toString('base64url')}.${signature}`,
      `${payload}.${signature.slice(0, -2)}xx`,
      payload,
      `${payload}.`,
      '.',
      'x'.repeat(3_000),
      '%00',
    ]) {
      browser.forge(new Map([[name, cookie]]));
      expect([cookie, (await browser.ask('GET', '/api/me')).status]).toEqual([cookie, 401]);
    }
  });

  it('has what it is answered kept by nobody on the way, and none of it is lost to a cookie of the same name', async () => {
    const browser = browserAt(app);
    await browser.signIn(await app.keyWith('viewer'));
    for (const path of ['/api/me', '/api/flags', '/api/flags/nothing'])
      expect((await browser.ask('GET', path)).headers.get('cache-control')).toBe('no-store');
    const [[name, value] = ['', '']] = browser.cookies();
    for (const cookie of [`${name}=planted; ${name}=${value}`, `${name}=${value}; ${name}=planted`]) {
      const headers = { cookie, 'sec-fetch-site': 'same-origin' };
      expect((await app.call('GET', '/api/me', { headers })).status).toBe(200);
    }
  });

  it('holds a key for each of several projects; every request says which, and none reaches a third', async () => {
    const browser = browserAt(app);
    await app.admin.createFlag(aFlag('only-in-first'));
    const second = await app.otherTenant('Second');
    const third = await app.otherTenant('Third');
    await browser.signIn(app.adminKey);
    expect((await browser.signIn(second.key)).projects.map(({ project }) => project.id)).toEqual([
      second.projectId,
      app.projectId,
    ]);
    const flag = (id: string) => browser.ask('GET', '/api/flags/only-in-first', { headers: inProject(id) });
    expect((await flag(app.projectId)).status).toBe(200);
    expect((await flag(second.projectId)).status).toBe(404);
    expect((await flag(third.projectId)).status).toBe(401);
    const unnamed = await browser.ask('GET', '/api/flags/only-in-first');
    expect([unnamed.status, await unnamed.json()]).toMatchObject([400, { code: 'invalid' }]);

    await browser.ask('POST', '/auth/logout', { body: { projectId: app.projectId } });
    expect((await flag(app.projectId)).status).toBe(401);
    expect((await flag(second.projectId)).status).toBe(404);
  });

  it('holds one key a project: the latest shown', async () => {
    const browser = browserAt(app);
    await browser.signIn(app.adminKey);
    const { projects } = await browser.signIn(await app.keyWith('viewer'));
    expect(projects.map(({ key }) => key.role)).toEqual(['viewer']);
    expect((await browser.ask('POST', '/api/flags', { body: aFlag('as-viewer') })).status).toBe(403);
  });

  it('reads the stream, which ends with its key', async () => {
    const browser = browserAt(app);
    const key = await app.admin.createKey({ name: 'reads the stream', role: 'viewer' });
    await browser.signIn(key.secret);
    const answer = await browser.ask('GET', '/api/flags/stream');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('event: ruleset')) text += (await reader.read()).value ?? '';
    await app.admin.revokeKey({ id: key.id });
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value;
    expect((await browser.ask('GET', '/api/flags/stream')).status).toBe(401);
  });
});

describeOn(postgres, 'a browser between two servers', (engine) => {
  let place: Place;
  let [one, two]: TestApp[] = [];
  beforeAll(async () => {
    place = await engine.place();
    one = await startApp(engine, { place });
    two = await startApp(engine, { place, adminKey: one.adminKey });
  });
  afterAll(async () => {
    await two?.close();
    await one?.close();
    await place.remove();
  });

  it('is signed in at both, and at neither when its key was revoked at one', async () => {
    const key = await one!.admin.createKey({ name: 'between two', role: 'viewer' });
    const browser = browserAt(one!);
    await browser.signIn(key.secret);
    const elsewhere = browserAt(two!);
    elsewhere.forge(browser.cookies());
    expect((await elsewhere.ask('GET', '/api/me')).status).toBe(200);
    await one!.admin.revokeKey({ id: key.id });
    await vi.waitFor(async () => expect((await elsewhere.ask('GET', '/api/me')).status).toBe(401), { timeout: 1_000 });
  });
});

describeOn(postgres, 'a browser that reaches the server by https', (engine) => {
  it('gets a cookie that only https and only this host send back', async () => {
    const app = await startApp(engine, { publicUrl: 'https://whetstone.example.com' });
    const body = { key: app.adminKey };
    const answer = await app.call('POST', '/auth/key', { body, headers: { 'sec-fetch-site': 'same-origin' } });
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-whetstone-[^;]+; Path=\/; .*; Secure/);
    const from = (origin: string) => app.call('POST', '/auth/key', { body, headers: { origin } });
    expect((await from('https://whetstone.example.com')).status).toBe(200);
    expect((await from('http://whetstone.example.com')).status).toBe(403);
    await app.close();
  });
});
