import { Flags } from '@oclif/core';
import type { CreatedToken } from '../../../servers/kit/src/contract/admin.ts';
import { ProjectCommand } from '../../lib/cli/command.ts';
import { listFlag, parseTtl, words } from '../../lib/cli/flags.ts';
import { createToken } from '../../lib/cli/tokens.ts';

export default class TokenCreate extends ProjectCommand {
  static override description =
    'The token stands alone on stdout. Its principal is local:owner, or local:USER with --user; its client is mcpgw-cli.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --service echo-stateless',
    '<%= config.bin %> <%= command.id %> --service fetch --service time --ttl 15m --user alice',
    'curl -H "Authorization: Bearer $(<%= config.bin %> <%= command.id %> --service echo-stateless)" …',
  ];
  static override flags = {
    scope: listFlag({ helpValue: 'SCOPE', summary: 'What it may do; `mcp` without it. May be repeated.' }),
    service: listFlag({
      char: 's',
      helpValue: 'SERVICE',
      summary: 'The service it is for; every enabled one without it. May be repeated.',
    }),
    ttl: Flags.string({
      default: '1h',
      helpValue: 'TIME',
      summary: 'How long it is good, 24h at most: 90s, 30m, 1h.',
    }),
    user: Flags.string({ helpValue: 'USER', summary: 'The user it speaks for; the owner without it.' }),
  };
  static override summary = 'Make an access token of the running project.';

  async run(): Promise<CreatedToken> {
    const { flags } = await this.parse(TokenCreate);
    const { created, services } = await createToken(this.target(flags).admin, {
      services: words(flags.service),
      user: flags.user,
      ttl: parseTtl(flags.ttl),
      scopes: words(flags.scope),
    });
    if (flags.service === undefined) this.note(`For all enabled services: ${services.join(', ')}.`);
    this.note(`Good until ${created.expiresAt} for ${created.principal}; its id is ${created.id}.`);
    this.log('%s', created.token);
    return created;
  }
}
