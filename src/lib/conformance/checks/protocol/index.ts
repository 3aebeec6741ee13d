import { baseChecks } from './base.ts';
import { capabilityChecks, hindsightChecks } from './capabilities.ts';
import { jsonRpcChecks } from './json-rpc.ts';
import { promptChecks } from './prompts.ts';
import { resourceChecks } from './resources.ts';
import { toolListChecks } from './tool-list.ts';
import { toolCallChecks } from './tools.ts';
import { utilityChecks } from './utilities.ts';

export const protocolChecks = [
  ...baseChecks,
  ...jsonRpcChecks,
  ...capabilityChecks,
  ...toolListChecks,
  ...toolCallChecks,
  ...resourceChecks,
  ...promptChecks,
  ...utilityChecks,
  ...hindsightChecks,
];
