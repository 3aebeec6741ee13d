// Child processes of the bootstrap. Runs on Node 20.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A failure that a person can mend: what happened, and what to do next. */
export class SetupError extends Error {
  constructor(message, nextStep, exitCode = 1) {
    super(message);
    this.name = 'SetupError';
    this.nextStep = nextStep;
    this.exitCode = exitCode;
  }
}

export const step = (text) => console.error(`> ${text}`);

/** The exit code of a shell for a child that ended: its own, or 128 and the signal's number. */
export const exitCodeOf = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0);

/**
 * Runs a program on this terminal and waits for its end.
 * SIGTERM and SIGHUP reach only us when they are sent by `kill`, so they are passed on. SIGINT reaches the child
 * by itself when it comes from the terminal; it is passed on late, for the case that it did not.
 */
export function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const timers = [];
    const forward = (signal) => child.kill(signal);
    const handlers = {
      SIGINT: () => timers.push(setTimeout(forward, 2000, 'SIGINT')),
      SIGTERM: forward,
      SIGHUP: forward,
    };
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    const release = () => {
      timers.forEach(clearTimeout);
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    };
    child.once('error', (error) => {
      release();
      fail(new SetupError(`${command} could not be started: ${error.message}`, `Install ${command}.`));
    });
    child.once('exit', (code, signal) => {
      release();
      done(exitCodeOf(code, signal));
    });
  });
}

/** Runs a program of Node's like run does; it ends when this process ends, however that happens. */
export const runOwned = (node, args, options = {}) =>
  run(node, ['--import', new URL('end-with-parent.mjs', import.meta.url).href, ...args], {
    ...options,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });

/** Like run, for a step without which nothing can go on. */
export async function mustRun(command, args, options, message, nextStep) {
  const code = await run(command, args, options);
  if (code >= 128) throw new SetupError('Interrupted.', 'Run it again; it goes on where it stopped.', code);
  if (code !== 0) throw new SetupError(message, nextStep);
}
