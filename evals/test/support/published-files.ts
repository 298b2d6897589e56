/**
 * Every samples file with published verdicts, and the counts that their publishers state. The verdicts of the MBPP files are
 * about the tests in their own rows, which differ from MBPP's: the file is its own data set.
 */
export const publishedFiles = [
  { file: 'ldb/humaneval.seed.codellama', dataset: 'humaneval', rows: 164, passed: 81 },
  { file: 'ldb/humaneval.seed.starcoder', dataset: 'humaneval', rows: 164, passed: 64 },
  { file: 'ldb/humaneval.seed.gpt-3.5-turbo-0613', dataset: 'humaneval', rows: 164, passed: 121 },
  { file: 'ldb/humaneval.ldb.codellama', dataset: 'humaneval', rows: 164, passed: 91 },
  { file: 'ldb/humaneval.ldb.starcoder', dataset: 'humaneval', rows: 164, passed: 65 },
  { file: 'ldb/humaneval.ldb.gpt-3.5-turbo-0613', dataset: 'humaneval', rows: 164, passed: 136 },
  { file: 'reflexion/humaneval.simple.gpt-3.5-turbo', dataset: 'humaneval', rows: 164, passed: 42 },
  { file: 'reflexion/humaneval.simple.gpt-4', dataset: 'humaneval', rows: 164, passed: 134 },
  { file: 'reflexion/humaneval.simple.text-davinci-003', dataset: 'humaneval', rows: 164, passed: 96 },
  { file: 'ldb/mbpp.seed.codellama', dataset: 'its own', rows: 500, passed: 256 },
  { file: 'ldb/mbpp.seed.starcoder', dataset: 'its own', rows: 500, passed: 258 },
  { file: 'ldb/mbpp.seed.gpt-3.5-turbo-0613', dataset: 'its own', rows: 500, passed: 338 },
  { file: 'reflexion/mbpp.simple.gpt-4', dataset: 'its own', rows: 397, passed: 318 },
] as const;

/** Those that go by MBPP's own numbers and functions, so that its asserts could grade them too. */
export const filesOfMbpp = ['ldb/mbpp.seed.codellama', 'ldb/mbpp.seed.starcoder', 'ldb/mbpp.seed.gpt-3.5-turbo-0613'];
