export { flagWith } from '../../../../shared/test/flags/support.ts';
