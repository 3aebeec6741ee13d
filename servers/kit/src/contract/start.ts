import { z } from 'zod';

/**
 * What the gateway tells the `up` that started it, once, over Node's IPC channel.
 * In the foreground the gateway ends when the channel closes, so it never outlives `up`.
 */
export const startMessageSchema = z.discriminatedUnion('type', [
  /** The public port and the admin socket answer; services may still be starting. */
  z.strictObject({ type: z.literal('listening'), pid: z.int(), url: z.url() }),
  z.strictObject({
    type: z.literal('failed'),
    code: z.enum([
      'PORT_IN_USE',
      'ALREADY_RUNNING',
      'DISK_FULL',
      'READ_ONLY',
      'NO_PERMISSION',
      'INVALID_CONFIG',
      'START_FAILED',
    ]),
    message: z.string(),
  }),
]);

export type StartMessage = z.infer<typeof startMessageSchema>;
