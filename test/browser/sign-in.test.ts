import { createClient } from '@whetstone/shared/client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openDashboard } from './support/browser.ts';
import { openChromium, openProject, type OwnProject } from './support/shared.ts';

describe('signing in', () => {
  let project: OwnProject;
  let browser: Browser;
  beforeAll(async () => {
    [project, browser] = await Promise.all([openProject('First project'), openChromium()]);
  });
  afterAll(() => browser.close());

  const open = async () => {
    const dashboard = await openDashboard(browser, { url: project.url });
    onTestFinished(dashboard.close);
    return dashboard;
  };
  const admin = () => project.client;

  it('takes the admin key, stays over a reload, and keeps the key nowhere a script could find it', async () => {
    const { page, context, showKey, complaints } = await open();
    await showKey(project.adminKey());
    await page.reload();
    await page.getByRole('heading', { name: 'Flags' }).waitFor();
    const secret = project.adminKey().slice(17);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state]),
    );
    expect(kept).not.toContain(secret);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(cookie?.value).not.toContain(secret);
    expect(complaints()).toEqual([]);
  });

  it('says of a wrong key that it is wrong, beside the field, and lets one try again', async () => {
    const { page, complaints } = await open();
    await page.goto('/');
    const field = page.getByLabel('API key');
    await field.fill('wsk_nonsense');
    await page.keyboard.press('Enter');
    await page.getByText('this API key is malformed, unknown, revoked or expired').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill(project.adminKey());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Flags' }).waitFor();
    expect(complaints(/401.*\/auth\/key/)).toEqual([]);
  });

  it('opens the page one came for', async () => {
    await admin().createFlag({ key: 'came-for-this', rolloutPercentage: 5 });
    const { page } = await open();
    await page.goto('/flags/came-for-this');
    await page.getByLabel('API key').fill(project.adminKey());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'came-for-this' }).waitFor();
  });

  it('ends when one signs out, also for the next who opens the page', async () => {
    const { page, showKey, complaints } = await open();
    await showKey(project.adminKey());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    await page.reload();
    await page.getByLabel('API key').waitFor();
    expect(complaints()).toEqual([]);
  });

  it('ends with the key, while one looks', async () => {
    const key = await admin().createKey({ name: 'short', role: 'editor' });
    const { page, showKey, complaints } = await open();
    await showKey(key.secret);
    await admin().revokeKey({ id: key.id });
    await page.getByLabel('API key').waitFor();
    expect(complaints(/401/)).toEqual([]);
  });

  it('gives a key the rights it has: a viewer sees, and is told why the rest is closed', async () => {
    const key = await admin().createKey({ name: 'looks on', role: 'viewer' });
    const { page, showKey } = await open();
    await showKey(key.secret);
    const button = page.getByRole('button', { name: 'New flag' });
    expect(await button.isDisabled()).toBe(true);
    expect(await button.getAttribute('title')).toContain('needs the role editor');
  });

  it('holds several projects; a tab keeps to its own, and nothing of one shows in the other', async () => {
    const { adminKey } = await admin().createProject({ name: 'Second project' });
    const second = createClient({ baseUrl: project.url, apiKey: adminKey.secret });
    await admin().createFlag({ key: 'of-the-first', rolloutPercentage: 1 });
    await second.createFlag({ key: 'of-the-second', rolloutPercentage: 2 });

    const { page, context, showKey, complaints } = await open();
    await showKey(project.adminKey());
    await page.getByRole('link', { name: 'of-the-first' }).waitFor();
    await page.getByLabel('Project').selectOption('Sign in to another …');
    await page.getByLabel('API key').fill(adminKey.secret);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'of-the-second' }).waitFor();
    expect(await page.getByRole('link', { name: 'of-the-first' }).count()).toBe(0);

    const other = await context.newPage();
    await other.goto('/');
    await other.getByLabel('Project').selectOption('First project');
    await other.getByRole('link', { name: 'of-the-first' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'of-the-second' }).waitFor();
    expect(await page.getByRole('link', { name: 'of-the-first' }).count()).toBe(0);
    expect(complaints()).toEqual([]);
  });

  it('shows nothing of another tenant to a browser signed in elsewhere', async () => {
    const { adminKey } = await admin().createProject({ name: 'Somebody else' });
    await admin().createFlag({ key: 'private-to-the-first', rolloutPercentage: 1 });
    const { page, showKey, complaints } = await open();
    await showKey(adminKey.secret);
    await page.getByText('No flags yet').waitFor();
    await page.goto('/flags/private-to-the-first');
    await page.getByRole('heading', { name: 'private-to-the-first' }).waitFor();
    expect(await page.getByRole('link', { name: 'private-to-the-first' }).count()).toBe(0);
    const { projects } = await (await page.request.get('/auth/session')).json();
    expect(projects).toHaveLength(1);
    const { project } = await admin().getMe({});
    const stolen = await page.evaluate(async (id) => {
      const answer = await fetch('/api/flags', { headers: { 'x-whetstone-project': id } });
      return answer.status;
    }, project.id);
    expect(stolen).toBe(401);
    expect(complaints(/401|404/)).toEqual([]);
  });
});
