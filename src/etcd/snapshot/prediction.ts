import { openAsBbolt } from '../../formats/bbolt/behaviour/open.js';
import { checkErrors } from '../../formats/bbolt/behaviour/check.js';
import type { ByteSource } from '../../formats/source.js';
import { behaviours, type LineBehaviour } from '../start/line-behaviour.js';
import { follow, followBoot, followRestore, type BootOutcome, type Ending } from '../start/restored.js';
import type { CleanStore } from '../start/store.js';
import { followStatus } from '../start/status.js';
import type { RestorePrediction } from '../verdict.js';
import { etcdLines, type EtcdLine } from '../version.js';
import { digestSize, looksSigned } from './digest.js';

/** What a restore needs to know about the file beside its bytes. */
export interface PredictionInput {
  readonly source: ByteSource;
  /** SHA-256 of all but the last 32 bytes, and those 32 bytes; null when the file is shorter. */
  readonly bodyDigest: () => string | null;
  readonly trailer: string | null;
  /** Set when the thorough reader found everything right: rows and tree are then not followed again. */
  readonly clean?: CleanStore | null;
}

const decimals = (hex: string): string => `[${[...Buffer.from(hex, 'hex')].join(' ')}]`;

/** The words with which every version refuses before it opens the database; null when it goes on. */
function refusal(input: PredictionInput): string | null {
  const size = input.source.byteLength;
  if (size < digestSize) return 'seek snapshot.db: invalid argument';
  if (!looksSigned(size)) return 'snapshot missing hash but --skip-hash-check=false';
  const digest = input.bodyDigest();
  return digest === input.trailer ? null : `expected sha256 ${decimals(input.trailer ?? '')}, got ${decimals(digest ?? '')}`;
}

const words = (ending: Ending): string => (ending.kind === 'timeout' ? `never ends: ${ending.message}` : ending.message);

function ofBoot(outcome: BootOutcome): Pick<RestorePrediction, 'boot' | 'bootMessage' | 'served'> {
  const { ending, served, open } = outcome;
  if (open !== null) return { boot: 'unknown', bootMessage: open, served: null };
  if (ending === null) return { boot: 'ready', bootMessage: null, served };
  return { boot: ending.kind === 'timeout' ? 'hangs' : 'dies', bootMessage: ending.message, served: null };
}

/** What `snapshot status`, `snapshot restore` and the first start of one line would do with a file whose digest it accepts. */
function followLine({ source, clean = null }: PredictionInput, line: EtcdLine): RestorePrediction {
  const behaviour: LineBehaviour = behaviours[line];
  const size = source.byteLength;
  const status = clean !== null || followStatus(source, behaviour).ending === null ? 'ok' : 'fails';
  const unknown = { boot: 'unknown' as const, bootMessage: null, served: null };
  if (size < digestSize) return { status, accepted: false, message: null, skipHashAccepted: false, ...unknown };
  const fileSize = looksSigned(size) ? size - digestSize : size;
  const ending = followRestore(source, fileSize, behaviour, clean);
  const restored = ending === null;
  const boot = restored ? ofBoot(followBoot(source, fileSize, behaviour, clean)) : unknown;
  return { status, accepted: restored, message: ending === null ? null : words(ending), skipHashAccepted: restored, ...boot };
}

/** The predictions for every line. The digest is asked for last: another thread may still be at it. */
export function predictRestores(input: PredictionInput): Readonly<Record<EtcdLine, RestorePrediction>> {
  const followed = etcdLines.map((line) => [line, followLine(input, line)] as const);
  const refused = refusal(input);
  return Object.fromEntries(followed.map(([line, one]) => [line, refused === null ? one : { ...one, accepted: false, message: refused }])) as Record<EtcdLine, RestorePrediction>;
}

/** `bbolt check` of 1.5.0: null when it says OK, else its decisive words. */
export function bboltCheck(source: ByteSource): string | null {
  const found: string[] = [];
  const ending = follow(() => {
    if (source.byteLength === 0) {
      found.push('write: bad file descriptor');
      return;
    }
    const opened = openAsBbolt(source, { dialect: '1.5' });
    if ('error' in opened) found.push(opened.error);
    else found.push(...checkErrors(opened.tx, opened.storedFreelist));
  });
  return ending?.message ?? found[0] ?? null;
}
