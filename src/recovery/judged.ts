import type { DraftCandidate } from '../case/draft.js';
import type { Message } from '../case/model.js';

/** How a candidate would be used, when it is safe at all. */
export type Use =
  /** `snapshot restore` with its digest proven. */
  | 'restore'
  /** `snapshot restore --skip-hash-check` from a db file that is whole and quiet. */
  | 'restore-db'
  /** etcd is started on the directory as it is. */
  | 'start'
  /** One member's directory of several: `--force-new-cluster` on a copy. */
  | 'survivor';

/** What the directory of one member of several is when it is started beside others. */
export type Beside =
  /** Whole in itself, though it may lag behind. */
  | 'whole'
  /** Its database is sound and it starts, but its log lost its end: a leader gives it what it lacks. */
  | 'follower';

/** A candidate with the judgement over it. */
export interface Judged {
  readonly one: DraftCandidate;
  readonly use: Use | null;
  /** Null where it cannot be started beside others, or is no member of several. */
  readonly beside: Beside | null;
  readonly reasons: readonly Message[];
  /** ms; null when the values themselves do not date the content. */
  readonly time: number | null;
}

/** A reason of a judgement, in the words of its key. */
export const reason = (key: string, params: Message['params'] = {}): Message => ({ key: `recommend.reason.${key}`, params });
