import { ToolError } from '@mcpgw/kit/mcp';

/** Nothing was sent: the guard has said no. */
export class Refusal extends ToolError {
  constructor(reason: string) {
    super(`Refused: ${reason}`);
    this.name = 'Refusal';
  }
}
