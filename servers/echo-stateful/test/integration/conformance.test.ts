import { describeConformance } from '../../../kit/test/support/conformance.ts';
import { createEchoStateful } from '../../src/index.ts';

describe('echo-stateful, by the official conformance suite', () => {
  describeConformance(createEchoStateful);
});
