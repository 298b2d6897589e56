import { z } from 'zod';

/**
 * The part of https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json that our entry uses, strictly,
 * with two rules of the registry that no schema says: versions are exact, and npm packages carry theirs. No npm package
 * carries the schema itself.
 */
const ExactVersion = z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/);

const Input = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
  default: z.string().optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
});

export const ServerJson = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: ExactVersion,
  packages: z.array(
    z.strictObject({
      registryType: z.literal('npm'),
      identifier: z.string(),
      version: ExactVersion,
      runtimeHint: z.string().optional(),
      transport: z.strictObject({ type: z.literal('stdio') }),
      environmentVariables: z.array(Input),
    }),
  ),
});
