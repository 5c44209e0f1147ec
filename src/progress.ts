/** Progress of one stage, for the terminal and the web page. */
export interface Progress {
  readonly stage: 'intake' | 'artifacts' | 'bytes' | 'kubernetes' | 'case' | 'diagnosis' | 'recovery' | 'report';
  readonly done: number;
  readonly total: number | null;
  readonly detail: string | null;
  /** Something worth telling before the analysis ends: a verdict, the installation, a decisive line. */
  readonly fact?: { readonly tone: 'ok' | 'warn' | 'bad' | 'plain'; readonly text: string };
}

export type OnProgress = (progress: Progress) => void;
