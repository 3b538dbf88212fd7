/** A map of points in many dimensions: the plane of largest variance, and how far classes stand apart. */

/** Points [n][d] seen on their two leading principal components. */
export interface PlaneMap {
  /** [n][2], around the points' mean. */
  readonly points: readonly (readonly [number, number])[];
  /** Share of the variance on each axis, 0 to 1. */
  readonly explained: readonly [number, number];
}

/**
 * The two leading principal components (mathjs's eigenvectors of the covariance). The sign of each is fixed by its largest
 * loading, so that equal points give equal maps.
 *
 * @param points at least two, all of the same length, which is at least 2
 */
export async function principalPlane(points: readonly (readonly number[])[]): Promise<PlaneMap> {
  const { eigs } = await import("mathjs");
  const size = points[0]?.length ?? 0;
  if (points.length < 2 || size < 2)
    throw new Error(`a map needs points of 2 numbers or more, got ${points.length} of ${size}`);
  const mean = Array.from({ length: size }, (_, axis) => average(points.map((point) => point[axis]!)));
  const centred = points.map((point) => point.map((value, axis) => value - mean[axis]!));
  const covariance = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => average(centred.map((point) => point[row]! * point[column]!))),
  );
  const { values, vectors } = eigs(covariance);
  const order = values.map((_, index) => index).sort((a, b) => values[b]! - values[a]!);
  const [first, second] = [order[0]!, order[1]!].map((column) => oriented(vectors.map((row) => row[column]!))) as [
    number[],
    number[],
  ];
  const total = covariance.reduce((sum, row, at) => sum + row[at]!, 0);
  const share = (at: number): number => (total > 0 ? values[order[at]!]! / total : 0);
  return {
    points: centred.map((point) => [dot(point, first), dot(point, second)] as const),
    explained: [share(0), share(1)],
  };
}

/**
 * Mean silhouette of labelled points (Rousseeuw 1987), Euclidean: -1 to 1, higher where classes are tight and far from each
 * other. A point alone in its class counts 0. Null for fewer than two classes.
 */
export function silhouette(points: readonly (readonly number[])[], labels: readonly number[]): number | null {
  const classes = [...new Set(labels)];
  if (classes.length < 2) return null;
  const members = new Map(classes.map((label) => [label, points.filter((_, at) => labels[at] === label)]));
  const widths = points.map((point, at) => {
    const own = members.get(labels[at]!)!;
    if (own.length === 1) return 0;
    const sumTo = (others: readonly (readonly number[])[]): number =>
      others.reduce((sum, other) => sum + distance(point, other), 0);
    const inside = sumTo(own) / (own.length - 1);
    const outside = Math.min(
      ...classes
        .filter((label) => label !== labels[at])
        .map((label) => sumTo(members.get(label)!) / members.get(label)!.length),
    );
    return inside === outside ? 0 : (outside - inside) / Math.max(inside, outside);
  });
  return average(widths);
}

/** The direction whose largest component is positive. */
function oriented(direction: readonly number[]): number[] {
  const largest = direction.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-9 ? value : best), 0);
  return direction.map((value) => (largest < 0 ? -value : value));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, axis) => sum + value * b[axis]!, 0);
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, axis) => value - b[axis]!));
}
