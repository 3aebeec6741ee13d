import { Args } from '@oclif/core';
import type { TokenInfo } from '../../../servers/kit/src/contract/admin.ts';
import { ProjectCommand } from '../../lib/cli/command.ts';
import { tokenReference } from '../../lib/cli/tokens.ts';

export default class TokenRevoke extends ProjectCommand {
  static override args = {
    token: Args.string({
      description: 'A token or its id; `-` reads it from standard input.',
      required: true,
    }),
  };
  static override description =
    'Every call with it is refused from then on. Revoking one that is revoked or expired already is no failure.';
  static override examples = ['<%= config.bin %> <%= command.id %> 7Yv1kq0XbQ'];
  static override summary = 'Revoke an access token.';

  async run(): Promise<TokenInfo> {
    const { args, flags } = await this.parse(TokenRevoke);
    const reference = await tokenReference(args.token, process.stdin);
    const token = await this.target(flags).admin.revokeToken(reference);
    this.log('%s', `The token ${token.id} is ${token.state}.`);
    return token;
  }
}
