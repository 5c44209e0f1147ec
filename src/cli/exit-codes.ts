/** Exit codes of every command; documented in docs/exit-codes.md. */
export const exitCode = {
  /** A safe recommendation exists; for other commands: success. */
  ok: 0,
  /** Findings, but no safe recommendation; for checks: the file is not good. */
  findings: 1,
  /** Wrong usage or unreadable input. */
  usage: 2,
  /** The evidence does not decide. */
  inconclusive: 3,
  interrupted: 130,
} as const;
