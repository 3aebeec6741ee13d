import type { TokenInfo } from '../../../servers/kit/src/contract/admin.ts';
import { ProjectCommand } from '../../lib/cli/command.ts';
import { tokensText } from '../../lib/cli/tokens.ts';

export default class TokenList extends ProjectCommand {
  static override description = 'What the running project knows of them; never the tokens themselves.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];
  static override summary = 'List access tokens.';

  async run(): Promise<TokenInfo[]> {
    const { flags } = await this.parse(TokenList);
    const tokens = await this.target(flags).admin.listTokens();
    this.log('%s', tokensText(tokens));
    return tokens;
  }
}
