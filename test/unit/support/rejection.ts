import { UserError } from '../../../src/lib/errors.ts';

/** The UserError that a promise rejects with; anything else fails the test. */
export async function userError(promise: Promise<unknown>): Promise<UserError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

/** The UserError that a function throws. */
export const thrownUserError = (run: () => unknown): Promise<UserError> =>
  userError(Promise.resolve().then(run));
