import type { Preparation } from '../targets/target.ts';
import { printable } from '../text/printable.ts';
import { isPlain } from '../text/terminal.ts';

/** `terminal`: a live list; `lines`: one line a step, as in CI; `silent`: nothing, as under `--json`. */
export type ProgressMode = 'terminal' | 'lines' | 'silent';

/** How progress is shown here; it goes to stderr always. */
export function progressMode(json: boolean): ProgressMode {
  if (json) return 'silent';
  return process.stdout.isTTY && process.stderr.isTTY && !isPlain(process.env) ? 'terminal' : 'lines';
}

/**
 * Shows how packages are being prepared. Nothing appears when all is there already.
 * @param write receives whole lines; standard error when absent
 */
export function createPreparation(
  mode: ProgressMode,
  write: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Preparation {
  if (mode === 'silent') return (_services, prepare) => prepare(() => undefined);
  if (mode === 'terminal') return onTerminal;
  return async (_services, prepare) =>
    prepare(({ service, step }) => write(`${service}: ${printable(step)}`));
}

/** listr2 is loaded at the first step, so that an `up` with everything in place does not pay for it. */
const onTerminal: Preparation = async (_services, prepare) => {
  const steps = new Map<string, string>();
  let show = (): void => undefined;
  let shown: Promise<void> | undefined;
  const work = prepare(({ service, step }) => {
    steps.set(service, printable(step));
    shown ??= showList(
      () => work,
      (redraw) => (show = redraw),
      steps,
    );
    show();
  });
  try {
    return await work;
  } finally {
    await shown;
  }
};

async function showList(
  work: () => Promise<unknown>,
  onRedraw: (redraw: () => void) => void,
  steps: ReadonlyMap<string, string>,
): Promise<void> {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
  const stderr = new ProcessOutput(process.stderr, process.stderr);
  const list = new Listr<object, 'default', 'silent'>(
    [
      {
        title: 'Preparing packages',
        rendererOptions: { outputBar: true, persistentOutput: false },
        task: async (_context, task) => {
          const redraw = (): void => {
            task.output = Array.from(steps, ([service, step]) => `${service}: ${step}`).join('\n');
          };
          onRedraw(redraw);
          redraw();
          await work();
          task.title = 'Packages are ready';
        },
      },
    ],
    {
      // The caller tells of the failure and owns the signals.
      exitOnError: false,
      fallbackRenderer: 'silent',
      registerSignalListeners: false,
      rendererOptions: {
        logger: new ListrLogger({ processOutput: stderr }),
        collapseErrors: false,
        showErrorMessage: false,
      },
    },
  );
  await list.run();
}
