import type { OnProgress, Progress } from '../../progress.js';
import { terminalText } from '../../report/escape/terminal.js';
import { say } from '../../words/say.js';
import type { Language } from '../../words/catalogue.js';

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const colours: Readonly<Record<NonNullable<Progress['fact']>['tone'], string>> = { ok: '32', warn: '33', bad: '31', plain: '0' };
const marks: Readonly<Record<NonNullable<Progress['fact']>['tone'], string>> = { ok: '+', warn: '!', bad: '-', plain: '·' };
/** A terminal line is redrawn at most this often. */
const redrawMs = 80;

/** Prints progress: on a terminal one line that changes, elsewhere a line a stage; first facts as lines of their own. */
export function progressPrinter(screen: Screen, language: Language, color: boolean): { readonly tell: OnProgress; end(): void } {
  let stage: Progress['stage'] | null = null;
  let drawn = false;
  let last = 0;
  const width = Math.max(20, (screen.columns ?? 80) - 1);
  const clear = (): void => {
    if (drawn) screen.write('\r\u001b[K');
    drawn = false;
  };
  const tell: OnProgress = (progress) => {
    const words = say(language, `cli.analyze.stage.${progress.stage}`);
    if (progress.fact !== undefined) {
      clear();
      const { tone, text } = progress.fact;
      const line = `  ${marks[tone]} ${terminalText(text)}`;
      screen.write(`${color && tone !== 'plain' ? `\u001b[${colours[tone]}m${line}\u001b[0m` : line}\n`);
    }
    if (screen.isTTY !== true) {
      if (progress.stage !== stage) screen.write(`${words} …\n`);
      stage = progress.stage;
      return;
    }
    const now = Date.now();
    if (progress.stage === stage && now - last < redrawMs) return;
    stage = progress.stage;
    last = now;
    const share = progress.total === null || progress.total === 0 ? '' : ` ${Math.floor((100 * progress.done) / progress.total)} %`;
    const detail = progress.detail === null ? '' : `  ${terminalText(progress.detail)}`;
    clear();
    screen.write([...`${words} …${share}${detail}`].slice(0, width).join(''));
    drawn = true;
  };
  return { tell, end: clear };
}
