import { execFileSync } from 'node:child_process';
import { until } from '../until.ts';

interface Process {
  pid: number;
  parent: number;
  command: string;
}

function listProcesses(): Process[] {
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' }).split(
    '\n',
  );
  return lines.flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // A zombie has ended; its parent just has not asked yet.
    if (pid === undefined || state.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/**
 * Every process that belongs to a project: those that name its folder on their command line, and their descendants.
 * @param folder the project's root
 */
export function projectProcesses(folder: string): Process[] {
  const all = listProcesses().filter(({ pid }) => pid !== process.pid);
  const found = new Map(all.filter(({ command }) => command.includes(folder)).map((one) => [one.pid, one]));
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const one of all) if (found.has(one.parent)) found.set(one.pid, one);
  }
  return [...found.values()];
}

/**
 * Waits until all the given processes have ended, and all others of the project.
 * @param known what projectProcesses said while they ran: an orphan may not name the folder
 */
export async function allGone(folder: string, known: readonly Process[], ms = 5_000): Promise<void> {
  const left = (): Process[] => {
    const running = new Map(listProcesses().map((one) => [one.pid, one.command]));
    return [...known.filter(({ pid, command }) => running.get(pid) === command), ...projectProcesses(folder)];
  };
  try {
    await until('no process is left', () => left().length === 0, ms);
  } catch {
    const lines = left().map(({ pid, command }) => `${pid} ${command}`);
    throw new Error(`Still running after ${ms} ms:\n${lines.join('\n')}`);
  }
}
