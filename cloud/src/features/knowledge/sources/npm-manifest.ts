import { z } from 'zod';

/** Of package.json what documentation has to do with. What is not as npm wants it is as if it was not there. */
const PackageJson = z.object({
  name: z.string(),
  version: z.string(),
  types: z.string().optional().catch(undefined),
  typings: z.string().optional().catch(undefined),
  main: z.string().optional().catch(undefined),
  module: z.string().optional().catch(undefined),
  exports: z.unknown().optional(),
  repository: z
    .preprocess(
      (value) => (typeof value === 'string' ? { url: value } : value),
      z.object({ url: z.string(), directory: z.string().optional() }),
    )
    .optional()
    .catch(undefined),
});
export type PackageJson = z.infer<typeof PackageJson>;

export function packageJsonOf(bytes: Buffer): PackageJson | undefined {
  try {
    return PackageJson.parse(JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, '')));
  } catch {
    return undefined;
  }
}
