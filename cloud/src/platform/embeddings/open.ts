import type { Logger } from 'pino';
import { breaker } from '../breaker.ts';
import { ServiceFault } from '../service-fault.ts';
import type { Embeddings } from './embeddings.ts';
import { openAiEmbeddings, type EmbeddingsEndpoint } from './openai.ts';

interface Options {
  /** Undefined: there are none. */
  endpoint: EmbeddingsEndpoint | undefined;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
}

/**
 * The engine that the configuration chose. Nothing is asked of it yet: one that is away, or that has other models only, stops no
 * start, and is not waited for by each who searches.
 */
export function openEmbeddings({ endpoint, clock, log }: Options): Embeddings | undefined {
  if (!endpoint) return undefined;
  const embeddings = openAiEmbeddings(endpoint);
  const { attempt } = breaker({
    clock,
    complain: (error) => log.warn({ reason: String(error) }, 'no embeddings; search is lexical meanwhile'),
    isFailure: (error) => !(error instanceof ServiceFault && error.isRefusal),
  });
  return { ...embeddings, embed: (texts, options) => attempt(() => embeddings.embed(texts, options)) };
}
