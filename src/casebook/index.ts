export type { AuditedFile, FileIdentity } from './audited-file.js';
export { caseId, openCasebook, type CaseEntry, type Casebook, type Notes } from './casebook.js';
export { CasebookError, type CasebookErrorCode } from './errors.js';
export { casebookFolder } from './location.js';
