import type { SecretsKept, Settings } from '@shared/contract/app.ts';
import type { Crew } from '@shared/model/crew.ts';
import type { ChatId, OwnerId } from '@shared/model/ids.ts';
import type { ApprovalMode } from '@shared/model/workspace.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { CrewOperations } from '../chatd/machine/crew.ts';
import type { ChatStore } from '../chatd/machine/store.ts';
import type { SettingOperations } from '../db/settings.ts';
import type { Store } from '../db/store.ts';
import type { GitQuestions } from '../git/questions.ts';
import type { Models } from '../models/accounts.ts';
import type { Asker } from '../ssh/asker.ts';
import type { LocalWorks } from '../workspaces/local-work.ts';
import type { Workspaces } from '../workspaces/registry.ts';

/** What the person's side of the daemon is given by the app around it. */
export interface FaceOptions {
  readonly secrets: { readonly kept: SecretsKept; keepInFile(inFile: boolean): Promise<void> };
  /** There are windows, or may be: somebody can answer. */
  readonly attended: boolean;
  /** `onDeny`: of a question that may be denied without looking at it. To allow it, one looks. */
  notify(notification: {
    title: string;
    body: string;
    /** The one before about the same goes. */
    about?: string;
    isUrgent?: boolean;
    isSilent: boolean;
    onClick(): void;
    onDeny?(): void;
  }): void;
  /** The notification about it goes, if it is still there. */
  takeBack(about: string): void;
  /** What the system's own places show. */
  onCrew(crew: Crew): void;
  /** Brings the window that was in front last to the front, and answers its number. */
  focusWindow(): number | null;
  newWindow(chatId: ChatId | null): void;
  openUrl(url: string): Promise<void>;
  /** With the system's program for such files. Answers why not; empty: it is open. */
  openPath(file: string): Promise<string>;
  onSettings(settings: Settings): void;
  readonly clock: Clock;
  readonly log: Log;
  /** From the command line; opened before the window asks. */
  readonly folder: string | null;
  readonly approvals: ApprovalMode | null;
  readonly homeDir: string;
  readonly version: string;
  readonly runtime: string;
}

export interface FaceParts {
  readonly store: ChatStore & Store<SettingOperations> & Store<CrewOperations>;
  readonly ownerId: OwnerId;
  readonly models: Models;
  readonly workspaces: Workspaces;
  readonly asker: Pick<Asker, 'watch'>;
  readonly localWorks: LocalWorks;
  readonly git: { readonly questions: Pick<GitQuestions, 'watch'> };
}
