/**
 * Start values for the patch embedding of a model that is trained from little data: filters under which the patches of the
 * data have uncorrelated, equally strong responses (the "whitening" first layer of fast image training, here in the cosine
 * basis, which is nearly the principal one for pictures). With random filters a patch's mean colour drowns its pattern.
 */

/** Luminance and two colour differences, orthonormal. */
const COLOURS = [
  [1 / Math.sqrt(3), 1 / Math.sqrt(3), 1 / Math.sqrt(3)],
  [Math.SQRT1_2, 0, -Math.SQRT1_2],
  [1 / Math.sqrt(6), -2 / Math.sqrt(6), 1 / Math.sqrt(6)],
] as const;

/** Orthonormal cosine basis of a P x P patch in each of the three colour directions: 3 P^2 filters of [3, P, P]. */
export function cosineFilters(patch: number): Float32Array[] {
  const wave = (frequency: number, at: number): number =>
    Math.sqrt((frequency === 0 ? 1 : 2) / patch) * Math.cos((Math.PI * frequency * (2 * at + 1)) / (2 * patch));
  const filters: Float32Array[] = [];
  for (const colour of COLOURS) {
    for (let v = 0; v < patch; v++) {
      for (let u = 0; u < patch; u++) {
        filters.push(
          Float32Array.from({ length: 3 * patch * patch }, (_, at) => {
            const [channel, row, column] = [Math.floor(at / patch ** 2), Math.floor(at / patch) % patch, at % patch];
            return colour[channel]! * wave(v, row) * wave(u, column);
          }),
        );
      }
    }
  }
  return filters;
}

/**
 * The `count` strongest of the cosine filters on sample frames [F, 3, S, S] (normalised pixels, flat), each divided by the
 * standard deviation of its response: [count, 3, P, P], flat.
 */
export function whiteningFilters(frames: Float32Array, size: number, patch: number, count: number): Float32Array {
  const filters = cosineFilters(patch);
  const sums = filters.map(() => ({ sum: 0, squares: 0 }));
  const grid = size / patch;
  const cells = (frames.length / (3 * size * size)) * grid * grid;
  const pixels = new Float32Array(3 * patch * patch);
  for (let cell = 0; cell < cells; cell++) {
    const frame = Math.floor(cell / grid ** 2) * 3 * size * size;
    const [top, left] = [(Math.floor(cell / grid) % grid) * patch, (cell % grid) * patch];
    for (let at = 0; at < pixels.length; at++) {
      const [channel, row, column] = [Math.floor(at / patch ** 2), Math.floor(at / patch) % patch, at % patch];
      pixels[at] = frames[frame + (channel * size + top + row) * size + left + column]!;
    }
    for (const [f, filter] of filters.entries()) {
      let response = 0;
      for (let at = 0; at < pixels.length; at++) response += filter[at]! * pixels[at]!;
      sums[f]!.sum += response;
      sums[f]!.squares += response * response;
    }
  }
  const strength = sums.map(({ sum, squares }) => Math.sqrt(squares / cells - (sum / cells) ** 2));
  const order = strength.map((_, f) => f).sort((a, b) => strength[b]! - strength[a]!);
  const out = new Float32Array(count * pixels.length);
  for (const [row, f] of order.slice(0, count).entries()) {
    for (let at = 0; at < pixels.length; at++) out[row * pixels.length + at] = filters[f]![at]! / (strength[f]! + 1e-3);
  }
  return out;
}
