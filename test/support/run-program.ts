import { cli, describeResult, type CliOptions } from './cli.ts';

/**
 * Runs any program to its end.
 * @returns its standard output
 * @throws Error with everything it wrote, when its exit code is not 0
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<string> {
  const result = await cli(args, { ...options, program: [program] });
  if (result.code !== 0) throw new Error(`${program} ${args.join(' ')}: ${describeResult(result)}`);
  return result.stdout;
}
