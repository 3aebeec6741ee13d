import type { Hook } from '@oclif/core';
import { failureDocument, failureText, toFailure } from '../lib/cli/failure.ts';
import { didYouMean } from '../lib/config/nearest.ts';
import { UserError } from '../lib/errors.ts';

/** Says which command was probably meant, in the form of every other failure. */
export const commandNotFound: Hook.CommandNotFound = function ({ argv = [], config, id }) {
  const known = config.commandIDs.map((name) => name.replaceAll(':', ' '));
  const name = id.replaceAll(':', ' ');
  const failure = toFailure(
    new UserError('WRONG_USE', `There is no command ${name}.${didYouMean(name, known)}`, {
      nextSteps: ['See all commands with `mcpgw --help`.'],
    }),
  );
  if (argv.includes('--json')) this.log(JSON.stringify(failureDocument(failure), null, 2));
  else process.stderr.write(`${failureText(failure)}\n`);
  this.exit(failure.exitCode);
  return Promise.resolve();
};
