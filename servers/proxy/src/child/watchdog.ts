import { spawn, type ChildProcess } from 'node:child_process';

/** Ends process groups when their owner can no longer do it: after SIGKILL, or a crash. */
export interface Watchdog {
  /** Takes a process group into care; to be called as soon as it exists. */
  add(pgid: number): void;
  /** The owner has ended the group itself. */
  remove(pgid: number): void;
  /** Ends the watchdog, and with it whatever is still in its care. */
  close(): void;
}

/**
 * Reads `+pgid` and `-pgid` lines. The pipe ends with its owner, however that died; then every group that is left
 * gets SIGTERM, two seconds of grace, and SIGKILL.
 */
const SCRIPT = `
trap '' HUP INT TERM
groups=' '
while read -r line; do
  pgid="\${line#?}"
  case "$line" in
    +*) groups="$groups$pgid " ;;
    -*) case "$groups" in *" $pgid "*) groups="\${groups%% $pgid *} \${groups#* $pgid }" ;; esac ;;
  esac
done
for pgid in $groups; do kill -TERM "-$pgid"; done
for round in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for pgid in $groups; do kill -0 "-$pgid" && left=yes; done
  [ -z "$left" ] && exit 0
  sleep 0.2
done
for pgid in $groups; do kill -KILL "-$pgid"; done
`;

/** Starts a watchdog process; one serves a whole host process. It does not keep its owner alive. */
export function createWatchdog(): Watchdog {
  const groups = new Set<number>();
  let closed = false;
  let guard: ChildProcess | undefined;

  const tell = (line: string): void => {
    if (guard?.stdin?.writable) guard.stdin.write(`${line}\n`);
  };

  const start = (): void => {
    const child = spawn('/bin/sh', ['-c', SCRIPT], {
      cwd: '/',
      // Of its own session: what ends the owner's group or terminal leaves it alone.
      detached: true,
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    guard = child;
    child.unref();
    // The pipe of a dead watchdog breaks; its successor is told everything anew.
    child.stdin.on('error', () => undefined);
    (child.stdin as unknown as { unref?: () => void }).unref?.();
    child.once('error', () => (guard = undefined));
    child.once('exit', () => {
      guard = undefined;
      if (!closed && groups.size > 0) start();
    });
    for (const pgid of groups) tell(`+${pgid}`);
  };

  return {
    add(pgid) {
      groups.add(pgid);
      if (guard) tell(`+${pgid}`);
      else if (!closed) start();
    },
    remove(pgid) {
      if (groups.delete(pgid)) tell(`-${pgid}`);
    },
    close() {
      closed = true;
      guard?.stdin?.end();
    },
  };
}
