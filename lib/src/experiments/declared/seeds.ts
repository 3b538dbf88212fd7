/** Seeds of every declared table and ablation. */
import type { Scale } from "../spec.js";

export const SEEDS: Readonly<Record<Scale, readonly number[]>> = { smoke: [0, 1, 2, 3, 4], paper: [0, 1, 2] };
