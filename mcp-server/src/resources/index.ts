import { flagResources } from './flags.ts';
import type { Resource } from './resource.ts';
import { statusResource } from './status.ts';

/** Every resource. */
export const resources: readonly Resource[] = [statusResource, flagResources];
