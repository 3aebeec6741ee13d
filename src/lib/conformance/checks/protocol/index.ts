import type { Check } from '../../check.ts';
import type { Link } from '../../mcp/types.ts';
export const protocolChecks: Check<Link>[] = [];
