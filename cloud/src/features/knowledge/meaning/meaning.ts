import type { Embeddings } from '../../../platform/embeddings/embeddings.ts';
import type { Vectors } from '../../../platform/vectors/vectors.ts';

/** What searching by meaning needs; a server may have neither. */
export interface Meaning {
  embeddings: Embeddings;
  vectors: Vectors;
}

/** With whom vectors lie, and what they compare with: what was made for another does not serve. */
export interface VectorPlace {
  engine: string;
  space: string;
}

export const placeOf = ({ embeddings, vectors }: Meaning): VectorPlace => ({
  engine: vectors.engine,
  space: embeddings.space,
});
