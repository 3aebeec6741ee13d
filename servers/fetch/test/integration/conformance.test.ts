import { describeConformance } from '../../../kit/test/support/conformance.ts';
import { createFetch } from '../../src/index.ts';

describe('fetchs, by the official conformance suite', () => {
  describeConformance(createFetch);
});
