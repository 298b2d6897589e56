import { z } from 'zod';
import { tenancy } from './tenancy.ts';

/**
 * What the paths below /auth take and answer. They stand beside the operations: they set a cookie, which the typed client
 * has no use for, and only pages of the same origin may call them.
 */
export const SignIn = z.strictObject({ key: z.string().min(1).max(200) });
export type SignIn = z.infer<typeof SignIn>;

export const SignOut = z.strictObject({
  projectId: z.uuid().optional().describe('The one project to sign out of; default all of them'),
});
export type SignOut = z.infer<typeof SignOut>;

/** The keys a browser is signed in with, one a project; none when it is not. */
export const Session = z.object({
  projects: z.array(
    tenancy.getMe.output.extend({ endsAt: z.iso.datetime().describe('When the key has to be shown again') }),
  ),
});
export type Session = z.infer<typeof Session>;

/** Names the project a request of a signed-in browser is for: two tabs may look at two of them. */
export const projectHeader = 'x-whetstone-project';
