import { Command, Errors, Flags } from '@oclif/core';
import type { UserError } from '../errors.ts';
import { findProject, loadProject, type Project } from '../project.ts';
import { isPlain } from '../text/terminal.ts';
import { createTarget, type Started, type Target } from '../targets/index.ts';
import { failureDocument, failureText, toFailure } from './failure.ts';
import { statusDocument, statusText } from './status-text.ts';

/** What every command has: `--json`, and one place that turns an error into words and an exit code. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  #documentPrinted = false;

  /** Writes the one JSON document of a command that goes on after it; nothing without `--json`. */
  protected printDocument(document: object): void {
    if (!this.jsonEnabled()) return;
    this.#documentPrinted = true;
    this.logJson(document);
  }

  /** Words beside the result, on stderr; silent under `--json`. */
  protected note(text: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${text}\n`);
  }

  /** Whether a person sits at a terminal and wants more than plain text. */
  protected isInteractive(): boolean {
    return !this.jsonEnabled() && process.stdout.isTTY && process.stdin.isTTY && !isPlain(process.env);
  }

  /** Under `--json` stdout holds one document, so that a failure after it goes to stderr. */
  protected override catch(error: Error): Promise<never> {
    if (error instanceof Errors.ExitError) return Promise.reject(error);
    const failure = toFailure(error);
    if (this.jsonEnabled() && !this.#documentPrinted) this.logJson(failureDocument(failure));
    else process.stderr.write(`${failureText(failure)}\n`);
    return Promise.reject(new Errors.ExitError(failure.exitCode));
  }
}

export type ProjectFlags = { project?: string | undefined };

/** A command that works in a project. */
export abstract class ProjectCommand extends BaseCommand {
  static override baseFlags = {
    project: Flags.string({
      helpGroup: 'GLOBAL',
      helpValue: 'DIR',
      summary: 'The project folder; without it, the nearest one from the working folder upwards.',
    }),
  };

  /** The project's root folder. */
  protected root(flags: ProjectFlags): string {
    return findProject(process.cwd(), flags.project);
  }

  /** The project, read and validated. */
  protected project(flags: ProjectFlags): Project {
    return loadProject(this.root(flags));
  }

  /** What the project runs on; its configuration is read when it is needed. */
  protected target(flags: ProjectFlags): Target {
    const root = this.root(flags);
    return createTarget(root, (overrides) => loadProject(root, overrides));
  }

  /** How a running project is shown here. */
  protected output(): 'live' | 'lines' | 'silent' {
    if (this.jsonEnabled()) return 'silent';
    return this.isInteractive() ? 'live' : 'lines';
  }

  /** The result of `up` and `restart`: the status, and on stderr why it counts as failed. */
  protected reportStarted({ status, failure }: Started, withStatus = true): void {
    if (withStatus) this.log(statusText(status));
    const reason = failure === undefined ? {} : failureDocument(toFailure(failure));
    this.printDocument({ ...statusDocument(status), ...reason });
    if (failure !== undefined) this.complain(failure);
  }

  private complain(error: UserError): void {
    this.note(failureText(toFailure(error)));
  }
}
