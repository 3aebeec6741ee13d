#!/usr/bin/env node
import { onRecentNode } from './recent-node.js';

await onRecentNode(async () => {
  const { execute } = await import('@oclif/core');
  await execute({ dir: import.meta.url });
});
