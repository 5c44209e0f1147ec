import { InvalidArgumentError } from 'commander';
import { redactionKinds, type RedactionKind } from '../redaction/pseudonyms.js';

/** Parses `--redact hosts,ips,names`. */
export function redactKinds(text: string): readonly RedactionKind[] {
  return text.split(',').map((word) => {
    const kind = redactionKinds.find((one) => one === word.trim());
    if (kind === undefined) throw new InvalidArgumentError(`"${word}": ${redactionKinds.join(', ')}`);
    return kind;
  });
}
