/** The runs behind the page's numbers, as report/run-data.ts wrote them: what many runs share is there once. */
import { embedded } from "./dom.js";

/**
 * @typedef {object} Run
 * @property {string} id 64 hex digits
 * @property {Record<string, any>} spec
 * @property {number} top1 percent
 * @property {number} top5 percent
 * @property {number} videos scored
 * @property {number} skipped videos that could not be read
 * @property {{ total: number, trained: number, fusion: number }} parameters
 * @property {{ features: number, train: number, evaluate: number }} seconds
 * @property {{ weights: string, manifest: string }} hashes SHA-256
 * @property {Record<string, string>} place backend, device, node, package, datasetKind
 * @property {number} peakRssMb
 * @property {string} finished
 */

/** @type {any} */
let packed = null;

/** Number of runs. */
export function runCount() {
  packed ??= embedded("run-data") ?? { specs: [], hashes: [], places: [], runs: [] };
  return packed.runs.length;
}

/**
 * A run by its place in the page's list.
 *
 * @param {number} index
 * @returns {Run}
 */
export function runAt(index) {
  runCount();
  const { spec, seed, parameters, seconds, weights, manifest, place, ...rest } = packed.runs[index];
  const [total, trained, fusion] = parameters;
  const [features, train, evaluate] = seconds;
  return {
    ...rest,
    spec: { ...packed.specs[spec], seed },
    parameters: { total, trained, fusion },
    seconds: { features, train, evaluate },
    hashes: { weights: packed.hashes[weights], manifest: packed.hashes[manifest] },
    place: packed.places[place],
  };
}

/**
 * What a run is: "hmdb-like, K = 4, seed 1, clip + VgHIF".
 *
 * @param {Record<string, any>} spec
 */
export function runName({ dataset, shots, seed, model, vghif }) {
  const parts = [dataset, shots === null ? null : `K = ${shots}`, `seed ${seed}`, vghif ? `${model} + VgHIF` : model];
  return parts.filter((part) => part !== null).join(", ");
}
