import { describeConformance } from '../../../kit/test/support/conformance.ts';
import { createEchoStateless } from '../../src/index.ts';

describe('echo-stateless, by the official conformance suite', () => {
  describeConformance(createEchoStateless);
});
