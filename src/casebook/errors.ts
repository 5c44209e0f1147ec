export type CasebookErrorCode =
  | 'casebook.locked'
  | 'casebook.newer-version'
  | 'casebook.not-a-casebook'
  | 'casebook.not-writable'
  | 'casebook.no-space'
  | 'casebook.damaged'
  | 'casebook.unknown-case';

/** What went wrong with the casebook; `code` names the words (`error.CODE`) for people. */
export class CasebookError extends Error {
  constructor(
    readonly code: CasebookErrorCode,
    readonly params: Readonly<Record<string, string | number>>,
    options?: ErrorOptions,
  ) {
    super(`${code} ${JSON.stringify(params)}`, options);
  }
}

/** Level hides the reason in `cause`, and file system errors in the text of LevelDB. */
function reasons(error: unknown): string {
  const parts: string[] = [];
  for (let e = error; e instanceof Error; e = e.cause) parts.push(String('code' in e ? e.code : ''), e.message);
  return parts.join(' ');
}

/** Turns an error of the store into one that says what to do. */
export function casebookError(error: unknown, folder: string): CasebookError {
  if (error instanceof CasebookError) return error;
  const text = reasons(error);
  const code: CasebookErrorCode = /LEVEL_LOCKED|already held|lock .*: Resource temporarily/i.test(text)
    ? 'casebook.locked'
    : /ENOSPC|No space left/i.test(text)
      ? 'casebook.no-space'
      : /EACCES|EROFS|EPERM|Permission denied|Read-only/i.test(text)
        ? 'casebook.not-writable'
        : 'casebook.damaged';
  return new CasebookError(code, { folder, detail: text.trim() }, { cause: error });
}
