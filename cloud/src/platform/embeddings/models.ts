/** Known models, so that a name is enough. */
const ownDimensions = new Map([
  ['text-embedding-3-small', 1_536],
  ['text-embedding-3-large', 3_072],
  ['text-embedding-ada-002', 1_536],
]);

/** Of a whole vector of a known model. */
export const dimensionsOf = (model: string) => ownDimensions.get(model);
