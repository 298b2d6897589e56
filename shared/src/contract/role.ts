import { z } from 'zod';

/** From least to most: each role may do all that the ones before it may. */
export const roles = ['viewer', 'agent', 'editor', 'admin'] as const;

export const Role = z
  .enum(roles)
  .describe('viewer reads; agent also records; editor also changes flags; admin also keys');
export type Role = z.infer<typeof Role>;

export const mayActAs = (held: Role, needed: Role) => roles.indexOf(held) >= roles.indexOf(needed);
