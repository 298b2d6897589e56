import { createClient } from '@whetstone/shared/client';
import { chromium, type Browser } from 'playwright-core';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    dashboard: { url: string; adminKey: string; chromium: string; docsDir: string };
  }
}

/** A busy machine takes its time for the thousand flags of a test. */
const timeoutMs = 30_000;

/** The Chromium that all files share; closing it closes what was opened by it, no more. */
export const openChromium = (): Promise<Browser> => chromium.connect(inject('dashboard').chromium);

/** A project of its own on the server that all files share. */
export async function openProject(name: string) {
  const { url, adminKey, docsDir } = inject('dashboard');
  const { id, adminKey: key } = await createClient({ baseUrl: url, apiKey: adminKey, timeoutMs }).createProject({
    name,
  });
  return {
    url,
    id,
    name,
    /** Folders below it are taken as documentation by the server. */
    docsDir,
    adminKey: () => key.secret,
    client: createClient({ baseUrl: url, apiKey: key.secret, timeoutMs }),
  };
}

export type OwnProject = Awaited<ReturnType<typeof openProject>>;
