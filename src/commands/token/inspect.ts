import { Args } from '@oclif/core';
import type { TokenInfo } from '../../../servers/kit/src/contract/admin.ts';
import { ProjectCommand } from '../../lib/cli/command.ts';
import { tokenReference, tokenText } from '../../lib/cli/tokens.ts';

export default class TokenInspect extends ProjectCommand {
  static override args = {
    token: Args.string({
      description: 'A token or its id; `-` reads it from standard input.',
      required: true,
    }),
  };
  static override description =
    'Whether it is active, whom it speaks for, and what it opens. The exit code is 0 for a token that is known, in whatever state it is, and 1 for one that is not.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> 7Yv1kq0XbQ',
    'echo "$TOKEN" | <%= config.bin %> <%= command.id %> -',
  ];
  static override summary = 'Show an access token.';

  async run(): Promise<TokenInfo> {
    const { args, flags } = await this.parse(TokenInspect);
    const reference = await tokenReference(args.token, process.stdin);
    const token = await this.target(flags).admin.inspectToken(reference);
    this.log('%s', tokenText(token));
    return token;
  }
}
