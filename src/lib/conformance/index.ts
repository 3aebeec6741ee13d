export {
  assess,
  exitCodeOf,
  parseBaseline,
  writeBaseline,
  type Assessment,
  type BaselineEntry,
} from './baseline.ts';
export { documentOf, render, REPORTERS, type Reporter } from './reporters/index.ts';
export { testTarget, type SignIn, type TestOptions } from './runner.ts';
export { smoke, type SmokeResult, type SmokeRoute } from './smoke.ts';
export { REVISIONS, SUITES, type CheckResult, type Report, type Revision, type Suite } from './types.ts';
