/** Why a service cannot take a request now. */
export type Unavailability = 'starting' | 'failed' | 'unavailable' | 'disabled' | 'stopped';

/**
 * What its caller is told. The reasons themselves are for the owner of the machine: `status` and `logs` show them.
 * @param service short name
 */
export function unavailabilityWords(state: Unavailability, service: string): string {
  switch (state) {
    case 'starting':
      return `The service ${service} is starting. Try again in a moment.`;
    case 'failed':
      return `The service ${service} does not run. \`mcpgw logs ${service}\` shows why, \`mcpgw restart ${service}\` tries again.`;
    case 'unavailable':
      return `The service ${service} cannot run on this machine yet. \`mcpgw status\` shows what is missing.`;
    case 'disabled':
      return `The service ${service} is disabled. \`mcpgw service enable ${service}\` enables it.`;
    case 'stopped':
      return `The service ${service} is not started. \`mcpgw up --only ${service}\` starts it.`;
  }
}
