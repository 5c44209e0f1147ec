export { redactionKinds, redactor, type Pseudonym, type RedactionCount, type RedactionKind, type Redactor } from './pseudonyms.js';
export { redactCase, wordsOf, type RedactedCase } from './redact-case.js';
export { shareFile, type LeftOut, type SecretCount, type SharedFile } from './share.js';
