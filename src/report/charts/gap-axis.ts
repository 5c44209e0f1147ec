/** One stretch of the axis between two neighbouring times. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly x0: number;
  readonly x1: number;
  readonly compressed: boolean;
}

/** A time axis on which long silence is short and everything else has one scale. */
export interface GapAxis {
  readonly pieces: readonly Piece[];
  /** px per ms outside of compressed stretches. */
  readonly scale: number;
  x(at: number): number;
}

const minute = 60_000;

/** Nearest-rank percentile of sorted numbers. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/**
 * Let gᵢ be the gaps between the distinct times, τ = max(1 min, 1.5 × their 75th percentile). A gap up to
 * τ keeps its length, a longer one gets τ·(1 + ½ ln(g/τ)). If these take more than a share of the width
 * (0.34; on phones 0.30; with several 0.46), they are scaled down together to that share.
 */
export function gapAxis(times: readonly number[], x0: number, width: number, narrow = false): GapAxis {
  const distinct = [...new Set(times.filter((t) => Number.isFinite(t)))].sort((a, b) => a - b);
  const gaps = distinct.slice(1).map((t, i) => t - (distinct[i] ?? t));
  const tau = Math.max(minute, 1.5 * percentile([...gaps].sort((a, b) => a - b), 0.75));
  const length = (g: number): number => (g <= tau ? g : tau * (1 + 0.5 * Math.log(g / tau)));
  const plain = gaps.filter((g) => g <= tau).reduce((sum, g) => sum + g, 0);
  const long = gaps.filter((g) => g > tau);
  const compressed = long.reduce((sum, g) => sum + length(g), 0);
  const share = long.length > 1 ? 0.46 : narrow ? 0.3 : 0.34;
  const factor = compressed > share * (plain + compressed) && plain > 0 ? (share * plain) / ((1 - share) * compressed) : 1;
  const total = plain + compressed * factor;
  const perMs = total === 0 ? 0 : width / total;
  let at = x0;
  const pieces = gaps.map((g, i): Piece => {
    const from = distinct[i] ?? 0;
    const piece = { from, to: from + g, x0: at, x1: at + (g > tau ? length(g) * factor : g) * perMs, compressed: g > tau };
    at = piece.x1;
    return piece;
  });
  const first = distinct[0] ?? 0;
  return {
    pieces,
    scale: perMs,
    x(time) {
      if (pieces.length === 0) return x0 + width / 2;
      if (time <= first) return x0;
      let low = 0;
      let high = pieces.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((pieces[middle]?.to ?? 0) < time) low = middle + 1;
        else high = middle;
      }
      const piece = pieces[low];
      if (piece === undefined || time >= piece.to) return piece?.x1 ?? x0 + width;
      return piece.x0 + ((time - piece.from) / (piece.to - piece.from)) * (piece.x1 - piece.x0);
    },
  };
}

/** Neighbouring pieces of one kind as one. */
export function stretches(axis: GapAxis): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of axis.pieces) {
    const last = joined.at(-1);
    if (last !== undefined && last.compressed === piece.compressed && !piece.compressed) joined[joined.length - 1] = { ...last, to: piece.to, x1: piece.x1 };
    else joined.push(piece);
  }
  return joined;
}

const steps = [minute / 6, minute / 2, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, 60 * minute, 120 * minute, 180 * minute, 360 * minute, 720 * minute] as const;

/** Distance of the ticks: the smallest round one whose labels have room; null when only days have. */
export function tickStep(axis: GapAxis, room: number): number | null {
  return steps.find((step) => step * axis.scale >= room) ?? null;
}
