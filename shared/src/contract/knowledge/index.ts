export {
  knowledgeLibraries,
  type Ingest,
  type IngestStatus,
  type Library,
  type LibraryVersion,
  type Source,
} from './libraries.ts';
export { searchKnowledge, SearchRequest, SearchAnswer, SearchResult, type DocPage } from './search.ts';
export { knowledgeVerify, VerifyRequest, type VerifiedCitation } from './verify.ts';
export { DocSource, SourceKind, Provenance } from './common.ts';
