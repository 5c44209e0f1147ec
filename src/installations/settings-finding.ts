import type { Evidence, Message, Severity } from '../case/model.js';

/** Something that the sources of one host disagree about. */
export interface SettingsFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly said: Message;
  readonly evidence: readonly Evidence[];
}
